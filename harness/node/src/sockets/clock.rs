//! The monotonic clock.

use std::io;
use std::time::{Duration, Instant};

use nix::time::{ClockId, clock_gettime};

use crate::Now;

/// The monotonic clock of the machine, from some zero on.
///
/// All processes of a machine, those in containers included, see the same clock; given the same
/// zero, their times can be compared.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// A time of this clock …
    read: Now,
    /// … and the same time as Rust's monotonic clock tells it.
    at: Instant,
}

impl Clock {
    /// A clock whose zero is now.
    pub fn starting_now() -> Self {
        Clock {
            read: Now::ZERO,
            at: Instant::now(),
        }
    }

    /// A clock whose zero is `epoch_us` microseconds on the machine's monotonic clock
    /// (`CLOCK_MONOTONIC`, which starts somewhere about the boot). Before that it stands at zero.
    ///
    /// # Errors
    ///
    /// If the kernel has no such clock.
    pub fn since(epoch_us: u64) -> io::Result<Self> {
        let monotonic = Duration::from(clock_gettime(ClockId::CLOCK_MONOTONIC)?);
        let at = Instant::now();
        let epoch = Duration::from_micros(epoch_us);
        Ok(Clock {
            read: Now::ZERO + monotonic.saturating_sub(epoch),
            at,
        })
    }

    /// The present time.
    pub fn now(&self) -> Now {
        self.read + self.at.elapsed()
    }
}
