//! New calls.

use model::Verdict::{Fail, Inconclusive, Pass};
use model::host::HostName;
use model::journal::Event;
use model::journal::event::{Change, EndedBy};
use model::reach::Reach;
use model::topology::Pool;
use model::walk::Imports;
use rstest::rstest;

use crate::drill;
use crate::script::{Script, is_media, is_of, is_probe_of, us, within};
use crate::world;

const CONNECTS: &str = "failed-over.new.imported";
const UNREACHABLE: &str = "outage.new.imported";
const DISCONNECTED: &str = "outage.new.not-imported";

/// What this call hears comes from another pool, or from nobody.
fn without_media(script: Script, call: &str) -> Script {
    script.without(|record| is_of(record, call) && is_media(record))
}

// ---- connects ------------------------------------------------------------------------------

#[test]
fn a_2xx_without_music_is_no_connection() {
    without_media(drill::imported(), "wally/31").gives(CONNECTS, Fail, "heard no greeting");
}

/// Whoever holds the call waits for music anew once it is taken back.
#[test]
fn who_holds_a_call_has_not_waited_for_music_meanwhile() {
    let held = |script: Script, hold: f64, resume: f64| {
        script
            .changed("wally/31", Change::Hold, hold)
            .changed("wally/31", Change::Resume, resume)
    };
    let silent = || without_media(drill::imported(), "wally/31");
    let finding = held(silent(), 23.6, 25.0).finding(CONNECTS);
    let reason = finding.result.reason;
    assert!(!reason.contains("heard no greeting"), "{reason}");
    held(silent(), 25.4, 25.6).gives(CONNECTS, Fail, "heard no greeting");
}

#[test]
fn music_from_another_pool_is_no_connection_to_this_one() {
    let wrong = without_media(drill::deaf(Imports::InAdvance), "wally/31").adding(|script| {
        script.hears(
            "wally/31",
            world::media(HostName::PRIMARY),
            None,
            (22.8, 26.0),
        );
    });
    wrong.gives(CONNECTS, Fail, "came from the primary, not from the backup");
}

#[test]
fn which_hop_proxied_the_invite_does_not_matter() {
    drill::imported()
        .changing(|record| {
            if let Event::Answered { pool, .. } = &mut record.event {
                *pool = Pool::Primary;
            }
        })
        .gives(CONNECTS, Pass, "heard the backup");
}

#[test]
fn a_call_that_came_to_nothing_says_how_each_hop_ended() {
    drill::imported()
        .adding(|script| script.refused("ruth/1", "sales", (23.0, 25.0)))
        .gives(
            CONNECTS,
            Fail,
            "primary timed out after 2.0 s, then backup refused with 480",
        );
}

#[test]
fn an_attempt_that_lies_across_a_boundary_is_not_counted() {
    let across = drill::imported().adding(|script| script.refused("ruth/1", "sales", (14.0, 16.0)));
    across
        .clone()
        .gives("outage.new.imported", Pass, "heard the backup");
    across.gives("failover.new.imported", Pass, "heard the backup");
}

#[test]
fn without_an_attempt_nothing_is_judged() {
    drill::imported()
        .without(|record| {
            let call = matches!(&record.event, Event::Placed { to, .. } if to != "reception");
            let alerted = matches!(&record.event, Event::Alerted { .. });
            (call || alerted) && within(record, (22.0, 32.0))
        })
        .gives(
            CONNECTS,
            Inconclusive,
            "no call to a group of the primary was placed",
        );
}

#[test]
fn the_time_until_the_first_music_is_measured() {
    let finding = drill::imported().finding(CONNECTS);
    let took = finding.result.figures.get("connect_ms").copied();
    assert!(
        took.is_some_and(|ms| (ms - 300.0).abs() < 1.0),
        "{finding:#?}"
    );
}

/// ruth's call is answered by nobody until she gives up.
fn given_up(script: Script, (placed, at): (f64, f64)) -> Script {
    script.adding(|script| {
        script.placed("ruth/1", "sales", placed);
        script.tried("ruth/1", Pool::Primary, placed);
        script.ended("ruth/1", EndedBy::HungUp, at);
    })
}

