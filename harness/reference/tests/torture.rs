//! Messages at the edge of the grammar and beyond it, after RFC 4475, to a pool that runs: each gets what
//! the RFC says or allows, and the pool goes on.

mod world;

use rstest::rstest;
use world::script::{self, Peer, code, description, header};
use world::{Primary, World};

/// Has a stranger send a message, and gives the first answer but 100.
fn answer(world: &mut World, peer: Peer, text: &str) -> Option<String> {
    world.say(peer, Primary.sip(), text);
    let heard = world.heard(peer, 700);
    heard
        .into_iter()
        .find(|text| !matches!(code(text), None | Some(100)))
}

/// The pool still says that it is there.
fn goes_on(world: &mut World, peer: Peer) {
    let answer = answer(world, peer, &options("SIP/2.0", "z9hG4bKlast", ""));
    assert_eq!(answer.as_deref().and_then(code), Some(200));
}

fn options(version: &str, branch: &str, more: &str) -> String {
    format!(
        "OPTIONS sip:sales@198.18.0.1 {version}\nVia: SIP/2.0/UDP 198.18.0.30;branch={branch}\n\
         Max-Forwards: 70\nFrom: <sip:t@198.18.0.30>;tag=1\nTo: <sip:sales@198.18.0.1>\n\
         Call-ID: options\nCSeq: 1 OPTIONS\n{more}Content-Length: 0\n\n"
    )
}

fn register(contact: &str, more: &str) -> String {
    format!(
        "REGISTER sip:198.18.0.1 SIP/2.0\nVia: SIP/2.0/UDP 198.18.0.30;branch=z9hG4bKr\n\
         Max-Forwards: 70\nFrom: <sip:carl@198.18.0.1>;tag=1\nTo: <sip:carl@198.18.0.1>\n\
         Call-ID: register\nCSeq: 1 REGISTER\n{contact}{more}Content-Length: 0\n\n"
    )
}

/// An INVITE to a group, with a description, in which lines are replaced.
fn invite(changes: &[(&str, &str)]) -> String {
    let body = "v=0\no=- 1 1 IN IP4 198.18.0.30\ns=-\nc=IN IP4 198.18.0.30\nt=0 0\n\
                m=audio 4000 RTP/AVP 0\n";
    let text = format!(
        "INVITE sip:sales@198.18.0.1 SIP/2.0\nVia: SIP/2.0/UDP 198.18.0.30;branch=z9hG4bKi\n\
         Max-Forwards: 70\nFrom: <sip:t@198.18.0.30>;tag=1\nTo: <sip:sales@198.18.0.1>\n\
         Call-ID: invite\nCSeq: 1 INVITE\nContact: <sip:t@198.18.0.30>\n\
         Content-Type: application/sdp\n\n{body}"
    );
    changes.iter().fold(text, |text, (before, after)| {
        assert!(text.contains(before), "{before}");
        text.replace(before, after)
    })
}

/// Valid, however odd (section 3.1.1).
#[rstest]
#[case::tortuous(invite(&[
    ("INVITE sip:sales@198.18.0.1 SIP", "INVITE sip:sales@198.18.0.1;unknownparam SIP"),
    ("Via: SIP/2.0/UDP 198.18.0.30;branch=z9hG4bKi", "v:  SIP  / 2.0\n /UDP\n    198.18.0.30 ;\n  branch  = z9hG4bKi"),
    ("To: <sip:sales@198.18.0.1>", "TO :\n sip:sales@198.18.0.1 ;   unknown    = param"),
    ("From: <sip:t@198.18.0.30>;tag=1", "from   : \"J Rosenberg \\\\\\\"\"       <sip:t@198.18.0.30>\n  ;\n  tag = 98asjd8"),
    ("Max-Forwards: 70", "MaX-fOrWaRdS: 0068"),
    ("CSeq: 1 INVITE", "cseq: 0009\n  INVITE"),
    ("Contact: <sip:t@198.18.0.30>", "m:\"Quoted string \\\"\\\"\" <sip:t@198.18.0.30> ; newparam =\n      newvalue ;\n  secondparam ; q = 0.33\ns :\nUnknownHeaderWithUnusualValue: ;;,,;;,;\nNewFangledHeader:   newfangled value\n continued"),
]))]
#[case::escaped_user(invite(&[("INVITE sip:sales@", "INVITE sip:s%61les@")]))]
#[case::escaped_whole(invite(&[("INVITE sip:sales@", "INVITE sip:%73%61%6C%65%73@")]))]
#[case::no_space_after_a_display_name(invite(&[("From: <", "From: caller<")]))]
#[case::quoted_display_name(invite(&[("From: <", "From: \"a;b,c<d>\\\"e\" <")]))]
#[case::no_angle_brackets(invite(&[("From: <sip:t@198.18.0.30>;tag=1", "From: sip:t@198.18.0.30;tag=1")]))]
#[case::foreign_display_name(invite(&[("From: <", "From: \"Jürgen ☎\" <")]))]
#[case::null_escaped(invite(&[("From: <sip:t@", "From: <sip:null-%00-null@")]))]
#[case::long_values(invite(&[("Contact: ", "X-Long: longlonglonglonglonglonglonglonglonglonglonglonglonglong\nContact: ")]))]
#[case::other_transports(invite(&[("Max-Forwards", "Via: SIP/2.0/UNKNOWN 198.18.0.9;branch=z9hG4bKy\nVia: SIP/2.0/TLS 198.18.0.8;branch=z9hG4bKz\nMax-Forwards")]))]
#[case::a_date_of_another_zone(invite(&[("Max-Forwards", "Date: Fri, 01 Jan 2010 16:00:00 EST\nMax-Forwards")]))]
#[case::an_unknown_scheme_of_authorization(invite(&[("Max-Forwards", "Authorization: NoOneKnowsThisScheme opaque-data=here\nMax-Forwards")]))]
#[case::any_type_is_accepted(invite(&[("Max-Forwards", "Accept: text/plain, application/*;q=0.2\nMax-Forwards")]))]
#[case::old_style(invite(&[
    (";branch=z9hG4bKi", ""), ("Max-Forwards: 70\n", ""), (";tag=1", ""), ("Contact: <sip:t@198.18.0.30>\n", ""),
]))]
fn a_valid_invite_is_answered(#[case] text: String) {
    let mut world = World::new();
    let peer = world.peer(30);
    let first = answer(&mut world, peer, &text).unwrap();
    assert_eq!(code(&first), Some(200), "{first}");
    assert!(first.contains("m=audio "), "{first}");
    goes_on(&mut world, peer);
}

