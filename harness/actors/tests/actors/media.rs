//! What softphones hear of each other, and what becomes of it when the network fails.

use std::net::SocketAddr;

use crate::laboratory::{Laboratory, Seen, address, address_book, ms, straight_to};
use crate::laboratory::{Script, pool};
use actors::{AddressBook, Caller, Command};
use model::journal::event::{Change, Direction, EndedBy, Event};
use model::programme::{Offers, Resumption};
use model::topology::{Behaviour, Pool};
use model::walk::Timing;
use node::Port;
use node::sim::{Cut, Link, Probability};
use rstest::rstest;
use std::sync::Arc;

/// `alice` and `bob`, who reach each other without any pool.
fn two_callers() -> Laboratory {
    let mut laboratory = Laboratory::new();
    for (name, last, address_book) in [("alice", 12, straight_to(13)), ("bob", 13, straight_to(12))]
    {
        add_caller(&mut laboratory, name, last, address_book);
    }
    laboratory
}

/// `alice`, and a pool that plays music.
fn with_pool() -> Laboratory {
    let mut laboratory = Laboratory::with_pools(Script::default(), Script::default());
    add_caller(&mut laboratory, "alice", 12, address_book());
    laboratory
}

fn add_caller(
    laboratory: &mut Laboratory,
    name: &'static str,
    last: u8,
    address_book: Arc<AddressBook>,
) {
    laboratory.add_actor(name, last, move |spec| {
        Box::new(Caller::new(
            spec,
            Arc::clone(&address_book),
            Timing::default(),
            Pool::Primary,
        ))
    });
}

fn rtp(last: u8) -> SocketAddr {
    SocketAddr::new(address(last), 16000)
}

fn started(call: &str, from: SocketAddr, hears: Option<&str>) -> Event {
    Event::MediaStarted {
        call: call.into(),
        from,
        hears: hears.map(str::to_owned),
    }
}

/// The summaries of media that a node told: packets, lost, first, last and longest gap.
fn summaries(laboratory: &Laboratory, name: &str) -> Vec<(u32, u32, u64, u64, u64)> {
    let summary = |seen: &Seen| match &seen.event {
        Event::Media {
            packets,
            lost,
            first_us,
            last_us,
            longest_gap_us,
            ..
        } if seen.by == name => Some((*packets, *lost, *first_us, *last_us, *longest_gap_us)),
        _ => None,
    };
    laboratory.seen.iter().filter_map(summary).collect()
}

#[test]
fn each_end_hears_the_other() {
    let mut laboratory = two_callers();
    laboratory.call("alice", "bob");
    laboratory.run_until(1_000);
    let alice = laboratory.events("alice");
    assert!(
        alice.contains(&started("alice/1", rtp(13), Some("bob"))),
        "{alice:#?}"
    );
    let bob = laboratory.events("bob");
    assert!(
        bob.contains(&started("bob/1", rtp(12), Some("alice"))),
        "{bob:#?}"
    );
}

#[test]
fn a_call_on_hold_is_taken_back_elsewhere() {
    let mut laboratory = two_callers();
    laboratory.call("alice", "bob");
    laboratory.run_until(1_000);
    laboratory.tell("alice", Command::Hold);
    laboratory.run_until(3_500);
    laboratory.tell("alice", Command::Resume(Resumption::Elsewhere));
    laboratory.run_until(5_000);
    let elsewhere = SocketAddr::new(address(12), 16002);

    let alice = laboratory.events("alice");
    let reinvited = |change| Event::Reinvited {
        call: "alice/1".into(),
        change,
    };
    let is_answer =
        |event: &Event| matches!(event, Event::ReinviteAnswered { call, .. } if call == "alice/1");
    let place = |event: &Event| alice.iter().position(|e| e == event).unwrap();
    let hold = place(&reinvited(Change::Hold));
    let resume = place(&reinvited(Change::Resume));
    let answers = alice.iter().filter(|event| is_answer(event)).count();
    assert!(hold < resume && answers == 2, "{alice:#?}");
    let between = &alice[hold..resume];
    let silent = |event: &Event| matches!(event, Event::MediaEnded { .. });
    assert!(between.iter().any(silent), "bob was asked to be silent");
    let again = started("alice/1", rtp(13), Some("bob"));
    assert!(alice[resume..].contains(&again), "bob speaks again");

    let bob = laboratory.events("bob");
    let speaking = |to| Event::Speaking {
        call: "bob/1".into(),
        to,
    };
    let spoke: Vec<&Event> = bob
        .iter()
        .filter(|event| matches!(event, Event::Speaking { .. }))
        .collect();
    let expected = [Some(rtp(12)), None, Some(elsewhere)].map(speaking);
    assert_eq!(spoke, expected.iter().collect::<Vec<_>>());
    let heard = started("bob/1", elsewhere, Some("alice"));
    assert!(bob.contains(&heard), "alice speaks from there");
}

