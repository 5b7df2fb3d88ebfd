//! What a pool answers to what it does not understand, or cannot do: one row for each rule of RFC 3261.

#![expect(clippy::unwrap_used, reason = "what is not there fails the test")]

mod world;

use rstest::rstest;
use world::script::{Peer, code, description, header};
use world::{Primary, World};

const SALES: &str = "sip:sales@198.18.0.1";
const ZOE: &str = "sip:zoe@198.18.0.1";
const POOL: &str = "sip:198.18.0.1";

/// A request outside of any dialog, in which each of these replaces what it begins like, or is added.
fn request(peer: Peer, start: &str, changes: &[&str], body: &str) -> String {
    let method = start.split(' ').next().unwrap();
    let sip = peer.sip;
    let mut headers = vec![
        format!("Via: SIP/2.0/UDP {sip};branch=z9hG4bK1"),
        "Max-Forwards: 70".to_owned(),
        format!("From: <sip:carl@{sip}>;tag=1"),
        "To: <sip:carl@198.18.0.1>".to_owned(),
        format!("Call-ID: call@{sip}"),
        format!("CSeq: 1 {method}"),
        format!("Contact: <sip:carl@{sip}>"),
    ];
    for change in changes {
        let name = change.split(':').next().unwrap();
        headers.retain(|header| header.split(':').next() != Some(name));
        headers.push((*change).to_owned());
    }
    let length = body.len();
    let headers = headers.join("\n");
    format!("{start}\n{headers}\nContent-Length: {length}\n\n{body}")
}

/// What the pool answers first, but for 100.
fn answer(world: &mut World, peer: Peer, request: &str) -> Option<String> {
    world.say(peer, Primary.sip(), request);
    let heard = world.heard(peer, 700);
    let mut answers = heard.into_iter();
    answers.find(|text| !matches!(code(text), None | Some(100)))
}

