//! The probe of one host: sees which faults hold.
//!
//! Four rounds a second it asks each other host's probe whether that host is there (again and
//! again within the round, until it answers), and each pool's SIP port whether the process answers:
//! again only if it did in the round before, for what is sent to a frozen process stays in its
//! buffer. What it gets, and whom it hears asking, tells faults from each other:
//!
//! | what is wrong with a pool's host | host | pool | heard |
//! | --- | --- | --- | --- |
//! | all is well | reached | reached | yes |
//! | its process was killed | reached | closed | yes |
//! | its process is frozen | reached | silent | yes |
//! | it is powered off, or cut off silently | silent | silent | no |
//! | it is cut off with an ICMP answer | unreachable | unreachable | no |
//! | what it sends does not arrive here | silent | silent | no |
//! | what is sent to it does not arrive there | silent | silent | yes |
//!
//! It also asks the database of its own host, where there is one, whether that answers: from
//! outside, a database without its process looks like one that nobody asks.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use model::journal::event::{Event, Reach};
use model::topology::{Host, Pool};
use node::{Input, Node, Now, Outputs, Port, Unreachable};

use crate::own_database::OwnDatabase;
use crate::question::Probing;
use crate::{Command, Network};

/// How long a round is.
const ROUND: Duration = Duration::from_millis(250);

/// How often a probe tells at least what it found.
const TELL: Duration = Duration::from_secs(1);

/// How soon those are asked again within a round who have not answered.
const AGAIN: Duration = Duration::from_micros(62_500);

/// How a SIP response begins, whatever it says (RFC 3261 section 7.2): somebody is there.
const ANY_RESPONSE: &[u8] = b"SIP/2.0 ";

/// The probe of one host.
pub struct Probe {
    host: Host,
    own: SocketAddr,
    /// The same as text, which stands three times in each question to a pool.
    own_text: String,
    network: Arc<Network>,
    /// Rounds so far, the running one included; none before the start.
    round: u64,
    /// When the running round ends.
    ends: Now,
    /// When those are asked again who have not answered.
    again: Now,
    found: Findings,
    /// The pools that answered in the round before.
    answering: BTreeSet<Pool>,
    database: Option<OwnDatabase>,
    /// What was told last, and when.
    told: Option<(Now, Findings)>,
}

/// What a round finds.
#[derive(Clone, Default, PartialEq, Eq)]
struct Findings {
    hosts: BTreeMap<Host, Reach>,
    /// Whose questions or answers came: of both, it matters only that they did.
    heard: BTreeSet<Host>,
    pools: BTreeMap<Pool, Reach>,
    database: Option<Reach>,
}

impl Probe {
    /// The probe of `host`, which sends and listens at `own`.
    pub fn new(host: Host, own: SocketAddr, network: Arc<Network>) -> Probe {
        let databases = network.databases.iter();
        let database = databases
            .filter(|(pool, _)| pool.database() == host)
            .map(|(_, address)| OwnDatabase::new(*address))
            .next();
        Probe {
            host,
            own,
            own_text: own.to_string(),
            database,
            network,
            round: 0,
            ends: Now::ZERO,
            again: Now::ZERO,
            found: Findings::default(),
            answering: BTreeSet::new(),
            told: None,
        }
    }

    /// Goes on to the next round, or asks again within the running one, when that is due.
    fn tick(&mut self, now: Now, out: &mut Outputs<Event>) {
        if self.round == 0 {
            self.begin_round(now, out);
        } else if self.ends <= now {
            // A probe that was stopped itself has missed what came meanwhile: it says nothing.
            if now.since(self.ends) < ROUND {
                self.end_round(now, out);
            }
            self.begin_round(now, out);
        } else if self.again <= now {
            self.ask_again(now, out);
        }
    }

    /// Asks everybody. Who has not answered when the round ends was silent.
    fn begin_round(&mut self, now: Now, out: &mut Outputs<Event>) {
        self.round += 1;
        self.ends = now + ROUND;
        let pools = self.found.pools.iter();
        let answered = pools.filter(|(_, reach)| **reach == Reach::Reached);
        self.answering = answered.map(|(pool, _)| *pool).collect();
        let hosts = self
            .network
            .probes
            .keys()
            .filter(|host| **host != self.host);
        self.found = Findings {
            hosts: hosts.map(|host| (*host, Reach::Silent)).collect(),
            heard: BTreeSet::new(),
            pools: self
                .network
                .pools
                .keys()
                .map(|pool| (*pool, Reach::Silent))
                .collect(),
            database: None,
        };
        self.ask_hosts(now, out);
        for pool in self.network.pools.values() {
            out.datagram(self.port(), pool.sip, self.options(pool.sip));
        }
    }

