//! The orders of a harness, as they come in.

use std::io::{self, BufRead, Read as _, Write};
use std::pin::pin;
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{self, Instant};

use super::reports::ReportQueue;
use crate::control::line::LONGEST;
use crate::control::{HEARTBEAT_WITHIN, LineError, Order, Reader, Report};

/// How many orders wait at most.
const CAPACITY: usize = 64;

/// How a process and whoever gives it orders speak with each other.
pub struct Streams {
    /// Where orders come from; their end is the end of the session.
    pub orders: Box<dyn BufRead + Send>,
    /// Where reports go.
    pub reports: Box<dyn Write + Send>,
    /// Whether whoever gives orders must show that they live.
    pub heartbeat: Heartbeat,
}

/// Whether whoever gives orders must show that they live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heartbeat {
    /// A harness does; a line that is no order ends the session as well, for then the two do not
    /// understand each other.
    Required,
    /// Somebody who types orders does not, and may mistype them.
    NotExpected,
}

/// Why a session ended otherwise than it should.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The harness is dead, or cannot get through.
    #[error("no heartbeat came for {} s: the harness is gone", .0.as_secs())]
    NoHeartbeat(Duration),
    /// The harness and this process do not understand each other.
    #[error(transparent)]
    Line(#[from] LineError),
}

/// A line that was taken, or could not be.
type Taken = Result<(u64, Order), LineError>;

/// Orders on their way in.
pub(super) struct Session {
    orders: mpsc::Receiver<Taken>,
    heartbeat: Heartbeat,
}

impl Session {
    /// Listens for orders. A thread of its own reads them: nothing else can, without waiting.
    pub(super) fn open(orders: Box<dyn BufRead + Send>, heartbeat: Heartbeat) -> Self {
        let (queue, taken) = mpsc::channel(CAPACITY);
        thread::spawn(move || read(orders, &queue));
        Session {
            orders: taken,
            heartbeat,
        }
    }

    /// Executes orders until told to stop, or nobody can give any more.
    ///
    /// # Errors
    ///
    /// [`SessionError`].
    pub(super) async fn serve(
        mut self,
        stop: impl Future<Output = ()>,
        reports: &ReportQueue,
        mut execute: impl AsyncFnMut(Order) -> Result<(), String>,
    ) -> Result<(), SessionError> {
        let mut stop = pin!(stop);
        let is_required = self.heartbeat == Heartbeat::Required;
        let mut dead = Instant::now() + HEARTBEAT_WITHIN;
        loop {
            let taken = tokio::select! {
                () = &mut stop => return Ok(()),
                () = time::sleep_until(dead), if is_required => {
                    return Err(SessionError::NoHeartbeat(HEARTBEAT_WITHIN));
                }
                taken = self.orders.recv() => taken,
            };
            match taken {
                None => return Ok(()),
                Some(Ok((_, Order::Heartbeat))) => dead = Instant::now() + HEARTBEAT_WITHIN,
                Some(Ok((order, what))) => {
                    let error = execute(what).await.err();
                    reports.report(Report::Done { order, error });
                }
                Some(Err(error)) => {
                    let what = error.to_string();
                    reports.report(Report::Trouble { what });
                    if is_required {
                        return Err(error.into());
                    }
                }
            }
        }
    }
}

/// Reads orders until there are no more.
fn read(mut orders: Box<dyn BufRead>, queue: &mpsc::Sender<Taken>) {
    let mut lines = Reader::default();
    while let Ok(Some(line)) = next_line(&mut orders) {
        let taken = match line {
            Line::Whole(line) if line.trim().is_empty() => continue,
            Line::Whole(line) => lines.read(&line),
            Line::TooLong => Err(lines.too_long()),
        };
        if queue.blocking_send(taken).is_err() {
            return;
        }
    }
}

/// What was read up to the end of a line.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    Whole(String),
    /// Only so much of it was read as a line may have.
    TooLong,
}

/// The next line; nothing at the end.
fn next_line(orders: &mut impl BufRead) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    // One more than a line may have tells that it has.
    let length = orders
        .take(LONGEST as u64 + 1)
        .read_until(b'\n', &mut line)?;
    Ok(match length {
        0 => None,
        1..=LONGEST => Some(Line::Whole(String::from_utf8_lossy(&line).into_owned())),
        _ => Some(Line::TooLong),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_end_is_not_kept() {
        let mut endless = io::BufReader::new(io::repeat(b'x'));
        assert_eq!(next_line(&mut endless).unwrap(), Some(Line::TooLong));
        let mut longest = io::Cursor::new(["x".repeat(LONGEST - 1).as_str(), "\nend"].concat());
        for expected in [LONGEST, 3] {
            match next_line(&mut longest).unwrap() {
                Some(Line::Whole(line)) => assert_eq!(line.len(), expected),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(next_line(&mut longest).unwrap(), None);
    }
}
