//! The deadlines of calls, one for each.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use node::Now;

use crate::slots::Key;

/// When which call is to be looked at. A call is entered once; one whose deadline has moved to a later
/// time is entered again when its old one has come, which costs less than to take it out.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    heap: BinaryHeap<Reverse<(Now, Key)>>,
}

/// The deadline of one call.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Deadline {
    /// When something is due.
    pub(crate) at: Now,
    /// The earliest time under which the call is entered.
    entered: Option<Now>,
}

impl Timers {
    /// Sets a call's deadline.
    pub(crate) fn set(&mut self, key: Key, deadline: &mut Deadline, at: Now) {
        deadline.at = at;
        if deadline.entered.is_none_or(|entered| at < entered) {
            deadline.entered = Some(at);
            self.heap.push(Reverse((at, key)));
        }
    }

    /// The next time that has come, and whose it was. What is due then, [`Timers::is_due`] says.
    pub(crate) fn pop(&mut self, now: Now) -> Option<(Now, Key)> {
        let Reverse((at, _)) = self.heap.peek()?;
        if *at > now {
            return None;
        }
        self.heap.pop().map(|Reverse(entry)| entry)
    }

    /// Whether a call whose time `at` has come is due; else it is entered again.
    pub(crate) fn is_due(&mut self, now: Now, at: Now, key: Key, deadline: &mut Deadline) -> bool {
        if deadline.entered != Some(at) {
            return false;
        }
        deadline.entered = None;
        let is_due = deadline.at <= now;
        if !is_due {
            self.set(key, deadline, deadline.at.max(now));
        }
        is_due
    }

    /// When [`Timers::pop`] next gives something.
    pub(crate) fn next(&self) -> Option<Now> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Key = Key {
        slot: 0,
        generation: 0,
    };

    fn at(micros: u64) -> Now {
        Now::from_micros(micros)
    }

    /// When a call is due, of all times at which it is looked at.
    fn due(timers: &mut Timers, deadline: &mut Deadline, until: u64) -> Vec<u64> {
        let mut due = Vec::new();
        for now in 0..until {
            while let Some((entered, key)) = timers.pop(at(now)) {
                if timers.is_due(at(now), entered, key, deadline) {
                    due.push(now);
                }
            }
        }
        due
    }

    #[test]
    fn a_deadline_may_move_in_both_directions_and_counts_once() {
        let (mut timers, mut deadline) = (Timers::default(), Deadline::default());
        timers.set(KEY, &mut deadline, at(10));
        timers.set(KEY, &mut deadline, at(30));
        assert_eq!(due(&mut timers, &mut deadline, 20), Vec::<u64>::new());
        assert_eq!(timers.next(), Some(at(30)));
        timers.set(KEY, &mut deadline, at(25));
        assert_eq!(due(&mut timers, &mut deadline, 50), [25]);
        assert_eq!(timers.next(), None);
    }
}
