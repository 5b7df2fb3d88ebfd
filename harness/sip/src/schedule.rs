//! Deadlines: one for each key.

use std::collections::{BTreeMap, BTreeSet};

use node::Now;

/// A deadline for each key; the next one is found without looking at all of them.
#[derive(Debug)]
pub(crate) struct Schedule<K> {
    by_key: BTreeMap<K, Now>,
    by_time: BTreeSet<(Now, K)>,
}

impl<K: Ord + Copy> Schedule<K> {
    pub(crate) fn new() -> Self {
        Schedule {
            by_key: BTreeMap::new(),
            by_time: BTreeSet::new(),
        }
    }

    /// Sets the deadline of `key`, or takes it away.
    pub(crate) fn set(&mut self, key: K, deadline: Option<Now>) {
        let old = match deadline {
            Some(at) => self.by_key.insert(key, at),
            None => self.by_key.remove(&key),
        };
        if let Some(at) = old {
            self.by_time.remove(&(at, key));
        }
        if let Some(at) = deadline {
            self.by_time.insert((at, key));
        }
    }

    /// The earliest deadline.
    pub(crate) fn next(&self) -> Option<Now> {
        self.by_time.first().map(|(at, _)| *at)
    }

    /// Takes the earliest of the deadlines that have come.
    pub(crate) fn pop_due(&mut self, now: Now) -> Option<K> {
        let (at, key) = self.by_time.first().copied()?;
        if at > now {
            return None;
        }
        self.set(key, None);
        Some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_come_in_order_and_only_the_last_one_set_counts() {
        let at = Now::from_micros;
        let mut schedule = Schedule::new();
        schedule.set('a', Some(at(30)));
        schedule.set('b', Some(at(20)));
        schedule.set('c', Some(at(10)));
        schedule.set('a', Some(at(15)));
        schedule.set('c', None);
        assert_eq!(schedule.next(), Some(at(15)));
        assert_eq!(schedule.pop_due(at(14)), None);
        assert_eq!(schedule.pop_due(at(99)), Some('a'));
        assert_eq!(schedule.pop_due(at(99)), Some('b'));
        assert_eq!(schedule.pop_due(at(99)), None);
        assert_eq!(schedule.next(), None);
    }
}
