//! A telephone has a call taken elsewhere (RFC 3261 section 21.3).

use sip::{Headers, Name, SessionId, SipUri, StatusCode};

use super::application::Calls;
use super::context::Context;
use crate::pool::location::{Hop, Reach};

/// How often one call is redirected: telephones that redirect to each other do so without end.
const MOST: usize = 5;

/// Whether a refusal says where else somebody is reached.
pub(super) fn is_redirect(code: StatusCode) -> bool {
    [
        StatusCode::MULTIPLE_CHOICES,
        StatusCode::MOVED_PERMANENTLY,
        StatusCode::MOVED_TEMPORARILY,
    ]
    .contains(&code)
}

impl Calls {
    /// A telephone redirects a call: whoever it names is asked in its place, for as long as it would have rung.
    pub(super) fn redirected(
        &mut self,
        cx: &mut Context<'_, '_>,
        session: SessionId,
        code: StatusCode,
        headers: &Headers,
    ) {
        let id = self.table.of_session(session);
        let alert = id.and_then(|id| self.waiting(id)?.alerts.get(&session));
        let target = alert.map(|alert| alert.target.clone());
        if let (Some(id), Some(mut target)) = (id, target)
            && target.redirects < MOST
            && let Some(hop) = elsewhere(cx, headers)
        {
            target.redirects += 1;
            self.alert(cx, id, target, hop);
        }
        // It is not left alone while another telephone rings for it.
        self.alert_refused(cx, session, code);
    }
}

/// Where a redirect leads: to the first address that can be reached, the one that is liked best before others.
fn elsewhere(cx: &Context<'_, '_>, headers: &Headers) -> Option<Hop> {
    let contacts = headers.addresses(&Name::CONTACT);
    let contacts = contacts.filter_map(|contact| Some((contact.preference(), contact.uri()?)));
    let mut contacts: Vec<(u32, SipUri)> = contacts.collect();
    contacts.sort_by_key(|(preference, _)| std::cmp::Reverse(*preference));
    let mut hops = contacts
        .iter()
        .map(|(_, uri)| cx.location.reach_uri(uri, cx.now()));
    hops.find_map(|reach| match reach {
        Reach::At(hop) => Some(hop),
        Reach::Unreachable | Reach::Unknown => None,
    })
}
