//! The orders of a harness on standard input.

use std::io::{self, BufRead};
use std::thread;
use std::time::Duration;

use clap::Args;
use lab::control::{HEARTBEAT_WITHIN, LineError, Order, Reader, Report};
use miette::Diagnostic;
use tokio::sync::mpsc;
use tokio::time::{self, Instant};

use super::outbox::Outbox;
use super::run::Stop;
use crate::command_error::CommandError;

/// How many orders wait at most.
const CAPACITY: usize = 64;

/// Who gives orders.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct SessionArgs {
    /// Wait for no heartbeats, forgive lines that are no orders: somebody types them
    #[arg(long)]
    by_hand: bool,
}

/// Why a session ended otherwise than it should.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub(crate) enum SessionError {
    /// The harness is dead, or cannot get through.
    #[error("no heartbeat came for {} s: the harness is gone", .0.as_secs())]
    #[diagnostic(help("a harness sends one each second; with --by-hand none is expected"))]
    NoHeartbeat(Duration),
    /// The harness and this process do not understand each other.
    #[error(transparent)]
    Line(#[from] LineError),
}

impl From<SessionError> for CommandError {
    fn from(error: SessionError) -> Self {
        CommandError::harness(error)
    }
}

/// A line of standard input that was taken, or could not be.
type Taken = Result<(u64, Order), LineError>;

/// Orders on their way in.
pub(crate) struct Session {
    orders: mpsc::Receiver<Taken>,
    by_hand: bool,
}

impl Session {
    /// Listens to standard input. A thread of its own reads it: nothing else can, without waiting.
    pub(crate) fn open(args: SessionArgs) -> Self {
        let (queue, orders) = mpsc::channel(CAPACITY);
        thread::spawn(move || read(&queue));
        Session {
            orders,
            by_hand: args.by_hand,
        }
    }

    /// Obeys orders until told to stop, or nobody can give any more.
    ///
    /// # Errors
    ///
    /// [`SessionError`].
    pub(crate) async fn serve(
        mut self,
        mut stop: Stop,
        outbox: &Outbox,
        mut obey: impl AsyncFnMut(Order) -> Result<(), String>,
    ) -> Result<(), SessionError> {
        let mut dead = Instant::now() + HEARTBEAT_WITHIN;
        loop {
            let taken = tokio::select! {
                () = stop.told() => return Ok(()),
                () = time::sleep_until(dead), if !self.by_hand => {
                    return Err(SessionError::NoHeartbeat(HEARTBEAT_WITHIN));
                }
                taken = self.orders.recv() => taken,
            };
            match taken {
                None => return Ok(()),
                Some(Ok((_, Order::Heartbeat))) => dead = Instant::now() + HEARTBEAT_WITHIN,
                Some(Ok((order, what))) => {
                    let error = obey(what).await.err();
                    outbox.report(Report::Done { order, error });
                }
                Some(Err(error)) => {
                    let what = error.to_string();
                    outbox.report(Report::Trouble { what });
                    if !self.by_hand {
                        return Err(error.into());
                    }
                }
            }
        }
    }
}

/// Reads orders until standard input ends.
fn read(queue: &mpsc::Sender<Taken>) {
    let mut lines = Reader::default();
    for line in io::stdin().lock().lines() {
        let Ok(line) = line else { return };
        if line.trim().is_empty() {
            continue;
        }
        if queue.blocking_send(lines.read(&line)).is_err() {
            return;
        }
    }
}
