//! The lab on machines that run elsewhere, with machines that exist in memory only: in which order
//! faults are injected and healed, and what happens when a machine does not do what it is told.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod fake_machines;

use std::time::Duration;

use actors::Command;
use lab::remote::{ProcessId, RemoteLab};
use lab::{FaultId, Lab, LabError};
use model::fault::{Fault, FaultKind};
use model::host::HostName;
use model::topology::Pool;
use rstest::rstest;

use fake_machines::{Done, FakeMachines, Unwilling, hosts, lab, spec};

fn fault(kind: FaultKind, hosts: &[HostName]) -> Fault {
    let hosts = hosts.to_vec();
    Fault { kind, hosts }
}

/// Both directions between a host and each other one.
fn all_ways(host: HostName, way: fn(HostName, HostName) -> Done) -> Vec<Done> {
    let others = hosts().into_iter().filter(|other| *other != host);
    let both = others.flat_map(|other| [way(host, other), way(other, host)]);
    both.collect()
}

fn assert_same(done: &[Done], expected: &[Done]) {
    assert_eq!(done.len(), expected.len(), "{done:?}");
    let missing = expected.iter().find(|expected| !done.contains(expected));
    assert_eq!(missing, None, "{done:?}");
}

// ---- faults, injected and healed -----------------------------------------------------------

#[rstest]
#[case::kill(FaultKind::KILL, Done::Kill, Done::Restart)]
#[case::freeze(FaultKind::FREEZE, Done::Freeze, Done::Thaw)]
fn a_fault_of_processes_takes_them_one_by_one_and_gives_them_back_in_the_opposite_order(
    #[case] kind: FaultKind,
    #[case] taken: fn(HostName) -> Done,
    #[case] back: fn(HostName) -> Done,
) {
    let (mut lab, machines) = lab();
    let hosts = [HostName::PRIMARY, HostName::PRIMARY_DATABASE];
    let id = lab.inject(&fault(kind, &hosts)).unwrap();
    assert_eq!(machines.take(), hosts.map(taken));
    lab.heal(id).unwrap();
    let [first, second] = hosts;
    assert_eq!(machines.take(), [second, first].map(back));
}

#[test]
fn a_host_without_power_is_silent_before_its_server_dies() {
    let (mut lab, machines) = lab();
    lab.inject(&fault(FaultKind::POWER_OFF, &[HostName::PRIMARY]))
        .unwrap();
    let mut done = machines.take_all();
    assert_eq!(done.pop(), Some(Done::Kill(HostName::PRIMARY)));
    assert_eq!(done.pop(), Some(Done::Probed), "probes saw the silence");
    assert_same(&done, &all_ways(HostName::PRIMARY, Done::Cut));
}

#[test]
fn a_host_that_gets_its_power_back_is_heard_only_when_its_pool_answers() {
    let (mut lab, machines) = lab();
    let off = fault(FaultKind::POWER_OFF, &[HostName::PRIMARY]);
    let id = lab.inject(&off).unwrap();
    machines.take_all();
    lab.heal(id).unwrap();
    let done = machines.take_all();
    assert_eq!(done[..2], [Done::Restart(HostName::PRIMARY), Done::Probed]);
    assert_same(&done[2..], &all_ways(HostName::PRIMARY, Done::Heal));
}

#[test]
fn a_site_is_cut_off_from_all_others_and_healed() {
    let (mut lab, machines) = lab();
    let site = [HostName::PRIMARY, HostName::PRIMARY_DATABASE];
    let id = lab.inject(&fault(FaultKind::ISOLATE, &site)).unwrap();
    let cut = machines.take();
    assert_eq!(cut.len(), 2 * site.len() * (hosts().len() - site.len()));
    assert!(!cut.contains(&Done::Cut(site[0], site[1])));
    lab.heal(id).unwrap();
    let healed = cut.iter().map(|done| match done {
        Done::Cut(from, to) => Done::Heal(*from, *to),
        other => panic!("{other:?}"),
    });
    assert_eq!(machines.take(), healed.collect::<Vec<_>>());
}

