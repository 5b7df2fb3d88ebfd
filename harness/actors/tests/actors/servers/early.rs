//! What comes before an answer: early media, and provisional responses that are acknowledged (RFC 3262).

use super::{NOBODY, accepted, answered, ended, speaks};
use crate::scripted::{agent, caller};
use actors::Command;
use model::journal::event::{EndedBy, Event};

#[test]
fn an_answer_may_have_come_before_the_200() {
    let script = "
< INVITE
> 183
    sdp port=20002
wait 200
> 200
< ACK
media
";
    caller("", [script, NOBODY])
        .run(1_000)
        .done()
        .tells("an answer", answered)
        .tells("speaking", speaks(Some(20002)));
}

#[test]
fn an_answer_without_any_description_is_no_call() {
    let script = "
< INVITE
> 180
> 200
< ACK
< BYE
> 200
";
    caller("", [script, NOBODY])
        .run(1_000)
        .done()
        .tells("an end", ended(EndedBy::Broken));
}

#[test]
fn early_media_of_one_branch_is_not_the_answer_of_another() {
    let script = "
< INVITE
> 183
    To: <sip:sales@198.18.0.1:5060>;tag=one
    sdp port=20002
> 200
    To: <sip:sales@198.18.0.1:5060>;tag=two
    sdp port=20004
< ACK
media
";
    caller("", [script, NOBODY])
        .run(1_000)
        .done()
        .tells("speaking", speaks(Some(20004)))
        .never_tells("speaking to the other", speaks(Some(20002)));
}

#[test]
fn a_provisional_response_that_is_reliable_is_acknowledged_once() {
    let script = "
< INVITE
    Supported: 100rel
> 183
    Require: 100rel
    RSeq: 988789
    sdp
< PRACK
    RAck: 988789 1 INVITE
    CSeq: 2 PRACK
> 200
# One is missing before this, so that it is not taken.
> 183 INVITE
    Require: 100rel
    RSeq: 988791
silence 100
> 180 INVITE
    Require: 100rel
    RSeq: 988790
< PRACK
    RAck: 988790 1 INVITE
    CSeq: 3 PRACK
> 200
> 200 INVITE
< ACK
    CSeq: 1 ACK
media
wait 100
< BYE
    CSeq: 4 BYE
> 200
";
    let mut stage = caller("", [script, NOBODY]).run(600);
    stage.laboratory.tell("alice", Command::HangUp);
    stage.run(1_000).done().tells("an answer", answered);
}

#[test]
fn an_early_call_can_be_changed_by_update() {
    let script = "
< INVITE
> 183
    Require: 100rel
    RSeq: 1
    sdp
< PRACK
> 200
> UPDATE
    sdp port=20002
< 200 UPDATE
    body: m=audio 16000
> 200 INVITE
< ACK
media
";
    caller("", [script, NOBODY])
        .run(1_000)
        .done()
        .tells("speaking", speaks(Some(20002)));
}

#[test]
fn an_early_call_whose_offer_is_open_cannot_be_changed() {
    let script = "
< INVITE
> 180
> UPDATE
    sdp
< 491 UPDATE
> UPDATE
< 200 UPDATE
> 200 INVITE
    sdp
< ACK
";
    caller("", [script, NOBODY])
        .run(1_000)
        .done()
        .tells("an answer", answered);
}

#[test]
fn an_agent_rings_reliably_where_that_is_demanded() {
    let script = "
wait 100
> INVITE
    Require: 100rel
    sdp
< 180 INVITE
    Require: 100rel
    RSeq: 1
> UPDATE
    sdp
< 500 UPDATE
    Retry-After:
> PRACK
    RAck: 1 101 INVITE
< 200 PRACK
< 200 INVITE
    body: m=audio
> ACK
";
    agent("", script)
        .run(1_000)
        .done()
        .tells("an accepted call", accepted);
}

#[test]
fn an_agent_who_is_to_ring_reliably_without_an_offer_says_nothing_before_it_answers() {
    let script = "
wait 100
> INVITE
    Require: 100rel
< 200 INVITE
    body: m=audio
> ACK
    sdp
media
";
    agent("", script)
        .run(1_000)
        .done()
        .tells("an accepted call", accepted);
}

#[test]
fn a_reliable_ringing_that_nobody_acknowledges_is_repeated_and_given_up() {
    let script = "
wait 100
> INVITE
    Require: 100rel
    sdp
< 180 INVITE
< 504 INVITE
> ACK
";
    let mut stage = agent("", script);
    let ignore = model::topology::Behaviour::Ignore;
    stage.laboratory.tell("bob", Command::Behave(ignore));
    let stage = stage
        .run(34_000)
        .done()
        .tells("an end", ended(EndedBy::Cancelled));
    let sent = stage.laboratory.messages("bob");
    let ringing = sent.iter().filter(|text| text.contains("180 Ringing"));
    assert_eq!(
        ringing.count(),
        7,
        "0.5, 1, 2, 4, 8 and 16 s after one another"
    );
    assert!(
        !stage
            .events()
            .iter()
            .any(|event| matches!(event, Event::Accepted { .. }))
    );
}
