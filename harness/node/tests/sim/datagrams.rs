//! What links do to datagrams.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use bytes::Bytes;
use node::Unreachable;
use node::sim::{Link, Ports, Probability};
use proptest::prelude::*;
use rstest::rstest;

use crate::puppet::{
    A, B, PORT, Puppet, Seen, World, address, datagram, ip, ms, payloads, seconds,
};

/// Sends a thousand datagrams over `link`, one each 20 ms, and gives the numbers that arrive.
fn thousand(seed: u64, link: Link) -> Vec<u32> {
    let mut world = World::seeded(seed);
    world.sim.set_default_link(link);
    let mut seen = Vec::new();
    for number in 0..1000_u32 {
        world.datagram(Bytes::copy_from_slice(&number.to_be_bytes()));
        seen.extend(world.seen_by(B, ms(20)));
    }
    seen.extend(world.seen_by(B, seconds(1)));
    let number = |bytes: Bytes| u32::from_be_bytes(bytes[..].try_into().unwrap());
    payloads(&seen).into_iter().map(number).collect()
}

#[test]
fn a_datagram_arrives_after_the_links_latency_and_names_its_sender() {
    let mut world = World::new();
    let sent = world.sim.now();
    world.datagram("hello");
    let (arrived, node, seen) = world.sim.step(sent + seconds(1)).unwrap();
    let took = arrived.since(sent).as_micros();
    assert!((200..=250).contains(&took), "{took} µs");
    assert_eq!(node, world.nodes[B]);
    let (from, bytes) = (address(A), Bytes::from("hello"));
    assert_eq!(
        seen,
        Seen::Datagram {
            at: PORT,
            from,
            bytes
        }
    );
}

#[test]
fn a_link_set_for_one_direction_leaves_the_other_as_it_is() {
    let mut world = World::new();
    let [a, b] = world.hosts;
    let slow = Link {
        latency: seconds(1),
        ..Link::default()
    };
    world.sim.set_link(a, b, slow);
    assert_eq!(
        (world.sim.link(a, b), world.sim.link(b, a)),
        (slow, Link::SITE)
    );
    world.datagram("there");
    world.output(B, datagram(address(A), "back"));
    let seen = world.pass(seconds(2));
    let order: Vec<usize> = seen
        .iter()
        .map(|(_, node, _)| usize::from(*node == world.nodes[B]))
        .collect();
    assert_eq!(order, [A, B]);
}

#[test]
fn nodes_of_one_host_reach_each_other_in_ten_microseconds_whatever_the_links() {
    let mut world = World::new();
    let ports = Ports::new().one(5070);
    let host = world.hosts[A];
    let neighbour = world
        .sim
        .add_node(host, "neighbour", ports, Box::new(Puppet::boxed))
        .unwrap();
    world.pass(ms(1));
    world.sim.set_default_link(Link {
        loss: Probability::ALWAYS,
        ..Link::SITE
    });
    let sent = world.sim.now();
    world.output(A, datagram(SocketAddr::new(ip(A), 5070), "hello"));
    let (arrived, node, _) = world.sim.step(sent + seconds(1)).unwrap();
    assert_eq!((arrived.since(sent).as_micros(), node), (10, neighbour));
}

#[rstest]
#[case::lost(Link { loss: Probability::percent(10), ..Link::SITE }, 860..=940)]
#[case::all_lost(Link { loss: Probability::ALWAYS, ..Link::SITE }, 0..=0)]
#[case::duplicated(Link { duplicate: Probability::percent(10), ..Link::SITE }, 1060..=1140)]
#[case::all_duplicated(Link { duplicate: Probability::ALWAYS, ..Link::SITE }, 2000..=2000)]
#[case::reordered(Link { reorder: Probability::percent(50), ..Link::SITE }, 1000..=1000)]
fn impairments_affect_as_many_datagrams_as_the_link_says(
    #[case] link: Link,
    #[case] expected: std::ops::RangeInclusive<usize>,
) {
    let arrived = thousand(1, link).len();
    assert!(expected.contains(&arrived), "{arrived} of 1000");
}

#[test]
fn loss_and_duplication_keep_the_order_and_reordering_breaks_it() {
    let (loss, duplicate) = (Probability::percent(10), Probability::percent(10));
    let in_order = thousand(
        1,
        Link {
            loss,
            duplicate,
            ..Link::SITE
        },
    );
    assert!(in_order.is_sorted());
    let reorder = Probability::percent(10);
    let reordered = thousand(
        1,
        Link {
            reorder,
            ..Link::SITE
        },
    );
    assert!(!reordered.is_sorted());
    assert_eq!(reordered.iter().collect::<BTreeSet<_>>().len(), 1000);
}

#[test]
fn a_datagram_to_a_closed_port_comes_back_after_a_round_trip() {
    let mut world = World::new();
    let to = SocketAddr::new(ip(B), 9);
    let sent = world.sim.now();
    world.output(A, datagram(to, "hello"));
    let (told, node, seen) = world.sim.step(sent + seconds(1)).unwrap();
    assert_eq!(
        (node, seen),
        (
            world.nodes[A],
            Seen::Undeliverable {
                to,
                why: Unreachable::Port
            }
        )
    );
    assert!((400..=500).contains(&told.since(sent).as_micros()));
}

#[test]
fn a_datagram_to_an_address_that_nobody_has_is_unreachable() {
    let mut world = World::new();
    let to = SocketAddr::new(ip(77), PORT);
    world.output(A, datagram(to, "hello"));
    let seen = world.seen_by(A, ms(0));
    assert_eq!(
        seen,
        [Seen::Undeliverable {
            to,
            why: Unreachable::Host
        }]
    );
}

#[test]
#[should_panic(expected = "node puppet sends from port 80, which is not its own")]
fn a_node_cannot_send_from_a_port_that_is_not_its_own() {
    let mut world = World::new();
    let (from, to, bytes) = (node::Port(80), address(B), Bytes::new());
    world.output(A, node::Output::Datagram { from, to, bytes });
    world.pass(seconds(1));
}

proptest! {
    #[test]
    fn jitter_without_reordering_keeps_the_order_of_datagrams(seed: u64, jitter in 0_u64..500) {
        let mut world = World::seeded(seed);
        world.sim.set_default_link(Link { jitter: ms(jitter), ..Link::SITE });
        let mut seen = Vec::new();
        for number in 0..50_u8 {
            world.datagram(vec![number]);
            seen.extend(world.seen_by(B, ms(1)));
        }
        seen.extend(world.seen_by(B, seconds(2)));
        let sent: Vec<Vec<u8>> = (0..50_u8).map(|number| vec![number]).collect();
        prop_assert_eq!(payloads(&seen), sent);
    }
}
