//! Who calls, as servers say it (RFC 3323, RFC 3325, RFC 5806, RFC 7044).

use super::accepted;
use crate::scripted::agent;
use model::journal::event::Event;
use rstest::rstest;

#[rstest]
#[case::from("From: <sip:rita@198.18.0.1>;tag=s-a", "rita", None)]
#[case::a_number("From: \"R, the first\" <tel:+49-30-1234>;tag=s-a", "+49301234", None)]
#[case::two_identities(
    "P-Asserted-Identity: \"Sales, Berlin\" <sip:sales@198.18.0.1>, <tel:+49301234>",
    "carol",
    Some("sales")
)]
#[case::two_headers(
    "P-Asserted-Identity: <tel:+49301234>\n    P-Asserted-Identity: <sip:sales@198.18.0.1>",
    "carol",
    Some("sales")
)]
#[case::a_number_alone("P-Asserted-Identity: <tel:+49-30-(1234)>", "carol", Some("+49301234"))]
#[case::anonymous(
    "From: \"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=s-a\n    Privacy: id\n    \
     Remote-Party-ID: \"Rita\" <sip:rita@198.18.0.1>;party=calling;privacy=off;screen=yes",
    "rita",
    None
)]
#[case::diverted(
    "Diversion: <sip:sales@198.18.0.1>;reason=no-answer;counter=1\n    \
     History-Info: <sip:sales@198.18.0.1>;index=1, <sip:bob@198.18.0.1>;index=1.1;mp=1\n    \
     P-Preferred-Identity: <sip:nobody@198.18.0.1>",
    "carol",
    None
)]
#[case::secure("From: <sips:rita@198.18.0.1>;tag=s-a", "rita", None)]
#[case::with_parameters(
    "From: <sip:rita;phone-context=x@198.18.0.1;user=phone>;tag=s-a",
    "rita;phone-context=x",
    None
)]
fn an_alert_shows_the_caller_and_the_identity(
    #[case] headers: &str,
    #[case] caller: &str,
    #[case] identity: Option<&str>,
) {
    let script = format!(
        "wait 100\n> INVITE\n    {headers}\n    sdp\n< 180 INVITE\n< 200 INVITE\n> ACK\nmedia\n"
    );
    let caller = caller.to_owned();
    let identity = identity.map(str::to_owned);
    agent("", script.leak())
        .run(1_000)
        .done()
        .tells("an accepted call", accepted)
        .tells("who calls", move |event| {
            matches!(event, Event::Alerted { caller: shown, identity: asserted, .. }
                if *shown == caller && *asserted == identity)
        });
}
