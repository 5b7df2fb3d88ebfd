//! A walk's lines, taken one at a time.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use model::Topology;
use model::journal::event::{Clock, Direction, EndedBy, Event, NoSuccess};
use model::journal::{Record, WalkJournal};
use model::shared::Shared;
use model::topology::Pool;
use model::verb::{Verb, VerbOutcome};
use rstest::rstest;
use serde_json::{Value, from_value, json};
use timeline::media::Gap;
use timeline::{Line, Position, Timeline, sip};

/// A walk while it is run.
struct Running {
    timeline: Timeline,
    lines: u64,
}

impl Running {
    fn new() -> Running {
        Running::with(&json!([]))
    }

    /// With these groups.
    fn with(groups: &Value) -> Running {
        let topology: Topology = from_value(json!({
            "topology": "small",
            "about": "One agent.",
            "agents": [{ "name": "ann", "home": "primary" }],
            "callers": [{ "name": "rita" }],
            "groups": groups,
        }))
        .unwrap();
        Running {
            timeline: Timeline::new(topology, [].into()),
            lines: 0,
        }
    }

    fn take(&mut self, t_us: u64, host: &str, event: &Event) {
        let n = self.lines;
        self.lines += 1;
        self.timeline.take(Line {
            position: Position { t_us, n },
            clock: Clock::Virtual,
            host,
            event,
        });
    }

    /// Rita's call is answered, and media comes.
    fn call(&mut self) {
        let call = || "rita/1".to_owned();
        let to = "sales".to_owned();
        let pool = Pool::Primary;
        let media = "198.18.0.1:4000".parse().unwrap();
        let hears = None;
        self.take(1_000_000, "rita", &Event::Placed { call: call(), to });
        self.take(1_010_000, "rita", &Event::Tried { call: call(), pool });
        let answered = Event::Answered {
            call: call(),
            pool,
            media,
        };
        self.take(1_020_000, "rita", &answered);
        let started = Event::MediaStarted {
            call: call(),
            from: media,
            hears,
        };
        self.take(1_030_000, "rita", &started);
    }

    fn ends(&mut self, t_us: u64) {
        let ended = Event::Ended {
            call: "rita/1".to_owned(),
            by: EndedBy::Bye,
        };
        self.take(t_us, "rita", &ended);
    }
}

#[test]
fn a_call_is_up_from_its_answer_and_first_media_until_it_ends() {
    let mut walk = Running::new();
    let is_up = |walk: &Running| {
        let call = walk.timeline.last_call("rita");
        call.map(timeline::Call::is_up)
    };
    assert_eq!(is_up(&walk), None);
    walk.call();
    assert_eq!(is_up(&walk), Some(true));
    walk.ends(2_000_000);
    assert_eq!(is_up(&walk), Some(false));
}

#[test]
fn a_flow_tells_of_packets_losses_and_gaps() {
    let mut walk = Running::new();
    walk.call();
    let call = || "rita/1".to_owned();
    let from = "198.18.0.1:4000".parse().unwrap();
    let media = Event::Media {
        call: call(),
        from,
        hears: None,
        packets: 40,
        lost: 3,
        first_us: 1_030_000,
        last_us: 1_990_000,
        longest_gap_us: 300_000,
        quality: Shared::default(),
    };
    let gap = Event::MediaGap {
        call: call(),
        from,
        gap_us: 300_000,
    };
    let ended = Event::MediaEnded {
        call: call(),
        from,
        last_us: 1_990_000,
        packets: 40,
    };
    walk.take(1_500_000, "rita", &gap);
    walk.take(2_000_000, "rita", &media);
    walk.take(2_990_000, "rita", &ended);

    let [flow] = walk.timeline.calls[0].caller.received.flows() else {
        panic!("one flow");
    };
    assert_eq!((flow.packets, flow.lost), (40, 3));
    assert_eq!((flow.began.t_us, flow.last_us), (1_030_000, 1_990_000));
    assert_eq!(flow.ended.map(|position| position.t_us), Some(2_990_000));
    let gap = Gap {
        from_us: 1_200_000,
        us: 300_000,
    };
    assert_eq!(flow.gaps, [gap]);
}

