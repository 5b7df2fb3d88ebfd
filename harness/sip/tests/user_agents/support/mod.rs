//! A world of user agents with virtual time and a lossy network, smaller than the simulator's.
//!
//! - [`World`]: hosts, links and time.
//! - [`expect`]: what tests wait for.
//! - [`proxy`]: a host that proxies, as a node would with the crate's plain half.

pub(crate) mod expect;
pub(crate) mod proxy;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use node::Now;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use sip::{Headers, Invite, Message, NameAddr, Sdp, SessionId, Timing, UaEvent, UserAgent};

use proxy::Proxy;

/// How long a datagram travels.
pub(crate) const LATENCY: Duration = Duration::from_millis(5);

/// One of the hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct HostId(pub(crate) usize);

/// What a host does by itself with the events of its user agent.
pub(crate) enum Part {
    /// Nothing: the test looks at them.
    Party,
    Proxy(Proxy),
}

struct Host {
    address: SocketAddr,
    agent: UserAgent,
    part: Part,
    events: VecDeque<UaEvent>,
}

/// A datagram on its way or arrived, for the tests that look at the wire.
#[derive(Clone, Debug)]
pub(crate) struct Datagram {
    pub(crate) from: HostId,
    pub(crate) to: SocketAddr,
    pub(crate) bytes: Bytes,
}

impl Datagram {
    /// The request's method or the response's code, as `INVITE` or `200`.
    pub(crate) fn kind(&self) -> String {
        match Message::parse(&self.bytes).unwrap() {
            Message::Request(request) => request.method.to_string(),
            Message::Response(response) => response.code.into_u16().to_string(),
        }
    }
}

/// Hosts, the links between them, and time.
pub(crate) struct World {
    pub(crate) now: Now,
    /// The share of datagrams that are lost.
    pub(crate) loss: f64,
    /// Hosts to which nothing gets through.
    pub(crate) cut: BTreeSet<HostId>,
    /// Everything that was sent, lost or not.
    pub(crate) sent: Vec<Datagram>,
    hosts: Vec<Host>,
    flying: BTreeMap<(Now, usize), Datagram>,
    random: ChaCha8Rng,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        World {
            now: Now::ZERO,
            loss: 0.0,
            cut: BTreeSet::new(),
            sent: Vec::new(),
            hosts: Vec::new(),
            flying: BTreeMap::new(),
            random: ChaCha8Rng::seed_from_u64(seed),
        }
    }

    /// Two parties, for most tests.
    pub(crate) fn with_two_parties(seed: u64) -> (World, HostId, HostId) {
        let mut world = World::new(seed);
        let (a, b) = (world.add(Part::Party), world.add(Part::Party));
        (world, a, b)
    }

    pub(crate) fn add(&mut self, part: Part) -> HostId {
        let id = HostId(self.hosts.len());
        let address = address(id);
        let seed = ChaCha8Rng::from_rng(&mut self.random);
        self.hosts.push(Host {
            address,
            agent: UserAgent::new(address, seed, Timing::default()),
            part,
            events: VecDeque::new(),
        });
        id
    }

    /// Lets a host's user agent do something now, and sends what follows from it.
    pub(crate) fn act<T>(
        &mut self,
        host: HostId,
        what: impl FnOnce(&mut UserAgent, Now) -> T,
    ) -> T {
        let outcome = what(&mut self.hosts[host.0].agent, self.now);
        self.drain(host);
        outcome
    }

    pub(crate) fn agent(&self, host: HostId) -> &UserAgent {
        &self.hosts[host.0].agent
    }

    /// Hands a host bytes that nobody sent.
    pub(crate) fn inject(&mut self, host: HostId, from: SocketAddr, bytes: &Bytes) {
        self.act(host, |agent, now| agent.receive(now, from, bytes));
    }

    /// Lets time pass.
    pub(crate) fn run(&mut self, span: Duration) {
        let until = self.now + span;
        while self.step(until) {}
        self.now = until;
    }

    /// Lets time pass until `host` sees the event that `wanted` is about; what came before it is
    /// dropped.
    ///
    /// # Panics
    ///
    /// If it does not come within two minutes.
    pub(crate) fn wait_for<T>(
        &mut self,
        host: HostId,
        wanted: impl Fn(&UaEvent) -> Option<T>,
    ) -> T {
        match self.see(host, wanted) {
            Some(found) => found,
            None => panic!("{host:?} waits for what never comes: {:#?}", self.ladder()),
        }
    }

    /// Like [`World::wait_for`]; `None` if the event does not come within two minutes.
    pub(crate) fn see<T>(
        &mut self,
        host: HostId,
        wanted: impl Fn(&UaEvent) -> Option<T>,
    ) -> Option<T> {
        let until = self.now + Duration::from_secs(120);
        loop {
            while let Some(event) = self.hosts[host.0].events.pop_front() {
                if let Some(found) = wanted(&event) {
                    return Some(found);
                }
            }
            if !self.step(until) {
                return None;
            }
        }
    }

    /// The events that `host` has seen and that nobody has looked at.
    pub(crate) fn events(&mut self, host: HostId) -> Vec<UaEvent> {
        self.hosts[host.0].events.drain(..).collect()
    }

    /// What was sent since the last call, as `0>1 INVITE`.
    pub(crate) fn ladder(&mut self) -> Vec<String> {
        let hosts: Vec<SocketAddr> = self.hosts.iter().map(|host| host.address).collect();
        let number = |at: &SocketAddr| hosts.iter().position(|host| host == at);
        self.sent
            .drain(..)
            .map(|d| {
                let to = number(&d.to).map_or("?".to_owned(), |to| to.to_string());
                format!("{}>{to} {}", d.from.0, d.kind())
            })
            .collect()
    }

    /// Does what comes next, if that is before `until`.
    fn step(&mut self, until: Now) -> bool {
        let arrival = self.flying.keys().next().map(|(at, _)| *at);
        let deadlines = self.hosts.iter().enumerate();
        let deadline = deadlines
            .filter_map(|(id, host)| Some((host.agent.deadline()?, HostId(id))))
            .min();
        match (arrival, deadline) {
            (Some(at), due) if at <= until && due.is_none_or(|(due, _)| at <= due) => {
                self.arrive();
            }
            (_, Some((due, host))) if due <= until => {
                self.now = self.now.max(due);
                self.act(host, |agent, now| agent.tick(now));
            }
            _ => return false,
        }
        true
    }

    fn arrive(&mut self) {
        let Some(((at, _), datagram)) = self.flying.pop_first() else {
            return;
        };
        self.now = at;
        let receiver = self.hosts.iter().position(|h| h.address == datagram.to);
        let Some(receiver) = receiver.map(HostId) else {
            return;
        };
        let from = self.hosts[datagram.from.0].address;
        if !self.cut.contains(&receiver) && !self.cut.contains(&datagram.from) {
            self.inject(receiver, from, &datagram.bytes);
        }
    }

    fn drain(&mut self, id: HostId) {
        let now = self.now;
        let host = &mut self.hosts[id.0];
        while let Some(event) = host.agent.poll_event() {
            match &mut host.part {
                Part::Party => host.events.push_back(event),
                Part::Proxy(proxy) => proxy.handle(now, &mut host.agent, event),
            }
        }
        while let Some(transmit) = self.hosts[id.0].agent.poll_transmit() {
            let datagram = Datagram {
                from: id,
                to: transmit.to,
                bytes: transmit.bytes,
            };
            self.sent.push(datagram.clone());
            if !self.random.random_bool(self.loss) {
                self.flying
                    .insert((now + LATENCY, self.sent.len()), datagram);
            }
        }
    }
}

