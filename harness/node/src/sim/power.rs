//! The fault `power-off`: a host falls silent.

use super::driver::Sim;
use super::host::Power;
use super::ids::{HostId, NodeId};

impl<C, E> Sim<C, E> {
    /// Takes a host's power. All its processes die, what their disks have not synced is lost,
    /// and nothing answers for it: no ICMP, no RST. What has already left travels on.
    pub fn power_off(&mut self, host: HostId) {
        self.network.host_mut(host).power = Power::Off;
        for node in self.nodes_of(host) {
            self.end_process(node);
            self.nodes[node.0].disk.lose_power();
        }
        self.forget_connections(host);
    }

    /// Gives a host its power back: all its processes start. Does nothing to a host that has it.
    pub fn power_on(&mut self, host: HostId) {
        if !self.network.is_off(host) {
            return;
        }
        self.network.host_mut(host).power = Power::On;
        for node in self.nodes_of(host) {
            self.start(node);
        }
    }

    fn nodes_of(&self, host: HostId) -> Vec<NodeId> {
        self.network.host(host).nodes().collect()
    }
}
