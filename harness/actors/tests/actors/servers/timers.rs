//! Session timers (RFC 4028).

use super::{NOBODY, answered, ended};
use crate::scripted::{agent, caller};
use model::journal::event::EndedBy;

#[test]
fn a_caller_who_is_to_refresh_does_by_update_where_that_is_understood() {
    let script = "
< INVITE
    Supported: timer
    ! Session-Expires
> 200
    Allow: INVITE, ACK, BYE, UPDATE
    Session-Expires: 100;refresher=uac
    Require: timer
    sdp
< ACK
silence 49000
< UPDATE
    Session-Expires: 100;refresher=uac
    ! Content-Type
> 200
    Session-Expires: 100;refresher=uac
silence 49000
< UPDATE
> 422
    Min-SE: 200
< UPDATE
    Session-Expires: 200;refresher=uac
> 200
    Session-Expires: 200;refresher=uac
silence 99000
< UPDATE
> 501
# It does not understand it after all.
< INVITE
    Session-Expires: 200;refresher=uac
    body: m=audio
> 200
    Session-Expires: 200;refresher=uac
    sdp
< ACK
";
    caller("", [script, NOBODY]).run(210_000).done();
}

#[test]
fn a_refresh_by_invite_offers_what_was_offered() {
    let script = "
< INVITE
    body: IN IP4
> 200
    Session-Expires: 90;refresher=uac
    sdp
< ACK
silence 44000
< INVITE
    body: RTP/AVP 0 8 101
> 200
    Session-Expires: 90;refresher=uac
    sdp port=20002
< ACK
media
";
    caller("", [script, NOBODY])
        .run(46_000)
        .done()
        .tells("speaking elsewhere", super::speaks(Some(20002)));
}

#[test]
fn a_session_that_the_server_was_to_refresh_ends_in_time() {
    let script = "
< INVITE
> 200
    Session-Expires: 90;refresher=uas
    sdp
< ACK
wait 40000
> UPDATE
    Session-Expires: 90;refresher=uac
    Supported: timer
< 200 UPDATE
    Session-Expires: 90;refresher=uac
    Require: timer
silence 59000
< BYE
> 200
";
    caller("", [script, NOBODY])
        .run(102_000)
        .done()
        .tells("an end", ended(EndedBy::Broken));
}

#[test]
fn a_session_without_a_timer_lasts() {
    let script = "
< INVITE
> 200
    sdp
< ACK
silence 600000
";
    caller("", [script, NOBODY])
        .run(601_000)
        .done()
        .tells("an answer", answered);
}

#[test]
fn an_agent_agrees_to_the_timer_that_an_invite_wants() {
    let script = "
wait 100
> INVITE @short
    Supported: timer
    Session-Expires: 60
    sdp
< 422 INVITE @short
    Min-SE: 90
> ACK @short
> INVITE @b
    Supported: timer
    Session-Expires: 120
    sdp
< 180 INVITE @b
< 200 INVITE @b
    Session-Expires: 120;refresher=uac
    Require: timer
> ACK @b
wait 1000
> BYE @b
< 200 BYE @b
# Somebody on the way wants a timer that the caller knows nothing of: this end refreshes.
> INVITE @c
    Session-Expires: 90
    sdp
< 180 INVITE @c
< 200 INVITE @c
    Session-Expires: 90;refresher=uas
    ! Require
> ACK @c
silence 44000
< INVITE @c
    Session-Expires: 90;refresher=uac
> 200 INVITE @c
    sdp
< ACK @c
silence 100000
";
    agent("", script).run(150_000).done();
}

#[test]
fn a_refresh_that_nobody_answers_ends_the_call() {
    let script = "
< INVITE
> 200
    Allow: UPDATE
    Session-Expires: 90;refresher=uac
    sdp
< ACK
< UPDATE
< BYE
> 200
";
    caller("", [script, NOBODY])
        .run(100_000)
        .done()
        .tells("an end", ended(EndedBy::Broken));
}
