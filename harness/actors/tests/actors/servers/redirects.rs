//! Servers that name others (RFC 3261 sections 8.1.3.4, 21.3).

use super::{NOBODY, answered, refused};
use crate::scripted::caller;
use model::journal::event::Event;
use rstest::rstest;

#[rstest]
#[case(300)]
#[case(301)]
#[case(302)]
fn a_redirected_call_goes_to_the_best_contact(#[case] code: u16) {
    let script = format!(
        "< INVITE\n> {code}\n    Contact: <sip:low@198.18.0.77>;q=0.1, \
         \"Best, really\" <sip:queue-7@198.18.0.2:5060;user=phone>;q=0.9, <mailto:a@example.org>\n"
    );
    let backup = "
< INVITE
    To: queue-7
> 200
    sdp
< ACK
";
    caller("", [script.leak(), backup])
        .run(1_000)
        .done()
        .tells("a redirection", refused(code))
        .tells("an answer", answered);
}

#[test]
fn a_proxy_that_is_named_is_gone_by_and_the_callee_stays_who_it_is() {
    let script = "
< INVITE
> 305
    Contact: <sip:198.18.0.2:5060>
";
    let mut stage = caller("", [script, "< INVITE\n> 200\n    sdp\n< ACK\n"])
        .run(1_000)
        .done();
    stage = stage.tells("an answer", answered);
    let sent = stage.laboratory.messages("alice");
    let invites = sent.iter().filter(|text| text.starts_with("INVITE "));
    let uris: Vec<_> = invites.filter_map(|text| text.split(' ').nth(1)).collect();
    assert_eq!(uris, ["sip:sales@198.18.0.1:5060"; 2]);
}

#[test]
fn redirections_that_lead_in_a_circle_end() {
    let there = "
< INVITE
> 302
    Contact: <sip:sales@198.18.0.2:5060>
silence 500
";
    let back = "
< INVITE
> 302
    Contact: <sip:sales@198.18.0.1:5060>
silence 500
";
    caller("", [there, back])
        .run(1_500)
        .done()
        .tells("a failure", |event| matches!(event, Event::Failed { .. }));
}

#[test]
fn redirections_that_lead_ever_further_end() {
    // Each names another user: 8 requests are sent at most.
    let steps: String = (1..8)
        .map(|n| format!("< INVITE\n> 302\n    Contact: <sip:q{n}@198.18.0.1:5060>\n"))
        .collect();
    let script =
        format!("{steps}< INVITE\n> 302\n    Contact: <sip:q99@198.18.0.1:5060>\nsilence 500\n");
    caller("", [script.leak(), NOBODY])
        .run(2_000)
        .done()
        .tells("a failure", |event| matches!(event, Event::Failed { .. }));
}
