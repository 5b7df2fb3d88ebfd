//! Disks under processes that die and hosts that lose their power.

use std::time::Duration;

use crate::puppet::{A, Act, B, Seen, TRIP, World, address, datagram, ms, seconds};

/// What the puppet finds on its disk when it starts the next time.
fn stored_after(fault: impl FnOnce(&mut World), write: Act) -> Option<u8> {
    let mut world = World::new();
    world.tell(B, Act::Write(1));
    world.pass(seconds(1));
    world.tell(B, write);
    world.pass(ms(0));
    fault(&mut world);
    let seen = world.seen_by(B, seconds(1));
    let found = seen.iter().find_map(|seen| match seen {
        Seen::Started { stored, .. } => Some(*stored),
        _ => None,
    });
    found.unwrap()
}

fn kill(world: &mut World) {
    world.sim.kill(world.nodes[B]);
    world.sim.start(world.nodes[B]);
}

fn cycle_power(world: &mut World) {
    world.sim.power_off(world.hosts[B]);
    world.sim.power_on(world.hosts[B]);
}

#[test]
fn a_killed_process_leaves_what_it_wrote_to_the_next_one() {
    assert_eq!(stored_after(kill, Act::WriteOnly(2)), Some(2));
}

#[test]
fn a_power_failure_drops_what_was_not_synced() {
    assert_eq!(stored_after(cycle_power, Act::WriteOnly(2)), Some(1));
}

#[test]
fn a_power_failure_keeps_what_was_synced() {
    assert_eq!(stored_after(cycle_power, Act::Write(2)), Some(2));
}

#[test]
fn an_acknowledgement_leaves_only_after_the_sync() {
    let mut world = World::new();
    let mut waits = Vec::new();
    for byte in 0..50 {
        let asked = world.sim.now();
        world.tell(B, Act::Write(byte));
        let (told, _, seen) = world.sim.step(asked + seconds(1)).unwrap();
        assert_eq!(seen, Seen::Written(byte));
        waits.push(told.since(asked));
    }
    let (shortest, longest) = (waits.iter().min().unwrap(), waits.iter().max().unwrap());
    assert!(*shortest >= Duration::from_micros(500) && *longest <= ms(2));
    assert_ne!(shortest, longest);
}

#[test]
fn nothing_overtakes_an_acknowledgement_that_waits_for_the_disk() {
    let mut world = World::new();
    let asked = world.sim.now();
    world.tell(B, Act::Write(1));
    world.output(B, datagram(address(A), "later"));
    let (written, _, seen) = world.sim.step(asked + seconds(1)).unwrap();
    assert_eq!(seen, Seen::Written(1));
    let (arrived, _, seen) = world.sim.step(asked + seconds(1)).unwrap();
    assert!(matches!(seen, Seen::Datagram { .. }));
    assert!(arrived >= written && arrived.since(written) <= TRIP);
}

#[test]
fn an_acknowledgement_that_waits_for_the_disk_dies_with_its_process() {
    let mut world = World::new();
    world.tell(B, Act::Write(1));
    world.pass(ms(0));
    kill(&mut world);
    let seen = world.seen_by(B, seconds(1));
    assert!(matches!(
        seen[..],
        [Seen::Started {
            stored: Some(1),
            ..
        }]
    ));
}

#[test]
fn a_disk_can_be_filled_up_and_emptied_from_outside_while_its_process_lives() {
    let mut world = World::new();
    let disk = world.sim.disk(world.nodes[B]);
    disk.fill_up(0);
    world.tell(B, Act::Write(1));
    assert_eq!(world.seen_by(B, ms(5)), [Seen::DiskFull]);
    disk.make_room();
    world.tell(B, Act::Write(2));
    assert_eq!(world.seen_by(B, ms(5)), [Seen::Written(2)]);
}
