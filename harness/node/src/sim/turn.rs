//! One turn of a node: an input in, its outputs and its next deadline out.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::driver::Sim;
use super::happening::Happening;
use super::process::{Incarnation, NodeId, Program};
use super::wire::between;
use crate::{Input, Now, Output};

/// How long one sync of a disk takes, in microseconds.
const SYNC: RangeInclusive<u64> = 500..=2_000;

/// How many turns a node may take at one instant.
const TURNS_AT_ONE_INSTANT: u32 = 100_000;

impl<C, E> Sim<C, E> {
    /// Hands `input` to a node's present process, behind everything that happens now.
    pub(super) fn post(&mut self, node: NodeId, input: Input<C>) {
        let to = self.programs[node.0].incarnation(node);
        let input = Box::new(input);
        self.queue.push(self.now, Happening::Deliver { to, input });
    }

    /// Hands `input` to the process that it is meant for, if that still lives.
    pub(super) fn deliver_to(&mut self, to: Incarnation, input: Input<C>) {
        if self.programs[to.node.0].living(to).is_some() {
            self.deliver(to.node, input);
        }
    }

    /// Hands `input` to a node's process, at the thaw if it is frozen, never if it is dead.
    pub(super) fn deliver(&mut self, node: NodeId, input: Input<C>) {
        let Some(running) = self.programs[node.0].running.as_mut() else {
            return;
        };
        match running.frozen.as_mut() {
            Some(backlog) => backlog.hold(input),
            None => self.take_turn(node, input),
        }
    }

    /// A timer of a node is due. It may be one that no longer matters: the node then wants its
    /// deadline later, or has died and started anew since, or another timer was set before.
    pub(super) fn timer(&mut self, node: NodeId) {
        let Some(running) = self.programs[node.0].running.as_mut() else {
            return;
        };
        if running.timer != Some(self.now) {
            return;
        }
        running.timer = None;
        if running.frozen.is_some() {
            return;
        }
        match running.node.deadline() {
            Some(deadline) if deadline <= self.now => self.take_turn(node, Input::Deadline),
            _ => self.set_timer(node),
        }
    }

    /// Sees to it that a timer is due at the node's deadline or before.
    pub(super) fn set_timer(&mut self, node: NodeId) {
        let Some(running) = self.programs[node.0].running.as_mut() else {
            return;
        };
        let Some(deadline) = running.node.deadline() else {
            return;
        };
        let due = deadline.max(self.now);
        if running.timer.is_none_or(|timer| due < timer) {
            running.timer = Some(due);
            self.queue.push(due, Happening::Timer(node));
        }
    }

    /// Outputs have waited for the disk and leave the process, if it still lives.
    pub(super) fn release(&mut self, of: Incarnation, outputs: Vec<Output<E>>) {
        let Some(running) = self.programs[of.node.0].living(of) else {
            return;
        };
        if let Some(backlog) = running.frozen.as_mut() {
            backlog.hold_outputs(outputs);
            return;
        }
        running.unreleased -= 1;
        for output in outputs {
            self.carry_out(of.node, output);
        }
    }

    fn take_turn(&mut self, node: NodeId, input: Input<C>) {
        let program = &mut self.programs[node.0];
        let Some(running) = program.running.as_mut() else {
            return;
        };
        running.node.handle(self.now, input, &mut self.outputs);
        program.count_turn(self.now);
        self.set_timer(node);
        self.send_out(node);
    }

    /// Carries out what the node wants done, once its disk has synced what it wrote. So an
    /// acknowledgement leaves only when what it acknowledges is durable, and nothing that the
    /// node says later overtakes it. The node itself goes on taking turns meanwhile.
    fn send_out(&mut self, node: NodeId) {
        let program = &mut self.programs[node.0];
        let sync = program.sync_time();
        let of = program.incarnation(node);
        let Some(running) = program.running.as_mut() else {
            return;
        };
        running.synced_at = running.synced_at.max(self.now) + sync;
        if self.outputs.is_empty() {
            return;
        }
        if running.synced_at > self.now || running.unreleased > 0 {
            running.unreleased += 1;
            let outputs = self.outputs.drain().collect();
            let release = Happening::Release { of, outputs };
            self.queue.push(running.synced_at, release);
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
            Output::Event(event) => self.told.push_back((self.now, node, event)),
        }
    }
}

impl<C, E> Program<C, E> {
    /// How long the syncs since the last turn take.
    fn sync_time(&mut self) -> Duration {
        let syncs = self.disk.take_syncs();
        (0..syncs)
            .map(|_| between(&mut self.sync_draws, SYNC))
            .sum()
    }

    #[expect(
        clippy::panic,
        reason = "time would never pass again: the node is broken"
    )]
    fn count_turn(&mut self, now: Now) {
        let Some(running) = self.running.as_mut() else {
            return;
        };
        let (instant, turns) = &mut running.last_turn;
        if *instant != now {
            (*instant, *turns) = (now, 0);
        }
        *turns += 1;
        if *turns > TURNS_AT_ONE_INSTANT {
            panic!("node {} takes turn after turn at {now}", self.name);
        }
    }
}