#[rstest]
#[case::long_enough((28.0, 30.5), Fail, "was not answered by the primary within 2.5 s")]
#[case::too_soon((28.0, 29.0), Pass, "talked")]
#[case::of_a_pool_that_is_out((22.5, 25.5), Inconclusive, "a fault affected the primary")]
fn a_call_that_is_not_answered_until_its_caller_gives_up_is_no_connection(
    #[case] time: (f64, f64),
    #[case] verdict: model::Verdict,
    #[case] why: &str,
) {
    given_up(drill::imported(), time).gives(CONNECTS, verdict, why);
}

#[test]
fn a_call_that_its_caller_gives_up_may_have_come_to_nothing() {
    given_up(drill::not_imported(), (10.0, 13.0)).gives(DISCONNECTED, Pass, "failed at");
}

// ---- agents homed in the primary are unreachable -------------------------------------------

#[test]
fn an_agent_of_the_primary_who_is_alerted_is_not_unreachable() {
    drill::imported()
        .adding(|script| script.alerted("pamela/9", "wally", Pool::Backup, 9.0))
        .gives(
            UNREACHABLE,
            Fail,
            "alerted pamela, who is homed in the primary",
        );
}

#[test]
fn an_agent_of_the_primary_who_is_alerted_during_failback_is_not_unreachable() {
    drill::imported()
        .adding(|script| script.alerted("pamela/9", "wally", Pool::Primary, 34.0))
        .gives("failback.new.all", Fail, "alerted pamela");
}

#[test]
fn unless_an_agent_of_the_backup_is_alerted_nobody_is_proven_unreachable() {
    drill::imported()
        .without(|record| is_of(record, "bea/11"))
        .gives(
            UNREACHABLE,
            Inconclusive,
            "no agent homed in the backup was alerted",
        );
}

#[test]
fn a_backup_that_serves_those_who_ask_it_first_is_seen_by_them() {
    without_media(drill::imported(), "bart/42")
        .adding(|script| {
            let backup = world::media(HostName::BACKUP);
            script.hears("bart/42", backup, None, (33.9, 35.0));
        })
        .gives(
            "failback.new.all",
            Fail,
            "came from the backup, not from the primary",
        );
}

#[rstest]
#[case::primary("bart", "no caller who asks the backup first")]
#[case::backup("cora", "no caller who asks the primary first")]
fn callers_of_both_orders_are_wanted(#[case] caller: &str, #[case] why: &str) {
    let mut others: Vec<&str> = vec!["cora", "wally", "bart"];
    others.retain(|other| (*other == "bart") == (caller == "bart"));
    let placed_by = |record: &model::journal::Record| {
        let placed = matches!(&record.event, Event::Placed { to, .. } if to != "reception");
        placed && others.contains(&record.host.as_str())
    };
    drill::not_imported()
        .without(placed_by)
        .gives(DISCONNECTED, Inconclusive, why);
}

#[test]
fn a_caller_who_does_not_wait_long_enough_proves_nobody_unreachable() {
    drill::imported()
        .changing(|record| {
            let hung_up = matches!(
                record.event,
                Event::Ended {
                    by: EndedBy::HungUp,
                    ..
                }
            );
            if hung_up && is_of(record, "wally/11") {
                record.t_us = us(9.0);
            }
        })
        .gives(UNREACHABLE, Inconclusive, "no call waited 2s");
}

#[test]
fn music_that_stops_while_the_caller_waits_proves_nobody_unreachable() {
    drill::imported().deaf("wally/11", (8.9, 9.7)).gives(
        UNREACHABLE,
        Inconclusive,
        "no call waited 2s",
    );
}