#[test]
fn a_leg_belongs_to_the_call_of_whom_it_shows_while_that_goes_on() {
    let mut walk = Running::new();
    let alerted = |call: &str| Event::Alerted {
        call: call.to_owned(),
        caller: "rita".to_owned(),
        identity: None,
        from: "198.18.0.1:5060".parse().unwrap(),
    };
    walk.call();
    walk.take(1_100_000, "ann", &alerted("ann/1"));
    let call = "ann/1".to_owned();
    walk.take(1_200_000, "ann", &Event::Accepted { call });
    walk.ends(2_000_000);
    walk.take(2_100_000, "ann", &alerted("ann/2"));
    let call = "ann/2".to_owned();
    walk.take(2_200_000, "ann", &Event::Declined { call, code: 486 });

    let [leg] = &walk.timeline.calls[0].legs[..] else {
        panic!("one leg");
    };
    assert_eq!(leg.accepted.map(|position| position.t_us), Some(1_200_000));
    let [stray] = &walk.timeline.strays[..] else {
        panic!("one stray");
    };
    assert_eq!(
        stray.declined.map(|position| position.t_us),
        Some(2_200_000)
    );
}

/// Calls to a group of ann's, and whom she is shown when she is alerted: the number of the call that the leg
/// belongs to.
#[rstest]
#[case::the_caller("rita", None, 1)]
#[case::somebody_who_waits_for_nobody("roy", None, 1)]
#[case::somebody_without_a_call("zoe", None, 1)]
#[case::as_whose_identity_it_is("zoe", Some("roy"), 1)]
fn a_leg_that_shows_somebody_else_is_of_the_call_that_waits(
    #[case] shows: &str,
    #[case] identity: Option<&str>,
    #[case] expected: usize,
) {
    let mut walk = Running::with(&json!([
        { "name": "sales", "owner": "primary", "calls": "regular", "members": ["ann", "bob"] },
        { "name": "reception", "owner": "primary", "calls": "regular", "members": ["bob"] },
    ]));
    let mut place = |t_us, caller: &str, to: &str| {
        let (call, to) = (format!("{caller}/1"), to.to_owned());
        walk.take(t_us, caller, &Event::Placed { call, to });
    };
    place(1, "roy", "reception");
    place(2, "rita", "sales");
    let alerted = Event::Alerted {
        call: "ann/1".to_owned(),
        caller: shows.to_owned(),
        identity: identity.map(str::to_owned),
        from: "198.18.0.1:5060".parse().unwrap(),
    };
    walk.take(3, "ann", &alerted);
    let legs: Vec<usize> = walk
        .timeline
        .calls
        .iter()
        .map(|call| call.legs.len())
        .collect();
    assert_eq!(legs.iter().position(|legs| *legs == 1), Some(expected));
    assert_eq!(legs.iter().sum::<usize>(), 1);
}

#[test]
fn an_agent_is_registered_where_the_last_answer_says() {
    let mut walk = Running::new();
    assert_eq!(walk.timeline.registrar("ann"), None);
    let pool = Pool::Primary;
    walk.take(
        1,
        "ann",
        &Event::Registered {
            pool,
            expires: None,
            others: 0,
        },
    );
    assert_eq!(walk.timeline.registrar("ann"), Some(Pool::Primary));
    let outcome = NoSuccess::TimedOut;
    walk.take(2, "ann", &Event::NotRegistered { pool, outcome });
    assert_eq!(walk.timeline.registrar("ann"), None);
}

#[test]
fn an_operation_is_known_by_its_id_before_and_after_it_ends() {
    let mut walk = Running::new();
    assert!(walk.timeline.operation(7).is_none());
    let (verb, id, at) = (Verb::Export, 7, Pool::Primary);
    let invoked = Event::VerbInvoked {
        verb,
        id,
        at,
        about: Box::default(),
    };
    walk.take(1, "administrator", &invoked);
    assert_eq!(walk.timeline.operation(7).unwrap().ended_at(), None);
    let ended = Event::VerbEnded {
        verb,
        id,
        at,
        about: Box::default(),
        outcome: VerbOutcome::Done,
        rows: None,
    };
    walk.take(2, "administrator", &ended);
    let done = Position { t_us: 2, n: 1 };
    assert_eq!(walk.timeline.operation(7).unwrap().done(), Some(done));
}

#[test]
fn troubles_are_kept_with_whom_they_concern() {
    let mut walk = Running::new();
    let what = "an overflow".to_owned();
    walk.take(2, "rita", &Event::Trouble { what });
    let trouble = &walk.timeline.troubles[0];
    assert_eq!((&*trouble.actor, &*trouble.what), ("rita", "an overflow"));
}

