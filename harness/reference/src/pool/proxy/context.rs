//! The response context of a request that was passed on (RFC 3261 section 16.7).

use std::collections::BTreeMap;

use node::Now;
use sip::{ClientId, Request, Response, StatusCode};

use crate::pool::location::Through;

/// A request that was passed on, to one telephone or to several.
#[derive(Debug)]
pub(super) struct Forward {
    pub(super) request: Box<Request>,
    pub(super) through: Through,
    /// Where it was sent, until that has answered for good.
    pub(super) open: BTreeMap<ClientId, Branch>,
    /// The best refusal so far.
    refusal: Option<Response>,
    /// When the final response was passed back.
    pub(super) done: Option<Now>,
}

/// One of the places to which a request was sent.
#[derive(Debug, Default)]
pub(super) struct Branch {
    /// Whether anything was heard of it: a provisional response, 100 at least.
    pub(super) is_heard_of: bool,
    /// Until when it may wait for that, or for an answer.
    pub(super) until: Option<Now>,
}

impl Forward {
    pub(super) fn new(request: Box<Request>, through: Through) -> Self {
        Forward {
            request,
            through,
            open: BTreeMap::new(),
            refusal: None,
            done: None,
        }
    }

    /// A branch has refused the request. What is passed back is the best of all refusals, once there is
    /// none to be waited for (step 6).
    pub(super) fn refused(&mut self, now: Now, refusal: Response) -> Option<Response> {
        let is_better = |best: &Response| rank(&refusal) < rank(best);
        if self.refusal.as_ref().is_none_or(is_better) {
            self.refusal = Some(refusal);
        }
        if !self.open.is_empty() || self.done.is_some() {
            return None;
        }
        self.done = Some(now);
        self.refusal.take()
    }
}

/// Who declines everywhere comes first, then the lowest class; a telephone that says something before one
/// that says nothing.
fn rank(refusal: &Response) -> (u16, bool) {
    let class = match refusal.code.into_u16() / 100 {
        6 => 0,
        class => class,
    };
    (class, refusal.code == StatusCode::REQUEST_TIMEOUT)
}
