//! What probes see of each fault.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use crate::laboratory::{FakePool, Laboratory, Script, address, address_book, ms, pool};
use actors::Probe;
use model::host::HostName;
use model::journal::event::Event;
use model::reach::Reach;
use model::shared::Shared;
use model::topology::Pool;
use node::Port;
use node::sim::{Cut, Ports};

const PROBED: [(HostName, &str, &str, u8); 3] = [
    (HostName::PRIMARY, "primary", "primary-probe", 1),
    (HostName::BACKUP, "backup", "backup-probe", 2),
    (HostName::CLIENTS, "clients", "clients-probe", 3),
];

/// Three hosts, two of them with pools, each with a probe. Unlike elsewhere a pool's host here
/// has two nodes: so that the one can be affected without the other.
fn laboratory() -> Laboratory {
    let mut laboratory = Laboratory::new();
    for (host, name, probe, last) in PROBED {
        let ports = Ports::new().one(7007);
        laboratory.add(probe, last, ports, move |boot| {
            let own = SocketAddr::new(boot.address, 7007);
            Box::new(Probe::new(host, own, address_book(), boot.seed))
        });
        if host != HostName::CLIENTS {
            laboratory.add_beside(name, probe, pool::ports(), |boot| {
                Box::new(FakePool::new(boot.address, boot.seed, Script::default()))
            });
        }
    }
    laboratory
}

/// What a probe reported last: of the primary host, of the primary pool, and whether it heard it.
fn of_primary(laboratory: &Laboratory, probe: &str) -> (Reach, Reach, bool) {
    let (hosts, heard, pools) = last_sample(laboratory, probe);
    (
        hosts[&HostName::PRIMARY],
        pools[&Pool::Primary],
        heard.contains(&HostName::PRIMARY),
    )
}

type Sample = (
    Shared<BTreeMap<HostName, Reach>>,
    Shared<Vec<HostName>>,
    Shared<BTreeMap<Pool, Reach>>,
);

fn last_sample(laboratory: &Laboratory, probe: &str) -> Sample {
    match laboratory.events(probe).pop() {
        Some(Event::Probed {
            hosts,
            heard,
            pools,
            ..
        }) => (hosts, heard, pools),
        other => panic!("{other:?}"),
    }
}

#[test]
fn when_all_is_well_everybody_is_reached_and_heard() {
    let mut laboratory = laboratory();
    laboratory.run_until(1_000);
    for (host, _, probe, _) in PROBED {
        let (hosts, heard, pools) = last_sample(&laboratory, probe);
        let others: Vec<HostName> = PROBED
            .iter()
            .map(|probed| probed.0)
            .filter(|h| *h != host)
            .collect();
        assert_eq!(hosts.keys().copied().collect::<Vec<_>>(), others);
        assert!(
            hosts
                .values()
                .chain(pools.values())
                .all(|reach| *reach == Reach::Reached)
        );
        assert_eq!(pools.len(), 2);
        assert_eq!(heard.into_own(), others);
    }
}

#[test]
fn when_nothing_changes_a_probe_tells_once_a_second() {
    let mut laboratory = laboratory();
    laboratory.run_until(5_250);
    let told: Vec<_> = laboratory
        .story("clients-probe")
        .iter()
        .map(|seen| seen.at)
        .collect();
    assert_eq!(told, [250, 1_250, 2_250, 3_250, 4_250, 5_250].map(ms));
}

#[test]
fn a_killed_process_is_a_closed_port_on_a_host_that_is_there() {
    let mut laboratory = laboratory();
    laboratory.run_until(1_100);
    laboratory.sim.kill(laboratory.node("primary"));
    laboratory.run_until(1_500);
    let seen = of_primary(&laboratory, "clients-probe");
    assert_eq!(seen, (Reach::Reached, Reach::Closed, true));
    // Something changed, so it is reported at the end of the sample, not of the second.
    let told = laboratory.story("clients-probe").last().unwrap().at;
    assert_eq!(told, ms(1_500));
}

#[test]
fn a_frozen_process_is_silent_on_a_host_that_is_there() {
    let mut laboratory = laboratory();
    laboratory.run_until(1_100);
    laboratory.sim.freeze(laboratory.node("primary"));
    laboratory.run_until(1_500);
    let seen = of_primary(&laboratory, "clients-probe");
    assert_eq!(seen, (Reach::Reached, Reach::Silent, true));
    laboratory.sim.thaw(laboratory.node("primary"));
    laboratory.run_until(2_000);
    let seen = of_primary(&laboratory, "clients-probe");
    assert_eq!(seen, (Reach::Reached, Reach::Reached, true));
}

