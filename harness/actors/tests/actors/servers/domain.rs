//! Users of a SIP domain, and an outbound proxy (RFC 3261 sections 6, 8.1.2, 10.2).

use super::{NOBODY, answered, refused, speaks};
use crate::scripted::{Stage, agent, caller};
use model::journal::event::Event;
use model::topology::Pool;
use rstest::rstest;

const DIRECTLY: &str = "domain: { name: voice.example }\n";
const BY_ROUTE: &str = "domain: { name: voice.example, reached: by-route }\n";

/// The first lines of the requests of a method that `actor` sent or received.
fn requests(stage: &Stage, actor: &str, method: &str) -> Vec<String> {
    let messages = stage.laboratory.messages(actor).into_iter();
    let first_lines = messages.filter_map(|text| text.lines().next().map(str::to_owned));
    first_lines
        .filter(|line| line.starts_with(&format!("{method} ")))
        .collect()
}

#[rstest]
#[case::directly(DIRECTLY, "    !Route\n")]
#[case::by_route(BY_ROUTE, "    Route: <sip:198.18.0.1:5060;lr>\n")]
fn an_agent_registers_in_the_domain(#[case] target: &str, #[case] route: &str) {
    let script = format!(
        "
< REGISTER
    From: <sip:bob@voice.example>;tag=
    To: <sip:bob@voice.example>
    Contact: <sip:bob@198.18.0.12:6000>
{route}> 200
    Contact: <sip:bob@198.18.0.12:6000>;expires=10
"
    );
    let pool = Pool::Primary;
    let stage = agent(target, script.leak()).run(1_000).done().tells(
        "a registration",
        |event| matches!(event, Event::Registered { pool: at, .. } if *at == pool),
    );
    assert_eq!(
        requests(&stage, "bob", "REGISTER"),
        ["REGISTER sip:voice.example SIP/2.0"]
    );
}

#[rstest]
#[case::directly(DIRECTLY, "    !Route\n")]
#[case::by_route(BY_ROUTE, "    Route: <sip:198.18.0.1:5060;lr>\n")]
fn a_call_is_from_and_for_users_of_the_domain(#[case] target: &str, #[case] route: &str) {
    let script = format!(
        "
< INVITE
    From: <sip:alice@voice.example>;tag=
    To: <sip:sales@voice.example>
    Contact: <sip:alice@198.18.0.12:6000>
{route}> 200
    Contact: <sip:sales@voice.example>
    sdp
< ACK
    !Route
"
    );
    let stage = caller(target, [script.leak(), NOBODY])
        .run(1_000)
        .done()
        .tells("an answer", answered);
    assert_eq!(
        requests(&stage, "alice", "INVITE"),
        ["INVITE sip:sales@voice.example SIP/2.0"]
    );
    assert_eq!(
        requests(&stage, "alice", "ACK"),
        ["ACK sip:sales@voice.example SIP/2.0"]
    );
}

#[test]
fn a_pool_that_refuses_the_call_is_followed_by_the_next_in_the_same_domain() {
    let backup = "
< INVITE
    To: <sip:sales@voice.example>
    Route: <sip:198.18.0.2:5060;lr>
> 200
    sdp
< ACK
";
    let stage = caller(BY_ROUTE, ["< INVITE\n> 503\n", backup])
        .run(1_000)
        .done()
        .tells("a refusal", refused(503))
        .tells("an answer", answered);
    let invites = requests(&stage, "alice", "INVITE");
    assert_eq!(invites, ["INVITE sip:sales@voice.example SIP/2.0"; 2]);
}

#[rstest]
#[case("sip:carol@Voice.example")]
#[case("sip:carol@198.18.0.99")]
fn whoever_calls_is_known_in_the_domain_and_at_an_address(#[case] from: &str) {
    let script = format!(
        "
< REGISTER
> 200
> INVITE
    From: <{from}>;tag=1
    To: <sip:bob@voice.example>
    P-Asserted-Identity: <sip:sales@voice.example>
    sdp
< 180 INVITE
< 200 INVITE
> ACK
"
    );
    let alerted = |event: &Event| {
        matches!(event, Event::Alerted { caller, identity, .. }
            if caller == "carol" && identity.as_deref() == Some("sales"))
    };
    agent(DIRECTLY, script.leak())
        .run(1_000)
        .done()
        .tells("an alert", alerted);
}

#[test]
fn a_redirection_within_the_domain_leads_to_whoever_redirects() {
    let script = "
< INVITE
> 302
    Contact: <sip:queue-7@voice.example>
< INVITE @b
    To: <sip:queue-7@voice.example>
> 200 INVITE @b
    sdp
< ACK @b
";
    caller(DIRECTLY, [script, NOBODY])
        .run(1_000)
        .done()
        .tells("an answer", answered);
}

#[test]
fn a_referral_within_the_domain_leads_to_whoever_refers() {
    let script = "
< INVITE
> 200
    Contact: <sip:sales@voice.example>
    sdp
< ACK
media
> REFER
    Refer-To: <sip:queue@voice.example>
    Refer-Sub: false
< 202 REFER
< INVITE @b
    From: <sip:alice@voice.example>;tag=
    To: <sip:queue@voice.example>
    Route: <sip:198.18.0.1:5060;lr>
> 200 INVITE @b
    sdp port=20008
< ACK @b
media pt=0
";
    caller(BY_ROUTE, [script, NOBODY])
        .run(1_500)
        .done()
        .tells("speaking to the other", speaks(Some(20008)));
}
