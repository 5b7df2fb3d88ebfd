//! Messages at the edge of the grammar and beyond it, after RFC 4475, and bytes that are none.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use node::Now;
use proptest::prelude::*;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use rstest::rstest;
use sip::{Message, Method, Name, StatusCode, Timing, UaEvent, UserAgent};

/// The peer that sends the messages.
const PEER: &str = "198.18.0.9:5060";

fn user_agent() -> UserAgent {
    let local = SocketAddr::from(([198, 18, 0, 1], 5060));
    UserAgent::new(local, ChaCha8Rng::seed_from_u64(1), Timing::default())
}

fn peer() -> SocketAddr {
    PEER.parse().unwrap()
}

/// Line ends as on the wire.
fn wire(text: &str) -> Bytes {
    text.replace('\n', "\r\n").into()
}

/// What a user agent makes of a datagram: its first event, and the codes that it answers.
fn received(bytes: &Bytes) -> (Option<UaEvent>, Vec<u16>) {
    let mut agent = user_agent();
    agent.receive(Now::ZERO, peer(), bytes);
    let mut codes = Vec::new();
    while let Some(transmit) = agent.poll_transmit() {
        codes.push(code_of(&transmit.bytes));
    }
    (agent.poll_event(), codes)
}

/// The code of a response, which may repeat what is malformed in its request.
fn code_of(bytes: &[u8]) -> u16 {
    let code = bytes.strip_prefix(b"SIP/2.0 ").unwrap();
    std::str::from_utf8(&code[..3]).unwrap().parse().unwrap()
}

/// RFC 4475 §3.1.1.1, over UDP.
const TORTUOUS: &str = r#"INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0
TO :
 sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n
from   : "J Rosenberg \\\""       <sip:jdrosen@example.com>
  ;
  tag = 98asjd8
MaX-fOrWaRdS: 0068
Call-ID: wsinv.ndaksdj@192.0.2.1
Content-Length   : 150
cseq: 0009
  INVITE
Via  : SIP  /   2.0
 /UDP
    192.0.2.2;branch=390skdjuw
s :
NewFangledHeader:   newfangled value
 continued newfangled value
UnknownHeaderWithUnusualValue: ;;,,;;,;
Content-Type: application/sdp
Route:
 <sip:services.example.com;lr;unknownwith=value;unknown-no-value>
v:  SIP  / 2.0  / TCP     spindle.example.com   ;
  branch  =   z9hG4bK9ikj8  ,
 SIP  /    2.0   / UDP  192.168.255.111   ; branch=
 z9hG4bK30239
m:"Quoted string \"\"" <sip:jdrosen@example.com> ; newparam =
      newvalue ;
  secondparam ; q = 0.33

v=0
o=mhandley 29739 7272939 IN IP4 192.0.2.3
s=-
c=IN IP4 192.0.2.4
t=0 0
m=audio 49217 RTP/AVP 0 12
m=video 3227 RTP/AVP 31
a=rtpmap:31 LPC
"#;

#[test]
fn a_tortuous_invite_is_understood() {
    let Message::Request(request) = Message::parse(&wire(TORTUOUS)).unwrap() else {
        panic!("it is a request");
    };
    assert_eq!(request.to_tag(), Some("1918181833n"));
    assert_eq!(request.from_tag(), Some("98asjd8"));
    assert_eq!(request.cseq(), (9, Method::INVITE));
    assert_eq!(request.header(&Name::MAX_FORWARDS), Some("0068"));
    assert_eq!(request.header(&Name::SUBJECT), Some(""));
    let vias: Vec<_> = request.headers.get_raw(&Name::VIA).collect();
    assert_eq!(vias.len(), 3);
    assert_eq!(request.branch().as_deref(), Some("390skdjuw"));
    assert_eq!(sip::user_of(&request.contact().unwrap()), "jdrosen");
    let fangled = request.header(&Name::from("newfangledheader"));
    assert_eq!(fangled, Some("newfangled value continued newfangled value"));
    assert_eq!(request.body.len(), 150);
    assert_eq!(request.sdp().unwrap().unwrap().rtp().port(), 49_217);
}

