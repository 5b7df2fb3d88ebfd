//! What comes next: items ordered by time, and at the same instant in the order of pushing.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::Now;

/// The future of a simulation.
///
/// Small keys are put in order; the items lie still in their slots, whatever their size.
pub(super) struct Queue<T> {
    order: Order,
    slots: Vec<Option<T>>,
}

/// Which slot is due when. It knows nothing of the items, so that it is compiled here, and not in the crate
/// that a debug build leaves as it is.
#[derive(Default)]
struct Order {
    due: BinaryHeap<Reverse<Key>>,
    free: Vec<usize>,
    slots: usize,
    pushed: u64,
}

/// Compares by its fields in order: the time, then the sequence of pushing, which is unique.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    at: Now,
    sequence: u64,
    slot: usize,
}

impl<T> Queue<T> {
    pub(super) fn new() -> Self {
        Queue {
            order: Order::default(),
            slots: Vec::new(),
        }
    }

    /// Puts `item` behind everything that is already due at `at`.
    pub(super) fn push(&mut self, at: Now, item: T) {
        match self.slots.get_mut(self.order.push(at)) {
            Some(slot) => *slot = Some(item),
            None => self.slots.push(Some(item)),
        }
    }

    /// Takes the next item, unless it is due only after `until`.
    pub(super) fn pop(&mut self, until: Now) -> Option<(Now, T)> {
        let Key { at, slot, .. } = self.order.pop(until)?;
        let item = self.slots.get_mut(slot)?.take()?;
        Some((at, item))
    }
}

impl Order {
    /// The slot of an item that is due then: one that is free, or the next new one.
    fn push(&mut self, at: Now) -> usize {
        let slot = self.free.pop().unwrap_or(self.slots);
        self.slots = self.slots.max(slot + 1);
        let sequence = self.pushed;
        self.pushed += 1;
        self.due.push(Reverse(Key { at, sequence, slot }));
        slot
    }

    /// What is due next, unless that is only after `until`. Its slot is free then.
    fn pop(&mut self, until: Now) -> Option<Key> {
        let Reverse(key) = *self.due.peek()?;
        if key.at > until {
            return None;
        }
        self.due.pop();
        self.free.push(key.slot);
        Some(key)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_item_due_at_the_limit_is_given_and_one_after_it_is_not() {
        let mut queue = Queue::new();
        queue.push(Now::from_micros(5), 'a');
        queue.push(Now::from_micros(6), 'b');
        let limit = Now::from_micros(5);
        assert_eq!(queue.pop(limit), Some((limit, 'a')));
        assert_eq!(queue.pop(limit), None);
    }

    proptest! {
        #[test]
        fn items_come_by_time_and_at_one_instant_in_the_order_of_pushing(
            times in proptest::collection::vec(0_u64..20, 0..200),
        ) {
            let mut queue = Queue::new();
            for (index, time) in times.iter().enumerate() {
                queue.push(Now::from_micros(*time), index);
            }
            let mut expected: Vec<(u64, usize)> =
                times.iter().copied().enumerate().map(|(index, time)| (time, index)).collect();
            expected.sort_unstable();
            let mut popped = Vec::new();
            while let Some((at, index)) = queue.pop(Now::from_micros(u64::MAX)) {
                popped.push((at.as_micros(), index));
            }
            prop_assert_eq!(popped, expected);
        }
    }
}
