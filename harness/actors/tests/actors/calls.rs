//! How a caller goes through the next hops, and how calls end.

use std::net::SocketAddr;
use std::time::Duration;

use crate::laboratory::pool::SECRET;
use crate::laboratory::{Laboratory, OnInvite, Script, address, address_book, ms};
use actors::{Caller, Command};
use model::journal::event::{EndedBy, Event, NoSuccess};
use model::topology::Pool;
use model::walk::Timing;
use node::sim::{Cut, Link};
use rstest::rstest;

const CALL: &str = "alice/1";

fn laboratory(primary: Script, backup: Script) -> Laboratory {
    with_caller(primary, backup, Pool::Primary)
}

fn with_caller(primary: Script, backup: Script, asks_first: Pool) -> Laboratory {
    let mut laboratory = Laboratory::with_pools(primary, backup);
    laboratory.add_actor("alice", 12, move |spec| {
        let timing = Timing::default();
        Box::new(Caller::new(spec, address_book(), timing, asks_first))
    });
    laboratory
}

fn on_invite(invite: OnInvite) -> Script {
    Script {
        invite,
        ..Script::default()
    }
}

fn placed() -> Event {
    Event::Placed {
        call: CALL.into(),
        to: "sales".into(),
    }
}

fn tried(pool: Pool) -> Event {
    Event::Tried {
        call: CALL.into(),
        pool,
    }
}

fn hop_failed(pool: Pool, outcome: NoSuccess) -> Event {
    Event::HopFailed {
        call: CALL.into(),
        pool,
        outcome,
    }
}

fn failed(outcome: NoSuccess) -> Event {
    Event::Failed {
        call: CALL.into(),
        outcome,
    }
}

fn answered(pool: Pool) -> Event {
    let last = match pool {
        Pool::Primary => 1,
        Pool::Backup => 2,
    };
    Event::Answered {
        call: CALL.into(),
        pool,
        media: SocketAddr::new(address(last), 20000),
    }
}

fn ended(by: EndedBy) -> Event {
    Event::Ended {
        call: CALL.into(),
        by,
    }
}

#[test]
fn a_call_is_answered_by_the_primary_pool_if_it_can() {
    let mut laboratory = laboratory(Script::default(), Script::default());
    laboratory.call("alice", "sales");
    laboratory.run_until(100);
    let expected = [placed(), tried(Pool::Primary), answered(Pool::Primary)];
    assert_eq!(laboratory.events("alice")[..3], expected);
    assert_eq!(laboratory.notes("primary"), ["INVITE sales", "confirmed"]);
}

#[test]
fn a_caller_who_asks_the_backup_first_goes_on_to_the_primary() {
    let (primary, backup) = (Script::default(), on_invite(OnInvite::Refuse(503)));
    let mut laboratory = with_caller(primary, backup, Pool::Backup);
    laboratory.call("alice", "sales");
    laboratory.run_until(100);
    let expected = [
        placed(),
        tried(Pool::Backup),
        hop_failed(Pool::Backup, NoSuccess::Refused { code: 503 }),
        tried(Pool::Primary),
        answered(Pool::Primary),
    ];
    assert_eq!(laboratory.events("alice")[..5], expected);
}

#[test]
fn a_closed_port_is_passed_over_at_once() {
    let mut laboratory = laboratory(Script::default(), Script::default());
    laboratory.sim.kill(laboratory.node("primary"));
    laboratory.call("alice", "sales");
    laboratory.run_until(10);
    let expected = [
        placed(),
        tried(Pool::Primary),
        hop_failed(Pool::Primary, NoSuccess::Unreachable),
        tried(Pool::Backup),
        answered(Pool::Backup),
    ];
    assert_eq!(laboratory.events("alice")[..5], expected);
}

#[test]
fn an_unreachable_host_is_passed_over_at_once() {
    let mut laboratory = laboratory(Script::default(), Script::default());
    let (alice, primary) = (laboratory.host("alice"), laboratory.host("primary"));
    laboratory.sim.cut(alice, primary, Cut::Reject);
    laboratory.call("alice", "sales");
    laboratory.run_until(10);
    let expected = hop_failed(Pool::Primary, NoSuccess::Unreachable);
    assert_eq!(laboratory.events("alice")[2], expected);
    assert_eq!(laboratory.events("alice")[4], answered(Pool::Backup));
}

#[test]
fn a_silent_hop_is_given_up_after_the_time_out_and_no_earlier() {
    let mut laboratory = laboratory(Script::default(), Script::default());
    laboratory.sim.freeze(laboratory.node("primary"));
    laboratory.call("alice", "sales");
    laboratory.run_until(3_000);
    let failed = hop_failed(Pool::Primary, NoSuccess::TimedOut);
    assert_eq!(laboratory.when("alice", &failed), Some(ms(2_000)));
    let answered = laboratory.when("alice", &answered(Pool::Backup)).unwrap();
    assert!(
        answered.since(ms(2_000)) < Duration::from_millis(5),
        "{answered}"
    );
}

