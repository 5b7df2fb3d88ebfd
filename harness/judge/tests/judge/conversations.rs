//! Whole conversations: of calls that connect, what becomes of them.

use model::Verdict::{Fail, Inconclusive, Pass};
use model::host::HostName;
use model::journal::Event;
use model::journal::event::{Change, EndedBy};
use model::topology::{Pool, Routing};
use rstest::rstest;

use crate::drill;
use crate::script::{Script, Talk, is_media, is_of, us, within};
use crate::world;

/// cora's call to `sales` in the failed-over stage, and the leg of bea, who takes it; the agent of
/// the primary who takes bart's is pia.
const CALL: &str = "cora/32";
const LEG: &str = "bea/31";
const CONNECTS: &str = "failed-over.new.imported";

#[test]
fn an_agent_of_each_pool_talks() {
    drill::imported().gives(CONNECTS, Pass, "and pia talked");
    drill::imported().gives("failed-back.new.all", Pass, "and bea talked");
    drill::imported().gives("outage.new.imported", Pass, "and bea talked");
}

#[rstest]
#[case::nobody_of_the_primary("pia/31", "homed in the primary")]
#[case::nobody_of_the_backup("bea/31", "homed in the backup")]
fn unless_an_agent_of_each_pool_talks_nothing_is_proven(#[case] leg: &str, #[case] why: &str) {
    drill::imported()
        .without(|record| is_of(record, leg))
        .changing(|record| {
            if let Event::Ended { call, by } = &mut record.event
                && (call == "bart/32" && leg == "pia/31")
            {
                *by = EndedBy::HungUp;
            }
        })
        .gives(CONNECTS, Inconclusive, why);
}

#[test]
fn a_caller_who_waits_while_an_agent_is_free_was_forgotten() {
    drill::imported()
        .adding(|script| {
            script.welcomed("amos/7", "sales", Pool::Backup, (28.0, 28.2, 31.6));
            script.ended("amos/7", EndedBy::HungUp, 31.7);
        })
        .gives(CONNECTS, Fail, "alerted nobody for 3.");
}

/// bea and ben are asked, and do not take the call: the ring-back grace is 30 s at least for whoever has declined.
#[rstest]
#[case::declined(603, Pass, "talked")]
#[case::busy(486, Fail, "alerted nobody for")]
fn whoever_has_declined_a_call_is_not_asked_for_it_again(
    #[case] code: u16,
    #[case] verdict: model::Verdict,
    #[case] why: &str,
) {
    let idle = ["ben", "rita"];
    drill::imported()
        .without(|record| idle.contains(&record.host.as_str()) && within(record, (22.1, 32.0)))
        .adding(|script| {
            script.ended("rita/1", EndedBy::HungUp, 22.2);
            script.ended("ben/1", EndedBy::Bye, 22.2);
            script.welcomed("amos/7", "sales", Pool::Backup, (26.0, 26.2, 31.6));
            for agent in ["ben", "bea"] {
                let leg = format!("{agent}/7");
                script.alerted(&leg, "amos", Pool::Backup, 26.3);
                let (call, code) = (leg, code);
                script.line(26.4, agent, Event::Declined { call, code });
            }
            script.ended("amos/7", EndedBy::HungUp, 31.7);
        })
        .gives(CONNECTS, verdict, why);
}

#[test]
fn an_agent_homed_in_the_primary_is_wanted_only_where_registered() {
    let without_bea = drill::imported().adding(|script| {
        script.placed("bea/8", "chris", 27.0);
        script.welcomed("amos/7", "sales", Pool::Backup, (28.0, 28.2, 31.6));
        script.ended("amos/7", EndedBy::HungUp, 31.7);
    });
    without_bea.clone().gives(CONNECTS, Pass, "talked");
    let pool = Pool::Backup;
    without_bea
        .adding(|script| script.registered("pia", pool, 28.1))
        .gives(CONNECTS, Fail, "although pia could be");
}

#[rstest]
#[case::the_caller(CALL, "cora did not hear bea")]
#[case::the_agent(LEG, "bea did not hear cora")]
fn audio_in_one_direction_is_no_conversation(#[case] deaf: &str, #[case] why: &str) {
    let deafened = drill::imported()
        .without(|record| is_media(record) && is_of(record, deaf) && within(record, (24.25, 30.0)));
    lasting(deafened).gives(CONNECTS, Fail, why);
}

/// bea accepts at 24.1 s. Whoever holds the call at once hears the other when that is over, and need not before.
#[rstest]
#[case::soon(26.8, Pass, "talked")]
#[case::never(31.0, Fail, "yet cora did not hear bea")]
fn who_holds_a_call_as_soon_as_it_is_accepted_hears_the_other_later(
    #[case] deaf_until: f64,
    #[case] verdict: model::Verdict,
    #[case] why: &str,
) {
    talking_on(drill::imported())
        .changed(CALL, Change::Hold, 24.15)
        .changed(CALL, Change::Resume, 26.5)
        .deaf(CALL, (24.0, deaf_until))
        .deaf(LEG, (24.0, 26.8))
        .gives(CONNECTS, verdict, why);
}

#[test]
fn a_pause_that_is_too_long_is_no_conversation() {
    talking_on(drill::imported()).deaf(LEG, (25.5, 27.0)).gives(
        CONNECTS,
        Fail,
        "bea received nothing of cora for",
    );
}