/// What the parties' ends of a call on hold send each other again, and from where alice does, once she has taken it back.
#[rstest]
#[case::where_it_was(Resumption::InPlace, 16000)]
#[case::elsewhere(Resumption::WithoutOffer, 16002)]
fn a_call_on_hold_is_taken_back_in_place_or_without_an_offer(
    #[case] how: Resumption,
    #[case] port: u16,
) {
    let mut laboratory = two_callers();
    laboratory.call("alice", "bob");
    laboratory.run_until(1_000);
    laboratory.tell("alice", Command::Hold);
    laboratory.run_until(3_500);
    laboratory.tell("alice", Command::Resume(how));
    laboratory.run_until(5_000);
    let alice = laboratory.events("alice");
    let is_resumption = |event: &Event| {
        matches!(
            event,
            Event::Reinvited {
                change: Change::Resume,
                ..
            }
        )
    };
    let resumed = alice.iter().position(is_resumption).unwrap();
    let again = started("alice/1", rtp(13), Some("bob"));
    assert!(alice[resumed..].contains(&again), "bob speaks again");
    let bob = laboratory.events("bob");
    let spoke = bob.iter().filter_map(|event| match event {
        Event::Speaking { to, .. } => Some(*to),
        _ => None,
    });
    let there = SocketAddr::new(address(12), port);
    assert_eq!(
        spoke.collect::<Vec<_>>(),
        [Some(rtp(12)), None, Some(there)]
    );
}

/// Whoever is called makes the offer, and the caller answers it in the ACK.
#[test]
fn a_call_begins_without_an_offer() {
    let mut laboratory = two_callers();
    let (to, offers) = ("bob".to_owned(), Offers::Called);
    laboratory.tell("alice", Command::Call { to, offers });
    laboratory.run_until(1_000);
    let sent = laboratory.seen.iter().filter_map(|seen| match &seen.event {
        Event::Sip {
            direction: Direction::Out,
            message,
            ..
        } if seen.by == "alice" => Some(message),
        _ => None,
    });
    let described: Vec<(String, bool)> = sent
        .map(|message| {
            assert!(
                !message.contains("100rel"),
                "an offer would be answered in a PRACK"
            );
            let method = message.split(' ').next().unwrap().to_owned();
            (method, message.contains("m=audio"))
        })
        .collect();
    let expected = [("INVITE".to_owned(), false), ("ACK".to_owned(), true)];
    assert_eq!(described, expected);
    let heard = started("alice/1", rtp(13), Some("bob"));
    assert!(laboratory.events("alice").contains(&heard));
    let heard = started("bob/1", rtp(12), Some("alice"));
    assert!(laboratory.events("bob").contains(&heard));
}

#[test]
fn music_has_nobodys_name() {
    let mut laboratory = with_pool();
    laboratory.call("alice", "sales");
    laboratory.run_until(1_000);
    let music = SocketAddr::new(address(1), pool::RTP[0]);
    assert!(
        laboratory
            .events("alice")
            .contains(&started("alice/1", music, None))
    );
}

