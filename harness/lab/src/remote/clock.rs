//! The machines' monotonic clock, as seen from here.

use std::time::Instant;

use node::Now;

/// Estimates the machines' monotonic clock from what their processes say.
///
/// A report that was stamped `t` there arrives here later, so that the clock there is ahead of `t`
/// by then. The report that travelled fastest gives the best estimate: it is late by its travel
/// time, and never early. Machines in this room and across the ocean are served alike.
#[derive(Debug)]
pub(super) struct RemoteClock {
    began: Instant,
    /// The machines' clock when `began` was, at the least.
    ahead_us: Option<i128>,
    /// The machines' clock at the first report: the lab's zero.
    epoch_us: Option<u64>,
}

impl RemoteClock {
    /// Before anything was heard.
    pub(super) fn new(began: Instant) -> RemoteClock {
        RemoteClock {
            began,
            ahead_us: None,
            epoch_us: None,
        }
    }

    /// The machines' clock at the lab's zero; until something was heard there is none.
    pub(super) fn epoch_us(&self) -> u64 {
        self.epoch_us.unwrap_or_default()
    }

    /// A report that was stamped `stamp_us` has just arrived.
    pub(super) fn heard(&mut self, stamp_us: u64, arrived: Instant) {
        let here_us = arrived.saturating_duration_since(self.began).as_micros();
        let ahead = i128::from(stamp_us) - i128::try_from(here_us).unwrap_or(i128::MAX);
        self.ahead_us = Some(self.ahead_us.map_or(ahead, |known| known.max(ahead)));
        self.epoch_us.get_or_insert(stamp_us);
    }

    /// A stamp as the lab's time.
    pub(super) fn at(&self, stamp_us: u64) -> Now {
        Now::from_micros(stamp_us.saturating_sub(self.epoch_us.unwrap_or(stamp_us)))
    }

    /// The lab's time at `here`, at the least. It never goes backwards.
    pub(super) fn now(&self, here: Instant) -> Now {
        let (Some(ahead), Some(_)) = (self.ahead_us, self.epoch_us) else {
            return Now::ZERO;
        };
        let here = here.saturating_duration_since(self.began).as_micros();
        let here = i128::try_from(here).unwrap_or(i128::MAX);
        self.at(u64::try_from(ahead.saturating_add(here)).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_fastest_report_sets_the_clock_and_a_slow_one_does_not_set_it_back() {
        let mut clock = RemoteClock::new(Instant::now());
        let later = |clock: &RemoteClock, millis| clock.began + Duration::from_millis(millis);
        clock.heard(5_000_000, later(&clock, 10));
        let fastest = clock.ahead_us;
        clock.heard(5_100_000, later(&clock, 500));
        assert_eq!(clock.ahead_us, fastest);
        clock.heard(6_000_000, later(&clock, 1005));
        assert_eq!(clock.ahead_us, fastest.map(|ahead| ahead + 5_000));
    }

    #[test]
    fn the_first_report_is_the_zero_of_all_times() {
        let mut clock = RemoteClock::new(Instant::now());
        assert_eq!(clock.now(clock.began), Now::ZERO);
        clock.heard(5_000_000, clock.began);
        assert_eq!(clock.at(5_250_000), Now::from_micros(250_000));
        assert_eq!(clock.at(4_000_000), Now::ZERO);
    }
}
