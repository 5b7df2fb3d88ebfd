//! The parts of a pool; inputs, time and deadlines.

use std::convert::Infallible;
use std::sync::Arc;

use node::{Input, Now, Port};
use rand_chacha::ChaCha8Rng;
use sip::UserAgent;

use crate::config::PoolConfig;
use crate::pool::calls::{self, Calls};
use crate::pool::location::Location;
use crate::pool::pace::Pace;
use crate::pool::proxy::Proxy;
use crate::pool::registrar::Registrar;
use crate::pool::serving::Serving;
use crate::pool::storage::Storage;
use crate::pool::surfaces::{Surfaces, View};
use crate::pool::turn::Turn;
use crate::pool::update_queue::UpdateQueue;
use crate::store::entry::Change;
use crate::store::object::ObjectKey;

/// The methods that a pool understands (RFC 3261 section 20.5).
pub(super) const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER";

/// The parts of a pool. Each keeps its state to itself.
pub(in crate::pool) struct Parts {
    pub(super) config: Arc<PoolConfig>,
    pub(super) ua: UserAgent,
    pub(super) storage: Storage,
    pub(super) updates: UpdateQueue,
    pub(super) serving: Serving,
    pub(super) registrar: Registrar,
    pub(super) proxy: Proxy,
    pub(super) calls: Calls,
    pub(super) pace: Pace,
    pub(super) surfaces: Surfaces,
    /// The descriptions that were refused, as only a mutant remembers them.
    pub(super) refused: Vec<(ObjectKey, String)>,
    /// What would sign those in to copies again whom failover has signed out, as only a mutant remembers it.
    pub(super) signed_out: Vec<Change>,
}

impl Parts {
    /// The parts of a pool that has not started yet. The SIP layer has chance of its own.
    pub(in crate::pool) fn new(config: Arc<PoolConfig>, sip_rng: ChaCha8Rng) -> Self {
        Parts {
            ua: UserAgent::new(config.sip, sip_rng, sip::Timing::default())
                .with_capacity(config.limits.transactions),
            pace: Pace::new(config.limits.calls_per_second),
            storage: Storage::new(Arc::clone(&config)),
            updates: UpdateQueue::default(),
            serving: Serving::new(Arc::clone(&config)),
            registrar: Registrar::new(Arc::clone(&config)),
            proxy: Proxy::new(&config),
            calls: Calls::new(Arc::clone(&config)),
            surfaces: Surfaces::new(Arc::clone(&config)),
            refused: Vec::new(),
            signed_out: Vec::new(),
            config,
        }
    }

    pub(in crate::pool) fn start(&mut self, turn: &mut Turn<'_>) {
        turn.log(format!("pool {} starts", self.config.name));
        self.serving.start(turn.now);
        self.storage.load(turn);
    }

    /// Handles an input that nothing holds back.
    pub(in crate::pool) fn handle(&mut self, turn: &mut Turn<'_>, input: Input<Infallible>) {
        match input {
            Input::Datagram { at, from, bytes } if at == self.sip_port() => {
                match sip::answer_options(from, &bytes, ALLOW) {
                    Some(answer) => turn.datagram(at, answer.to, answer.bytes),
                    None => self.ua.receive(turn.now, from, &bytes),
                }
            }
            Input::Datagram { at, from, bytes } => self.calls.media_arrived(turn, at, from, bytes),
            Input::Undeliverable { at, to, why } if at == self.sip_port() => {
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
    pub(in crate::pool) fn tick(&mut self, turn: &mut Turn<'_>) {
        self.ua.tick(turn.now);
        self.proxy.tick(turn.now, &mut self.ua);
        self.signal(turn);
        while let Some(update) = self.serving.complete_due(turn) {
            self.enqueue(turn, update.into());
        }
        self.with_calls(turn, Calls::tick);
        self.signal(turn);
    }

    /// Sends the heartbeat when it is due, and notices when the partner has died.
    pub(in crate::pool) fn tick_link(&mut self, turn: &mut Turn<'_>) {
        if self.serving.partner_dies(turn.now) {
            self.partner_died(turn);
        }
        if self.serving.is_heartbeat_due(turn.now) {
            self.serving.send_heartbeat(turn, &self.storage);
            self.keep_storage_fresh(turn);
            self.with_calls(turn, Calls::meddle_on);
            self.registrar.expire(turn.now);
            self.proxy.expire(turn.now);
        }
    }

    /// Goes on after not having been there for a while: what was missed meanwhile is nobody's
    /// fault.
    pub(in crate::pool) fn resume(&mut self, turn: &mut Turn<'_>) {
        self.with_calls(turn, Calls::resume);
        self.signal(turn);
    }

    /// Has calls that wait look for agents, once for all that has happened in this turn.
    pub(in crate::pool) fn look_for_agents(&mut self, turn: &mut Turn<'_>) {
        while self.with_calls(turn, Calls::look_for_agents) {
            self.signal(turn);
        }
    }

    /// Ends a turn: what it has led to is carried out.
    pub(in crate::pool) fn finish(&mut self, turn: &mut Turn<'_>) {
        self.signal(turn);
        self.make_updates(turn);
        let now = turn.now;
        self.with_surfaces(|surfaces, view| surfaces.look(now, view));
        self.serving.ran(now);
    }

    /// When it next wants to do something.
    pub(in crate::pool) fn deadline(&self) -> Option<Now> {
        let deadlines = [
            self.serving.deadline(),
            self.ua.deadline(),
            self.calls.deadline(),
            self.proxy.deadline(),
        ];
        deadlines.into_iter().flatten().min()
    }

    /// When the link to the partner next wants to do something.
    pub(in crate::pool) fn link_deadline(&self) -> Option<Now> {
        self.serving.link_deadline()
    }

    /// Whether the clock has jumped, by more than the heartbeat could be late.
    pub(in crate::pool) fn has_clock_jumped(&self, now: Now) -> bool {
        self.serving.has_clock_jumped(now)
    }

    /// Whether it is settled, as far as it can be, what the database holds.
    pub(in crate::pool) fn has_looked_into_database(&self) -> bool {
        self.storage.has_looked()
    }

    /// The port that SIP is spoken on.
    pub(super) fn sip_port(&self) -> Port {
        Port(self.config.sip.port())
    }

    /// Has the response group application do something.
    pub(super) fn with_calls<T>(
        &mut self,
        turn: &mut Turn<'_>,
        act: impl FnOnce(&mut Calls, &mut calls::Context<'_, '_>) -> T,
    ) -> T {
        let location = Location::new(&self.config, &self.storage, &self.serving, &self.registrar);
        let store = self.storage.store();
        let mut cx = calls::Context::new(turn, &mut self.ua, store, location);
        act(&mut self.calls, &mut cx)
    }

    /// Has a surface do something.
    pub(super) fn with_surfaces<T>(&mut self, act: impl FnOnce(&mut Surfaces, View<'_>) -> T) -> T {
        let view = View {
            storage: &self.storage,
            serving: &self.serving,
            registrar: &self.registrar,
            location: Location::new(&self.config, &self.storage, &self.serving, &self.registrar),
        };
        act(&mut self.surfaces, view)
    }

    /// The location service.
    pub(super) fn location(&self) -> Location<'_> {
        Location::new(&self.config, &self.storage, &self.serving, &self.registrar)
    }
}
