//! An agent's registration: at its home pool, or else at the partner.
//!
//! Each attempt tries the home pool first, the partner after it, and ends with the first that
//! accepts. The next attempt follows when a refresh is due, or soon after a failure. So an agent
//! that had to register at the partner comes back home by itself.
//!
//! A hop that challenges (RFC 3261 section 22), or wants a longer registration (423), is asked once
//! more; where a redirection leads is said in [`crate::hops`]. Whoever grants less than was asked
//! for is asked again in time: at half of it.
//!
//! It is withdrawn where it was accepted last, once: by its contact or, every second time if no other is
//! listed there, by `*` (section 10.2.2). After that, and when it is to expire, nothing follows until it is wanted
//! again.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use model::journal::event::{Event, NoSuccess};
use model::walk::Timing;
use node::{Now, Outputs};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use sip::digest::Credentials;
use sip::{
    Address, Authentication, ClientId, Headers, Method, Name, Request, Response, StatusCode,
    Transport, address_of, uri_text,
};

use crate::hops::{self, Hop, Hops, Way};
use crate::softphone::{Outcome, Reply, ServiceRoute, Softphone};

/// How often one hop is asked in one attempt: plainly, with the right time, with an answer to its
/// challenge and to that of a proxy before it, and once more with a nonce that is not too old.
const TIMES: u32 = 5;

/// How long a registrar that has the request may take: as long as the request lasts (Timer F of RFC
/// 3261 section 17.1.2.2).
const SLOWEST: Duration = Duration::from_secs(32);

/// How many values of Service-Route are kept.
const MOST_ROUTES: usize = 16;

/// The state of an agent's registration.
pub(crate) struct Registration {
    hops: Hops,
    next_hop: Duration,
    expires: Duration,
    refresh: Duration,
    retry: Duration,
    credentials: Option<Credentials>,
    /// What its Contact says besides.
    contact_parameters: &'static str,
    /// What each hop has asked, and was answered.
    authentications: BTreeMap<SocketAddr, Authentication>,
    rng: ChaCha8Rng,
    /// One Call-ID and From tag for all registrations, with rising CSeq (RFC 3261 section 10.2).
    call_id: String,
    tag: String,
    sequence: u32,
    wanted: Wanted,
    /// Who has accepted it last, and how many other contacts there are.
    registrar: Option<(Hop, usize)>,
    /// By what it is withdrawn the next time, if its contact is the only one.
    withdrawn_by: Withdrawn,
    phase: Phase,
}

/// What is to become of it.
enum Wanted {
    /// It is there, and refreshed.
    Binding,
    /// It is withdrawn.
    Removal,
    /// It is left to itself.
    Nothing,
}

/// By what a registration is withdrawn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Withdrawn {
    Contact,
    Star,
}

enum Phase {
    /// The next attempt begins then, if one is wanted.
    Idle { until: Now },
    /// A REGISTER was sent.
    Registering(Box<Attempt>),
}

