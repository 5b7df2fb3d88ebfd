//! Somebody is asked to take a call.

use std::time::Duration;

use node::Now;
use sip::{Headers, Invite, Name, NameAddr, SessionId, SipUri, uri_text};

use super::application::Calls;
use super::call::{Alert, CallId, CallState};
use super::context::Context;
use super::not_taken::NotTaken;
use crate::mutant::Mutant;
use crate::pool::location::{Hop, Through};
use crate::store::object::{Kind, ObjectKey};
use crate::store::record::StandInState;
use crate::store::settings::CallContext;
use crate::variant::Variant;

/// The header of identities that a network asserts (RFC 3325 section 9.1).
const ASSERTED: &str = "P-Asserted-Identity";

/// Who is asked.
#[derive(Clone, Debug)]
pub(super) struct AlertTarget {
    /// The agent; none if it is no agent.
    pub(super) agent: Option<String>,
    pub(super) group: Option<ObjectKey>,
    /// The address that the call is for.
    pub(super) shown: SipUri,
    /// Until when the phone rings.
    pub(super) until: Now,
    /// How often the call was redirected.
    pub(super) redirects: usize,
}

impl Calls {
    /// Calls somebody for a call. The caller is shown as such, the group as whoever asserts it
    /// (RFC 3325). If there is no port left, nobody is called.
    pub(super) fn alert(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: CallId,
        target: AlertTarget,
        hop: Hop,
    ) {
        let Some(call) = self.table.get(id) else {
            return;
        };
        let (caller, group) = (call.caller.clone(), call.group.name.clone());
        let is_copy = call.group.is_copy(&self.config);
        let (from, headers) = self.identities(cx, &caller, (&group, is_copy));
        let Some(mut end) = self.new_local_media(cx) else {
            return;
        };
        let invite = Invite {
            uri: hop.uri,
            from,
            to: NameAddr::uri(target.shown.clone()),
            next_hop: hop.next,
            sdp: self.describe(&mut end, None),
            headers,
        };
        let leg = end.of(cx.ua.invite(cx.now(), invite));
        let session = leg.session;
        self.table.attach(session, id, target.agent.clone());
        let alert = Alert {
            target,
            leg,
            through: hop.through,
            heard_by: Some(cx.now() + self.config.timing.next_hop),
        };
        let restarts = self.config.has(Mutant::AlertsRestartQueueClock);
        if let Some(waiting) = self.waiting_mut(id) {
            waiting.alerts.insert(session, alert);
            if restarts {
                waiting.since = cx.now();
            }
        }
        self.reschedule(cx, id);
    }

    /// How long a phone rings, if no mutant knows better.
    pub(super) fn rings(&self, asked: Duration) -> Duration {
        match self.config.mutant {
            Some(Mutant::AlertsWithdrawnEarly) => Duration::from_millis(2_500),
            Some(Mutant::AlertsRingTooLong) => asked + Duration::from_secs(3),
            _ => asked,
        }
    }

    /// As whose an agent is shown a call: From, and the headers that tell the rest.
    fn identities(
        &self,
        cx: &Context<'_, '_>,
        caller: &str,
        (group, is_copy): (&str, bool),
    ) -> (NameAddr, Headers) {
        let of = |user: &str| self.config.address_of_record(user);
        let from = NameAddr::uri(of(caller));
        let workflows = cx.store.objects_of(Kind::Workflow);
        let mut names = workflows.map(|workflow| workflow.name.as_str());
        let stands_in = cx.store.record().stand_in.state == StandInState::StandingIn;
        let another = match self.config.mutant {
            Some(Mutant::AlertsShowAnotherGroup) => names.next(),
            Some(Mutant::StandInShowsAnotherGroup) if !is_copy && stands_in => {
                names.find(|name| *name != group)
            }
            _ => None,
        };
        let group = another.unwrap_or(group);
        let headers = self.identity_headers(cx, group);
        match self.config.variant {
            Some(Variant::DisplayNames) => {
                (NameAddr::new("Caller, known as 2nd", of(caller)), headers)
            }
            Some(Variant::GroupShownAsCaller) => {
                let headers = self.identity_headers(cx, caller);
                (NameAddr::uri(of(group)), headers)
            }
            Some(Variant::TwoIdentitiesAsserted) => {
                let mut headers = headers;
                headers.insert(Name::unknown(ASSERTED.into()), "<tel:+1-555-0100>");
                (from, headers)
            }
            Some(Variant::CallerInRemotePartyId) => {
                let mut headers = headers;
                let party = format!("\"Caller\" <{}>", uri_text(&of(caller)));
                let value = format!("{party};party=calling;screen=yes;privacy=off");
                headers.insert(Name::unknown("Remote-Party-ID".into()), value);
                (NameAddr::uri(of("anonymous")), headers)
            }
            _ => (from, headers),
        }
    }

