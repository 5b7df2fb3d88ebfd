//! An agent's registration: at its home pool, or else at the partner.
//!
//! Each attempt tries the home pool first, the partner after it, and ends with the first that
//! accepts. The next attempt follows when a refresh is due, or soon after a failure. So an agent
//! that had to register at the partner comes back home by itself.
//!
//! A hop that challenges (RFC 3261 section 22), or wants a longer registration (423), is asked once
//! more; where a redirection leads is said in [`crate::hops`]. Whoever grants less than was asked
//! for is asked again in time: at half of it.

use std::net::SocketAddr;
use std::time::Duration;

use model::journal::event::{Event, NoSuccess};
use model::topology::Pool;
use model::walk::Timing;
use node::{Now, Outputs};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use sip::digest::{Challenge, Credentials, Protected};
use sip::types::header::typed::{Contact, Expires};
use sip::{ClientId, Headers, Method, Name, Request, Response, StatusCode, address_of, uri_text};

use crate::ActorSpec;
use crate::hops::{self, Hop, Hops, Way};
use crate::softphone::{Reply, Softphone};

/// How often one hop is asked in one attempt: plainly, with the right time, with an answer to its
/// challenge.
const TIMES: u32 = 3;

/// The state of an agent's registration.
pub(crate) struct Registration {
    hops: Hops,
    next_hop: Duration,
    expires: Duration,
    refresh: Duration,
    retry: Duration,
    credentials: Option<Credentials>,
    rng: ChaCha8Rng,
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
        /// How often the hop was asked.
        times: u32,
        timeout: Now,
        way: Way,
    },
}