fn recorded(n: u64, t_us: u64, host: &str, event: Event) -> Record {
    Record {
        walk: "walk".into(),
        n,
        t_us,
        clock: Clock::Virtual,
        host: host.to_owned(),
        event,
    }
}

fn signalled(direction: Direction, message: &str) -> Event {
    Event::Sip {
        direction,
        peer: "198.18.0.1:5060".parse().unwrap(),
        message: message.to_owned(),
    }
}

#[test]
fn messages_are_in_the_order_of_their_time_with_their_call_ids() {
    let record = |n, t_us, host: &str, direction, message: &str| {
        recorded(n, t_us, host, signalled(direction, message))
    };
    let invite = "INVITE sip:sales@example.test SIP/2.0\r\nCall-ID: one\r\n\r\ni: body";
    let ringing = "SIP/2.0 180 Ringing\r\ni : one\r\n\r\n";
    let other = "SIP/2.0 200 OK\r\ncall-id:two\r\n\r\n";
    let walk = WalkJournal {
        walk: "walk".to_owned(),
        records: vec![
            record(0, 30, "rita", Direction::In, ringing),
            record(1, 10, "rita", Direction::Out, invite),
            record(2, 20, "ann", Direction::In, other),
        ],
    };
    let messages = sip::messages(&walk);
    let texts: Vec<&str> = messages.iter().map(|message| message.text).collect();
    assert_eq!(texts, [invite, other, ringing]);
    let ids: Vec<_> = messages.iter().map(sip::Message::call_id).collect();
    assert_eq!(ids, [Some("one"), Some("two"), Some("one")]);
    let first = messages[0];
    assert_eq!((first.actor, first.direction), ("rita", Direction::Out));
}

#[test]
fn messages_belong_to_the_end_whose_call_began_with_their_call_id() {
    let message = |first_line: &str, call_id: &str, to: &str| {
        format!("{first_line}\r\nTo: <sip:sales@pool>{to}\r\nCall-ID: {call_id}\r\n\r\n")
    };
    let tried = |pool| Event::Tried {
        call: "rita/1".to_owned(),
        pool,
    };
    let alerted = Event::Alerted {
        call: "ann/1".to_owned(),
        caller: "rita".to_owned(),
        identity: None,
        from: "198.18.0.1:5060".parse().unwrap(),
    };
    let invite = |call_id| message("INVITE sip:sales@pool SIP/2.0", call_id, "");
    let bye = |call_id| message("BYE sip:x@pool SIP/2.0", call_id, ";tag=1");
    let (out, come) = (Direction::Out, Direction::In);
    let lines = [
        ("rita", tried(Pool::Primary)),
        ("rita", signalled(out, &invite("one"))),
        ("rita", tried(Pool::Backup)),
        // Sent once more, before the other hop is asked.
        ("rita", signalled(out, &invite("one"))),
        ("rita", signalled(out, &invite("two"))),
        ("ann", signalled(come, &invite("three"))),
        ("ann", alerted),
        ("ann", signalled(come, &bye("three"))),
        ("rita", signalled(come, &bye("two"))),
        ("rita", signalled(come, &bye("nobody's"))),
        ("ann", signalled(come, &bye("two"))),
    ];
    let lines = (0..).zip(lines);
    let walk = WalkJournal {
        walk: "walk".to_owned(),
        records: lines
            .map(|(n, (host, event))| recorded(n, n, host, event))
            .collect(),
    };
    let by_end = sip::sorted(&walk).by_end;
    let lines = |end| -> Vec<u64> { by_end[end].iter().map(|m| m.position.n).collect() };
    assert_eq!(by_end.len(), 2);
    assert_eq!(
        (lines("rita/1"), lines("ann/1")),
        (vec![1, 3, 4, 8], vec![5, 7])
    );
}

