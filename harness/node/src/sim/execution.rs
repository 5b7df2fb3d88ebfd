//! Running a node: an input in, its outputs and its next deadline out.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::driver::Sim;
use super::event::SimEvent;
use super::ids::NodeId;
use super::process::{Incarnation, NodeRecord};
use super::wire::between;
use crate::{Input, Now, Output};

/// How long one sync of a disk takes, in microseconds.
const SYNC: RangeInclusive<u64> = 500..=2_000;

/// How many inputs a node may get at one instant.
const INPUTS_AT_ONE_INSTANT: u32 = 100_000;

impl<C, E> Sim<C, E> {
    /// Hands `input` to a node's present process, behind everything that happens now.
    pub(super) fn post(&mut self, node: NodeId, input: Input<C>) {
        let to = self.nodes[node.0].incarnation(node);
        let input = Box::new(input);
        self.queue.push(self.now, SimEvent::Deliver { to, input });
    }

    /// Hands `input` to the process that it is meant for, if that still lives.
    pub(super) fn deliver_to(&mut self, to: Incarnation, input: Input<C>) {
        if self.nodes[to.node.0].alive(to).is_some() {
            self.deliver(to.node, input);
        }
    }

    /// Hands `input` to a node's process, at the thaw if it is frozen, never if it is dead.
    pub(super) fn deliver(&mut self, node: NodeId, input: Input<C>) {
        let Some(process) = self.nodes[node.0].process.as_mut() else {
            return;
        };
        match process.frozen.as_mut() {
            Some(backlog) => backlog.defer(input),
            None => self.run(node, input),
        }
    }

    /// A timer of a node is due. It may be one that no longer matters: the node then wants its
    /// deadline later, or has died and started anew since, or another timer was set before.
    pub(super) fn timer(&mut self, node: NodeId) {
        let Some(process) = self.nodes[node.0].process.as_mut() else {
            return;
        };
        if process.timer != Some(self.now) {
            return;
        }
        process.timer = None;
        if process.frozen.is_some() {
            return;
        }
        match process.node.deadline() {
            Some(deadline) if deadline <= self.now => self.run(node, Input::Deadline),
            _ => self.set_timer(node),
        }
    }

    /// Sees to it that a timer is due at the node's deadline or before.
    pub(super) fn set_timer(&mut self, node: NodeId) {
        let Some(process) = self.nodes[node.0].process.as_mut() else {
            return;
        };
        let Some(deadline) = process.node.deadline() else {
            return;
        };
        let due = deadline.max(self.now);
        if process.timer.is_none_or(|timer| due < timer) {
            process.timer = Some(due);
            self.queue.push(due, SimEvent::Timer(node));
        }
    }

    /// Outputs have waited for the disk and leave the process, if it still lives.
    pub(super) fn release(&mut self, of: Incarnation, outputs: Vec<Output<E>>) {
        let Some(process) = self.nodes[of.node.0].alive(of) else {
            return;
        };
        if let Some(backlog) = process.frozen.as_mut() {
            backlog.defer_outputs(outputs);
            return;
        }
        process.unreleased -= 1;
        for output in outputs {
            self.carry_out(of.node, output);
        }
    }

    fn run(&mut self, node: NodeId, input: Input<C>) {
        let record = &mut self.nodes[node.0];
        let Some(process) = record.process.as_mut() else {
            return;
        };
        process.node.handle(self.now, input, &mut self.outputs);
        record.count_input(self.now);
        self.set_timer(node);
        self.send_out(node);
    }

    /// Carries out what the node wants done, once its disk has synced what it wrote. So an
    /// acknowledgement leaves only when what it acknowledges is durable, and nothing that the
    /// node says later overtakes it. The node itself goes on taking inputs meanwhile.
    fn send_out(&mut self, node: NodeId) {
        let record = &mut self.nodes[node.0];
        let sync = record.sync_time();
        let of = record.incarnation(node);
        let Some(process) = record.process.as_mut() else {
            return;
        };
        process.synced_at = process.synced_at.max(self.now) + sync;
        if self.outputs.is_empty() {
            return;
        }
        if process.synced_at > self.now || process.unreleased > 0 {
            process.unreleased += 1;
            let outputs = self.outputs.drain().collect();
            let release = SimEvent::Release { of, outputs };
            self.queue.push(process.synced_at, release);
            return;
        }
        let mut outputs = std::mem::take(&mut self.outputs);
        for output in outputs.drain() {
            self.carry_out(node, output);
        }
        self.outputs = outputs;
    }

    fn carry_out(&mut self, node: NodeId, output: Output<E>) {
        match output {
            Output::Datagram { from, to, bytes } => self.send_datagram(node, from, to, bytes),
            Output::Connect { id, to } => self.connect(node, id, to),
            Output::Send { id, bytes } => self.send(node, id, bytes),
            Output::Close { id } => self.close(node, id),
            Output::Request {
                id,
                to,
                request,
                timeout,
            } => {
                self.request(node, id, to, request, timeout);
            }
            Output::Respond { id, response } => self.respond(node, id, response),
            Output::Event(event) => self.events.push_back((self.now, node, event)),
            // There is no machine here that could run anything.
            Output::Run { .. } => {}
        }
    }
}

impl<C, E> NodeRecord<C, E> {
    /// How long the syncs since the last input take.
    fn sync_time(&mut self) -> Duration {
        let syncs = self.disk.take_syncs();
        (0..syncs).map(|_| between(&mut self.sync_rng, SYNC)).sum()
    }

    #[expect(
        clippy::panic,
        reason = "time would never pass again: the node is broken"
    )]
    fn count_input(&mut self, now: Now) {
        let Some(process) = self.process.as_mut() else {
            return;
        };
        let (instant, inputs) = &mut process.last_input;
        if *instant != now {
            (*instant, *inputs) = (now, 0);
        }
        *inputs += 1;
        if *inputs > INPUTS_AT_ONE_INSTANT {
            panic!(
                "node {} gets input after input at {now}: it never lets time pass",
                self.name
            );
        }
    }
}
