//! How sessions between two user agents are changed while they last.

use std::time::Duration;

use rstest::rstest;
use sip::{
    Confirmation, Direction, EndedBy, Method, Name, Request, Response, SessionId, SessionState,
    StatusCode, UaEvent,
};

use crate::support::expect::{answer_of, ended, hang_up, hung_up, reanswered, reinvited};
use crate::support::{HostId, World, address, connect, offer, rtp, wait_for_confirmed};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn either_end_can_change_the_session() {
    let (mut world, a, b) = World::with_two_parties(1);
    let (calling, called) = connect(&mut world, a, b, b);
    for (changer, session, peer, peers) in [(a, calling, b, called), (b, called, a, calling)] {
        world.act(changer, |agent, now| {
            agent.reinvite(now, session, Some(offer(changer)));
        });
        let offered = reinvited(&mut world, peer).unwrap();
        let answer = answer_of(peer, &offered);
        world.act(peer, |agent, now| {
            agent.answer_reinvite(now, peers, Ok(answer))
        });
        let answered = reanswered(&mut world, changer).unwrap().unwrap();
        assert_eq!(answered.rtp(), rtp(peer));
        wait_for_confirmed(&mut world, peer);
    }
    hang_up(&mut world, a, calling);
    assert_eq!(ended(&mut world, b), EndedBy::Bye);
}

#[test]
fn a_change_that_is_refused_leaves_the_session_as_it_was() {
    let (mut world, a, b) = World::with_two_parties(1);
    let (calling, called) = connect(&mut world, a, b, b);
    world.act(a, |agent, now| agent.reinvite(now, calling, Some(offer(a))));
    reinvited(&mut world, b);
    let refusal = Err(StatusCode::NOT_ACCEPTABLE_HERE);
    world.act(b, |agent, now| agent.answer_reinvite(now, called, refusal));
    assert_eq!(
        reanswered(&mut world, a),
        Err(StatusCode::NOT_ACCEPTABLE_HERE)
    );
    let session = world.agent(a).session(calling).unwrap();
    assert_eq!(session.state(), SessionState::Established);
}

#[test]
fn a_change_without_an_offer_gets_the_peers() {
    let (mut world, a, b) = World::with_two_parties(1);
    let (calling, called) = connect(&mut world, a, b, b);
    world.act(a, |agent, now| agent.reinvite(now, calling, None));
    assert!(reinvited(&mut world, b).is_none());
    world.act(b, |agent, now| {
        agent.answer_reinvite(now, called, Ok(offer(b)))
    });
    let offered = reanswered(&mut world, a).unwrap().unwrap();
    let answer = answer_of(a, &offered);
    world.act(a, |agent, now| {
        agent.acknowledge(now, calling, Some(answer))
    });
    assert_eq!(wait_for_confirmed(&mut world, b).unwrap().rtp(), rtp(a));
}

#[test]
fn a_second_change_waits_for_the_first() {
    let (mut world, a, b) = World::with_two_parties(1);
    let (calling, called) = connect(&mut world, a, b, b);
    let held = offer(a).with_direction(Direction::Inactive);
    world.act(a, |agent, now| {
        agent.reinvite(now, calling, Some(offer(a)));
        agent.reinvite(now, calling, Some(held.clone()));
    });
    for expected in [Direction::SendRecv, Direction::Inactive] {
        let offered = reinvited(&mut world, b).unwrap();
        assert_eq!(offered.direction(), expected);
        let answer = answer_of(b, &offered);
        world.act(b, |agent, now| {
            agent.answer_reinvite(now, called, Ok(answer))
        });
        reanswered(&mut world, a).unwrap();
    }
}

