//! The changes of the database that wait for their turn.

use std::collections::VecDeque;

use super::{serving, surfaces};
use crate::store::entry::Change;

/// A change of the database. It is judged against the state that it finds when its turn comes,
/// made durable, and only then told and acted upon.
#[derive(Debug)]
pub(super) enum Update {
    /// The deployment is written into an empty database.
    Install,
    /// The database is told what is known already: the partner's directory, a fence.
    Remember,
    /// What nobody asked for, as only mutants write it.
    Unasked(Vec<Change>),
    /// Failover or failback.
    Serving(serving::Update),
    /// What an agent or an administrator changes.
    Surface(surfaces::Update),
}

impl From<serving::Update> for Update {
    fn from(update: serving::Update) -> Self {
        Update::Serving(update)
    }
}

impl From<surfaces::Update> for Update {
    fn from(update: surfaces::Update) -> Self {
        Update::Surface(update)
    }
}

/// The updates that wait, and the one that is being written.
#[derive(Debug, Default)]
pub(super) struct UpdateQueue {
    waiting: VecDeque<Update>,
    writing: Option<Box<Update>>,
}

impl UpdateQueue {
    /// Adds an update. What is to be remembered is worked out when it is, so once is enough.
    pub(super) fn push(&mut self, update: Update) {
        let remembers = |other: &Update| matches!(other, Update::Remember);
        if !remembers(&update) || !self.waiting.iter().any(remembers) {
            self.waiting.push_back(update);
        }
    }

    /// Adds an update before all others.
    pub(super) fn push_first(&mut self, update: Update) {
        self.waiting.push_front(update);
    }

    /// Whether none waits.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Takes the next one.
    pub(super) fn pop(&mut self) -> Option<Update> {
        self.waiting.pop_front()
    }

    /// Takes all that wait.
    pub(super) fn take_all(&mut self) -> VecDeque<Update> {
        std::mem::take(&mut self.waiting)
    }

    /// An update is being written.
    pub(super) fn begin_writing(&mut self, update: Update) {
        self.writing = Some(Box::new(update));
    }

    /// The update that was being written.
    pub(super) fn end_writing(&mut self) -> Option<Update> {
        self.writing.take().map(|update| *update)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_remembered_waits_once_and_may_wait_again_while_it_is_written() {
        let mut queue = UpdateQueue::default();
        queue.push(Update::Remember);
        queue.push(Update::Remember);
        let first = queue.pop().unwrap();
        assert!(queue.is_empty());
        queue.begin_writing(first);
        queue.push(Update::Remember);
        assert!(!queue.is_empty());
        assert!(matches!(queue.end_writing(), Some(Update::Remember)));
        assert!(queue.end_writing().is_none());
    }
}
