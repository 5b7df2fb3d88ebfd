//! Changes within a call, of every shape (RFC 3261 section 14, RFC 3264 section 8, RFC 3311).

use super::{NOBODY, ended, speaks};
use crate::scripted::{agent, caller};
use actors::Command;
use model::journal::event::{EndedBy, Event};
use rstest::rstest;

/// A call of `alice`, answered, and then this.
fn in_call(then: &str) -> &'static str {
    let script = format!("< INVITE\n> 200\n    sdp\n< ACK\nmedia pt=0\n{then}\n");
    script.leak()
}

#[test]
fn a_change_without_a_description_gets_an_offer_and_the_answer_moves_the_media() {
    let script = in_call(
        "> INVITE
< 200 INVITE
    Content-Type: application/sdp
    body: RTP/AVP 0 8 101
    body: a=sendrecv
> ACK
    sdp port=20002
wait 20
media",
    );
    caller("", [script, NOBODY])
        .run(1_000)
        .done()
        .tells("speaking elsewhere", speaks(Some(20002)))
        .tells("that it moved", |event| {
            matches!(event, Event::Moved { .. })
        });
}

#[rstest]
#[case::send_only("sdp a=sendonly", "a=recvonly")]
#[case::inactive("sdp a=inactive", "a=inactive")]
#[case::no_address("sdp ip=0.0.0.0", "a=inactive")]
#[case::no_address_and_send_only("sdp ip=0.0.0.0 a=sendonly", "a=inactive")]
fn a_hold_of_any_form_ends_what_is_sent_until_it_is_taken_back(
    #[case] hold: &str,
    #[case] answer: &str,
) {
    let script = in_call(&format!(
        "> INVITE
    {hold}
< 200 INVITE
    body: {answer}
> ACK
wait 500
> INVITE
    sdp
< 200 INVITE
    body: a=sendrecv
> ACK
media pt=0"
    ));
    caller("", [script, NOBODY])
        .run(2_000)
        .done()
        .tells("a hold", speaks(None))
        .never_tells("an end", |event| matches!(event, Event::Ended { .. }));
}

#[test]
fn who_only_wants_to_hear_is_still_spoken_to() {
    let script = in_call(
        "> INVITE
    sdp a=recvonly
< 200 INVITE
    body: a=sendonly
> ACK
wait 500
media pt=0",
    );
    caller("", [script, NOBODY])
        .run(2_000)
        .done()
        .never_tells("a hold", speaks(None));
}

#[test]
fn a_stream_that_is_taken_out_is_refused_in_its_place_and_the_call_goes_on() {
    let script = in_call(
        "> INVITE
    sdp port=0
< 200 INVITE
    body: m=audio 0 RTP/AVP 0
> ACK
wait 500
> INVITE
    sdp port=20004
< 200 INVITE
    body: m=audio 16000 RTP/AVP 0
> ACK
media pt=0",
    );
    caller("", [script, NOBODY])
        .run(2_000)
        .done()
        .tells("silence", speaks(None))
        .tells("speaking elsewhere", speaks(Some(20004)));
}

#[test]
fn a_change_that_cannot_be_taken_leaves_the_call_as_it_was() {
    let script = in_call(
        "> INVITE
    sdp proto=RTP/SAVP
< 488 INVITE
> ACK
> INVITE
    Content-Type: text/plain
    | hello
< 415 INVITE
    Accept: application/sdp
> ACK
> INVITE
    Require: precondition, timer
    sdp
< 420 INVITE
    Unsupported: precondition
> ACK
wait 200
media pt=0",
    );
    caller("", [script, NOBODY])
        .run(2_000)
        .done()
        .never_tells("silence", speaks(None));
}

#[test]
fn media_may_move_to_another_codec() {
    let script = in_call(
        "> INVITE
    sdp ip=198.18.0.2 fmt=8
< 200 INVITE
    body: RTP/AVP 8
> ACK
",
    );
    let backup = "media pt=8 bytes=160\n";
    caller("", [script, backup]).run(2_000).done();
}

