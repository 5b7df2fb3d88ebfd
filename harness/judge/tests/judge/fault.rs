//! The proof of the fault: seen to begin, to hold, and to end.

use model::Stage;
use model::Verdict::{Fail, Inconclusive, Pass};
use model::fault::FaultKind;
use model::host::HostName;
use model::journal::Event;
use model::journal::event::Clock;
use model::reach::Reach;
use model::topology::Pool;
use rstest::rstest;

use crate::drill::{self, affected_by};
use crate::script::{Script, is_probe_of, us, within};
use crate::world::{self, HEALED, INJECTED};

const OUTAGE: &str = "outage.connected.regular";
const FAILOVER: &str = "failover.connected.regular";
const FAILED_OVER: &str = "failed-over.connected.regular";
const FAILBACK: &str = "failback.connected.regular";

/// Changes what one probe saw within a time.
fn seeing(script: Script, by: HostName, time: (f64, f64), change: impl Fn(&mut Event)) -> Script {
    script.changing(|record| {
        if is_probe_of(record, by) && within(record, time) {
            change(&mut record.event);
        }
    })
}

fn host(host: HostName, seen: Reach) -> impl Fn(&mut Event) {
    move |event| {
        if let Event::Probed { hosts, .. } = event {
            hosts.insert(host, seen);
        }
    }
}

fn pool(pool: Pool, seen: Reach) -> impl Fn(&mut Event) {
    move |event| {
        if let Event::Probed { pools, .. } = event {
            pools.insert(pool, seen);
        }
    }
}

fn database(seen: Reach) -> impl Fn(&mut Event) {
    move |event| {
        if let Event::Probed { database, .. } = event {
            *database = Some(seen);
        }
    }
}

fn hearing(host: HostName) -> impl Fn(&mut Event) {
    move |event| {
        if let Event::Probed { heard, .. } = event {
            heard.push(host);
        }
    }
}

fn not_hearing(host: HostName) -> impl Fn(&mut Event) {
    move |event| {
        if let Event::Probed { heard, .. } = event {
            heard.retain(|heard| *heard != host);
        }
    }
}

#[rstest]
fn each_kind_of_fault_is_proven_by_what_it_looks_like(
    #[values(
        FaultKind::KILL,
        FaultKind::POWER_OFF,
        FaultKind::FREEZE,
        FaultKind::ISOLATE,
        FaultKind::REJECT,
        FaultKind::ONE_WAY_OUT,
        FaultKind::ONE_WAY_IN
    )]
    fault: FaultKind,
    #[values(OUTAGE, FAILOVER, FAILED_OVER, FAILBACK)] clause: &str,
) {
    affected_by(fault).gives(clause, Pass, "stayed connected");
}

#[rstest]
#[case::a_killed_pool_that_still_answers(FaultKind::KILL, pool(Pool::Primary, Reach::Reached))]
#[case::a_killed_pool_whose_host_is_silent(FaultKind::KILL, host(HostName::PRIMARY, Reach::Silent))]
#[case::a_powered_off_host_that_answers(
    FaultKind::POWER_OFF,
    host(HostName::PRIMARY, Reach::Reached)
)]
#[case::a_powered_off_host_that_is_heard(FaultKind::POWER_OFF, hearing(HostName::PRIMARY))]
#[case::a_frozen_pool_whose_port_is_closed(FaultKind::FREEZE, pool(Pool::Primary, Reach::Closed))]
#[case::a_frozen_pool_whose_host_is_silent(
    FaultKind::FREEZE,
    host(HostName::PRIMARY, Reach::Silent)
)]
#[case::an_isolated_host_that_is_heard(FaultKind::ISOLATE, hearing(HostName::PRIMARY_DATABASE))]
#[case::an_isolated_host_that_rejects(
    FaultKind::ISOLATE,
    host(HostName::PRIMARY, Reach::Unreachable)
)]
#[case::a_rejecting_host_that_is_silent(FaultKind::REJECT, host(HostName::PRIMARY, Reach::Silent))]
#[case::an_outward_cut_that_lets_through(FaultKind::ONE_WAY_OUT, hearing(HostName::PRIMARY))]
#[case::an_inward_cut_that_cuts_the_other_way(
    FaultKind::ONE_WAY_IN,
    not_hearing(HostName::PRIMARY)
)]
#[case::a_fault_that_reaches_the_backup(FaultKind::KILL, host(HostName::BACKUP, Reach::Silent))]
#[case::a_fault_that_reaches_the_backup_pool(FaultKind::KILL, pool(Pool::Backup, Reach::Closed))]
fn a_round_that_shows_something_else_leaves_the_fault_unproven(
    #[case] fault: FaultKind,
    #[case] change: impl Fn(&mut Event),
    #[values(HostName::CLIENTS, HostName::BACKUP_DATABASE)] by: HostName,
) {
    let script = seeing(affected_by(fault), by, (9.0, 12.0), change);
    script.gives(OUTAGE, Inconclusive, &format!("probe on {}", by.word()));
}

