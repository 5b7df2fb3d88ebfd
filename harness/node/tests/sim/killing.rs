//! A process dies, its host lives on.

use node::sim::Cut;
use node::{NoReply, Output, StreamIn, Unreachable};

use crate::puppet::{A, Act, B, Seen, TRIP, World, address, ms, payloads, seconds, unanswered};

#[test]
fn a_killed_process_answers_as_a_closed_port() {
    let mut world = World::new();
    world.sim.kill(world.nodes[B]);
    assert!(!world.sim.is_running(world.nodes[B]));
    world.datagram("hello");
    world.request(1, seconds(5));
    world.output(
        A,
        Output::Connect {
            id: node::StreamId(0),
            to: address(B),
        },
    );
    let seen = world.seen_by(A, ms(1));
    let to = address(B);
    assert!(seen.contains(&Seen::Undeliverable {
        to,
        why: Unreachable::Port
    }));
    assert!(seen.contains(&unanswered(1, NoReply::Refused)));
    let refused = StreamIn::Reset(NoReply::Refused);
    assert!(seen.contains(&Seen::Stream(node::StreamId(0), refused)));
}

#[test]
fn killing_resets_streams_and_requests_that_wait_for_their_answer() {
    let mut world = World::new();
    let (stream, _) = world.connected();
    world.tell(B, Act::FallSilent);
    world.request(1, seconds(60));
    world.pass(seconds(1));
    world.sim.kill(world.nodes[B]);
    let seen = world.seen_by(A, TRIP);
    let reset = Seen::Stream(stream, StreamIn::Reset(NoReply::Reset));
    assert_eq!(seen.len(), 2);
    assert!(seen.contains(&reset) && seen.contains(&unanswered(1, NoReply::Reset)));
}

#[test]
fn killing_the_client_resets_its_streams_at_the_server() {
    let mut world = World::new();
    let (_, stream) = world.connected();
    world.sim.kill(world.nodes[A]);
    let reset = StreamIn::Reset(NoReply::Reset);
    assert_eq!(world.seen_by(B, TRIP), [Seen::Stream(stream, reset)]);
}

#[test]
fn what_has_left_a_process_travels_on_after_its_death() {
    let mut world = World::new();
    world.datagram("last words");
    world.pass(ms(0));
    world.sim.kill(world.nodes[A]);
    assert_eq!(payloads(&world.seen_by(B, TRIP)), ["last words"]);
}

#[test]
fn what_a_kernel_was_sending_again_still_arrives_before_the_reset() {
    let mut world = World::new();
    let (client, server) = world.connected();
    world.sim.cut(world.hosts[A], world.hosts[B], Cut::Silent);
    world.output(
        A,
        Output::Send {
            id: client,
            bytes: "last words".into(),
        },
    );
    world.pass(ms(1));
    world.sim.kill(world.nodes[A]);
    world.pass(seconds(1));
    world.sim.heal(world.hosts[A], world.hosts[B]);
    let data = Seen::Stream(server, StreamIn::Data("last words".into()));
    let reset = Seen::Stream(server, StreamIn::Reset(NoReply::Reset));
    assert_eq!(world.seen_by(B, seconds(5)), [data, reset]);
}

#[test]
fn inputs_that_a_process_has_not_taken_die_with_it() {
    let mut world = World::new();
    world.tell(A, Act::WakeAt(Some(world.sim.now())));
    world.sim.kill(world.nodes[A]);
    world.sim.start(world.nodes[A]);
    let seen = world.seen_by(A, seconds(1));
    assert!(matches!(seen[..], [Seen::Started { .. }]));
}

#[test]
fn a_dead_process_hears_nothing_of_its_datagrams_nor_does_the_next_one() {
    let mut world = World::new();
    world.sim.kill(world.nodes[B]);
    world.datagram("hello");
    world.pass(ms(0));
    world.sim.kill(world.nodes[A]);
    world.sim.start(world.nodes[A]);
    let seen = world.seen_by(A, seconds(1));
    assert!(matches!(seen[..], [Seen::Started { .. }]));
}

#[test]
fn a_process_that_starts_anew_serves_again_and_has_another_seed() {
    let mut world = World::new();
    let node = world.nodes[B];
    let mut seeds = Vec::new();
    for _ in 0..2 {
        world.sim.kill(node);
        world.sim.start(node);
        for (_, _, seen) in world.pass(ms(0)) {
            let Seen::Started { seed, .. } = seen else {
                panic!("it does nothing but start")
            };
            seeds.push(seed);
        }
    }
    assert_eq!(seeds.len(), 2);
    assert_ne!(seeds[0], seeds[1]);
    world.datagram("hello");
    assert_eq!(payloads(&world.seen_by(B, ms(1))), ["hello"]);
}

#[test]
fn starting_a_live_process_and_killing_a_dead_one_change_nothing() {
    let mut world = World::new();
    world.sim.start(world.nodes[B]);
    world.sim.kill(world.nodes[A]);
    world.sim.kill(world.nodes[A]);
    assert_eq!(world.pass(seconds(1)), []);
    world.sim.start(world.nodes[A]);
    assert_eq!(world.pass(seconds(1)).len(), 1);
}
