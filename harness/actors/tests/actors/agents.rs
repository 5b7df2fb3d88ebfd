//! How agents register, and what they do when alerted.

use std::net::SocketAddr;
use std::time::Duration;

use crate::laboratory::{Laboratory, OnInvite, Script, adapter, address, ms, pool};
use actors::Command;
use model::Span;
use model::journal::event::{EndedBy, Event, NoSuccess};
use model::topology::{Behaviour, Pool};
use node::Now;
use rstest::rstest;

const CALL: &str = "bob/1";

/// Two pools and `bob`, an agent homed in the primary.
fn laboratory(primary: Script, backup: Script, behaviour: Behaviour) -> Laboratory {
    let mut laboratory = Laboratory::with_pools(primary, backup);
    laboratory.add_agent("bob", 11, behaviour, adapter("  {}"));
    laboratory
}

fn register(code: u16) -> Script {
    Script {
        register: code,
        ..Script::default()
    }
}

/// Two pools that take registrations, and `bob`, who is alerted of a call after a second.
fn alerted(behaviour: Behaviour) -> Laboratory {
    let mut laboratory = laboratory(Script::default(), Script::default(), behaviour);
    laboratory.run_until(1_000);
    laboratory.call("primary", SocketAddr::new(address(11), 6000));
    laboratory
}

/// What came of `bob`'s registrations, and when.
fn registrations(laboratory: &Laboratory) -> Vec<(Now, Event)> {
    let is_registration = |event: &Event| {
        matches!(
            event,
            Event::Registered { .. } | Event::NotRegistered { .. }
        )
    };
    let story = laboratory.story("bob").into_iter();
    story
        .filter(|seen| is_registration(&seen.event))
        .map(|seen| (seen.at, seen.event.clone()))
        .collect()
}

fn registered(pool: Pool) -> Event {
    Event::Registered {
        pool,
        expires: None,
        others: 0,
    }
}

fn not_registered(pool: Pool, outcome: NoSuccess) -> Event {
    Event::NotRegistered { pool, outcome }
}

/// Asserts that these things happened, each within 5 ms of its time.
fn assert_tale(tale: &[(Now, Event)], expected: &[(u64, Event)]) {
    assert_eq!(tale.len(), expected.len(), "{tale:#?}");
    for ((at, event), (millis, expected)) in tale.iter().zip(expected) {
        assert_eq!(event, expected, "{tale:#?}");
        let late = at.since(ms(*millis));
        assert!(
            *at >= ms(*millis) && late < Duration::from_millis(5),
            "{at}: {event:?}"
        );
    }
}

fn after_300_ms() -> Behaviour {
    Behaviour::AcceptAfter(Span::from_millis(300))
}

#[test]
fn an_agent_registers_at_home_and_refreshes() {
    let mut laboratory = laboratory(Script::default(), Script::default(), after_300_ms());
    laboratory.run_until(9_000);
    let home = || registered(Pool::Primary);
    assert_tale(
        &registrations(&laboratory),
        &[(0, home()), (4_000, home()), (8_000, home())],
    );
    assert!(laboratory.notes("backup").is_empty());
}

#[test]
fn a_registration_says_who_where_and_for_how_long() {
    let mut laboratory = laboratory(Script::default(), Script::default(), after_300_ms());
    laboratory.run_until(5_000);
    let messages = laboratory.messages("bob");
    let requests: Vec<_> = messages
        .iter()
        .filter(|text| text.starts_with("REGISTER"))
        .collect();
    assert_eq!(requests.len(), 2);
    for (request, cseq) in requests
        .iter()
        .zip(["CSeq: 1 REGISTER", "CSeq: 2 REGISTER"])
    {
        for line in [
            "REGISTER sip:198.18.0.1:5060 SIP/2.0",
            "To: <sip:bob@198.18.0.1:5060>",
            "Contact: <sip:bob@198.18.0.11:6000>",
            "Expires: 10",
            cseq,
        ] {
            assert!(
                request.lines().any(|found| found == line),
                "{line} is not in\n{request}"
            );
        }
    }
    let call_id = |text: &str| {
        text.lines()
            .find(|line| line.starts_with("Call-ID"))
            .map(str::to_owned)
    };
    assert_eq!(call_id(requests[0]), call_id(requests[1]));
}