    /// Asks the hosts that have not answered in this round.
    fn ask_hosts(&mut self, now: Now, out: &mut Outputs<Event>) {
        self.again = now + AGAIN;
        let question = Probing::Question(self.round).to_bytes();
        for (host, address) in &self.network.probes {
            if self.found.hosts.get(host) == Some(&Reach::Silent) {
                out.datagram(self.port(), *address, question.clone());
            }
        }
    }

    /// Asks again who has not answered in this round, so that a datagram that the network happens to
    /// lose looks like no fault.
    fn ask_again(&mut self, now: Now, out: &mut Outputs<Event>) {
        self.ask_hosts(now, out);
        for (name, pool) in &self.network.pools {
            let silent = self.found.pools.get(name) == Some(&Reach::Silent);
            if silent && self.answering.contains(name) {
                out.datagram(self.port(), pool.sip, self.options(pool.sip));
            }
        }
    }

    /// Tells what the round found if it is news, or if nothing has been told for a second.
    fn end_round(&mut self, now: Now, out: &mut Outputs<Event>) {
        self.found.database = self.database.as_ref().and_then(OwnDatabase::found);
        let told = self.told.as_ref();
        if told.is_some_and(|(at, last)| now.since(*at) < TELL && *last == self.found) {
            return;
        }
        out.event(Event::Probed {
            hosts: self.found.hosts.clone(),
            heard: self.found.heard.iter().copied().collect(),
            pools: self.found.pools.clone(),
            database: self.found.database,
        });
        self.told = Some((now, self.found.clone()));
    }

    fn receive(&mut self, from: SocketAddr, bytes: &Bytes, out: &mut Outputs<Event>) {
        let probing = Probing::parse(bytes);
        if probing.is_some() {
            self.found.heard.extend(self.network.probe_at(from));
        }
        match probing {
            Some(Probing::Question(round)) => {
                out.datagram(self.port(), from, Probing::Answer(round).to_bytes());
            }
            Some(Probing::Answer(round)) if round == self.round => {
                self.learn(from, Reach::Reached);
            }
            Some(Probing::Answer(_)) => {}
            None if bytes.starts_with(ANY_RESPONSE) => self.learn(from, Reach::Reached),
            None => {}
        }
    }

    /// Whoever is at `address` was found to be so within this round.
    fn learn(&mut self, address: SocketAddr, reach: Reach) {
        if let Some(host) = self.network.probe_at(address) {
            self.found.hosts.insert(host, reach);
        }
        if let Some(pool) = self.network.pool_at(address) {
            self.found.pools.insert(pool, reach);
        }
    }

    fn port(&self) -> Port {
        Port(self.own.port())
    }

    /// A request that every SIP process answers (RFC 3261 section 11), once: without a
    /// transaction, for silence is an answer too.
    fn options(&self, pool: SocketAddr) -> Bytes {
        let (own, host, round) = (&self.own_text, self.host.word(), self.round);
        let (to, port) = (pool.to_string(), pool.port());
        Bytes::from(format!(
            "OPTIONS sip:{to} SIP/2.0\r\n\
             Via: SIP/2.0/UDP {own};rport;branch=z9hG4bK-probe-{host}-{round}-{port}\r\n\
             Max-Forwards: 70\r\n\
             From: <sip:probe@{own}>;tag={round}\r\n\
             To: <sip:{to}>\r\n\
             Call-ID: probe-{host}-{round}@{own}\r\n\
             CSeq: 1 OPTIONS\r\n\
             Content-Length: 0\r\n\r\n",
        ))
    }
}

impl Node for Probe {
    type Command = Command;
    type Event = Event;

    fn handle(&mut self, now: Now, input: Input<Command>, out: &mut Outputs<Event>) {
        self.tick(now, out);
        if let Some(database) = &mut self.database {
            database.ask(now, out);
        }
        match input {
            Input::Datagram { from, bytes, .. } => self.receive(from, &bytes, out),
            Input::Undeliverable { to, why, .. } => match why {
                Unreachable::Port => self.learn(to, Reach::Closed),
                Unreachable::Host => self.learn(to, Reach::Unreachable),
            },
            Input::Reply { outcome, .. } => {
                if let Some(database) = &mut self.database {
                    database.learn(now, &outcome);
                }
            }
            Input::Command(command) => out.event(Event::Trouble {
                what: format!("a probe was told {command:?}"),
            }),
            _ => {}
        }
    }

    fn deadline(&self) -> Option<Now> {
        let database = self.database.as_ref().and_then(OwnDatabase::due);
        let due = self.ends.min(self.again);
        Some(database.map_or(due, |database| due.min(database)))
    }
}
