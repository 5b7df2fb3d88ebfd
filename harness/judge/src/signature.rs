//! What each kind of fault looks like to probes, for each peer and direction.
//!
//! | fault | host, from outside | its SIP port | questions from it | questions to it |
//! | --- | --- | --- | --- | --- |
//! | kill | reached | closed | arrive | arrive |
//! | freeze | reached | silent | arrive | arrive |
//! | power-off, isolate | silent | silent | cut | cut |
//! | reject | unreachable | unreachable | cut | cut |
//! | one-way-out | silent | silent | cut | arrive |
//! | one-way-in | silent | silent | arrive | cut |
//!
//! Of these only `one-way-in` leaves a pool's media a way to those outside ([`silences`]).
//!
//! A database is asked by the probe on its own host: closed under kill, silent under freeze, reached
//! otherwise, for no cut comes in between. Of a host without power nothing is asked.
//!
//! A struck host sees those outside as they see it. What struck hosts see of each other says
//! nothing: a site may stay whole while it is cut off.

use model::host::HostName;
use model::journal::event::Reach;
use model::topology::Pool;
use model::walk::FaultKind;

use timeline::{Fault, ProbeSample};

/// Whether questions pass in a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passage {
    /// They arrive.
    Open,
    /// They do not.
    Cut,
}

/// What a kind of fault looks like to probes.
#[derive(Clone, Copy, Debug)]
struct Signature {
    /// A struck host, asked from outside; and a host outside, asked from a struck one.
    host: Reach,
    /// A struck pool's process, asked from outside.
    pool: Reach,
    /// A struck database's process, asked on its own host; nothing if that says nothing.
    database: Option<Reach>,
    /// Questions of the struck hosts to those outside.
    outward: Passage,
    /// Questions of those outside to the struck hosts.
    inward: Passage,
}

/// What probes must see at some time: all well, or a fault in force.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Picture<'a> {
    signature: Signature,
    struck: &'a [HostName],
}

impl Signature {
    const fn of(kind: FaultKind) -> Self {
        use Passage::{Cut, Open};
        let (host, pool, outward, inward) = match kind {
            FaultKind::Kill => (Reach::Reached, Reach::Closed, Open, Open),
            FaultKind::Freeze => (Reach::Reached, Reach::Silent, Open, Open),
            FaultKind::PowerOff | FaultKind::Isolate => (Reach::Silent, Reach::Silent, Cut, Cut),
            FaultKind::Reject => (Reach::Unreachable, Reach::Unreachable, Cut, Cut),
            FaultKind::OneWayOut => (Reach::Silent, Reach::Silent, Cut, Open),
            FaultKind::OneWayIn => (Reach::Silent, Reach::Silent, Open, Cut),
        };
        let database = match kind {
            FaultKind::Kill | FaultKind::Freeze => Some(pool),
            FaultKind::PowerOff => None,
            FaultKind::Isolate | FaultKind::Reject | FaultKind::OneWayOut | FaultKind::OneWayIn => {
                Some(Reach::Reached)
            }
        };
        Signature {
            host,
            pool,
            database,
            outward,
            inward,
        }
    }
}

/// Whether a fault of this kind leaves a pool's host nothing to send media with, or no way out.
pub(crate) fn silences(kind: FaultKind) -> bool {
    let signature = Signature::of(kind);
    let process_is_gone = signature.host == Reach::Reached;
    process_is_gone || signature.outward == Passage::Cut
}

impl<'a> Picture<'a> {
    /// That no fault is in force.
    pub(crate) const ALL_WELL: Picture<'static> = Picture {
        signature: Signature {
            host: Reach::Reached,
            pool: Reach::Reached,
            database: Some(Reach::Reached),
            outward: Passage::Open,
            inward: Passage::Open,
        },
        struck: &[],
    };

    /// That this fault is in force.
    pub(crate) fn of(fault: &'a Fault) -> Self {
        Picture {
            signature: Signature::of(fault.kind),
            struck: &fault.hosts,
        }
    }

    /// What this sample shows that the picture does not, in words.
    pub(crate) fn contradiction(&self, sample: &ProbeSample, all: &[HostName]) -> Option<String> {
        let others = all.iter().copied().filter(|host| *host != sample.by);
        for host in others {
            let across = self.struck.contains(&host) != self.struck.contains(&sample.by);
            if self.struck.contains(&host) && !across {
                continue; // what struck hosts see of each other says nothing
            }
            let expected = if across {
                self.signature.host
            } else {
                Reach::Reached
            };
            let seen = sample.hosts.get(&host).copied();
            if seen != Some(expected) {
                return Some(differs(host.word(), seen, expected));
            }
            if self.passage(host, sample.by) == Some(Passage::Cut) && sample.heard.contains(&host) {
                return Some(format!("heard {}", host.word()));
            }
        }
        Pool::BOTH
            .into_iter()
            .find_map(|pool| self.pool_differs(sample, pool))
            .or_else(|| self.database_differs(sample))
    }

    /// Whether questions pass from one host to another; nothing is known between struck hosts.
    pub(crate) fn passage(&self, from: HostName, to: HostName) -> Option<Passage> {
        match (self.struck.contains(&from), self.struck.contains(&to)) {
            (true, true) => None,
            (true, false) => Some(self.signature.outward),
            (false, true) => Some(self.signature.inward),
            (false, false) => Some(Passage::Open),
        }
    }

    fn pool_differs(&self, sample: &ProbeSample, pool: Pool) -> Option<String> {
        let struck = self.struck.contains(&pool.host());
        let expected = match (struck, self.struck.contains(&sample.by)) {
            (true, true) => return None,
            (true, false) => self.signature.pool,
            (false, true) => self.signature.host,
            (false, false) => Reach::Reached,
        };
        let seen = sample.pools.get(&pool).copied();
        let name = format!("the {} pool's SIP port", pool.word());
        (seen != Some(expected)).then(|| differs(&name, seen, expected))
    }

    fn database_differs(&self, sample: &ProbeSample) -> Option<String> {
        let expected = if self.struck.contains(&sample.by) {
            self.signature.database?
        } else {
            Reach::Reached
        };
        let seen = sample.database.filter(|seen| *seen != expected)?;
        Some(differs("its own database", Some(seen), expected))
    }

    /// The hosts whose probes must be watching.
    pub(crate) fn watchers(&self, kind: Option<FaultKind>, all: &[HostName]) -> Vec<HostName> {
        let off = kind == Some(FaultKind::PowerOff);
        let watching = |host: &HostName| !(off && self.struck.contains(host));
        all.iter().copied().filter(watching).collect()
    }
}

fn differs(name: &str, seen: Option<Reach>, expected: Reach) -> String {
    match seen {
        Some(seen) => format!("found {name} {}, not {}", word(seen), word(expected)),
        None => format!("did not ask for {name}"),
    }
}

fn word(reach: Reach) -> &'static str {
    match reach {
        Reach::Reached => "reached",
        Reach::Silent => "silent",
        Reach::Closed => "closed",
        Reach::Unreachable => "unreachable",
    }
}
