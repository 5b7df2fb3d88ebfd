//! What the author of a programme is told.

use crate::common::{Files, programme_with};
use insta::assert_snapshot;

#[test]
fn an_unknown_caller_is_told_with_the_known_ones() {
    assert_snapshot!(programme_with("by: rita, to", "by: rosa, to"));
}

#[test]
fn an_unknown_group_is_told_with_the_known_ones() {
    assert_snapshot!(programme_with("to: sales", "to: sails"));
}

#[test]
fn an_unknown_agent_is_told_with_the_known_ones() {
    assert_snapshot!(programme_with(
        "behave: { agent: paul",
        "behave: { agent: paula"
    ));
}

#[test]
fn an_unknown_callee_is_told_with_the_known_ones() {
    assert_snapshot!(programme_with("callee: carol", "callee: chris"));
}

#[test]
fn an_unknown_telephone_is_told_with_the_known_ones() {
    assert_snapshot!(programme_with(
        "behave: { agent: paul, how: decline }",
        "unregister: { telephone: paula }"
    ));
}

#[test]
fn an_unknown_act_is_told_with_the_known_ones() {
    assert_snapshot!(programme_with("do: { hang-up:", "do: { hangup:"));
}

#[test]
fn an_unknown_stage_is_told_with_the_known_ones() {
    assert_snapshot!(programme_with("failed-over:", "failover-done:"));
}

#[test]
fn who_acts_for_a_group_is_one_of_its_members() {
    assert_snapshot!(programme_with(
        "agent: ben, group: sales",
        "agent: pavel, group: sales"
    ));
}

#[test]
fn nobody_signs_in_to_an_informal_group() {
    assert_snapshot!(programme_with(
        "sign-in: { agent: pavel, group: desk",
        "sign-in: { agent: paul, group: sales"
    ));
}

#[test]
fn who_intrudes_is_no_member() {
    let intrusion = |agent: &str| {
        let step = format!("intrude: {{ agent: {agent}, group: desk");
        programme_with("sign-in: { agent: pavel, group: desk", &step)
    };
    assert_eq!(intrusion("paul"), "all in order");
    assert_snapshot!(intrusion("pavel"));
}

#[test]
fn who_holds_a_call_takes_it_back_soon() {
    let held = |resume: &str| {
        let steps =
            format!("  outage:\n    - {{ at: 1s, do: {{ hold: {{ by: rita }} }} }}\n{resume}");
        programme_with("  outage:\n", &steps)
    };
    let resume = "    - { at: 2s, do: { resume: { by: rita } } }\n";
    assert_eq!(held(resume), "all in order");
    assert_snapshot!(held(&resume.replace("2s", "1s")));
    let later = |stage: &str| {
        let steps = format!(
            "  {stage}:\n    - {{ at: 1s, do: {{ resume: {{ by: rita }} }} }}\n  outage:\n    - {{ at: 1s, do: {{ hold: {{ by: rita }} }} }}\n"
        );
        programme_with("  outage:\n", &steps)
    };
    assert_eq!(later("failover"), "all in order");
    assert!(later("failed-back").contains("puts a call on hold"));
}

#[test]
fn when_all_is_over_nothing_is_done_but_to_read_and_soon() {
    let after = |at: &str, act: &str| {
        let step = format!("after:\n  - {{ at: {at}, do: {{ {act} }} }}\nstages:");
        programme_with("stages:", &step)
    };
    assert_eq!(after("1s", "get-groups: { agent: pavel }"), "all in order");
    assert_snapshot!(after("1500ms", "hang-up: { by: rita }"));
}

#[test]
fn a_step_comes_before_its_stage_is_over() {
    assert_snapshot!(programme_with("at: 3s\n      only", "at: 8s\n      only"));
}

#[test]
fn a_step_that_a_walk_does_not_do_may_come_later() {
    let later = programme_with(
        "at: 3s\n      only: [in-advance]",
        "at: 8s\n      only: [during-outage]",
    );
    assert_eq!(later, "all in order");
}

#[test]
fn a_step_is_done_in_some_walk() {
    assert_snapshot!(programme_with("only: [in-advance]", "only: []"));
}

#[test]
fn a_stage_that_no_walk_reaches_is_an_error() {
    let mut files = Files::in_order();
    let programme = files.programme.clone();
    files = files.without_outage();
    files.programme = programme;
    assert_snapshot!(files.complaint());
}
