//! An agent's registration: at its home pool, or else at the partner.
//!
//! In each round the home pool is asked first, the partner after it; the round ends with the
//! first that accepts. Then comes the next round: after a success when a refresh is due, after
//! a failure soon. So an agent that had to register at the partner comes back home by itself.

use std::net::SocketAddr;
use std::time::Duration;

use model::journal::event::{Event, NoSuccess};
use model::topology::Pool;
use model::walk::Timing;
use node::{Now, Outputs};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use sip::{ClientId, Headers, Method, Name, Request};

use crate::Place;
use crate::hops::{self, Hop, Hops};
use crate::party::{Party, Reply};

/// The state of an agent's registration.
pub(crate) struct Registration {
    pools: Hops,
    next_hop: Duration,
    expires: Duration,
    refresh: Duration,
    retry: Duration,
    /// One Call-ID and From tag for all registrations, with rising CSeq (RFC 3261 section 10.2).
    call_id: String,
    tag: String,
    sequence: u32,
    phase: Phase,
}

enum Phase {
    /// The next round begins then.
    Resting { until: Now },
    /// A pool was asked.
    Asking {
        client: ClientId,
        hop: Hop,
        give_up: Now,
        left: Hops,
    },
}

impl Registration {
    /// The registration of an agent homed in `home`. It begins at the first [`Registration::tick`].
    pub(crate) fn new(pools: Hops, timing: Timing, mut random: ChaCha8Rng) -> Registration {
        Registration {
            pools,
            next_hop: timing.next_hop.get(),
            expires: timing.register_expires.get(),
            refresh: timing.register_refresh.get(),
            retry: timing.register_retry.get(),
            call_id: format!("{:016x}", random.next_u64()),
            tag: format!("{:08x}", random.next_u32()),
            sequence: 0,
            phase: Phase::Resting { until: Now::ZERO },
        }
    }

    /// Begins the round that is due, or gives up a pool that is silent for too long.
    pub(crate) fn tick(&mut self, now: Now, party: &mut Party, out: &mut Outputs<Event>) {
        match &mut self.phase {
            Phase::Resting { until } if *until <= now => {
                let pools = self.pools.clone();
                self.ask_next(now, pools, party);
            }
            Phase::Asking {
                give_up, hop, left, ..
            } if *give_up <= now => {
                let (hop, left) = (*hop, std::mem::take(left));
                self.failed(now, hop, left, NoSuccess::TimedOut, party, out);
            }
            Phase::Resting { .. } | Phase::Asking { .. } => {}
        }
    }

    /// What came of a REGISTER. A pool that was given up already may say what it likes.
    pub(crate) fn replied(
        &mut self,
        now: Now,
        reply: Reply,
        party: &mut Party,
        out: &mut Outputs<Event>,
    ) {
        let Phase::Asking {
            client, hop, left, ..
        } = &mut self.phase
        else {
            return;
        };
        if *client != reply.client {
            return;
        }
        let (hop, left) = (*hop, std::mem::take(left));
        let outcome = match reply.outcome {
            Ok(response) => match response.code.into_u16() {
                100..=199 => return,
                200..=299 => return self.registered(now, hop.pool, out),
                code => NoSuccess::Refused { code },
            },
            Err(why) => hops::no_response(why),
        };
        self.failed(now, hop, left, outcome, party, out);
    }

    /// When [`Registration::tick`] next has something to do.
    pub(crate) fn deadline(&self) -> Now {
        match self.phase {
            Phase::Resting { until } => until,
            Phase::Asking { give_up, .. } => give_up,
        }
    }

    fn registered(&mut self, now: Now, pool: Pool, out: &mut Outputs<Event>) {
        out.event(Event::Registered { pool });
        let until = now + self.refresh;
        self.phase = Phase::Resting { until };
    }

    fn failed(
        &mut self,
        now: Now,
        hop: Hop,
        left: Hops,
        outcome: NoSuccess,
        party: &mut Party,
        out: &mut Outputs<Event>,
    ) {
        let pool = hop.pool;
        out.event(Event::NotRegistered { pool, outcome });
        self.ask_next(now, left, party);
    }

    /// Asks the first of `left`; if there is none, the round has failed.
    fn ask_next(&mut self, now: Now, mut left: Hops, party: &mut Party) {
        let Some(hop) = left.pop_front() else {
            let until = now + self.retry;
            self.phase = Phase::Resting { until };
            return;
        };
        self.sequence += 1;
        let request = self.register(party.place(), hop.address);
        self.phase = Phase::Asking {
            client: party.request(now, request, hop.address),
            hop,
            give_up: now + self.next_hop,
            left,
        };
    }

    /// A REGISTER for the agent at `place`, as the pool at `registrar` takes it.
    fn register(&self, place: &Place, registrar: SocketAddr) -> Request {
        let user = &place.name;
        let mut headers = Headers::new();
        headers.insert(Name::MAX_FORWARDS, "70");
        headers.insert(
            Name::FROM,
            format!("<sip:{user}@{registrar}>;tag={}", self.tag),
        );
        headers.insert(Name::TO, format!("<sip:{user}@{registrar}>"));
        headers.insert(Name::CALL_ID, self.call_id.as_str());
        headers.insert(Name::CSEQ, format!("{} REGISTER", self.sequence));
        headers.insert(
            Name::CONTACT,
            format!("<sip:{user}@{}>", place.sip_address()),
        );
        headers.insert(Name::EXPIRES, self.expires.as_secs().to_string());
        let mut request = Request::new(Method::REGISTER, sip::uri("", registrar));
        request.headers = headers;
        request
    }
}
