//! Calls connected to an agent.

use model::Verdict::{self, Fail, Inconclusive, Pass};
use model::host::HostName;
use model::journal::Event;
use model::journal::event::EndedBy;
use model::topology::Pool;
use model::walk::Imports;
use rstest::rstest;

use crate::drill;
use crate::script::{Script, Talk, is_media, is_of, us};
use crate::world::{self, INJECTED, OVER};

const REGULAR: &str = "outage.connected.regular";
const ANONYMOUS: &str = "outage.connected.anonymous";

// ---- stays connected -----------------------------------------------------------------------

#[rstest]
#[case::at_the_caller("rita/1", "rita received nothing")]
#[case::at_the_agent("ben/1", "ben received nothing")]
fn media_that_stops_at_one_end_is_no_connection(#[case] end: &str, #[case] why: &str) {
    drill::imported()
        .deaf(end, (9.0, 15.0))
        .gives(REGULAR, Fail, why);
}

/// The last packet before comes at 9.98 s; the first after it at this instant.
#[rstest]
#[case::of_0_9_s(10.88, Pass, "longest gap 900 ms")]
#[case::of_1_1_s(11.08, Fail, "received nothing of ben for 1.1 s from 9.980 s")]
fn a_gap_is_held_against_the_window(
    #[case] next: f64,
    #[case] verdict: Verdict,
    #[case] why: &str,
) {
    let script = drill::imported()
        .deaf("rita/1", (9.99, 12.99))
        .adding(|script| {
            let media = world::media(HostName::CLIENTS);
            script.hears("rita/1", media, Some("ben"), (next, 12.98));
        });
    script.gives(REGULAR, verdict, why);
}

#[test]
fn a_gap_that_the_fault_began_counts_although_the_stage_began_later() {
    let script = drill::imported().deaf("rita/1", (6.0, 7.99));
    script.gives(
        REGULAR,
        Fail,
        "received nothing of ben for 2.0 s from 5.980 s",
    );
}

#[test]
fn a_gap_in_another_stage_is_not_held_against_this_one() {
    let script = drill::imported().deaf("rita/1", (17.0, 20.0));
    script.clone().gives(REGULAR, Pass, "stayed connected");
    script.gives("failover.connected.regular", Fail, "received nothing");
}

#[rstest]
#[case::a_bye(EndedBy::Bye, "a BYE came")]
#[case::a_broken_dialog(EndedBy::Broken, "the dialog broke")]
fn a_call_that_is_ended_from_elsewhere_does_not_stay(#[case] by: EndedBy, #[case] why: &str) {
    let script = drill::imported().adding(|script| script.ended("ben/1", by, 10.0));
    script.gives(REGULAR, Fail, why);
}

#[test]
fn a_call_that_its_own_caller_hung_up_is_not_counted() {
    drill::imported()
        .adding(|script| script.ended("rita/1", EndedBy::HungUp, 10.0))
        .gives(
            REGULAR,
            Inconclusive,
            "no regular call connected to an agent was there",
        );
}

#[test]
fn a_call_must_have_stayed_until_its_own_caller_hung_up() {
    let hung_up =
        |at| drill::imported().adding(|script| script.ended("rita/1", EndedBy::HungUp, at));
    let deaf = hung_up(13.0).deaf("rita/1", (9.0, 12.0));
    deaf.gives(REGULAR, Fail, "rita received nothing of ben for 3.0 s");
    let of_others = "no regular call connected to an agent was there";
    let deaf_later = hung_up(9.5).deaf("rita/1", (9.1, 12.0));
    deaf_later.gives(REGULAR, Inconclusive, of_others);
}

#[test]
fn music_instead_of_the_agent_is_no_connection() {
    let script = drill::imported()
        .deaf("rita/1", (9.0, 15.0))
        .adding(|script| {
            let backup = world::media(HostName::BACKUP);
            script.hears("rita/1", backup, None, (9.0, 15.0));
        });
    script.gives(REGULAR, Fail, "rita received nothing");
}