#[test]
fn each_second_of_a_flow_is_summed_up() {
    let mut laboratory = two_callers();
    laboratory.call("alice", "bob");
    laboratory.run_until(3_000);
    let summaries = summaries(&laboratory, "alice");
    assert_eq!(summaries.len(), 3);
    for (second, (packets, lost, first, last, gap)) in (0_u64..).zip(summaries) {
        assert!((49..=51).contains(&packets), "{packets} packets");
        assert_eq!(lost, 0);
        assert!(first >= second * 1_000_000 && first < last && last < (second + 1) * 1_000_000);
        assert!((19_900..=20_100).contains(&gap), "{gap} µs");
    }
}

#[test]
fn lost_packets_are_counted_and_duplicates_are_not() {
    let mut laboratory = two_callers();
    let (alice, bob) = (laboratory.host("alice"), laboratory.host("bob"));
    laboratory.call("alice", "bob");
    laboratory.run_until(1_000);
    let link = Link {
        loss: Probability::percent(20),
        duplicate: Probability::percent(50),
        ..Link::SITE
    };
    laboratory.sim.set_link(bob, alice, link);
    laboratory.run_until(11_000);
    let summaries = summaries(&laboratory, "alice");
    let packets: u32 = summaries[1..].iter().map(|summary| summary.0).sum();
    let lost: u32 = summaries[1..].iter().map(|summary| summary.1).sum();
    assert!(
        (498..=502).contains(&(packets + lost)),
        "{packets} and {lost}"
    );
    assert!((60..=140).contains(&lost), "{lost} lost");
}

/// bob's media moves to his other port, and back while the first flow is remembered.
#[test]
fn what_came_from_another_port_meanwhile_was_not_lost() {
    let mut laboratory = two_callers();
    laboratory.call("alice", "bob");
    laboratory.run_until(1_000);
    for (held, resumed) in [(1_000, 1_100), (1_400, 1_500)] {
        laboratory.run_until(held);
        laboratory.tell("bob", Command::Hold);
        laboratory.run_until(resumed);
        laboratory.tell("bob", Command::Resume(Resumption::Elsewhere));
    }
    laboratory.run_until(3_000);
    let summaries = summaries(&laboratory, "alice");
    let (packets, lost) = summaries.iter().fold((0, 0), |sum, summary| {
        (sum.0 + summary.0, sum.1 + summary.1)
    });
    assert!(packets > 130, "{packets} packets");
    assert_eq!(lost, 0);
}

#[test]
fn a_pause_of_less_than_a_second_is_a_gap() {
    let mut laboratory = two_callers();
    let (alice, bob) = (laboratory.host("alice"), laboratory.host("bob"));
    laboratory.call("alice", "bob");
    laboratory.run_until(1_010);
    laboratory.sim.cut(bob, alice, Cut::Silent);
    laboratory.run_until(1_310);
    laboratory.sim.heal(bob, alice);
    laboratory.run_until(2_000);
    let gaps = laboratory
        .story("alice")
        .into_iter()
        .filter_map(|seen| match seen.event {
            Event::MediaGap { gap_us, .. } => Some((seen.at, gap_us)),
            _ => None,
        });
    let gaps: Vec<_> = gaps.collect();
    let [(at, gap_us)] = gaps[..] else {
        panic!("{gaps:?}");
    };
    assert!((300_000..=325_000).contains(&gap_us), "{gap_us} µs");
    assert!((1_310_000..=1_335_000).contains(&at.as_micros()), "{at}");
    assert!(
        laboratory
            .events("bob")
            .iter()
            .all(|event| !matches!(event, Event::MediaGap { .. }))
    );
}