#[test]
fn a_link_that_two_faults_cut_is_healed_with_the_last_of_them() {
    let (mut lab, machines) = lab();
    let [first, second] = [HostName::PRIMARY, HostName::BACKUP_DATABASE].map(|host| {
        let off = fault(FaultKind::POWER_OFF, &[host]);
        lab.inject(&off).unwrap()
    });
    machines.take();
    lab.heal(first).unwrap();
    let done = machines.take();
    let between = Done::Heal(HostName::PRIMARY, HostName::BACKUP_DATABASE);
    assert!(!done.contains(&between), "{done:?}");
    assert!(done.contains(&Done::Heal(HostName::PRIMARY, HostName::BACKUP)));
    lab.heal(second).unwrap();
    assert_same(
        &machines.take()[1..],
        &all_ways(HostName::BACKUP_DATABASE, Done::Heal),
    );
}

#[test]
fn a_fault_for_which_the_right_is_missing_leaves_nothing_behind() {
    let (mut lab, machines) = lab();
    let site = [HostName::PRIMARY, HostName::PRIMARY_DATABASE];
    for kind in [FaultKind::FREEZE, FaultKind::POWER_OFF] {
        machines.set(Unwilling {
            protected: Some(site[1]),
            ..Unwilling::default()
        });
        let error = lab.inject(&fault(kind, &site)).unwrap_err();
        assert!(matches!(error, LabError::NoMeans { .. }), "{error}");
        let done = machines.take();
        let count = |what: fn(&Done) -> bool| done.iter().filter(|done| what(done)).count();
        let cut = count(|done| matches!(done, Done::Cut(..)));
        assert_eq!(count(|done| matches!(done, Done::Heal(..))), cut);
        let mended = [Done::Thaw(site[0]), Done::Restart(site[0])];
        assert!(done.iter().any(|done| mended.contains(done)), "{done:?}");
        // It is not in force: it can be brought about by whoever has the right.
        machines.set(Unwilling::default());
        let id = lab.inject(&fault(kind, &site)).unwrap();
        lab.heal(id).unwrap();
        machines.take();
    }
}

#[test]
fn a_lab_of_which_nothing_is_heard_is_given_up() {
    let (mut lab, machines) = lab();
    machines.set(Unwilling {
        silent: true,
        ..Unwilling::default()
    });
    let until = lab.now() + Duration::from_secs(120);
    let error = lab.next(until).unwrap_err();
    assert_eq!(error, LabError::Silent { seconds: 15 });
    assert!(machines.waited() < Duration::from_secs(20));
    drop(lab);
    assert!(machines.take().ends_with(&[Done::NotHeard, Done::Removed]));
}

#[test]
fn a_lab_that_nobody_wants_any_more_waits_for_nothing() {
    let spec = spec();
    let (machines, _) = FakeMachines::new(Unwilling::default());
    let mut lab = RemoteLab::new(machines, &spec).unwrap();
    spec.cancelled.cancel();
    let until = lab.now() + Duration::from_secs(120);
    assert_eq!(lab.next(until), Err(LabError::Cancelled));
    let freeze = fault(FaultKind::POWER_OFF, &[HostName::PRIMARY]);
    assert_eq!(lab.inject(&freeze), Err(LabError::Cancelled));
}

#[test]
fn a_command_is_run_where_its_pool_can_be_reached_from_the_clients() {
    let (mut lab, machines) = lab();
    let run = |lab: &mut RemoteLab<FakeMachines>, pool| {
        machines.want_run(pool);
        let soon = lab.now() + Duration::from_millis(10);
        while lab.next(soon).unwrap().is_some() {}
        let done = machines.take().into_iter();
        let mut done = done.filter(|done| matches!(done, Done::Run(_) | Done::NotRun(_)));
        done.next().unwrap()
    };
    let (primary, backup) = (Pool::Primary, Pool::Backup);
    assert_eq!(run(&mut lab, primary), Done::Run(HostName::PRIMARY));
    let cut_off = fault(FaultKind::ISOLATE, &[HostName::PRIMARY]);
    let id = lab.inject(&cut_off).unwrap();
    let not_reached = Done::NotRun("the host cannot be reached".to_owned());
    assert_eq!(run(&mut lab, primary), not_reached);
    assert_eq!(run(&mut lab, backup), Done::Run(HostName::BACKUP));
    lab.heal(id).unwrap();
    assert_eq!(run(&mut lab, primary), Done::Run(HostName::PRIMARY));
}

