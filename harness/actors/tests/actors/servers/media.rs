//! Voices that survive a media path (RFC 3550, RFC 3551, RFC 3389, RFC 4733, RFC 5761).

use super::NOBODY;
use crate::scripted::caller;
use model::journal::event::Event;
use rstest::rstest;

/// A call whose media is echoed so, and for two seconds more so: who is heard, in order, and how many
/// packets that held no audio were counted.
fn heard(echo: [&str; 2], answer: &str) -> (Vec<Option<String>>, u32) {
    let [first, second] = echo;
    // The same again goes on as it is.
    let then = match first == second {
        true => String::new(),
        false => format!("echo {second}\n"),
    };
    let script =
        format!("< INVITE\n> 200\n    {answer}\n< ACK\necho {first}\nwait 2000\n{then}wait 2000\n");
    let stage = caller("", [script.leak(), NOBODY]).run(4_500).done();
    let mut heard = Vec::new();
    let mut lost = 0;
    for seen in &stage.laboratory.seen {
        match &seen.event {
            Event::MediaStarted { hears, .. } => heard.push(hears.clone()),
            Event::Media { lost: more, .. } => lost += more,
            _ => {}
        }
    }
    (heard, lost)
}

fn alice() -> Option<String> {
    Some("alice".to_owned())
}

#[rstest]
#[case::as_it_was("")]
#[case::a_law("pcma")]
#[case::quieter("pcma gain=25")]
#[case::louder("gain=200")]
#[case::ten_milliseconds("packets=10")]
#[case::thirty("pcma packets=30")]
#[case::sixty("pcma packets=60 gain=50")]
#[case::comfort_noise_between("noise")]
#[case::telephone_events_between("event")]
#[case::reports_between("rtcp")]
fn a_voice_is_known_whatever_the_path_did_to_it(#[case] echo: &str) {
    let (heard, lost) = heard(
        [echo, echo],
        "sdp fmt=0,8,101 a=rtpmap:101~telephone-event/8000",
    );
    assert_eq!(heard, [alice()], "one voice, and nothing besides");
    assert_eq!(lost, 0);
}

#[test]
fn a_dynamic_payload_type_is_understood() {
    let answer = "sdp fmt=96 a=rtpmap:96~PCMA/8000";
    let (heard, _) = heard(["pcma pt=96", "pcma pt=96"], answer);
    assert_eq!(heard, [alice()]);
}

#[rstest]
#[case::another_source("", "ssrc=9 jump=4711")]
#[case::a_leap("", "jump=30000")]
#[case::a_leap_back("jump=40000", "")]
#[case::another_codec("", "pcma jump=100")]
fn a_stream_that_changes_is_followed_without_a_loss(#[case] first: &str, #[case] second: &str) {
    let (heard, lost) = heard([first, second], "sdp fmt=0,8");
    assert_eq!(heard, [alice()]);
    assert_eq!(lost, 0);
}

#[test]
fn media_may_come_from_another_port() {
    let (heard, lost) = heard(["", "port=20002 ssrc=9"], "sdp fmt=0,8");
    assert_eq!(heard, [alice(), alice()]);
    assert_eq!(lost, 0);
}