#[test]
fn a_flow_ends_a_second_after_its_last_packet_and_starts_again_with_the_next() {
    let mut laboratory = two_callers();
    let (alice, bob) = (laboratory.host("alice"), laboratory.host("bob"));
    laboratory.call("alice", "bob");
    laboratory.run_until(1_010);
    laboratory.sim.cut(bob, alice, Cut::Silent);
    laboratory.run_until(4_000);
    laboratory.sim.heal(bob, alice);
    laboratory.run_until(5_000);
    let tale = laboratory.story("alice");
    let ends: Vec<_> = tale
        .iter()
        .enumerate()
        .filter_map(|(index, seen)| match seen.event {
            Event::MediaEnded {
                last_us, packets, ..
            } => Some((index, seen.at, last_us, packets)),
            _ => None,
        })
        .collect();
    let [(index, at, last_us, packets)] = ends[..] else {
        panic!("{ends:?}");
    };
    assert_eq!(at.as_micros(), last_us + 1_000_000);
    assert!((990_000..=1_010_500).contains(&last_us), "{last_us} µs");
    assert!((49..=52).contains(&packets), "{packets}");
    assert_eq!(
        tale[index + 1].event,
        started("alice/1", rtp(13), Some("bob"))
    );
    assert!((4_000_000..=4_021_000).contains(&tale[index + 1].at.as_micros()));
}

#[test]
fn after_the_calls_end_its_flows_have_ended_and_packets_count_no_more() {
    let mut laboratory = two_callers();
    let (alice, bob) = (laboratory.host("alice"), laboratory.host("bob"));
    laboratory.call("alice", "bob");
    laboratory.run_until(1_000);
    // Bob does not learn of it: his media goes on.
    laboratory.sim.cut(alice, bob, Cut::Silent);
    laboratory.tell("alice", Command::HangUp);
    laboratory.run_until(5_000);
    let events = laboratory.events("alice");
    let [.., Event::MediaEnded { .. }, last] = &events[..] else {
        panic!("{events:#?}");
    };
    let call = "alice/1".to_owned();
    let by = EndedBy::HungUp;
    assert_eq!(*last, Event::Ended { call, by });
}

#[test]
fn what_goes_on_from_an_earlier_call_is_not_taken_for_the_next() {
    let mut laboratory = with_pool();
    add_caller(&mut laboratory, "bob", 13, straight_to(12));
    laboratory.call("bob", "alice");
    laboratory.run_until(1_000);
    let (alice, bob) = (laboratory.host("alice"), laboratory.host("bob"));
    laboratory.sim.cut(alice, bob, Cut::Silent);
    laboratory.tell("alice", Command::HangUp);
    laboratory.call("alice", "sales");
    laboratory.run_until(4_000);
    let sources = laboratory
        .events("alice")
        .into_iter()
        .filter_map(|event| match event {
            Event::MediaStarted { call, from, .. } => Some((call, from)),
            _ => None,
        });
    let sources: Vec<_> = sources.collect();
    let music = SocketAddr::new(address(1), pool::RTP[0]);
    let expected = [
        ("alice/1".to_owned(), rtp(13)),
        ("alice/2".to_owned(), music),
    ];
    assert_eq!(sources, expected);
}

#[rstest]
#[case::that_offers(Behaviour::Ignore)]
#[case::that_asks_for_an_offer(Behaviour::Decline)]
fn media_follows_a_re_invite(#[case] told: Behaviour) {
    let mut laboratory = with_pool();
    laboratory.call("alice", "sales");
    laboratory.run_until(1_000);
    laboratory.tell("primary", Command::Behave(told));
    laboratory.run_until(2_500);
    let moved = SocketAddr::new(address(1), pool::RTP[1]);
    let events = laboratory.events("alice");
    let told = Event::Moved {
        call: "alice/1".into(),
        media: moved,
    };
    assert!(events.contains(&told), "{events:#?}");
    assert!(
        events.contains(&started("alice/1", moved, None)),
        "{events:#?}"
    );
    let notes = laboratory.notes("primary");
    assert_eq!(notes, ["INVITE sales", "confirmed", "moved true"]);
    let heard = pool::heard(Port(pool::RTP[1]), rtp(12));
    assert!(laboratory.events("primary").contains(&heard));
}

