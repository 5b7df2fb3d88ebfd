//! A load that runs on sockets.

use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

use ::load::{Command, Event, Measured, MediaPorts};
use node::Node;
use node::sockets::{Clock, Lean, Listen};
use tokio::sync::watch;

use crate::command_error::CommandError;
use crate::commands::process::run::no_sockets;

/// From so many calls a second on, what has come is looked at each other millisecond: it costs less by half, and
/// that is how precise times are then.
const MANY: f64 = 500.0;
const TICK: Duration = Duration::from_millis(2);

/// A node on its ports, on a thread of its own, and what it has told last.
pub(super) struct Running {
    commands: Sender<Command>,
    told: watch::Receiver<Told>,
}

/// What a load has told last.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    pub(super) measured: Measured,
    pub(super) is_over: bool,
}

impl Running {
    /// Starts `node` at `local` and its media ports, for so many calls a second.
    pub(super) fn start<N>(
        node: N,
        local: SocketAddr,
        media: Option<MediaPorts>,
        rate: f64,
    ) -> Result<Running, CommandError>
    where
        N: Node<Command = Command, Event = Event> + 'static,
    {
        let media = media.into_iter().flat_map(MediaPorts::used);
        let listen = Listen::at(local.ip()).udp([local.port()]).udp(media);
        let sockets = Lean::open(&listen).map_err(no_sockets)?;
        let (commands, orders) = mpsc::channel();
        let (tell, told) = watch::channel(Told::default());
        let clock = Clock::starting_now();
        let tick = (rate >= MANY).then_some(TICK);
        thread::spawn(move || {
            sockets.run(node, clock, tick, &orders, |_, event| {
                let (measured, is_over) = match event {
                    Event::Progress(measured) | Event::Measured(measured) => (*measured, false),
                    Event::Over(measured) => (*measured, true),
                };
                // Nobody listens any more if the command is over.
                let _ = tell.send(Told { measured, is_over });
                match is_over {
                    true => ControlFlow::Break(()),
                    false => ControlFlow::Continue(()),
                }
            });
        });
        Ok(Running { commands, told })
    }

    /// Has it end.
    pub(super) fn end(&self) {
        // One that is over takes no commands.
        let _ = self.commands.send(Command::End);
    }

    /// Waits until it has told what `is` wanted, or is over.
    pub(super) async fn wait(&self, is: impl Fn(&Measured) -> bool) {
        let mut told = self.told.clone();
        // One that has ended without a word is over as well.
        let _ = told
            .wait_for(|told| told.is_over || is(&told.measured))
            .await;
    }

    /// Waits until it is over.
    ///
    /// # Errors
    ///
    /// Where it has broken off: what it has told is not the whole.
    pub(super) async fn over(&self) -> Result<(), CommandError> {
        self.wait(|_| false).await;
        match self.told.borrow().is_over {
            true => Ok(()),
            false => Err(CommandError::harness(miette::miette!(
                "the load has broken off: what it measured is not the whole"
            ))),
        }
    }

    /// What it has told last.
    pub(super) fn told(&self) -> watch::Receiver<Told> {
        self.told.clone()
    }

    /// What was measured in all.
    pub(super) fn measured(&self) -> Measured {
        self.told.borrow().measured.clone()
    }
}