#[test]
fn a_message_survives_being_printed() {
    let first = Message::parse(&wire(TORTUOUS)).unwrap().to_bytes();
    let second = Message::parse(&first).unwrap().to_bytes();
    assert_eq!(first, second);
}

/// A request with its start line, further headers and body.
fn request(start: &str, headers: &str, body: &str) -> Bytes {
    let method = start.split(' ').next().unwrap();
    wire(&format!(
        "{start}\nVia: SIP/2.0/UDP 198.18.0.9;branch=z9hG4bKx\nFrom: <sip:a@198.18.0.9>;tag=1\n\
         To: <sip:b@198.18.0.1>\nCall-ID: c\nCSeq: 1 {method}\n{headers}\n{body}"
    ))
}

const OPTIONS: &str = "OPTIONS sip:b@198.18.0.1 SIP/2.0";

#[rstest]
#[case::plain(OPTIONS, "")]
#[case::unusual_method(
    "!interesting-Method0123456789_*+`.%indeed'~ sip:b@198.18.0.1 SIP/2.0",
    ""
)]
#[case::escaped_user("OPTIONS sip:sips%3Auser%40example.com@198.18.0.1 SIP/2.0", "")]
#[case::semicolon_in_user("OPTIONS sip:user;par=u%40example.net@198.18.0.1 SIP/2.0", "")]
#[case::spaces_around_the_uri("OPTIONS  sip:b@198.18.0.1  SIP/2.0 ", "")]
#[case::lower_case_version("OPTIONS sip:b@198.18.0.1 sip/2.0", "")]
#[case::unknown_transport(OPTIONS, "Via: SIP/2.0/UNKNOWN 198.18.0.8;branch=z9hG4bKy\n")]
#[case::odd_header_values(OPTIONS, "X: \"unterminated\nY: <<>>,;\"\"\n")]
#[case::many_values(OPTIONS, "Allow: A, B\nAllow: C\n")]
#[case::foreign_text(OPTIONS, "Subject: Ünïcödé ☎\n")]
fn a_valid_request_reaches_the_node(#[case] start: &str, #[case] headers: &str) {
    let (event, codes) = received(&request(start, headers, ""));
    assert!(matches!(event, Some(UaEvent::Request { .. })), "{event:?}");
    assert!(codes.is_empty());
}

#[rstest]
#[case::unknown_scheme("OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0", "", 416)]
#[case::telephone_number("OPTIONS tel:+1-212-555-1212 SIP/2.0", "", 416)]
#[case::unknown_version("OPTIONS sip:b@198.18.0.1 SIP/7.0", "", 505)]
#[case::almost_a_method("options sip:b@198.18.0.1 SIP/2.0", "", 501)]
#[case::bracketed_uri("OPTIONS <sip:b@198.18.0.1> SIP/2.0", "", 400)]
#[case::space_in_uri("OPTIONS sip:b@198.18.0.1; lr SIP/2.0", "", 400)]
#[case::no_version("OPTIONS sip:b@198.18.0.1", "", 400)]
#[case::no_host("OPTIONS sip: SIP/2.0", "", 400)]
#[case::two_call_ids(OPTIONS, "Call-ID: d\n", 400)]
#[case::two_from(OPTIONS, "From: <sip:c@198.18.0.9>;tag=2\n", 400)]
#[case::bad_length(OPTIONS, "Content-Length: -999\n", 400)]
#[case::two_lengths(OPTIONS, "Content-Length: 0\nContent-Length: 1\n", 400)]
#[case::long_length(OPTIONS, "Content-Length: 9999\n", 400)]
#[case::no_colon(OPTIONS, "what is this\n", 400)]
#[case::no_name(OPTIONS, ": value\n", 400)]
#[case::bad_via(OPTIONS, "Via: nonsense\n", 400)]
fn a_malformed_request_is_refused(#[case] start: &str, #[case] headers: &str, #[case] code: u16) {
    let (event, codes) = received(&request(start, headers, ""));
    assert!(
        matches!(event, Some(UaEvent::Malformed { .. })),
        "{event:?}"
    );
    assert_eq!(codes, [code]);
}

