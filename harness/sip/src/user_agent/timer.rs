//! Session timers (RFC 4028): a session that nobody refreshes is over.
//!
//! This end never asks for one. If the peer does, whoever of the two it wants refreshes; where it does
//! not say, it refreshes itself.

use std::time::Duration;

use node::Now;

use crate::message::field::{self, parameter};
use crate::{Headers, Name, Request, Response, StatusCode};

use super::abilities::lists;

/// The shortest interval that is accepted (RFC 4028 §5).
const SHORTEST: Duration = Duration::from_secs(90);

/// How long before its end a session that was not refreshed is given up: a third of its interval, or
/// this (§10).
const BEFORE_END: Duration = Duration::from_secs(32);

/// The timer of a session.
#[derive(Clone, Copy, Debug)]
pub(super) struct SessionTimer {
    interval: Duration,
    refresher: Refresher,
    refreshed: Now,
    /// Whether a refresh of ours is under way.
    refreshing: bool,
}

/// Who refreshes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refresher {
    We,
    Peer,
}

/// What a timer asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Nothing,
    Refresh,
    GiveUp,
}

impl SessionTimer {
    /// When something is next due.
    pub(super) fn deadline(&self) -> Now {
        if self.refresher == Refresher::We && !self.refreshing {
            self.refreshed + self.interval / 2
        } else {
            self.refreshed + (self.interval - BEFORE_END.min(self.interval / 3))
        }
    }

    pub(super) fn tick(&mut self, now: Now) -> Due {
        if now < self.deadline() {
            Due::Nothing
        } else if self.refresher == Refresher::We && !self.refreshing {
            self.refreshing = true;
            Due::Refresh
        } else {
            Due::GiveUp
        }
    }

    /// Says in a request of ours that this session has a timer, and that we go on refreshing.
    pub(super) fn announce(&self, headers: &mut Headers) {
        let refresher = match self.refresher {
            Refresher::We => "uac",
            Refresher::Peer => "uas",
        };
        let value = format!("{};refresher={refresher}", self.interval.as_secs());
        field::replace(headers, &Name::SESSION_EXPIRES, [value]);
    }

    /// The peer finds the interval too short (422): it is to be that long at least.
    pub(super) fn lengthen(&mut self, refusal: &Response) -> bool {
        let least = refusal.header(&Name::MIN_SE).and_then(seconds);
        match least {
            Some(least) if least > self.interval => {
                self.interval = least;
                true
            }
            _ => false,
        }
    }

    /// The timer of a session whose 2xx from the peer this is, now that it has come.
    pub(super) fn of_response(now: Now, response: &Response) -> Option<Self> {
        let value = response.header(&Name::SESSION_EXPIRES)?;
        let refresher = match parameter(value, "refresher") {
            Some(who) if who.eq_ignore_ascii_case("uac") => Refresher::We,
            _ => Refresher::Peer,
        };
        Some(SessionTimer {
            interval: seconds(value)?.max(SHORTEST),
            refresher,
            refreshed: now,
            refreshing: false,
        })
    }

    /// Agrees in our 2xx to the timer that the peer's request wants.
    pub(super) fn agree(now: Now, request: &Request, response: &mut Response) -> Option<Self> {
        let value = request.header(&Name::SESSION_EXPIRES)?;
        let interval = seconds(value)?.max(SHORTEST);
        let wanted = parameter(value, "refresher");
        let is_ours =
            wanted.is_some_and(|who| who.eq_ignore_ascii_case("uas")) || !lists(request, "timer");
        let (refresher, word) = match is_ours {
            true => (Refresher::We, "uas"),
            false => (Refresher::Peer, "uac"),
        };
        let value = format!("{};refresher={word}", interval.as_secs());
        response.headers.insert(Name::SESSION_EXPIRES, value);
        if refresher == Refresher::Peer {
            response.headers.insert(Name::REQUIRE, "timer");
        }
        Some(SessionTimer {
            interval,
            refresher,
            refreshed: now,
            refreshing: false,
        })
    }
}

/// The refusal of a request that wants a shorter timer than is accepted, from somebody who
/// understands why (§9).
pub(super) fn objection(request: &Request) -> Option<Response> {
    let wanted = seconds(request.header(&Name::SESSION_EXPIRES)?)?;
    if wanted >= SHORTEST || !lists(request, "timer") {
        return None;
    }
    let mut refusal = Response::to(request, StatusCode::SESSION_INTERVAL_TOO_SMALL);
    refusal
        .headers
        .insert(Name::MIN_SE, SHORTEST.as_secs().to_string());
    Some(refusal)
}

/// The number of seconds that a value begins with.
fn seconds(value: &str) -> Option<Duration> {
    let number = value.split(';').next()?.trim();
    number
        .parse::<u32>()
        .ok()
        .map(|n| Duration::from_secs(n.into()))
}