/// RFC 3264 section 8: a description in the version of the last one changes nothing.
#[test]
fn a_description_that_says_that_nothing_has_changed_moves_no_media() {
    let script = in_call(
        "> INVITE
    sdp port=20002 o=7
< 200 INVITE
> ACK
media pt=0
> INVITE
    sdp port=20004 o=7
< 200 INVITE
> ACK
wait 100
",
    );
    caller("", [script, NOBODY])
        .run(2_000)
        .done()
        .tells("speaking elsewhere", speaks(Some(20002)))
        .never_tells("that it moved again", speaks(Some(20004)));
}

#[test]
fn a_second_change_before_the_first_one_is_acknowledged_meets_it() {
    let script = in_call(
        "> INVITE
    sdp
< 200 INVITE
> INVITE
    sdp
< 491 INVITE
> ACK
wait 50
> UPDATE
    sdp
< 491 UPDATE",
    );
    // The 2xx is never acknowledged, so it is sent again: that is a repetition.
    caller("", [script, NOBODY]).run(2_000).done();
}

#[test]
fn a_refresh_that_meets_the_servers_change_waits_and_is_sent_again() {
    let script = "
< INVITE
> 200
    Session-Expires: 90;refresher=uac
    sdp
< ACK
< INVITE
    Session-Expires: 90;refresher=uac
> INVITE
    sdp
< 491 INVITE
> 491 INVITE
# The caller owns the Call-ID: it waits for 2.1 s at least.
silence 2000
< INVITE
    Session-Expires: 90;refresher=uac
> 200
    Session-Expires: 90;refresher=uac
    sdp
< ACK
";
    caller("", [script, NOBODY]).run(60_000).done();
}

#[test]
fn an_update_changes_a_call_without_an_acknowledgement() {
    let script = in_call(
        "> UPDATE
    sdp port=20002
< 200 UPDATE
    body: m=audio 16000 RTP/AVP 0
    Contact: <sip:alice@198.18.0.12:6000>
> UPDATE
< 200 UPDATE
    ! Content-Type
> UPDATE
    sdp fmt=18
< 488 UPDATE
silence 500
media pt=0",
    );
    caller("", [script, NOBODY])
        .run(2_000)
        .done()
        .tells("speaking elsewhere", speaks(Some(20002)));
}

#[test]
fn a_change_that_was_overtaken_is_refused() {
    let script = in_call(
        "> INVITE
    CSeq: 7 INVITE
    sdp
< 200 INVITE
> ACK
    CSeq: 7 ACK
> INVITE
    CSeq: 6 INVITE
    sdp
< 500 INVITE",
    );
    caller("", [script, NOBODY]).run(2_000).done();
}

#[test]
fn a_server_may_move_its_contact() {
    let script = in_call(
        "> UPDATE
    Contact: <sip:moved@198.18.0.2:5060>
< 200 UPDATE",
    );
    let mut stage = caller("", [script, ""]).run(500);
    stage.laboratory.tell("alice", Command::HangUp);
    let stage = stage.run(1_000);
    let sent = stage.laboratory.messages("alice");
    let bye = sent.iter().find(|text| text.starts_with("BYE ")).unwrap();
    assert!(bye.starts_with("BYE sip:moved@198.18.0.2:5060 "), "{bye}");
}

#[test]
fn an_agents_call_is_pulled_back_and_ended() {
    let script = "
wait 100
> INVITE
< 180 INVITE
< 200 INVITE
    body: RTP/AVP 0 8 101
> ACK
    sdp
media
> INVITE
    sdp ip=198.18.0.2 port=20006
< 200 INVITE
> ACK
> INVITE
    sdp
< 200 INVITE
> ACK
> BYE
    Reason: Q.850;cause=16
< 200 BYE
";
    agent("", script)
        .run(2_000)
        .done()
        .tells("an end", ended(EndedBy::Bye))
        .tells("media elsewhere", speaks(Some(20006)));
}
