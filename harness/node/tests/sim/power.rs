//! A host falls silent.

use node::{NoReply, Now, Output, StreamIn};

use crate::puppet::{A, Act, B, Seen, World, address, answered, ms, payloads, seconds, unanswered};

#[test]
fn a_host_without_power_answers_nothing() {
    let mut world = World::new();
    world.sim.power_off(world.hosts[B]);
    assert!(!world.sim.is_running(world.nodes[B]));
    world.datagram("hello");
    world.request(1, seconds(5));
    assert_eq!(world.pass(ms(4_999)), []);
    assert_eq!(world.seen_by(A, ms(1)), [unanswered(1, NoReply::TimedOut)]);
}

#[test]
fn connections_of_a_host_without_power_are_not_reset() {
    let mut world = World::new();
    world.connected();
    world.tell(B, Act::FallSilent);
    world.request(1, seconds(5));
    world.pass(seconds(1));
    world.sim.power_off(world.hosts[B]);
    assert_eq!(world.seen_by(A, ms(3_999)), []);
    assert_eq!(
        world.seen_by(A, seconds(600)),
        [unanswered(1, NoReply::TimedOut)]
    );
}

#[test]
fn a_host_that_got_its_power_back_resets_connections_that_it_has_forgotten() {
    let mut world = World::new();
    let (id, _) = world.connected();
    world.sim.power_off(world.hosts[B]);
    world.sim.power_on(world.hosts[B]);
    assert_eq!(world.seen_by(A, seconds(1)), []);
    world.output(
        A,
        Output::Send {
            id,
            bytes: "hello".into(),
        },
    );
    let reset = StreamIn::Reset(NoReply::Reset);
    assert_eq!(world.seen_by(A, seconds(1)), [Seen::Stream(id, reset)]);
}

#[test]
fn a_stream_to_a_host_that_stays_without_power_breaks_in_the_end() {
    let mut world = World::new();
    let (id, _) = world.connected();
    world.sim.power_off(world.hosts[B]);
    world.output(
        A,
        Output::Send {
            id,
            bytes: "hello".into(),
        },
    );
    assert_eq!(world.pass(seconds(600)), []);
    let timed_out = StreamIn::Reset(NoReply::TimedOut);
    assert_eq!(
        world.seen_by(A, seconds(600)),
        [Seen::Stream(id, timed_out)]
    );
}

#[test]
fn a_message_that_was_on_its_way_when_the_power_went_is_given_up_too() {
    let mut world = World::new();
    let (id, _) = world.connected();
    world.output(
        A,
        Output::Send {
            id,
            bytes: "hello".into(),
        },
    );
    world.pass(ms(0));
    world.sim.power_off(world.hosts[B]);
    let timed_out = StreamIn::Reset(NoReply::TimedOut);
    assert_eq!(
        world.seen_by(A, seconds(1200)),
        [Seen::Stream(id, timed_out)]
    );
}

#[test]
fn a_stream_that_nobody_answers_is_given_up_after_two_minutes() {
    let mut world = World::new();
    world.sim.power_off(world.hosts[B]);
    let (id, to) = (node::StreamId(4), address(B));
    world.output(A, Output::Connect { id, to });
    assert_eq!(world.pass(seconds(126)), []);
    let timed_out = StreamIn::Reset(NoReply::TimedOut);
    assert_eq!(world.seen_by(A, seconds(2)), [Seen::Stream(id, timed_out)]);
}

#[test]
fn what_is_on_its_way_to_a_host_is_lost_with_its_power() {
    let mut world = World::new();
    world.datagram("hello");
    world.pass(ms(0));
    world.sim.power_off(world.hosts[B]);
    assert_eq!(world.pass(seconds(1)), []);
}

#[test]
fn power_starts_all_processes_of_a_host_and_requests_get_through_in_time() {
    let mut world = World::new();
    let node = world.nodes[B];
    world.sim.kill(node);
    world.sim.power_off(world.hosts[B]);
    world.sim.start(node);
    assert!(!world.sim.is_running(node));
    world.request(1, seconds(5));
    world.pass(seconds(2));
    world.sim.power_on(world.hosts[B]);
    world.sim.power_on(world.hosts[B]);
    assert!(world.sim.is_running(node));
    let seen = world.pass(seconds(2));
    let started = seen
        .iter()
        .filter(|told| matches!(told.2, Seen::Started { .. }))
        .count();
    // Asked again 0.2, 0.6, 1.4 and 3 s after the request.
    let replied: Vec<Now> = seen
        .iter()
        .filter(|told| told.2 == answered(1))
        .map(|told| told.0)
        .collect();
    assert_eq!((started, replied.len()), (1, 1));
    assert!((3_000_000..3_002_000).contains(&replied[0].as_micros()));
    world.datagram("hello");
    assert_eq!(payloads(&world.seen_by(B, ms(1))), ["hello"]);
}

#[test]
fn a_node_added_to_a_host_without_power_starts_with_it() {
    let mut world = World::new();
    let host = world.hosts[B];
    world.sim.power_off(host);
    let build = Box::new(crate::puppet::Puppet::boxed);
    let late = world
        .sim
        .add_node(host, "late", node::sim::Ports::new(), build)
        .unwrap();
    assert!(!world.sim.is_running(late));
    world.sim.power_on(host);
    assert!(world.sim.is_running(late));
}
