//! A 2xx that waits for its ACK (RFC 3261 §13.3.1.4).

use node::Now;

use crate::Timing;
use crate::transaction::Retransmission;

use super::event::ServerId;

/// A 2xx that is sent again, first after T1, then at intervals that double up to T2, until its
/// ACK comes or 64 × T1 have passed.
#[derive(Debug)]
pub(super) struct Unacknowledged {
    server: ServerId,
    sequence: u32,
    retransmission: Retransmission,
    gives_up: Now,
    /// What our user wants when the wait is over.
    pub(super) after_ack: AfterAck,
}

/// What follows the ACK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AfterAck {
    Continue,
    /// A callee sends no BYE before the ACK (§15).
    HangUp,
}

/// What a wait for an ACK asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Nothing,
    Resend(ServerId),
    GiveUp,
}

impl Unacknowledged {
    /// The 2xx to the INVITE `server`, whose CSeq is `sequence`, is sent now.
    pub(super) fn new(now: Now, timing: Timing, server: ServerId, sequence: u32) -> Self {
        Unacknowledged {
            server,
            sequence,
            retransmission: Retransmission::new(now, timing.t1, timing.t2),
            gives_up: now + timing.timeout(),
            after_ack: AfterAck::Continue,
        }
    }

    /// Whether an ACK with this CSeq is the one waited for.
    pub(super) fn is_answered_by(&self, sequence: u32) -> bool {
        self.sequence == sequence
    }

    pub(super) fn tick(&mut self, now: Now) -> Due {
        if self.gives_up <= now {
            Due::GiveUp
        } else if self.retransmission.fires(now) {
            Due::Resend(self.server)
        } else {
            Due::Nothing
        }
    }

    pub(super) fn deadline(&self) -> Now {
        self.retransmission.due().min(self.gives_up)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_2xx_is_sent_again_at_doubling_intervals_up_to_t2_and_given_up_after_32_seconds() {
        let mut wait = Unacknowledged::new(Now::ZERO, Timing::default(), ServerId(1), 1);
        let mut resent = Vec::new();
        loop {
            let now = wait.deadline();
            match wait.tick(now) {
                Due::Resend(server) => {
                    assert_eq!(server, ServerId(1));
                    resent.push(now.since(Now::ZERO).as_secs_f64());
                }
                Due::GiveUp => break assert_eq!(now, Now::ZERO + Duration::from_secs(32)),
                Due::Nothing => panic!("nothing was due"),
            }
        }
        let expected = [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5];
        assert_eq!(resent, expected);
    }
}
