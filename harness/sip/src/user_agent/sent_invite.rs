//! INVITEs that we sent, for as long as a 2xx to them may come.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use node::Now;

use crate::{Dialog, Name, Request, Response};

use super::event::{SessionId, Transmit};

/// How long a 2xx may come after the final response to an INVITE, or after it was given up. A proxy on the way gives up
/// after Timer C, which is more than three minutes (RFC 3261 §16.6 step 11).
const LATE: Duration = Duration::from_secs(240);

/// What tells a 2xx which INVITE it answers: Call-ID, From tag, CSeq. (Its transaction may be over.)
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct InviteKey {
    call_id: String,
    local_tag: String,
    sequence: u32,
}

impl InviteKey {
    /// The INVITE that `dialog` has sent last.
    pub(super) fn of_last(dialog: &Dialog) -> Self {
        InviteKey {
            call_id: dialog.call_id().to_owned(),
            local_tag: dialog.local_tag().to_owned(),
            sequence: dialog.local_sequence(),
        }
    }

    /// The INVITE that `response` answers.
    pub(super) fn answered_by(response: &Response) -> Self {
        InviteKey {
            call_id: response.call_id().to_owned(),
            local_tag: response.from_tag().unwrap_or_default().to_owned(),
            sequence: response.cseq().0,
        }
    }

    pub(super) fn sequence(&self) -> u32 {
        self.sequence
    }
}

/// What an INVITE was sent for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InvitePurpose {
    Initial,
    Reinvite,
}

/// Where the offer of an INVITE is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    InInvite,
    InSuccess,
}

/// An INVITE that we sent.
#[derive(Debug)]
pub(super) struct SentInvite {
    pub(super) session: SessionId,
    pub(super) purpose: InvitePurpose,
    pub(super) offer: Offer,
    /// The dialog that it was sent in; the caller's half for one that begins a session.
    pub(super) dialog: Dialog,
    /// Its answers to challenges.
    authorization: Vec<(Name, String)>,
    /// The ACK to each peer that sent a 2xx, by its To tag.
    acks: BTreeMap<String, Ack>,
}

#[derive(Clone, Debug)]
enum Ack {
    /// Our user has not answered the offer in the 2xx yet.
    Awaited,
    Sent(Transmit),
}

/// What a 2xx is to the INVITE that it answers.
pub(super) enum Success {
    /// The first one of its peer.
    New,
    /// A retransmission, to be acknowledged again.
    Retransmitted(Transmit),
    /// A retransmission that will be acknowledged when our user has answered; or no INVITE of ours.
    Ignored,
}

/// All INVITEs that we sent.
#[derive(Debug, Default)]
pub(super) struct SentInvites {
    invites: BTreeMap<InviteKey, SentInvite>,
    /// Those with a final response, or given up, in the order in which they expire.
    expiring: VecDeque<(Now, InviteKey)>,
}

impl SentInvites {
    /// Notes an INVITE that `dialog` has sent last.
    pub(super) fn add(
        &mut self,
        session: SessionId,
        purpose: InvitePurpose,
        offer: Offer,
        dialog: &Dialog,
    ) {
        let sent = SentInvite {
            session,
            purpose,
            offer,
            dialog: dialog.clone(),
            authorization: Vec::new(),
            acks: BTreeMap::new(),
        };
        self.invites.insert(InviteKey::of_last(dialog), sent);
    }

    /// Notes the answers to challenges in `invite`.
    pub(super) fn note_authorization(&mut self, key: &InviteKey, invite: &Request) {
        let Some(sent) = self.invites.get_mut(key) else {
            return;
        };
        for name in [Name::AUTHORIZATION, Name::PROXY_AUTHORIZATION] {
            for value in invite.headers.get_raw(&name) {
                sent.authorization.push((name.clone(), value.to_string()));
            }
        }
    }

    /// The answers to challenges in an INVITE.
    pub(super) fn authorization(&self, key: &InviteKey) -> Vec<(Name, String)> {
        let sent = self.invites.get(key);
        sent.map(|sent| sent.authorization.clone())
            .unwrap_or_default()
    }

    pub(super) fn get(&self, key: &InviteKey) -> Option<&SentInvite> {
        self.invites.get(key)
    }

    /// Looks up what a 2xx is.
    pub(super) fn classify(&self, key: &InviteKey, response: &Response) -> Success {
        let Some(sent) = self.invites.get(key) else {
            return Success::Ignored;
        };
        match sent.acks.get(response.to_tag().unwrap_or_default()) {
            None => Success::New,
            Some(Ack::Awaited) => Success::Ignored,
            Some(Ack::Sent(ack)) => Success::Retransmitted(ack.clone()),
        }
    }

    /// The 2xx of the peer `tag` waits for our user's answer.
    pub(super) fn await_ack(&mut self, key: &InviteKey, tag: &str) {
        if let Some(sent) = self.invites.get_mut(key) {
            sent.acks.insert(tag.to_owned(), Ack::Awaited);
        }
    }

    /// The 2xx of the peer `tag` was acknowledged by `ack`.
    pub(super) fn acknowledged(&mut self, key: &InviteKey, tag: &str, ack: Transmit) {
        if let Some(sent) = self.invites.get_mut(key) {
            sent.acks.insert(tag.to_owned(), Ack::Sent(ack));
        }
    }

    /// The INVITE has its final response or was given up: it expires when no 2xx can come.
    pub(super) fn set_expiry(&mut self, now: Now, key: InviteKey) {
        self.expiring.push_back((now + LATE, key));
    }

    /// Forgets those to which no 2xx can come any more.
    pub(super) fn expire(&mut self, now: Now) {
        while self.expiring.front().is_some_and(|(at, _)| *at <= now) {
            if let Some((_, key)) = self.expiring.pop_front() {
                self.invites.remove(&key);
            }
        }
    }

    /// Forgets all INVITEs of a session.
    pub(super) fn forget(&mut self, session: SessionId) {
        self.invites.retain(|_, sent| sent.session != session);
    }
}
