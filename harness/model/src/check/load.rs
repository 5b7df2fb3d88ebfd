//! A walk's load can be placed: there are ports for its calls, and somebody to take them.

use std::collections::BTreeSet;

use miette::Diagnostic;

use super::complaints::Complaints;
use super::names;
use crate::Span;
use crate::load::{Kind, Load};
use crate::walk::Walk;
use crate::yaml_path::YamlPath;

/// How many calls of one kind may begin in a second, to the groups of each pool: more are too many at once, however
/// short they are.
const MOST_A_SECOND: u16 = 49;

/// How many groups a kind may have in each pool, and how many agents each of these.
const MOST_GROUPS: u16 = 1_000;
const MOST_AGENTS: u16 = 10;

/// How many calls callers may have to expect at once in all: each end has a port for media, and both are on one host.
const MOST_AT_ONCE: u32 = 4_000;

/// How many kinds there may be.
const MOST_KINDS: usize = 8;

/// Pools' ports for media begin at 20,000.
const MOST_POOL_PORTS: u16 = 40_000;

/// What is wrong with a load.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum BadLoad {
    #[error("the load is of no kind, so nobody would call")]
    #[diagnostic(help("describe at least one kind of calls, or leave `load` out"))]
    NoKind,
    #[error("the load has {found} kinds, more than {MOST_KINDS}")]
    #[diagnostic(help("bring some of them together"))]
    TooManyKinds { found: usize },
    #[error("the kind `{name}` is there already")]
    #[diagnostic(help("reports tell kinds apart by their names: change one"))]
    KindTwice { name: String },
    #[error("this must be from 1 to {most}")]
    #[diagnostic(help("{help}"))]
    OutOfRange { most: u16, help: &'static str },
    #[error("a call cannot last {found} here")]
    #[diagnostic(help("write a duration of more than 0 and at most {}", Walk::LONGEST))]
    Lasting { found: Span },
    #[error("callers must expect {found} calls at once, more than {MOST_AT_ONCE}")]
    #[diagnostic(help(
        "lower the `rate` of some kind, or let calls be shorter; each is counted for its `for` and {} s, for it may \
         take that long until it is answered and its end confirmed",
        Kind::AROUND_A_CALL.as_secs()
    ))]
    TooManyCalls { found: u32 },
    #[error(
        "nobody would answer: a call lasts {lasting}, and an agent's telephone rings for {} at most",
        Load::ALERT_TIME
    )]
    #[diagnostic(help(
        "let `answered-after` be shorter than both, or leave it out: then callers hear music"
    ))]
    AnsweredTooLate { lasting: Span },
    #[error("a pool with the calls of both needs {needed} ports for media, and has {found}")]
    #[diagnostic(help(
        "write `pool-ports: {needed}` or more: the walk's own calls need some as well"
    ))]
    TooFewPorts { found: u16, needed: u32 },
    #[error("a pool cannot have {found} ports for media")]
    #[diagnostic(help("write {} to {MOST_POOL_PORTS}", Load::POOL_PORTS))]
    PoolPorts { found: u16 },
}

/// All that is wrong with the load of a walk.
pub(super) fn check(complaints: &mut Complaints<'_>, load: &Load) {
    let place = YamlPath::top().key("load");
    let kinds = place.clone().key("kinds");
    match load.kinds.len() {
        0 => complaints.at(&kinds, BadLoad::NoKind),
        found if found > MOST_KINDS => complaints.at(&kinds, BadLoad::TooManyKinds { found }),
        _ => {}
    }
    let mut seen = BTreeSet::new();
    for (n, kind) in load.kinds.iter().enumerate() {
        let place = kinds.clone().item(n);
        check_kind(complaints, &place, kind);
        if !seen.insert(&kind.name) {
            let name = kind.name.clone();
            complaints.at(&place.key("name"), BadLoad::KindTwice { name });
        }
    }
    let at_once = load.kinds.iter().map(Kind::most_at_once);
    let found = at_once.fold(0_u32, u32::saturating_add).saturating_mul(2);
    if found > MOST_AT_ONCE {
        complaints.at(&kinds, BadLoad::TooManyCalls { found });
    }
    check_pool_ports(complaints, &place.key("pool-ports"), &kinds, load);
}

fn check_kind(complaints: &mut Complaints<'_>, place: &YamlPath, kind: &Kind) {
    names::check_name(complaints, &place.clone().key("name"), &kind.name);
    for (key, found, most, help) in [
        (
            "groups",
            kind.groups,
            MOST_GROUPS,
            "calls need somebody to go to",
        ),
        (
            "agents",
            kind.agents,
            MOST_AGENTS,
            "a group without agents ends every call; where none of them is to answer, leave `answered-after` out",
        ),
        (
            "rate",
            kind.rate,
            MOST_A_SECOND,
            "calls a second, to the groups of each pool",
        ),
    ] {
        if !(1..=most).contains(&found) {
            complaints.at(&place.clone().key(key), BadLoad::OutOfRange { most, help });
        }
    }
    let found = kind.lasting;
    if found.is_zero() || found > Walk::LONGEST {
        complaints.at(&place.clone().key("for"), BadLoad::Lasting { found });
    }
    let lasting = kind.lasting;
    if let Some(after) = kind.answered_after
        && (after >= lasting || after >= Load::ALERT_TIME)
    {
        complaints.at(
            &place.clone().key("answered-after"),
            BadLoad::AnsweredTooLate { lasting },
        );
    }
}

/// A pool has enough ports for the calls of both, and no more than there can be.
fn check_pool_ports(
    complaints: &mut Complaints<'_>,
    place: &YamlPath,
    kinds: &YamlPath,
    load: &Load,
) {
    let found = load.pool_ports;
    let needed = load.needs_of_one_pool();
    if !(Load::POOL_PORTS..=MOST_POOL_PORTS).contains(&found) {
        complaints.at(place, BadLoad::PoolPorts { found });
    } else if u32::from(found) < needed {
        let place = match found {
            Load::POOL_PORTS => kinds,
            _ => place,
        };
        complaints.at(place, BadLoad::TooFewPorts { found, needed });
    }
}
