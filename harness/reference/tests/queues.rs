//! What queues do besides waiting: time-out, overflow, transfer; and calls that reach nobody.

mod world;

use std::time::Duration;

use reference::Variant;
use reference::store::action::Action;
use reference::store::agent_group::{Participation, Routing};
use reference::store::queue::{Overflow, Queue, Taken, Timeout};
use world::deployment::{Group, Options};
use world::phone::{Behaviour, PhoneEvent, ReceivedMedia};
use world::{Primary, World};

fn world_with(queue: Queue) -> World {
    let mut options = Options::default();
    let group = Group {
        queue: Some(queue),
        ..Group::regular(Primary, &["anna"])
    };
    options.groups.insert("sales", group);
    let mut world = World::with(options);
    world.behave("anna", Behaviour::Ring);
    world
}

fn queue() -> Queue {
    Queue {
        agent_groups: vec!["sales".to_owned()],
        timeout: None,
        overflow: None,
    }
}

fn timeout(action: Action) -> Queue {
    let after = Duration::from_secs(15);
    Queue {
        timeout: Some(Timeout { after, action }),
        ..queue()
    }
}

#[test]
fn a_call_that_has_waited_too_long_is_ended() {
    let mut world = world_with(timeout(Action::Terminate));
    world.call("carl", "sales", Primary);
    world.run(14_900);
    assert!(!world.ended("carl"));
    world.run(200);
    assert!(world.ended("carl"));
    assert!(world.ended("anna"), "the alert is cancelled");
}

/// Nothing else is due while it waits: nobody is alerted, and that nobody hears the caller does not matter.
#[test]
fn a_call_that_alerts_nobody_is_ended_when_its_time_is_over() {
    let mut options = Options {
        variant: Some(Variant::KeepsSilentCallers),
        ..Options::default()
    };
    let group = Group {
        queue: Some(timeout(Action::Terminate)),
        participation: Participation::Formal,
        ..Group::regular(Primary, &["anna"])
    };
    options.groups.insert("sales", group);
    let mut world = World::with(options);
    world.call("carl", "sales", Primary);
    world.run(14_900);
    assert!(!world.ended("carl"));
    world.run(300);
    assert!(world.ended("carl") && world.alerted().is_empty());
}

#[test]
fn a_call_that_has_waited_too_long_is_transferred_to_somebody_else() {
    let mut world = world_with(timeout(Action::TransferToUri("zoe".to_owned())));
    world.call("carl", "sales", Primary);
    world.run(16_000);
    assert!(world.was_alerted("zoe"));
    assert!(
        matches!(world.received_media("carl"), ReceivedMedia::From(from) if from.port() == 16_020)
    );
}

#[test]
fn a_call_is_ended_if_nobody_takes_the_transfer() {
    let mut world = world_with(timeout(Action::TransferToUri("zoe".to_owned())));
    world.behave("zoe", Behaviour::Decline);
    world.call("carl", "sales", Primary);
    world.run(16_000);
    assert!(world.was_alerted("zoe") && world.ended("carl"));
}

#[test]
fn a_call_that_has_waited_too_long_is_transferred_to_another_queue() {
    let mut world = world_with(timeout(Action::TransferToQueue("doctor".to_owned())));
    world.call("carl", "sales", Primary);
    world.run(16_000);
    assert_eq!(world.alerted(), ["anna", "anna", "anton"]);
}

#[test]
fn overflow_takes_the_newest_call_or_the_oldest() {
    for (takes, taken) in [(Taken::Newest, "carmen"), (Taken::Oldest, "carl")] {
        let mut world = world_with(Queue {
            overflow: Some(Overflow {
                threshold: 1,
                takes,
                action: Action::Terminate,
            }),
            ..queue()
        });
        world.call("carl", "sales", Primary);
        world.run(500);
        world.call("carmen", "sales", Primary);
        world.run(500);
        let ended: Vec<&str> = ["carl", "carmen"]
            .into_iter()
            .filter(|name| world.ended(name))
            .collect();
        assert_eq!(ended, [taken]);
    }
}

#[test]
fn a_queue_without_any_agent_disconnects_the_call() {
    let mut options = Options::default();
    options.groups.insert("empty", Group::regular(Primary, &[]));
    let mut world = World::with(options);
    world.call("carl", "empty", Primary);
    world.run(500);
    assert!(world.ended("carl"));
}

#[test]
fn an_agent_who_declined_is_left_alone_for_the_ring_back_grace() {
    let mut world = world_with(queue());
    world.behave("anna", Behaviour::Decline);
    world.call("carl", "sales", Primary);
    world.run(59_000);
    assert_eq!(world.alerted(), ["anna"]);
    world.run(3_000);
    assert_eq!(world.alerted(), ["anna", "anna"]);
}

#[test]
fn a_caller_who_hangs_up_while_agents_are_alerted_is_no_longer_offered() {
    let mut world = world_with(queue());
    world.call("carl", "sales", Primary);
    world.run(1_000);
    world.hang_up("carl");
    world.run(500);
    assert!(world.ended("anna"));
}

#[test]
fn round_robin_goes_round() {
    let mut options = Options::default();
    let group = Group {
        routing: Routing::RoundRobin,
        ..Group::regular(Primary, &["anna", "anton", "axel"])
    };
    options.groups.insert("sales", group);
    let mut world = World::with(options);
    for _ in 0..4 {
        world.call("carl", "sales", Primary);
        world.run(1_000);
        world.hang_up("carl");
        world.run(500);
    }
    assert_eq!(world.alerted(), ["anna", "anton", "axel", "anna"]);
}

#[test]
fn a_number_that_nobody_has_is_not_found_and_one_who_is_away_is_unavailable() {
    let mut world = World::new();
    world.call("carl", "nobody", Primary);
    world.run(500);
    assert_eq!(world.outcome("carl"), Some(PhoneEvent::Refused(404)));
}

#[test]
fn garbage_on_the_sip_port_harms_nobody() {
    use bytes::Bytes;
    use node::{Input, Node, Now, Outputs, Port};
    let options = Options::default();
    let config = world::deployment::pool_config(Primary, &options);
    let mut pool = reference::Pool::new(std::sync::Arc::new(config), [1; 32]);
    let mut out = Outputs::default();
    pool.handle(Now::ZERO, Input::Start, &mut out);
    let invite = "INVITE sip:sales@198.18.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 198.18.0.9;branch=z9hG4bK1\r\n\
                  From: <sip:a@198.18.0.9>;tag=1\r\nTo: <sip:sales@198.18.0.1>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n\r\n";
    for cut in 0..invite.len() {
        for at in [5060, 20_000] {
            let bytes = Bytes::copy_from_slice(&invite.as_bytes()[..cut]);
            let (at, from) = (Port(at), world::address(9, 6000));
            let now = Now::from_micros(3_000_000 + cut as u64);
            pool.handle(now, Input::Datagram { at, from, bytes }, &mut out);
        }
    }
    assert!(!out.is_empty());
}
