//! How calls between two user agents begin and end.

use std::time::Duration;

use node::Unreachable;
use sip::{Confirmation, EndedBy, Failure, SessionState, StatusCode, UaEvent};

use crate::support::expect::{answer_of, ended, failed, hang_up, hung_up, refused};
use crate::support::{
    World, address, call, connect, invite, offer, rtp, take_call, wait_for_answered,
    wait_for_confirmed,
};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_call_rings_is_answered_and_is_hung_up() {
    let (mut world, a, b) = World::with_two_parties(1);
    let (calling, called) = call(&mut world, a, b, b);
    world.act(b, |agent, now| {
        agent.ring(now, called, StatusCode::RINGING, None);
    });
    let code = world.wait_for(a, |event| match event {
        UaEvent::Progress { code, .. } => Some(*code),
        _ => None,
    });
    assert_eq!(code, StatusCode::RINGING);
    let answer = answer_of(b, &offer(a));
    world.act(b, |agent, now| agent.answer(now, called, answer));
    assert_eq!(wait_for_answered(&mut world, a).unwrap().rtp(), rtp(b));
    assert!(wait_for_confirmed(&mut world, b).is_none());

    let session = world.agent(a).session(calling).unwrap();
    assert_eq!(session.state(), SessionState::Established);
    assert_eq!(session.peer(), address(b));
    assert_eq!(session.remote_sdp().unwrap().rtp(), rtp(b));
    let offered = world
        .agent(b)
        .session(called)
        .unwrap()
        .remote_sdp()
        .unwrap();
    assert_eq!(offered.rtp(), rtp(a));

    world.run(SECOND);
    hang_up(&mut world, a, calling);
    assert_eq!(ended(&mut world, b), EndedBy::Bye);
    assert_eq!(hung_up(&mut world, a), Confirmation::Answered);
    assert!(world.agent(a).session(calling).is_none());
    assert!(world.agent(b).session(called).is_none());
    world.run(300 * SECOND);
    let expected = [
        "0>1 INVITE",
        "1>0 100",
        "1>0 180",
        "1>0 200",
        "0>1 ACK",
        "0>1 BYE",
        "1>0 200",
    ];
    assert_eq!(world.ladder(), expected);
    assert_eq!(world.agent(a).deadline(), None);
    assert_eq!(world.agent(b).deadline(), None);
}

#[test]
fn a_callee_can_hang_up_too() {
    let (mut world, a, b) = World::with_two_parties(1);
    let (_, called) = connect(&mut world, a, b, b);
    hang_up(&mut world, b, called);
    assert_eq!(ended(&mut world, a), EndedBy::Bye);
    assert_eq!(hung_up(&mut world, b), Confirmation::Answered);
}

#[test]
fn a_call_without_an_offer_gets_one_in_the_answer_and_answers_it_in_the_ack() {
    let (mut world, a, b) = World::with_two_parties(1);
    let offerless = invite(a, b, b, None);
    let calling = world.act(a, |agent, now| agent.invite(now, offerless));
    let called = take_call(&mut world, b);
    world.act(b, |agent, now| agent.answer(now, called, offer(b)));
    let offered = wait_for_answered(&mut world, a).unwrap();
    world.run(3 * SECOND);
    let answer = answer_of(a, &offered);
    world.act(a, |agent, now| {
        agent.acknowledge(now, calling, Some(answer))
    });
    assert_eq!(wait_for_confirmed(&mut world, b).unwrap().rtp(), rtp(a));
}

#[test]
fn a_refused_call_is_gone_at_both_ends() {
    let (mut world, a, b) = World::with_two_parties(1);
    let (calling, called) = call(&mut world, a, b, b);
    world.act(b, |agent, now| {
        agent.refuse(now, called, StatusCode::BUSY_HERE)
    });
    assert_eq!(refused(&mut world, a), StatusCode::BUSY_HERE);
    assert!(world.agent(a).session(calling).is_none());
    assert!(world.agent(b).session(called).is_none());
}

#[test]
fn an_extension_that_is_demanded_is_refused() {
    let (mut world, a, b) = World::with_two_parties(1);
    let mut demanding = invite(a, b, b, Some(offer(a)));
    demanding.headers.insert(sip::Name::REQUIRE, "timer");
    world.act(a, |agent, now| agent.invite(now, demanding));
    let server = world.wait_for(b, |event| match event {
        UaEvent::Request { server, .. } => Some(*server),
        _ => None,
    });
    assert_eq!(
        world.act(b, |agent, now| agent.accept_invite(now, server)),
        None
    );
    assert_eq!(refused(&mut world, a), StatusCode::BAD_EXTENSION);
}

