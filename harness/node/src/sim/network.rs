//! The hosts, and the wires between them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::host::{Host, Power};
use super::ids::HostId;
use super::seed::{RngStream, Seed};
use super::wire::{PacketFate, Wire};
use super::{Cut, Link, SimError};
use crate::Now;

/// All hosts, each with a wire to each, itself included.
pub(super) struct Network {
    seed: Seed,
    hosts: Vec<Host>,
    by_address: BTreeMap<IpAddr, HostId>,
    /// First by the sending host, then by the receiving one.
    wires: Vec<Vec<Wire>>,
    default_link: Link,
}

impl Network {
    pub(super) fn new(seed: Seed) -> Self {
        Network {
            seed,
            hosts: Vec::new(),
            by_address: BTreeMap::new(),
            wires: Vec::new(),
            default_link: Link::default(),
        }
    }

    pub(super) fn add_host(&mut self, name: &str, address: IpAddr) -> Result<HostId, SimError> {
        if self.hosts.iter().any(|host| host.name == name) {
            return Err(SimError::DuplicateHost(name.to_owned()));
        }
        if let Some(owner) = self.route(address) {
            return Err(SimError::DuplicateAddress {
                host: name.to_owned(),
                address,
                owner: self.host(owner).name.clone(),
            });
        }
        let id = HostId(self.hosts.len());
        self.hosts.push(Host::new(name, address));
        self.by_address.insert(address, id);
        self.wire_up(id);
        Ok(id)
    }

    /// The host that has `address`.
    pub(super) fn route(&self, address: IpAddr) -> Option<HostId> {
        self.by_address.get(&address).copied()
    }

    pub(super) fn host(&self, id: HostId) -> &Host {
        &self.hosts[id.0]
    }

    pub(super) fn host_mut(&mut self, id: HostId) -> &mut Host {
        &mut self.hosts[id.0]
    }

    pub(super) fn is_off(&self, id: HostId) -> bool {
        self.host(id).power == Power::Off
    }

    pub(super) fn wire(&mut self, from: HostId, to: HostId) -> &mut Wire {
        &mut self.wires[from.0][to.0]
    }

    pub(super) fn link(&self, from: HostId, to: HostId) -> Link {
        self.wires[from.0][to.0].link()
    }

    /// Sets the link of one direction. A host's loopback stays as it is.
    pub(super) fn set_link(&mut self, from: HostId, to: HostId, link: Link) {
        if from != to {
            self.wire(from, to).set_link(link);
        }
    }

    /// Cuts or heals one direction. A host's loopback stays as it is.
    pub(super) fn set_cut(&mut self, from: HostId, to: HostId, cut: Option<Cut>) {
        if from != to {
            self.wire(from, to).set_cut(cut);
        }
    }

    pub(super) fn set_default_link(&mut self, link: Link) {
        self.default_link = link;
        for wire in self.wires.iter_mut().flatten() {
            wire.set_default_link(link);
        }
    }

    /// What becomes of a TCP segment sent at `now`. A host without power takes none.
    pub(super) fn segment(&mut self, from: HostId, to: HostId, now: Now) -> PacketFate {
        let off = self.is_off(to);
        match self.wire(from, to).segment(now) {
            PacketFate::Arrives(_) if off => PacketFate::Lost,
            fate => fate,
        }
    }

    fn wire_up(&mut self, new: HostId) {
        for old in 0..new.0 {
            let wire = self.new_wire(old, new.0);
            self.wires[old].push(wire);
        }
        let outgoing = (0..=new.0).map(|to| self.new_wire(new.0, to)).collect();
        self.wires.push(outgoing);
    }

    fn new_wire(&self, from: usize, to: usize) -> Wire {
        let rng = self.seed.rng(RngStream::Wire { from, to });
        if from == to {
            Wire::loopback(rng)
        } else {
            Wire::new(self.default_link, rng)
        }
    }
}
