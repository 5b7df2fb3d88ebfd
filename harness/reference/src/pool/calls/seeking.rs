//! Which calls look for agents, and when; and which agents nobody asks meanwhile.
//!
//! Agents are looked for at the end of a turn, however much has happened in it: by the calls that
//! have just begun to wait or were refused, and by all that wait when somebody has become free, and
//! from time to time in case that something else has changed. An agent whose phone could not be
//! reached, or was busy, is asked by no call for a while: else each call that waits would find that
//! out for itself, again and again.

use std::collections::{BTreeMap, BTreeSet};

use node::Now;

use super::call::CallId;

/// Who looks for agents, and when.
#[derive(Debug, Default)]
pub(super) struct Seeking {
    /// The calls that look at the end of this turn.
    calls: BTreeSet<CallId>,
    /// When all calls that wait look.
    all_at: Option<Now>,
    /// Who is asked by nobody, until when.
    left_alone: BTreeMap<String, Now>,
}

/// The calls that look for agents.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Seekers {
    /// These, if they still wait.
    Some(BTreeSet<CallId>),
    /// All that wait.
    All,
}

impl Seeking {
    /// A call looks for agents at the end of this turn.
    pub(super) fn call(&mut self, id: CallId) {
        self.calls.insert(id);
    }

    /// All calls that wait look for agents then, if not earlier.
    pub(super) fn all(&mut self, at: Now) {
        self.all_at = Some(self.all_at.map_or(at, |earlier| earlier.min(at)));
    }

    /// Nobody asks an agent before then, which is when all look again.
    pub(super) fn leave_alone(&mut self, agent: String, until: Now) {
        self.left_alone.insert(agent, until);
        self.all(until);
    }

    /// An agent may be asked at once, whatever was before.
    pub(super) fn welcome(&mut self, agent: &str) {
        self.left_alone.remove(agent);
    }

    /// Whether nobody is to ask an agent yet.
    pub(super) fn is_left_alone(&self, agent: &str, now: Now) -> bool {
        self.left_alone.get(agent).is_some_and(|until| *until > now)
    }

    /// Takes those who look for agents now; nothing if nobody does.
    pub(super) fn take(&mut self, now: Now) -> Option<Seekers> {
        let calls = std::mem::take(&mut self.calls);
        if self.all_at.take_if(|at| *at <= now).is_some() {
            self.left_alone.retain(|_, until| *until > now);
            let next = self.left_alone.values().min().copied();
            self.all_at = next;
            return Some(Seekers::All);
        }
        (!calls.is_empty()).then_some(Seekers::Some(calls))
    }

    /// When all calls that wait look for agents next.
    pub(super) fn deadline(&self) -> Option<Now> {
        self.all_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Now {
        Now::from_micros(millis * 1000)
    }

    #[test]
    fn a_call_looks_once_a_turn_however_often_it_was_asked_to() {
        let mut seeking = Seeking::default();
        assert_eq!(seeking.take(at(0)), None);
        seeking.call(CallId(2));
        seeking.call(CallId(1));
        seeking.call(CallId(2));
        let calls = BTreeSet::from([CallId(1), CallId(2)]);
        assert_eq!(seeking.take(at(0)), Some(Seekers::Some(calls)));
        assert_eq!(seeking.take(at(0)), None);
    }

    #[test]
    fn all_look_when_the_first_agent_may_be_asked_again() {
        let mut seeking = Seeking::default();
        seeking.leave_alone("anna".to_owned(), at(1_000));
        seeking.leave_alone("bert".to_owned(), at(1_500));
        assert!(seeking.is_left_alone("anna", at(999)) && !seeking.is_left_alone("cora", at(0)));
        assert_eq!(seeking.deadline(), Some(at(1_000)));
        assert_eq!(seeking.take(at(999)), None);
        assert_eq!(seeking.take(at(1_000)), Some(Seekers::All));
        assert!(!seeking.is_left_alone("anna", at(1_000)));
        assert_eq!(seeking.deadline(), Some(at(1_500)), "when bert may be");
    }

    #[test]
    fn who_registers_anew_is_left_alone_no_longer() {
        let mut seeking = Seeking::default();
        seeking.leave_alone("anna".to_owned(), at(1_000));
        seeking.welcome("anna");
        assert!(!seeking.is_left_alone("anna", at(0)));
    }
}