#[rstest]
#[case::at_the_answer(24.21, "neither had hung up")]
#[case::later(25.0, "neither had hung up")]
fn a_pool_that_ends_the_call_is_no_conversation(#[case] at: f64, #[case] why: &str) {
    drill::imported()
        .changing(|record| {
            if let Event::Ended { call, by } = &mut record.event
                && (call == CALL || call == LEG)
            {
                *by = EndedBy::Bye;
                record.t_us = us(at);
            }
        })
        .gives(CONNECTS, Fail, why);
}

/// The answer of the first was under way for longer than that of the second, whom the pool connects.
#[rstest]
#[case::to_one_of_them(None, Pass, "talked")]
#[case::to_nobody(Some(28.95), Fail, "neither had hung up")]
fn of_two_who_accept_at_the_same_time_the_pool_ends_the_call_to_one(
    #[case] ends_the_other: Option<f64>,
    #[case] verdict: model::Verdict,
    #[case] because: &str,
) {
    drill::imported()
        .routing("sales", Routing::Parallel)
        .adding(|script| {
            script.welcomed("amos/7", "sales", Pool::Backup, (28.0, 28.2, 28.6));
            for (leg, at) in [("bea/8", 28.5), ("pia/8", 28.55)] {
                script.alerted(leg, "amos", Pool::Backup, 28.2);
                script.accepted(leg, at);
            }
            script.ended("bea/8", EndedBy::Bye, 28.9);
            if let Some(at) = ends_the_other {
                script.ended("pia/8", EndedBy::Bye, at);
            }
            script.ended("amos/7", EndedBy::HungUp, 29.2);
            if ends_the_other.is_none() {
                script.ended("pia/8", EndedBy::Bye, 29.25);
            }
        })
        .gives(CONNECTS, verdict, because);
}

#[test]
fn a_pool_that_ends_a_call_that_waits_is_no_conversation() {
    drill::imported()
        .changing(|record| {
            if let Event::Ended { call, by } = &mut record.event
                && call == "wally/31"
            {
                *by = EndedBy::Bye;
            }
        })
        .gives(CONNECTS, Fail, "before an agent had taken it");
}

#[test]
fn the_other_end_must_be_told_that_one_has_hung_up() {
    let untold = |record: &model::journal::Record| matches!(&record.event, Event::Ended { call, .. } if call == LEG);
    drill::imported()
        .without(untold)
        .gives(CONNECTS, Fail, "bea was not told within 2s");
    drill::imported()
        .changing(|record| {
            if untold(record) {
                record.t_us = us(27.0);
            }
        })
        .gives(CONNECTS, Pass, "talked");
}

#[test]
fn a_conversation_that_outlasts_the_stage_is_not_whole() {
    drill::imported()
        .without(|record| {
            let hung_up = matches!(&record.event, Event::Ended { call, .. } if call == CALL);
            hung_up || matches!(&record.event, Event::Ended { call, .. } if call == LEG)
        })
        .adding(|script| talk(script, (25.4, 34.0)))
        .gives(CONNECTS, Inconclusive, "homed in the backup");
}

/// cora and bea hear each other in the failed-over stage for some longer.
fn talk(script: &mut Script, (since, until): (f64, f64)) {
    script.talk(&Talk {
        caller: CALL,
        agent: LEG,
        source: world::media(HostName::CLIENTS),
        since,
        until,
    });
}

/// They hang up only at 29 s.
fn lasting(script: Script) -> Script {
    script.changing(|record| {
        if let Event::Ended { call, .. } = &record.event
            && (call == CALL || call == LEG)
        {
            record.t_us = us(29.0);
        }
    })
}

fn talking_on(script: Script) -> Script {
    lasting(script).adding(|script| talk(script, (25.4, 28.9)))
}

/// bea is in a call when amos's begins to wait, and free for long enough afterwards.
#[test]
fn an_agent_who_becomes_free_is_alerted() {
    drill::imported()
        .adding(|script| {
            script.welcomed("amos/7", "sales", Pool::Backup, (25.0, 25.2, 29.4));
            script.ended("amos/7", EndedBy::HungUp, 29.5);
        })
        .gives(CONNECTS, Fail, "alerted nobody for 4.");
    drill::imported()
        .adding(|script| {
            script.welcomed("amos/7", "sales", Pool::Backup, (25.0, 25.2, 27.4));
            script.ended("amos/7", EndedBy::HungUp, 27.5);
        })
        .gives(CONNECTS, Pass, "talked");
}

/// Neither hears the other as long as cora holds the call, which she does since before bea has taken it.
#[test]
fn who_holds_a_call_when_it_is_taken_hears_the_agent_later() {
    let deaf = [(CALL, (24.2, 26.6)), (LEG, (24.2, 26.6))];
    let held = || talking_on(drill::imported()).changed(CALL, Change::Hold, 24.0);
    let quiet = |script: Script| {
        deaf.iter()
            .fold(script, |script, (end, time)| script.deaf(end, *time))
    };
    quiet(held().changed(CALL, Change::Resume, 26.5)).gives(CONNECTS, Pass, "talked");
    let why = "yet cora did not hear bea";
    quiet(talking_on(drill::imported())).gives(CONNECTS, Fail, why);
}
