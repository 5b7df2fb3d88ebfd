//! The fault `freeze`: a process is stopped, its connections stay open.

use super::backlog::{Backlog, Held, Thaw};
use super::driver::Sim;
use super::happening::Happening;
use super::process::{Incarnation, NodeId};

impl<C, E> Sim<C, E> {
    /// Stops a node's process. Its host's kernel goes on: it accepts connections and takes in
    /// what arrives, datagrams as far as each port's socket buffer reaches (212,992 bytes, as
    /// Linux counts them). No deadline comes, nothing is answered. Does nothing to a process that
    /// is dead or frozen.
    pub fn freeze(&mut self, node: NodeId) {
        if let Some(running) = self.programs[node.0].running.as_mut() {
            running.frozen.get_or_insert_with(Backlog::new).thaw = Thaw::NotYet;
        }
    }

    /// Lets a frozen process go on. Everything that waited for it arrives at once, in order; a
    /// deadline that has passed meanwhile comes after it. Does nothing to a process that is not
    /// frozen.
    pub fn thaw(&mut self, node: NodeId) {
        let program = &mut self.programs[node.0];
        let who = program.incarnation(node);
        let Some(backlog) = program
            .living(who)
            .and_then(|running| running.frozen.as_mut())
        else {
            return;
        };
        backlog.thaw = Thaw::Now;
        // Behind what arrives at this instant, which so keeps its place behind the backlog.
        self.queue.push(self.now, Happening::Wake(who));
    }

    /// A process goes on, unless it has died or was frozen again since.
    pub(super) fn wake(&mut self, who: Incarnation) {
        let Some(running) = self.programs[who.node.0].living(who) else {
            return;
        };
        let Some(backlog) = running.frozen.take_if(|backlog| backlog.thaw == Thaw::Now) else {
            return;
        };
        for held in backlog.into_held() {
            match held {
                Held::Input(input) => self.deliver(who.node, *input),
                Held::Outputs(outputs) => self.release(who, outputs),
            }
        }
        self.set_timer(who.node);
    }
}
