//! TCP connections of a node's own.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time;

use super::arrival::{Arrival, Inbox, no_connection};
use super::listen::Listen;
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
        for &port in &listen.tcp {
            let listener = TcpListener::bind(listen.socket(port)).await;
            let listener = listener.map_err(|error| (port, error))?;
            tasks.spawn(listen_on(Port(port), listener, inbox.clone()));
        }
        Ok(Streams {
            address: listen.address,
            open: BTreeMap::new(),
            last_accepted: 0,
        })
    }

    /// Takes over a connection that somebody opened, under a new odd id.
    pub(super) fn accept<C: Send + 'static>(
        &mut self,
        stream: TcpStream,
        inbox: &Inbox<C>,
        tasks: &mut JoinSet<()>,
    ) -> StreamId {
        self.last_accepted += 1;
        let id = StreamId(2 * self.last_accepted - 1);
        let outbox = self.register(id);
        tasks.spawn(carry(id, stream, outbox, inbox.clone()));
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
        let outbox = self.register(id);
        let (address, inbox) = (self.address, inbox.clone());
        tasks.spawn(async move {
            match connect(address, to).await {
                Ok((at, stream)) => {
                    hand_over(&inbox, id, StreamIn::Opened { at, from: to }).await;
                    carry(id, stream, outbox, inbox).await;
                }
                Err(error) => hand_over(&inbox, id, StreamIn::Reset(no_connection(&error))).await,
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
            StreamIn::Reset(_) => self.open.remove(&id).is_some(),
            _ => self.open.contains_key(&id),
        }
    }

    fn register(&mut self, id: StreamId) -> mpsc::Receiver<Bytes> {
        let (sender, outbox) = mpsc::channel(BACKLOG);
        self.open.insert(id, sender);
        outbox
    }
}

/// Puts whoever connects to a port into the inbox.
async fn listen_on<C>(at: Port, listener: TcpListener, inbox: Inbox<C>) {
    loop {
        // A connection that broke before it was accepted, or no free descriptor just now.
        let Ok((stream, from)) = listener.accept().await else {
            time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let arrival = Arrival::Accepted { at, from, stream };
        if inbox.send(arrival).await.is_err() {
            return;
        }
    }
}

/// Opens a connection from `address`; tells the own port as well.
async fn connect(address: IpAddr, to: SocketAddr) -> io::Result<(Port, TcpStream)> {
    let socket = match address {
        IpAddr::V4(_) => TcpSocket::new_v4(),
        IpAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    socket.bind(SocketAddr::new(address, 0))?;
    let stream = socket.connect(to).await?;
    let at = Port(stream.local_addr()?.port());
    Ok((at, stream))
}

/// Carries bytes both ways until the node closes the connection or it breaks.
async fn carry<C>(id: StreamId, stream: TcpStream, outbox: mpsc::Receiver<Bytes>, inbox: Inbox<C>) {
    let (mut reading, writing) = stream.into_split();
    let written = {
        let receive = receive(id, &mut reading, &inbox);
        tokio::pin!(receive);
        let write = write(writing, outbox);
        tokio::pin!(write);
        tokio::select! {
            written = &mut write => written,
            received = &mut receive => match received {
                Ok(()) => write.await,
                Err(error) => Err(error),
            },
        }
    };
    match written {
        Ok(_writing) => drain(&mut reading).await,
        Err(_) => hand_over(&inbox, id, StreamIn::Reset(NoReply::Reset)).await,
    }
}

/// Tells the node what arrives, until the other end has closed.
async fn receive<C>(id: StreamId, reading: &mut OwnedReadHalf, inbox: &Inbox<C>) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    loop {
        let length = reading.read(&mut buffer).await?;
        if length == 0 {
            hand_over(inbox, id, StreamIn::Closed).await;
            return Ok(());
        }
        let bytes = Bytes::copy_from_slice(&buffer[..length]);
        hand_over(inbox, id, StreamIn::Data(bytes)).await;
    }
}

/// Sends what the node sends, until the node has closed.
async fn write(
    mut writing: OwnedWriteHalf,
    mut outbox: mpsc::Receiver<Bytes>,
) -> io::Result<OwnedWriteHalf> {
    while let Some(bytes) = outbox.recv().await {
        writing.write_all(&bytes).await?;
    }
    writing.shutdown().await?;
    Ok(writing)
}

/// Reads and drops what arrives, until the other end closes as well.
async fn drain(reading: &mut OwnedReadHalf) {
    let mut buffer = vec![0; CHUNK];
    let reads = async { while matches!(reading.read(&mut buffer).await, Ok(1..)) {} };
    // Whoever keeps sending is reset.
    let _ = time::timeout(DRAIN, reads).await;
}

/// Nobody takes it if the node is gone; then nothing is left to be done either.
async fn hand_over<C>(inbox: &Inbox<C>, id: StreamId, what: StreamIn) {
    let _ = inbox.send(Arrival::Input(Input::Stream { id, what })).await;
}
