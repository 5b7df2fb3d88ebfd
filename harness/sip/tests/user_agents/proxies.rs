//! Sessions between two user agents through a proxy that stays in their path.

use std::time::Duration;

use crate::support::expect::hung_up;
use crate::support::proxy::Proxy;
use crate::support::{HostId, Part, World, address, call, connect, offer, rtp, take_call};
use sip::{Confirmation, EndedBy, StatusCode, UaEvent};

/// Two parties (0 and 1) and a proxy (2) that sends calls to the second.
fn world() -> (World, HostId, HostId, HostId) {
    let (mut world, a, b) = World::with_two_parties(1);
    let proxy = Proxy::new(address(HostId(2)), &[address(b)]);
    let p = world.add(Part::Proxy(proxy));
    (world, a, b, p)
}

#[test]
fn a_call_its_change_and_its_end_all_go_through_the_proxy() {
    let (mut world, a, b, p) = world();
    let (calling, called) = connect(&mut world, a, b, p);
    world.run(Duration::from_secs(1));
    let expected = [
        "0>2 INVITE",
        "2>0 100",
        "2>1 INVITE",
        "1>2 100",
        "1>2 200",
        "2>0 200",
        "0>2 ACK",
        "2>1 ACK",
    ];
    assert_eq!(world.ladder(), expected);
    assert_eq!(world.agent(a).session(calling).unwrap().peer(), address(p));
    assert_eq!(world.agent(b).session(called).unwrap().peer(), address(p));

    world.act(b, |agent, now| agent.reinvite(now, called, Some(offer(b))));
    let offered = world.wait_for(a, |event| match event {
        UaEvent::Reinvited { sdp, .. } => Some(sdp.clone()),
        _ => None,
    });
    let answer = offered.unwrap().answer(9, rtp(a)).unwrap();
    world.act(a, |agent, now| {
        agent.answer_reinvite(now, calling, Ok(answer))
    });
    world.wait_for(b, |event| match event {
        UaEvent::Reanswered { answer, .. } => Some(answer.clone().unwrap()),
        _ => None,
    });
    world.run(Duration::from_secs(1));
    let expected = [
        "1>2 INVITE",
        "2>1 100",
        "2>0 INVITE",
        "0>2 100",
        "0>2 200",
        "2>1 200",
        "1>2 ACK",
        "2>0 ACK",
    ];
    assert_eq!(world.ladder(), expected);

    world.act(a, |agent, now| agent.hang_up(now, calling));
    assert_eq!(hung_up(&mut world, a), Confirmation::Answered);
    let expected = ["0>2 BYE", "2>1 BYE", "1>2 200", "2>0 200"];
    assert_eq!(world.ladder(), expected);
}

#[test]
fn a_cancel_goes_through_the_proxy_hop_by_hop() {
    let (mut world, a, b, p) = world();
    let (calling, _) = call(&mut world, a, b, p);
    world.run(Duration::from_secs(1));
    world.ladder();
    world.act(a, |agent, now| agent.cancel(now, calling));
    let code = world.wait_for(a, |event| match event {
        UaEvent::Refused { code, .. } => Some(*code),
        _ => None,
    });
    assert_eq!(code, StatusCode::REQUEST_TERMINATED);
    world.run(Duration::from_secs(1));
    let expected = [
        "0>2 CANCEL",
        "2>0 200",
        "2>1 CANCEL",
        "1>2 200",
        "1>2 487",
        "2>1 ACK",
        "2>0 487",
        "0>2 ACK",
    ];
    assert_eq!(world.ladder(), expected);
}

#[test]
fn a_call_through_a_proxy_completes_though_datagrams_are_lost() {
    for seed in 0..50 {
        let mut world = World::new(seed);
        let (a, b) = (world.add(Part::Party), world.add(Part::Party));
        let proxy = Proxy::new(address(HostId(2)), &[address(b)]);
        let p = world.add(Part::Proxy(proxy));
        world.loss = 0.2;
        let (calling, _) = connect(&mut world, a, b, p);
        world.act(a, |agent, now| agent.hang_up(now, calling));
        let why = world.wait_for(b, |event| match event {
            UaEvent::Ended { why, .. } => Some(*why),
            _ => None,
        });
        assert_eq!(why, EndedBy::Bye);
    }
}

#[test]
fn of_two_answers_to_a_forked_call_the_first_stands_and_the_second_is_ended() {
    let mut world = World::new(1);
    let (a, b, c) = (
        world.add(Part::Party),
        world.add(Part::Party),
        world.add(Part::Party),
    );
    let targets = [address(b), address(c)];
    let p = world.add(Part::Proxy(Proxy::new(address(HostId(3)), &targets)));
    let (calling, at_b) = call(&mut world, a, b, p);
    let at_c = take_call(&mut world, c);
    for (host, session) in [(b, at_b), (c, at_c)] {
        let answer = offer(a).answer(2, rtp(host)).unwrap();
        world.act(host, |agent, now| agent.answer(now, session, answer));
    }
    let answered = crate::support::wait_for_answered(&mut world, a).unwrap();
    assert_eq!(answered.rtp(), rtp(b));
    let forked = world.wait_for(a, |event| match event {
        UaEvent::Forked { session } => Some(*session),
        _ => None,
    });
    assert_eq!(forked, calling);
    let why = world.wait_for(c, |event| match event {
        UaEvent::Ended { why, .. } => Some(*why),
        _ => None,
    });
    assert_eq!(why, EndedBy::Bye);
    world.run(Duration::from_secs(60));
    assert!(world.agent(a).session(calling).is_some());
    assert!(world.agent(b).session(at_b).is_some());
    let byes = world.ladder();
    assert!(!byes.contains(&"3>1 BYE".to_owned()), "{byes:?}");
}

#[test]
fn a_request_whose_hops_are_used_up_is_refused() {
    let (mut world, a, b, p) = world();
    let mut call = crate::support::invite(a, b, p, Some(offer(a)));
    call.headers.insert(sip::Name::MAX_FORWARDS, "0");
    world.act(a, |agent, now| agent.invite(now, call));
    let code = world.wait_for(a, |event| match event {
        UaEvent::Refused { code, .. } => Some(*code),
        _ => None,
    });
    assert_eq!(code, StatusCode::TOO_MANY_HOPS);
}
