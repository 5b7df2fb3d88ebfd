//! What survives: power failures, full disks, lost databases.

mod world;

use serde_json::json;

use world::browser::Answer;
use world::phone::PhoneEvent;
use world::{Pool, Primary, World};

fn describe(world: &mut World, at: Pool, description: &str) -> Answer {
    let path = "/management/shell/workflows/sales?parent=primary";
    let body = json!({"description": description});
    world.ask("administrator", at, "PUT", path, body)
}

fn listed(world: &mut World) -> Answer {
    let path = "/management/shell/workflows?identity=primary";
    world.ask("administrator", Primary, "GET", path, json!({}))
}

#[test]
fn what_was_acknowledged_survives_a_power_failure_of_pool_and_database() {
    let mut world = World::new();
    assert_eq!(describe(&mut world, Primary, "acknowledged").status, 200);
    let database = world.sim.host_of(world.databases[&Primary]);
    let pool = world.sim.host_of(world.pools[&Primary]);
    world.sim.power_off(database);
    world.sim.power_off(pool);
    world.run(1_000);
    world.sim.power_on(database);
    world.sim.power_on(pool);
    world.run(3_000);
    assert!(listed(&mut world).body.to_string().contains("acknowledged"));
    world.run(4_000);
    world.call("carl", "sales", Primary);
    world.run(1_000);
    assert!(world.was_alerted("anna"));
}

#[test]
fn without_its_database_a_pool_serves_calls_and_refuses_changes() {
    let mut world = World::new();
    let database = world.databases[&Primary];
    world.sim.kill(database);
    world.run(1_000);
    world.call("carl", "sales", Primary);
    world.run(1_000);
    assert!(world.was_alerted("anna"));
    assert_eq!(describe(&mut world, Primary, "lost").status, 503);
    assert_eq!(listed(&mut world).status, 503);
    world.sim.start(database);
    world.run(1_000);
    assert!(!listed(&mut world).body.to_string().contains("lost"));
    assert_eq!(describe(&mut world, Primary, "kept").status, 200);
    assert!(listed(&mut world).body.to_string().contains("kept"));
}

#[test]
fn a_change_whose_outcome_is_unknown_is_read_back_before_the_next_one() {
    let mut world = World::new();
    let database = world.databases[&Primary];
    world.sim.freeze(database);
    assert_eq!(describe(&mut world, Primary, "unknown").status, 503);
    world.sim.thaw(database);
    world.run(2_000);
    // The database has it, as it turns out; so the pool has it too.
    assert!(listed(&mut world).body.to_string().contains("unknown"));
    let file = world.administer(Primary, "export", json!({}));
    assert!(file.body.to_string().contains("unknown"));
    assert_eq!(describe(&mut world, Primary, "known").status, 200);
}

#[test]
fn a_full_disk_refuses_changes_loses_nothing_and_is_got_over() {
    let mut world = World::new();
    assert_eq!(describe(&mut world, Primary, "before").status, 200);
    let disk = world.sim.disk(world.databases[&Primary]);
    disk.fill_up(0);
    assert_eq!(
        describe(&mut world, Primary, "while it was full").status,
        507
    );
    disk.make_room();
    assert!(listed(&mut world).body.to_string().contains("before"));
    assert_eq!(describe(&mut world, Primary, "after").status, 200);
    assert!(listed(&mut world).body.to_string().contains("after"));
}

#[test]
fn a_pool_that_starts_without_its_database_refuses_until_it_is_there() {
    let mut world = World::new();
    let database = world.databases[&Primary];
    world.sim.kill(database);
    world.kill(Primary);
    world.restart(Primary);
    world.run(3_000);
    world.call("carl", "sales", Primary);
    world.run(500);
    assert_eq!(world.outcome("carl"), Some(PhoneEvent::Refused(503)));
    world.sim.start(database);
    world.run(3_000);
    world.forget();
    world.call("carl", "sales", Primary);
    world.run(1_000);
    assert!(world.events("carl").contains(&PhoneEvent::Answered));
}