pub(crate) fn address(host: HostId) -> SocketAddr {
    SocketAddr::from(([198, 18, 0, host.0 as u8 + 1], 5060))
}

/// Where a host receives media.
pub(crate) fn rtp(host: HostId) -> SocketAddr {
    SocketAddr::from(([198, 18, 0, host.0 as u8 + 1], 4000))
}

pub(crate) fn offer(host: HostId) -> Sdp {
    Sdp::offer(host.0 as u64, rtp(host))
}

/// A call from `from` to `to` over `next_hop`.
pub(crate) fn invite(from: HostId, to: HostId, next_hop: HostId, sdp: Option<Sdp>) -> Invite {
    let user = |host: HostId| sip::uri(&format!("user{}", host.0), address(host));
    Invite {
        uri: user(to),
        from: NameAddr::uri(user(from)),
        to: NameAddr::uri(user(to)),
        next_hop: address(next_hop),
        sdp,
        headers: Headers::new(),
    }
}

/// `a` calls `b`, which takes the call.
pub(crate) fn call(world: &mut World, a: HostId, b: HostId, via: HostId) -> (SessionId, SessionId) {
    let call = invite(a, b, via, Some(offer(a)));
    let calling = world.act(a, |agent, now| agent.invite(now, call));
    (calling, take_call(world, b))
}

/// `host` takes the call that comes to it.
pub(crate) fn take_call(world: &mut World, host: HostId) -> SessionId {
    let server = world.wait_for(host, |event| match event {
        UaEvent::Request { server, .. } => Some(*server),
        _ => None,
    });
    world
        .act(host, |agent, now| agent.accept_invite(now, server))
        .unwrap()
}

/// A session from `a` to `b` over `via`, answered and acknowledged.
pub(crate) fn connect(
    world: &mut World,
    a: HostId,
    b: HostId,
    via: HostId,
) -> (SessionId, SessionId) {
    let (calling, called) = call(world, a, b, via);
    let answer = offer(a).answer(2, rtp(b)).unwrap();
    world.act(b, |agent, now| agent.answer(now, called, answer));
    wait_for_answered(world, a);
    wait_for_confirmed(world, b);
    (calling, called)
}

pub(crate) fn wait_for_answered(world: &mut World, host: HostId) -> Option<Sdp> {
    world.wait_for(host, |event| match event {
        UaEvent::Answered { sdp, .. } => Some(sdp.clone()),
        _ => None,
    })
}

pub(crate) fn wait_for_confirmed(world: &mut World, host: HostId) -> Option<Sdp> {
    world.wait_for(host, |event| match event {
        UaEvent::Confirmed { sdp, .. } => Some(sdp.clone()),
        _ => None,
    })
}
