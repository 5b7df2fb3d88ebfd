//! What is due when: the steps of the running stage, and hang-ups of whatever stage.

use std::collections::{BTreeMap, VecDeque};

use model::programme::{Act, Step};
use node::Now;

/// What is due in a walk.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    /// The running stage's steps, by time and then in the programme's order.
    steps: VecDeque<(Now, Act)>,
    /// When who hangs up. A call may outlast its stage; a party has one call at a time.
    hang_ups: BTreeMap<String, Now>,
}

impl Schedule {
    /// A stage begins, and its steps are counted from `now`.
    pub(crate) fn begin_stage<'a>(&mut self, now: Now, steps: impl Iterator<Item = &'a Step>) {
        let mut steps: Vec<(Now, Act)> = steps
            .map(|step| (now + step.at.get(), step.act.clone()))
            .collect();
        steps.sort_by_key(|(at, _)| *at);
        self.steps = steps.into();
    }

    /// A stage ends. What was not due in it is never done: it would say something of another one.
    pub(crate) fn end_stage(&mut self) {
        self.steps.clear();
    }

    /// `party` hangs up at `at`, and not when it was to hang up earlier calls.
    pub(crate) fn hang_up_at(&mut self, party: &str, at: Now) {
        self.hang_ups.insert(party.to_owned(), at);
    }

    /// `party` has no hang-up to come any more.
    pub(crate) fn forget_hang_up(&mut self, party: &str) {
        self.hang_ups.remove(party);
    }

    /// When something is due next.
    pub(crate) fn next_due(&self) -> Option<Now> {
        let step = self.steps.front().map(|(at, _)| *at);
        let hang_up = self.hang_ups.values().min().copied();
        step.into_iter().chain(hang_up).min()
    }

    /// What is due at `now`, one at a time: hang-ups first, so that who hangs up can call again.
    pub(crate) fn take_due(&mut self, now: Now) -> Option<Act> {
        let mut hang_ups = self.hang_ups.iter();
        if let Some((by, _)) = hang_ups.find(|(_, at)| **at <= now) {
            return Some(Act::HangUp { by: by.clone() });
        }
        let (at, _) = self.steps.front()?;
        if *at > now {
            return None;
        }
        self.steps.pop_front().map(|(_, act)| act)
    }
}

#[cfg(test)]
mod tests {
    use model::Span;

    use super::*;

    fn step(at: u64, by: &str) -> Step {
        Step {
            at: Span::from_millis(at),
            act: Act::HangUp { by: by.to_owned() },
            only: None,
        }
    }

    fn who(act: Option<Act>) -> Option<String> {
        act.map(|act| match act {
            Act::HangUp { by } => by,
            other => panic!("{other:?}"),
        })
    }

    fn millis(millis: u64) -> Now {
        Now::from_micros(millis * 1000)
    }

    #[test]
    fn steps_are_due_by_time_and_then_in_the_order_written() {
        let steps = [step(20, "c"), step(10, "a"), step(10, "b")];
        let mut schedule = Schedule::default();
        schedule.begin_stage(millis(1000), steps.iter());

        assert_eq!(schedule.next_due(), Some(millis(1010)));
        assert_eq!(who(schedule.take_due(millis(1009))), None);
        assert_eq!(who(schedule.take_due(millis(1010))), Some("a".into()));
        assert_eq!(who(schedule.take_due(millis(1010))), Some("b".into()));
        assert_eq!(who(schedule.take_due(millis(1010))), None);
        assert_eq!(schedule.next_due(), Some(millis(1020)));
    }

    #[test]
    fn a_stage_that_ends_takes_its_steps_along_but_no_hang_up() {
        let mut schedule = Schedule::default();
        schedule.begin_stage(Now::ZERO, [step(20, "a")].iter());
        schedule.hang_up_at("b", millis(50));
        schedule.end_stage();
        assert_eq!(schedule.next_due(), Some(millis(50)));
        assert_eq!(who(schedule.take_due(millis(60))), Some("b".into()));
    }

    #[test]
    fn a_new_call_is_not_ended_by_the_hang_up_of_the_one_before() {
        let mut schedule = Schedule::default();
        schedule.hang_up_at("a", millis(50));
        schedule.hang_up_at("a", millis(90));
        assert_eq!(schedule.next_due(), Some(millis(90)));
        schedule.forget_hang_up("a");
        assert_eq!(schedule.next_due(), None);
    }
}