#[test]
fn a_probe_that_was_stopped_itself_says_for_how_long_and_nothing_of_others() {
    let mut laboratory = laboratory();
    laboratory.run_until(1_100);
    laboratory.sim.freeze(laboratory.node("clients-probe"));
    laboratory.run_until(2_000);
    laboratory.sim.thaw(laboratory.node("clients-probe"));
    let before = laboratory.events("clients-probe").len();
    laboratory.run_until(2_100);
    let told = laboratory.events("clients-probe").split_off(before);
    assert_eq!(told, [Event::Starved { late_us: 750_000 }]);
}

#[test]
fn a_host_without_power_is_silent() {
    let mut laboratory = laboratory();
    laboratory.run_until(1_100);
    laboratory.sim.power_off(laboratory.host("primary-probe"));
    laboratory.run_until(1_500);
    let seen = of_primary(&laboratory, "clients-probe");
    assert_eq!(seen, (Reach::Silent, Reach::Silent, false));
}

#[test]
fn a_host_that_is_cut_off_is_silent_or_unreachable_as_the_cut_is() {
    for (cut, reach) in [
        (Cut::Silent, Reach::Silent),
        (Cut::Reject, Reach::Unreachable),
    ] {
        let mut laboratory = laboratory();
        laboratory.run_until(1_100);
        let (primary, clients) = (
            laboratory.host("primary-probe"),
            laboratory.host("clients-probe"),
        );
        laboratory.sim.cut(primary, clients, cut);
        laboratory.sim.cut(clients, primary, cut);
        laboratory.run_until(1_500);
        assert_eq!(
            of_primary(&laboratory, "clients-probe"),
            (reach, reach, false)
        );
        let backup = of_primary(&laboratory, "backup-probe");
        assert_eq!(backup, (Reach::Reached, Reach::Reached, true));
    }
}

#[test]
fn the_direction_of_a_cut_is_seen_on_whom_is_heard() {
    let mut laboratory = laboratory();
    laboratory.run_until(1_100);
    let (primary, clients) = (
        laboratory.host("primary-probe"),
        laboratory.host("clients-probe"),
    );
    laboratory.sim.cut(primary, clients, Cut::Silent);
    laboratory.run_until(1_500);
    let outside = of_primary(&laboratory, "clients-probe");
    assert_eq!(outside, (Reach::Silent, Reach::Silent, false));
    let (hosts, heard, _) = last_sample(&laboratory, "primary-probe");
    assert_eq!(hosts[&HostName::CLIENTS], Reach::Silent);
    assert!(heard.contains(&HostName::CLIENTS));
}

#[test]
fn a_host_is_silent_only_if_no_request_of_a_sample_is_answered() {
    let mut laboratory = laboratory();
    let (primary, clients) = (
        laboratory.host("primary-probe"),
        laboratory.host("clients-probe"),
    );
    laboratory.run_until(1_190);
    laboratory.sim.cut(clients, primary, Cut::Silent);
    laboratory.run_until(1_260); // the first request of a sample is lost, not the second
    laboratory.sim.heal(clients, primary);
    laboratory.run_until(1_500);
    let (hosts, ..) = last_sample(&laboratory, "clients-probe");
    assert_eq!(hosts[&HostName::PRIMARY], Reach::Reached);
}

#[test]
fn garbage_disturbs_no_probe() {
    let mut laboratory = laboratory();
    laboratory.add("vandal", 66, Ports::new().one(1), |_| Box::new(Vandal));
    laboratory.run_until(1_000);
    for (_, _, probe, _) in PROBED {
        assert_eq!(
            laboratory.events(probe).len(),
            1,
            "reported more than the first sample"
        );
    }
}

/// Sends what is no request, no reply and no SIP response to every probe.
struct Vandal;

impl node::Node for Vandal {
    type Command = actors::Command;
    type Event = Event;

    fn handle(
        &mut self,
        _: node::Now,
        input: node::Input<Self::Command>,
        out: &mut node::Outputs<Event>,
    ) {
        let garbage: [&'static [u8]; 5] = [
            b"",
            b"\xff",
            b"\x00\x01\x00\x00\x21\x12\xa4\x42abc",
            b"SIP/2.0 200",
            b"\x01\x01\x00\x00\x21\x12\xa4\x42abcdefghijkl",
        ];
        if matches!(input, node::Input::Start) {
            for last in 1..=3 {
                let to = SocketAddr::new(address(last), 7007);
                for bytes in garbage {
                    out.datagram(Port(1), to, bytes);
                }
            }
        }
    }

    fn deadline(&self) -> Option<node::Now> {
        None
    }
}
