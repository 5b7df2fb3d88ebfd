//! One call of a caller's: what it waits for, and what it sends again.

use std::time::Duration;

use bytes::Bytes;
use node::{Now, Port};

use crate::measured::Failure;
use crate::request::Remote;
use crate::timers::Deadline;

/// T1 and T2 of RFC 3261 (section 17.1.1.1).
pub(crate) const T1: Duration = Duration::from_millis(500);
const T2: Duration = Duration::from_secs(4);

/// How long a request is waited for: Timers B and F.
pub(crate) const GIVE_UP: Duration = Duration::from_secs(32);

/// How far a call has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The INVITE was sent.
    Calling,
    /// Something came of it, and it is not answered.
    Proceeding,
    /// A CANCEL was sent.
    Cancelling,
    /// It is answered.
    Talking,
    /// A BYE was sent.
    Ending,
}

/// A call.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) phase: Phase,
    /// When its first INVITE was sent, and in which part of the load.
    pub(crate) began: Now,
    pub(crate) part: u32,
    /// Whom it is for.
    pub(crate) destination: usize,
    /// Which next hop of that destination it has been sent to.
    pub(crate) hop: usize,
    /// The CSeq of its last request.
    pub(crate) sequence: u32,
    /// What became of it, once that is counted: a call is counted once.
    pub(crate) is_counted: bool,
    /// Whether it is to be cancelled as soon as something has come of it (section 9.1).
    pub(crate) is_unwanted: bool,
    pub(crate) remote: Option<Box<Remote>>,
    pub(crate) media: Option<Port>,
    /// How often its media was described.
    pub(crate) version: u32,
    pub(crate) deadline: Deadline,
    /// What is sent again while nothing comes of it.
    pub(crate) again: Option<Again>,
}

/// A request that is sent until it is answered.
#[derive(Debug)]
pub(crate) struct Again {
    pub(crate) bytes: Bytes,
    interval: Duration,
    /// The longest interval.
    longest: Duration,
    pub(crate) until: Now,
}

impl Again {
    /// An INVITE, sent at `now` (Timer A).
    pub(crate) fn invite(now: Now, bytes: Bytes, within: Duration) -> Again {
        Again {
            bytes,
            interval: T1,
            longest: GIVE_UP,
            until: now + within,
        }
    }

    /// Any other request, sent at `now` (Timer E).
    pub(crate) fn other(now: Now, bytes: Bytes) -> Again {
        Again {
            bytes,
            interval: T1,
            longest: T2,
            until: now + GIVE_UP,
        }
    }

    /// When it is next looked at.
    pub(crate) fn due(&self, now: Now) -> Now {
        (now + self.interval).min(self.until)
    }

    /// It is sent again.
    pub(crate) fn repeat(&mut self) {
        self.interval = (2 * self.interval).min(self.longest);
    }
}

/// What became of a call that was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unanswered {
    Failed(Failure),
    GivenUp,
}
