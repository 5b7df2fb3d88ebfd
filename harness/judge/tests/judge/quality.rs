//! Media that comes, and cannot be listened to.

use std::net::SocketAddr;

use model::Verdict::{Fail, Inconclusive, Pass};
use model::host::HostName;
use model::impairment::{Impairment, Links};
use model::journal::event::{Direction, EndedBy};
use model::journal::{Event, Quality};
use model::topology::Pool;
use rstest::rstest;

use crate::drill;
use crate::script::{Script, Talk};
use crate::world;

const REGULAR: &str = "outage.connected.regular";
const NEW: &str = "outage.new.imported";

/// What is wrong with each second of media.
type Harm = fn(&mut Quality, &mut u32);

/// What rita hears of her agent in the outage is spoilt.
fn rita(harm: Harm) -> Script {
    drill::imported().receiving(&["rita/1"], (7.0, 15.0), harm)
}

#[rstest]
#[case::lost(|_: &mut Quality, lost: &mut u32| *lost = 10, "a stream of which 16.7% was lost")]
#[case::overtaken(|quality: &mut Quality, _: &mut u32| quality.late = 10, "a stream of which 20.0% was out of order")]
#[case::slow(|quality: &mut Quality, _: &mut u32| quality.audio_us /= 2, "50.1% of the audio that there is")]
#[case::with_pauses(
    |quality: &mut Quality, _: &mut u32| quality.audio_us = quality.audio_us * 94 / 100,
    "a voice of which 6.0% was not sent"
)]
#[case::under_way(|quality: &mut Quality, _: &mut u32| quality.latency_us = Some(401_000), "a voice that was under way for 401 ms")]
#[case::fast(|quality: &mut Quality, _: &mut u32| quality.audio_us *= 2, "more audio than time passed")]
#[case::in_heaps(|quality: &mut Quality, _: &mut u32| quality.delayed_us = 151_000, "packets that were held back for 151 ms")]
#[case::of_another_codec(
    |quality: &mut Quality, _: &mut u32| quality.payload_types = [0, 8].into(),
    "audio of payload type 8, and had described 0"
)]
fn what_cannot_be_listened_to_is_no_connection(#[case] harm: Harm, #[case] why: &str) {
    rita(harm).gives(REGULAR, Fail, why);
}

#[rstest]
#[case::lost(|_: &mut Quality, lost: &mut u32| *lost = 5)]
#[case::overtaken(|quality: &mut Quality, _: &mut u32| quality.late = 5)]
#[case::slow(|quality: &mut Quality, _: &mut u32| quality.audio_us = quality.audio_us * 96 / 100)]
#[case::lost_and_slow(|quality: &mut Quality, lost: &mut u32| (quality.audio_us, *lost) = (quality.audio_us * 88 / 100, 5))]
#[case::under_way(|quality: &mut Quality, _: &mut u32| quality.latency_us = Some(400_000))]
#[case::fast(|quality: &mut Quality, _: &mut u32| quality.audio_us = quality.audio_us * 17 / 10)]
#[case::in_heaps(|quality: &mut Quality, _: &mut u32| quality.delayed_us = 150_000)]
#[case::jitter(|quality: &mut Quality, _: &mut u32| quality.jitter_us = 40_000)]
#[case::sent_twice(|quality: &mut Quality, _: &mut u32| quality.duplicates = 50)]
#[case::pauses_of_comfort_noise(|quality: &mut Quality, _: &mut u32| (quality.audio_us, quality.comfort_noise) = (20_000, 2))]
fn what_a_telephone_makes_up_for_is_a_connection(#[case] harm: Harm) {
    rita(harm).gives(REGULAR, Pass, "stayed connected");
}

#[test]
fn streams_that_begin_anew_all_the_time_are_no_connection() {
    let alone = |restarts| {
        let script = rita(match restarts {
            3 => |quality, _| quality.restarts = 3,
            _ => |quality, _| quality.restarts = 1,
        });
        script.adding(|script| {
            let ritas = SocketAddr::new(world::media(HostName::CLIENTS).ip(), 16_002);
            script.speaks("ben/1", Some(ritas), 6.9);
        })
    };
    alone(3).gives(REGULAR, Fail, "streams one after the other: ");
    alone(1).gives(REGULAR, Pass, "stayed connected");
}

