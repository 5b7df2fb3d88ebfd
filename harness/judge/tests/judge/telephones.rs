//! Telephones that come and go, and agents who have two.

use model::Verdict::{Fail, Inconclusive, Pass};
use model::claims::Telephones;
use model::journal::Event;
use model::journal::event::{Direction, EndedBy, NoSuccess};
use model::topology::{Pool, Routing};
use rstest::rstest;

use crate::drill;
use crate::script::{Script, Talk, us, within};

const CONNECTS: &str = "failed-over.new.imported";

/// cleo calls `sales` at 28.0 s, which asks ben before bea, and alerts these telephones: ben is free.
fn call(telephones: &[&str]) -> Script {
    let idle = ["rita", "ben", "cora", "bart", "bea", "pia"];
    drill::imported()
        .without(|record| idle.contains(&record.host.as_str()) && within(record, (22.1, 27.9)))
        .routing("sales", Routing::Serial)
        .adding(|script| {
            script.ended("rita/1", EndedBy::HungUp, 22.2);
            script.ended("ben/1", EndedBy::Bye, 22.2);
            script.welcomed("cleo/7", "sales", Pool::Backup, (28.0, 28.2, 31.4));
            for telephone in telephones {
                let leg = format!("{telephone}/7");
                script.alerted(&leg, "cleo", Pool::Backup, 28.3);
                script.ended(&leg, EndedBy::Cancelled, 31.6);
            }
            script.ended("cleo/7", EndedBy::HungUp, 31.5);
        })
}

/// That nothing is wrong with it, though nobody homed in the primary talks.
#[track_caller]
fn is_fine(script: Script) {
    let nobody = "no new call was a whole conversation with an agent homed in the primary";
    script.gives(CONNECTS, Inconclusive, nobody);
}

fn reason(script: Script) -> String {
    script.finding(CONNECTS).result.reason
}

#[rstest]
#[case::long_ago(24.0, true)]
#[case::just_before(27.0, false)]
#[case::after_the_call(29.0, false)]
fn nobody_is_alerted_who_has_withdrawn_the_registration(#[case] at: f64, #[case] fails: bool) {
    let script = call(&["ben"]).adding(|script| script.unregistered("ben", Pool::Backup, at));
    let reason = reason(script);
    let why = "ben's telephone was alerted at 28.300 s";
    assert_eq!(reason.contains(why), fails, "{reason}");
}

#[test]
fn a_partner_who_was_told_nothing_answers_for_what_the_pool_was_told() {
    call(&["ben"])
        .adding(|script| script.unregistered("ben", Pool::Backup, 26.1))
        .changing(|record| {
            if let Event::Alerted { call, from, .. } = &mut record.event
                && call == "ben/7"
            {
                *from = crate::world::media(Pool::Primary.host());
            }
        })
        .gives(CONNECTS, Fail, "ben's telephone was alerted");
}

#[rstest]
#[case::long_ago(5, true)]
#[case::within_what_may_be_under_way(7, false)]
#[case::not_yet(9, false)]
fn nobody_is_alerted_whose_registration_has_expired(#[case] seconds: u32, #[case] fails: bool) {
    let granted = (Pool::Backup, Some(seconds));
    let script = call(&["ben"]).adding(|script| script.registered_for("ben", granted, 0, 21.0));
    let reason = reason(script);
    let why = "ben's telephone was alerted at 28.300 s (line";
    assert_eq!(reason.contains(why), fails, "{reason}");
}

/// A REGISTER may have been carried out before its answer is there.
#[test]
fn whoever_registers_may_be_alerted_before_the_answer_is_there() {
    let registers = call(&["ben"]).adding(|script| {
        script.unregistered("ben", Pool::Backup, 24.0);
        let register = "REGISTER sip:198.18.0.3 SIP/2.0\r\nCSeq: 3 REGISTER\r\n\r\n";
        let register = register.to_owned();
        script.signals("ben", Direction::Out, Pool::Backup.host(), register, 28.2);
        script.registered("ben", Pool::Backup, 28.5);
    });
    is_fine(registers);
}

#[rstest]
#[case::registered(None, Some(10), true)]
#[case::expired(None, Some(5), false)]
#[case::withdrawn(Some(26.0), Some(10), false)]
#[case::withdrawn_later(Some(29.0), Some(10), true)]
fn whoever_is_registered_counts_as_available_and_nobody_else(
    #[case] withdrawn: Option<f64>,
    #[case] granted: Option<u32>,
    #[case] available: bool,
) {
    let script = call(&["bea"]).adding(|script| {
        script.registered_for("ben", (Pool::Backup, granted), 0, 21.0);
        if let Some(at) = withdrawn {
            script.unregistered("ben", Pool::Backup, at);
        }
    });
    let reason = reason(script);
    let why = "although `sales` asks ben before";
    assert_eq!(reason.contains(why), available, "{reason}");
}

