//! The pool as a node.

use std::convert::Infallible;
use std::sync::Arc;

use node::{Admission, Head, Input, Node, Now, Outputs, Port};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::http_client::HttpClient;
use super::inputs;
use super::late::Late;
use super::serving::{Gate, Holds, Opening};
use super::turn::Turn;
use super::wiring::Parts;
use crate::config::PoolConfig;

/// A pool.
pub struct Pool {
    rng: ChaCha8Rng,
    http: HttpClient,
    gated: GatedPool,
}

/// The parts of a pool behind the gate.
struct GatedPool {
    config: Arc<PoolConfig>,
    parts: Parts,
    gate: Gate,
    late: Late,
}

impl Pool {
    /// A pool that has not started yet. `seed` is all the randomness that it has.
    pub fn new(config: Arc<PoolConfig>, seed: [u8; 32]) -> Self {
        let mut rng = ChaCha8Rng::from_seed(seed);
        let mut sip_seed = [0; 32];
        rng.fill_bytes(&mut sip_seed);
        Pool {
            rng,
            http: HttpClient::new(&config),
            gated: GatedPool {
                parts: Parts::new(Arc::clone(&config), ChaCha8Rng::from_seed(sip_seed)),
                gate: Gate::default(),
                late: Late::default(),
                config,
            },
        }
    }
}

impl GatedPool {
    /// Asks the partner, and shuts the gate until it has answered.
    fn shut(&mut self, turn: &mut Turn<'_>, holds: Holds) {
        let patience = match holds {
            Holds::Everything => self.config.timing.dead_time(),
            Holds::Beginnings => self.config.timing.ask,
        };
        match self.parts.ask_partner(turn) {
            Some(question) => self.gate.shut(turn.now, holds, question, patience),
            // Without a partner nobody can have taken over.
            None => self.parts.resume(turn),
        }
    }

    fn handle(&mut self, turn: &mut Turn<'_>, input: Input<Infallible>) {
        if self.parts.has_clock_jumped(turn.now) {
            turn.log("the clock has jumped: asking the partner before anything else");
            self.shut(turn, Holds::Everything);
        }
        while let Some(late) = self.late.take(turn.now) {
            self.dispatch(turn, late);
        }
        if let Some(input) = self.late.put(turn.now, &self.config, input) {
            self.dispatch(turn, input);
        }
        self.open_if_answered(turn);
        if self.gate.holds() != Some(Holds::Everything) {
            self.parts.look_for_agents(turn);
        }
        self.parts.finish(turn);
    }

    fn deadline(&self) -> Option<Now> {
        let own = match self.gate.holds() {
            Some(Holds::Everything) => self.parts.link_deadline(),
            Some(Holds::Beginnings) | None => self.parts.deadline(),
        };
        let others = [self.gate.deadline(), self.late.deadline()];
        own.into_iter().chain(others.into_iter().flatten()).min()
    }

    fn dispatch(&mut self, turn: &mut Turn<'_>, input: Input<Infallible>) {
        match input {
            Input::Start => {
                self.parts.start(turn);
                self.shut(turn, Holds::Everything);
            }
            Input::Deadline => self.tick(turn),
            Input::Reply { id, outcome } => {
                if let Some(there) = self.parts.reply(turn, id, outcome) {
                    self.gate.answered(id, there);
                }
            }
            input if inputs::is_ungated(&input) => self.parts.handle(turn, input),
            input => self.dispatch_gated(turn, input),
        }
    }

    fn dispatch_gated(&mut self, turn: &mut Turn<'_>, input: Input<Infallible>) {
        let sip = Port(self.config.sip.port());
        let waits = match self.gate.holds() {
            Some(Holds::Everything) => true,
            Some(Holds::Beginnings) => inputs::waits_for_answer(&input, sip),
            // The partner counts as dead, and could have been told to take over.
            None if !self.parts.is_sure_to_serve() && inputs::begins(&input, sip) => {
                self.shut(turn, Holds::Beginnings);
                self.gate.holds().is_some()
            }
            None => false,
        };
        match waits {
            true => self.gate.hold(turn.now, input),
            false => self.parts.handle(turn, input),
        }
    }

    fn tick(&mut self, turn: &mut Turn<'_>) {
        self.parts.tick_link(turn);
        if self.gate.holds() != Some(Holds::Everything) {
            self.parts.tick(turn);
        }
    }

    /// Opens the gate if it may be opened.
    fn open_if_answered(&mut self, turn: &mut Turn<'_>) {
        let released = match self.gate.opening(turn.now) {
            Opening::Wait => return,
            // Who serves what cannot be judged before the pool knows its own record.
            Opening::Open if !self.parts.has_looked_into_database() => {
                let database = self.config.timing.database;
                return self.gate.prolong(turn.now + database);
            }
            Opening::Open => {
                if self.gate.holds() == Some(Holds::Everything) {
                    self.parts.resume(turn);
                }
                self.gate.open()
            }
            Opening::Unanswered => self.gate.open_unanswered(),
        };
        for (_, input) in released {
            self.parts.handle(turn, input);
        }
        if self.gate.has_waiting() {
            self.shut(turn, Holds::Beginnings);
        }
    }
}

impl Node for Pool {
    type Command = Infallible;
    type Event = String;

    fn handle(&mut self, now: Now, input: Input<Infallible>, out: &mut Outputs<String>) {
        let variant = self.gated.config.variant;
        let mut turn = Turn::new(now, &mut self.rng, &mut self.http, out, variant);
        self.gated.handle(&mut turn, input);
    }

    fn deadline(&self) -> Option<Now> {
        self.gated.deadline()
    }

    fn admit(&self, _: Port, head: &Head) -> Admission {
        self.gated.parts.admit(head)
    }
}
