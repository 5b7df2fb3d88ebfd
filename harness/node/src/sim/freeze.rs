//! The fault `freeze`: a process is stopped, its connections stay open.

use super::backlog::{Backlog, Deferred, Thaw};
use super::driver::Sim;
use super::event::SimEvent;
use super::ids::NodeId;
use super::process::Incarnation;

impl<C, E> Sim<C, E> {
    /// Stops a node's process. Its host's kernel goes on: it accepts connections and takes in
    /// what arrives, datagrams as far as each port's socket buffer reaches (212,992 bytes, as
    /// Linux counts them). No deadline comes, nothing is answered. Does nothing to a process that
    /// is dead or frozen.
    pub fn freeze(&mut self, node: NodeId) {
        if let Some(process) = self.nodes[node.0].process.as_mut() {
            process.frozen.get_or_insert_with(Backlog::new).thaw = Thaw::NotYet;
        }
    }

    /// Lets a frozen process go on. Everything that waited for it arrives at once, in order; a
    /// deadline that has passed meanwhile comes after it. Does nothing to a process that is not
    /// frozen.
    pub fn thaw(&mut self, node: NodeId) {
        let record = &mut self.nodes[node.0];
        let who = record.incarnation(node);
        let Some(backlog) = record
            .alive(who)
            .and_then(|process| process.frozen.as_mut())
        else {
            return;
        };
        backlog.thaw = Thaw::Now;
        // Behind what arrives at this instant, which so keeps its place behind the backlog.
        self.queue.push(self.now, SimEvent::Resume(who));
    }

    /// A process goes on, unless it has died or was frozen again since.
    pub(super) fn resume(&mut self, who: Incarnation) {
        let Some(process) = self.nodes[who.node.0].alive(who) else {
            return;
        };
        let Some(backlog) = process.frozen.take_if(|backlog| backlog.thaw == Thaw::Now) else {
            return;
        };
        for deferred in backlog.into_deferred() {
            match deferred {
                Deferred::Input(input) => self.deliver(who.node, *input),
                Deferred::Outputs(outputs) => self.release(who, outputs),
            }
        }
        self.set_timer(who.node);
    }
}
