//! What comes before our call is answered (RFC 3261 §12.1, §13.2.2.1, RFC 3262 §4).

use std::collections::BTreeMap;

use node::Now;

use crate::{Dialog, Method, Response, Sdp, StatusCode};

use super::agent::{Owner, UserAgent};
use super::event::UaEvent;
use super::reliable;
use super::sent_invite::{InviteKey, InvitePurpose};

/// How many peers of a forked call are told apart.
const MOST: usize = 16;

/// The early dialogs of a call, by the peer's tag.
pub(super) type EarlyDialogs = BTreeMap<String, Early>;

/// The dialog with somebody who has answered provisionally.
#[derive(Debug)]
pub(super) struct Early {
    pub(super) dialog: Dialog,
    /// The last description of its media.
    pub(super) sdp: Option<Sdp>,
    /// The number of its last reliable response.
    rseq: Option<u32>,
}

impl UserAgent {
    /// A provisional response to an INVITE of a session.
    pub(super) fn invite_progressed(&mut self, now: Now, key: &InviteKey, response: &Response) {
        let Some(sent) = self.sent.get(key) else {
            return;
        };
        let id = sent.session;
        if sent.purpose == InvitePurpose::Reinvite {
            return;
        }
        let joined = sent.dialog.joined_by(response);
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        // Early media that cannot be understood is none.
        let sdp = response.sdp().ok().flatten();
        if let Some(tag) = response.to_tag() {
            if session.early.len() >= MOST && !session.early.contains_key(tag) {
                return;
            }
            let early = session
                .early
                .entry(tag.to_owned())
                .or_insert_with(|| Early {
                    dialog: joined,
                    sdp: None,
                    rseq: None,
                });
            early.dialog = early.dialog.joined_by(response);
            if let Some(rseq) = reliable::rseq_of(response) {
                // It was taken already, or one before it is missing (RFC 3262 §4).
                if early.rseq.is_some_and(|last| rseq != last.wrapping_add(1)) {
                    return;
                }
                early.rseq = Some(rseq);
                self.send_prack(now, key, response, rseq);
            }
            self.note_early(key, response, sdp.as_ref());
        }
        self.emit(UaEvent::Progress {
            session: id,
            code: response.code,
            sdp,
        });
    }

    fn send_prack(&mut self, now: Now, key: &InviteKey, response: &Response, rseq: u32) {
        let Some(id) = self.sent.get(key).map(|sent| sent.session) else {
            return;
        };
        let invite = response.cseq().0;
        let tag = response.to_tag().unwrap_or_default();
        let session = self.sessions.get_mut(&id);
        let Some(early) = session.and_then(|session| session.early.get_mut(tag)) else {
            return;
        };
        let mut prack = early.dialog.request(Method::PRACK);
        reliable::acknowledge(&mut prack, rseq, invite);
        let next_hop = early.dialog.next_hop();
        self.send_within(now, id, prack, next_hop, Owner::Within(id));
    }

    /// The session is with whoever has answered last, until somebody answers for good.
    fn note_early(&mut self, key: &InviteKey, response: &Response, sdp: Option<&Sdp>) {
        let Some(id) = self.sent.get(key).map(|sent| sent.session) else {
            return;
        };
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let tag = response.to_tag().unwrap_or_default();
        if response.code == StatusCode::EARLY_DIALOG_TERMINATED {
            session.early.remove(tag);
        } else if let Some(early) = session.early.get_mut(tag) {
            if sdp.is_some() {
                early.sdp = sdp.cloned();
            }
            session.dialog = early.dialog.clone();
        }
    }
}
