//! Session descriptions, and where in a body they are (RFC 3264, RFC 8866, RFC 5621).

use super::{NOBODY, accepted, answered, refused, speaks};
use crate::scripted::{agent, caller};
use rstest::rstest;

/// The beginning of a call to `bob`, whose INVITE has this body; the answer is to have these texts.
fn alerted(offer: &str, checks: &[&str]) -> &'static str {
    let checks: String = checks.iter().map(|c| format!("    body: {c}\n")).collect();
    let script = format!(
        "wait 100\n> INVITE\n{offer}\n< 180 INVITE\n< 200 INVITE\n{checks}> ACK\nmedia\n\
         > BYE\n< 200 BYE\n"
    );
    script.leak()
}

#[test]
fn a_callers_offer_says_what_telephones_say() {
    let script = "
< INVITE
    Content-Type: application/sdp
    Supported: 100rel
    Supported: replaces
    Allow: UPDATE
    body: RTP/AVP 0 8 101
    body: a=rtpmap:0 PCMU/8000
    body: a=rtpmap:8 PCMA/8000
    body: a=rtpmap:101 telephone-event/8000
    body: a=fmtp:101 0-15
    body: a=ptime:20
    body: a=sendrecv
> 200
    sdp fmt=8 a=rtpmap:8~PCMA/8000
< ACK
media pt=8 bytes=160
";
    caller("", [script, NOBODY])
        .run(1_000)
        .done()
        .tells("an answer", answered);
}

const PARTS: &str = "    Content-Type: multipart/TYPE; boundary=\"=_x\"
    | --=_x
    | Content-Type: application/rs-metadata+xml
    |
    | <recording/>
    | --=_x
    | Content-Type: application/sdp
    | Content-Disposition: session
    |
    | v=0
    | o=- 1 1 IN IP4 198.18.0.1
    | s=-
    | c=IN IP4 198.18.0.1
    | t=0 0
    | m=audio 20000 RTP/AVP 0
    | --=_x--";

#[rstest]
#[case::mixed("mixed")]
#[case::alternative("alternative")]
#[case::related("related")]
fn an_offer_may_be_one_of_several_parts(#[case] kind: &str) {
    let offer = PARTS.replace("TYPE", kind);
    agent("", alerted(&offer, &["m=audio"]))
        .run(1_000)
        .done()
        .tells("an accepted call", accepted);
}

#[test]
fn an_answer_may_be_one_of_several_parts() {
    let script = format!(
        "< INVITE\n> 200\n{}\n< ACK\nmedia\n",
        PARTS.replace("TYPE", "mixed")
    );
    caller("", [script.leak(), NOBODY])
        .run(1_000)
        .done()
        .tells("an answer", answered);
}

#[rstest]
#[case::a_law("sdp fmt=8", &["RTP/AVP 8", "a=rtpmap:8 PCMA/8000"])]
#[case::dynamic_type("sdp fmt=97,98 a=rtpmap:97~pcmu/8000/1 a=rtpmap:98~telephone-event/8000",
    &["RTP/AVP 97 98", "a=rtpmap:97 PCMU/8000", "a=rtpmap:98 telephone-event/8000"])]
#[case::order_of_the_offer("sdp fmt=18,8,0", &["RTP/AVP 8 0"])]
#[case::feedback("sdp proto=RTP/AVPF fmt=0 a=rtcp-fb:0~nack", &["RTP/AVPF 0"])]
#[case::a_name("sdp ip=media.example.org", &["m=audio"])]
#[case::latin_1("sdp s=Zürich", &["m=audio"])]
#[case::big_numbers("sdp o=340282366920938463463374607431768211455", &["m=audio"])]
#[case::encrypted_or_not("sdp proto=RTP/SAVP a=m=-\n    | m=audio 20000 RTP/AVP 0", &["RTP/SAVP 0", "RTP/AVP 0"])]
fn offers_of_every_kind_are_answered(#[case] offer: &str, #[case] checks: &[&str]) {
    let offer = format!("    {}", offer.replace(" a=m=-", ""));
    agent("", alerted(&offer, checks))
        .run(1_000)
        .done()
        .tells("an accepted call", accepted);
}

#[rstest]
#[case::encrypted("sdp proto=RTP/SAVP", "488")]
#[case::encrypted_with_feedback("sdp proto=RTP/SAVPF", "488")]
#[case::other_codecs("sdp fmt=9,18", "488")]
#[case::events_alone("sdp fmt=101 a=rtpmap:101~telephone-event/8000", "488")]
#[case::a_type_that_means_something_else("sdp fmt=0 a=rtpmap:0~opus/48000/2", "488")]
#[case::another_type("Content-Type: text/plain\n    | hello", "415")]
#[case::compressed("Content-Encoding: gzip\n    sdp", "415")]
#[case::no_description("Content-Type: application/sdp\n    | hello", "400")]
fn what_cannot_be_taken_is_refused_for_what_it_is(#[case] offer: &str, #[case] code: &str) {
    let script = format!("wait 100\n> INVITE\n    {offer}\n< {code} INVITE\n> ACK\nsilence 500\n");
    agent("", script.leak())
        .run(2_000)
        .done()
        .never_tells("an accepted call", accepted);
}

#[test]
fn a_body_that_need_not_be_understood_is_no_offer() {
    let offer = "    Content-Type: application/isup\n    \
                 Content-Disposition: signal;handling=optional\n    | x";
    let script = format!(
        "wait 100\n> INVITE\n{offer}\n< 180 INVITE\n< 200 INVITE\n    body: m=audio\n> ACK\n    sdp\nmedia\n"
    );
    agent("", script.leak())
        .run(1_000)
        .done()
        .tells("an accepted call", accepted);
}

#[test]
fn an_answer_that_cannot_be_understood_ends_the_call_and_leads_to_the_next_hop() {
    let script = "
< INVITE
> 200
    Content-Type: text/plain
    | hello
< ACK
< BYE
> 200
";
    let backup = "
< INVITE
> 200
    sdp
< ACK
";
    caller("", [script, backup])
        .run(1_000)
        .done()
        .tells("a refusal", refused(488));
}

#[rstest]
#[case::thirty("sdp a=ptime:30", "240")]
#[case::ten_at_most("sdp a=maxptime:10", "80")]
#[case::more_than_that_would_do("sdp a=maxptime:150", "160")]
#[case::sixty_at_most("sdp a=ptime:200", "480")]
fn packets_are_as_long_as_the_peer_wants_them(#[case] answer: &str, #[case] bytes: &str) {
    let script = format!("< INVITE\n> 200\n    {answer}\n< ACK\nmedia bytes={bytes}\n");
    caller("", [script.leak(), NOBODY])
        .run(1_000)
        .done()
        .tells("speaking", speaks(Some(20000)));
}