#[rstest]
#[case("Call-ID: c\n")]
#[case("From: <sip:a@198.18.0.9>;tag=1\n")]
#[case("To: <sip:b@198.18.0.1>\n")]
#[case("CSeq: 1 OPTIONS\n")]
#[case("Via: SIP/2.0/UDP 198.18.0.9;branch=z9hG4bKx\n")]
fn a_request_that_lacks_a_header_cannot_be_answered(#[case] header: &str) {
    let full = String::from_utf8(request(OPTIONS, "", "").to_vec()).unwrap();
    let lacking = full.replace(&header.replace('\n', "\r\n"), "");
    assert_ne!(full, lacking);
    let (event, codes) = received(&lacking.into());
    assert!(
        matches!(event, Some(UaEvent::Malformed { .. })),
        "{event:?}"
    );
    assert!(codes.is_empty());
}

#[rstest]
#[case::ack(request("ACK sip:b@198.18.0.1 SIP/7.0", "", ""))]
#[case::response(request("SIP/2.0 4294967301 better not break", "", ""))]
#[case::response_without_code(request("SIP/2.0 OK", "", ""))]
fn what_is_never_answered_is_not_refused_either(#[case] bytes: Bytes) {
    let (event, codes) = received(&bytes);
    assert!(
        matches!(event, Some(UaEvent::Malformed { .. })),
        "{event:?}"
    );
    assert!(codes.is_empty());
}

#[rstest]
#[case::nothing("")]
#[case::keep_alive("\r\n\r\n")]
#[case::zeros("\0\0\0\0")]
fn a_keep_alive_is_ignored(#[case] bytes: &'static str) {
    let (event, codes) = received(&Bytes::from_static(bytes.as_bytes()));
    assert!(event.is_none());
    assert!(codes.is_empty());
}

#[rstest]
#[case::none("", "body", "body")]
#[case::exact("Content-Length: 4\n", "body", "body")]
#[case::compact("l: 4\n", "body", "body")]
#[case::short("Content-Length: 2\n", "body", "bo")]
#[case::zero("Content-Length: 0\n", "body", "")]
#[case::said_twice("Content-Length: 2\nl: 2\n", "body", "bo")]
fn the_body_ends_where_content_length_or_the_datagram_does(
    #[case] headers: &str,
    #[case] body: &str,
    #[case] read: &str,
) {
    let Message::Request(request) = Message::parse(&request(OPTIONS, headers, body)).unwrap()
    else {
        panic!("it is a request");
    };
    assert_eq!(request.body, read);
}

#[test]
fn compact_names_and_folded_lines_mean_the_same() {
    let long = request(OPTIONS, "", "");
    let text = String::from_utf8(long.to_vec()).unwrap();
    let compact = text
        .replace("Via:", "v:")
        .replace("From: ", "f:\r\n\t")
        .replace("To:", "t  :")
        .replace("Call-ID:", "I:");
    let print = |bytes: Bytes| Message::parse(&bytes).unwrap().to_bytes();
    assert_eq!(print(compact.into()), print(long));
}

#[test]
fn a_message_larger_than_a_datagram_is_refused() {
    let body = "x".repeat(sip::MAX_SIZE);
    let error = Message::parse(&request(OPTIONS, "", &body)).unwrap_err();
    assert_eq!(error.status(), StatusCode::MESSAGE_TOO_LARGE);
}

#[test]
fn a_response_goes_to_where_the_request_came_from() {
    let bytes = wire(
        "OPTIONS sip:b@198.18.0.1 SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.1:99;rport;branch=z9hG4bKx\n\
         From: <sip:a@h>;tag=1\nTo: <sip:b@h>\nCall-ID: c\nCSeq: 1 OPTIONS\n\n",
    );
    let mut agent = user_agent();
    agent.receive(Now::ZERO, peer(), &bytes);
    let Some(UaEvent::Request {
        server, request, ..
    }) = agent.poll_event()
    else {
        panic!("it is a request");
    };
    let response = sip::Response::to(&request, StatusCode::OK);
    agent.respond(Now::ZERO, server, response);
    let transmit = agent.poll_transmit().unwrap();
    assert_eq!(transmit.to, peer());
    let text = String::from_utf8(transmit.bytes.to_vec()).unwrap();
    assert!(
        text.contains("rport=5060;branch=z9hG4bKx;received=198.18.0.9"),
        "{text}"
    );
}