#[test]
fn media_that_only_one_end_ever_had_is_no_call_to_judge() {
    drill::imported()
        .without(|record| is_media(record) && is_of(record, "ben/1"))
        .gives(
            REGULAR,
            Inconclusive,
            "no regular call connected to an agent was there",
        );
}

#[test]
fn the_longest_gap_is_measured() {
    let finding = drill::imported().finding(REGULAR);
    assert_eq!(finding.result.figures.get("longest_gap_ms"), Some(&20.0));
}

#[test]
fn a_journal_that_ends_with_the_stage_lacks_at_most_one_summary() {
    let (_, end) = world::stage(model::Stage::FailedBack);
    drill::imported()
        .without(|record| {
            let late = record.t_us > us(end - 0.9);
            late && !matches!(record.event, Event::StageEnded { .. })
        })
        .gives("failed-back.connected.regular", Pass, "stayed connected");
}

/// A regular call to a copy, which is connected since then, and goes on until then.
fn at_a_copy(since: f64, until: f64) -> Script {
    at_the_backup("sales", (since, until))
}

/// The same, to some group that the backup serves.
fn at_the_backup(group: &str, (since, until): (f64, f64)) -> Script {
    drill::imported().adding(|script| {
        let (placed, music, accepted) = (since - 1.0, since - 0.7, since - 0.1);
        script.welcomed("otto/1", group, Pool::Backup, (placed, music, accepted));
        script.alerted("bruno/9", "otto", Pool::Backup, since - 0.5);
        script.accepted("bruno/9", accepted);
        script.talk(&Talk {
            caller: "otto/1",
            agent: "bruno/9",
            source: world::media(HostName::CLIENTS),
            since,
            until,
        });
    })
}

#[test]
fn regular_calls_that_copies_carry_stay_connected_from_failed_over_on() {
    let clauses = [
        ("failed-over.connected.regular", 25.0),
        ("failback.connected.regular", 34.0),
        ("failed-back.connected.regular", 40.0),
    ];
    for (clause, during) in clauses {
        at_a_copy(17.0, OVER).gives(clause, Pass, "and one more like it");
        at_a_copy(17.0, OVER)
            .adding(|script| script.ended("otto/1", EndedBy::Bye, during))
            .gives(clause, Fail, "otto's call to `sales`");
    }
}

/// They are calls connected to an agent as well; and none of the primary's groups was lost with them.
#[test]
fn regular_calls_to_the_backups_own_groups_stay_connected_from_failed_over_on() {
    let own = || at_the_backup("reception", (7.0, OVER));
    for (clause, during) in [
        ("failed-over.connected.regular", 22.0),
        ("failback.connected.regular", 34.0),
        ("failed-back.connected.regular", 40.0),
    ] {
        own().gives(clause, Pass, "and one more like it");
        own()
            .adding(|script| script.ended("otto/1", EndedBy::Bye, during))
            .gives(clause, Fail, "otto's call to `reception`");
    }
    own()
        .adding(|script| script.ended("otto/1", EndedBy::Bye, 10.0))
        .gives(REGULAR, Pass, "rita's call");
    let ended_in_failover = own().adding(|script| {
        script.ended("otto/1", EndedBy::Bye, 19.0);
        script.ended("bruno/9", EndedBy::Bye, 19.0);
    });
    let finding = ended_in_failover.finding("failed-over.connected.regular");
    assert_eq!(finding.result.figures.get("lost_in_failover"), None);
}

/// The pool says that failover is complete when it has done what it does to calls.
#[rstest]
#[case::in_the_window_before(21.9, Fail, "otto's call")]
#[case::earlier(20.5, Pass, "rita's call")]
fn a_call_that_ends_as_the_stage_begins_did_not_stay(
    #[case] at: f64,
    #[case] verdict: Verdict,
    #[case] why: &str,
) {
    let clause = "failed-over.connected.regular";
    at_a_copy(17.0, OVER)
        .adding(|script| {
            script.ended("otto/1", EndedBy::Bye, at);
            script.ended("bruno/9", EndedBy::Bye, at);
        })
        .gives(clause, verdict, why);
}

