//! Calls that are placed from here: through the next hops, one after the other, to an answer.

use model::journal::event::{EndedBy, Event, NoSuccess};
use node::{Now, Outputs};
use sip::sdp::Sdp;
use sip::{Headers, Invite, NameAddr, SessionId, StatusCode};

use super::Party;
use crate::call::Call;
use crate::hops::{self, Hop, Hops};

/// A call that is placed and not answered yet.
pub(super) struct Placing {
    pub(super) session: SessionId,
    pub(super) call: Call,
    /// When the hop is given up; never once it has said that it is working on it.
    pub(super) give_up: Option<Now>,
    to: String,
    hop: Hop,
    left: Hops,
}

impl Party {
    pub(super) fn call(&mut self, now: Now, to: String, out: &mut Outputs<Event>) {
        if let Some(call) = self.occupied_by() {
            let what = format!("told to call {to} during {}", call.name);
            return out.event(Event::Trouble { what });
        }
        let call = self.new_call();
        out.event(Event::Placed {
            call: call.name.clone(),
            to: to.clone(),
        });
        self.media.open(&call.name);
        let hops = self.habits.hops.clone();
        self.ask_next(now, call, to, hops, out);
    }

    /// Sends an INVITE to the first hop of `left` that there is.
    ///
    /// Each hop gets a session of its own, so that a pool that is asked after its partner has
    /// proxied the INVITE to it does not take it for a loop (RFC 3261 section 8.2.2.2).
    fn ask_next(
        &mut self,
        now: Now,
        mut call: Call,
        to: String,
        mut left: Hops,
        out: &mut Outputs<Event>,
    ) {
        let Some(hop) = left.pop_front() else {
            return;
        };
        out.event(Event::Tried {
            call: call.name.clone(),
            pool: hop.pool,
        });
        let uri = sip::uri(&to, hop.address);
        let invite = Invite {
            from: NameAddr::uri(sip::uri(&self.place.name, self.place.sip_address())),
            to: NameAddr::uri(uri.clone()),
            uri,
            next_hop: hop.address,
            sdp: Some(call.offer(self.place.rtp_address())),
            headers: Headers::new(),
        };
        self.placing = Some(Placing {
            session: self.user_agent.invite(now, invite),
            call,
            give_up: Some(now + self.habits.next_hop),
            to,
            hop,
            left,
        });
    }

    /// The hop was silent for too long. Should it answer after all, the user agent ends that.
    pub(super) fn abandon_hop(&mut self, now: Now, out: &mut Outputs<Event>) {
        if let Some(session) = self.placing.as_ref().map(|placing| placing.session) {
            self.user_agent.cancel(now, session);
            self.hop_failed(now, session, NoSuccess::TimedOut, out);
        }
    }

    /// The hop has said that it is working on it: it keeps the call.
    pub(super) fn hop_works(&mut self, session: SessionId) {
        if let Some(placing) = self.placing_of(session) {
            placing.give_up = None;
        }
    }

    pub(super) fn hop_answered(
        &mut self,
        now: Now,
        session: SessionId,
        sdp: Option<Sdp>,
        out: &mut Outputs<Event>,
    ) {
        let Some(placing) = self.placing.take_if(|placing| placing.session == session) else {
            return;
        };
        let Some(sdp) = sdp else {
            // A 2xx without an answer to the offer breaks RFC 3264: there is nobody to talk to.
            self.user_agent.hang_up(now, session);
            return self.over(placing.call, EndedBy::Broken, out);
        };
        out.event(Event::Answered {
            call: placing.call.name.clone(),
            pool: placing.hop.pool,
            media: sdp.rtp(),
        });
        self.answered = Some((session, placing.call));
        self.described(now, session, Some(&sdp), out);
    }

    pub(super) fn hop_refused(
        &mut self,
        now: Now,
        session: SessionId,
        code: StatusCode,
        out: &mut Outputs<Event>,
    ) {
        if let Some(placing) = self.placing_of(session)
            && !hops::goes_on_after(code)
        {
            placing.left.clear();
        }
        let code = code.into_u16();
        self.hop_failed(now, session, NoSuccess::Refused { code }, out);
    }

    pub(super) fn hop_failed(
        &mut self,
        now: Now,
        session: SessionId,
        outcome: NoSuccess,
        out: &mut Outputs<Event>,
    ) {
        let Some(placing) = self.placing.take_if(|placing| placing.session == session) else {
            return;
        };
        out.event(Event::HopFailed {
            call: placing.call.name.clone(),
            pool: placing.hop.pool,
            outcome: outcome.clone(),
        });
        if !placing.left.is_empty() {
            return self.ask_next(now, placing.call, placing.to, placing.left, out);
        }
        self.media.close(out);
        let call = placing.call.name;
        out.event(Event::Failed { call, outcome });
    }

    fn placing_of(&mut self, session: SessionId) -> Option<&mut Placing> {
        self.placing
            .as_mut()
            .filter(|placing| placing.session == session)
    }
}