#[rstest]
#[case::unusual_method(options("SIP/2.0", "z9hG4bKa", "").replace("OPTIONS", "!interesting-Method0123456789_*+`.%indeed'~"), 501)]
#[case::trailing_bytes(register("", "") + "INVITE sip:joe@example.com SIP/2.0\n\nv=0\n", 200)]
#[case::parameters_of_a_contact(register("Contact: sip:carl@198.18.0.30;unknownparam\n", ""), 200)]
#[case::parameters_of_a_uri(register("Contact: <sip:carl@198.18.0.30;unknownparam>\n", ""), 200)]
#[case::headers_in_a_contact(
    register("Contact: <sip:carl@198.18.0.30?Route=%3Csip:example.com%3E>\n", ""),
    200
)]
#[case::no_hop_left(options("SIP/2.0", "z9hG4bKa", "").replace("Forwards: 70", "Forwards: 0"), 200)]
#[case::nothing_but_the_cookie(options("SIP/2.0", "z9hG4bK", ""), 200)]
#[case::multiple_parts(options("SIP/2.0", "z9hG4bKa", "Content-Type: multipart/mixed;boundary=x\n").replace("OPTIONS", "MESSAGE"), 405)]
// Beyond the grammar (section 3.1.2).
#[case::another_version(options("SIP/7.0", "z9hG4bKa", ""), 505)]
#[case::space_in_a_uri(options("SIP/2.0", "z9hG4bKa", "").replace("198.18.0.1 SIP", "198.18.0.1; lr SIP"), 400)]
#[case::bracketed_uri(options("SIP/2.0", "z9hG4bKa", "").replacen("sip:sales@198.18.0.1 ", "<sip:sales@198.18.0.1> ", 1), 400)]
#[case::spaces_in_the_start_line(options("SIP/2.0", "z9hG4bKa", "").replacen(" sip:", "  sip:", 1), 200)]
#[case::two_call_ids(options("SIP/2.0", "z9hG4bKa", "Call-ID: other\n"), 400)]
#[case::two_lengths(options("SIP/2.0", "z9hG4bKa", "Content-Length: 5\n"), 400)]
#[case::a_negative_length(options("SIP/2.0", "z9hG4bKa", "").replace("Length: 0", "Length: -999"), 400)]
#[case::a_length_too_long(options("SIP/2.0", "z9hG4bKa", "").replace("Length: 0", "Length: 9999"), 400)]
#[case::an_unterminated_quote(options("SIP/2.0", "z9hG4bKa", "").replace("To: <", "To: \"Mr J. User <"), 400)]
// It is clear what is meant.
#[case::a_display_name_of_no_tokens(options("SIP/2.0", "z9hG4bKa", "").replace("From: <", "From: Bell, Alexander <"), 200)]
#[case::spaces_in_an_address(options("SIP/2.0", "z9hG4bKa", "").replace("To: <sip:sales@198.18.0.1>", "To: \"W\" < sip:sales@198.18.0.1 >"), 200)]
#[case::a_number_too_large(register("", "").replace("CSeq: 1 ", "CSeq: 36893488147419103232 "), 400)]
#[case::another_method_in_cseq(options("SIP/2.0", "z9hG4bKa", "").replace("CSeq: 1 OPTIONS", "CSeq: 1 INVITE"), 400)]
#[case::a_contact_that_is_none(register("Contact: nonsense\n", ""), 400)]
#[case::an_expiry_that_is_none(
    register("Contact: <sip:carl@198.18.0.30>\n", "Expires: soon\n"),
    400
)]
#[case::all_contacts_with_others(
    register("Contact: *, <sip:carl@198.18.0.30>\n", "Expires: 0\n"),
    400
)]
// Section 3.3.
#[case::an_unknown_scheme(options("SIP/2.0", "z9hG4bKa", "").replacen("sip:sales@198.18.0.1", "nobodyKnowsThisScheme:totallyopaque", 1), 416)]
#[case::another_scheme_in_to(register("", "").replace("To: <sip:carl@198.18.0.1>", "To: <isbn:2983792873>"), 400)]
#[case::extensions_required(
    options(
        "SIP/2.0",
        "z9hG4bKa",
        "Require: nothingSupportsThis, nothingSupportsThisEither\nProxy-Require: noProxiesSupportThis\n"
    ),
    420
)]
#[case::a_body_type_that_cannot_be(invite(&[("application/sdp", "application/unknownformat")]), 415)]
#[case::a_body_type_that_is_none(invite(&[("application/sdp", "sdp")]), 415)]
#[case::an_answer_that_nobody_can_write(invite(&[("Max-Forwards", "Accept: text/nobodyKnowsThis\nMax-Forwards")]), 406)]
fn a_request_gets_what_the_rfc_says_or_allows(#[case] text: String, #[case] expected: u16) {
    let mut world = World::new();
    let peer = world.peer(30);
    let first = answer(&mut world, peer, &text).unwrap_or_default();
    assert_eq!(code(&first), Some(expected), "{first}");
    if expected == 420 {
        let named: Vec<&str> = first
            .lines()
            .filter_map(|line| line.strip_prefix("Unsupported: "))
            .collect();
        assert_eq!(
            named.join(", "),
            "nothingSupportsThis, nothingSupportsThisEither"
        );
    }
    goes_on(&mut world, peer);
}

