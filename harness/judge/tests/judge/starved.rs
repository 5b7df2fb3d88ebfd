//! Machines that stood still.

use model::Verdict::{Fail, Inconclusive, Pass};
use model::host::HostName;
use model::journal::Event;
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
