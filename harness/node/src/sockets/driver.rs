//! Opening a node's ports, and running it on them.

use std::future;
use std::io;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time;

use super::arrival::{Arrival, CAPACITY, Inbox};
use super::client::Client;
use super::clock::Clock;
use super::datagram::Datagrams;
use super::error::{SocketsError, Transport};
use super::listen::Listen;
use super::server::Server;
use super::stream::Streams;
use super::tls::Tls;
use super::watchdog::{Slow, Watchdog};
use crate::{Input, Node, Now, Output, Outputs, RequestId, StreamIn};

/// The open ports of one node.
///
/// Dropped, they are closed, and whatever is under way on them is given up.
pub struct Sockets<C> {
    inbox: Inbox<C>,
    arrivals: mpsc::Receiver<Arrival<C>>,
    datagrams: Datagrams,
    streams: Streams,
    server: Server,
    client: Client,
    watchdog: Option<Watchdog>,
    runner: Option<Runner>,
    tasks: JoinSet<()>,
    /// How many arrivals were taken since it was looked at everything else last.
    in_a_row: usize,
}

/// How many arrivals are taken, one right after the other, before it is looked at everything else.
const IN_A_ROW: usize = 64;

/// Whoever has commands run that a node wants run.
type Runner = Box<dyn FnMut(RequestId, Bytes) + Send>;