/// Affected hosts watch too: a cut is proven from both of its sides.
#[rstest]
#[case::an_isolated_host_that_hears(FaultKind::ISOLATE, hearing(HostName::CLIENTS))]
#[case::an_isolated_host_that_reaches(FaultKind::ISOLATE, host(HostName::BACKUP, Reach::Reached))]
#[case::an_outward_cut_that_hears_nothing(FaultKind::ONE_WAY_OUT, not_hearing(HostName::CLIENTS))]
#[case::an_inward_cut_that_hears(FaultKind::ONE_WAY_IN, hearing(HostName::BACKUP))]
fn what_an_affected_host_sees_must_fit_as_well(
    #[case] fault: FaultKind,
    #[case] change: impl Fn(&mut Event),
) {
    let script = seeing(affected_by(fault), HostName::PRIMARY, (9.0, 12.5), change);
    script.gives(OUTAGE, Inconclusive, "probe on primary");
}

#[rstest]
#[case::a_killed_one_that_answers(FaultKind::KILL, HostName::PRIMARY_DATABASE, Reach::Reached)]
#[case::a_frozen_one_that_is_closed(FaultKind::FREEZE, HostName::PRIMARY_DATABASE, Reach::Closed)]
#[case::an_isolated_one_without_process(
    FaultKind::ISOLATE,
    HostName::PRIMARY_DATABASE,
    Reach::Closed
)]
#[case::the_backups(FaultKind::KILL, HostName::BACKUP_DATABASE, Reach::Closed)]
fn what_becomes_of_a_database_must_fit_as_well(
    #[case] fault: FaultKind,
    #[case] at: HostName,
    #[case] seen: Reach,
) {
    let script = seeing(affected_by(fault), at, (9.0, 12.5), database(seen));
    let why = format!("probe on {} does not show the fault", at.word());
    script.gives(OUTAGE, Inconclusive, &why);
}

#[rstest]
#[case::in_the_outage((9.0, 9.5), &[OUTAGE, FAILOVER, FAILED_OVER, FAILBACK], &[])]
#[case::in_failover((17.0, 17.5), &[FAILOVER, FAILED_OVER, FAILBACK], &[OUTAGE])]
#[case::before_the_heal((24.0, 24.5), &[FAILED_OVER, FAILBACK], &[OUTAGE, FAILOVER])]
fn a_contradiction_spoils_what_comes_after_it_and_nothing_before(
    #[case] time: (f64, f64),
    #[case] spoilt: &[&str],
    #[case] whole: &[&str],
) {
    let reached = pool(Pool::Primary, Reach::Reached);
    let script = seeing(drill::imported(), HostName::CLIENTS, time, reached);
    for clause in spoilt {
        script
            .clone()
            .gives(clause, Inconclusive, "does not show the fault");
    }
    for clause in whole {
        script.clone().gives(clause, Pass, "stayed connected");
    }
}

