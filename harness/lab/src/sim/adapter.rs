//! Actors and servers as one kind of node, so that one simulation can run them together.

use std::convert::Infallible;

use actors::Command;
use model::journal::Event;
use node::{Input, Node, Now, Output, Outputs};

use super::pools::Server;

/// What any node of the lab tells.
#[derive(Debug)]
pub(super) enum Told {
    /// An actor or a probe: for the journal.
    Observed(Event),
    /// A server: for people.
    Logged(String),
}

/// An agent, a caller, an administrator or a probe.
pub(super) struct Actor<N> {
    node: N,
    outputs: Outputs<Event>,
}

/// A pool or a database.
pub(super) struct Served {
    node: Server,
    outputs: Outputs<String>,
}

impl<N> Actor<N> {
    pub(super) fn new(node: N) -> Self {
        let outputs = Outputs::default();
        Actor { node, outputs }
    }
}

impl Served {
    pub(super) fn new(node: Server) -> Self {
        let outputs = Outputs::default();
        Served { node, outputs }
    }
}

impl<N: Node<Command = Command, Event = Event>> Node for Actor<N> {
    type Command = Command;
    type Event = Told;

    fn handle(&mut self, now: Now, input: Input<Command>, out: &mut Outputs<Told>) {
        self.node.handle(now, input, &mut self.outputs);
        pass_on(&mut self.outputs, out, Told::Observed);
    }

    fn deadline(&self) -> Option<Now> {
        self.node.deadline()
    }
}

impl Node for Served {
    type Command = Command;
    type Event = Told;

    fn handle(&mut self, now: Now, input: Input<Command>, out: &mut Outputs<Told>) {
        let Some(input) = without_command(input) else {
            return;
        };
        self.node.handle(now, input, &mut self.outputs);
        pass_on(&mut self.outputs, out, Told::Logged);
    }

    fn deadline(&self) -> Option<Now> {
        self.node.deadline()
    }
}

/// Hands on what a node wants done, with what it tells as `told`.
fn pass_on<E>(inner: &mut Outputs<E>, out: &mut Outputs<Told>, told: fn(E) -> Told) {
    for output in inner.drain() {
        out.push(match output {
            Output::Event(event) => Output::Event(told(event)),
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
        });
    }
}

/// The same input for a node that takes no commands; none if it is one.
fn without_command(input: Input<Command>) -> Option<Input<Infallible>> {
    Some(match input {
        Input::Command(_) => return None,
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
