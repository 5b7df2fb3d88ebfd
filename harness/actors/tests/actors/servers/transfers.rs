//! Calls that go on with somebody else (RFC 3515, RFC 3891, RFC 4488).

use super::{NOBODY, accepted, answered, ended, speaks};
use crate::scripted::{agent, caller};
use actors::Command;
use model::journal::event::{EndedBy, Event};

fn is_over(event: &Event) -> bool {
    matches!(event, Event::Ended { .. })
}

#[test]
fn a_caller_follows_a_referral_and_tells_what_came_of_it() {
    let primary = "
< INVITE
> 200
    sdp
< ACK
media
> REFER
    Refer-To: <sip:queue@198.18.0.2:5060>
    Referred-By: <sip:sales@198.18.0.1>
< 202 REFER
    Contact: alice
< NOTIFY
    Event: refer
    Subscription-State: active
    Content-Type: message/sipfrag
    body: SIP/2.0 100
> 200
< NOTIFY
    Event: refer
    Subscription-State: terminated
    body: SIP/2.0 200
> 200
> BYE
< 200 BYE
";
    let backup = "
< INVITE
    To: queue
    Referred-By: <sip:sales@198.18.0.1>
    body: RTP/AVP 0 8 101
> 100
> 180
wait 100
> 200
    sdp port=20008
< ACK
media pt=0
wait 300
media pt=0
< BYE
> 200
";
    let mut stage = caller("", [primary, backup]).run(1_000);
    let events = stage.events();
    assert!(!events.iter().any(is_over), "the call goes on: {events:#?}");
    stage.laboratory.tell("alice", Command::HangUp);
    stage
        .run(1_500)
        .done()
        .tells("speaking to the other", speaks(Some(20008)))
        .tells("an end", ended(EndedBy::HungUp));
}

#[test]
fn who_has_referred_and_stays_is_left_when_the_call_ends() {
    let primary = "
< INVITE
> 200
    sdp
< ACK
> REFER
    Refer-To: <sip:queue@198.18.0.2:5060>
    Refer-Sub: false
< 202 REFER
< BYE
> 200
";
    let backup = "
< INVITE
> 200
    sdp
< ACK
wait 300
> BYE
< 200 BYE
";
    caller("", [primary, backup])
        .run(1_500)
        .done()
        .tells("an end", ended(EndedBy::Bye));
}

#[test]
fn a_referral_that_leads_nowhere_leaves_the_call_as_it_was() {
    let primary = "
< INVITE
> 200
    sdp
< ACK
> REFER
    Refer-To: sip:queue@198.18.0.2:5060
< 202 REFER
< NOTIFY
> 200
< NOTIFY
    Subscription-State: terminated
    body: SIP/2.0 486
> 200
wait 300
media pt=0
";
    let backup = "
< INVITE
> 486
";
    caller("", [primary, backup])
        .run(1_500)
        .done()
        .never_tells("an end", is_over);
}

#[test]
fn a_referrer_may_leave_before_the_other_answers() {
    let primary = "
< INVITE
> 200
    sdp
< ACK
> REFER
    Refer-To: <sip:queue@198.18.0.2:5060?Replaces=c1%40x%3Bto-tag%3Dt1%3Bfrom-tag%3Df1>
    Refer-Sub: false
< 202 REFER
    Refer-Sub: false
> BYE
< 200 BYE
";
    let backup = "
< INVITE
    Replaces: c1@x;to-tag=t1;from-tag=f1
wait 300
> 200
    sdp port=20008
< ACK
media pt=0
";
    caller("", [primary, backup])
        .run(1_500)
        .done()
        .never_tells("an end", is_over)
        .tells("speaking to the other", speaks(Some(20008)));
}

#[test]
fn a_call_whose_referrer_has_left_ends_where_the_other_refuses() {
    let primary = "
< INVITE
> 200
    sdp
< ACK
> REFER
    Refer-To: <sip:queue@198.18.0.2:5060>
< 202 REFER
< NOTIFY
> 200
> BYE
< 200 BYE
";
    let backup = "
< INVITE
wait 300
> 603
";
    caller("", [primary, backup])
        .run(1_500)
        .done()
        .tells("an end", ended(EndedBy::Broken));
}

#[test]
fn a_referral_to_what_is_no_call_is_declined() {
    let script = "
< INVITE
> 200
    sdp
< ACK
> REFER
    Refer-To: <sip:queue@198.18.0.2;method=SUBSCRIBE>
< 603 REFER
> REFER
    Refer-To: <http://example.org>
< 603 REFER
> REFER
< 603 REFER
";
    caller("", [script, NOBODY])
        .run(1_000)
        .done()
        .never_tells("an end", is_over);
}

#[test]
fn an_agent_follows_a_referral() {
    let script = "
wait 100
> INVITE
    sdp
< 180 INVITE
< 200 INVITE
> ACK
> REFER
    Refer-To: <sip:rita@198.18.0.1:5060>
< 202 REFER
< NOTIFY
> 200
< INVITE @b
    From: bob
    To: rita
> 200 INVITE @b
    sdp port=20008
< ACK @b
< NOTIFY
    body: SIP/2.0 200
> 200
> BYE
< 200 BYE
media pt=0
> BYE @b
< 200 BYE @b
";
    agent("", script)
        .run(1_500)
        .done()
        .tells("an accepted call", accepted)
        .tells("speaking to the other", speaks(Some(20008)))
        .tells("an end", ended(EndedBy::Bye));
}

#[test]
fn an_invite_replaces_a_call() {
    let primary = "
< INVITE
> 200
    sdp
< ACK
media
> INVITE @b
    Require: replaces
    Replaces: {a.call-id};to-tag={a.peer-tag};from-tag={a.own-tag}
    sdp port=20008
< 200 INVITE @b
    body: m=audio 16000
> ACK @b
< BYE
> 200
wait 100
media pt=0
> BYE @b
< 200 BYE @b
";
    caller("", [primary, NOBODY])
        .run(1_500)
        .done()
        .tells("speaking to the other", speaks(Some(20008)))
        .tells("an end", ended(EndedBy::Bye))
        .never_tells("an alert", |event| matches!(event, Event::Alerted { .. }));
}

#[test]
fn an_invite_replaces_a_call_that_is_not_answered_yet() {
    let primary = "
< INVITE
> 180
> INVITE @b
    Replaces: {a.call-id};from-tag={a.own-tag};to-tag={a.peer-tag};early-only
    sdp port=20008
< 200 INVITE @b
< CANCEL
> 200
> 487 INVITE
> ACK @b
wait 100
media pt=0
";
    caller("", [primary, NOBODY])
        .run(1_500)
        .done()
        .tells("an answer", answered)
        .tells("speaking to the other", speaks(Some(20008)))
        .never_tells("an end", is_over);
}

#[test]
fn an_invite_that_is_to_replace_what_is_not_there_is_refused() {
    let script = "
< INVITE
> 200
    sdp
< ACK
> INVITE @b
    Replaces: {a.call-id};to-tag={a.peer-tag};from-tag=another
    sdp
< 481 INVITE @b
> ACK @b
> INVITE @c
    Replaces: {a.call-id};to-tag={a.peer-tag};from-tag={a.own-tag};early-only
    sdp
< 486 INVITE @c
> ACK @c
";
    caller("", [script, NOBODY])
        .run(1_000)
        .done()
        .never_tells("an end", is_over);
}