#[rstest]
#[case(403)]
#[case(503)]
fn an_agent_whom_the_home_pool_refuses_registers_at_the_partner(#[case] code: u16) {
    let mut laboratory = laboratory(register(code), Script::default(), after_300_ms());
    laboratory.run_until(5_000);
    let home = || not_registered(Pool::Primary, NoSuccess::Refused { code });
    let partner = || registered(Pool::Backup);
    let expected = [
        (0, home()),
        (0, partner()),
        (4_000, home()),
        (4_000, partner()),
    ];
    assert_tale(&registrations(&laboratory), &expected);
}

#[test]
fn an_agent_whom_nobody_takes_tries_again_home_first() {
    let mut laboratory = laboratory(register(503), register(403), after_300_ms());
    laboratory.run_until(1_500);
    let home = || not_registered(Pool::Primary, NoSuccess::Refused { code: 503 });
    let partner = || not_registered(Pool::Backup, NoSuccess::Refused { code: 403 });
    let expected = [
        (0, home()),
        (0, partner()),
        (1_001, home()),
        (1_001, partner()),
    ];
    assert_tale(&registrations(&laboratory), &expected);
}

#[test]
fn an_agent_waits_for_a_silent_pool_and_not_for_a_closed_port() {
    let mut laboratory = laboratory(Script::default(), Script::default(), after_300_ms());
    laboratory.run_until(1_000);
    laboratory.sim.freeze(laboratory.node("primary"));
    laboratory.run_until(7_000);
    laboratory.sim.kill(laboratory.node("primary"));
    laboratory.run_until(11_000);
    let expected = [
        (0, registered(Pool::Primary)),
        (6_000, not_registered(Pool::Primary, NoSuccess::TimedOut)),
        (6_000, registered(Pool::Backup)),
        (
            10_000,
            not_registered(Pool::Primary, NoSuccess::Unreachable),
        ),
        (10_000, registered(Pool::Backup)),
    ];
    assert_tale(&registrations(&laboratory), &expected);
}

#[test]
fn an_agent_comes_back_home_at_the_next_refresh() {
    let mut laboratory = laboratory(Script::default(), Script::default(), after_300_ms());
    laboratory.sim.kill(laboratory.node("primary"));
    laboratory.run_until(2_000);
    laboratory.sim.start(laboratory.node("primary"));
    laboratory.run_until(5_000);
    let tale = registrations(&laboratory);
    let pools: Vec<_> = tale.into_iter().map(|(_, event)| event).collect();
    assert_eq!(
        pools[pools.len() - 2..],
        [registered(Pool::Backup), registered(Pool::Primary)]
    );
}

#[test]
fn an_alerted_agent_sees_who_calls_and_accepts_in_time() {
    let mut laboratory = alerted(after_300_ms());
    laboratory.run_until(2_000);
    let events = laboratory.events("bob");
    let alerted = Event::Alerted {
        call: CALL.into(),
        caller: "alice".into(),
        identity: Some("sales".into()),
        from: SocketAddr::new(address(1), 5060),
    };
    let accepted = Event::Accepted { call: CALL.into() };
    let [(at, _), (until, _)] = [alerted, accepted].map(|event| {
        assert!(events.contains(&event), "{events:#?}");
        (laboratory.when("bob", &event).unwrap(), event)
    });
    assert_eq!(until.since(at), Duration::from_millis(300));
    assert_eq!(
        laboratory.notes("primary"),
        ["REGISTER bob", "180", "answered"]
    );
    let music = SocketAddr::new(address(1), pool::RTP[0]);
    let hears = |event: &Event| matches!(event, Event::MediaStarted { from, .. } if *from == music);
    assert!(events.iter().any(hears), "{events:#?}");
}

#[test]
fn an_agent_may_decline() {
    let mut laboratory = alerted(Behaviour::Decline);
    laboratory.run_until(2_000);
    let declined = Event::Declined {
        call: CALL.into(),
        code: 603,
    };
    assert!(laboratory.events("bob").contains(&declined));
    assert_eq!(laboratory.notes("primary"), ["REGISTER bob", "refused 603"]);
}

