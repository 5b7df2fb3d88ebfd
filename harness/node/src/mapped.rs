//! A node among others: its commands and events are some of those that all of them share.

use std::fmt;

use crate::{Admission, Head, Input, Node, Now, Output, Outputs, Port};

/// A node that takes the commands `C` and emits the events `E`, so that nodes of different kinds
/// can run in one simulation. What the network brings and what the node sends pass as they are.
pub struct Mapped<N: Node, C, E> {
    node: N,
    outputs: Outputs<N::Event>,
    command: fn(C) -> Option<N::Command>,
    event: fn(N::Event) -> E,
}

impl<N: Node, C, E> Mapped<N, C, E> {
    /// Maps commands to those of `node`, and its events to those of all. A command that is not
    /// for this node (`None`) never reaches it.
    pub fn new(
        node: N,
        command: fn(C) -> Option<N::Command>,
        event: fn(N::Event) -> E,
    ) -> Mapped<N, C, E> {
        Mapped {
            node,
            outputs: Outputs::default(),
            command,
            event,
        }
    }
}

impl<N: Node + fmt::Debug, C, E> fmt::Debug for Mapped<N, C, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Mapped").field(&self.node).finish()
    }
}

impl<N: Node<Event: Send>, C, E> Node for Mapped<N, C, E> {
    type Command = C;
    type Event = E;

    fn handle(&mut self, now: Now, input: Input<C>, out: &mut Outputs<E>) {
        let Some(input) = map_command(input, self.command) else {
            return;
        };
        self.node.handle(now, input, &mut self.outputs);
        for output in self.outputs.drain() {
            out.push(map_event(output, self.event));
        }
    }

    fn deadline(&self) -> Option<Now> {
        self.node.deadline()
    }

    fn admit(&self, at: Port, head: &Head) -> Admission {
        self.node.admit(at, head)
    }
}

fn map_command<C, D>(input: Input<C>, command: fn(C) -> Option<D>) -> Option<Input<D>> {
    Some(match input {
        Input::Command(given) => Input::Command(command(given)?),
        Input::Start => Input::Start,
        Input::Deadline => Input::Deadline,
        Input::Datagram { at, from, bytes } => Input::Datagram { at, from, bytes },
        Input::Undeliverable { at, to, why } => Input::Undeliverable { at, to, why },
        Input::Stream { id, what } => Input::Stream { id, what },
        Input::Request {
            id,
            at,
            from,
            request,
        } => Input::Request {
            id,
            at,
            from,
            request,
        },
        Input::Reply { id, outcome } => Input::Reply { id, outcome },
    })
}

fn map_event<D, E>(output: Output<D>, event: fn(D) -> E) -> Output<E> {
    match output {
        Output::Event(emitted) => Output::Event(event(emitted)),
        Output::Datagram { from, to, bytes } => Output::Datagram { from, to, bytes },
        Output::Connect { id, to } => Output::Connect { id, to },
        Output::Send { id, bytes } => Output::Send { id, bytes },
        Output::Close { id } => Output::Close { id },
        Output::Request {
            id,
            to,
            request,
            timeout,
        } => Output::Request {
            id,
            to,
            request,
            timeout,
        },
        Output::Respond { id, response } => Output::Respond { id, response },
        Output::Run { id, what } => Output::Run { id, what },
    }
}
