//! Spans of time that the timers of RFC 3261 are made of.

use std::time::Duration;

use node::Now;

/// The three estimates that all timers are made of (RFC 3261 §17.1.1.1, Table 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// The round-trip time.
    pub t1: Duration,
    /// The longest interval between retransmissions, other than of INVITE requests.
    pub t2: Duration,
    /// How long a message stays in the network.
    pub t4: Duration,
}

impl Timing {
    /// 64 × T1: how long anything is tried or waited for (Timers B, F, H, J, L, M; also D, which
    /// is to be at least as long as the server's H).
    pub fn timeout(&self) -> Duration {
        self.t1.saturating_mul(64)
    }
}

impl Default for Timing {
    fn default() -> Self {
        Timing {
            t1: Duration::from_millis(500),
            t2: Duration::from_secs(4),
            t4: Duration::from_secs(5),
        }
    }
}

/// When to send again: at intervals that double (Timers A, E and G, and those of a 2xx).
///
/// An interval begins when the one before was noticed to be over, so that a process which was
/// stopped over several of them sends once, not in a burst.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retransmission {
    due: Now,
    interval: Duration,
    longest: Duration,
}

impl Retransmission {
    /// First after `interval`; later intervals double up to `longest`.
    pub fn new(now: Now, interval: Duration, longest: Duration) -> Self {
        Retransmission {
            due: now + interval,
            interval,
            longest,
        }
    }

    /// When it is next due.
    pub const fn due(&self) -> Now {
        self.due
    }

    /// Whether it is due; if so, the next interval begins.
    pub fn fires(&mut self, now: Now) -> bool {
        if now < self.due {
            return false;
        }
        self.interval = self.interval.saturating_mul(2).min(self.longest);
        self.due = now + self.interval;
        true
    }

    /// Makes the interval after the present one, and all later ones, the longest.
    pub(crate) fn slow_down(&mut self) {
        self.interval = self.longest;
    }
}

/// Runs a machine from deadline to deadline, for the tests of all machines.
#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// `seconds` after the start.
    pub(crate) fn at(seconds: f64) -> Now {
        Now::ZERO + Duration::from_secs_f64(seconds)
    }

    /// What a machine does by itself, with the seconds at which it does it.
    pub(crate) fn by_itself<M, A>(
        machine: &mut M,
        deadline: impl Fn(&M) -> Option<Now>,
        tick: impl Fn(&mut M, Now) -> A,
    ) -> Vec<(f64, A)> {
        let mut done = Vec::new();
        while let Some(now) = deadline(machine) {
            let action = tick(machine, now);
            done.push((now.since(Now::ZERO).as_secs_f64(), action));
        }
        done
    }

    #[test]
    fn a_process_that_was_stopped_over_several_intervals_sends_once() {
        let second = Duration::from_secs(1);
        let mut retransmission = Retransmission::new(Now::ZERO, second, 4 * second);
        assert!(retransmission.fires(at(60.0)));
        assert!(!retransmission.fires(at(61.0)));
        assert_eq!(retransmission.due(), at(62.0));
    }
}
