//! The documented limits, and what else an object must be.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::object::{Kind, Object, Spec};

/// Why an object is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    /// It has no name.
    #[error("a {} has no name", .0.word())]
    NoName(Kind),
    /// A duration is outside of its documented limits.
    #[error("the {what} of `{name}` is {} s, outside of {} s to {} s", .is.as_secs_f64(), .limits.start(), .limits.end())]
    Limits {
        /// The object.
        name: String,
        /// Which duration.
        what: &'static str,
        /// What it is.
        is: Duration,
        /// What it may be, in seconds.
        limits: RangeInclusive<u64>,
    },
    /// An overflow threshold is above 1000.
    #[error("the overflow threshold of `{0}` is {1}, above 1000")]
    Threshold(String, u16),
    /// A day has more than two ranges of business hours.
    #[error("`{0}` has more than two ranges on a day")]
    Ranges(String),
    /// It refers to an object that does not exist.
    #[error("`{name}` refers to the {} `{missing}`, which does not exist", .kind.word())]
    Dangling {
        /// The object that refers to it.
        name: String,
        /// The kind of the missing object.
        kind: Kind,
        /// Its name.
        missing: String,
    },
}

impl Object {
    /// Checks the documented limits.
    pub fn check(&self) -> Result<(), ObjectError> {
        self.spec.check(&self.name)
    }
}

impl Spec {
    /// Checks the documented limits for the object called `name`.
    fn check(&self, name: &str) -> Result<(), ObjectError> {
        if name.is_empty() {
            return Err(ObjectError::NoName(self.kind()));
        }
        match self {
            Spec::AgentGroup(group) => within(name, "alert time", group.alert_time, 10..=600),
            Spec::Queue(queue) => {
                if let Some(timeout) = &queue.timeout {
                    within(name, "time-out", timeout.after, 10..=65_535)?;
                }
                match &queue.overflow {
                    Some(overflow) if overflow.threshold > 1000 => {
                        Err(ObjectError::Threshold(name.to_owned(), overflow.threshold))
                    }
                    _ => Ok(()),
                }
            }
            Spec::Hours(hours) if hours.week.iter().any(|day| day.len() > 2) => {
                Err(ObjectError::Ranges(name.to_owned()))
            }
            Spec::Hours(_) | Spec::Holidays(_) | Spec::Workflow(_) => Ok(()),
        }
    }
}

fn within(
    name: &str,
    what: &'static str,
    is: Duration,
    limits: RangeInclusive<u64>,
) -> Result<(), ObjectError> {
    let allowed = Duration::from_secs(*limits.start())..=Duration::from_secs(*limits.end());
    if allowed.contains(&is) {
        return Ok(());
    }
    let name = name.to_owned();
    Err(ObjectError::Limits {
        name,
        what,
        is,
        limits,
    })
}
