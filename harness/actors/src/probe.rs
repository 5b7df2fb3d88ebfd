//! The probe of one host: sees which faults are in force.
//!
//! It takes four samples a second. In each it sends a request to each other host's probe (again and
//! again within the sample, until that replies), and OPTIONS to each pool's SIP port: again only if
//! the pool answered in the sample before, for what is sent to a frozen process stays in its
//! buffer. All of it is what telephones and their networks send: no pool is to learn that it is watched.
//! What it gets, and whom it hears from, tells faults from each other:
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
//! It also checks the database of its own host, where there is one: from outside, a database
//! without its process looks like one that nobody uses.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use model::host::HostName;
use model::journal::event::Event;
use model::reach::Reach;
use model::topology::Pool;
use node::{Input, Node, Now, Outputs, Port, Unreachable};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::database_check::DatabaseCheck;
use crate::probe_message::{ProbeMessage, TransactionId};
use crate::{AddressBook, Command};

/// How long a sample takes.
const SAMPLE: Duration = Duration::from_millis(250);

/// How often a probe reports at least.
const REPORT: Duration = Duration::from_secs(1);

/// How soon a request is sent again within a sample to those who have not answered.
const RETRY: Duration = Duration::from_micros(62_500);

/// How a SIP response begins, whatever it says (RFC 3261 section 7.2): somebody is there.
const ANY_RESPONSE: &[u8] = b"SIP/2.0 ";

/// The probe of one host.
pub struct Probe {
    host: HostName,
    own: SocketAddr,
    /// The same as text, which stands twice in each OPTIONS.
    own_text: String,
    address_book: Arc<AddressBook>,
    rng: ChaCha8Rng,
    /// What the present sample's requests to hosts are known by; none before the start.
    transaction: Option<TransactionId>,
    /// The present sample's requests to pools.
    options: BTreeMap<Pool, Bytes>,
    /// How many requests went to pools.
    sequence: u32,
    /// When the present sample ends.
    ends: Now,
    /// When requests are sent again to those who have not answered.
    retry: Now,
    sample: Sample,
    /// The pools that answered in the sample before.
    answering: BTreeSet<Pool>,
    database: Option<DatabaseCheck>,
    /// What was reported last, and when.
    reported: Option<(Now, Sample)>,
}

/// What one sample has found.
#[derive(Clone, Default, PartialEq, Eq)]
struct Sample {
    hosts: BTreeMap<HostName, Reach>,
    /// The hosts whose requests or replies came: it matters only that they did.
    heard: BTreeSet<HostName>,
    pools: BTreeMap<Pool, Reach>,
    database: Option<Reach>,
}

impl Probe {
    /// The probe of `host`, which sends and listens at `own`, and draws what its requests are known by.
    pub fn new(
        host: HostName,
        own: SocketAddr,
        address_book: Arc<AddressBook>,
        seed: [u8; 32],
    ) -> Probe {
        let databases = address_book.databases.iter();
        let database = databases
            .filter(|(pool, _)| pool.database() == host)
            .map(|(_, address)| DatabaseCheck::new(*address))
            .next();
        Probe {
            host,
            own,
            own_text: own.to_string(),
            database,
            address_book,
            rng: ChaCha8Rng::from_seed(seed),
            transaction: None,
            options: BTreeMap::new(),
            sequence: 0,
            ends: Now::ZERO,
            retry: Now::ZERO,
            sample: Sample::default(),
            answering: BTreeSet::new(),
            reported: None,
        }
    }

    /// Goes on to the next sample, or sends again within the present one, when that is due.
    fn tick(&mut self, now: Now, out: &mut Outputs<Event>) {
        if self.transaction.is_none() {
            self.begin_sample(now, out);
        } else if self.ends <= now {
            // A probe that was stopped itself has missed what came meanwhile: it reports nothing but
            // that.
            let late = now.since(self.ends);
            if late < SAMPLE {
                self.end_sample(now, out);
            } else {
                let late_us = u64::try_from(late.as_micros()).unwrap_or(u64::MAX);
                out.event(Event::Starved { late_us });
            }
            self.begin_sample(now, out);
        } else if self.retry <= now {
            self.send_again(now, out);
        }
    }

    /// Sends a request to everybody. Who has not answered when the sample ends was silent.
    fn begin_sample(&mut self, now: Now, out: &mut Outputs<Event>) {
        let mut transaction = TransactionId::default();
        self.rng.fill_bytes(&mut transaction);
        self.transaction = Some(transaction);
        self.ends = now + SAMPLE;
        let pools = self.sample.pools.iter();
        let answered = pools.filter(|(_, reach)| **reach == Reach::Reached);
        self.answering = answered.map(|(pool, _)| *pool).collect();
        let hosts = self
            .address_book
            .probes
            .keys()
            .filter(|host| **host != self.host);
        self.sample = Sample {
            hosts: hosts.map(|host| (*host, Reach::Silent)).collect(),
            heard: BTreeSet::new(),
            pools: self
                .address_book
                .pools
                .keys()
                .map(|pool| (*pool, Reach::Silent))
                .collect(),
            database: None,
        };
        self.send_to_hosts(now, out);
        let address_book = Arc::clone(&self.address_book);
        for (name, pool) in &address_book.pools {
            let request = self.options(pool.sip);
            out.datagram(self.port(), pool.sip, request.clone());
            self.options.insert(*name, request);
        }
    }

