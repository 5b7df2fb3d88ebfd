//! HTTP.

use node::sim::{Link, Probability};
use node::{NoReply, Output, RequestId};
use proptest::prelude::*;

use crate::puppet::{
    A, Act, B, Seen, World, address, answered, body, ip, ms, request, seconds, unanswered,
};

#[test]
fn a_request_arrives_after_one_and_a_half_round_trips_and_its_answer_after_two() {
    let mut world = World::new();
    world.sim.set_default_link(Link {
        latency: ms(10),
        jitter: ms(0),
        ..Link::SITE
    });
    let sent = world.sim.now();
    world.request(1, seconds(1));
    let seen: Vec<_> = world
        .pass(seconds(1))
        .into_iter()
        .map(|(at, node, seen)| (at.since(sent).as_millis(), node, seen))
        .collect();
    let [a, b] = world.nodes;
    assert_eq!(
        seen,
        [(30, b, Seen::Request(body(1))), (40, a, answered(1))]
    );
}

#[test]
fn a_request_to_an_address_that_nobody_has_is_unreachable() {
    let mut world = World::new();
    let nobody = std::net::SocketAddr::new(ip(77), 80);
    world.output(A, request(1, nobody, seconds(1)));
    assert_eq!(
        world.seen_by(A, ms(0)),
        [unanswered(1, NoReply::Unreachable)]
    );
}

#[test]
fn a_request_that_is_not_answered_times_out_once() {
    let mut world = World::new();
    world.tell(B, Act::FallSilent);
    world.request(1, seconds(5));
    assert_eq!(world.seen_by(A, ms(4_999)), []);
    assert_eq!(
        world.seen_by(A, seconds(60)),
        [unanswered(1, NoReply::TimedOut)]
    );
}

#[test]
fn an_answer_that_comes_late_or_twice_is_dropped() {
    let mut world = World::new();
    world.tell(B, Act::FallSilent);
    world.request(1, seconds(1));
    world.pass(seconds(2));
    world.tell(B, Act::Answer);
    assert_eq!(world.pass(seconds(60)), []);
    world.request(2, seconds(1));
    world.pass(ms(1));
    world.tell(B, Act::Answer);
    world.tell(B, Act::Answer);
    let seen: Vec<Seen> = world
        .pass(seconds(60))
        .into_iter()
        .map(|told| told.2)
        .collect();
    assert_eq!(seen, [answered(2)]);
}

#[test]
fn a_request_whose_answer_never_gets_through_times_out_however_late() {
    let mut world = World::new();
    world.tell(B, Act::FallSilent);
    world.request(1, seconds(5000));
    world.pass(ms(1));
    world
        .sim
        .cut(world.hosts[B], world.hosts[A], node::sim::Cut::Silent);
    world.tell(B, Act::Answer);
    assert_eq!(world.pass(seconds(4999)), []);
    assert_eq!(
        world.seen_by(A, seconds(1)),
        [unanswered(1, NoReply::TimedOut)]
    );
}

#[test]
fn an_answer_to_a_request_that_nobody_sent_is_dropped() {
    let mut world = World::new();
    let response = http::Response::new(body(1));
    world.output(
        B,
        Output::Respond {
            id: RequestId(99),
            response,
        },
    );
    assert_eq!(world.pass(seconds(60)), []);
}

#[test]
fn an_answer_to_a_sender_that_died_is_dropped() {
    let mut world = World::new();
    world.request(1, seconds(1));
    while world.sim.step(world.sim.now() + seconds(1)).unwrap().2 != Seen::Request(body(1)) {}
    world.sim.kill(world.nodes[A]);
    world.sim.start(world.nodes[A]);
    let seen = world.seen_by(A, seconds(60));
    assert!(matches!(seen[..], [Seen::Started { .. }]));
}

#[test]
fn a_request_that_timed_out_on_an_open_connection_still_arrives_once_the_link_lets_it() {
    let mut world = World::new();
    let [a, b] = world.hosts;
    world.sim.set_default_link(Link {
        latency: ms(10),
        jitter: ms(0),
        ..Link::SITE
    });
    world.request(1, seconds(1));
    // The connection opens after 20 ms; the request, sent then, is lost until the healing.
    world.pass(ms(15));
    world.sim.cut(a, b, node::sim::Cut::Silent);
    assert_eq!(
        world.seen_by(A, seconds(1)),
        [unanswered(1, NoReply::TimedOut)]
    );
    world.sim.heal(a, b);
    let seen: Vec<Seen> = world
        .pass(seconds(5))
        .into_iter()
        .map(|told| told.2)
        .collect();
    assert_eq!(seen, [Seen::Request(body(1))]);
}

#[test]
fn a_request_to_oneself_is_answered() {
    let mut world = World::new();
    world.output(A, request(1, address(A), seconds(1)));
    assert_eq!(
        world.seen_by(A, ms(1)),
        [Seen::Request(body(1)), answered(1)]
    );
}

proptest! {
    #[test]
    fn every_request_is_carried_out_once_and_answered_on_a_rough_link(
        seed: u64,
        loss in 0_u32..=20,
    ) {
        let mut world = World::seeded(seed);
        let impairment = Probability::percent(loss);
        world.sim.set_default_link(Link {
            loss: impairment,
            duplicate: impairment,
            reorder: impairment,
            ..Link::SITE
        });
        for id in 0..10 {
            world.request(id, seconds(1_000_000));
        }
        let (mut carried_out, mut replies) = (Vec::new(), Vec::new());
        for (_, _, seen) in world.pass(seconds(1_000_001)) {
            match seen {
                Seen::Request(body) => carried_out.push(body),
                Seen::Reply(id, outcome) => replies.push((id.0, outcome)),
                other => panic!("{other:?}"),
            }
        }
        carried_out.sort_unstable();
        replies.sort_unstable_by_key(|reply| reply.0);
        prop_assert_eq!(carried_out, (0..10).map(body).collect::<Vec<_>>());
        prop_assert_eq!(replies, (0..10).map(|id| (id, Ok(body(id)))).collect::<Vec<_>>());
    }
}