#[test]
fn an_agent_whose_machine_the_pool_cannot_reach_may_be_silent_for_that_reason() {
    let blind = drill::imported()
        .without(|record| is_probe_of(record, HostName::BACKUP) && within(record, (7.7, 9.9)))
        .changing(|record| {
            let seen = is_probe_of(record, HostName::BACKUP) && within(record, (9.9, 11.2));
            if let (true, Event::Probed { hosts, .. }) = (seen, &mut record.event) {
                hosts.insert(HostName::CLIENTS, Reach::Silent);
            }
        });
    blind.gives(UNREACHABLE, Inconclusive, "probe on backup");
}

#[test]
fn an_agent_who_is_busy_may_be_silent_for_that_reason() {
    drill::imported()
        .adding(|script| script.placed("pamela/9", "chris", 5.5))
        .gives(UNREACHABLE, Inconclusive, "free, signed-in agent");
}

// ---- disconnected --------------------------------------------------------------------------

#[test]
fn a_2xx_is_no_disconnection() {
    drill::not_imported()
        .adding(|script| {
            script.welcomed("cora/19", "sales", Pool::Backup, (11.0, 11.3, 13.0));
        })
        .gives(DISCONNECTED, Fail, "was answered through the backup");
}

#[rstest]
#[case::before_any_alert(None, Pass, "ended before any agent was alerted")]
#[case::after_an_alert(Some(8.9), Fail, "was answered")]
fn a_call_that_is_ended_counts_as_disconnected_until_an_agent_is_alerted(
    #[case] alerted: Option<f64>,
    #[case] verdict: model::Verdict,
    #[case] why: &str,
) {
    drill::not_imported()
        .without(|record| is_of(record, "cora/12") || is_of(record, "cora/13"))
        .adding(|script| {
            script.welcomed("cora/19", "sales", Pool::Backup, (8.5, 8.8, 9.5));
            script.ended("cora/19", EndedBy::Bye, 9.5);
            if let Some(at) = alerted {
                script.alerted("bea/19", "cora", Pool::Backup, at);
            }
        })
        .gives(DISCONNECTED, verdict, why);
}

#[test]
fn a_caller_who_reaches_no_control_group_proves_nothing() {
    drill::not_imported()
        .without(|record| is_of(record, "cora/11"))
        .gives(
            DISCONNECTED,
            Inconclusive,
            "no control: cora reached no group",
        );
}

#[test]
fn another_callers_control_is_none() {
    drill::not_imported()
        .adding(|script| script.refused("wally/1", "sales", (9.0, 10.0)))
        .gives(
            DISCONNECTED,
            Inconclusive,
            "no control: wally reached no group",
        );
}

/// cora's call to sales in the outage is taken before she has heard anything of a pool.
fn taken_at_once() -> Script {
    drill::imported().without(|record| match &record.event {
        Event::Media { call, hears, .. } | Event::MediaStarted { call, hears, .. } => {
            call == "cora/12" && hears.is_none()
        }
        Event::MediaEnded { call, from, .. } => {
            call == "cora/12" && *from == world::media(HostName::BACKUP)
        }
        _ => false,
    })
}

#[test]
fn a_call_that_is_taken_before_there_is_music_connects_where_its_answer_says() {
    taken_at_once().gives(UNREACHABLE, Pass, "");
    taken_at_once()
        .changing(|record| match &mut record.event {
            Event::Answered { call, media, .. } if call == "cora/12" => {
                *media = world::media(HostName::PRIMARY);
            }
            _ => {}
        })
        .gives(
            UNREACHABLE,
            Fail,
            "wants media at 198.18.0.1:20000, not at the backup",
        );
}

/// A 2xx that neither answers an offer nor makes one.
#[test]
fn a_call_that_is_answered_without_media_does_not_connect() {
    drill::imported()
        .adding(|script| {
            script.placed("amos/7", "sales", 24.0);
            script.tried("amos/7", Pool::Backup, 24.0);
            script.ended("amos/7", EndedBy::Broken, 24.1);
        })
        .gives(
            "failed-over.new.imported",
            Fail,
            "was answered by the backup at 24.100 s (line",
        );
}
