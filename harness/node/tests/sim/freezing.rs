//! A process is stopped, its connections stay open.

use bytes::Bytes;
use node::{NoReply, Now, Output, StreamIn};

use crate::puppet::{
    A, Act, B, Seen, World, address, answered, body, datagram, ms, payloads, seconds, unanswered,
};

#[test]
fn a_frozen_process_gets_everything_at_the_thaw_at_once_and_in_order() {
    let mut world = World::new();
    world.sim.freeze(world.nodes[B]);
    assert!(world.sim.is_running(world.nodes[B]));
    for number in 0..10_u8 {
        world.datagram(vec![number]);
        world.pass(ms(20));
    }
    assert_eq!(world.pass(seconds(1)), []);
    world.sim.thaw(world.nodes[B]);
    let seen = world.seen_by(B, ms(0));
    assert_eq!(
        payloads(&seen),
        (0..10_u8).map(|number| vec![number]).collect::<Vec<_>>()
    );
}

#[test]
fn what_arrives_at_the_instant_of_the_thaw_comes_behind_the_backlog() {
    let mut world = World::new();
    world.sim.freeze(world.nodes[B]);
    world.datagram("first");
    world.pass(seconds(1));
    world.output(B, Output::Event(Seen::Written(2)));
    world.sim.thaw(world.nodes[B]);
    let seen = world.seen_by(B, ms(0));
    assert!(matches!(
        seen[..],
        [Seen::Datagram { .. }, Seen::Written(2)]
    ));
}

#[test]
fn a_process_that_is_frozen_again_before_it_goes_on_stays_frozen() {
    let mut world = World::new();
    world.sim.freeze(world.nodes[B]);
    world.datagram("hello");
    world.pass(seconds(1));
    world.sim.thaw(world.nodes[B]);
    world.sim.freeze(world.nodes[B]);
    assert_eq!(world.pass(seconds(1)), []);
    world.sim.thaw(world.nodes[B]);
    assert_eq!(payloads(&world.seen_by(B, ms(0))), ["hello"]);
}

#[test]
fn a_socket_buffer_is_bounded() {
    let mut world = World::new();
    world.sim.freeze(world.nodes[B]);
    for _ in 0..1000 {
        world.datagram(vec![0; 172]);
    }
    world.pass(seconds(1));
    world.sim.thaw(world.nodes[B]);
    // Linux counts 1,280 bytes for each: see the backlog's own tests.
    assert_eq!(payloads(&world.seen_by(B, ms(0))).len(), 167);
}

#[test]
fn a_deadline_that_passes_while_frozen_comes_after_what_waited() {
    let mut world = World::new();
    world.tell(B, Act::WakeAt(Some(Now::from_micros(10_000))));
    world.pass(ms(1));
    world.sim.freeze(world.nodes[B]);
    world.pass(seconds(1));
    world.datagram("hello");
    assert_eq!(world.pass(seconds(1)), []);
    world.sim.thaw(world.nodes[B]);
    let seen = world.seen_by(B, ms(0));
    assert!(matches!(seen[..], [Seen::Datagram { .. }, Seen::Woken]));
}

#[test]
fn a_deadline_still_ahead_at_the_thaw_comes_in_time() {
    let mut world = World::new();
    world.tell(B, Act::WakeAt(Some(Now::from_micros(3_000_000))));
    world.pass(ms(1));
    world.sim.freeze(world.nodes[B]);
    world.pass(seconds(1));
    world.sim.thaw(world.nodes[B]);
    let at: Vec<u64> = world
        .pass(seconds(5))
        .iter()
        .map(|told| told.0.as_micros())
        .collect();
    assert_eq!(at, [3_000_000]);
}

#[test]
fn a_request_to_a_frozen_process_is_answered_after_the_thaw() {
    let mut world = World::new();
    world.sim.freeze(world.nodes[B]);
    world.request(1, seconds(5));
    assert_eq!(world.pass(seconds(2)), []);
    world.sim.thaw(world.nodes[B]);
    assert_eq!(world.seen_by(A, ms(1)), [answered(1)]);
}

#[test]
fn a_request_that_timed_out_at_a_frozen_process_is_carried_out_at_the_thaw() {
    let mut world = World::new();
    world.sim.freeze(world.nodes[B]);
    world.request(1, seconds(5));
    assert_eq!(
        world.seen_by(A, seconds(5)),
        [unanswered(1, NoReply::TimedOut)]
    );
    world.pass(seconds(60));
    world.sim.thaw(world.nodes[B]);
    let seen: Vec<Seen> = world
        .pass(seconds(60))
        .into_iter()
        .map(|told| told.2)
        .collect();
    assert_eq!(seen, [Seen::Request(body(1))]);
}

#[test]
fn streams_to_a_frozen_process_open_and_hang() {
    let mut world = World::new();
    world.sim.freeze(world.nodes[B]);
    let id = node::StreamId(0);
    world.output(A, Output::Connect { id, to: address(B) });
    let seen = world.seen_by(A, ms(1));
    assert!(matches!(
        seen[..],
        [Seen::Stream(_, StreamIn::Opened { .. })]
    ));
    let bytes = Bytes::from("hello");
    world.output(
        A,
        Output::Send {
            id,
            bytes: bytes.clone(),
        },
    );
    assert_eq!(world.pass(seconds(5)), []);
    world.sim.thaw(world.nodes[B]);
    let seen = world.seen_by(B, ms(0));
    let [
        Seen::Stream(opened, StreamIn::Opened { .. }),
        Seen::Stream(with, StreamIn::Data(data)),
    ] = &seen[..]
    else {
        panic!("{seen:?}");
    };
    assert_eq!((opened, data), (with, &bytes));
}

#[test]
fn a_frozen_process_can_be_killed_and_what_waited_for_it_is_lost() {
    let mut world = World::new();
    world.sim.freeze(world.nodes[B]);
    world.datagram("hello");
    world.request(1, seconds(5));
    world.pass(seconds(1));
    world.sim.kill(world.nodes[B]);
    assert_eq!(world.seen_by(A, ms(1)), [unanswered(1, NoReply::Reset)]);
    world.sim.start(world.nodes[B]);
    world.sim.thaw(world.nodes[B]);
    let seen = world.seen_by(B, seconds(1));
    assert!(matches!(seen[..], [Seen::Started { .. }]));
}

#[test]
fn what_waits_for_the_disk_does_not_leave_a_frozen_process() {
    let mut world = World::new();
    world.tell(B, Act::Write(7));
    world.output(B, datagram(address(A), "behind it"));
    world.pass(ms(0));
    world.sim.freeze(world.nodes[B]);
    assert_eq!(world.pass(seconds(1)), []);
    world.sim.thaw(world.nodes[B]);
    let seen: Vec<Seen> = world.pass(ms(1)).into_iter().map(|told| told.2).collect();
    assert!(matches!(
        seen[..],
        [Seen::Written(7), Seen::Datagram { .. }]
    ));
}
