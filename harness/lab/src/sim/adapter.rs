//! Actors and servers as one kind of node, so that one simulation can run them together.

use actors::Command;
use model::journal::Event;
use node::{Mapped, Node};

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
pub(super) fn actor<N>(node: N) -> Mapped<N, Command, Told>
where
    N: Node<Command = Command, Event = Event>,
{
    Mapped::new(node, Some, Told::Observed)
}

/// A pool or a database: nobody can tell it what to do but over the network.
pub(super) fn server(node: Server) -> Mapped<Server, Command, Told> {
    Mapped::new(node, |_| None, Told::Logged)
}