#[test]
fn changes_that_cross_are_both_tried_again_and_both_made() {
    let (mut world, a, b) = World::with_two_parties(1);
    let (calling, called) = connect(&mut world, a, b, b);
    world.run(SECOND);
    world.ladder();
    world.act(a, |agent, now| agent.reinvite(now, calling, Some(offer(a))));
    assert!(!world.agent(a).is_change_waiting(calling));
    world.act(b, |agent, now| agent.reinvite(now, called, Some(offer(b))));
    // The callee does not own the Call-ID, waits at most 2 s, and so comes first.
    let offered = reinvited(&mut world, a).unwrap();
    assert!(world.agent(a).is_change_waiting(calling));
    let answer = answer_of(a, &offered);
    world.act(a, |agent, now| {
        agent.answer_reinvite(now, calling, Ok(answer))
    });
    assert!(reanswered(&mut world, b).is_ok());
    let offered = reinvited(&mut world, b).unwrap();
    let answer = answer_of(b, &offered);
    world.act(b, |agent, now| {
        agent.answer_reinvite(now, called, Ok(answer))
    });
    assert!(reanswered(&mut world, a).is_ok());
    let ladder = world.ladder();
    assert_eq!(
        ladder.iter().filter(|line| line.ends_with("491")).count(),
        2
    );
}

#[test]
fn a_change_that_crosses_is_given_up_for_the_one_that_waits() {
    let (mut world, a, b) = World::with_two_parties(1);
    let (calling, called) = connect(&mut world, a, b, b);
    world.run(SECOND);
    let held = offer(a).with_direction(Direction::SendOnly);
    world.act(a, |agent, now| {
        agent.reinvite(now, calling, Some(held));
        agent.reinvite(now, calling, Some(offer(a)));
    });
    world.act(b, |agent, now| agent.reinvite(now, called, Some(offer(b))));
    let pending = Err(StatusCode::REQUEST_PENDING);
    assert_eq!(reanswered(&mut world, a), pending);
    let offered = reinvited(&mut world, a).unwrap();
    let answer = answer_of(a, &offered);
    world.act(a, |agent, now| {
        agent.answer_reinvite(now, calling, Ok(answer))
    });
    assert!(reanswered(&mut world, b).is_ok());
    let offered = reinvited(&mut world, b).unwrap();
    assert_eq!(offered.direction(), Direction::SendRecv);
    let answer = answer_of(b, &offered);
    world.act(b, |agent, now| {
        agent.answer_reinvite(now, called, Ok(answer))
    });
    assert!(reanswered(&mut world, a).is_ok());
}

#[test]
fn a_change_that_nobody_answers_ends_the_session() {
    let (mut world, a, b) = World::with_two_parties(1);
    let (calling, _) = connect(&mut world, a, b, b);
    world.cut.insert(b);
    world.act(a, |agent, now| agent.reinvite(now, calling, Some(offer(a))));
    assert_eq!(ended(&mut world, a), EndedBy::DialogGone);
}

#[test]
fn a_change_of_a_session_that_the_peer_has_forgotten_ends_it() {
    let (mut world, a, b) = World::with_two_parties(1);
    let (calling, called) = connect(&mut world, a, b, b);
    world.act(b, |agent, _| agent.drop_session(called));
    world.act(a, |agent, now| agent.reinvite(now, calling, Some(offer(a))));
    let (server, request) = world.wait_for(b, |event| match event {
        UaEvent::Request {
            server, request, ..
        } => Some((*server, request.clone())),
        _ => None,
    });
    let unknown = StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST;
    let response = Response::to(&request, unknown);
    world.act(b, |agent, now| agent.respond(now, server, response));
    assert_eq!(ended(&mut world, a), EndedBy::DialogGone);
}

#[test]
fn hanging_up_while_the_peers_change_waits_terminates_that() {
    let (mut world, a, b) = World::with_two_parties(1);
    let (calling, called) = connect(&mut world, a, b, b);
    world.act(a, |agent, now| agent.reinvite(now, calling, Some(offer(a))));
    reinvited(&mut world, b);
    hang_up(&mut world, b, called);
    assert_eq!(ended(&mut world, a), EndedBy::Bye);
    assert_eq!(hung_up(&mut world, b), Confirmation::Answered);
}