/// One row: what is asked, and what must be answered, with a header.
#[rstest]
#[case::register_is_understood("REGISTER sip:198.18.0.1 SIP/2.0", &[], 200, "Contact: ")]
#[case::options_tell_what_is_understood("OPTIONS sip:198.18.0.1 SIP/2.0", &[], 200, "Allow: INVITE")]
#[case::options_tell_what_is_accepted("OPTIONS sip:sales@198.18.0.1 SIP/2.0", &[], 200, "Accept: application/sdp")]
// Section 8.2.1.
#[case::a_known_method("SUBSCRIBE sip:sales@198.18.0.1 SIP/2.0", &[], 405, "Allow: INVITE")]
#[case::message("MESSAGE sip:zoe@198.18.0.1 SIP/2.0", &[], 405, "Allow: INVITE")]
#[case::publish("PUBLISH sip:198.18.0.1 SIP/2.0", &[], 405, "Allow: INVITE")]
#[case::refer("REFER sip:sales@198.18.0.1 SIP/2.0", &[], 405, "Allow: INVITE")]
#[case::prack("PRACK sip:sales@198.18.0.1 SIP/2.0", &[], 405, "Allow: INVITE")]
#[case::an_unknown_method("WINK sip:sales@198.18.0.1 SIP/2.0", &[], 501, "")]
#[case::an_unknown_method_at_nobody("WINK sip:nobody@198.18.0.1 SIP/2.0", &[], 501, "")]
#[case::a_method_is_case_sensitive("invite sip:sales@198.18.0.1 SIP/2.0", &[], 501, "")]
// Section 8.2.2.1.
#[case::an_unknown_scheme("INVITE tel:+1-555-0100 SIP/2.0", &[], 416, "")]
#[case::nobody("INVITE sip:nobody@198.18.0.1 SIP/2.0", &[], 404, "")]
#[case::nobody_at_all("INVITE sip:198.18.0.1 SIP/2.0", &[], 404, "")]
// Section 8.2.2.3.
#[case::require_in_invite("INVITE sip:sales@198.18.0.1 SIP/2.0", &["Require: 100rel, foo"], 420, "Unsupported: 100rel")]
#[case::require_in_register("REGISTER sip:198.18.0.1 SIP/2.0", &["Require: foo"], 420, "Unsupported: foo")]
#[case::require_in_options("OPTIONS sip:198.18.0.1 SIP/2.0", &["Require: foo"], 420, "Unsupported: foo")]
#[case::require_in_an_unknown_method("WINK sip:198.18.0.1 SIP/2.0", &["Require: foo"], 501, "")]
#[case::demanded_of_proxies("INVITE sip:zoe@198.18.0.1 SIP/2.0", &["Proxy-Require: foo"], 420, "Unsupported: foo")]
#[case::demanded_of_the_callee("INVITE sip:zoe@198.18.0.1 SIP/2.0", &["Require: foo"], 420, "Unsupported: foo")]
// Section 8.2.3.
#[case::a_body_of_another_type("INVITE sip:sales@198.18.0.1 SIP/2.0", &["Content-Type: text/plain"], 415, "Accept: application/sdp")]
#[case::a_compressed_body("INVITE sip:sales@198.18.0.1 SIP/2.0", &["Content-Encoding: gzip"], 415, "Accept-Encoding: identity")]
#[case::a_body_that_need_not_be_understood(
    "INVITE sip:sales@198.18.0.1 SIP/2.0",
    &["Content-Type: text/plain", "Content-Disposition: render;handling=optional"],
    200,
    ""
)]
// Sections 9.2, 12.2.2 and 15.1.2.
#[case::bye_of_no_dialog("BYE sip:sales@198.18.0.1 SIP/2.0", &["To: <sip:sales@198.18.0.1>;tag=2"], 481, "")]
#[case::invite_of_no_dialog("INVITE sip:sales@198.18.0.1 SIP/2.0", &["To: <sip:sales@198.18.0.1>;tag=2"], 481, "")]
#[case::options_of_no_dialog("OPTIONS sip:sales@198.18.0.1 SIP/2.0", &["To: <sip:sales@198.18.0.1>;tag=2"], 481, "")]
#[case::cancel_of_nothing("CANCEL sip:sales@198.18.0.1 SIP/2.0", &[], 481, "")]
#[case::bye_without_a_tag("BYE sip:sales@198.18.0.1 SIP/2.0", &[], 481, "")]
// Section 16.3.
#[case::too_many_hops("INVITE sip:zoe@198.18.0.1 SIP/2.0", &["Max-Forwards: 0"], 483, "")]
#[case::the_last_hop("INVITE sip:sales@198.18.0.1 SIP/2.0", &["Max-Forwards: 0"], 200, "")]
#[case::hops_that_are_no_number("INVITE sip:zoe@198.18.0.1 SIP/2.0", &["Max-Forwards: many"], 400, "")]
// Section 21.5.6.
#[case::another_version("INVITE sip:sales@198.18.0.1 SIP/3.0", &[], 505, "")]
#[case::another_version_of_register("REGISTER sip:198.18.0.1 SIP/1.0", &[], 505, "")]
#[case::another_version_of_options("OPTIONS sip:198.18.0.1 SIP/7.0", &[], 505, "")]
fn each_request_is_answered_as_the_rfc_says(
    #[case] start: &str,
    #[case] changes: &[&str],
    #[case] expected: u16,
    #[case] with: &str,
) {
    let mut world = World::new();
    let peer = world.peer(30);
    let description = description(peer, "sendrecv");
    let mut changes = changes.to_vec();
    let body = match start.starts_with("INVITE") {
        true => description.as_str(),
        false => "",
    };
    if !changes
        .iter()
        .any(|change| change.starts_with("Content-Type"))
    {
        changes.push("Content-Type: application/sdp");
    }
    let asked = request(peer, start, &changes, body);
    let answer = answer(&mut world, peer, &asked).unwrap();
    assert_eq!(code(&answer), Some(expected), "{answer}");
    assert!(answer.contains(with), "{answer}");
}

