//! When calls begin.

use std::time::Duration;

use node::Now;

/// What is later than this is not made up for: a burst of all that was missed is not the rate that
/// was asked for.
const LATEST: Duration = Duration::from_secs(1);

/// Calls at a rate, evenly spaced, from a start until the window is over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    start: Now,
    rate: f64,
    /// How many are placed in all.
    all: u64,
    /// How many have been due so far.
    next: u64,
}

impl Pace {
    pub(crate) fn new(start: Now, rate: f64, window: Duration) -> Pace {
        Pace {
            start,
            rate,
            all: (rate * window.as_secs_f64()).ceil() as u64,
            next: 0,
        }
    }

    /// When the next call begins; none when the window is over.
    pub(crate) fn due(&self) -> Option<Now> {
        (self.next < self.all).then(|| self.time_of(self.next))
    }

    /// Takes the next call, if its time has come, and tells how many were missed before it.
    pub(crate) fn take(&mut self, now: Now) -> Option<u64> {
        let due = self.due().filter(|due| *due <= now)?;
        let mut missed = 0;
        if now.since(due) > LATEST {
            let elapsed = now.since(self.start).as_secs_f64();
            let present = ((elapsed * self.rate) as u64).min(self.all - 1);
            missed = present.saturating_sub(self.next);
        }
        self.next += missed + 1;
        Some(missed)
    }

    fn time_of(&self, call: u64) -> Now {
        self.start + Duration::from_secs_f64(call as f64 / self.rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Now {
        Now::from_micros(1_000 * millis)
    }

    #[test]
    fn calls_are_evenly_spaced_until_the_window_is_over() {
        let mut pace = Pace::new(at(500), 4.0, Duration::from_secs(1));
        let mut due = Vec::new();
        while let Some(time) = pace.due() {
            assert_eq!(pace.take(time - Duration::from_millis(1)), None);
            assert_eq!(pace.take(time), Some(0));
            due.push(time);
        }
        assert_eq!(due, [at(500), at(750), at(1_000), at(1_250)]);
    }

    #[test]
    fn what_a_machine_that_stood_still_has_missed_is_counted_and_not_made_up_for() {
        let mut pace = Pace::new(at(0), 10.0, Duration::from_secs(10));
        assert_eq!(pace.take(at(0)), Some(0));
        assert_eq!(pace.take(at(900)), Some(0), "that little is made up for");
        assert_eq!(pace.take(at(5_050)), Some(48));
        assert_eq!(pace.due(), Some(at(5_100)));
        assert_eq!(pace.take(at(99_000)), Some(48));
        assert_eq!(pace.due(), None);
    }
}
