//! What each of the two partners tells the other, and what this one learns from it.

use http::Method;
use node::{Now, RequestId};

use super::heartbeat::{self, Heartbeat};
use super::state::{Pending, Serving};
use crate::mutant::Mutant;
use crate::pool::http_client::HttpRequest;
use crate::pool::storage::Storage;
use crate::pool::turn::Turn;
use crate::store::directory::Directory;
use crate::web::reply::Refusal;

/// What a heartbeat has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pool) struct HeartbeatEffect {
    /// The partner counted as dead until now.
    pub(in crate::pool) is_back: bool,
    /// The partner's directory has come.
    pub(in crate::pool) has_directory: bool,
}

impl Serving {
    /// Whether the clock has jumped, by more than the heartbeat could be late.
    pub(in crate::pool) fn has_clock_jumped(&self, now: Now) -> bool {
        self.link.is_overdue(now)
    }

    /// The pool does something: time goes on for it.
    pub(in crate::pool) fn ran(&mut self, now: Now) {
        self.link.ran(now);
    }

    /// Sends a heartbeat that is to answer a question, after the pool was not there for a while or
    /// while the partner counts as dead. `None`: there is no partner to be asked.
    pub(in crate::pool) fn ask_partner(
        &mut self,
        turn: &mut Turn<'_>,
        storage: &Storage,
    ) -> Option<RequestId> {
        if self.has_clock_jumped(turn.now) {
            self.link.restart_timeout(turn.now);
        }
        self.send_heartbeat(turn, storage)
    }

    /// Whether the partner has just died.
    pub(in crate::pool) fn partner_dies(&mut self, now: Now) -> bool {
        let dies = self.link.dies(now);
        if !dies {
            return false;
        }
        if self.partner_has_died && self.config.has(Mutant::PartnerDiesOnce) {
            self.link.heard(now);
            return false;
        }
        self.partner_has_died = true;
        self.partner.holds = 0;
        true
    }

    /// Whether the partner has died at some time.
    pub(in crate::pool) fn has_partner_died(&self) -> bool {
        self.partner_has_died
    }

    /// Whether a heartbeat is due.
    pub(in crate::pool) fn is_heartbeat_due(&self, now: Now) -> bool {
        self.link.is_due(now)
    }

    /// Tells the partner what it does not know yet, and asks for the same.
    pub(in crate::pool) fn send_heartbeat(
        &mut self,
        turn: &mut Turn<'_>,
        storage: &Storage,
    ) -> Option<RequestId> {
        self.link.sent(turn.now);
        self.note_state(turn.now);
        let to = self.config.partner.as_ref()?.http;
        let id = turn.request(&HttpRequest {
            to,
            method: Method::POST,
            path: heartbeat::PATH,
            body: &self.heartbeat(storage),
            timeout: self.config.timing.dead_time(),
        });
        self.pending.insert(id, Pending::Heartbeat);
        Some(id)
    }

    /// What the partner is told.
    pub(in crate::pool) fn heartbeat(&self, storage: &Storage) -> Heartbeat {
        let record = storage.is_loaded().then_some(self.record);
        let directory = self.directory(storage.store());
        let is_known = record.is_none() || directory.version() == self.partner.holds;
        Heartbeat {
            pool: self.config.name.clone(),
            record,
            holds: match self.partner.directory == Directory::default() {
                true => 0,
                false => self.partner.directory.version(),
            },
            directory: (!is_known).then_some(directory),
        }
    }

    /// Learns from a heartbeat; nothing of a partner that does not know its own record, for that
    /// one is not there yet.
    pub(in crate::pool) fn learn(
        &mut self,
        turn: &mut Turn<'_>,
        heartbeat: Heartbeat,
    ) -> Result<Option<HeartbeatEffect>, Refusal> {
        let Heartbeat {
            pool,
            record,
            holds,
            directory,
        } = heartbeat;
        if Some(&pool) != self.config.partner_name() {
            let error = format!("{pool} is not the partner of {}", self.config.name);
            return Err(Refusal::forbidden(error));
        }
        self.partner.holds = holds;
        let Some(record) = record else {
            return Ok(None);
        };
        let effect = HeartbeatEffect {
            is_back: self.link.heard(turn.now),
            has_directory: directory.is_some(),
        };
        if effect.is_back {
            turn.log(format!("the partner {pool} lives"));
        }
        self.partner.learn(record);
        if let Some(directory) = directory {
            self.partner.directory = directory;
        }
        Ok(Some(effect))
    }
}
