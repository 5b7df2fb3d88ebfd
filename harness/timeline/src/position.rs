//! Where in a journal something stands, and when it was.

use std::fmt;

use model::journal::Record;

/// For so long messages to, or of, two ends may cross, in microseconds.
pub const CROSSING_US: u64 = 200_000;

/// A journal line: its time first, so that positions sort as things happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// When, in microseconds since the walk's lab was started.
    pub t_us: u64,
    /// The line's number within the walk.
    pub n: u64,
}

impl Position {
    /// So much later, in microseconds, as if it were of the same line.
    #[must_use]
    pub fn later_by(self, us: u64) -> Self {
        Position {
            t_us: self.t_us.saturating_add(us),
            ..self
        }
    }

    /// So much earlier, in microseconds, before all lines of that instant.
    #[must_use]
    pub const fn earlier_by(self, us: u64) -> Self {
        Position {
            t_us: self.t_us.saturating_sub(us),
            n: 0,
        }
    }

    /// The line before, as if it were of the same instant.
    pub fn just_before(self) -> Self {
        Position {
            n: self.n.saturating_sub(1),
            ..self
        }
    }
}

impl From<&Record> for Position {
    fn from(record: &Record) -> Self {
        Position {
            t_us: record.t_us,
            n: record.n,
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (line {})", At(self.t_us), self.n)
    }
}

/// An instant of the walk, shown in seconds to the millisecond.
#[derive(Clone, Copy, Debug)]
pub struct At(pub u64);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03} s", self.0 / 1_000_000, self.0 / 1_000 % 1_000)
    }
}

/// A length of time in microseconds, shown in seconds to the tenth or, when short, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Lasting(pub u64);

impl fmt::Display for Lasting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            us if us < 1_000_000 => write!(f, "{} ms", us / 1_000),
            us => write!(f, "{}.{} s", us / 1_000_000, us / 100_000 % 10),
        }
    }
}