#[test]
fn a_message_is_taken_apart() {
    let text = "INVITE sip:x SIP/2.0\r\nSubject: one\r\n two\r\nCall-ID:\r\n 1\r\n\
                m: <sip:x@pool>\r\nnothing\r\n\r\n\
                v=0\r\nm=audio 4000 RTP/AVP 0\r\n";
    let walk = WalkJournal {
        walk: "walk".to_owned(),
        records: vec![recorded(0, 0, "rita", signalled(Direction::In, text))],
    };
    let message = sip::messages(&walk)[0];
    let fields: Vec<_> = message.fields().collect();
    assert_eq!(
        fields,
        [
            ("Subject", "one\r\n two"),
            ("Call-ID", "1"),
            ("m", "<sip:x@pool>"),
            ("", "nothing"),
        ]
    );
    assert_eq!(message.field(["Contact", "m"]), Some("<sip:x@pool>"));
    assert_eq!(message.call_id(), Some("1"));
    assert_eq!(message.body(), "v=0\r\nm=audio 4000 RTP/AVP 0\r\n");
    assert_eq!(message.described().media, ["0.0.0.0:4000".parse().unwrap()]);
}

/// Media goes in formats that both ends have named: an answer that names fewer leaves fewer.
#[test]
fn formats_are_those_that_both_ends_have_named() {
    let mut walk = Running::new();
    let described = |first: &str, formats: &str| {
        format!(
            "{first}\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n\r\nv=0\r\nm=audio 1 RTP/AVP {formats}\r\n"
        )
    };
    let from_there = signalled(Direction::In, &described("SIP/2.0 200 OK", "0"));
    walk.take(1_000, "rita", &from_there);
    assert_eq!(walk.timeline.payload_types("rita", (0, 9_000)), None);
    walk.take(
        10_000,
        "rita",
        &signalled(
            Direction::Out,
            &described("INVITE sip:x SIP/2.0", "0 8 101"),
        ),
    );
    walk.take(20_000, "rita", &from_there);
    walk.take(30_000, "rita", &signalled(Direction::Out, "ACK"));
    let ready = |window| walk.timeline.payload_types("rita", window);
    assert_eq!(ready((10_000, 15_000)), Some([0, 8, 101].into()));
    assert_eq!(ready((15_000, 25_000)), Some([0, 8, 101].into()));
    assert_eq!(ready((20_000, 40_000)), Some([0, 101].into()));
    assert_eq!(walk.timeline.payload_types("ann", (0, 40_000)), None);
}

/// A call that is refused meanwhile negotiates nothing; one that goes on beside it does, until it ends.
#[test]
fn formats_of_one_session_are_not_those_of_another() {
    let mut walk = Running::new();
    let message = |first: &str, call: u8, body: &str| {
        format!("{first}\r\nCall-ID: {call}\r\nCSeq: 1 INVITE\r\n\r\n{body}")
    };
    let audio = |formats: &str| format!("v=0\r\nm=audio 1 RTP/AVP {formats}\r\n");
    let mut said = |t_us, direction, first: &str, call, body: &str| {
        walk.take(
            t_us,
            "rita",
            &signalled(direction, &message(first, call, body)),
        );
    };
    let (invite, ok) = ("INVITE sip:x SIP/2.0", "SIP/2.0 200 OK");
    said(1_000, Direction::In, invite, 1, &audio("0 8 101"));
    said(2_000, Direction::Out, ok, 1, &audio("0 101"));
    said(3_000, Direction::In, invite, 2, &audio("8"));
    said(4_000, Direction::Out, "SIP/2.0 486 Busy Here", 2, "");
    said(5_000, Direction::Out, invite, 3, &audio("0 8 101"));
    said(6_000, Direction::In, "SIP/2.0 200 OK", 3, &audio("8"));
    said(7_000, Direction::In, invite, 3, &audio("9"));
    said(
        8_000,
        Direction::Out,
        "SIP/2.0 488 Not Acceptable Here",
        3,
        "",
    );
    said(9_000, Direction::Out, "BYE sip:x SIP/2.0", 1, "");
    said(10_000, Direction::Out, invite, 4, &audio("0 8 101"));
    said(11_000, Direction::In, "SIP/2.0 486 Busy Here", 4, "");
    for (since_us, until_us, types, why) in [
        (2_000, 4_500, &[0, 101][..], "call 2 was refused"),
        (6_000, 6_500, &[0, 8, 101], "calls 1 and 3"),
        (9_500, 9_600, &[8, 101], "call 3, whose change was refused"),
        (10_500, 10_600, &[0, 8, 101], "call 4 is offered"),
        (11_500, 11_600, &[8, 101], "and was refused"),
    ] {
        let ready = walk.timeline.payload_types("rita", (since_us, until_us));
        assert_eq!(ready, Some(types.iter().copied().collect()), "{why}");
    }
}
