//! Calls that are placed from here: through the next hops, one after the other, to an answer.

use model::journal::event::{EndedBy, Event, NoSuccess};
use model::programme::Offers;
use node::{Now, Outputs};
use sip::sdp::Sdp;
use sip::{Headers, Invite, NameAddr, SessionId, StatusCode};

use super::Softphone;
use super::calls::{EstablishedCall, OutgoingCall};
use crate::call_leg::CallLeg;
use crate::hops::Way;

impl Softphone {
    pub(super) fn call(
        &mut self,
        now: Now,
        (to, offers): (String, Offers),
        out: &mut Outputs<Event>,
    ) {
        self.give_way(now, out);
        let leg = self.new_leg();
        out.event(Event::Placed {
            call: leg.name.clone(),
            to: to.clone(),
        });
        self.media.open(&leg.name);
        let way = Way::through(&self.settings.hops);
        // There is a hop: no lab is without pools.
        let _ = self.try_next(now, leg, (to, offers), way, out);
    }

    /// Sends an INVITE to the next hop of the way; if there is none, the call has failed as the hop
    /// before it has.
    ///
    /// Each hop gets a session of its own, so that a pool that is tried after its partner has
    /// proxied the INVITE to it does not take it for a loop (RFC 3261 section 8.2.2.2).
    fn try_next(
        &mut self,
        now: Now,
        mut leg: CallLeg,
        (to, offers): (String, Offers),
        mut way: Way,
        out: &mut Outputs<Event>,
    ) -> Option<CallLeg> {
        let Some(hop) = way.next() else {
            return Some(leg);
        };
        out.event(Event::Tried {
            call: leg.name.clone(),
            pool: hop.pool,
        });
        let uri = self.uri(hop.user.as_deref().unwrap_or(&to), hop.host());
        let (headers, next_hop) = self.way_to(hop.address);
        let sdp = match offers {
            Offers::Caller => Some(leg.offer(self.media.address())),
            Offers::Called => None,
        };
        let invite = Invite {
            from: NameAddr::uri(self.own_uri()),
            to: NameAddr::uri(uri.clone()),
            uri,
            next_hop,
            sdp,
            headers,
        };
        self.outgoing = Some(OutgoingCall {
            session: self.user_agent.invite(now, invite),
            leg,
            timeout: Some(now + self.settings.next_hop),
            to,
            offers,
            hop,
            way,
        });
        None
    }

    /// The hop has not answered in time. Should it answer after all, the user agent ends that.
    pub(super) fn abandon_hop(&mut self, now: Now, out: &mut Outputs<Event>) {
        if let Some(call) = &self.outgoing {
            let (session, hop) = (call.session, call.hop.address);
            self.user_agent.cancel(now, session);
            self.distrust(hop, out);
            self.hop_failed(now, session, NoSuccess::TimedOut, out);
        }
    }

    /// The hop wants to know who calls, and was told: it gets its time anew.
    pub(super) fn hop_challenged(&mut self, now: Now, session: SessionId) {
        let within = self.settings.next_hop;
        if let Some(call) = self.outgoing_call(session) {
            call.timeout = Some(now + within);
        }
    }

    /// The hop sent a provisional response, be it only 100: it keeps the call.
    pub(super) fn hop_progressed(&mut self, session: SessionId) {
        if let Some(call) = self.outgoing_call(session) {
            call.timeout = None;
        }
    }

    pub(super) fn hop_answered(
        &mut self,
        now: Now,
        session: SessionId,
        sdp: Option<Sdp>,
        out: &mut Outputs<Event>,
    ) {
        if self.transfer_answered(now, session, sdp.as_ref(), out) {
            return;
        }
        let Some(outgoing) = self.outgoing.take_if(|call| call.session == session) else {
            return;
        };
        let mut leg = outgoing.leg;
        let described = sdp.filter(|sdp| match outgoing.offers {
            Offers::Caller => true,
            Offers::Called => self.answer_offer(now, (session, &mut leg), sdp),
        });
        let Some(sdp) = described else {
            // A 2xx without an answer to the offer breaks RFC 3264, one without either RFC 3261 section 13.3.1.4:
            // there is nobody to talk to.
            self.user_agent.hang_up(now, session);
            return self.close(leg, EndedBy::Broken, out);
        };
        out.event(Event::Answered {
            call: leg.name.clone(),
            pool: outgoing.hop.pool,
            media: sdp.rtp(),
        });
        self.established = Some(EstablishedCall::new(session, leg));
        self.described(now, session, Some(&sdp), out);
    }

    pub(super) fn hop_refused(
        &mut self,
        now: Now,
        session: SessionId,
        (code, headers): (StatusCode, &Headers),
        out: &mut Outputs<Event>,
    ) {
        let domain = self.domain_name().map(str::to_owned);
        if let Some(call) = self.outgoing_call(session) {
            call.way
                .refused(code, headers, (&call.to, domain.as_deref()));
        }
        let code = code.into_u16();
        if self.transfer_failed(now, session, &NoSuccess::Refused { code }, out) {
            return;
        }
        self.hop_failed(now, session, NoSuccess::Refused { code }, out);
    }

    pub(super) fn hop_failed(
        &mut self,
        now: Now,
        session: SessionId,
        outcome: NoSuccess,
        out: &mut Outputs<Event>,
    ) {
        let Some(outgoing) = self.outgoing.take_if(|call| call.session == session) else {
            return;
        };
        out.event(Event::HopFailed {
            call: outgoing.leg.name.clone(),
            pool: outgoing.hop.pool,
            outcome: outcome.clone(),
        });
        let (leg, way) = (outgoing.leg, outgoing.way);
        let wanted = (outgoing.to, outgoing.offers);
        if let Some(leg) = self.try_next(now, leg, wanted, way, out) {
            self.media.close(out);
            let call = leg.name;
            out.event(Event::Failed { call, outcome });
        }
    }

    fn outgoing_call(&mut self, session: SessionId) -> Option<&mut OutgoingCall> {
        self.outgoing
            .as_mut()
            .filter(|call| call.session == session)
    }
}
