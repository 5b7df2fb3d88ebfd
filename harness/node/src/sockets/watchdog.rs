//! Whether the node is done with each input soon.
//!
//! A node that computes does nothing else meanwhile: it answers nobody, and a signal that asks it to
//! end is not seen. Only a thread of its own can tell of that while it lasts.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use crate::Input;

/// How long a node may take for one input: T1, after which whoever waits for an answer asks again
/// (RFC 3261 §17.1.1.1).
const SOON: Duration = Duration::from_millis(500);

/// How often the thread looks.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A node that takes, or has taken, too long for one input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slow {
    /// What the input is.
    pub input: &'static str,
    /// How long it has taken.
    pub took: Duration,
    /// Whether the node is done with it.
    pub done: bool,
}

impl fmt::Display for Slow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (input, took) = (self.input, self.took.as_secs_f64());
        match self.done {
            true => write!(f, "slow: {input} took {took:.1} s"),
            false => write!(
                f,
                "stuck: {input} has taken {took:.1} s so far, and nothing else is done"
            ),
        }
    }
}

/// Tells of what takes too long.
type Tell = dyn Fn(Slow) + Send + Sync;

/// Watches a node.
pub(super) struct Watchdog {
    turn: Arc<Mutex<Option<Turn>>>,
    tell: Arc<Tell>,
}

/// An input that the node works at.
#[derive(Clone, Copy)]
struct Turn {
    input: &'static str,
    begun: Instant,
    /// After how long it is told of next.
    tell_after: Duration,
}

impl Watchdog {
    /// Tells of what takes too long by `tell`, while it lasts from a thread of its own, which ends
    /// with this.
    pub(super) fn start(tell: impl Fn(Slow) + Send + Sync + 'static) -> Self {
        let (turn, tell): (_, Arc<Tell>) = (Arc::default(), Arc::new(tell));
        let (watched, by) = (Arc::downgrade(&turn), Arc::clone(&tell));
        thread::spawn(move || watch(&watched, &*by));
        Watchdog { turn, tell }
    }

    /// The node begins to work at an input.
    pub(super) fn begin<C>(&self, input: &Input<C>) {
        *lock(&self.turn) = Some(Turn {
            input: name(input),
            begun: Instant::now(),
            tell_after: SOON,
        });
    }

    /// The node is done with it.
    pub(super) fn end(&self) {
        let Some(turn) = lock(&self.turn).take() else {
            return;
        };
        let took = turn.begun.elapsed();
        if took >= SOON {
            let input = turn.input;
            let done = true;
            (self.tell)(Slow { input, took, done });
        }
    }
}

/// Looks at what the node works at, for as long as there is one; tells after twice the time again.
fn watch(turn: &Weak<Mutex<Option<Turn>>>, tell: &Tell) {
    while let Some(turn) = turn.upgrade() {
        let overdue = lock(&turn).as_mut().and_then(|turn| {
            let took = turn.begun.elapsed();
            let is_overdue = took >= turn.tell_after;
            is_overdue.then(|| {
                turn.tell_after = 2 * took;
                (turn.input, took)
            })
        });
        drop(turn);
        if let Some((input, took)) = overdue {
            let done = false;
            tell(Slow { input, took, done });
        }
        thread::sleep(LOOK_EVERY);
    }
}

/// A panic elsewhere leaves the turn whole.
fn lock(turn: &Mutex<Option<Turn>>) -> MutexGuard<'_, Option<Turn>> {
    turn.lock().unwrap_or_else(PoisonError::into_inner)
}

fn name<C>(input: &Input<C>) -> &'static str {
    match input {
        Input::Start => "the start",
        Input::Deadline => "a deadline",
        Input::Command(_) => "a command",
        Input::Datagram { .. } => "a datagram",
        Input::Undeliverable { .. } => "an undeliverable datagram",
        Input::Stream { .. } => "what came on a connection",
        Input::Request { .. } => "an HTTP request",
        Input::Reply { .. } => "an HTTP reply",
    }
}