impl<C: Send + 'static> Sockets<C> {
    /// Opens the ports of `listen`. What arrives waits until [`Sockets::run`].
    ///
    /// # Errors
    ///
    /// [`SocketsError`], if one of them cannot be opened.
    pub async fn open(listen: &Listen) -> Result<Self, SocketsError> {
        let fail = |transport| {
            move |(port, source): (u16, io::Error)| SocketsError::Port {
                transport,
                at: listen.socket(port),
                source,
            }
        };
        let (inbox, arrivals) = mpsc::channel(CAPACITY);
        let mut tasks = JoinSet::new();
        let datagrams =
            Datagrams::open(listen, &inbox, &mut tasks).map_err(fail(Transport::Udp))?;
        let streams = Streams::open(listen, &inbox, &mut tasks).await;
        let server = Server::open(listen, &inbox, &mut tasks).await;
        Ok(Sockets {
            inbox,
            arrivals,
            datagrams,
            streams: streams.map_err(fail(Transport::Tcp))?,
            server: server.map_err(fail(Transport::Http))?,
            client: Client::at(listen.address).map_err(SocketsError::Client)?,
            watchdog: None,
            runner: None,
            tasks,
            in_a_row: 0,
        })
    }

    /// Tells by `tell` when the node is not done with an input soon: while it lasts, from another
    /// thread, and when it is over.
    #[must_use]
    pub fn watched(mut self, tell: impl Fn(Slow) + Send + Sync + 'static) -> Self {
        self.watchdog = Some(Watchdog::start(tell));
        self
    }

    /// Encrypts the connections of the node's own, those that others open as well.
    #[must_use]
    pub fn encrypted(mut self, tls: Tls) -> Self {
        self.streams.encrypt(tls);
        self
    }

    /// Hands the commands that the node wants run to `runner`, which must not block.
    #[must_use]
    pub fn with_runner(mut self, runner: impl FnMut(RequestId, Bytes) + Send + 'static) -> Self {
        self.runner = Some(Box::new(runner));
        self
    }

    /// Runs `node` on these ports, for as long as the future is polled: dropping it stops the node
    /// as the death of a process would.
    ///
    /// The node gets what comes through `commands`; `emit` gets its events, and must not block.
    pub async fn run<N: Node<Command = C>>(
        mut self,
        mut node: N,
        clock: Clock,
        mut commands: mpsc::Receiver<C>,
        mut emit: impl FnMut(Now, N::Event),
    ) {
        let mut outputs = Outputs::default();
        let mut arrival = Arrival::Input(Input::Start);
        loop {
            if let Some(input) = self.input_of(arrival, &node) {
                let now = clock.now();
                if let Some(watchdog) = &self.watchdog {
                    watchdog.begin(&input);
                }
                node.handle(now, input, &mut outputs);
                if let Some(watchdog) = &self.watchdog {
                    watchdog.end();
                }
                for output in outputs.drain() {
                    match output {
                        Output::Event(event) => emit(now, event),
                        output => self.carry_out(output),
                    }
                }
            }
            arrival = self.next(clock, node.deadline(), &mut commands).await;
        }
    }

    /// Runs `node` as [`Sockets::run`] does; nobody gives it commands.
    pub async fn run_without_commands<N: Node<Command = C>>(
        self,
        node: N,
        clock: Clock,
        emit: impl FnMut(Now, N::Event),
    ) {
        let (_nobody, commands) = mpsc::channel(1);
        self.run(node, clock, commands, emit).await;
    }

    /// What is next, whatever it is.
    async fn next(
        &mut self,
        clock: Clock,
        deadline: Option<Now>,
        commands: &mut mpsc::Receiver<C>,
    ) -> Arrival<C> {
        let is_due = deadline.is_some_and(|deadline| deadline <= clock.now());
        if !is_due
            && self.in_a_row < IN_A_ROW
            && let Ok(arrival) = self.arrivals.try_recv()
        {
            self.in_a_row += 1;
            return arrival;
        }
        self.in_a_row = 0;
        let due = async {
            match deadline {
                Some(deadline) => time::sleep(deadline.since(clock.now())).await,
                None => future::pending().await,
            }
        };
        tokio::pin!(due);
        loop {
            tokio::select! {
                () = &mut due => return Arrival::Input(Input::Deadline),
                Some(command) = commands.recv() => return Arrival::Input(Input::Command(command)),
                Some(arrival) = self.arrivals.recv() => return arrival,
                Some(ended) = self.tasks.join_next() => propagate_panic(ended),
            }
        }
    }

    /// What an arrival is to the node; nothing if it is for a connection that the node has closed, or
    /// only asks what becomes of a request.
    fn input_of(&mut self, arrival: Arrival<C>, node: &impl Node<Command = C>) -> Option<Input<C>> {
        match arrival {
            Arrival::Input(Input::Stream { id, what }) => {
                let is_open = self.streams.is_open_for(id, &what);
                is_open.then_some(Input::Stream { id, what })
            }
            Arrival::Input(input) => Some(input),
            Arrival::Head { at, head, tell } => {
                let admission = node.admit(at, &head);
                // Whoever asked may have gone away.
                let _ = tell.send((head, admission));
                None
            }
            Arrival::Accepted {
                at,
                from,
                stream,
                place,
            } => {
                let (inbox, tasks) = (&self.inbox, &mut self.tasks);
                let id = self.streams.accept(stream, place, inbox, tasks);
                let what = StreamIn::Opened { at, from };
                Some(Input::Stream { id, what })
            }
            Arrival::Request {
                at,
                from,
                request,
                answer,
            } => {
                let id = self.server.register(answer);
                Some(Input::Request {
                    id,
                    at,
                    from,
                    request,
                })
            }
        }
    }

    fn carry_out<E>(&mut self, output: Output<E>) {
        match output {
            Output::Datagram { from, to, bytes } => {
                if let Some(why) = self.datagrams.send(from, to, &bytes) {
                    let at = from;
                    self.post(Input::Undeliverable { at, to, why });
                }
            }
            Output::Connect { id, to } => {
                self.streams.connect(id, to, &self.inbox, &mut self.tasks);
            }
            Output::Send { id, bytes } => {
                if let Some(what) = self.streams.send(id, bytes) {
                    self.post(Input::Stream { id, what });
                }
            }
            Output::Close { id } => self.streams.close(id),
            Output::Request {
                id,
                to,
                request,
                timeout,
            } => {
                let (client, inbox) = (self.client.clone(), self.inbox.clone());
                self.tasks.spawn(async move {
                    let outcome = client.exchange(to, request, timeout).await;
                    // Nobody waits for the reply if the node is gone.
                    let _ = inbox
                        .send(Arrival::Input(Input::Reply { id, outcome }))
                        .await;
                });
            }
            Output::Respond { id, response } => self.server.respond(id, response),
            Output::Run { id, what } => {
                if let Some(runner) = &mut self.runner {
                    runner(id, what);
                }
            }
            // Emitted by the caller.
            Output::Event(_) => {}
        }
    }

    /// Hands the node an input behind all that waits for it already, even if the queue is full.
    fn post(&mut self, input: Input<C>) {
        let inbox = self.inbox.clone();
        self.tasks.spawn(async move {
            // Nobody takes it if the node is gone.
            let _ = inbox.send(Arrival::Input(input)).await;
        });
    }
}

/// A panic in a task is a defect of this driver: it goes on where it can be seen.
fn propagate_panic(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended
        && let Ok(panic) = error.try_into_panic()
    {
        std::panic::resume_unwind(panic);
    }
}
