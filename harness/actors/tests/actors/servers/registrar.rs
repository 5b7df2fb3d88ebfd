//! Registrars, and next hops that are slow (RFC 3261 section 10, RFC 3327, RFC 3608).

use super::{NOBODY, answered};
use crate::scripted::{agent, caller};
use actors::Command;
use model::journal::event::{Event, NoSuccess};
use model::topology::Pool;

#[test]
fn a_registration_that_is_too_brief_is_asked_for_again_for_longer() {
    let script = "
< REGISTER
    Expires: 10
    Supported: path
> 423
    Min-Expires: 3600
< REGISTER
    Expires: 3600
> 200
    Contact: <sip:bob@198.18.0.12:6000>;expires=3600
";
    agent("", script)
        .run(1_000)
        .done()
        .tells("a registration", |event| {
            *event
                == Event::Registered {
                    pool: Pool::Primary,
                    expires: Some(3600),
                    others: 0,
                }
        });
}

#[test]
fn a_registration_that_is_granted_for_less_is_refreshed_sooner() {
    let script = "
< REGISTER
> 200
    Contact: <sip:bob@198.18.0.99:5060>;expires=600, <sip:bob@198.18.0.12:6000>;expires=4
silence 1900
< REGISTER
> 200
    Expires: 6
silence 2900
< REGISTER
> 200
";
    agent("", script).run(5_500).done();
}

#[test]
fn a_registration_is_withdrawn_and_wanted_again() {
    let script = "
< REGISTER
    Expires: 10
> 200
    Contact: <sip:bob@198.18.0.12:6000>;expires=10
< REGISTER
    CSeq: 2 REGISTER
    Expires: 0
    Contact: <sip:bob@198.18.0.12:6000>
> 200
silence 12000
< REGISTER
    CSeq: 3 REGISTER
    Expires: 10
> 200
< REGISTER
    CSeq: 4 REGISTER
    Expires: 0
    Contact: *
> 200
";
    let mut stage = agent("", script).run(500);
    stage.laboratory.tell("bob", Command::Unregister);
    let mut stage = stage.run(12_600);
    stage.laboratory.tell("bob", Command::Register);
    let mut stage = stage.run(12_700);
    stage.laboratory.tell("bob", Command::Unregister);
    let withdrawn = |all| {
        move |event: &Event| {
            let pool = Pool::Primary;
            *event == Event::Unregistered { pool, all }
        }
    };
    let stage = stage.run(13_000).done();
    let stage = stage.tells("its withdrawal", withdrawn(false));
    stage.tells("the withdrawal of all", withdrawn(true));
}

#[test]
fn a_withdrawal_that_is_refused_is_not_asked_for_again() {
    let script = "
< REGISTER
> 200
< REGISTER
    Expires: 0
> 423
    Min-Expires: 3600
silence 12000
";
    let mut stage = agent("", script).run(500);
    stage.laboratory.tell("bob", Command::Unregister);
    let outcome = NoSuccess::Refused { code: 423 };
    let pool = Pool::Primary;
    stage.run(13_000).done().tells("a refusal", |event| {
        let outcome = outcome.clone();
        let all = false;
        *event == Event::NotUnregistered { pool, all, outcome }
    });
}

/// RFC 3261 section 10.2: not before the registration under way is answered.
#[test]
fn a_registration_is_withdrawn_once_it_is_there() {
    let script = "
< REGISTER
> 100
wait 2000
> 200
< REGISTER
    Expires: 0
> 200
";
    let mut stage = agent("", script).run(500);
    stage.laboratory.tell("bob", Command::Unregister);
    stage.run(3_000).done();
}

#[test]
fn a_registration_that_is_to_expire_is_not_refreshed() {
    let script = "
< REGISTER
> 200
silence 12000
";
    let mut stage = agent("", script).run(500);
    stage.laboratory.tell("bob", Command::LetExpire);
    stage.run(12_500).done();
}

#[test]
fn other_contacts_of_the_user_are_counted() {
    let script = "
< REGISTER
> 200
    Contact: <sip:bob@198.18.0.99:5060>;expires=6, <sip:bob@198.18.0.12:6000>;expires=10
";
    let registered = Event::Registered {
        pool: Pool::Primary,
        expires: Some(10),
        others: 1,
    };
    agent("", script)
        .run(500)
        .done()
        .tells("a registration", |event| *event == registered);
}

#[test]
fn a_slow_registrar_has_as_long_as_the_request_lasts() {
    let script = "
< REGISTER
> 100
wait 20000
> 200
    Path: <sip:198.18.0.2;lr>
";
    agent("", script)
        .run(21_000)
        .done()
        .never_tells("a failure", |event| {
            matches!(event, Event::NotRegistered { .. })
        });
}

#[test]
fn calls_go_by_the_route_that_the_registrar_gave() {
    let script = "
< REGISTER
> 200
    Service-Route: <sip:198.18.0.1:5060;lr>, <sip:198.18.0.2;lr>
< INVITE
    Route: <sip:198.18.0.1:5060;lr>
    Route: <sip:198.18.0.2;lr>
> 200
    Record-Route: <sip:198.18.0.1:5060;lr>
    sdp
< ACK
    Route: <sip:198.18.0.1:5060;lr>
";
    let mut stage = agent("", script).run(500);
    stage.laboratory.call("bob", "carol");
    stage.run(1_500).done().tells("an answer", answered);
}

#[test]
fn a_route_may_lead_to_another_next_hop() {
    let primary = "
< REGISTER
> 200
    Service-Route: <sip:198.18.0.2:5060;lr>
silence 1000
";
    let mut stage = agent("", primary).run(500);
    stage.laboratory.call("bob", "carol");
    let stage = stage.run(1_400);
    let sent = stage.laboratory.messages("bob");
    let invite = sent.iter().find(|text| text.starts_with("INVITE")).unwrap();
    assert!(
        invite.starts_with("INVITE sip:carol@198.18.0.1:5060 "),
        "{invite}"
    );
    assert!(stage.laboratory.seen.iter().any(|seen| {
        matches!(&seen.event, Event::Sip { peer, message, .. }
            if message.starts_with("INVITE") && peer.ip() == crate::laboratory::address(2))
    }));
}

#[test]
fn a_hop_that_has_the_call_keeps_it_however_long_it_takes() {
    let script = "
< INVITE
> 100
wait 20000
> 200
    sdp
< ACK
";
    caller("", [script, NOBODY])
        .run(21_000)
        .done()
        .tells("an answer", answered);
}

#[test]
fn a_silent_hop_is_given_up() {
    let backup = "
< INVITE
> 200
    sdp
< ACK
";
    let silent = "
< INVITE
silence 100
";
    caller("", [silent, backup])
        .run(3_000)
        .done()
        .tells("silence", |event| {
            matches!(
                event,
                Event::HopFailed {
                    outcome: NoSuccess::TimedOut,
                    ..
                }
            )
        });
}

#[test]
fn a_caller_who_hangs_up_meanwhile_cancels() {
    let script = "
< INVITE
> 100
< CANCEL
> 200
> 487 INVITE
";
    let mut stage = caller("", [script, NOBODY]).run(5_000);
    stage.laboratory.tell("alice", Command::HangUp);
    stage.run(6_000).done();
}
