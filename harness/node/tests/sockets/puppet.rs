//! A node that does what it is told and tells what it sees, running on loopback.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use node::sockets::{Clock, Listen, Sockets, Tls};
use node::{Admission, Head, Input, LONGEST_BODY, Node, Now, Output, Outputs, Port};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time;

/// How long anything may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// How much is read of a request to `/large`; nothing is read of one to `/refused`.
pub(crate) const LARGE: usize = 1 << 20;

/// The node's command: have this done, or want a deadline.
pub(crate) enum Act {
    Output(Box<Output<()>>),
    WakeAt(Now),
    /// Answer each request with its own body from now on.
    Answer,
}

struct Puppet {
    wake_at: Option<Now>,
    answers: bool,
    seen: mpsc::UnboundedSender<(Now, Input<Act>)>,
}

impl Node for Puppet {
    type Command = Act;
    type Event = ();

    fn handle(&mut self, now: Now, input: Input<Act>, out: &mut Outputs<()>) {
        match input {
            Input::Command(Act::Output(output)) => return out.push(*output),
            Input::Command(Act::WakeAt(at)) => self.wake_at = Some(at),
            Input::Command(Act::Answer) => self.answers = true,
            Input::Deadline => self.wake_at = None,
            _ => {}
        }
        if let (Input::Request { id, request, .. }, true) = (&input, self.answers) {
            out.respond(*id, http::Response::new(request.body().clone()));
        }
        // The test may be over.
        let _ = self.seen.send((now, input));
    }

    fn deadline(&self) -> Option<Now> {
        self.wake_at
    }

    fn admit(&self, _: Port, head: &Head) -> Admission {
        match head.uri.path() {
            "/refused" => {
                let mut refusal = http::Response::default();
                *refusal.status_mut() = http::StatusCode::UNAUTHORIZED;
                Admission::Answer(Box::new(refusal))
            }
            "/large" => Admission::Read(LARGE),
            _ => Admission::Read(LONGEST_BODY),
        }
    }
}

/// A puppet that runs; it stops when it is dropped.
pub(crate) struct Running {
    pub(crate) address: IpAddr,
    pub(crate) clock: Clock,
    commands: mpsc::Sender<Act>,
    seen: mpsc::UnboundedReceiver<(Now, Input<Act>)>,
    task: JoinHandle<()>,
}

impl Running {
    /// A puppet with the ports of `listen`.
    pub(crate) async fn on(listen: &Listen) -> Running {
        Running::over(listen.address, Sockets::open(listen).await.unwrap()).await
    }

    /// The same, whose connections are encrypted.
    pub(crate) async fn encrypted(listen: &Listen, tls: Tls) -> Running {
        let sockets = Sockets::open(listen).await.unwrap();
        Running::over(listen.address, sockets.encrypted(tls)).await
    }

    async fn over(address: IpAddr, sockets: Sockets<Act>) -> Running {
        let clock = Clock::starting_now();
        let (commands, told) = mpsc::channel(8);
        let (seeing, seen) = mpsc::unbounded_channel();
        let puppet = Puppet {
            wake_at: None,
            answers: false,
            seen: seeing,
        };
        let task = tokio::spawn(sockets.run(puppet, clock, told, |_, ()| {}));
        let mut running = Running {
            address,
            clock,
            commands,
            seen,
            task,
        };
        let (_, first) = running.next().await;
        assert!(matches!(first, Input::Start), "{}", name(&first));
        running
    }

    pub(crate) async fn tell(&self, act: Act) {
        assert!(self.commands.send(act).await.is_ok());
    }

    pub(crate) async fn perform(&self, output: Output<()>) {
        self.tell(Act::Output(Box::new(output))).await;
    }

    /// The next input but commands.
    pub(crate) async fn next(&mut self) -> (Now, Input<Act>) {
        loop {
            let seen = time::timeout(PATIENCE, self.seen.recv()).await;
            let (at, input) = seen.unwrap().unwrap();
            if !matches!(input, Input::Command(_)) {
                return (at, input);
            }
        }
    }

    /// Stops the node, as the death of its process does.
    pub(crate) async fn stop(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

/// The kind of an input, for messages.
pub(crate) fn name(input: &Input<Act>) -> String {
    match input {
        Input::Command(_) => "a command".to_owned(),
        Input::Start => "Start".to_owned(),
        Input::Deadline => "Deadline".to_owned(),
        Input::Datagram { from, .. } => format!("a datagram from {from}"),
        Input::Undeliverable { to, why, .. } => format!("{to} is {why:?}"),
        Input::Stream { id, what } => format!("{id:?}: {what:?}"),
        Input::Request { from, .. } => format!("a request from {from}"),
        Input::Reply { outcome, .. } => format!("a reply: {outcome:?}"),
    }
}

/// An address of the loopback network that no other test of this process uses; one process's tests
/// differ from another's by its id.
pub(crate) fn host(number: u8) -> IpAddr {
    let process = std::process::id();
    let [high, low] = [process / 250 % 100, process % 250].map(|part| part.to_string().parse());
    Ipv4Addr::new(127, 110 + high.unwrap_or(0_u8), low.unwrap_or(0), number).into()
}

pub(crate) fn at(address: IpAddr, port: u16) -> SocketAddr {
    SocketAddr::new(address, port)
}