#[test]
fn a_cancelled_call_is_refused_with_487() {
    let (mut world, a, b) = World::with_two_parties(1);
    let (calling, called) = call(&mut world, a, b, b);
    world.run(SECOND);
    world.act(a, |agent, now| agent.cancel(now, calling));
    world.wait_for(b, |event| {
        matches!(event, UaEvent::Cancelled { .. }).then_some(())
    });
    assert!(world.agent(b).session(called).is_none());
    assert_eq!(refused(&mut world, a), StatusCode::REQUEST_TERMINATED);
    world.run(60 * SECOND);
    let expected = [
        "0>1 INVITE",
        "1>0 100",
        "0>1 CANCEL",
        "1>0 200",
        "1>0 487",
        "0>1 ACK",
    ];
    assert_eq!(world.ladder(), expected);
}

#[test]
fn a_cancel_waits_for_a_provisional_response() {
    let (mut world, a, b) = World::with_two_parties(1);
    let call = invite(a, b, b, Some(offer(a)));
    let calling = world.act(a, |agent, now| {
        let calling = agent.invite(now, call);
        agent.cancel(now, calling);
        calling
    });
    assert_eq!(world.ladder(), ["0>1 INVITE"]);
    world.run(SECOND);
    assert_eq!(world.ladder(), ["1>0 100", "0>1 CANCEL", "1>0 200"]);
    let state = world.agent(a).session(calling).unwrap().state();
    assert!(matches!(state, SessionState::Cancelling { .. }));
}

#[test]
fn a_cancel_that_no_session_took_is_the_nodes() {
    let (mut world, a, b) = World::with_two_parties(1);
    let call = invite(a, b, b, Some(offer(a)));
    let calling = world.act(a, |agent, now| agent.invite(now, call));
    let server = world.wait_for(b, |event| match event {
        UaEvent::Request { server, .. } => Some(*server),
        _ => None,
    });
    world.act(a, |agent, now| agent.cancel(now, calling));
    let cancelled = world.wait_for(b, |event| match event {
        UaEvent::Cancel { server } => Some(*server),
        _ => None,
    });
    assert_eq!(cancelled, server);
}

#[test]
fn an_answer_that_crosses_the_cancel_is_acknowledged_and_ended() {
    let (mut world, a, b) = World::with_two_parties(1);
    let (calling, called) = call(&mut world, a, b, b);
    world.run(SECOND);
    world.act(a, |agent, now| agent.cancel(now, calling));
    let answer = answer_of(b, &offer(a));
    world.act(b, |agent, now| agent.answer(now, called, answer));
    assert!(wait_for_confirmed(&mut world, b).is_none());
    assert_eq!(ended(&mut world, b), EndedBy::Bye);
    assert_eq!(hung_up(&mut world, a), Confirmation::Answered);
    assert!(world.agent(a).session(calling).is_none());
}

#[test]
fn a_call_to_a_dead_hop_times_out_after_32_seconds() {
    let (mut world, a, b) = World::with_two_parties(1);
    world.cut.insert(b);
    let call = invite(a, b, b, Some(offer(a)));
    world.act(a, |agent, now| agent.invite(now, call));
    assert_eq!(failed(&mut world, a), Failure::TimedOut);
    assert_eq!(world.now.as_micros(), 32_000_000);
    assert_eq!(world.ladder(), ["0>1 INVITE"; 7]);
}

#[test]
fn a_call_to_a_closed_port_fails_at_once() {
    let (mut world, a, b) = World::with_two_parties(1);
    world.cut.insert(b);
    let call = invite(a, b, b, Some(offer(a)));
    world.act(a, |agent, now| {
        agent.invite(now, call);
        agent.undeliverable(now, address(b), Unreachable::Port);
    });
    let failure = failed(&mut world, a);
    assert_eq!(failure, Failure::Unreachable(Unreachable::Port));
    assert!(failure.is_definite());
    assert_eq!(world.agent(a).deadline(), None);
}

#[test]
fn an_unreachable_hop_fails_no_call_that_it_has_answered() {
    let (mut world, a, b) = World::with_two_parties(1);
    call(&mut world, a, b, b);
    world.run(SECOND);
    world.act(a, |agent, now| {
        agent.undeliverable(now, address(b), Unreachable::Host)
    });
    let is_trying = |event: &UaEvent| matches!(event, UaEvent::Trying { .. });
    assert!(world.events(a).iter().all(is_trying));
}