/// Whoever writes no Contact is reached where it calls from.
#[test]
fn an_old_style_caller_has_a_call_like_others() {
    let mut world = World::new();
    let peer = world.peer(30);
    let text = invite(&[
        (";branch=z9hG4bKi", ""),
        (";tag=1", ""),
        ("Contact: <sip:t@198.18.0.30>\n", ""),
    ]);
    let first = answer(&mut world, peer, &text).unwrap();
    let ack = text.replace("INVITE", "ACK");
    let (head, _) = ack.split_once("\n\n").unwrap();
    let to = format!("To: {}", header(&first, "To").unwrap());
    let head = head.replace("To: <sip:sales@198.18.0.1>", &to);
    world.say(peer, Primary.sip(), &format!("{head}\n\n"));
    let moved = world.request(peer, "INVITE", 500);
    assert!(moved.starts_with("INVITE sip:t@198.18.0.30"), "{moved}");
    // Of tags it knows nothing.
    let body = description(peer, "sendrecv");
    let to = header(&moved, "To").unwrap();
    let answer = script::answer(&moved, "200 OK", "Content-Type: application/sdp\n", &body);
    let untagged = answer.replace(&format!("{to};tag=peer"), to);
    world.say(peer, Primary.sip(), &untagged);
    world.run(300);
    assert!(world.hums(peer, 100), "anna is heard");
    let bye = head.replace("ACK", "BYE").replace("CSeq: 1", "CSeq: 2");
    world.say(peer, Primary.sip(), &format!("{bye}\n\n"));
    assert!(world.codes(peer, 300).contains(&200));
    assert!(world.ended("anna"));
}

/// Reason phrases are for people (section 3.1.1.13).
#[rstest]
#[case::none("180 ", "200 ")]
#[case::foreign("180 звонит", "200 = 2**3 * 5**2 но сто девяносто девять - простое")]
fn an_agent_may_say_anything_beside_a_code(#[case] rings: &str, #[case] answers: &str) {
    let mut world = World::new();
    let anna = world.telephone(31, "anna");
    world.call("carl", "sales", Primary);
    let invite = world.request(anna, "INVITE", 300);
    world.reply(anna, &invite, rings, "");
    // What no response can be is none.
    world.reply(
        anna,
        &invite,
        "4294967301 better not break the receiver",
        "",
    );
    world.run(2_500);
    world.reply(anna, &invite, answers, &description(anna, "sendrecv"));
    world.request(anna, "ACK", 300);
    assert!(world.alerted().is_empty());
}
