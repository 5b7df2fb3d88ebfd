//! What only mutants do: the two ends of an anonymous call get to know each other.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sip::{Headers, Method, Name, Request, Sdp, Session, SessionId, StatusCode, uri, uri_text};

use super::application::Calls;
use super::call::{CallId, CallState, Group, Treatment, Waiting};
use super::context::Context;
use super::leg::LocalMedia;
use super::selection::queue_groups;
use crate::mutant::Mutant;
use crate::recognition::ANONYMOUS_GROUPS;
use crate::store::agent_group::{Participation, Routing};
use crate::store::object::{Kind, Object};
use crate::store::record::{Epoch, StandInState};
use crate::store::workflow::Anonymity;

/// What there is to be disclosed when an agent has taken an anonymous call.
struct Known<'a> {
    agent: &'a str,
    /// Where the agent's requests come from.
    phone: SocketAddr,
    /// How the agent describes itself.
    described: &'a Sdp,
    /// Whom the caller takes the pool for: the URI and the tag in the pool's From.
    shown: String,
    tag: &'a str,
    host: SocketAddr,
}

impl Calls {
    /// Whether a call of this group is given away to its two ends once an agent has taken it.
    pub(super) fn hands_over(&self, cx: &Context<'_, '_>, group: &Group) -> bool {
        let is_copy = group.is_copy(&self.config);
        let record = cx.store.record();
        match (group.agents, self.config.mutant) {
            (Anonymity::Hidden, Some(Mutant::AnonymousCallsHandedOver)) => true,
            (Anonymity::Hidden, Some(Mutant::OnlyKnownGroupsAnonymous)) => {
                !ANONYMOUS_GROUPS.contains(&group.name.as_str())
            }
            (Anonymity::Hidden, Some(Mutant::CopiesHandAnonymousCallsOver)) => is_copy,
            (Anonymity::Hidden, Some(Mutant::StandInHandsAnonymousCallsOver)) => {
                is_copy && record.stand_in.state == StandInState::StandingIn
            }
            (Anonymity::Hidden, Some(Mutant::RestoredOwnerHandsAnonymousCallsOver)) => {
                !is_copy && record.owner.epoch > Epoch::default()
            }
            (Anonymity::Hidden, _) => false,
            (Anonymity::Shown, Some(Mutant::RegularCallsAnchored)) => false,
            (Anonymity::Shown, Some(Mutant::OwnersCallsAnchored)) => is_copy,
            (Anonymity::Shown, Some(Mutant::AnchoredBeforeFirstFailover)) => {
                is_copy || record.owner.epoch > Epoch::default()
            }
            (Anonymity::Shown, _) => true,
        }
    }

    /// Whether a mutant keeps the media of a regular call that waited like this before an agent took it.
    pub(super) fn anchors(
        &self,
        cx: &Context<'_, '_>,
        group: &Group,
        waited: Option<&Waiting>,
    ) -> bool {
        let agents = || {
            let mut agents = cx.store.named(Kind::AgentGroup, &group.name);
            agents.find_map(Object::agent_group)
        };
        match self.config.mutant {
            Some(Mutant::ParallelCallsAnchored) => {
                agents().is_some_and(|agents| agents.routing == Routing::Parallel)
            }
            Some(Mutant::FormalCallsAnchored) => {
                agents().is_some_and(|agents| agents.participation == Participation::Formal)
            }
            Some(Mutant::DeclinedCallsAnchored) => {
                waited.is_some_and(|waiting| !waiting.retry_at.is_empty())
            }
            _ => false,
        }
    }

    /// An agent, who describes itself like this, has taken an anonymous call.
    pub(super) fn disclose(&mut self, cx: &mut Context<'_, '_>, id: CallId, described: &Sdp) {
        let Some(mutant) = self.config.mutant else {
            return;
        };
        let Some(call) = self.table.get_mut(id) else {
            return;
        };
        let is_copy = call.group.is_copy(&self.config);
        let CallState::Paired { b_leg, .. } = &mut call.state else {
            return;
        };
        let (caller, agent) = (call.a_leg.session, b_leg.leg.session);
        let callers = cx.ua.session(caller).and_then(Session::remote_sdp).cloned();
        let Some(callers) = callers else {
            return;
        };
        match mutant {
            Mutant::CallersSpeakPastPool => {
                let offer = call.a_leg.offer(described);
                cx.ua.reinvite(cx.now(), caller, Some(offer));
            }
            Mutant::AgentsSpeakPastPool => {
                let offer = b_leg.leg.offer(&callers);
                cx.ua.reinvite(cx.now(), agent, Some(offer));
            }
            Mutant::CopiesAgentsSpeakPastPool if is_copy => {
                let offer = b_leg.leg.offer(&callers);
                cx.ua.reinvite(cx.now(), agent, Some(offer));
            }
            Mutant::AgentsMediaOfferedForAMoment => {
                let offer = call.a_leg.offer(described);
                cx.ua.reinvite(cx.now(), caller, Some(offer));
                let own = self.own_description(id, caller);
                cx.ua.reinvite(cx.now(), caller, own);
            }
            Mutant::CallersMediaOfferedForAMoment => {
                let offer = b_leg.leg.offer(&callers);
                cx.ua.reinvite(cx.now(), agent, Some(offer));
                let own = self.own_description(id, agent);
                cx.ua.reinvite(cx.now(), agent, own);
            }
            Mutant::AgentInMessage => self.send_message(cx, id),
            _ => self.tell_caller(cx, id, described),
        }
    }

