//! What the author of a walk is told.

use crate::common::{Files, replaced, walk_with};
use insta::assert_snapshot;

#[test]
fn an_unknown_key_is_told_with_the_nearest_known_one() {
    assert_snapshot!(walk_with("healed: 2s", "heald: 2s"));
}

#[test]
fn an_unknown_word_is_told_with_the_nearest_known_one() {
    assert_snapshot!(walk_with("fault: isolate", "fault: isolated"));
}

#[test]
fn a_missing_key_is_told_with_its_name() {
    assert_snapshot!(walk_with("programme: busy\n", ""));
}

#[test]
fn a_key_that_is_given_twice_is_an_error() {
    assert_snapshot!(walk_with(
        "imports: in-advance",
        "imports: in-advance\nimports: none"
    ));
}

#[test]
fn a_duration_needs_a_unit() {
    assert_snapshot!(walk_with("healed: 2s", "healed: 2"));
}

#[test]
fn a_duration_is_a_whole_number() {
    assert_snapshot!(walk_with("healed: 2s", "healed: 1.5s"));
}

#[test]
fn a_list_is_expected_where_a_single_value_stands() {
    assert_snapshot!(walk_with("labs: [sim, docker]", "labs: sim"));
}

#[test]
fn text_that_is_no_yaml_is_told_with_its_place() {
    assert_snapshot!(walk_with("labs: [sim, docker]", "labs: [sim, docker"));
}

fn with_links(links: &str) -> String {
    walk_with(
        "imports: in-advance",
        &format!("imports: in-advance\nlinks: {links}"),
    )
}

#[test]
fn a_percentage_needs_its_sign() {
    assert_snapshot!(with_links("{ actors: { loss: 1 } }"));
}

#[test]
fn an_impairment_must_impair_something() {
    assert_snapshot!(with_links("{ actors: { loss: 0% } }"));
}

#[test]
fn an_answer_must_come_before_the_next_hop_is_tried() {
    assert_snapshot!(with_links("{ actors: { delay: 900ms, jitter: 100ms } }"));
}

#[test]
fn what_pools_send_overtakes_only_what_is_delayed() {
    assert_snapshot!(with_links("{ pools: { loss: 1%, reorder: 1% } }"));
}

#[test]
fn a_pattern_that_names_no_clause_is_an_error() {
    assert_snapshot!(walk_with("- outage.*", "- outages.*"));
}

#[test]
fn an_unknown_clause_is_told_with_the_nearest_known_one() {
    assert_snapshot!(walk_with("- failback.new.all", "- failback.new.al"));
}

#[test]
fn a_walk_without_outage_cannot_judge_its_stages() {
    let outage = "outage:\n  fault: isolate\n  hosts: [primary, primary-database]\n  healed: 2s\n";
    assert_snapshot!(walk_with(outage, ""));
}

#[test]
fn a_clause_whose_condition_never_holds_cannot_be_judged() {
    assert_snapshot!(walk_with("- failback.new.all", "- outage.new.not-imported"));
}

#[test]
fn a_walk_with_an_outage_judges_something() {
    assert_snapshot!(walk_with(
        "judges:\n  - outage.*\n  - failback.new.all",
        "judges: []"
    ));
}

#[test]
fn a_host_is_one_of_the_topologys() {
    assert_snapshot!(walk_with(
        "[primary, primary-database]",
        "[primary, primary-databse]"
    ));
}

#[test]
fn what_cannot_be_a_hosts_name_is_told() {
    assert_snapshot!(walk_with("[primary, primary-database]", "[Primary]"));
}

#[test]
fn a_host_is_affected_once() {
    assert_snapshot!(walk_with(
        "[primary, primary-database]",
        "[primary, primary]"
    ));
}

#[test]
fn only_the_primarys_hosts_are_affected() {
    assert_snapshot!(walk_with(
        "[primary, primary-database]",
        "[primary, backup]"
    ));
}

#[test]
fn an_outage_affects_the_primary_pool() {
    assert_snapshot!(walk_with(
        "[primary, primary-database]",
        "[primary-database]"
    ));
}

#[test]
fn an_outage_affects_something() {
    assert_snapshot!(walk_with("[primary, primary-database]", "[]"));
}

#[test]
fn an_unknown_topology_is_told_with_the_known_ones() {
    assert_snapshot!(walk_with("topology: small", "topology: smal"));
}

#[test]
fn an_unknown_programme_is_told_with_the_known_ones() {
    assert_snapshot!(walk_with("programme: busy", "programme: lazy"));
}

#[test]
fn a_walk_has_the_name_of_its_file() {
    assert_snapshot!(walk_with("walk: sunday", "walk: monday"));
}

#[test]
fn a_name_is_made_of_what_is_good_in_file_names() {
    assert_snapshot!(walk_with("walk: sunday", "walk: Sunday Walk"));
}

#[test]
fn a_walk_is_for_some_lab() {
    assert_snapshot!(walk_with("labs: [sim, docker]", "labs: []"));
}

#[test]
fn a_walk_is_for_each_lab_once() {
    assert_snapshot!(walk_with("labs: [sim, docker]", "labs: [sim, sim]"));
}