#[test]
fn a_contradicted_fault_makes_even_a_wrong_observation_inconclusive() {
    let reached = pool(Pool::Primary, Reach::Reached);
    let script = drill::imported().deaf("rita/1", (9.0, 12.0));
    script.clone().gives(OUTAGE, Fail, "received nothing");
    seeing(script, HostName::CLIENTS, (9.0, 9.5), reached).gives(
        OUTAGE,
        Inconclusive,
        "does not show the fault",
    );
}

#[test]
fn a_probe_that_falls_silent_was_not_watching() {
    drill::imported()
        .without(|record| is_probe_of(record, HostName::BACKUP) && within(record, (9.0, 12.0)))
        .gives(OUTAGE, Inconclusive, "probe on backup wrote no sample");
}

#[test]
fn no_fault_at_all_proves_nothing() {
    drill::imported()
        .without(|record| matches!(record.event, Event::FaultInjected { .. }))
        .gives(OUTAGE, Inconclusive, "no fault was injected");
}

#[rstest]
#[case::in_the_outage(10.0, OUTAGE, "before the stage ended")]
#[case::in_failover(18.0, FAILOVER, "before the stage ended")]
#[case::before_failover_is_complete(18.0, FAILED_OVER, "before failover was complete")]
fn a_fault_that_is_healed_too_early_proves_nothing(
    #[case] healed: f64,
    #[case] clause: &str,
    #[case] why: &str,
) {
    drill::imported()
        .changing(|record| {
            if matches!(record.event, Event::FaultHealed { .. }) {
                record.t_us = us(healed);
            }
        })
        .gives(clause, Inconclusive, why);
}

/// In a walk that is restarted before the failed-over stage, all may be healed between the two.
#[test]
fn a_fault_may_be_healed_once_failover_is_complete() {
    let stage = Stage::FailedOver;
    drill::imported()
        .changing(|record| {
            if record.event == (Event::StageBegan { stage }) {
                record.t_us = us(HEALED + 0.7);
            }
        })
        .gives(FAILED_OVER, Pass, "stayed connected");
}

#[test]
fn a_fault_that_nobody_saw_end_is_not_over() {
    let silent = pool(Pool::Primary, Reach::Silent);
    seeing(drill::imported(), HostName::CLIENTS, (HEALED, 31.9), silent).gives(
        FAILED_OVER,
        Inconclusive,
        "did not see the fault end",
    );
}

#[test]
fn a_fault_that_comes_back_spoils_failback() {
    let closed = pool(Pool::Primary, Reach::Closed);
    seeing(drill::imported(), HostName::CLIENTS, (34.0, 34.5), closed).gives(
        FAILBACK,
        Inconclusive,
        "does not show all well",
    );
}

/// As of a pool that reads its configuration anew.
#[rstest]
#[case::late((34.0, 34.5), Pass, "")]
#[case::gone((33.0, 37.0), Inconclusive, "had no answer of the primary pool")]
fn a_pool_may_be_late_with_an_answer_and_not_for_ever(
    #[case] time: (f64, f64),
    #[case] verdict: model::Verdict,
    #[case] why: &str,
) {
    let silent = pool(Pool::Primary, Reach::Silent);
    let script = seeing(drill::imported(), HostName::CLIENTS, time, silent);
    script.gives(FAILBACK, verdict, why);
}

/// A lab of containers says that the heal is done only once it is.
#[rstest]
#[case::told_as_it_happens(Clock::Virtual, Inconclusive)]
#[case::acknowledged_afterwards(Clock::Acknowledged, Pass)]
fn probes_may_see_a_heal_before_it_is_acknowledged(
    #[case] clock: Clock,
    #[case] verdict: model::Verdict,
) {
    drill::imported()
        .changing(|record| {
            if matches!(record.event, Event::FaultHealed { .. }) {
                record.t_us = us(HEALED + 2.0);
                record.clock = clock;
            }
        })
        .gives(FAILED_OVER, verdict, "");
}