    /// The headers by which a call shows that it is a group's.
    pub(super) fn identity_headers(&self, cx: &Context<'_, '_>, group: &str) -> Headers {
        let mut headers = Headers::new();
        let identity = format!("<{}>", uri_text(&self.config.address_of_record(group)));
        headers.insert(Name::unknown(ASSERTED.into()), identity);
        if cx.store.settings().call_context == CallContext::Shown {
            headers.insert(Name::SUBJECT, group);
        }
        headers
    }

    /// A phone is there, and may take its time to ring.
    pub(super) fn reached(&mut self, cx: &mut Context<'_, '_>, session: SessionId) {
        let Some(id) = self.table.of_session(session) else {
            return;
        };
        if let Some(waiting) = self.waiting_mut(id)
            && let Some(alert) = waiting.alerts.get_mut(&session)
        {
            alert.heard_by = None;
        }
        self.reschedule(cx, id);
    }

    /// A phone rings.
    pub(super) fn progress(&mut self, cx: &mut Context<'_, '_>, session: SessionId) {
        self.reached(cx, session);
        if let Some(id) = self.table.of_session(session)
            && let Some(CallState::Paired { .. }) = self.table.get(id).map(|call| &call.state)
        {
            self.callee_rings(cx, id);
            self.reschedule(cx, id);
        }
    }

    /// The partner is dead: who was asked through it cannot be reached any more.
    pub(in crate::pool) fn stop_alerting_through_partner(&mut self, cx: &mut Context<'_, '_>) {
        let mut through_partner = Vec::new();
        for (id, call) in self.table.iter() {
            if let CallState::Waiting(waiting) = &call.state {
                let alerts = waiting.alerts.iter();
                let lost = alerts.filter(|(_, alert)| alert.through == Through::Partner);
                through_partner.extend(lost.map(|(session, _)| (id, *session)));
            }
        }
        for (id, session) in through_partner {
            self.cancel_alert(cx, id, session, NotTaken::Unavailable);
            self.reschedule(cx, id);
        }
    }

    pub(super) fn cancel_alert(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: CallId,
        session: SessionId,
        why: NotTaken,
    ) {
        let alert = self
            .waiting_mut(id)
            .and_then(|waiting| waiting.alerts.remove(&session));
        if let Some(alert) = alert {
            self.table.detach(session);
            cx.ua.cancel(cx.now(), session);
            self.defer(cx, id, alert, why);
        }
    }

    /// Stops asking: the call is connected, goes elsewhere, or has ended.
    pub(super) fn cancel_alerts(&mut self, cx: &mut Context<'_, '_>, id: CallId) {
        let Some(waiting) = self.waiting_mut(id) else {
            return;
        };
        for (session, alert) in std::mem::take(&mut waiting.alerts) {
            self.seeking.all(cx.now());
            self.withdraw(cx, session, alert);
        }
    }

    /// Has a phone stop ringing.
    pub(super) fn withdraw(
        &mut self,
        cx: &mut Context<'_, '_>,
        session: SessionId,
        mut alert: Alert,
    ) {
        self.table.detach(session);
        cx.ua.cancel(cx.now(), session);
        self.release_leg(&mut alert.leg);
    }
}