#[rstest]
#[case::nothing_runs_there(
    FaultKind::KILL,
    &[HostName::CLIENTS],
    "cannot inject `kill` on host clients: no server runs there"
)]
#[case::another_fault_is_there(
    FaultKind::FREEZE,
    &[HostName::BACKUP],
    "cannot inject `freeze` where fault 0 is in force already"
)]
fn what_cannot_be_injected_changes_nothing(
    #[case] kind: FaultKind,
    #[case] hosts: &[HostName],
    #[case] why: &str,
) {
    let (mut lab, machines) = lab();
    let kill = fault(FaultKind::KILL, &[HostName::BACKUP]);
    assert_eq!(lab.inject(&kill), Ok(FaultId(0)));
    machines.take();
    let error = lab.inject(&fault(kind, hosts)).unwrap_err();
    assert_eq!(error.to_string(), why);
    assert_eq!(machines.take(), []);
}

// ---- machines that do not do what they are told --------------------------------------------

#[test]
fn links_are_all_cut_or_none() {
    let (mut lab, machines) = lab();
    machines.set(Unwilling {
        refusing: Some(HostName::BACKUP),
        ..Unwilling::default()
    });
    let isolate = fault(FaultKind::ISOLATE, &[HostName::PRIMARY]);
    let error = lab.inject(&isolate).unwrap_err();
    assert_eq!(
        error.to_string(),
        "host backup cannot cut a link: it may not"
    );
    let done = machines.take();
    let is_cut = |done: &&Done| matches!(done, Done::Cut(..));
    let is_healed = |done: &&Done| matches!(done, Done::Heal(..));
    let others = hosts().len() - 1;
    assert_eq!(done.iter().filter(is_cut).count(), 2 * others - 1);
    assert_eq!(done.iter().filter(is_healed).count(), 2 * others - 1);
    machines.set(Unwilling::default());
    assert!(lab.inject(&isolate).is_ok(), "no part of it was in force");
}

#[test]
fn an_order_that_is_not_carried_out_in_time_ends_the_drill() {
    let (mut lab, machines) = lab();
    machines.set(Unwilling {
        deaf: Some(HostName::CLIENTS),
        ..Unwilling::default()
    });
    let before = machines.waited();
    let error = lab.inject(&fault(FaultKind::ONE_WAY_IN, &[HostName::PRIMARY]));
    assert_eq!(
        error.unwrap_err().to_string(),
        "timed out after 5 s waiting for holders to cut, heal or impair links"
    );
    assert_eq!(machines.waited() - before, Duration::from_secs(5));
}

#[test]
fn a_machine_that_vanishes_ends_the_drill() {
    let (mut lab, machines) = lab();
    let until = lab.now() + Duration::from_secs(60);
    machines.end(ProcessId::holder(HostName::BACKUP), "it has exited");
    let error = lab.next(until).unwrap_err();
    assert_eq!(error.to_string(), "holder of host backup: it has exited");
}

#[test]
fn a_lab_that_cannot_be_made_is_removed() {
    let (machines, observer) = FakeMachines::new(Unwilling {
        asleep: Some(HostName::BACKUP_DATABASE),
        ..Unwilling::default()
    });
    let error = RemoteLab::new(machines, &spec()).err().unwrap();
    assert_eq!(
        error.to_string(),
        "timed out after 30 s waiting for holders and actors to open their ports"
    );
    assert_eq!(observer.take(), [Done::Removed]);
}

#[test]
fn a_lab_that_is_dropped_is_removed() {
    let (lab, machines) = lab();
    drop(lab);
    assert_eq!(machines.take(), [Done::Removed]);
}

// ---- actors ----------------------------------------------------------------------------------

#[test]
fn only_those_who_take_part_can_be_told_anything() {
    let (mut lab, _) = lab();
    assert_eq!(lab.command("rita", Command::HangUp), Ok(()));
    let stranger = lab.command("nobody", Command::HangUp);
    assert_eq!(stranger, Err(LabError::UnknownActor("nobody".to_owned())));
}

#[test]
fn time_passes_as_the_machines_say_while_nothing_is_observed() {
    let (mut lab, _) = lab();
    let until = lab.now() + Duration::from_millis(600);
    let mut observed = 0;
    while lab.next(until).unwrap().is_some() {
        observed += 1;
    }
    assert_eq!(observed % hosts().len(), 0, "as many samples of each host");
    assert!(lab.now() >= until && observed > 0);
}
