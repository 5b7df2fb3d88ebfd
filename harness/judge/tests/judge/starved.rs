//! Machines that stood still.

use model::Verdict::{Fail, Inconclusive, Pass};
use model::host::HostName;
use model::journal::Event;
use model::topology::Pool;
use rstest::rstest;

use crate::drill;
use crate::script::Script;

const REGULAR: &str = "outage.connected.regular";
const UNREACHABLE: &str = "outage.new.imported";

/// A machine stood still until an instant.
fn stood_still(script: &mut Script, host: HostName, (at, late_us): (f64, u64)) {
    script.line(at, host.word(), Event::Starved { late_us });
}

#[rstest]
#[case::longer_than_half_the_window(600_000, Inconclusive, "stood still for 600 ms")]
#[case::shorter(300_000, Fail, "rita received nothing")]
fn no_fail_stands_that_a_machine_may_have_brought_about(
    #[case] late_us: u64,
    #[case] verdict: model::Verdict,
    #[case] because: &str,
) {
    drill::imported()
        .deaf("rita/1", (10.0, 12.0))
        .adding(|script| stood_still(script, HostName::CLIENTS, (11.5, late_us)))
        .gives(REGULAR, verdict, because);
}

#[rstest]
#[case::longer_than_half_the_window(1_200_000, Inconclusive, "stood still for 1.2 s")]
#[case::shorter(600_000, Pass, "was not alerted")]
fn no_pass_stands_that_a_machine_may_have_brought_about(
    #[case] late_us: u64,
    #[case] verdict: model::Verdict,
    #[case] because: &str,
) {
    drill::imported()
        .adding(|script| stood_still(script, HostName::BACKUP, (11.5, late_us)))
        .gives(UNREACHABLE, verdict, because);
}

#[test]
fn what_was_in_another_stage_says_nothing_of_this_one() {
    drill::imported()
        .deaf("rita/1", (10.0, 12.0))
        .adding(|script| stood_still(script, HostName::CLIENTS, (29.0, 2_000_000)))
        .gives(REGULAR, Fail, "rita received nothing");
}

#[test]
fn a_host_that_a_fault_takes_away_stands_still_on_purpose() {
    drill::imported()
        .adding(|script| stood_still(script, HostName::PRIMARY, (11.5, 2_000_000)))
        .gives(REGULAR, Pass, "stayed connected");
}

#[test]
fn what_a_console_shows_no_machine_brings_about_by_standing_still() {
    let wrong = drill::imported()
        .console((7.0, 15.0), |rows| {
            rows.push(drill::row("desk", Pool::Primary, Pool::Backup));
        })
        .adding(|script| stood_still(script, HostName::CLIENTS, (11.5, 2_000_000)));
    wrong.gives("outage.agents.imported", Fail, "`desk`, imported, is shown");
}

/// Of two things that are wrong, one late and one misstated.
#[test]
fn what_a_machine_may_have_brought_about_hides_nothing_else() {
    let late = drill::imported()
        .without(|record| matches!(&record.event, Event::Ended { call, .. } if call == "pamela/31"))
        .adding(|script| stood_still(script, HostName::CLIENTS, (25.0, 2_000_000)));
    late.clone()
        .gives("failed-over.new.imported", Inconclusive, "pamela was left");
    late.changing(|record| {
        if let Event::Alerted { call, caller, .. } = &mut record.event
            && call == "bea/31"
        {
            *caller = "rick".to_owned();
        }
    })
    .gives("failed-over.new.imported", Fail, "bea was shown rick");
}