/// Lets the caller of a connected session send its callee a request of the test's making.
fn forged(world: &World, session: SessionId, method: Method, number: u32) -> Request {
    let dialog = world.agent(HostId(0)).session(session).unwrap().dialog();
    let callee = address(HostId(1));
    let mut request = Request::new(method.clone(), sip::uri("user1", callee));
    let from = format!("<sip:user0@198.18.0.1>;tag={}", dialog.local_tag());
    let to = format!(
        "<sip:user1@198.18.0.2>;tag={}",
        dialog.remote_tag().unwrap()
    );
    for (name, value) in [
        (Name::FROM, from),
        (Name::TO, to),
        (Name::CALL_ID, dialog.call_id().to_owned()),
        (Name::CSEQ, format!("{number} {method}")),
    ] {
        request.headers.insert(name, value);
    }
    request
}

#[rstest]
#[case::options(Method::OPTIONS, 9, StatusCode::OK)]
#[case::not_allowed(Method::INFO, 9, StatusCode::METHOD_NOT_ALLOWED)]
#[case::overtaken(Method::OPTIONS, 0, StatusCode::SERVER_INTERNAL_ERROR)]
fn another_request_in_the_session_is_answered(
    #[case] method: Method,
    #[case] number: u32,
    #[case] code: StatusCode,
) {
    let (mut world, a, b) = World::with_two_parties(1);
    let (calling, _) = connect(&mut world, a, b, b);
    let request = forged(&world, calling, method, number);
    world.act(a, |agent, now| agent.request(now, request, address(b)));
    let answered = world.wait_for(a, |event| match event {
        UaEvent::Response { response, .. } => Some(response.code),
        _ => None,
    });
    assert_eq!(answered, code);
    assert!(world.events(b).is_empty());
}

#[test]
fn a_second_change_by_the_peer_before_the_first_is_answered_is_refused_with_500() {
    let (mut world, a, b) = World::with_two_parties(1);
    let (calling, _) = connect(&mut world, a, b, b);
    world.act(a, |agent, now| agent.reinvite(now, calling, Some(offer(a))));
    reinvited(&mut world, b);
    let second = forged(&world, calling, Method::INVITE, 9);
    world.act(a, |agent, now| agent.request(now, second, address(b)));
    let refusal = world.wait_for(a, |event| match event {
        UaEvent::Response { response, .. } => Some(response.clone()),
        _ => None,
    });
    assert_eq!(refusal.code, StatusCode::SERVER_INTERNAL_ERROR);
    let wait: u64 = refusal.header(&Name::RETRY_AFTER).unwrap().parse().unwrap();
    assert!(wait <= 10);
}

#[test]
fn a_change_moves_the_session_to_where_its_contact_says() {
    let (mut world, a, b) = World::with_two_parties(1);
    let (calling, called) = connect(&mut world, a, b, b);
    let mut moved = forged(&world, calling, Method::INVITE, 9);
    moved
        .headers
        .insert(Name::CONTACT, "<sip:user0@198.18.0.77:5099>");
    moved.set_sdp(&offer(a));
    world.act(a, |agent, now| agent.request(now, moved, address(b)));
    let offered = reinvited(&mut world, b).unwrap();
    assert_eq!(world.agent(b).session(called).unwrap().peer(), address(a));
    let answer = answer_of(b, &offered);
    world.act(b, |agent, now| {
        agent.answer_reinvite(now, called, Ok(answer))
    });
    let peer = world.agent(b).session(called).unwrap().peer();
    assert_eq!(peer, "198.18.0.77:5099".parse().unwrap());
}

#[test]
fn a_change_that_the_peer_cancels_leaves_the_session_as_it_was() {
    let (mut world, a, b) = World::with_two_parties(1);
    let (calling, called) = connect(&mut world, a, b, b);
    let change = forged(&world, calling, Method::INVITE, 9);
    let client = world.act(a, |agent, now| agent.request(now, change, address(b)));
    reinvited(&mut world, b);
    world.act(a, |agent, now| agent.cancel_request(now, client));
    let code = world.wait_for(a, |event| match event {
        UaEvent::Response { response, .. } => Some(response.code),
        _ => None,
    });
    assert_eq!(code, StatusCode::REQUEST_TERMINATED);
    let session = world.agent(b).session(called).unwrap();
    assert_eq!(session.state(), SessionState::Established);
    world.act(b, |agent, now| agent.reinvite(now, called, Some(offer(b))));
    assert!(reinvited(&mut world, a).is_some());
}