#[rstest]
#[case::malformed("hello", 400)]
#[case::without_audio("v=0\r\no=- 1 1 IN IP4 198.18.0.30\r\ns=-\r\nt=0 0\r\n", 488)]
#[case::of_another_codec(
    "v=0\r\no=- 1 1 IN IP4 198.18.0.30\r\ns=-\r\nc=IN IP4 198.18.0.30\r\nt=0 0\r\nm=audio 4000 RTP/AVP 9\r\n",
    488
)]
fn a_description_that_cannot_be_answered_is_refused(#[case] body: &str, #[case] expected: u16) {
    let mut world = World::new();
    let peer = world.peer(30);
    let changes = ["Content-Type: application/sdp"];
    let asked = request(peer, &format!("INVITE {SALES} SIP/2.0"), &changes, body);
    let answer = answer(&mut world, peer, &asked).unwrap();
    assert_eq!(code(&answer), Some(expected), "{answer}");
}

/// The same request by two ways: with two branches.
#[rstest]
#[case::of_a_call("INVITE", SALES, Some(482))]
#[case::of_a_registration("REGISTER", POOL, Some(482))]
#[case::of_a_call_that_is_passed_on("INVITE", ZOE, Some(482))]
fn a_request_that_comes_by_two_ways_is_taken_once(
    #[case] method: &str,
    #[case] uri: &str,
    #[case] second: Option<u16>,
) {
    let mut world = World::new();
    world.behave("zoe", world::phone::Behaviour::Ring);
    let peer = world.peer(30);
    let start = format!("{method} {uri} SIP/2.0");
    let body = description(peer, "sendrecv");
    let one = request(peer, &start, &["Content-Type: application/sdp"], &body);
    let first = answer(&mut world, peer, &one).unwrap();
    assert!(matches!(code(&first), Some(180 | 200)), "{first}");
    let another = one.replace("bK1", "bK2");
    world.say(peer, Primary.sip(), &another);
    let heard = world.heard(peer, 200);
    let mut answers = heard.iter().filter(|text| {
        header(text, "Via").is_some_and(|via| via.contains("bK2")) && code(text) != Some(100)
    });
    assert_eq!(
        answers.next().and_then(|text| code(text)),
        second,
        "{heard:?}"
    );
}

/// Within a call of the group's.
#[rstest]
#[case::a_known_method("SUBSCRIBE", "", 405)]
#[case::info("INFO", "", 405)]
#[case::an_unknown_method("WINK", "", 501)]
#[case::an_extension("OPTIONS", "Require: foo", 420)]
#[case::an_extension_in_bye("BYE", "Require: foo", 420)]
#[case::an_extension_in_invite("INVITE", "Require: foo", 420)]
#[case::a_body_of_another_type("INVITE", "Content-Type: text/plain", 415)]
#[case::what_was_before("BYE", "CSeq: 0 BYE", 500)]
#[case::options("OPTIONS", "", 200)]
#[case::the_end("BYE", "", 200)]
fn within_a_call_as_well(#[case] method: &str, #[case] change: &str, #[case] expected: u16) {
    let mut world = World::new();
    let peer = world.peer(30);
    let body = description(peer, "sendrecv");
    let typed = "Content-Type: application/sdp";
    let invite = request(peer, &format!("INVITE {SALES} SIP/2.0"), &[typed], &body);
    let first = answer(&mut world, peer, &invite).unwrap();
    let to = format!("To: {}", header(&first, "To").unwrap());
    let ack = request(peer, &format!("ACK {SALES} SIP/2.0"), &[&to], "");
    world.say(peer, Primary.sip(), &ack.replace("bK1", "bK2"));
    world.heard(peer, 10);
    let (cseq, via) = (
        format!("CSeq: 2 {method}"),
        "Via: SIP/2.0/UDP 198.18.0.30;branch=z9hG4bK3",
    );
    let mut changes = vec![to.as_str(), &cseq, via, typed];
    changes.extend((!change.is_empty()).then_some(change));
    let asked = request(peer, &format!("{method} {SALES} SIP/2.0"), &changes, &body);
    let answer = answer(&mut world, peer, &asked).unwrap();
    assert_eq!(code(&answer), Some(expected), "{answer}");
    let says_what_is_allowed = answer.contains("\r\nAllow: ");
    assert!(says_what_is_allowed || expected != 405, "{answer}");
}
