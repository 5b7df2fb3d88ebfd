//! TCP connections of a node's own.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{self as halves, AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time;

use super::arrival::{Arrival, Inbox, no_connection};
use super::connections::{Connections, Place};
use super::listen::Listen;
use super::tls::{Tls, Wire, why_broken};
use crate::{Input, NoReply, Port, StreamId, StreamIn};

/// How many messages of a node wait for a slow receiver before the connection breaks.
const BACKLOG: usize = 1024;

/// How much is read at once.
const CHUNK: usize = 16 * 1024;

/// How long a connection that the node closed is drained, so that what it sent last arrives:
/// bytes that were never read would make the kernel reset it.
const DRAIN: Duration = Duration::from_secs(2);

/// The open connections of a node.
pub(super) struct Streams {
    address: IpAddr,
    unread: Duration,
    /// With what they are encrypted, if they are; and how long that may take to begin.
    tls: Option<Tls>,
    handshake: Duration,
    /// Those that the node opened itself.
    outgoing: Connections,
    open: BTreeMap<StreamId, mpsc::Sender<Bytes>>,
    /// The number of the last connection that somebody opened to the node.
    last_accepted: u64,
}

impl Streams {
    /// Opens the ports, and puts whoever connects into `inbox`.
    pub(super) async fn open<C: Send + 'static>(
        listen: &Listen,
        inbox: &Inbox<C>,
        tasks: &mut JoinSet<()>,
    ) -> Result<Self, (u16, io::Error)> {
        let most = listen.limits.connections_at(listen);
        for &port in &listen.tcp {
            let listener = TcpListener::bind(listen.socket(port)).await;
            let listener = listener.map_err(|error| (port, error))?;
            let connections = Connections::at_most(most);
            let inbox = inbox.clone();
            tasks.spawn(listen_on(Port(port), listener, inbox, connections));
        }
        Ok(Streams {
            address: listen.address,
            unread: listen.limits.unread,
            tls: None,
            handshake: listen.limits.handshake,
            outgoing: Connections::at_most(most),
            open: BTreeMap::new(),
            last_accepted: 0,
        })
    }

    /// Encrypts what is opened from here on.
    pub(super) fn encrypt(&mut self, tls: Tls) {
        self.tls = Some(tls);
    }

    /// Takes over a connection that somebody opened, under a new odd id.
    pub(super) fn accept<C: Send + 'static>(
        &mut self,
        stream: TcpStream,
        place: Place,
        inbox: &Inbox<C>,
        tasks: &mut JoinSet<()>,
    ) -> StreamId {
        self.last_accepted += 1;
        let id = StreamId(2 * self.last_accepted - 1);
        let line = self.register(id, inbox);
        let (tls, limit) = (self.tls.clone(), self.handshake);
        tasks.spawn(async move {
            let wire: Result<Box<dyn Wire>, _> = match tls {
                None => Ok(Box::new(stream)),
                Some(tls) => tls.accept(stream, limit).await,
            };
            match wire {
                Ok(wire) => line.carry(wire, place).await,
                Err(what) => line.hand_over(what).await,
            }
        });
        id
    }

    /// Opens a connection under the node's own id.
    pub(super) fn connect<C: Send + 'static>(
        &mut self,
        id: StreamId,
        to: SocketAddr,
        inbox: &Inbox<C>,
        tasks: &mut JoinSet<()>,
    ) {
        let line = self.register(id, inbox);
        let (address, connections) = (self.address, self.outgoing.clone());
        let (tls, limit) = (self.tls.clone(), self.handshake);
        tasks.spawn(async move {
            let place = connections.place().await;
            match connect(address, to, (tls, limit)).await {
                Ok((at, wire)) => {
                    line.hand_over(StreamIn::Opened { at, from: to }).await;
                    line.carry(wire, place).await;
                }
                Err(what) => line.hand_over(what).await,
            }
        });
    }

    /// Sends bytes on a connection. Nothing is sent on one that is over; one whose other end
    /// takes nothing breaks.
    pub(super) fn send(&mut self, id: StreamId, bytes: Bytes) -> Option<StreamIn> {
        let outbox = self.open.get(&id)?;
        match outbox.try_send(bytes) {
            Err(mpsc::error::TrySendError::Full(_)) => Some(StreamIn::Reset(NoReply::Reset)),
            // Closed: it has just broken, which the node is about to be told.
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => None,
        }
    }

    /// Closes a connection: what was sent before arrives, nothing is received any more.
    pub(super) fn close(&mut self, id: StreamId) {
        self.open.remove(&id);
    }

    /// Whether `what` is to be handed to the node, which may have closed the connection; one that
    /// broke is forgotten.
    pub(super) fn is_open_for(&mut self, id: StreamId, what: &StreamIn) -> bool {
        match what {
            StreamIn::Reset(_) | StreamIn::NotSecured { .. } => self.open.remove(&id).is_some(),
            _ => self.open.contains_key(&id),
        }
    }

    fn register<C>(&mut self, id: StreamId, inbox: &Inbox<C>) -> Line<C> {
        let (sender, outbox) = mpsc::channel(BACKLOG);
        self.open.insert(id, sender);
        Line {
            id,
            outbox,
            inbox: inbox.clone(),
            unread: self.unread,
        }
    }
}