#[test]
fn a_walk_lasts_three_minutes_at_most() {
    assert_snapshot!(walk_with("outage: 8s", "outage: 3m"));
}

#[test]
fn a_walk_that_is_run_when_named_lasts_two_hours_at_most() {
    assert_snapshot!(walk_with("outage: 8s", "outage: 120m\nruns: when-named"));
}

#[test]
fn a_stage_lasts_some_time() {
    assert_snapshot!(walk_with("outage: 8s", "outage: 8s\n  failed-back: 0s"));
}

#[test]
fn the_primary_is_healed_early_enough_for_the_fence_to_be_seen() {
    assert_snapshot!(walk_with("healed: 2s", "healed: 7s"));
}

#[test]
fn the_outage_is_long_enough_to_be_noticed() {
    assert_snapshot!(walk_with("next-hop: 2s", "heartbeat: 3s"));
}

#[test]
fn a_silent_primary_is_given_up_within_the_stage() {
    assert_snapshot!(walk_with("next-hop: 2s", "next-hop: 7s"));
}

#[test]
fn a_registration_is_refreshed_before_it_expires() {
    assert_snapshot!(walk_with("next-hop: 2s", "register-refresh: 10s"));
}

#[test]
fn no_time_is_nothing() {
    assert_snapshot!(walk_with("next-hop: 2s", "register-retry: 0s"));
}

#[test]
fn several_errors_are_told_at_once() {
    let walk = walk_with(
        "hosts: [primary, primary-database]\n  healed: 2s",
        "hosts: [primary, primary]\n  healed: 9s",
    );
    assert_snapshot!(walk);
}

#[test]
fn what_is_left_to_its_default_is_told_where_it_would_stand() {
    assert_snapshot!(walk_with("outage: 8s", "outage: 1s"));
}

#[test]
fn an_import_is_made_at_some_time() {
    let mut files = Files::in_order();
    files.walk = replaced(
        &files.walk,
        "imports: in-advance",
        "imports: after-failover",
    );
    files = files.without_outage();
    assert_snapshot!(files.complaint());
}

#[test]
fn a_restart_is_made_at_some_time() {
    let restarted = |before: &str| {
        let mut files = Files::in_order();
        let with = format!("imports: in-advance\nrestarted-before: {before}");
        files.walk = replaced(&files.walk, "imports: in-advance", &with);
        files
    };
    assert_eq!(restarted("failed-over").complaint(), "all in order");
    assert_snapshot!(restarted("outage").complaint());
    assert_snapshot!(restarted("failed-back").without_outage().complaint());
}

#[test]
fn a_walk_without_outage_may_judge_nothing() {
    let files = Files::in_order().without_outage();
    assert_eq!(files.complaint(), "all in order");
}

/// With a load of one kind, in which this stands instead of that.
fn with_load(sound: &str, broken: &str) -> String {
    const LOAD: &str = "load:\n  kinds:\n    - { name: waiting, groups: 2, agents: 3, calls: regular, rate: 2, for: 5s }\n";
    assert!(LOAD.contains(sound), "{sound}");
    let load = LOAD.replacen(sound, broken, 1);
    walk_with("timing:", &format!("{load}timing:"))
}

#[test]
fn a_load_that_can_be_placed_is_sound() {
    assert_eq!(with_load("rate: 2", "rate: 3"), "all in order");
}

/// However large the numbers are.
#[test]
fn a_load_beyond_all_numbers_is_told_as_any_other() {
    let told = with_load("rate: 2, for: 5s", "rate: 65535, for: 1000000h");
    assert!(told.contains("a call cannot last"), "{told}");
    assert!(told.contains("4294967295 calls at once"), "{told}");
}

#[test]
fn a_load_is_of_some_kind() {
    assert_snapshot!(with_load(
        "kinds:\n    - { name: waiting, groups: 2, agents: 3, calls: regular, rate: 2, for: 5s }",
        "kinds: []"
    ));
}

#[test]
fn calls_of_a_load_go_to_somebody_at_some_rate_for_some_time() {
    assert_snapshot!(with_load(
        "groups: 2, agents: 3, calls: regular, rate: 2, for: 5s",
        "groups: 0, agents: 11, calls: regular, rate: 0, for: 181s"
    ));
}

#[test]
fn kinds_of_a_load_are_told_apart_by_their_names() {
    let kind = "    - { name: waiting, groups: 2, agents: 3, calls: regular, rate: 2, for: 5s }";
    assert_snapshot!(with_load(kind, &format!("{kind}\n{kind}")));
}

#[test]
fn pools_have_ports_for_the_load_of_both() {
    assert_snapshot!(with_load("rate: 2, for: 5s", "rate: 20, for: 20s"));
}

#[test]
fn callers_have_ports_for_their_calls() {
    assert_snapshot!(with_load(
        "calls: regular, rate: 2, for: 5s",
        "calls: regular, rate: 45, for: 8s"
    ));
}

#[test]
fn agents_of_a_load_answer_before_their_calls_are_over() {
    assert_snapshot!(with_load("for: 5s", "for: 30s, answered-after: 20s"));
}

#[test]
fn an_unknown_kind_of_media_is_told_with_the_known_ones() {
    assert_snapshot!(with_load("for: 5s", "for: 5s, media: video"));
}