#[test]
fn two_who_speak_to_the_same_place_are_mixed_there() {
    rita(|quality, _| quality.restarts = 3).gives(REGULAR, Pass, "stayed connected");
}

#[test]
fn one_bad_second_is_no_bad_call() {
    let harm: Harm = |quality, lost| (*lost, quality.late) = (30, 20);
    drill::imported()
        .receiving(&["rita/1"], (8.9, 10.1), harm)
        .gives(REGULAR, Pass, "");
}

#[test]
fn the_agents_end_is_judged_as_well() {
    drill::imported()
        .receiving(&["ben/1"], (7.0, 15.0), |_, lost| *lost = 10)
        .gives(REGULAR, Fail, "ben received");
}

#[test]
fn what_is_heard_for_less_than_two_seconds_is_judged_by_its_type_only() {
    let talk = ["cora/12", "bea/11"];
    let stage = (7.0, 15.0);
    drill::imported()
        .receiving(&talk, stage, |_, lost| *lost = 30)
        .gives(NEW, Pass, "talked");
    drill::imported()
        .receiving(&talk, stage, |quality, _| {
            quality.payload_types = [8].into();
        })
        .gives(NEW, Fail, "audio of payload type 8");
}

#[test]
fn an_end_whose_descriptions_are_not_known_may_be_ready_for_anything() {
    rita(|quality: &mut Quality, _: &mut u32| quality.payload_types = [8].into())
        .without(|record| {
            let sent = matches!(
                record.event,
                Event::Sip {
                    direction: Direction::Out,
                    ..
                }
            );
            sent && record.host == "rita"
        })
        .gives(REGULAR, Pass, "stayed connected");
}

// ---- the environment ---------------------------------------------------------------------------

fn with_impaired_links(script: Script) -> Script {
    script.changing(|record| {
        if let Event::WalkBegan { walk, .. } = &mut record.event {
            walk.links = Links {
                actors: Some(Impairment::default()),
                pools: None,
            };
        }
    })
}

#[test]
fn what_impaired_links_may_do_is_not_held_against_the_target() {
    with_impaired_links(rita(|_: &mut Quality, lost: &mut u32| *lost = 10)).gives(
        REGULAR,
        Pass,
        "stayed connected",
    );
    with_impaired_links(rita(|_: &mut Quality, lost: &mut u32| *lost = 20)).gives(
        REGULAR,
        Inconclusive,
        "28.6% was lost, from 7.000 s to 14.980 s; but the walk impairs links",
    );
}

/// What links may have done at one end, or to one call, excuses nothing that the pool did.
#[test]
fn what_impaired_links_may_do_does_not_hide_what_they_cannot() {
    let spoilt = || with_impaired_links(rita(|_: &mut Quality, lost: &mut u32| *lost = 20));
    spoilt()
        .adding(|script| script.ended("ben/1", EndedBy::Bye, 12.0))
        .gives(REGULAR, Fail, "ended at ben at 12.000 s");
}

#[test]
fn what_a_machine_that_stood_still_may_do_is_not_held_against_the_target() {
    rita(|_: &mut Quality, lost: &mut u32| *lost = 10)
        .adding(|script| {
            let starved = Event::Starved { late_us: 260_000 };
            script.line(10.0, HostName::CLIENTS.word(), starved);
        })
        .gives(REGULAR, Inconclusive, "stood still for 260 ms");
}

// ---- who waits ---------------------------------------------------------------------------------

/// What wally hears who waits at branch in the outage is spoilt.
fn wally(harm: Harm) -> Script {
    drill::imported().receiving(&["wally/11"], (7.0, 15.0), harm)
}

