//! Who takes part, and when the stages are. Times are seconds since the walk began.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use model::clause::CallKind;
use model::host::HostName;
use model::topology::{Agent, Behaviour, Caller, Group, Participation, Pool, Routing};
use model::{Span, Stage, Tables, Topology};

/// When the fault begins and ends.
pub(crate) const INJECTED: f64 = 6.1;
pub(crate) const HEALED: f64 = 26.0;
/// When the walk is over.
pub(crate) const OVER: f64 = 46.0;

/// From when to when a stage lasts.
pub(crate) fn stage(stage: Stage) -> (f64, f64) {
    match stage {
        Stage::Healthy => (1.0, 6.0),
        Stage::Outage => (7.0, 15.0),
        Stage::Failover => (15.0, 22.0),
        Stage::FailedOver => (22.0, 32.0),
        Stage::Failback => (32.0, 38.0),
        Stage::FailedBack => (38.0, 44.0),
    }
}

/// The documented statements, as they are shipped.
#[expect(
    clippy::expect_used,
    reason = "the shipped tables are checked by their own tests"
)]
pub(crate) fn tables() -> Tables {
    let text = include_str!("../../../../scenarios/lync-2013/tables.yaml");
    model::yaml::load("tables.yaml", text).expect("the shipped tables load")
}

pub(crate) fn addresses() -> BTreeMap<HostName, IpAddr> {
    (1_u8..)
        .zip(HostName::PAIRED)
        .map(|(last, host)| (host, IpAddr::V4(Ipv4Addr::new(198, 18, 0, last))))
        .collect()
}

/// Where a machine's media comes from.
pub(crate) fn media(host: HostName) -> SocketAddr {
    SocketAddr::new(addresses()[&host], 20_000)
}

/// bart asks the backup first, all others the primary.
pub(crate) fn asks_first(actor: &str) -> Pool {
    match actor {
        "bart" => Pool::Backup,
        _ => Pool::Primary,
    }
}

fn caller(name: &str) -> Caller {
    Caller {
        name: name.to_owned(),
        asks_first: asks_first(name),
    }
}

/// Where an actor is reached by SIP; its media is one port above. All are on one machine.
pub(crate) fn reached_at(actor: &str) -> SocketAddr {
    let Topology {
        agents, callers, ..
    } = topology();
    let names = agents.into_iter().map(|agent| agent.name);
    let names = names.chain(callers.into_iter().map(|caller| caller.name));
    let place = (0_u16..).zip(names).find(|(_, name)| name == actor);
    let port = 30_000 + 2 * place.map_or(500, |(place, _)| place);
    SocketAddr::new(addresses()[&HostName::CLIENTS], port)
}

pub(crate) fn topology() -> Topology {
    let agents = [
        ("pia", Pool::Primary),
        ("pamela", Pool::Primary),
        ("ben", Pool::Backup),
        ("bea", Pool::Backup),
        ("boris", Pool::Backup),
        ("berta", Pool::Backup),
        ("bianca", Pool::Backup),
        ("bruno", Pool::Backup),
    ];
    Topology {
        hosts: Vec::new(),
        topology: "small".to_owned(),
        about: "one agent for each call that is held".to_owned(),
        agents: agents.map(|(name, home)| agent(name, home)).to_vec(),
        callers: [
            "rita", "anna", "iris", "cora", "bart", "wally", "amos", "ivan", "cleo",
        ]
        .map(caller)
        .to_vec(),
        callees: vec!["carol".to_owned(), "chris".to_owned()],
        telephones: Vec::new(),
        groups: vec![
            group("sales", Pool::Primary, &["pia", "ben", "bea"]),
            Group {
                calls: CallKind::Anonymous,
                ..group("helpline", Pool::Primary, &["boris", "berta"])
            },
            group("branch", Pool::Primary, &["pamela"]),
            formal(group("desk", Pool::Primary, &["bianca", "pia"])),
            group("reception", Pool::Backup, &["bruno"]),
            formal(group("counter", Pool::Backup, &["bianca"])),
        ],
    }
}

fn agent(name: &str, home: Pool) -> Agent {
    Agent {
        name: name.to_owned(),
        home,
        behaviour: Behaviour::default(),
    }
}

fn group(name: &str, owner: Pool, members: &[&str]) -> Group {
    Group {
        name: name.to_owned(),
        owner,
        calls: CallKind::Regular,
        participation: Participation::Informal,
        routing: Routing::LongestIdle,
        alert_time: Span::from_secs(20),
        queue_timeout: None,
        members: members.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn formal(group: Group) -> Group {
    Group {
        participation: Participation::Formal,
        routing: Routing::Parallel,
        ..group
    }
}
