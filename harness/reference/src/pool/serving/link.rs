//! Whether the partner lives: a heartbeat that makes the round trip.

use std::time::Duration;

use node::Now;

use crate::config::Timing;

/// What the heartbeat says about the partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Liveness {
    /// It was heard of last at this time.
    Alive(Now),
    /// It was not heard of for too long, or never.
    Dead,
}

/// The heartbeat.
#[derive(Debug)]
pub(super) struct Link {
    timing: Timing,
    liveness: Liveness,
    /// When the next heartbeat is due; `None` before the pool has started.
    due: Option<Now>,
    /// When the pool has last done anything.
    busy: Now,
}

impl Link {
    pub(super) fn new(timing: Timing) -> Self {
        Link {
            timing,
            liveness: Liveness::Dead,
            due: None,
            busy: Now::ZERO,
        }
    }

    pub(super) fn begin(&mut self, now: Now) {
        self.due = Some(now);
    }

    /// Whether the partner lives.
    pub(super) fn is_alive(&self) -> bool {
        matches!(self.liveness, Liveness::Alive(_))
    }

    /// The partner was heard of; whether it counted as dead until then.
    pub(super) fn heard(&mut self, now: Now) -> bool {
        let was_dead = !self.is_alive();
        self.liveness = Liveness::Alive(now);
        was_dead
    }

    /// The pool was not there itself: time in which it could not hear of the partner does not
    /// count against the partner.
    pub(super) fn restart_timeout(&mut self, now: Now) {
        if let Liveness::Alive(heard) = &mut self.liveness {
            *heard = now;
        }
        self.due = self.due.map(|_| now);
    }

    /// Whether the partner has just died.
    pub(super) fn dies(&mut self, now: Now) -> bool {
        let dies = self.dead_at().is_some_and(|dead| now >= dead);
        if dies {
            self.liveness = Liveness::Dead;
        }
        dies
    }

    /// Whether a heartbeat is due now.
    pub(super) fn is_due(&self, now: Now) -> bool {
        self.due.is_some_and(|due| now >= due)
    }

    /// A heartbeat was sent.
    pub(super) fn sent(&mut self, now: Now) {
        self.due = Some(now + self.timing.heartbeat);
    }

    /// The pool does something.
    pub(super) fn ran(&mut self, now: Now) {
        self.busy = now;
    }

    /// Whether the heartbeat is so late that this pool cannot have been running. One that has done
    /// something else all the time has been: it has much to do.
    pub(super) fn is_overdue(&self, now: Now) -> bool {
        self.due.is_some_and(|due| now.since(due) > self.slack())
            && now.since(self.busy) > self.slack()
    }

    /// When it next wants to do something.
    pub(super) fn deadline(&self) -> Option<Now> {
        self.due.into_iter().chain(self.dead_at()).min()
    }

    fn dead_at(&self) -> Option<Now> {
        match self.liveness {
            Liveness::Alive(heard) => Some(heard + self.timing.dead_time()),
            Liveness::Dead => None,
        }
    }

    /// How late a pool may be that runs all the time. It must be less than the partner would wait
    /// before this pool counts as dead, and more than a busy machine makes a process wait.
    fn slack(&self) -> Duration {
        self.timing.heartbeat
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Now {
        Now::from_micros(millis * 1000)
    }

    #[test]
    fn a_partner_is_dead_after_three_heartbeats_without_an_answer() {
        let mut link = Link::new(Timing::default());
        link.begin(at(0));
        assert!(link.heard(at(100)));
        assert!(!link.heard(at(200)));
        assert!(!link.dies(at(1699)));
        assert!(link.dies(at(1700)));
        assert!(!link.dies(at(1700)), "it dies but once");
    }

    #[test]
    fn a_late_heartbeat_tells_of_a_jump_of_the_clock() {
        let mut link = Link::new(Timing::default());
        link.begin(at(0));
        link.sent(at(0));
        assert!(!link.is_overdue(at(1000)));
        assert!(link.is_overdue(at(1001)));
    }

    #[test]
    fn a_heartbeat_that_is_late_for_much_else_to_do_tells_of_no_jump() {
        let mut link = Link::new(Timing::default());
        link.begin(at(0));
        link.sent(at(0));
        link.ran(at(1_500));
        assert!(!link.is_overdue(at(2_000)));
        assert!(link.is_overdue(at(2_001)));
    }

    #[test]
    fn who_was_stopped_does_not_count_that_time_against_the_partner() {
        let mut link = Link::new(Timing::default());
        link.begin(at(0));
        link.heard(at(0));
        link.restart_timeout(at(60_000));
        assert!(!link.dies(at(61_000)));
        assert!(link.dies(at(61_500)));
    }
}