#[test]
fn who_declines_later_does_not_ring_before() {
    let mut laboratory = alerted(Behaviour::DeclineAfter(Span::from_millis(600)));
    laboratory.run_until(1_500);
    assert_eq!(laboratory.notes("primary"), ["REGISTER bob"]);
    laboratory.run_until(2_000);
    assert_eq!(laboratory.notes("primary"), ["REGISTER bob", "refused 603"]);
}

#[test]
fn an_agent_may_let_it_ring_until_the_caller_gives_up() {
    let mut laboratory = alerted(Behaviour::Ignore);
    laboratory.run_until(3_000);
    assert_eq!(laboratory.notes("primary"), ["REGISTER bob", "180"]);
    laboratory.tell("primary", Command::HangUp);
    laboratory.run_until(3_500);
    let cancelled = Event::Ended {
        call: CALL.into(),
        by: EndedBy::Cancelled,
    };
    assert!(laboratory.events("bob").contains(&cancelled));
}

#[test]
fn an_agent_in_a_call_is_busy() {
    let mut laboratory = alerted(after_300_ms());
    laboratory.run_until(2_000);
    laboratory.call("primary", SocketAddr::new(address(11), 6000));
    laboratory.run_until(2_500);
    let declined = Event::Declined {
        call: "bob/2".into(),
        code: 486,
    };
    assert!(laboratory.events("bob").contains(&declined));
}

#[test]
fn an_agent_about_to_accept_is_busy_and_one_who_ignores_is_not() {
    for (behaviour, second) in [(after_300_ms(), "refused 486"), (Behaviour::Ignore, "180")] {
        let mut laboratory = alerted(behaviour);
        laboratory.run_until(1_100);
        laboratory.call("primary", SocketAddr::new(address(11), 6000));
        laboratory.run_until(1_200);
        assert_eq!(laboratory.notes("primary"), ["REGISTER bob", "180", second]);
    }
}

#[test]
fn a_behaviour_counts_from_the_next_alert_on() {
    let mut laboratory = alerted(after_300_ms());
    laboratory.run_until(1_100);
    laboratory.tell("bob", Command::Behave(Behaviour::Decline));
    laboratory.run_until(2_000);
    assert_eq!(
        laboratory.notes("primary"),
        ["REGISTER bob", "180", "answered"]
    );
    laboratory.tell("bob", Command::HangUp);
    laboratory.call("primary", SocketAddr::new(address(11), 6000));
    laboratory.run_until(2_500);
    assert_eq!(laboratory.notes("primary").last().unwrap(), "refused 603");
}

#[test]
fn hanging_up_ends_whatever_rings() {
    let mut laboratory = alerted(Behaviour::Ignore);
    laboratory.run_until(2_000);
    laboratory.tell("bob", Command::HangUp);
    laboratory.run_until(2_100);
    assert_eq!(laboratory.notes("primary").last().unwrap(), "refused 480");
}

#[test]
fn an_accepted_call_that_is_not_confirmed_is_broken() {
    let mut laboratory = alerted(after_300_ms());
    laboratory.run_until(1_200);
    laboratory.sim.power_off(laboratory.host("primary"));
    laboratory.run_until(60_000);
    let broken = Event::Ended {
        call: CALL.into(),
        by: EndedBy::Broken,
    };
    let at = laboratory.when("bob", &broken).unwrap();
    assert!(
        (ms(33_000)..ms(34_000)).contains(&at),
        "64 × T1 after the answer: {at}"
    );
}

#[test]
fn an_agent_places_calls_through_its_home_pool_and_then_through_the_partner() {
    let primary = Script {
        invite: OnInvite::Refuse(503),
        ..Script::default()
    };
    let mut laboratory = laboratory(primary, Script::default(), after_300_ms());
    laboratory.call("bob", "carol");
    laboratory.run_until(500);
    let tried = laboratory
        .events("bob")
        .into_iter()
        .filter_map(|event| match event {
            Event::Tried { pool, .. } => Some(pool),
            _ => None,
        });
    assert_eq!(tried.collect::<Vec<_>>(), [Pool::Primary, Pool::Backup]);
}
