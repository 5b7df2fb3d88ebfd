//! What the author of a topology is told.

use crate::common::topology_with;
use insta::assert_snapshot;

#[test]
fn a_name_is_used_once() {
    assert_snapshot!(topology_with(
        "callers: [{ name: rita }, { name: anna, asks-first: backup }]",
        "callers: [{ name: rita }, { name: paul }]"
    ));
}

#[test]
fn a_caller_asks_a_pool_first() {
    assert_snapshot!(topology_with("asks-first: backup", "asks-first: partner"));
}

#[test]
fn the_names_of_hosts_are_taken() {
    assert_snapshot!(topology_with("callees: [carol]", "callees: [backup]"));
}

/// Every lab has an administrator of its own.
#[test]
fn the_name_of_the_administrator_is_taken() {
    assert_snapshot!(topology_with(
        "callees: [carol]",
        "callees: [administrator]"
    ));
}

#[test]
fn a_member_is_an_agent() {
    assert_snapshot!(topology_with(
        "members: [paul, ben]",
        "members: [paula, ben]"
    ));
}

#[test]
fn a_telephone_is_an_agents() {
    assert_snapshot!(topology_with(
        "callees: [carol]",
        "callees: [carol]\ntelephones: [{ name: paul-2, of: paula }]"
    ));
}

#[test]
fn a_member_is_named_once() {
    assert_snapshot!(topology_with("members: [paul, ben]", "members: [ben, ben]"));
}

#[test]
fn a_group_has_members() {
    assert_snapshot!(topology_with("members: [pavel]", "members: []"));
}

#[test]
fn the_alert_time_is_at_least_ten_seconds() {
    assert_snapshot!(topology_with("alert-time: 10s", "alert-time: 9s"));
}

#[test]
fn the_alert_time_is_at_most_ten_minutes() {
    assert_snapshot!(topology_with("alert-time: 10s", "alert-time: 601s"));
}

#[test]
fn a_queue_times_out_after_ten_seconds_at_the_earliest() {
    assert_snapshot!(topology_with("alert-time: 10s", "queue-timeout: 9s"));
}

#[test]
fn a_queue_times_out_after_65535_seconds_at_the_latest() {
    assert_snapshot!(topology_with("alert-time: 10s", "queue-timeout: 65536s"));
}

#[test]
fn an_unknown_behaviour_is_told_with_the_known_ones() {
    assert_snapshot!(topology_with("behaviour: ignore", "behaviour: sleep"));
}

#[test]
fn a_further_host_has_a_name_of_its_own() {
    assert_snapshot!(topology_with(
        "callers:",
        "hosts:\n  - { name: backup, site: backup }\ncallers:"
    ));
}

#[test]
fn the_names_of_further_hosts_are_taken() {
    assert_snapshot!(topology_with(
        "callees: [carol]",
        "callees: [arbiter]\nhosts: [{ name: arbiter, site: neither }]"
    ));
}
