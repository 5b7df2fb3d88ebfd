//! An agent calls out with a group's identity (RFC 3725 section 4.4): the pool calls the agent
//! first, then the callee, and introduces the two to each other.

use sip::{Invite, NameAddr, Sdp};

use super::application::Calls;
use super::call::{
    BLeg, CallId, CallState, Group, GroupCall, Pairing, PendingOnBehalf, ThirdPartyStep,
};
use super::context::Context;
use super::leg::{CallLeg, Origin};
use crate::mutant::Mutant;
use crate::pool::location::Hop;
use crate::store::workflow::Anonymity;
use crate::web::reply;

/// What is to be done on behalf of a group.
pub(in crate::pool) struct OnBehalfCall {
    /// The group's name, which is its number.
    pub(in crate::pool) group: String,
    pub(in crate::pool) owner: crate::store::object::PoolName,
    pub(in crate::pool) agent: String,
    /// Where the agent is.
    pub(in crate::pool) agent_at: Hop,
    /// Whom the call is for.
    pub(in crate::pool) callee: sip::SipUri,
    /// Where the callee is.
    pub(in crate::pool) callee_at: Hop,
    /// Who asks.
    pub(in crate::pool) client: node::RequestId,
}

impl Calls {
    /// Calls the agent.
    pub(in crate::pool) fn begin_on_behalf(
        &mut self,
        cx: &mut Context<'_, '_>,
        asked: OnBehalfCall,
    ) {
        let Some(mut end) = self.new_local_media(cx) else {
            let refusal = reply::Refusal::unavailable("all lines are busy");
            return cx.turn.respond(asked.client, refusal.response());
        };
        let invite = Invite {
            uri: asked.agent_at.uri,
            from: NameAddr::uri(self.config.address_of_record(&asked.group)),
            to: NameAddr::uri(self.config.address_of_record(&asked.agent)),
            next_hop: asked.agent_at.next,
            sdp: self.describe(&mut end, None),
            headers: self.identity_headers(cx, &asked.group),
        };
        let a_leg = end.of(cx.ua.invite(cx.now(), invite));
        let pending = PendingOnBehalf {
            agent: asked.agent,
            callee: asked.callee_at,
            shown: asked.callee,
            client: Some(asked.client),
            until: cx.now() + self.config.timing.on_behalf,
        };
        let session = a_leg.session;
        let id = self.table.add(GroupCall {
            caller: asked.group.clone(),
            group: Group {
                name: asked.group,
                owner: asked.owner,
                agents: Anonymity::Shown,
            },
            a_leg,
            state: CallState::CallingAgent(Box::new(pending)),
            connected: None,
            due: None,
        });
        if self.config.has(Mutant::AgentsOnBehalfAlerted) {
            self.table.detach(session);
            self.table.attach(session, id, None);
        }
        self.reschedule(cx, id);
    }

    /// The agent has answered: the callee is called, with the agent's description. Meanwhile the
    /// agent hears music.
    pub(super) fn agent_answered(&mut self, cx: &mut Context<'_, '_>, id: CallId, sdp: &Sdp) {
        self.a_leg_takes_media(cx, id, sdp);
        self.media_was_silent(cx, id);
        let mut origin = Origin::new(cx, &self.config);
        let Some(call) = self.table.get(id) else {
            return;
        };
        let CallState::CallingAgent(pending) = &call.state else {
            return;
        };
        let (group, agent) = (call.group.name.clone(), pending.agent.clone());
        let (from, asserted) = match self.config.mutant {
            Some(Mutant::OnBehalfShowsAgent) => (agent.clone(), agent),
            Some(Mutant::OnBehalfFromAgent) => (agent, group),
            _ => (group.clone(), group),
        };
        let pending = self.mixed_up(id).unwrap_or(pending);
        let (callee, shown) = (pending.callee.clone(), pending.shown.clone());
        let offer = sdp.reoriginated(origin.session, origin.next().version);
        let invite = Invite {
            uri: callee.uri,
            from: NameAddr::uri(self.config.address_of_record(&from)),
            to: NameAddr::uri(shown),
            next_hop: callee.next,
            sdp: Some(offer),
            headers: self.identity_headers(cx, &asserted),
        };
        let session = cx.ua.invite(cx.now(), invite);
        self.table.attach(session, id, None);
        if let Some(call) = self.table.get_mut(id) {
            call.pair(CallLeg::called_for(session, origin, sdp));
        }
        self.reschedule(cx, id);
    }

    /// The callee's phone rings: that is what was asked for.
    pub(super) fn callee_rings(&mut self, cx: &mut Context<'_, '_>, id: CallId) {
        let Some(call) = self.table.get_mut(id) else {
            return;
        };
        if let CallState::Paired {
            pairing: Pairing::Calling(pending),
            ..
        } = &mut call.state
            && let Some(client) = pending.client.take()
        {
            cx.turn.respond(client, reply::done());
        }
    }

    /// The callee has answered: the agent is told how the callee describes itself.
    pub(super) fn callee_answered(&mut self, cx: &mut Context<'_, '_>, id: CallId, sdp: &Sdp) {
        self.callee_rings(cx, id);
        if self.config.has(Mutant::OnBehalfEndsAtAnswer) {
            return self.end_call(cx, id);
        }
        let Some(call) = self.table.get_mut(id) else {
            return;
        };
        if self.config.has(Mutant::OnBehalfIsMute) {
            return;
        }
        if let CallState::Paired { pairing, .. } = &mut call.state
            && matches!(pairing, Pairing::Calling(_))
        {
            *pairing = Pairing::Connecting(ThirdPartyStep::FinalOfferToA);
            self.offer_to_a_leg(cx, id, sdp);
        }
        self.reschedule(cx, id);
    }

    /// The call on behalf of a group that was begun after this one, which a mutant mixes up with it.
    fn mixed_up(&self, id: CallId) -> Option<&PendingOnBehalf> {
        let mixes = self.config.has(Mutant::CallsOnBehalfMixCallees);
        let mut later = self.table.iter().filter(|(other, _)| mixes && *other > id);
        later.find_map(|(_, call)| match &call.state {
            CallState::CallingAgent(pending) => Some(&**pending),
            _ => None,
        })
    }

    /// Media begins now: that none was heard before means nothing.
    fn media_was_silent(&mut self, cx: &mut Context<'_, '_>, id: CallId) {
        let port = self.table.get(id).and_then(|call| call.a_leg.port);
        if let Some(port) = port {
            self.media.expect_from_now(port, cx.now());
        }
    }
}

impl GroupCall {
    /// Whether an agent asked for it, as whose caller the group is shown.
    pub(super) fn is_on_behalf(&self) -> bool {
        self.caller == self.group.name
    }

    /// The callee of a call on behalf of a group is being called, on this leg.
    fn pair(&mut self, leg: CallLeg) {
        if let CallState::CallingAgent(pending) = &self.state {
            let pending = pending.clone();
            let agent = Some(pending.agent.clone());
            let b_leg = BLeg {
                agent,
                leg,
                waited: None,
            };
            let pairing = Pairing::Calling(pending);
            self.state = CallState::Paired { b_leg, pairing };
        }
    }
}
