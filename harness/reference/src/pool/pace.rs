//! How many calls begin in a second.

use std::time::Duration;

use node::Now;

/// How many calls more than usual may begin at once: those of this time.
const BURST: Duration = Duration::from_millis(500);

/// Counts calls that begin, by when the next one would be due if all came evenly.
#[derive(Debug)]
pub(super) struct Pace {
    interval: Duration,
    due: Now,
}

impl Pace {
    pub(super) fn new(per_second: u32) -> Self {
        Pace {
            interval: Duration::from_secs(1) / per_second.max(1),
            due: Now::ZERO,
        }
    }

    /// Whether one more call may begin now; then it counts.
    pub(super) fn admits(&mut self, now: Now) -> bool {
        let due = self.due.max(now);
        let admits = due.since(now) <= BURST;
        if admits {
            self.due = due + self.interval;
        }
        admits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_begin_in_a_second_than_may_but_for_a_burst() {
        let mut pace = Pace::new(100);
        let mut admitted = |second: u64| {
            let millis =
                (0..1_000).map(|millis| Now::from_micros((second * 1_000 + millis) * 1_000));
            millis.filter(|now| pace.admits(*now)).count()
        };
        assert_eq!(admitted(0), 150);
        assert_eq!(admitted(1), 100);
        assert_eq!(admitted(10), 150, "after a while without any");
    }
}