#[rstest]
#[case::in_the_window_before(21.9, Fail, "otto received nothing")]
#[case::long_before(18.5, Pass, "rita's call")]
fn a_call_that_falls_silent_as_the_stage_begins_did_not_stay(
    #[case] at: f64,
    #[case] verdict: Verdict,
    #[case] why: &str,
) {
    at_a_copy(17.0, at).gives("failed-over.connected.regular", verdict, why);
}

#[test]
fn a_call_that_began_in_the_window_before_the_stage_is_spoken_of() {
    at_a_copy(21.5, OVER)
        .adding(|script| script.ended("otto/1", EndedBy::Bye, 25.0))
        .gives("failed-over.connected.regular", Fail, "otto's call");
}

#[test]
fn in_the_outage_only_calls_that_the_primary_carried_are_spoken_of() {
    at_a_copy(3.0, 10.0).gives(REGULAR, Pass, "rita's call");
}

// ---- disconnected --------------------------------------------------------------------------

/// The relayed call goes on for this long after the fault, at these ends.
fn relayed_until(until: f64, ends: &[&str]) -> Script {
    let primary = world::media(HostName::PRIMARY);
    drill::deaf(Imports::InAdvance).adding(|script| {
        for end in ends {
            let hears = if *end == "anna/1" { "boris" } else { "anna" };
            let speaker = format!("{hears}/1");
            script.speaks(&speaker, Some(primary), INJECTED);
            script.speaks(&speaker, None, until);
            script.hears(end, primary, Some(hears), (INJECTED, until));
        }
    })
}

#[rstest]
#[case::at_both_ends(&["anna/1", "boris/1"], "anna was still receiving")]
#[case::at_the_caller_alone(&["anna/1"], "anna was still receiving")]
#[case::at_the_agent_alone(&["boris/1"], "boris was still receiving")]
fn media_that_goes_on_is_no_disconnection(#[case] ends: &[&str], #[case] why: &str) {
    relayed_until(15.0, ends).gives(ANONYMOUS, Fail, why);
}

#[test]
fn media_that_stops_too_late_to_be_silent_for_the_window_is_no_disconnection() {
    relayed_until(13.5, &["anna/1", "boris/1"]).gives(ANONYMOUS, Fail, "13.500 s");
    relayed_until(12.5, &["anna/1", "boris/1"]).gives(ANONYMOUS, Pass, "was disconnected 6.4 s");
}

#[test]
fn the_time_until_the_disconnection_is_measured_from_the_fault() {
    let finding = relayed_until(8.0, &["anna/1"]).finding(ANONYMOUS);
    let took = finding.result.figures.get("disconnected_ms").copied();
    assert!(
        took.is_some_and(|ms| (ms - 1_900.0).abs() < 1.0),
        "{finding:#?}"
    );
}

#[test]
fn silence_needs_a_control_and_a_bye_needs_none() {
    let in_the_outage = |record: &model::journal::Record| {
        ["cora/11", "bart/11", "cleo/11"]
            .iter()
            .any(|call| is_of(record, call))
    };
    let silent = drill::imported().without(in_the_outage);
    silent.clone().gives(
        ANONYMOUS,
        Inconclusive,
        "no control: nobody reached a group",
    );
    silent
        .adding(|script| {
            script.ended("anna/1", EndedBy::Bye, 7.5);
            script.ended("boris/1", EndedBy::Bye, 7.6);
        })
        .gives(ANONYMOUS, Pass, "was disconnected");
}

#[test]
fn a_call_that_was_silent_before_its_caller_hung_up_was_disconnected() {
    let hung_up = |at| drill::imported().adding(|s| s.ended("anna/1", EndedBy::HungUp, at));
    hung_up(10.0).gives(ANONYMOUS, Pass, "was disconnected");
    hung_up(7.5).gives(ANONYMOUS, Inconclusive, "no anonymous call connected");
}

// ---- at the backup -------------------------------------------------------------------------

