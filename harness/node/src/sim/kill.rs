//! The fault `kill`: a process dies, its host lives on.

use super::driver::Sim;
use super::ids::NodeId;
use super::process::{Boot, Process};
use crate::Input;

impl<C, E> Sim<C, E> {
    /// Kills a node's process. Its host stays up: datagrams to it are answered with
    /// [`Unreachable::Port`](crate::Unreachable::Port), its connections are reset, new ones and
    /// requests refused. Inputs that it has not taken and outputs that wait for its disk are
    /// lost; what has already left travels on. A dead process cannot die again.
    pub fn kill(&mut self, node: NodeId) {
        if self.end_process(node) {
            self.reset_connections(node);
        }
    }

    /// Starts a node's process anew: a new [`Boot`], the same disk. Does nothing while the
    /// process lives, or its host has no power.
    pub fn start(&mut self, node: NodeId) {
        let record = &mut self.nodes[node.0];
        let host = self.network.host(record.host);
        if record.process.is_some() || self.network.is_off(record.host) {
            return;
        }
        record.boots += 1;
        let boot = Boot {
            seed: self.seed.boot(node.0, record.boots),
            address: host.address,
            disk: record.disk.hand_over(),
        };
        record.process = Some(Process::new((record.factory)(boot)));
        self.post(node, Input::Start);
    }

    /// Whether a node's process lives; a frozen one does.
    pub fn is_running(&self, node: NodeId) -> bool {
        self.nodes[node.0].process.is_some()
    }

    /// Ends a node's process without a sign to others. False if there was none.
    pub(super) fn end_process(&mut self, node: NodeId) -> bool {
        let record = &mut self.nodes[node.0];
        // First the disk, so that no destructor of the node writes to it.
        record.disk.revoke();
        record.process.take().is_some()
    }
}