#[test]
fn an_end_says_where_it_speaks_to_until_its_call_is_over() {
    let mut laboratory = with_pool();
    laboratory.call("alice", "sales");
    laboratory.run_until(1_000);
    laboratory.tell("primary", Command::Behave(Behaviour::Ignore));
    laboratory.run_until(2_500);
    laboratory.tell("alice", Command::HangUp);
    laboratory.run_until(3_000);
    let events = laboratory.events("alice").into_iter();
    let spoken = events.filter_map(|event| match event {
        Event::Speaking { call, to } => Some((call, to)),
        _ => None,
    });
    let spoken: Vec<_> = spoken.collect();
    let [first, second] = pool::RTP.map(|port| Some(SocketAddr::new(address(1), port)));
    let expected = [first, second, None].map(|to| ("alice/1".to_owned(), to));
    assert_eq!(spoken, expected);
}

#[test]
fn an_end_that_is_asked_to_offer_speaks_where_the_acknowledgement_says() {
    let mut laboratory = with_pool();
    let alice = SocketAddr::new(address(12), 6000);
    laboratory.call("primary", format!("?{alice}"));
    laboratory.run_until(1_000);
    let heard = pool::heard(Port(pool::RTP[0]), rtp(12));
    assert!(laboratory.events("primary").contains(&heard));
    let events = laboratory.events("alice");
    let music = SocketAddr::new(address(1), pool::RTP[0]);
    assert!(
        events.contains(&started("alice/1", music, None)),
        "{events:#?}"
    );
    let moved = |event: &Event| matches!(event, Event::Moved { .. });
    assert!(!events.iter().any(moved), "{events:#?}");
}

/// Who is whose source is said once in a call, however often it is reported.
#[test]
fn ends_tell_each_other_in_rtcp_who_they_are() {
    let mut laboratory = two_callers();
    laboratory.call("alice", "bob");
    laboratory.run_until(30_000);
    for (end, other, last) in [("alice", "bob", 13), ("bob", "alice", 12)] {
        let mut rtcp = rtp(last);
        rtcp.set_port(rtcp.port() + 1);
        let said = Event::SourceDescribed {
            call: format!("{end}/1"),
            from: rtcp,
            items: vec![format!("CNAME {other}@{}", address(last))],
        };
        let events = laboratory.events(end).into_iter();
        let described = |event: &Event| matches!(event, Event::SourceDescribed { items, .. } if items[0].starts_with("CNAME"));
        let described: Vec<Event> = events.filter(described).collect();
        assert_eq!(described, [said]);
    }
}

/// Nobody told the other end that the call before is over.
#[test]
fn reports_of_a_call_that_is_over_are_not_taken_for_the_next_ones() {
    let mut laboratory = two_callers();
    laboratory.call("alice", "bob");
    laboratory.run_until(1_000);
    let (alice, bob) = (laboratory.host("alice"), laboratory.host("bob"));
    laboratory.sim.cut(alice, bob, Cut::Silent);
    laboratory.tell("alice", Command::HangUp);
    laboratory.run_until(1_100);
    laboratory.call("alice", "nobody");
    laboratory.run_until(20_000);
    let second =
        |event: &Event| matches!(event, Event::SourceDescribed { call, .. } if call == "alice/2");
    assert!(!laboratory.events("alice").iter().any(second));
}

#[test]
fn a_caller_that_was_frozen_sends_no_burst() {
    let mut laboratory = two_callers();
    laboratory.call("alice", "bob");
    laboratory.run_until(1_000);
    laboratory.sim.freeze(laboratory.node("bob"));
    laboratory.run_until(6_000);
    laboratory.sim.thaw(laboratory.node("bob"));
    laboratory.run_until(7_000);
    let summaries = summaries(&laboratory, "alice");
    let (packets, lost, first, _, _) = *summaries.last().unwrap();
    assert!(first >= ms(6_000).as_micros());
    assert!(
        (50..=52).contains(&packets),
        "{packets} packets in the second after the thaw"
    );
    assert_eq!(lost, 0);
}
