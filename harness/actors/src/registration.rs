//! An agent's registration: at its home pool, or else at the partner.
//!
//! Each attempt tries the home pool first, the partner after it, and ends with the first that
//! accepts. The next attempt follows when a refresh is due, or soon after a failure. So an agent
//! that had to register at the partner comes back home by itself.

use std::net::SocketAddr;
use std::time::Duration;

use model::journal::event::{Event, NoSuccess};
use model::topology::Pool;
use model::walk::Timing;
use node::{Now, Outputs};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use sip::{ClientId, Headers, Method, Name, Request};

use crate::ActorSpec;
use crate::hops::{self, Hop, Hops};
use crate::softphone::{Reply, Softphone};

/// The state of an agent's registration.
pub(crate) struct Registration {
    hops: Hops,
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
    /// The next attempt begins then.
    Idle { until: Now },
    /// A REGISTER was sent to `hop`.
    Registering {
        client: ClientId,
        hop: Hop,
        timeout: Now,
        left: Hops,
    },
}

impl Registration {
    /// The registration of an agent homed in `home`. It begins at the first [`Registration::tick`].
    pub(crate) fn new(hops: Hops, timing: Timing, mut rng: ChaCha8Rng) -> Registration {
        Registration {
            hops,
            next_hop: timing.next_hop.get(),
            expires: timing.register_expires.get(),
            refresh: timing.register_refresh.get(),
            retry: timing.register_retry.get(),
            call_id: format!("{:016x}", rng.next_u64()),
            tag: format!("{:08x}", rng.next_u32()),
            sequence: 0,
            phase: Phase::Idle { until: Now::ZERO },
        }
    }

    /// Begins the attempt that is due, or gives up a pool that has not answered in time.
    pub(crate) fn tick(&mut self, now: Now, softphone: &mut Softphone, out: &mut Outputs<Event>) {
        match &mut self.phase {
            Phase::Idle { until } if *until <= now => {
                let hops = self.hops.clone();
                self.try_next(now, hops, softphone);
            }
            Phase::Registering {
                timeout, hop, left, ..
            } if *timeout <= now => {
                let (hop, left) = (*hop, std::mem::take(left));
                self.failed(now, hop, left, NoSuccess::TimedOut, softphone, out);
            }
            Phase::Idle { .. } | Phase::Registering { .. } => {}
        }
    }

    /// The outcome of a REGISTER. That of a pool which was given up already is ignored.
    pub(crate) fn receive_reply(
        &mut self,
        now: Now,
        reply: Reply,
        softphone: &mut Softphone,
        out: &mut Outputs<Event>,
    ) {
        let Phase::Registering {
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
        self.failed(now, hop, left, outcome, softphone, out);
    }

    /// When [`Registration::tick`] next has something to do.
    pub(crate) fn deadline(&self) -> Now {
        match self.phase {
            Phase::Idle { until } => until,
            Phase::Registering { timeout, .. } => timeout,
        }
    }

    fn registered(&mut self, now: Now, pool: Pool, out: &mut Outputs<Event>) {
        out.event(Event::Registered { pool });
        let until = now + self.refresh;
        self.phase = Phase::Idle { until };
    }

    fn failed(
        &mut self,
        now: Now,
        hop: Hop,
        left: Hops,
        outcome: NoSuccess,
        softphone: &mut Softphone,
        out: &mut Outputs<Event>,
    ) {
        let pool = hop.pool;
        out.event(Event::NotRegistered { pool, outcome });
        self.try_next(now, left, softphone);
    }

    /// Tries the first of `left`; if there is none, the attempt has failed.
    fn try_next(&mut self, now: Now, mut left: Hops, softphone: &mut Softphone) {
        let Some(hop) = left.pop_front() else {
            let until = now + self.retry;
            self.phase = Phase::Idle { until };
            return;
        };
        self.sequence += 1;
        let request = self.register(softphone.spec(), hop.address);
        self.phase = Phase::Registering {
            client: softphone.request(now, request, hop.address),
            hop,
            timeout: now + self.next_hop,
            left,
        };
    }

    /// A REGISTER of the agent `spec` for the pool at `registrar`.
    fn register(&self, spec: &ActorSpec, registrar: SocketAddr) -> Request {
        let user = &spec.name;
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
            format!("<sip:{user}@{}>", spec.sip_address()),
        );
        headers.insert(Name::EXPIRES, self.expires.as_secs().to_string());
        let mut request = Request::new(Method::REGISTER, sip::uri("", registrar));
        request.headers = headers;
        request
    }
}