#[test]
fn anonymous_calls_at_the_backup_stay_connected_from_failed_over_on() {
    for clause in [
        "failed-over.connected.anonymous-imported",
        "failback.connected.anonymous-imported",
        "failed-back.connected.anonymous-imported",
    ] {
        drill::imported().gives(clause, Pass, "amos's call to `helpline`");
        drill::imported()
            .adding(|script| script.ended("amos/1", EndedBy::Bye, 23.0))
            .gives(
                "failed-over.connected.anonymous-imported",
                Fail,
                "a BYE came",
            );
    }
}

#[test]
fn what_became_of_a_call_at_the_backup_during_failover_is_not_held_against_failover() {
    drill::imported()
        .adding(|script| script.ended("amos/1", EndedBy::Bye, 18.0))
        .gives("failover.connected.anonymous", Pass, "anna's call");
}

// ---- no calls in this state ----------------------------------------------------------------

const NONE: &str = "failback.connected.anonymous-not-imported";

/// The relayed call of the healthy stage comes back.
fn back_again(time: (f64, f64)) -> Script {
    drill::not_imported().adding(|script| {
        script.talk(&Talk {
            caller: "anna/1",
            agent: "boris/1",
            source: world::media(HostName::PRIMARY),
            since: time.0,
            until: time.1,
        });
    })
}

#[test]
fn a_call_that_comes_back_is_in_this_state() {
    back_again((33.0, 36.0)).gives(NONE, Fail, "media came for 3.0 s");
}

#[test]
fn a_flicker_no_longer_than_the_gap_is_no_call() {
    let finding = back_again((33.0, 33.8)).finding(NONE);
    assert_eq!(finding.result.verdict, Pass, "{finding:#?}");
    assert_eq!(finding.result.figures.get("flicker_ms"), Some(&800.0));
}

#[test]
fn that_there_are_none_needs_one_in_the_healthy_stage_and_an_attempt_in_failed_over() {
    drill::not_imported()
        .without(|record| is_of(record, "anna/1"))
        .gives(NONE, Inconclusive, "in the healthy stage");
    drill::not_imported()
        .without(|record| is_of(record, "cora/33"))
        .gives(NONE, Inconclusive, "was attempted in failed-over");
}

#[test]
fn new_calls_at_the_primary_during_failback_do_not_count() {
    drill::not_imported()
        .adding(|script| {
            script.welcomed("amos/2", "helpline", Pool::Primary, (33.0, 33.2, 33.9));
            script.alerted("berta/2", "amos", Pool::Primary, 33.4);
            script.accepted("berta/2", 33.9);
            script.talk(&Talk {
                caller: "amos/2",
                agent: "berta/2",
                source: world::media(HostName::PRIMARY),
                since: 34.0,
                until: OVER,
            });
        })
        .gives(NONE, Pass, "there was no anonymous call");
}

#[test]
fn a_call_that_an_end_had_to_leave_for_its_next_one_is_not_known_to_have_stayed() {
    drill::imported()
        .adding(|script| script.ended("rita/1", EndedBy::GaveWay, 9.0))
        .gives(
            "outage.connected.regular",
            Inconclusive,
            "was still up when rita was to place the next one",
        );
}

/// amos's call has been at the backup since failover.
#[test]
fn whoever_is_left_when_the_other_end_of_a_long_call_hangs_up_is_told() {
    let clause = "failed-back.connected.anonymous-imported";
    let hung_up = drill::imported().adding(|script| script.ended("amos/1", EndedBy::HungUp, 40.0));
    hung_up
        .clone()
        .gives(clause, Fail, "berta was not told within 2s");
    let told = hung_up.adding(|script| script.ended("berta/1", EndedBy::Bye, 40.1));
    let reason = told.finding(clause).result.reason;
    assert!(!reason.contains("was not told"), "{reason}");
}

#[test]
fn a_hang_up_that_a_lost_pool_was_to_pass_on_is_not_demanded() {
    let script = drill::imported().adding(|script| script.ended("rita/1", EndedBy::HungUp, 40.0));
    let reason = script
        .finding("failed-back.connected.regular")
        .result
        .reason;
    assert!(!reason.contains("was not told"), "{reason}");
}