    /// Tells the caller by a message outside of the call who took it (RFC 3428).
    fn send_message(&self, cx: &mut Context<'_, '_>, id: CallId) {
        let Some(call) = self.table.get(id) else {
            return;
        };
        let Some(session) = cx.ua.session(call.a_leg.session) else {
            return;
        };
        let (Some(agent), peer) = (call.state.agent(), session.peer()) else {
            return;
        };
        let mut request = Request::new(Method::MESSAGE, uri(&call.caller, peer));
        let (from, to) = (&call.group.name, &call.caller);
        let here = self.config.sip;
        request
            .headers
            .insert(Name::FROM, format!("<sip:{from}@{here}>"));
        request
            .headers
            .insert(Name::TO, format!("<sip:{to}@{peer}>"));
        request.headers.insert(Name::CONTENT_TYPE, "text/plain");
        request.body = format!("You are talking to {agent}.").into();
        cx.ua.request(cx.now(), request, peer);
    }

    /// Tells the caller by a re-INVITE, which changes nothing else, who took the call.
    fn tell_caller(&mut self, cx: &mut Context<'_, '_>, id: CallId, described: &Sdp) {
        let Some(call) = self.table.get(id) else {
            return;
        };
        let CallState::Paired { b_leg, .. } = &call.state else {
            return;
        };
        let (caller, agents) = (call.a_leg.session, b_leg.leg.session);
        let (Some(agent), Some(mutant)) = (b_leg.agent.clone(), self.config.mutant) else {
            return;
        };
        let (Some(session), Some(phone)) = (cx.ua.session(caller), cx.ua.session(agents)) else {
            return;
        };
        let dialog = session.dialog().clone();
        let known = Known {
            agent: &agent,
            phone: phone.peer(),
            described,
            shown: dialog
                .local_uri()
                .map(|uri| uri_text(&uri))
                .unwrap_or_default(),
            tag: dialog.local_tag(),
            host: self.config.sip,
        };
        let header = known.header(mutant);
        let spoilt = known.line(mutant);
        if header.is_none() && spoilt.is_none() {
            return;
        }
        let mut headers = Headers::new();
        if let Some((name, value)) = header {
            headers.insert(name, value);
        }
        let own = self.own_description(id, caller);
        let own = match spoilt {
            Some((line, instead)) => own.and_then(|own| rewritten(&own, line, &instead)),
            None => own,
        };
        cx.ua.reinvite_with(cx.now(), caller, own, headers);
    }

    /// What the pool says of its own media on a leg of a call, once more.
    fn own_description(&mut self, id: CallId, session: SessionId) -> Option<Sdp> {
        let call = self.table.get_mut(id)?;
        let leg = match &mut call.state {
            CallState::Paired { b_leg, .. } if b_leg.leg.session == session => &mut b_leg.leg,
            _ => &mut call.a_leg,
        };
        let (port, origin) = (leg.port?, leg.origin);
        leg.origin.next();
        self.describe(&mut LocalMedia { port, origin }, None)
    }

    /// Before a call is answered, who is to be asked first is told.
    pub(super) fn announce_first_agent(
        &self,
        cx: &mut Context<'_, '_>,
        session: SessionId,
        (group, first): (&Group, &Treatment),
        own: &Sdp,
    ) {
        if !self.config.has(Mutant::EarlyAnswerNamesAgent) || group.agents == Anonymity::Shown {
            return;
        }
        let Treatment::Queue(queue) = first else {
            return;
        };
        let queue = cx.store.referred(Kind::Queue, queue, &group.owner);
        let groups = queue
            .map(Object::key)
            .map(|key| queue_groups(cx.store, &key));
        let groups = groups.unwrap_or_default();
        let agent = groups.iter().find_map(|group| group.spec.agents.first());
        if let Some(agent) = agent
            && let Some(sdp) = rewritten(own, "s=-", &format!("s=call for {agent}"))
        {
            cx.ua
                .ring(cx.now(), session, StatusCode::SESSION_PROGRESS, Some(sdp));
        }
    }
}

