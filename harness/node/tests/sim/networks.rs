//! Putting a network together.

use std::net::IpAddr;

use node::sim::{HostId, Ports, Sim, SimError};
use rstest::rstest;

use crate::puppet::{Act, Puppet, Seen, ip};

fn empty() -> Sim<Act, Seen> {
    Sim::new(1)
}

fn host(sim: &mut Sim<Act, Seen>) -> HostId {
    sim.add_host("front end", ip(0)).unwrap()
}

#[rstest]
#[case("front end", ip(1), "host front end exists already")]
#[case(
    "back end",
    ip(0),
    "address 198.18.0.1 of host back end belongs to host front end already"
)]
fn a_host_needs_a_name_and_an_address_of_its_own(
    #[case] name: &str,
    #[case] address: IpAddr,
    #[case] message: &str,
) {
    let mut sim = empty();
    host(&mut sim);
    assert_eq!(
        sim.add_host(name, address).unwrap_err().to_string(),
        message
    );
}

#[test]
fn nodes_on_one_host_cannot_share_a_port() {
    let mut sim = empty();
    let host = host(&mut sim);
    let media = Ports::new().range(20_000, 20_999);
    sim.add_node(host, "relay", media.clone(), Box::new(Puppet::boxed))
        .unwrap();
    let ports = Ports::new().one(5060).range(20_500, 30_000);
    let error = sim
        .add_node(host, "agent", ports, Box::new(Puppet::boxed))
        .unwrap_err();
    let message = "port 20500 of node agent on host front end belongs to node relay already";
    assert_eq!(error.to_string(), message);
    let other = sim.add_host("back end", ip(1)).unwrap();
    sim.add_node(other, "relay", media, Box::new(Puppet::boxed))
        .unwrap();
}

#[test]
fn nodes_on_one_host_cannot_share_a_name() {
    let mut sim = empty();
    let host = host(&mut sim);
    sim.add_node(host, "relay", Ports::new(), Box::new(Puppet::boxed))
        .unwrap();
    let error = sim
        .add_node(host, "relay", Ports::new(), Box::new(Puppet::boxed))
        .unwrap_err();
    assert!(matches!(error, SimError::DuplicateNode { .. }));
}

#[test]
fn a_simulation_can_be_moved_to_another_thread() {
    fn movable<T: Send>(_: T) {}
    movable(empty());
}