#[test]
fn a_registration_is_withdrawn_when_that_is_asked_for() {
    let asked = |outcome: NoSuccess| {
        drill::imported().adding(|script| {
            let pool = Pool::Backup;
            let event = Event::NotUnregistered {
                pool,
                all: false,
                outcome,
            };
            script.line(29.0, "ben", event);
        })
    };
    let refused = asked(NoSuccess::Refused { code: 403 });
    refused.gives(CONNECTS, Fail, "could not withdraw its registration");
    let unanswered = asked(NoSuccess::TimedOut);
    unanswered.gives(
        CONNECTS,
        Inconclusive,
        "could not withdraw its registration",
    );
}

/// ben is registered with two telephones, which the pool lists or not.
fn with_two(telephones: &[&str], others: usize) -> Script {
    call(telephones)
        .telephone("ben-2", "ben")
        .adding(|script| script.registered_for("ben-2", (Pool::Backup, Some(30)), others, 24.0))
}

#[test]
fn all_telephones_of_whoever_is_alerted_ring() {
    is_fine(with_two(&["ben", "ben-2"], 1));
    let one = with_two(&["ben"], 1);
    let why = "alerted ben at 28.300 s (line";
    one.clone().gives(CONNECTS, Fail, why);
    one.clone().gives(CONNECTS, Fail, "and not at ben-2");
    with_two(&["ben-2"], 1).gives(CONNECTS, Fail, "and not at ben,");
    let declared = one.changing(|record| {
        if let Event::WalkBegan { walk, .. } = &mut record.event {
            walk.timing.telephones = Telephones::One;
        }
    });
    is_fine(declared);
}

#[test]
fn a_telephone_that_another_has_replaced_need_not_ring() {
    is_fine(with_two(&["ben-2"], 0));
}

#[test]
fn whoever_moves_is_alerted_at_the_other_telephone() {
    let moved = |telephones: &[&str]| {
        with_two(telephones, 1).adding(|script| script.unregistered("ben", Pool::Backup, 25.0))
    };
    is_fine(moved(&["ben-2"]));
    moved(&["ben"]).gives(CONNECTS, Fail, "ben's telephone was alerted");
    moved(&["bea"]).gives(CONNECTS, Fail, "although `sales` asks ben before");
    moved(&[]).gives(CONNECTS, Fail, "although ben could be");
}

/// Where a pool lists one telephone of each agent, another may have come to it since.
#[test]
fn whoever_withdraws_all_registrations_withdraws_those_of_other_telephones() {
    let of_two = || with_two(&["bea"], 0);
    is_fine(of_two().adding(|script| script.all_unregistered("ben", Pool::Backup, 25.0)));
    let of_one = of_two().adding(|script| script.unregistered("ben", Pool::Backup, 25.0));
    of_one.gives(CONNECTS, Fail, "although `sales` asks ben before");
}

#[test]
fn a_telephone_stops_ringing_when_another_has_the_call() {
    let ends = ["ben/7", "ben-2/7"];
    let is_over = |event: &Event| match event {
        Event::Media { call, first_us, .. } => call == "cleo/7" && *first_us > us(29.0),
        Event::MediaEnded { call, .. } => call == "cleo/7",
        Event::Ended { call, .. } => ends.contains(&call.as_str()),
        _ => false,
    };
    let rings_on = with_two(&["ben", "ben-2"], 1)
        .without(|record| is_over(&record.event))
        .adding(|script| {
            script.accepted("ben/7", 29.2);
            script.talk(&Talk {
                caller: "cleo/7",
                agent: "ben/7",
                source: crate::world::media(model::host::HostName::CLIENTS),
                since: 29.3,
                until: 31.4,
            });
            script.ended("ben/7", EndedBy::Bye, 31.5);
        });
    rings_on
        .clone()
        .gives(CONNECTS, Fail, "ben was left with cleo's call");
    is_fine(rings_on.adding(|script| script.ended("ben-2/7", EndedBy::Cancelled, 29.4)));
}

/// Nothing is asked of a telephone that is to be registered no more.
#[test]
fn whoever_has_left_is_not_missed_at_the_end_of_a_stage() {
    let away = drill::imported().adding(|script| script.registered("pia", Pool::Backup, 30.0));
    let why = "pia has not registered";
    away.clone().gives("failed-back.new.all", Inconclusive, why);
    away.adding(|script| script.unregistered("pia", Pool::Backup, 36.0))
        .gives("failed-back.new.all", Pass, "talked");
}
