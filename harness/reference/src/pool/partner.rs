//! The partner: what each of the two knows of the other, and how they come to know it.

use bytes::Bytes;
use http::{Method, Response};
use node::RequestId;

use super::core::Core;
use super::heartbeat::Heartbeat;
use super::requests::{Ask, Outcome, Purpose};
use super::task::Task;
use super::turn::Turn;
use crate::config::PartnerConfig;
use crate::mutant::Mutant;
use crate::store::directory::Directory;
use crate::store::record::{Epoch, OwnerState, ServingRecord, StandInState};
use crate::web::reply::{self, Refusal};

/// What is known of the partner.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Its record, as it was last heard.
    pub(super) record: Option<ServingRecord>,
    /// Its directory, as it was last heard, in this life or an earlier one.
    pub(super) directory: Directory,
    /// The version of this pool's directory that it has.
    holds: u64,
}

impl Known {
    /// The highest epoch that the partner's own groups are known to have.
    pub(super) fn epoch(&self) -> Epoch {
        self.record
            .map(|record| record.owner.epoch)
            .unwrap_or_default()
    }

    /// Takes a record, unless it is older than what is known already: messages that waited in a
    /// buffer come late.
    fn learn(&mut self, record: ServingRecord) {
        let is_older = self.record.is_some_and(|known| {
            record.owner.epoch < known.owner.epoch || record.stand_in.epoch < known.stand_in.epoch
        });
        if !is_older {
            self.record = Some(record);
        }
    }
}

impl Core {
    /// The partner, if it lives and its own groups' state is known.
    pub(super) fn live_partner(&self) -> Option<(&PartnerConfig, OwnerState)> {
        let partner = self.config.partner.as_ref()?;
        let record = self.known.record?;
        self.link
            .is_alive()
            .then_some((partner, record.owner.state))
    }

    /// Sends a heartbeat that is to answer a question, after the pool was not there for a while or
    /// while the partner counts as dead. `None`: there is no partner to be asked.
    pub(super) fn ask_partner(&mut self, turn: &mut Turn<'_>) -> Option<RequestId> {
        if self.has_slept(turn.now) {
            self.link.pardon(turn.now);
        }
        self.send_heartbeat(turn)
    }

    /// Tells the partner at once what has changed.
    pub(super) fn tell_partner(&mut self, turn: &mut Turn<'_>) {
        self.send_heartbeat(turn);
    }

    /// Sends the heartbeat when it is due, and notices when the partner has died.
    pub(super) fn tick_link(&mut self, turn: &mut Turn<'_>) {
        if self.link.dies(turn.now) {
            self.partner_died(turn);
        }
        if self.link.is_due(turn.now) {
            self.send_heartbeat(turn);
            self.keep_storage_fresh(turn);
            if self.mutant(Mutant::RestEndsCopiesCalls) && self.is_at_rest() {
                self.end_calls_to_copies(turn);
            }
            self.bindings.expire(turn.now);
            self.forwards.expire(turn.now);
        }
    }

    /// Whether the partner lives and does everything itself.
    fn is_at_rest(&self) -> bool {
        self.link.is_alive() && self.record.stand_in.state == StandInState::None
    }

    fn send_heartbeat(&mut self, turn: &mut Turn<'_>) -> Option<RequestId> {
        self.link.sent(turn.now);
        let to = self.config.partner.as_ref()?.http;
        let heartbeat = self.heartbeat();
        let ask = Ask {
            to,
            method: Method::POST,
            path: "/partner/heartbeat",
            body: &heartbeat,
            timeout: self.config.timing.dead_time(),
        };
        Some(self.ask(turn, Purpose::Heartbeat, &ask))
    }

    fn heartbeat(&self) -> Heartbeat {
        let record = self.storage.is_loaded().then_some(self.record);
        let directory = Directory::of(self.here(), &self.store, &self.record);
        let is_known = record.is_none() || directory.version() == self.known.holds;
        Heartbeat {
            pool: self.here().clone(),
            record,
            holds: match self.known.directory == Directory::default() {
                true => 0,
                false => self.known.directory.version(),
            },
            directory: (!is_known).then_some(directory),
        }
    }

    /// Takes the answer to a heartbeat; whether there was one that says who serves what.
    pub(super) fn heartbeat_answered(&mut self, turn: &mut Turn<'_>, outcome: Outcome) -> bool {
        let Ok(response) = outcome else {
            return false;
        };
        match reply::read::<Heartbeat>(response.body()) {
            Ok(heartbeat) => {
                let knows_itself = heartbeat.record.is_some();
                self.learn(turn, heartbeat).is_ok() && knows_itself
            }
            Err(error) => {
                turn.log(format!("the partner's answer to a heartbeat: {error}"));
                false
            }
        }
    }

    /// Answers the partner's heartbeat.
    pub(super) fn answer_heartbeat(
        &mut self,
        turn: &mut Turn<'_>,
        body: &Bytes,
    ) -> Result<Response<Bytes>, Refusal> {
        let heartbeat = reply::read(body).map_err(|error| Refusal::malformed(error.to_string()))?;
        self.learn(turn, heartbeat)?;
        Ok(reply::ok(&self.heartbeat()))
    }

    /// Learns from a heartbeat. A partner that does not know its own record is not there yet.
    fn learn(&mut self, turn: &mut Turn<'_>, heartbeat: Heartbeat) -> Result<(), Refusal> {
        if Some(&heartbeat.pool) != self.config.partner_name() {
            let error = format!("{} is not the partner of {}", heartbeat.pool, self.here());
            return Err(Refusal::forbidden(error));
        }
        self.known.holds = heartbeat.holds;
        let Some(record) = heartbeat.record else {
            return Ok(());
        };
        if self.link.heard(turn.now) {
            turn.log(format!("the partner {} lives", heartbeat.pool));
            if self.mutant(Mutant::ReturnedPartnerEndsCopiesCalls) {
                self.end_calls_to_copies(turn);
            }
        }
        self.known.learn(record);
        if let Some(directory) = heartbeat.directory {
            self.known.directory = directory;
            self.remember(turn);
        }
        self.judge_fence(turn);
        Ok(())
    }

    /// Has the database remember what it does not have yet: the partner's directory, a fence.
    pub(super) fn remember(&mut self, turn: &mut Turn<'_>) {
        let is_known =
            *self.store.partner() == self.known.directory && self.store.record() == self.record;
        if self.storage.is_loaded() && !is_known {
            self.enqueue(turn, Task::Remember);
        }
    }

    /// Everything that waits for the partner stops waiting.
    fn partner_died(&mut self, turn: &mut Turn<'_>) {
        turn.log("the partner is dead");
        self.known.holds = 0;
        self.stop_forwarding_to_partner(turn);
        self.stop_alerting_through_partner(turn);
        self.signal(turn);
    }
}