/// What takes more than linear work takes seconds at the largest size; what does not, milliseconds.
#[rstest]
#[case::folded_lines("X: a\r\n", " b\r\n")]
#[case::headers("", "X: a\r\n")]
#[case::headers_of_many_names("", "X%: a\r\n")]
#[case::elements("Route: ", "<sip:a@h>,")]
#[case::vias("Via: ", "SIP/2.0/UDP h,")]
#[case::parameters("Contact: <sip:a@h>", ";a=b")]
#[case::quotes("Contact: ", "\"a\"")]
#[case::escapes("Contact: \"", "\\\"")]
#[case::brackets("Contact: ", "<")]
#[case::spaces("X: ", " ")]
#[case::schemes("Contact: ", "sip:")]
#[case::digests("Authorization: Digest ", "a=\"b\",")]
fn the_largest_message_takes_little_time(#[case] begin: &str, #[case] repeated: &str) {
    let mut headers = begin.to_owned();
    for count in 0.. {
        headers.push_str(&repeated.replace('%', &count.to_string()));
        if headers.len() > sip::MAX_SIZE - 300 {
            break;
        }
    }
    let head = request("INVITE sip:b@198.18.0.1 SIP/2.0", "", "");
    let head = head.strip_suffix(b"\r\n").unwrap();
    let bytes = [head, headers.as_bytes(), b"\r\n\r\n"].concat().into();
    let begun = Instant::now();
    received(&bytes);
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn a_message_of_more_headers_than_anybody_needs_is_refused() {
    let many = "X: a\n".repeat(sip::MAX_HEADERS + 1);
    let listed = format!("Route: {}\n", "<sip:a@h>,".repeat(sip::MAX_HEADERS + 1));
    for headers in [many, listed] {
        let error = Message::parse(&request(OPTIONS, &headers, "")).unwrap_err();
        assert_eq!(error, sip::MessageError::TooManyHeaders);
        assert_eq!(error.status(), StatusCode::MESSAGE_TOO_LARGE);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_a_message_or_an_error(bytes: Vec<u8>) {
        received(&bytes.into());
    }

    #[test]
    fn any_text_is_a_message_or_an_error(text in "(INVITE|SIP/2.0 200|[A-Z]{1,6}) ?(sip:)?\\PC{0,40}( SIP/2.0)?\r\n(\\PC{0,20}:\\PC{0,40}\r\n){0,6}\r\n\\PC*") {
        received(&text.into());
    }

    #[test]
    fn a_mutated_message_is_a_message_or_an_error(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        end: prop::sample::Index,
    ) {
        let mut bytes = wire(TORTUOUS).to_vec();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(bytes.len() - end.index(bytes.len()) / 4);
        let mut agent = user_agent();
        agent.receive(Now::ZERO, peer(), &bytes.into());
        while let Some(event) = agent.poll_event() {
            if let UaEvent::Request { server, .. } = event {
                agent.accept_invite(Now::ZERO, server);
            }
        }
        while let Some(transmit) = agent.poll_transmit() {
            code_of(&transmit.bytes);
        }
    }

    #[test]
    fn what_is_understood_is_understood_again_when_printed(
        changes in prop::collection::vec((any::<prop::sample::Index>(), "[ -~]"), 1..4),
    ) {
        let mut bytes = wire(TORTUOUS).to_vec();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte.as_bytes()[0];
        }
        if let Ok(message) = Message::parse(&bytes.into()) {
            let printed = message.to_bytes();
            let again = Message::parse(&printed).map(|message| message.to_bytes());
            prop_assert_eq!(again, Ok(printed));
        }
    }
}