#[test]
fn a_fault_that_flickers_before_an_acknowledged_heal_did_not_hold() {
    let script = drill::imported().changing(|record| {
        if matches!(record.event, Event::FaultHealed { .. }) {
            record.clock = Clock::Acknowledged;
        }
    });
    let reached = pool(Pool::Primary, Reach::Reached);
    seeing(script, HostName::CLIENTS, (23.0, 24.0), reached).gives(
        FAILED_OVER,
        Inconclusive,
        "does not show the fault",
    );
}

/// A sample tells of the time before it.
#[test]
fn the_sample_during_which_the_fault_began_is_not_held_against_it() {
    let stages = world::stage(model::Stage::Outage);
    let script = drill::imported().changing(|record| {
        if matches!(record.event, Event::FaultInjected { .. }) {
            record.t_us = us(stages.0 - 0.2);
        }
    });
    let reached = pool(Pool::Primary, Reach::Reached);
    let script = seeing(script, HostName::BACKUP_DATABASE, (7.05, 7.15), reached);
    script.gives(OUTAGE, Pass, "stayed connected");
}

// ---- several faults ----------------------------------------------------------------------------

/// The same drill with another fault, from one time to another.
fn beside(script: Script, hosts: &[HostName], (injected, healed): (f64, f64)) -> Script {
    script.adding(|script| {
        let (fault, hosts) = (FaultKind::KILL, hosts.to_vec());
        let began = Event::FaultInjected {
            fault,
            hosts: hosts.clone(),
        };
        script.line(injected, "lab", began);
        script.line(healed, "lab", Event::FaultHealed { fault, hosts });
    })
}

/// The site is cut off, and its database's process is dead until then.
fn cut_off_without_database(until: f64) -> Script {
    let database_host = HostName::PRIMARY_DATABASE;
    let script = beside(
        affected_by(FaultKind::ISOLATE),
        &[database_host],
        (INJECTED, until),
    );
    let closed = database(Reach::Closed);
    seeing(script, database_host, (INJECTED, until), closed)
}

#[rstest]
fn two_faults_at_once_are_proven_by_what_both_look_like(
    #[values(OUTAGE, FAILOVER, FAILED_OVER, FAILBACK)] clause: &str,
) {
    cut_off_without_database(HEALED).gives(clause, Pass, "stayed connected");
}

#[rstest]
#[case::without_the_kill(HostName::PRIMARY_DATABASE, database(Reach::Reached))]
#[case::without_the_cut(HostName::CLIENTS, host(HostName::PRIMARY, Reach::Reached))]
#[case::with_the_kill_seen_through_the_cut(HostName::CLIENTS, pool(Pool::Primary, Reach::Closed))]
fn two_faults_of_which_one_does_not_show_are_unproven(
    #[case] by: HostName,
    #[case] change: impl Fn(&mut Event),
) {
    let script = seeing(cut_off_without_database(HEALED), by, (9.0, 12.0), change);
    let why = format!("probe on {} does not show the fault", by.word());
    script.gives(OUTAGE, Inconclusive, &why);
}

#[test]
fn of_two_faults_neither_may_be_healed_too_early() {
    let script = cut_off_without_database(12.0);
    script.gives(OUTAGE, Inconclusive, "before the stage ended");
}

#[test]
fn a_further_fault_may_come_and_go_if_it_is_seen() {
    let host = HostName::BACKUP_DATABASE;
    let time = (9.0, 12.0);
    let script = beside(drill::imported(), &[host], time);
    let unseen = "probe on backup-database does not show the fault";
    script.clone().gives(OUTAGE, Inconclusive, unseen);
    let script = seeing(script, host, time, database(Reach::Closed));
    script.clone().gives(OUTAGE, Pass, "stayed connected");
    script.gives(FAILBACK, Pass, "stayed connected");
}
