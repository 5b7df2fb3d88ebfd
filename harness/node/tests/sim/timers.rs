//! Deadlines.

use bytes::Bytes;
use node::sim::{Boot, Ports, Sim};
use node::{Input, Node, Now, Outputs};

use crate::puppet::{A, Act, Seen, World, ip, ms, seconds};

fn woken(world: &mut World) -> Vec<u64> {
    let all = world.pass(seconds(10)).into_iter();
    all.filter(|(_, _, seen)| *seen == Seen::Woken)
        .map(|(at, ..)| at.as_micros())
        .collect()
}

#[test]
fn a_deadline_comes_at_its_instant_and_once() {
    let mut world = World::new();
    world.tell(A, Act::WakeAt(Some(Now::from_micros(1234))));
    assert_eq!(woken(&mut world), [1234]);
}

#[test]
fn a_deadline_that_was_put_off_comes_only_at_its_new_instant() {
    let mut world = World::new();
    world.tell(A, Act::WakeAt(Some(Now::from_micros(1000))));
    world.tell(A, Act::WakeAt(Some(Now::from_micros(3000))));
    assert_eq!(woken(&mut world), [3000]);
}

#[test]
fn a_deadline_that_was_brought_forward_does_not_come_again_at_its_old_instant() {
    let mut world = World::new();
    world.tell(A, Act::WakeAt(Some(Now::from_micros(3000))));
    world.tell(A, Act::WakeAt(Some(Now::from_micros(1000))));
    assert_eq!(woken(&mut world), [1000]);
}

#[test]
fn a_deadline_that_is_wanted_no_more_never_comes() {
    let mut world = World::new();
    world.tell(A, Act::WakeAt(Some(Now::from_micros(1000))));
    world.tell(A, Act::WakeAt(None));
    assert_eq!(woken(&mut world), []);
}

#[test]
fn a_deadline_in_the_past_comes_at_once() {
    let mut world = World::new();
    world.pass(ms(5));
    world.tell(A, Act::WakeAt(Some(Now::from_micros(1000))));
    assert_eq!(woken(&mut world), [5000]);
}

#[test]
fn a_deadline_of_a_dead_process_does_not_come_to_the_next_one() {
    let mut world = World::new();
    world.tell(A, Act::WakeAt(Some(Now::from_micros(2000))));
    world.pass(ms(1));
    world.sim.kill(world.nodes[A]);
    world.sim.start(world.nodes[A]);
    assert_eq!(woken(&mut world), []);
}

#[test]
fn time_goes_on_to_where_it_was_asked_to_and_never_back() {
    let mut world = World::new();
    assert_eq!(world.sim.step(Now::from_micros(500)), None);
    assert_eq!(world.sim.now(), Now::from_micros(500));
    assert_eq!(world.sim.step(Now::from_micros(100)), None);
    assert_eq!(world.sim.now(), Now::from_micros(500));
}

/// Wants its deadline now, and again, and again.
struct Restless;

impl Node for Restless {
    type Command = ();
    type Event = Bytes;

    fn handle(&mut self, _: Now, _: Input<()>, _: &mut Outputs<Bytes>) {}

    fn deadline(&self) -> Option<Now> {
        Some(Now::ZERO)
    }
}

#[test]
#[should_panic(expected = "node restless gets input after input at 0.000000 s")]
fn a_node_that_never_lets_time_pass_is_named() {
    let mut sim = Sim::new(1);
    let host = sim.add_host("host", ip(0)).unwrap();
    let build = |_: Boot| Box::new(Restless) as Box<dyn Node<Command = (), Event = Bytes>>;
    sim.add_node(host, "restless", Ports::new(), Box::new(build))
        .unwrap();
    sim.step(Now::from_micros(1));
}
