//! Provisional responses that are acknowledged (RFC 3262), in both directions.

use node::Now;

use crate::message::field;
use crate::transaction::Retransmission;
use crate::{Method, Name, Request, Response, Timing};

/// The extension's name.
pub(super) const OPTION: &str = "100rel";

/// A provisional response of ours that waits for its PRACK: it is sent again at intervals that double,
/// until 64 × T1 have passed (§3).
#[derive(Debug)]
pub(super) struct Unpracked {
    rseq: u32,
    invite: u32,
    retransmission: Retransmission,
    gives_up: Now,
}

/// What a wait for a PRACK asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Nothing,
    Resend,
    GiveUp,
}

impl Unpracked {
    /// Makes `response`, which is sent now, the reliable one numbered `rseq`.
    pub(super) fn new(now: Now, timing: Timing, rseq: u32, response: &mut Response) -> Self {
        response.headers.insert(Name::REQUIRE, OPTION);
        response.headers.insert(Name::RSEQ, rseq.to_string());
        Unpracked {
            rseq,
            invite: response.cseq().0,
            retransmission: Retransmission::new(now, timing.t1, timing.timeout()),
            gives_up: now + timing.timeout(),
        }
    }

    /// Whether a PRACK is the one waited for.
    pub(super) fn is_answered_by(&self, prack: &Request) -> bool {
        let expected = format!("{} {} INVITE", self.rseq, self.invite);
        let rack = prack.header(&Name::RACK).unwrap_or_default();
        rack.split_whitespace().eq(expected.split(' '))
    }

    pub(super) fn tick(&mut self, now: Now) -> Due {
        if self.gives_up <= now {
            Due::GiveUp
        } else if self.retransmission.fires(now) {
            Due::Resend
        } else {
            Due::Nothing
        }
    }

    pub(super) fn deadline(&self) -> Now {
        self.retransmission.due().min(self.gives_up)
    }
}

/// The number of a provisional response that wants to be acknowledged.
pub(super) fn rseq_of(response: &Response) -> Option<u32> {
    let mut required = response
        .headers
        .get_raw(&Name::REQUIRE)
        .flat_map(|value| field::split(value, b','));
    if !required.any(|option| option.eq_ignore_ascii_case(OPTION)) {
        return None;
    }
    response.header(&Name::RSEQ)?.trim().parse().ok()
}

/// Says in a PRACK what it acknowledges: the response numbered `rseq` to the INVITE of this CSeq.
pub(super) fn acknowledge(prack: &mut Request, rseq: u32, invite: u32) {
    debug_assert_eq!(prack.method, Method::PRACK);
    prack
        .headers
        .insert(Name::RACK, format!("{rseq} {invite} INVITE"));
}
