//! The load that the document gives for one pool, and that of both pools at one.

#![expect(
    clippy::print_stdout,
    reason = "what was measured is printed for who asks"
)]

use std::time::{Duration, Instant};

use load::{AgentsPlan, CallsPlan, Destination, Measured, MediaPorts};
use node::sim::NodeId;
use reference::config::{Limits, Timing};
use reference::store::workflow::Anonymity;

use crate::world::{Group, World, address, agents, calls};

/// Of one pool: groups, half of which have calls that wait and the other half anonymous ones; agents of each.
const GROUPS: usize = 400;
const AGENTS: usize = 3;

/// Calls a second of each kind.
const RATE: f64 = 8.0;

/// How long those last that wait, and the anonymous ones: 480 and 224 at once.
const WAITING: Duration = Duration::from_secs(60);
const ANONYMOUS: Duration = Duration::from_secs(28);

/// How long calls are placed, and when it is looked how many there are at once.
const WINDOW: Duration = Duration::from_secs(75);
const LOOKED_AT: u64 = 70_000;

/// One kind of calls, to half of the groups of so many pools: the agents who are alerted, and the callers.
struct Kind {
    name: &'static str,
    calls: Anonymity,
    ring: Duration,
    hold: Duration,
    /// The SIP port of its agents and callers, and their ports for media.
    sip: u16,
    media: MediaPorts,
}

const KINDS: [Kind; 2] = [
    Kind {
        name: "wait",
        calls: Anonymity::Shown,
        ring: Duration::from_secs(600),
        hold: WAITING,
        sip: 5070,
        media: MediaPorts {
            first: 30_000,
            last: 34_999,
        },
    },
    Kind {
        name: "hidden",
        calls: Anonymity::Hidden,
        ring: Duration::from_millis(500),
        hold: ANONYMOUS,
        sip: 5071,
        media: MediaPorts {
            first: 35_000,
            last: 39_999,
        },
    },
];

impl Kind {
    fn groups(&self, pools: usize) -> Vec<Group> {
        let name = self.name;
        let group = |number| Group {
            name: format!("{name}-{number}"),
            agents: (0..AGENTS)
                .map(|agent| format!("{name}-{number}-{agent}"))
                .collect(),
            calls: self.calls,
        };
        (0..pools * GROUPS / 2).map(group).collect()
    }

    fn agents(&self, groups: &[Group]) -> AgentsPlan {
        let users = groups.iter().flat_map(|group| group.agents.clone());
        AgentsPlan {
            local: address(8, self.sip),
            users: users.collect(),
            expires: Duration::from_secs(600),
            ring: self.ring,
            media: Some(self.media),
            ..agents(1)
        }
    }

    fn callers(&self, groups: &[Group], pools: usize) -> CallsPlan {
        let destination = |group: &Group| Destination {
            user: group.name.clone(),
            host: None,
            hops: vec![address(1, 5060)],
        };
        CallsPlan {
            local: address(9, self.sip),
            to: groups.iter().map(destination).collect(),
            rate: RATE * pools as f64,
            window: WINDOW,
            hold: self.hold,
            media: Some(self.media),
            ..calls("", address(1, 5060))
        }
    }
}

/// How many calls there are of each kind in the middle, and what was measured at the end.
fn load_of(pools: usize) -> Vec<(u64, Measured)> {
    let mut world = World::new(1);
    let groups = KINDS.each_ref().map(|kind| kind.groups(pools));
    let timing = Timing {
        register_expires: Duration::from_secs(600),
        ..Timing::default()
    };
    let all: Vec<Group> = groups
        .iter()
        .zip(&KINDS)
        .flat_map(|(_, kind)| kind.groups(pools))
        .collect();
    world.pool_of(&all, Limits::default(), timing);
    let plans = groups.iter().zip(&KINDS);
    let answering: Vec<NodeId> = plans
        .clone()
        .map(|(groups, kind)| world.agents(kind.agents(groups)))
        .collect();
    world.run(6_000);
    let registered = answering
        .iter()
        .map(|agents| world.told[agents].0.registered);
    assert_eq!(registered.sum::<u64>(), (pools * GROUPS * AGENTS) as u64);
    let calling: Vec<NodeId> = plans
        .map(|(groups, kind)| world.callers(kind.callers(groups, pools)))
        .collect();
    world.run(LOOKED_AT);
    let at_once: Vec<u64> = calling
        .iter()
        .map(|callers| world.told[callers].0.at_once)
        .collect();
    world.run(90_000);
    let measured = calling
        .iter()
        .map(|callers| world.measured(*callers).clone());
    at_once.into_iter().zip(measured).collect()
}

fn bears(pools: usize) {
    let began = Instant::now();
    let measured = load_of(pools);
    for (kind, (at_once, calls)) in KINDS.iter().zip(&measured) {
        println!("{}: {at_once} at once, {calls:?}", kind.name);
    }
    println!("simulated in {:.1} s", began.elapsed().as_secs_f64());
    let of_both = pools as u64;
    let wanted = [480 * of_both, 224 * of_both];
    for (wanted, (at_once, calls)) in wanted.into_iter().zip(&measured) {
        assert!(*at_once >= wanted, "{at_once} of {wanted}");
        assert!(calls.is_clean() && calls.is_whole(), "{calls:?}");
        assert_eq!(calls.completed, calls.attempted, "{calls:?}");
        assert_eq!((calls.heard.silent, calls.heard.lost), (0, 0), "{calls:?}");
    }
}

#[test]
#[ignore = "takes a minute in debug"]
fn a_pool_bears_what_the_document_gives() {
    bears(1);
}

#[test]
#[ignore = "takes minutes in debug"]
fn a_pool_bears_what_the_document_gives_for_both() {
    bears(2);
}
