//! The only time that a node knows: microseconds since its driver started.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};
use std::time::Duration;

/// An instant on a driver's clock, in microseconds since the driver started.
///
/// In simulation it is virtual; on sockets it is the monotonic clock. It never goes backwards,
/// but it may jump forwards between two inputs: that is how a frozen process sees its thaw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Now(u64);

impl Now {
    /// The start of the driver's clock.
    pub const ZERO: Now = Now(0);

    /// The instant `micros` microseconds after the driver's start.
    pub const fn from_micros(micros: u64) -> Self {
        Now(micros)
    }

    /// Microseconds since the driver's start.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// The time that has passed since `earlier`; zero if `earlier` lies ahead.
    pub const fn since(self, earlier: Now) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Now {
    type Output = Now;

    fn add(self, span: Duration) -> Now {
        Now(self.0.saturating_add(micros(span)))
    }
}

impl AddAssign<Duration> for Now {
    fn add_assign(&mut self, span: Duration) {
        *self = *self + span;
    }
}

impl Sub<Duration> for Now {
    type Output = Now;

    fn sub(self, span: Duration) -> Now {
        Now(self.0.saturating_sub(micros(span)))
    }
}

impl fmt::Display for Now {
    /// Seconds with six decimals, as journals are read by people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06} s", self.0 / 1_000_000, self.0 % 1_000_000)
    }
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}
