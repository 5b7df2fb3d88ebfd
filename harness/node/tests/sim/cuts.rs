//! Cuts of one direction between two hosts.

use node::sim::Cut;
use node::{NoReply, Output, StreamIn, Unreachable};
use rstest::rstest;

use crate::puppet::{
    A, Act, B, Seen, World, address, answered, datagram, ms, payloads, seconds, unanswered,
};

/// A direction between the two hosts, as seen from the client A.
#[derive(Clone, Copy)]
enum Direction {
    There,
    Back,
}

fn ends(world: &World, direction: Direction) -> (node::sim::HostId, node::sim::HostId) {
    match direction {
        Direction::There => (world.hosts[A], world.hosts[B]),
        Direction::Back => (world.hosts[B], world.hosts[A]),
    }
}

#[test]
fn a_silent_cut_stops_datagrams_of_its_direction_only() {
    let mut world = World::new();
    world.sim.cut(world.hosts[A], world.hosts[B], Cut::Silent);
    world.datagram("there");
    world.output(B, datagram(address(A), "back"));
    let seen = world.pass(seconds(1));
    assert!(matches!(&seen[..], [(_, node, Seen::Datagram { .. })] if *node == world.nodes[A]));
}

#[test]
fn the_answer_of_a_closed_port_needs_the_way_back() {
    let mut world = World::new();
    world.sim.kill(world.nodes[B]);
    world.sim.cut(world.hosts[B], world.hosts[A], Cut::Silent);
    world.datagram("hello");
    assert_eq!(world.pass(seconds(1)), []);
}

#[rstest]
fn under_a_silent_cut_of_either_direction_nothing_connects(
    #[values(Direction::There, Direction::Back)] direction: Direction,
) {
    let mut world = World::new();
    let (from, to) = ends(&world, direction);
    world.sim.cut(from, to, Cut::Silent);
    world.request(1, seconds(5));
    world.output(
        A,
        Output::Connect {
            id: node::StreamId(0),
            to: address(B),
        },
    );
    assert_eq!(world.pass(ms(4_999)), []);
    assert_eq!(world.seen_by(A, ms(1)), [unanswered(1, NoReply::TimedOut)]);
    let seen = world.pass(seconds(1000));
    assert!(matches!(
        seen[..],
        [(_, _, Seen::Stream(_, StreamIn::Reset(NoReply::TimedOut)))]
    ));
}

#[rstest]
fn a_cut_that_is_mended_before_the_time_out_only_delays_a_request(
    #[values(Direction::There, Direction::Back)] direction: Direction,
) {
    let mut world = World::new();
    let (from, to) = ends(&world, direction);
    world.sim.cut(from, to, Cut::Silent);
    world.request(1, seconds(5));
    world.pass(seconds(2));
    world.sim.heal(from, to);
    assert_eq!(world.seen_by(A, seconds(3)), [answered(1)]);
}

#[test]
fn an_answer_gets_through_once_its_direction_is_mended() {
    let mut world = World::new();
    world.tell(B, Act::FallSilent);
    world.request(1, seconds(5));
    world.pass(ms(1));
    world.sim.cut(world.hosts[B], world.hosts[A], Cut::Silent);
    world.tell(B, Act::Answer);
    assert_eq!(world.pass(seconds(2)), []);
    world.sim.heal(world.hosts[B], world.hosts[A]);
    assert_eq!(world.seen_by(A, seconds(3)), [answered(1)]);
}

#[test]
fn rejecting_tells_the_sender_at_once() {
    let mut world = World::new();
    world.sim.cut(world.hosts[A], world.hosts[B], Cut::Reject);
    world.datagram("hello");
    world.request(1, seconds(5));
    let id = node::StreamId(0);
    world.output(A, Output::Connect { id, to: address(B) });
    let seen = world.seen_by(A, ms(0));
    let (to, why) = (address(B), Unreachable::Host);
    let reset = StreamIn::Reset(NoReply::Unreachable);
    assert!(seen.contains(&Seen::Undeliverable { to, why }));
    assert!(seen.contains(&unanswered(1, NoReply::Unreachable)));
    assert!(seen.contains(&Seen::Stream(id, reset)));
    assert_eq!(seen.len(), 3);
}

#[rstest]
#[case(Cut::Silent)]
#[case(Cut::Reject)]
fn an_open_stream_outlives_a_cut(#[case] cut: Cut) {
    let mut world = World::new();
    let (id, server) = world.connected();
    world.sim.cut(world.hosts[A], world.hosts[B], cut);
    for word in ["one", "two"] {
        world.output(
            A,
            Output::Send {
                id,
                bytes: word.into(),
            },
        );
        assert_eq!(world.pass(seconds(5)), []);
    }
    world.sim.heal(world.hosts[A], world.hosts[B]);
    let data = |word: &'static str| Seen::Stream(server, StreamIn::Data(word.into()));
    assert_eq!(world.seen_by(B, seconds(10)), [data("one"), data("two")]);
}

#[test]
fn what_is_on_its_way_passes_a_cut_behind_it() {
    let mut world = World::new();
    world.datagram("hello");
    world.pass(ms(0));
    world.sim.cut(world.hosts[A], world.hosts[B], Cut::Silent);
    assert_eq!(payloads(&world.seen_by(B, ms(1))), ["hello"]);
}

#[test]
fn a_host_cannot_be_cut_off_from_itself() {
    let mut world = World::new();
    world.sim.cut(world.hosts[A], world.hosts[A], Cut::Silent);
    world.output(A, datagram(address(A), "hello"));
    assert_eq!(payloads(&world.seen_by(A, ms(1))), ["hello"]);
}
