//! A load that runs on sockets.

use std::net::SocketAddr;

use ::load::{Command, Event, Measured, MediaPorts};
use node::Node;
use node::sockets::{Clock, Listen, Sockets};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::command_error::CommandError;
use crate::commands::process::run::no_sockets;

/// A node on its ports, and what it has told last.
pub(super) struct Running {
    commands: mpsc::Sender<Command>,
    told: watch::Receiver<Told>,
    task: JoinHandle<()>,
}

/// What a load has told last.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    pub(super) measured: Measured,
    pub(super) is_over: bool,
}

impl Running {
    /// Starts `node` at `local` and its media ports.
    pub(super) async fn start<N>(
        node: N,
        local: SocketAddr,
        media: Option<MediaPorts>,
    ) -> Result<Running, CommandError>
    where
        N: Node<Command = Command, Event = Event> + 'static,
    {
        let media = media.into_iter().flat_map(MediaPorts::used);
        let listen = Listen::at(local.ip()).udp([local.port()]).udp(media);
        let sockets = Sockets::open(&listen).await.map_err(no_sockets)?;
        let (commands, orders) = mpsc::channel(1);
        let (tell, told) = watch::channel(Told::default());
        let clock = Clock::starting_now();
        let running = sockets.run(node, clock, orders, move |_, event| {
            // Nobody listens any more if the command is over.
            let _ = tell.send(match event {
                Event::Progress(measured) => Told {
                    measured: *measured,
                    is_over: false,
                },
                Event::Over(measured) => Told {
                    measured: *measured,
                    is_over: true,
                },
            });
        });
        Ok(Running {
            commands,
            told,
            task: tokio::spawn(running),
        })
    }

    /// Has it end.
    pub(super) fn end(&self) {
        // One that is over takes no commands.
        let _ = self.commands.try_send(Command::End);
    }

    /// Waits until it has told what `is` wanted, or is over.
    pub(super) async fn wait(&self, is: impl Fn(&Measured) -> bool) {
        let mut told = self.told.clone();
        // The sender lives as long as the task.
        let _ = told
            .wait_for(|told| told.is_over || is(&told.measured))
            .await;
    }

    /// Waits until it is over.
    pub(super) async fn over(&self) {
        self.wait(|_| false).await;
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

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}
