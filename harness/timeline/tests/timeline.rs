//! A walk's lines, taken one at a time.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use model::Topology;
use model::journal::event::{Clock, Direction, EndedBy, Event, NoSuccess};
use model::journal::{Record, WalkJournal};
use model::topology::Pool;
use model::verb::{About, Verb, VerbOutcome};
use serde_json::{from_value, json};
use timeline::media::Gap;
use timeline::{Line, Position, Timeline, sip};

/// A walk while it is run.
struct Running {
    timeline: Timeline,
    lines: u64,
}

impl Running {
    fn new() -> Running {
        let topology: Topology = from_value(json!({
            "topology": "small",
            "about": "One agent.",
            "agents": [{ "name": "ann", "home": "primary" }],
            "callers": [{ "name": "rita" }],
            "groups": [],
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

#[test]
fn an_agent_is_registered_where_the_last_answer_says() {
    let mut walk = Running::new();
    assert_eq!(walk.timeline.registrar("ann"), None);
    let pool = Pool::Primary;
    walk.take(1, "ann", &Event::Registered { pool });
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
        about: About::default(),
    };
    walk.take(1, "administrator", &invoked);
    assert_eq!(walk.timeline.operation(7).unwrap().ended_at(), None);
    let ended = Event::VerbEnded {
        verb,
        id,
        at,
        about: About::default(),
        outcome: VerbOutcome::Done,
        rows: None,
    };
    walk.take(2, "administrator", &ended);
    let done = Position { t_us: 2, n: 1 };
    assert_eq!(walk.timeline.operation(7).unwrap().done(), Some(done));
}

#[test]
fn instructions_and_troubles_are_kept_with_whom_they_concern() {
    let mut walk = Running::new();
    let (actor, what) = ("rita".to_owned(), "call sales".to_owned());
    walk.take(1, "conductor", &Event::Told { actor, what });
    let what = "an overflow".to_owned();
    walk.take(2, "rita", &Event::Trouble { what });
    let told = &walk.timeline.instructions[0];
    assert_eq!((&*told.actor, &*told.what), ("rita", "call sales"));
    let trouble = &walk.timeline.troubles[0];
    assert_eq!((&*trouble.actor, &*trouble.what), ("rita", "an overflow"));
}

#[test]
fn messages_are_brought_together_by_call_id_in_the_order_of_their_time() {
    let record = |n, t_us, host: &str, direction, message: &str| Record {
        walk: "walk".to_owned(),
        n,
        t_us,
        clock: Clock::Virtual,
        host: host.to_owned(),
        event: Event::Sip {
            direction,
            peer: "198.18.0.1:5060".parse().unwrap(),
            message: message.to_owned(),
        },
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
    let ladders = sip::ladders(&walk);
    assert_eq!(ladders.keys().copied().collect::<Vec<_>>(), ["one", "two"]);
    let texts: Vec<&str> = ladders["one"].iter().map(|message| message.text).collect();
    assert_eq!(texts, [invite, ringing]);
    let first = ladders["one"][0];
    assert_eq!((first.actor, first.direction), ("rita", Direction::Out));
}