#[test]
fn a_late_answer_to_a_call_given_up_is_acknowledged_and_ended() {
    let (mut world, a, b) = World::with_two_parties(1);
    let (calling, called) = {
        let call = invite(a, b, b, Some(offer(a)));
        let calling = world.act(a, |agent, now| agent.invite(now, call));
        world.run(Duration::from_millis(7));
        world.cut.insert(a);
        (calling, take_call(&mut world, b))
    };
    world.run(2 * SECOND);
    world.act(a, |agent, now| agent.cancel(now, calling));
    assert_eq!(failed(&mut world, a), Failure::TimedOut);
    world.run(10 * SECOND);
    world.cut.clear();
    let answer = answer_of(b, &offer(a));
    world.act(b, |agent, now| agent.answer(now, called, answer));
    assert_eq!(ended(&mut world, b), EndedBy::Bye);
    let forked = world.wait_for(a, |event| match event {
        UaEvent::Forked { session } => Some(*session),
        _ => None,
    });
    assert_eq!(forked, calling);
}

#[test]
fn an_answer_that_nobody_acknowledges_is_sent_again_for_32_seconds_and_then_ended() {
    let (mut world, a, b) = World::with_two_parties(1);
    let (_, called) = call(&mut world, a, b, b);
    world.cut.insert(a);
    world.ladder();
    let answer = answer_of(b, &offer(a));
    let begin = world.now;
    world.act(b, |agent, now| agent.answer(now, called, answer));
    assert_eq!(ended(&mut world, b), EndedBy::NoAck);
    assert_eq!(world.now.since(begin), 32 * SECOND);
    assert!(world.agent(b).session(called).is_none());
    let ladder = world.ladder();
    let answers = ladder.iter().filter(|line| *line == "1>0 200");
    assert_eq!(answers.count(), 11);
    assert_eq!(ladder.last().unwrap(), "1>0 BYE");
}

#[test]
fn a_callee_that_hangs_up_before_the_ack_sends_the_bye_after_it() {
    let (mut world, a, b) = World::with_two_parties(1);
    let (_, called) = call(&mut world, a, b, b);
    world.run(SECOND);
    world.ladder();
    let answer = answer_of(b, &offer(a));
    world.act(b, |agent, now| {
        agent.answer(now, called, answer);
        agent.hang_up(now, called);
    });
    assert_eq!(hung_up(&mut world, b), Confirmation::Answered);
    assert_eq!(world.ladder(), ["1>0 200", "0>1 ACK", "1>0 BYE", "0>1 200"]);
}

#[test]
fn byes_that_cross_end_the_session_at_both_ends() {
    let (mut world, a, b) = World::with_two_parties(1);
    let (calling, called) = connect(&mut world, a, b, b);
    hang_up(&mut world, a, calling);
    hang_up(&mut world, b, called);
    assert_eq!(hung_up(&mut world, a), Confirmation::Answered);
    assert_eq!(hung_up(&mut world, b), Confirmation::Answered);
}

#[test]
fn a_bye_to_a_dead_peer_is_not_confirmed() {
    let (mut world, a, b) = World::with_two_parties(1);
    let (calling, _) = connect(&mut world, a, b, b);
    world.cut.insert(b);
    hang_up(&mut world, a, calling);
    let expected = Confirmation::Failure(Failure::TimedOut);
    assert_eq!(hung_up(&mut world, a), expected);
}

#[test]
fn a_session_that_is_dropped_says_nothing_and_its_peer_gets_no_answer() {
    let (mut world, a, b) = World::with_two_parties(1);
    let (calling, called) = connect(&mut world, a, b, b);
    world.run(SECOND);
    world.ladder();
    world.act(a, |agent, _| agent.drop_session(calling));
    assert!(world.ladder().is_empty());
    hang_up(&mut world, b, called);
    let request = world.wait_for(a, |event| match event {
        UaEvent::Request { request, .. } => Some(request.clone()),
        _ => None,
    });
    assert!(request.is_in_dialog());
}

#[test]
fn a_call_that_is_dropped_is_not_sent_again() {
    let (mut world, a, b) = World::with_two_parties(1);
    world.cut.insert(b);
    let call = invite(a, b, b, Some(offer(a)));
    let calling = world.act(a, |agent, now| agent.invite(now, call));
    world.act(a, |agent, _| agent.drop_session(calling));
    world.run(60 * SECOND);
    assert_eq!(world.ladder(), ["0>1 INVITE"]);
    assert!(world.events(a).is_empty());
}

#[test]
fn hanging_up_before_the_offer_is_answered_refuses_the_offer() {
    let (mut world, a, b) = World::with_two_parties(1);
    let offerless = invite(a, b, b, None);
    let calling = world.act(a, |agent, now| agent.invite(now, offerless));
    let called = take_call(&mut world, b);
    world.act(b, |agent, now| agent.answer(now, called, offer(b)));
    wait_for_answered(&mut world, a);
    hang_up(&mut world, a, calling);
    assert_eq!(wait_for_confirmed(&mut world, b).unwrap().rtp().port(), 0);
    assert_eq!(ended(&mut world, b), EndedBy::Bye);
}
