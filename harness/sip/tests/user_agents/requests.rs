//! Plain requests between two user agents, and what is on the wire.

use std::time::Duration;

use bytes::Bytes;
use node::{Now, Unreachable};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use rstest::rstest;
use sip::{
    Failure, Message, Method, Name, Request, Response, StatusCode, Timing, UaEvent, UserAgent,
};

use crate::support::{HostId, World, address, call, invite, offer};

fn register() -> Request {
    let mut request = Request::new(Method::REGISTER, sip::uri("", address(HostId(1))));
    request.headers.insert(Name::FROM, "<sip:user0@198.18.0.2>");
    request.headers.insert(Name::TO, "<sip:user0@198.18.0.2>");
    request
}

fn response(world: &mut World, host: HostId) -> Response {
    world.wait_for(host, |event| match event {
        UaEvent::Response { response, .. } => Some((**response).clone()),
        _ => None,
    })
}

fn no_response(world: &mut World, host: HostId) -> Failure {
    world.wait_for(host, |event| match event {
        UaEvent::NoResponse { why, .. } => Some(*why),
        _ => None,
    })
}

#[test]
fn a_user_agent_can_live_in_a_node() {
    fn is_send<T: Send>() {}
    is_send::<UserAgent>();
}

#[test]
fn a_request_is_completed_and_answered() {
    let (mut world, a, b) = World::with_two_parties(1);
    world.act(a, |agent, now| agent.request(now, register(), address(b)));
    let (server, request, from) = world.wait_for(b, |event| match event {
        UaEvent::Request {
            server,
            request,
            from,
        } => Some((*server, request.clone(), *from)),
        _ => None,
    });
    assert_eq!(from, address(a));
    assert_eq!(request.cseq(), (1, Method::REGISTER));
    assert_eq!(request.header(&Name::MAX_FORWARDS), Some("70"));
    assert!(!request.call_id().is_empty());
    assert!(request.from_tag().is_some());
    assert!(!request.is_in_dialog());
    world.act(b, |agent, now| {
        agent.respond(now, server, Response::to(&request, StatusCode::TRYING));
        agent.respond(now, server, Response::to(&request, StatusCode::OK));
    });
    let response = response(&mut world, a);
    assert_eq!(response.code, StatusCode::OK);
    assert!(response.to_tag().is_some());
    assert_eq!(response.call_id(), request.call_id());
    world.run(Duration::from_secs(60));
    assert_eq!(world.ladder(), ["0>1 REGISTER", "1>0 100", "1>0 200"]);
}

#[test]
fn a_request_that_nobody_answers_times_out() {
    let (mut world, a, b) = World::with_two_parties(1);
    world.act(a, |agent, now| agent.request(now, register(), address(b)));
    assert_eq!(no_response(&mut world, a), Failure::TimedOut);
    assert_eq!(world.ladder(), ["0>1 REGISTER"; 11]);
    world.run(Duration::from_secs(60));
    assert_eq!(
        world.agent(b).deadline(),
        None,
        "b waits for its node for ever"
    );
}

#[test]
fn a_request_to_a_closed_port_fails_and_one_elsewhere_does_not() {
    let (mut world, a, b) = World::with_two_parties(1);
    let elsewhere = "198.18.0.99:5060".parse().unwrap();
    world.act(a, |agent, now| {
        agent.request(now, register(), elsewhere);
        agent.request(now, register(), address(b));
        agent.undeliverable(now, address(b), Unreachable::Port);
    });
    let why = no_response(&mut world, a);
    assert_eq!(why, Failure::Unreachable(Unreachable::Port));
    assert!(world.events(a).is_empty());
}

#[test]
fn a_cancel_of_nothing_is_refused_with_481() {
    let (mut world, a, b) = World::with_two_parties(1);
    let mut cancel = register();
    cancel.method = Method::CANCEL;
    world.act(a, |agent, now| agent.request(now, cancel, address(b)));
    let code = response(&mut world, a).code;
    assert_eq!(code, StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST);
}

#[test]
fn an_invite_offers_no_session_timer_and_no_extension() {
    let (mut world, a, b) = World::with_two_parties(1);
    call(&mut world, a, b, b);
    let Message::Request(invite) = Message::parse(&world.sent[0].bytes).unwrap() else {
        panic!("an INVITE comes first");
    };
    for name in ["Supported", "Require", "Session-Expires", "Min-SE"] {
        assert_eq!(invite.header(&Name::from(name)), None, "{name}");
    }
    let allowed = Some("INVITE, ACK, CANCEL, BYE, OPTIONS");
    assert_eq!(invite.header(&Name::ALLOW), allowed);
}

#[rstest]
#[case::own(None, "<sip:user0@198.18.0.1:5060>")]
#[case::set(Some("pool"), "<sip:pool@198.18.0.1:5060>")]
fn the_contact_is_the_user_at_the_agents_address(
    #[case] user: Option<&str>,
    #[case] contact: &str,
) {
    let seed = ChaCha8Rng::seed_from_u64(1);
    let mut agent = UserAgent::new(address(HostId(0)), seed, Timing::default());
    if let Some(user) = user {
        agent = agent.with_contact_user(user);
    }
    let call = invite(HostId(0), HostId(1), HostId(1), Some(offer(HostId(0))));
    agent.invite(Now::ZERO, call);
    let sent = Message::parse(&agent.poll_transmit().unwrap().bytes).unwrap();
    let Message::Request(invite) = sent else {
        panic!("an INVITE comes first");
    };
    assert_eq!(invite.header(&Name::CONTACT), Some(contact));
}

/// A client of RFC 2543 has no unique branches: its ACK is known by the other headers.
#[test]
fn a_client_of_the_old_standard_is_served() {
    let message = |method: &str, to: &str| {
        Bytes::from(format!(
            "{method} sip:user1@198.18.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 198.18.0.1\r\n\
             From: <sip:user0@198.18.0.1>\r\nTo: <sip:user1@198.18.0.2>{to}\r\n\
             Call-ID: old\r\nCSeq: 1 {method}\r\nContact: <sip:user0@198.18.0.1>\r\n\r\n"
        ))
    };
    let (mut world, a, b) = World::with_two_parties(1);
    world.inject(b, address(a), &message("INVITE", ""));
    world.inject(b, address(a), &message("INVITE", ""));
    let called = crate::support::take_call(&mut world, b);
    world.act(b, |agent, now| agent.answer(now, called, offer(b)));
    let dialog = world.agent(b).session(called).unwrap().dialog();
    let tag = format!(";tag={}", dialog.local_tag());
    world.inject(b, address(a), &message("ACK", &tag));
    crate::support::wait_for_confirmed(&mut world, b);
    world.run(Duration::from_secs(60));
    assert_eq!(world.ladder(), ["1>0 100", "1>0 100", "1>0 200"]);
}

#[test]
fn a_malformed_datagram_is_counted() {
    let (mut world, a, b) = World::with_two_parties(1);
    world.inject(b, address(a), &Bytes::from_static(b"what is this?\r\n\r\n"));
    assert_eq!(world.agent(b).malformed(), 1);
}