#[test]
fn when_all_hops_are_silent_the_call_fails_after_both_time_outs() {
    let mut laboratory = laboratory(Script::default(), Script::default());
    for pool in ["primary", "backup"] {
        laboratory.sim.freeze(laboratory.node(pool));
    }
    laboratory.call("alice", "sales");
    laboratory.run_until(10_000);
    let failed = failed(NoSuccess::TimedOut);
    assert_eq!(laboratory.when("alice", &failed), Some(ms(4_000)));
    assert_eq!(laboratory.events("alice").last(), Some(&failed));
}

#[test]
fn a_late_answer_of_a_hop_that_was_given_up_is_acknowledged_and_ended() {
    let mut laboratory = laboratory(Script::default(), Script::default());
    laboratory.sim.freeze(laboratory.node("primary"));
    laboratory.call("alice", "sales");
    laboratory.run_until(5_000);
    laboratory.sim.thaw(laboratory.node("primary"));
    laboratory.run_until(8_000);
    let notes = laboratory.notes("primary");
    assert_eq!(notes, ["INVITE sales", "confirmed", "ended Bye"]);
    let events = laboratory.events("alice");
    let answers = events
        .iter()
        .filter(|event| matches!(event, Event::Answered { .. }));
    assert_eq!(answers.count(), 1, "{events:#?}");
    let goes_on = !events
        .iter()
        .any(|event| matches!(event, Event::Ended { .. }));
    assert!(goes_on, "{events:#?}");
}

#[test]
fn an_answer_at_the_very_moment_of_the_time_out_leaves_no_call_behind() {
    let mut laboratory = laboratory(Script::default(), Script::default());
    let (alice, primary) = (laboratory.host("alice"), laboratory.host("primary"));
    let second = Link {
        latency: Duration::from_secs(1),
        jitter: Duration::ZERO,
        ..Link::SITE
    };
    laboratory.sim.set_link(alice, primary, second);
    laboratory.sim.set_link(primary, alice, second);
    laboratory.call("alice", "sales");
    laboratory.run_until(10_000);
    let is_answered = laboratory.when("alice", &answered(Pool::Primary)) == Some(ms(2_000));
    let notes = laboratory.notes("primary");
    let is_ended = notes.last().is_some_and(|note| note == "ended Bye");
    assert!(is_answered != is_ended, "{notes:?}");
}

#[rstest]
#[case(503)]
#[case(500)]
#[case(480)]
#[case(404)]
#[case(408)]
#[case(403)]
#[case(486)]
fn a_hop_that_cannot_serve_is_passed_over(#[case] code: u16) {
    let primary = on_invite(OnInvite::Refuse(code));
    let mut laboratory = laboratory(primary, Script::default());
    laboratory.call("alice", "sales");
    laboratory.run_until(100);
    let expected = [
        placed(),
        tried(Pool::Primary),
        hop_failed(Pool::Primary, NoSuccess::Refused { code }),
        tried(Pool::Backup),
        answered(Pool::Backup),
    ];
    assert_eq!(laboratory.events("alice")[..5], expected);
}

#[rstest]
#[case(600)]
#[case(603)]
fn what_nobody_anywhere_will_take_ends_the_call(#[case] code: u16) {
    let primary = on_invite(OnInvite::Refuse(code));
    let mut laboratory = laboratory(primary, Script::default());
    laboratory.call("alice", "sales");
    laboratory.run_until(100);
    let expected = [
        placed(),
        tried(Pool::Primary),
        hop_failed(Pool::Primary, NoSuccess::Refused { code }),
        failed(NoSuccess::Refused { code }),
    ];
    assert_eq!(laboratory.events("alice"), expected);
}

#[test]
fn a_hop_that_lets_it_ring_keeps_the_call() {
    let mut laboratory = laboratory(on_invite(OnInvite::Ring), Script::default());
    laboratory.call("alice", "sales");
    laboratory.run_until(60_000);
    assert_eq!(laboratory.events("alice"), [placed(), tried(Pool::Primary)]);
}

#[test]
fn hanging_up_before_an_answer_cancels() {
    let mut laboratory = laboratory(on_invite(OnInvite::Ring), Script::default());
    laboratory.call("alice", "sales");
    laboratory.run_until(1_000);
    laboratory.tell("alice", Command::HangUp);
    laboratory.run_until(2_000);
    assert_eq!(
        laboratory.when("alice", &ended(EndedBy::HungUp)),
        Some(ms(1_000))
    );
    assert_eq!(laboratory.notes("primary"), ["INVITE sales", "cancelled"]);
}

#[test]
fn hanging_up_after_the_answer_sends_a_bye_and_frees_the_caller() {
    let mut laboratory = laboratory(Script::default(), Script::default());
    laboratory.call("alice", "sales");
    laboratory.run_until(1_000);
    laboratory.tell("alice", Command::HangUp);
    laboratory.call("alice", "sales");
    laboratory.run_until(2_000);
    let notes = laboratory.notes("primary");
    let expected = [
        "INVITE sales",
        "confirmed",
        "ended Bye",
        "INVITE sales",
        "confirmed",
    ];
    assert_eq!(notes, expected);
    let second = laboratory
        .events("alice")
        .into_iter()
        .filter(|event| matches!(event, Event::Answered { call, .. } if call == "alice/2"));
    assert_eq!(second.count(), 1);
}