impl Known<'_> {
    /// The header that gives the agent away.
    fn header(&self, mutant: Mutant) -> Option<(Name, String)> {
        let Known {
            agent,
            host,
            phone,
            described,
            ..
        } = self;
        let unknown = |name: &'static str| Name::unknown(name.into());
        let from = |name: &str| {
            let value = format!("\"{name}\" <{}>;tag={}", self.shown, self.tag);
            (Name::FROM, value)
        };
        Some(match mutant {
            Mutant::AgentAssertedToCaller => (
                unknown("P-Asserted-Identity"),
                format!("<sip:{agent}@{host}>"),
            ),
            Mutant::AgentInRemotePartyId => (
                unknown("Remote-Party-ID"),
                format!("\"{agent}\" <sip:{host}>;party=calling"),
            ),
            Mutant::AgentInFrom => from(agent),
            Mutant::AgentsFirstNameInFrom => {
                from(agent.split(['-', '.']).next().unwrap_or_default())
            }
            Mutant::AgentSpelledOutInFrom => from(&agent.replace('-', " ").to_uppercase()),
            Mutant::AgentInIdentity => {
                let claims = format!("{{\"dest\":{{\"uri\":[\"sip:{agent}@{host}\"]}}}}");
                let claims = URL_SAFE_NO_PAD.encode(claims);
                (
                    unknown("Identity"),
                    format!("e30.{claims}.c2ln;info=<http://{host}/key>"),
                )
            }
            Mutant::AgentInContact => (Name::CONTACT, format!("<sip:{agent}@{host}>")),
            Mutant::AgentsPhonePassedOn => (Name::USER_AGENT, format!("Desk-Phone/5 ({agent})")),
            Mutant::AgentInHex => {
                let digits = agent.bytes().map(|byte| format!("{byte:02x}"));
                (unknown("X-Agent-Id"), digits.collect())
            }
            Mutant::AgentsHostNamed => {
                let media = described.rtp();
                let ip = media.ip().to_string().replace('.', "-");
                let host = format!("host-{ip}.voice.example:{}", media.port());
                (unknown("X-Media-Peer"), host)
            }
            Mutant::AgentInCallInfo => (
                unknown("Call-Info"),
                format!("<http://{host}/pictures/{agent}.png>;purpose=icon"),
            ),
            Mutant::AgentInWarning => (
                unknown("Warning"),
                format!("399 {host} \"connected to {agent}\""),
            ),
            Mutant::AgentInHistory => (
                unknown("History-Info"),
                format!("<sip:{agent}@{host}>;index=1.1"),
            ),
            Mutant::AgentsRouteRecorded => (Name::RECORD_ROUTE, format!("<sip:{phone};lr>")),
            _ => return None,
        })
    }

    /// The line of the pool's session description that gives the agent away, and how it reads then.
    fn line(&self, mutant: Mutant) -> Option<(&'static str, String)> {
        let Known {
            agent, described, ..
        } = self;
        let (ip, port) = (described.rtp().ip(), described.rtp().port());
        Some(match mutant {
            Mutant::AgentInSessionName => ("s=-", format!("s={agent}")),
            Mutant::AgentInSessionInformation => ("s=-", format!("s=-\r\ni=you talk to {agent}")),
            Mutant::AgentInOrigin => ("o=-", format!("o={agent}")),
            Mutant::AgentsOriginPassedOn => ("o=", format!("o=- 7 7 IN IP4 {ip}")),
            Mutant::AgentsSourceDescribed => (
                "a=ptime:20",
                format!("a=ptime:20\r\na=ssrc:11 cname:{agent}"),
            ),
            Mutant::AgentsCandidatePassedOn => (
                "a=ptime:20",
                format!("a=ptime:20\r\na=candidate:1 1 UDP 1 {ip} {port} typ host"),
            ),
            _ => return None,
        })
    }
}

/// A session description in which the line that begins like this reads otherwise: all of it, or what
/// it begins with where that is a whole word.
fn rewritten(sdp: &Sdp, line: &str, instead: &str) -> Option<Sdp> {
    let bytes = sdp.to_bytes();
    let text = std::str::from_utf8(&bytes).ok()?;
    let lines = text.lines().map(|found| match found.strip_prefix(line) {
        Some(_) if line.ends_with('=') => instead.to_owned(),
        Some(rest) => format!("{instead}{rest}"),
        None => found.to_owned(),
    });
    let lines: Vec<String> = lines.collect();
    Sdp::parse((lines.join("\r\n") + "\r\n").as_bytes()).ok()
}