/// Puts whoever connects to a port into the inbox.
async fn listen_on<C>(at: Port, listener: TcpListener, inbox: Inbox<C>, connections: Connections) {
    loop {
        let (stream, from, place) = connections.accept(&listener).await;
        let arrival = Arrival::Accepted {
            at,
            from,
            stream,
            place,
        };
        if inbox.send(arrival).await.is_err() {
            return;
        }
    }
}

/// Opens a connection from `address`, encrypted if that is wanted; tells the own port as well, or what
/// became of it.
async fn connect(
    address: IpAddr,
    to: SocketAddr,
    (tls, limit): (Option<Tls>, Duration),
) -> Result<(Port, Box<dyn Wire>), StreamIn> {
    let (at, stream) = open(address, to)
        .await
        .map_err(|error| StreamIn::Reset(no_connection(&error)))?;
    Ok(match tls {
        None => (at, Box::new(stream)),
        Some(tls) => (at, tls.connect(stream, to, limit).await?),
    })
}

async fn open(address: IpAddr, to: SocketAddr) -> io::Result<(Port, TcpStream)> {
    let socket = match address {
        IpAddr::V4(_) => TcpSocket::new_v4(),
        IpAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    socket.bind(SocketAddr::new(address, 0))?;
    let stream = socket.connect(to).await?;
    let at = Port(stream.local_addr()?.port());
    Ok((at, stream))
}

/// A connection, between the node and the network.
struct Line<C> {
    id: StreamId,
    /// What the node sends.
    outbox: mpsc::Receiver<Bytes>,
    inbox: Inbox<C>,
    /// How long the other end may take nothing of what is sent.
    unread: Duration,
}

impl<C> Line<C> {
    /// Carries bytes both ways until the node closes the connection, it breaks, or it has to go.
    async fn carry(mut self, wire: Box<dyn Wire>, place: Place) {
        let ended = tokio::select! {
            ended = self.converse(wire, &place) => ended,
            () = place.evicted() => Err(io::ErrorKind::ConnectionAborted.into()),
        };
        // The connection is closed; what waits for its place need not wait for the node.
        drop(place);
        if let Err(error) = ended {
            let what = why_broken(&error).unwrap_or(StreamIn::Reset(NoReply::Reset));
            self.hand_over(what).await;
        }
    }

    async fn converse(&mut self, wire: Box<dyn Wire>, place: &Place) -> io::Result<()> {
        let (mut reading, writing) = halves::split(wire);
        let _writing = {
            let receive = receive(self.id, &mut reading, &self.inbox, place);
            tokio::pin!(receive);
            let write = write(writing, &mut self.outbox, self.unread);
            tokio::pin!(write);
            tokio::select! {
                written = &mut write => written?,
                received = &mut receive => {
                    received?;
                    write.await?
                }
            }
        };
        drain(&mut reading).await;
        Ok(())
    }

    async fn hand_over(&self, what: StreamIn) {
        hand_over(&self.inbox, self.id, what).await;
    }
}

/// Tells the node what arrives, until the other end has closed.
async fn receive<C>(
    id: StreamId,
    reading: &mut ReadHalf<Box<dyn Wire>>,
    inbox: &Inbox<C>,
    place: &Place,
) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    loop {
        let length = match reading.read(&mut buffer).await {
            // Closed without TLS's own farewell, as a process does that is killed.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => 0,
            read => read?,
        };
        place.active();
        if length == 0 {
            hand_over(inbox, id, StreamIn::Closed).await;
            return Ok(());
        }
        let bytes = Bytes::copy_from_slice(&buffer[..length]);
        hand_over(inbox, id, StreamIn::Data(bytes)).await;
    }
}

/// Sends what the node sends, until the node has closed. Nothing of a piece may stay unread for
/// longer than `unread`.
async fn write(
    mut writing: WriteHalf<Box<dyn Wire>>,
    outbox: &mut mpsc::Receiver<Bytes>,
    unread: Duration,
) -> io::Result<WriteHalf<Box<dyn Wire>>> {
    while let Some(bytes) = outbox.recv().await {
        let written = async {
            writing.write_all(&bytes).await?;
            writing.flush().await
        };
        time::timeout(unread, written).await??;
    }
    writing.shutdown().await?;
    Ok(writing)
}

/// Reads and drops what arrives, until the other end closes as well.
async fn drain(reading: &mut ReadHalf<Box<dyn Wire>>) {
    let mut buffer = vec![0; CHUNK];
    let reads = async { while matches!(reading.read(&mut buffer).await, Ok(1..)) {} };
    // Whoever keeps sending is reset.
    let _ = time::timeout(DRAIN, reads).await;
}

/// Nobody takes it if the node is gone; then nothing is left to be done either.
async fn hand_over<C>(inbox: &Inbox<C>, id: StreamId, what: StreamIn) {
    let _ = inbox.send(Arrival::Input(Input::Stream { id, what })).await;
}