/// What a REGISTER asks of a hop.
#[derive(Default)]
struct Asked {
    /// For how long, if not for as long as always.
    expires: Option<Duration>,
    /// The challenge that it answers, and whether a proxy made it.
    challenge: Option<(Challenge, Name)>,
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
            credentials: None,
            call_id: format!("{:016x}", rng.next_u64()),
            tag: format!("{:08x}", rng.next_u32()),
            rng,
            sequence: 0,
            phase: Phase::Idle { until: Now::ZERO },
        }
    }

    /// The same registration, with what challenges are answered with.
    pub(crate) fn with_credentials(mut self, credentials: Option<Credentials>) -> Registration {
        self.credentials = credentials;
        self
    }

    /// Begins the attempt that is due, or gives up a pool that has not answered in time.
    pub(crate) fn tick(&mut self, now: Now, softphone: &mut Softphone, out: &mut Outputs<Event>) {
        match &self.phase {
            Phase::Idle { until } if *until <= now => {
                let way = Way::through(&self.hops);
                self.try_next(now, way, softphone);
            }
            Phase::Registering {
                timeout, hop, way, ..
            } if *timeout <= now => {
                let (hop, way) = (hop.clone(), way.clone());
                self.failed(now, &hop, way, NoSuccess::TimedOut, softphone, out);
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
            client,
            hop,
            times,
            way,
            ..
        } = &self.phase
        else {
            return;
        };
        if *client != reply.client {
            return;
        }
        let (hop, mut way, times) = (hop.clone(), way.clone(), *times);
        let outcome = match reply.outcome {
            Ok(response) if response.is_provisional() => return,
            Ok(response) if response.is_success() => {
                let granted = granted(&response, softphone.spec().sip_address());
                return self.registered(now, hop.pool, granted, out);
            }
            Ok(response) => {
                if times < TIMES
                    && let Some(asked) = self.asked_again(&response)
                {
                    return self.ask(now, (hop, times + 1), &asked, way, softphone);
                }
                let user = &softphone.spec().name;
                way.refused(response.code, &response.headers, user);
                let code = response.code.into_u16();
                NoSuccess::Refused { code }
            }
            Err(why) => hops::no_response(why),
        };
        self.failed(now, &hop, way, outcome, softphone, out);
    }

    /// When [`Registration::tick`] next has something to do.
    pub(crate) fn deadline(&self) -> Now {
        match self.phase {
            Phase::Idle { until } => until,
            Phase::Registering { timeout, .. } => timeout,
        }
    }

    /// How a hop that has refused is to be asked again, if it said what is missing.
    fn asked_again(&self, response: &Response) -> Option<Asked> {
        let (asks, answers) = match response.code {
            StatusCode::INTERVAL_TOO_BRIEF => {
                let least = response.header(&Name::MIN_EXPIRES)?.trim().parse().ok()?;
                return Some(Asked {
                    expires: Some(Duration::from_secs(least).max(self.expires)),
                    challenge: None,
                });
            }
            StatusCode::UNAUTHORIZED => (Name::WWW_AUTHENTICATE, Name::AUTHORIZATION),
            StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                (Name::PROXY_AUTHENTICATE, Name::PROXY_AUTHORIZATION)
            }
            _ => return None,
        };
        self.credentials.as_ref()?;
        // The first that is understood: the server's best (RFC 8760 section 2.4).
        let challenges = response.headers.get_raw(&asks);
        let challenge = challenges
            .into_iter()
            .find_map(|value| Challenge::parse(value))?;
        Some(Asked {
            expires: None,
            challenge: Some((challenge, answers)),
        })
    }

    fn registered(
        &mut self,
        now: Now,
        pool: Pool,
        granted: Option<Duration>,
        out: &mut Outputs<Event>,
    ) {
        out.event(Event::Registered { pool });
        let refresh = granted.map_or(self.refresh, |granted| self.refresh.min(granted / 2));
        let until = now + refresh;
        self.phase = Phase::Idle { until };
    }

    fn failed(
        &mut self,
        now: Now,
        hop: &Hop,
        way: Way,
        outcome: NoSuccess,
        softphone: &mut Softphone,
        out: &mut Outputs<Event>,
    ) {
        let pool = hop.pool;
        out.event(Event::NotRegistered { pool, outcome });
        self.try_next(now, way, softphone);
    }

    /// Tries the next hop; if there is none, the attempt has failed.
    fn try_next(&mut self, now: Now, mut way: Way, softphone: &mut Softphone) {
        match way.next() {
            Some(hop) => self.ask(now, (hop, 1), &Asked::default(), way, softphone),
            None => {
                let until = now + self.retry;
                self.phase = Phase::Idle { until };
            }
        }
    }

    /// Asks a hop, for that many times now.
    fn ask(
        &mut self,
        now: Now,
        (hop, times): (Hop, u32),
        asked: &Asked,
        way: Way,
        softphone: &mut Softphone,
    ) {
        self.sequence += 1;
        let request = self.register(softphone.spec(), hop.address, asked);
        self.phase = Phase::Registering {
            client: softphone.request(now, request, hop.address),
            hop,
            times,
            timeout: now + self.next_hop,
            way,
        };
    }

    /// A REGISTER of the agent `spec` for the pool at `registrar`.
    fn register(&mut self, spec: &ActorSpec, registrar: SocketAddr, asked: &Asked) -> Request {
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
        let expires = asked.expires.unwrap_or(self.expires);
        headers.insert(Name::EXPIRES, expires.as_secs().to_string());
        let uri = sip::uri("", registrar);
        if let (Some((challenge, name)), Some(by)) = (&asked.challenge, &self.credentials) {
            let of = Protected {
                method: "REGISTER",
                uri: &uri_text(&uri),
            };
            let cnonce = format!("{:016x}", self.rng.next_u64());
            headers.insert(name.clone(), challenge.answer(by, of, &cnonce));
        }
        let mut request = Request::new(Method::REGISTER, uri);
        request.headers = headers;
        request
    }
}

/// For how long the registrar keeps the binding of `contact`, if it says so (RFC 3261 section 10.2.4).
fn granted(response: &Response, contact: SocketAddr) -> Option<Duration> {
    let contacts = response.headers.decoded::<Vec<Contact>>(&Name::CONTACT);
    let contacts = contacts.and_then(Result::ok).unwrap_or_default();
    let own = contacts
        .iter()
        .find(|listed| address_of(&listed.uri.uri) == Some(contact));
    let of_contact = own.and_then(|own| own.params.get_val("expires")?.parse().ok());
    let of_all = || {
        let expires = response.headers.decoded::<Expires>(&Name::EXPIRES);
        expires.and_then(Result::ok).map(|Expires(seconds)| seconds)
    };
    let seconds: u32 = of_contact.or_else(of_all)?;
    (seconds > 0).then(|| Duration::from_secs(seconds.into()))
}