#[test]
fn a_bye_ends_the_call() {
    let mut laboratory = laboratory(Script::default(), Script::default());
    laboratory.call("alice", "sales");
    laboratory.run_until(1_000);
    laboratory.tell("primary", Command::HangUp);
    laboratory.run_until(1_100);
    let ended = laboratory.when("alice", &ended(EndedBy::Bye)).unwrap();
    assert!(ended.since(ms(1_000)) < Duration::from_millis(1), "{ended}");
}

#[test]
fn a_caller_never_hangs_up_on_silence() {
    let mut laboratory = laboratory(Script::default(), Script::default());
    laboratory.call("alice", "sales");
    laboratory.run_until(1_000);
    laboratory.sim.power_off(laboratory.host("primary"));
    laboratory.run_until(120_000);
    let events = laboratory.events("alice");
    assert!(
        matches!(events.last(), Some(Event::MediaEnded { .. })),
        "{events:#?}"
    );
}

#[test]
fn an_answer_that_names_no_place_for_media_is_no_call() {
    let primary = on_invite(OnInvite::AnswerWithoutSdp);
    let mut laboratory = laboratory(primary, Script::default());
    laboratory.call("alice", "sales");
    laboratory.run_until(100);
    let expected = [placed(), tried(Pool::Primary), ended(EndedBy::Broken)];
    assert_eq!(laboratory.events("alice"), expected);
}

#[test]
fn who_is_to_call_during_a_call_ends_it_first() {
    let mut laboratory = laboratory(on_invite(OnInvite::Ring), Script::default());
    laboratory.call("alice", "sales");
    laboratory.run_until(100);
    laboratory.call("alice", "support");
    laboratory.run_until(200);
    let events = laboratory.events("alice");
    let gave_way = ended(EndedBy::GaveWay);
    let left = events.iter().position(|event| *event == gave_way);
    let next = events.iter().position(
        |event| matches!(event, Event::Placed { call, to } if call == "alice/2" && to == "support"),
    );
    assert!(left.is_some() && left < next, "{events:#?}");
    assert!(
        laboratory
            .messages("alice")
            .iter()
            .any(|message| message.contains("CANCEL")),
        "the call is ended on the wire"
    );
}

#[test]
fn who_is_to_call_during_an_answered_call_sends_a_bye_first() {
    let mut laboratory = laboratory(Script::default(), Script::default());
    laboratory.call("alice", "sales");
    laboratory.run_until(1000);
    laboratory.call("alice", "support");
    laboratory.run_until(2000);
    let events = laboratory.events("alice");
    assert!(events.contains(&ended(EndedBy::GaveWay)), "{events:#?}");
    assert!(
        laboratory
            .messages("alice")
            .iter()
            .any(|message| message.contains("BYE sip:"))
    );
}

#[test]
fn a_caller_who_is_called_accepts_at_once() {
    let mut laboratory = laboratory(Script::default(), Script::default());
    let alice = SocketAddr::new(address(12), 6000);
    laboratory.call("primary", alice);
    laboratory.run_until(100);
    let events = laboratory.events("alice");
    assert!(matches!(events[0], Event::Alerted { .. }), "{events:#?}");
    assert_eq!(events[1], Event::Accepted { call: CALL.into() });
    assert_eq!(laboratory.notes("primary"), ["answered"]);
}

#[test]
fn each_message_is_journalled_as_on_the_wire() {
    let mut laboratory = laboratory(Script::default(), Script::default());
    laboratory.call("alice", "sales");
    laboratory.run_until(100);
    let messages = laboratory.messages("alice");
    let starts: Vec<&str> = messages
        .iter()
        .filter_map(|message| message.lines().next())
        .collect();
    assert_eq!(
        starts,
        [
            "INVITE sip:sales@198.18.0.1:5060 SIP/2.0",
            "SIP/2.0 100 Trying",
            "SIP/2.0 200 OK",
            "ACK sip:sales@198.18.0.1:5060 SIP/2.0",
        ]
    );
    assert!(
        messages[0].contains("m=audio 16000 RTP/AVP 0"),
        "{}",
        messages[0]
    );
}

#[test]
fn credentials_do_not_reach_the_journal() {
    let mut laboratory = laboratory(Script::default(), Script::default());
    laboratory.call("primary", SocketAddr::new(address(12), 6000));
    laboratory.run_until(100);
    let invite = &laboratory.messages("alice")[0];
    assert!(invite.contains("Authorization: redacted\r\n"), "{invite}");
    assert!(!invite.contains(SECRET), "{invite}");
}

#[test]
fn the_same_seed_gives_the_same_journal() {
    let journal = || {
        let mut laboratory = laboratory(Script::default(), Script::default());
        laboratory.call("alice", "sales");
        laboratory.run_until(5_000);
        let lines = laboratory.seen.iter().map(|seen| format!("{seen:?}"));
        lines.collect::<Vec<_>>()
    };
    assert_eq!(journal(), journal());
}