    /// Sends a request to the hosts that have not answered in this sample.
    fn send_to_hosts(&mut self, now: Now, out: &mut Outputs<Event>) {
        self.retry = now + RETRY;
        let Some(transaction) = self.transaction else {
            return;
        };
        let request = ProbeMessage::request(transaction);
        for (host, address) in &self.address_book.probes {
            if self.sample.hosts.get(host) == Some(&Reach::Silent) {
                out.datagram(self.port(), *address, request.clone());
            }
        }
    }

    /// Sends again to those who have not answered in this sample, so that a datagram that the network
    /// happens to lose looks like no fault.
    fn send_again(&mut self, now: Now, out: &mut Outputs<Event>) {
        self.send_to_hosts(now, out);
        for (name, pool) in &self.address_book.pools {
            let silent = self.sample.pools.get(name) == Some(&Reach::Silent);
            let request = self.options.get(name);
            if let Some(request) = request.filter(|_| silent && self.answering.contains(name)) {
                out.datagram(self.port(), pool.sip, request.clone());
            }
        }
    }

    /// Reports the sample if it differs from the last one reported, or if that was a second ago.
    fn end_sample(&mut self, now: Now, out: &mut Outputs<Event>) {
        self.sample.database = self.database.as_ref().and_then(DatabaseCheck::last);
        let reported = self.reported.as_ref();
        if reported.is_some_and(|(at, last)| now.since(*at) < REPORT && *last == self.sample) {
            return;
        }
        out.event(Event::Probed {
            hosts: self.sample.hosts.clone().into(),
            heard: self.sample.heard.iter().copied().collect(),
            pools: self.sample.pools.clone().into(),
            database: self.sample.database,
        });
        self.reported = Some((now, self.sample.clone()));
    }

    fn receive(&mut self, from: SocketAddr, bytes: &Bytes, out: &mut Outputs<Event>) {
        let message = ProbeMessage::parse(bytes);
        if message.is_some() {
            self.sample.heard.extend(self.address_book.probe_at(from));
        }
        match message {
            Some(ProbeMessage::Request(id)) => {
                out.datagram(self.port(), from, ProbeMessage::response(id, from));
            }
            Some(ProbeMessage::Response(id)) if Some(id) == self.transaction => {
                self.record(from, Reach::Reached);
            }
            Some(ProbeMessage::Response(_)) => {}
            None if bytes.starts_with(ANY_RESPONSE) => self.record(from, Reach::Reached),
            None => {}
        }
    }

    /// Notes how whoever is at `address` was reached in this sample.
    fn record(&mut self, address: SocketAddr, reach: Reach) {
        if let Some(host) = self.address_book.probe_at(address) {
            self.sample.hosts.insert(host, reach);
        }
        if let Some(pool) = self.address_book.pool_at(address) {
            self.sample.pools.insert(pool, reach);
        }
    }

    fn port(&self) -> Port {
        Port(self.own.port())
    }

    /// A request that every SIP process answers (RFC 3261 section 11), once: without a
    /// transaction, for silence is an answer too. So a telephone asks whether its way to a pool is open.
    fn options(&mut self, pool: SocketAddr) -> Bytes {
        self.sequence += 1;
        let (branch, tag) = (self.rng.next_u64(), self.rng.next_u64());
        let call_id = (self.rng.next_u64(), self.rng.next_u64());
        let (own, sequence) = (&self.own_text, self.sequence);
        Bytes::from(format!(
            "OPTIONS sip:{pool} SIP/2.0\r\n\
             Via: SIP/2.0/UDP {own};rport;branch=z9hG4bK{branch:016x}\r\n\
             Max-Forwards: 70\r\n\
             From: <sip:{own}>;tag={tag:016x}\r\n\
             To: <sip:{pool}>\r\n\
             Call-ID: {:016x}{:016x}\r\n\
             CSeq: {sequence} OPTIONS\r\n\
             Content-Length: 0\r\n\r\n",
            call_id.0, call_id.1
        ))
    }
}

impl Node for Probe {
    type Command = Command;
    type Event = Event;

    fn handle(&mut self, now: Now, input: Input<Command>, out: &mut Outputs<Event>) {
        self.tick(now, out);
        if let Some(database) = &mut self.database {
            database.tick(now, out);
        }
        match input {
            Input::Datagram { from, bytes, .. } => self.receive(from, &bytes, out),
            Input::Undeliverable { to, why, .. } => match why {
                Unreachable::Port => self.record(to, Reach::Closed),
                Unreachable::Host => self.record(to, Reach::Unreachable),
            },
            Input::Reply { outcome, .. } => {
                if let Some(database) = &mut self.database {
                    database.receive_reply(now, &outcome);
                }
            }
            Input::Command(command) => out.event(Event::Trouble {
                what: format!("a probe cannot carry out `{command}`"),
            }),
            _ => {}
        }
    }

    fn deadline(&self) -> Option<Now> {
        let database = self.database.as_ref().and_then(DatabaseCheck::due);
        let due = self.ends.min(self.retry);
        Some(database.map_or(due, |database| due.min(database)))
    }
}