/// A REGISTER that was sent.
struct Attempt {
    client: ClientId,
    hop: Hop,
    /// How often the hop was asked.
    times: u32,
    /// For how long it was asked to keep the binding: for no time, if it is to be withdrawn.
    expires: Duration,
    timeout: Now,
    way: Way,
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
            contact_parameters: "",
            authentications: BTreeMap::new(),
            call_id: format!("{:016x}", rng.next_u64()),
            tag: format!("{:08x}", rng.next_u32()),
            rng,
            sequence: 0,
            wanted: Wanted::Binding,
            registrar: None,
            withdrawn_by: Withdrawn::Contact,
            phase: Phase::Idle { until: Now::ZERO },
        }
    }

    /// The same registration, with what challenges are answered with.
    pub(crate) fn with_credentials(mut self, credentials: Option<Credentials>) -> Registration {
        self.credentials = credentials;
        self
    }

    /// The same registration, of an agent who is to be reached by `transport`.
    pub(crate) fn with_transport(mut self, transport: Transport) -> Registration {
        self.contact_parameters = transport.parameter();
        self
    }

    /// The same registration, which is not wanted yet.
    pub(crate) fn not_wanted(mut self) -> Registration {
        self.wanted = Wanted::Nothing;
        self
    }

    /// From now on it is there, and refreshed.
    pub(crate) fn register(&mut self, now: Now) {
        self.want(now, Wanted::Binding);
    }

    /// It is withdrawn, as soon as whoever was asked for one has answered (RFC 3261 section 10.2).
    pub(crate) fn unregister(&mut self, now: Now) {
        self.want(now, Wanted::Removal);
    }

    /// From now on it is left to itself.
    pub(crate) fn let_expire(&mut self, now: Now) {
        self.want(now, Wanted::Nothing);
    }

    fn want(&mut self, now: Now, wanted: Wanted) {
        self.wanted = wanted;
        if let Phase::Idle { until } = &mut self.phase {
            *until = now;
        }
    }

    /// Begins the attempt that is due, or gives up a pool that has not answered in time.
    pub(crate) fn tick(&mut self, now: Now, softphone: &mut Softphone, out: &mut Outputs<Event>) {
        match &self.phase {
            Phase::Idle { until } if *until <= now => self.begin(now, softphone),
            Phase::Registering(attempt) if attempt.timeout <= now => {
                let (hop, way) = (attempt.hop.clone(), attempt.way.clone());
                let expires = attempt.expires;
                softphone.distrust(hop.address, out);
                let outcome = NoSuccess::TimedOut;
                self.failed(now, (&hop, expires), way, outcome, softphone, out);
            }
            Phase::Idle { .. } | Phase::Registering(_) => {}
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
        let Phase::Registering(attempt) = &mut self.phase else {
            return;
        };
        if attempt.client != reply.client {
            return;
        }
        let (hop, mut way) = (attempt.hop.clone(), attempt.way.clone());
        let (times, expires) = (attempt.times, attempt.expires);
        let outcome = match reply.outcome {
            Outcome::Pending => {
                attempt.timeout = now + SLOWEST;
                return;
            }
            Outcome::Response(response) if response.is_success() => {
                if expires.is_zero() {
                    let all = self.withdrawn_by == Withdrawn::Star;
                    out.event(Event::Unregistered {
                        pool: hop.pool,
                        all,
                    });
                    return self.rest(now);
                }
                let granted = Granted::by(&response, softphone.spec().sip_address());
                let route = service_route(&response);
                softphone.set_service_route(hop.address, route);
                return self.registered(now, hop, &granted, out);
            }
            Outcome::Response(response) => {
                if times < TIMES
                    && (!expires.is_zero() || response.code != StatusCode::INTERVAL_TOO_BRIEF)
                    && let Some((expires, request)) =
                        self.ask_again(&response, &hop, expires, softphone)
                {
                    return self.send(now, (hop, times + 1, expires), request, way, softphone);
                }
                let user = &softphone.spec().user;
                let sought = (user.as_str(), softphone.domain_name());
                way.refused(response.code, &response.headers, sought);
                let code = response.code.into_u16();
                NoSuccess::Refused { code }
            }
            Outcome::None(why) => hops::no_response(why),
        };
        self.failed(now, (&hop, expires), way, outcome, softphone, out);
    }

    /// When [`Registration::tick`] next has something to do.
    pub(crate) fn deadline(&self) -> Option<Now> {
        match (&self.phase, &self.wanted) {
            (Phase::Idle { .. }, Wanted::Nothing) => None,
            (Phase::Idle { until }, _) => Some(*until),
            (Phase::Registering(attempt), _) => Some(attempt.timeout),
        }
    }

    /// Begins an attempt, if one is wanted.
    fn begin(&mut self, now: Now, softphone: &mut Softphone) {
        match self.wanted {
            Wanted::Binding => {
                let way = Way::through(&self.hops);
                self.try_next(now, way, softphone);
            }
            Wanted::Removal => match self.registrar.take() {
                Some((hop, others)) => {
                    if others > 0 {
                        self.withdrawn_by = Withdrawn::Contact;
                    }
                    let request = self.authorized(softphone, hop.address, Duration::ZERO);
                    let way = Way::through(&Hops::new());
                    self.send(now, (hop, 1, Duration::ZERO), request, way, softphone);
                }
                None => self.wanted = Wanted::Nothing,
            },
            Wanted::Nothing => {}
        }
    }

    /// The removal was asked for: nothing follows, unless it is wanted again by now.
    fn rest(&mut self, now: Now) {
        self.withdrawn_by = match self.withdrawn_by {
            Withdrawn::Contact => Withdrawn::Star,
            Withdrawn::Star => Withdrawn::Contact,
        };
        if matches!(self.wanted, Wanted::Removal) {
            self.wanted = Wanted::Nothing;
        }
        self.phase = Phase::Idle { until: now };
    }

    /// What a hop that has refused is to be asked next, if it said what is missing.
    fn ask_again(
        &mut self,
        refusal: &Response,
        hop: &Hop,
        expires: Duration,
        softphone: &Softphone,
    ) -> Option<(Duration, Request)> {
        if refusal.code == StatusCode::INTERVAL_TOO_BRIEF {
            let least = refusal.header(&Name::MIN_EXPIRES)?.trim().parse().ok()?;
            let expires = Duration::from_secs(least).max(expires);
            return Some((expires, self.authorized(softphone, hop.address, expires)));
        }
        let by = self.credentials.clone()?;
        let mut request = self.request(softphone, hop.address, expires);
        let cnonce = format!("{:016x}", self.rng.next_u64());
        let authentication = self
            .authentications
            .entry(hop.address)
            .or_insert_with(|| Authentication::new(by));
        authentication
            .retry(refusal, &mut request, &cnonce)
            .then_some((expires, request))
    }

    /// A REGISTER that answers what the hop has asked before.
    fn authorized(&mut self, softphone: &Softphone, hop: SocketAddr, expires: Duration) -> Request {
        let mut request = self.request(softphone, hop, expires);
        if let Some(authentication) = self.authentications.get_mut(&hop) {
            let cnonce = format!("{:016x}", self.rng.next_u64());
            authentication.authorize(&mut request, &cnonce);
        }
        request
    }

    fn registered(&mut self, now: Now, hop: Hop, granted: &Granted, out: &mut Outputs<Event>) {
        out.event(Event::Registered {
            pool: hop.pool,
            expires: granted.seconds,
            others: granted.others,
        });
        self.registrar = Some((hop, granted.others));
        let half = granted
            .seconds
            .map(|seconds| Duration::from_secs(seconds.into()) / 2);
        let refresh = half.map_or(self.refresh, |half| self.refresh.min(half));
        let until = match self.wanted {
            Wanted::Removal => now,
            Wanted::Binding | Wanted::Nothing => now + refresh,
        };
        self.phase = Phase::Idle { until };
    }

    fn failed(
        &mut self,
        now: Now,
        (hop, expires): (&Hop, Duration),
        way: Way,
        outcome: NoSuccess,
        softphone: &mut Softphone,
        out: &mut Outputs<Event>,
    ) {
        let pool = hop.pool;
        if expires.is_zero() {
            let all = self.withdrawn_by == Withdrawn::Star;
            out.event(Event::NotUnregistered { pool, all, outcome });
            return self.rest(now);
        }
        out.event(Event::NotRegistered { pool, outcome });
        match self.wanted {
            Wanted::Binding => self.try_next(now, way, softphone),
            Wanted::Removal | Wanted::Nothing => self.phase = Phase::Idle { until: now },
        }
    }

    /// Tries the next hop; if there is none, the attempt has failed.
    fn try_next(&mut self, now: Now, mut way: Way, softphone: &mut Softphone) {
        match way.next() {
            Some(hop) => {
                let expires = self.expires;
                let request = self.authorized(softphone, hop.address, expires);
                self.send(now, (hop, 1, expires), request, way, softphone);
            }
            None => {
                let until = now + self.retry;
                self.phase = Phase::Idle { until };
            }
        }
    }

    /// Asks a hop, for that many times now.
    fn send(
        &mut self,
        now: Now,
        (hop, times, expires): (Hop, u32, Duration),
        request: Request,
        way: Way,
        softphone: &mut Softphone,
    ) {
        self.phase = Phase::Registering(Box::new(Attempt {
            client: softphone.request(now, request, hop.address),
            hop,
            times,
            expires,
            timeout: now + self.next_hop,
            way,
        }));
    }

    /// A REGISTER of the softphone's agent for the pool at `registrar`.
    fn request(
        &mut self,
        softphone: &Softphone,
        registrar: SocketAddr,
        expires: Duration,
    ) -> Request {
        self.sequence += 1;
        let spec = softphone.spec();
        let user = &spec.user;
        let address_of_record = uri_text(&softphone.uri(user, registrar));
        let mut headers = Headers::new();
        headers.insert(Name::MAX_FORWARDS, "70");
        headers.insert(
            Name::FROM,
            format!("<{address_of_record}>;tag={}", self.tag),
        );
        headers.insert(Name::TO, format!("<{address_of_record}>"));
        headers.insert(Name::CALL_ID, self.call_id.as_str());
        headers.insert(Name::CSEQ, format!("{} REGISTER", self.sequence));
        let contact = match self.withdrawn_by {
            Withdrawn::Star if expires.is_zero() => "*".to_owned(),
            _ => format!(
                "<sip:{user}@{}{}>",
                spec.sip_address(),
                self.contact_parameters
            ),
        };
        headers.insert(Name::CONTACT, contact);
        headers.insert(Name::EXPIRES, expires.as_secs().to_string());
        // Proxies on the way may have calls come by them (RFC 3327).
        headers.insert(Name::SUPPORTED, "path");
        if let Some(route) = softphone.preloaded_route(registrar) {
            headers.insert(Name::ROUTE, route);
        }
        let mut request = Request::new(Method::REGISTER, softphone.uri("", registrar));
        request.headers = headers;
        request
    }
}

/// By whom the registrar wants requests to come (RFC 3608).
fn service_route(response: &Response) -> Option<ServiceRoute> {
    let name = Name::from("Service-Route".to_owned());
    let values = response.headers.elements(&name).map(str::to_owned);
    let values: Vec<String> = values.take(MOST_ROUTES).collect();
    let first = Address::of(values.first()?).uri();
    let first = first.as_ref().and_then(address_of);
    Some(ServiceRoute { values, first })
}

/// What the registrar says of the user's bindings (RFC 3261 section 10.2.4).
struct Granted {
    /// For how many seconds it keeps the one that was asked for, if it says so.
    seconds: Option<u32>,
    /// How many others there are.
    others: usize,
}

impl Granted {
    fn by(response: &Response, contact: SocketAddr) -> Granted {
        let contacts = response.headers.addresses(&Name::CONTACT);
        Granted {
            seconds: response.granted(contact).filter(|seconds| *seconds > 0),
            others: contacts.filter(|listed| !listed.is_at(contact)).count(),
        }
    }
}
