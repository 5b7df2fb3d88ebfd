//! The same seed and the same calls give the same events.

use node::Now;
use node::sim::{Cut, Link, NodeId, Probability};
use proptest::prelude::*;

use crate::puppet::{A, Act, B, Seen, World, address, datagram, ms, request, seconds};

/// A short life with everything in it that draws random numbers.
fn life(seed: u64) -> Vec<(Now, NodeId, Seen)> {
    let mut world = World::seeded(seed);
    let [a, b] = world.hosts;
    let some = Probability::percent(20);
    let jitter = ms(3);
    let rough = Link {
        jitter,
        loss: some,
        duplicate: some,
        reorder: some,
        ..Link::SITE
    };
    world.sim.set_default_link(rough);
    let mut told = Vec::new();
    for round in 0..40_u8 {
        world.datagram(vec![round]);
        world.output(B, datagram(address(A), vec![round]));
        world.output(A, request(u64::from(round), address(B), seconds(2)));
        world.tell(B, Act::Write(round));
        match round {
            5 => world.sim.freeze(world.nodes[B]),
            10 => world.sim.thaw(world.nodes[B]),
            15 => world.sim.cut(a, b, Cut::Silent),
            20 => world.sim.heal(a, b),
            25 => world.sim.kill(world.nodes[B]),
            27 => world.sim.start(world.nodes[B]),
            30 => world.sim.power_off(b),
            35 => world.sim.power_on(b),
            _ => {}
        }
        told.extend(world.pass(ms(100)));
    }
    told.extend(world.pass(seconds(60)));
    told
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn two_runs_with_one_seed_are_the_same(seed: u64) {
        prop_assert_eq!(life(seed), life(seed));
    }
}

#[test]
fn two_runs_with_different_seeds_differ() {
    assert_ne!(life(1), life(2));
}

#[test]
fn traffic_on_one_link_shifts_nothing_that_is_random_on_another() {
    let arrivals = |noise: usize| {
        let mut world = World::new();
        world.sim.set_default_link(Link {
            jitter: ms(50),
            ..Link::SITE
        });
        for _ in 0..noise {
            world.output(B, datagram(address(A), "noise"));
        }
        world.datagram("signal");
        let told = world.pass(seconds(1)).into_iter();
        let node = world.nodes[B];
        told.filter(|told| told.1 == node)
            .map(|told| told.0)
            .collect::<Vec<_>>()
    };
    assert_eq!(arrivals(0), arrivals(100));
}