#[rstest]
#[case::silence(|quality: &mut Quality, _: &mut u32| quality.sounding = 0, "nothing but silence for 3.2 s")]
#[case::one_a_second(|quality: &mut Quality, _: &mut u32| quality.audio_us = 20_000, "of the audio that there is")]
#[case::of_another_codec(
    |quality: &mut Quality, _: &mut u32| quality.payload_types = [8].into(),
    "audio of payload type 8, and had described 0"
)]
fn who_waits_hears_music_that_can_be_listened_to(#[case] harm: Harm, #[case] why: &str) {
    wally(harm).gives(NEW, Fail, why);
}

#[test]
fn who_waits_may_be_greeted_and_then_hear_silence() {
    drill::imported()
        .receiving(&["wally/11"], (8.7, 15.0), |quality, _| {
            (quality.sounding, quality.comfort_noise) = (0, 1);
        })
        .gives(NEW, Pass, "");
}

#[test]
fn who_waits_goes_on_hearing_something() {
    drill::imported().deaf("wally/11", (8.79, 10.5)).gives(
        NEW,
        Fail,
        "wally heard nothing for 2.0 s from 8.780 s",
    );
}

/// rita talks to ben.
#[rstest]
#[case::a_third_person(Some("boris"), "heard boris, who is not in the call as well")]
#[case::herself(Some("rita"), "heard its own voice as well")]
#[case::music(None, "heard music, or some other sound as well")]
fn whoever_talks_hears_nobody_else(#[case] whom: Option<&str>, #[case] why: &str) {
    let backup = world::media(HostName::BACKUP);
    let besides = |until: f64| {
        drill::imported().adding(move |script| {
            // rita speaks straight to ben.
            let from = match whom {
                Some("rita") => world::media(HostName::CLIENTS),
                _ => backup,
            };
            script.speaks("boris/1", Some(backup), 7.5);
            script.hears("rita/1", from, whom, (8.0, until));
        })
    };
    besides(12.0).gives("outage.connected.regular", Fail, why);
    if whom.is_none() {
        besides(8.9).gives("outage.connected.regular", Pass, "stayed connected");
    }
}

/// A pool that was started anew has given the port out again to which boris still speaks.
#[test]
fn who_speaks_where_the_other_end_speaks_is_no_third_person_of_the_targets() {
    let clients = world::media(HostName::CLIENTS);
    drill::imported()
        .adding(|script| {
            script.speaks("boris/1", Some(clients), 7.5);
            script.hears("rita/1", clients, Some("boris"), (8.0, 12.0));
        })
        .gives("outage.connected.regular", Pass, "stayed connected");
}

#[test]
fn no_link_makes_another_codec_of_one() {
    let harm: Harm = |quality, _| quality.payload_types = [0, 8].into();
    with_impaired_links(rita(harm)).gives(REGULAR, Fail, "audio of payload type 8");
}

/// amos waits at `sales` in the failed-over stage, of whose music links lose a lot.
#[test]
fn what_links_may_have_done_hides_neither_that_a_caller_was_forgotten() {
    let waiting = drill::imported()
        .adding(|script| {
            script.welcomed("amos/7", "sales", Pool::Backup, (27.5, 27.7, 31.6));
            script.ended("amos/7", EndedBy::HungUp, 31.7);
        })
        .receiving(&["amos/7"], (27.5, 31.7), |_, lost| *lost = 30);
    with_impaired_links(waiting).gives("failed-over.new.imported", Fail, "alerted nobody for 4.");
}

/// cora talks to bea for long enough, hangs up, and bea is told nothing.
#[test]
fn nor_that_an_end_was_not_told() {
    let (caller, agent) = ("cora/32", "bea/31");
    let untold = drill::imported()
        .without(|record| matches!(&record.event, Event::Ended { call, .. } if call == caller || call == agent))
        .adding(|script| {
            let source = world::media(HostName::CLIENTS);
            let (since, until) = (25.4, 27.7);
            script.talk(&Talk { caller, agent, source, since, until });
            script.ended(caller, EndedBy::HungUp, 27.8);
        })
        .receiving(&[caller, agent], (22.0, 32.0), |_, lost| *lost = 80);
    with_impaired_links(untold).gives("failed-over.new.imported", Fail, "was not told");
}
