//! The state of a pool, and how a turn goes through it.

use std::convert::Infallible;
use std::sync::Arc;

use node::{Input, Now, Port};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sip::UserAgent;

use super::bindings::Bindings;
use super::calls::table::Calls;
use super::job::Jobs;
use super::link::Link;
use super::media::Media;
use super::partner::Known;
use super::proxy::Forwards;
use super::requests::Requests;
use super::storage::Storage;
use super::turn::Turn;
use crate::config::PoolConfig;
use crate::mutant::Mutant;
use crate::store::cache::Store;
use crate::store::object::{ObjectId, PoolName};
use crate::store::record::{OwnerState, ServingRecord, StandInState};

/// The methods that a pool understands (RFC 3261 section 20.5).
pub(super) const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER";

/// The state of a pool. Each idea of it has a file of its own, with its part of the state and its
/// part of what is done.
pub(super) struct Core {
    pub(super) config: Arc<PoolConfig>,
    pub(super) rng: ChaCha8Rng,
    pub(super) requests: Requests,
    pub(super) storage: Storage,
    /// What the database holds.
    pub(super) store: Store,
    /// The serving record as it is in force: the database's, or a fence that the database has not
    /// been told of yet.
    pub(super) record: ServingRecord,
    pub(super) link: Link,
    pub(super) known: Known,
    pub(super) jobs: Jobs,
    pub(super) ua: UserAgent,
    pub(super) bindings: Bindings,
    pub(super) forwards: Forwards,
    pub(super) media: Media,
    pub(super) calls: Calls,
}

impl Core {
    pub(super) fn new(config: Arc<PoolConfig>, seed: [u8; 32]) -> Self {
        let mut rng = ChaCha8Rng::from_seed(seed);
        let mut agent_seed = [0; 32];
        rng.fill_bytes(&mut agent_seed);
        let agent_rng = ChaCha8Rng::from_seed(agent_seed);
        Core {
            requests: Requests::default(),
            storage: Storage::default(),
            store: Store::default(),
            record: ServingRecord::default(),
            link: Link::new(config.timing),
            known: Known::default(),
            jobs: Jobs::default(),
            ua: UserAgent::new(config.sip, agent_rng, sip::Timing::default()),
            bindings: Bindings::default(),
            forwards: Forwards::default(),
            media: Media::new(config.rtp),
            calls: Calls::default(),
            rng,
            config,
        }
    }

    /// The pool's own name.
    pub(super) fn here(&self) -> &PoolName {
        &self.config.name
    }

    /// Whether the pool has this fault of mechanism.
    pub(super) fn mutant(&self, mutant: Mutant) -> bool {
        self.config.mutant == Some(mutant)
    }

    /// An identity that no other object has.
    pub(super) fn new_object_id(&mut self) -> ObjectId {
        let (high, low) = (self.rng.next_u64(), self.rng.next_u64());
        ObjectId(format!("{high:016x}{low:016x}"))
    }

    pub(super) fn start(&mut self, turn: &mut Turn<'_>) {
        turn.log(format!("pool {} starts", self.here()));
        self.link.begin(turn.now);
        self.load(turn);
    }

    /// Handles an input that nothing holds back.
    pub(super) fn handle(&mut self, turn: &mut Turn<'_>, input: Input<Infallible>) {
        match input {
            Input::Datagram { at, from, bytes } if at.0 == self.config.sip.port() => {
                match sip::answer_options(from, &bytes, ALLOW) {
                    Some(answer) => turn.out.datagram(at, answer.to, answer.bytes),
                    None => self.ua.receive(turn.now, from, &bytes),
                }
            }
            Input::Datagram { at, from, bytes } => self.media_arrived(turn, at, from, bytes),
            Input::Undeliverable { at, to, why } if at.0 == self.config.sip.port() => {
                self.ua.undeliverable(turn.now, to, why);
            }
            Input::Request { id, request, .. } => self.serve(turn, id, &request),
            Input::Command(never) => match never {},
            // An end that no longer takes media falls silent, which is noticed anyway. Start,
            // deadlines and replies do not come this way, and a pool has no streams.
            Input::Undeliverable { .. }
            | Input::Stream { .. }
            | Input::Start
            | Input::Deadline
            | Input::Reply { .. } => {}
        }
        self.signal(turn);
    }

    /// Does what is due, but for the heartbeat.
    pub(super) fn tick(&mut self, turn: &mut Turn<'_>) {
        self.ua.tick(turn.now);
        self.signal(turn);
        self.tick_jobs(turn);
        self.tick_calls(turn);
        self.signal(turn);
    }

    /// Goes on after not having been there for a while: what was missed meanwhile is nobody's
    /// fault.
    pub(super) fn go_on(&mut self, turn: &mut Turn<'_>) {
        self.resume_calls(turn);
        self.signal(turn);
    }

    /// Ends a turn: what it has led to is carried out.
    pub(super) fn finish(&mut self, turn: &mut Turn<'_>) {
        self.signal(turn);
        self.write_waiting(turn);
    }

    /// When it next wants to do something.
    pub(super) fn deadline(&self) -> Option<Now> {
        [
            self.link_deadline(),
            self.ua.deadline(),
            self.jobs.deadline(),
            self.calls_deadline(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// When the link to the partner next wants to do something.
    pub(super) fn link_deadline(&self) -> Option<Now> {
        self.link.deadline()
    }

    /// Whether the clock has jumped, by more than the heartbeat could be late.
    pub(super) fn has_slept(&self, now: Now) -> bool {
        self.link.is_overdue(now)
    }

    /// Whether it is settled, as far as it can be, what the database holds.
    pub(super) fn has_looked_into_database(&self) -> bool {
        self.storage.has_looked()
    }

    /// Whether an administrator could have had the partner take this pool's groups over: not
    /// while this pool knows that they did, nor while it stands in for its partner.
    pub(super) fn may_be_superseded(&self) -> bool {
        self.record.owner.state != OwnerState::Fenced
            && self.record.stand_in.state == StandInState::None
    }

    /// The port that SIP is spoken on.
    pub(super) fn sip_port(&self) -> Port {
        Port(self.config.sip.port())
    }
}
