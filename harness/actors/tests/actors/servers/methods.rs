//! Requests of all methods, within calls and outside (RFC 3261 section 8.2).

use super::{NOBODY, accepted};
use crate::scripted::{agent, caller};
use model::journal::event::Event;

#[test]
fn what_a_call_is_told_is_answered() {
    let script = "
< INVITE
> 200
    sdp
< ACK
> OPTIONS
< 200 OPTIONS
    Allow: UPDATE
    Supported: replaces
> INFO
    Content-Type: application/dtmf-relay
    | Signal=5
< 200 INFO
> MESSAGE
    Content-Type: text/plain
    | hello
< 200 MESSAGE
> NOTIFY
    Event: conference
    Subscription-State: active
< 200 NOTIFY
> SUBSCRIBE
    Event: dialog
< 405 SUBSCRIBE
    Allow: INVITE
> PUBLISH
< 405 PUBLISH
> FROBNICATE
< 501 FROBNICATE
> PRACK
    RAck: 1 1 INVITE
< 481 PRACK
> INFO
    Require: recording
< 420 INFO
    Unsupported: recording
> BYE
    Require: made-up
< 420 BYE
    Unsupported: made-up
> BYE
< 200 BYE
";
    caller("", [script, NOBODY]).run(2_000).done();
}

#[test]
fn what_comes_outside_of_calls_is_answered() {
    let script = "
wait 100
> OPTIONS @o
< 200 OPTIONS @o
    Allow: INVITE
    Supported: 100rel
> NOTIFY @n
    Event: message-summary
    Subscription-State: terminated
    Content-Type: application/simple-message-summary
    | Messages-Waiting: no
< 200 NOTIFY @n
> MESSAGE @m
    Content-Type: text/plain
    | hello
< 200 MESSAGE @m
> SUBSCRIBE @s
    Event: presence
< 405 SUBSCRIBE @s
> FROBNICATE @f
< 501 FROBNICATE @f
> REFER @r
    Refer-To: <sip:carol@198.18.0.2>
< 403 REFER @r
> INFO @i
< 481 INFO @i
> OPTIONS @q
    Require: made-up
< 420 OPTIONS @q
    Unsupported: made-up
> BYE @b
    To: <sip:bob@198.18.0.12:6000>;tag=nobody
< 481 BYE @b
> CANCEL @c
< 481 CANCEL @c
> INVITE @x
    To: <sip:bob@198.18.0.12:6000>;tag=nobody
    sdp
< 481 INVITE @x
> ACK @x
silence 500
";
    agent("", script)
        .run(2_000)
        .done()
        .never_tells("an alert", |event| matches!(event, Event::Alerted { .. }));
}

#[test]
fn an_invite_that_demands_what_is_not_known_is_refused_and_one_that_demands_what_is_is_taken() {
    let script = "
wait 100
> INVITE @a
    Require: 100rel, precondition, sec-agree
    sdp
< 420 INVITE @a
    Unsupported: precondition
    Unsupported: sec-agree
> ACK @a
> INVITE @b
    Require: timer, replaces
    Session-Expires: 1800;refresher=uac
    sdp
< 180 INVITE @b
< 200 INVITE @b
    Require: timer
> ACK @b
";
    agent("", script)
        .run(2_000)
        .done()
        .tells("an accepted call", accepted);
}

#[test]
fn a_server_that_demands_an_extension_is_left_for_the_next_hop() {
    let script = "
< INVITE
> 421
    Require: sec-agree
silence 200
";
    let backup = "
< INVITE
> 200
    sdp
< ACK
";
    caller("", [script, backup]).run(1_000).done();
}
