//! Pools, databases, phones and browsers as nodes of one simulation.

use std::convert::Infallible;
use std::sync::Arc;

use node::sim::{Boot, NodeFactory};
use node::{Input, Node, Now, Output, Outputs};
use reference::{Database, DatabaseConfig, Pool, PoolConfig};

use super::browser::{Answer, Browser, Page};
use super::phone::{Phone, PhoneCommand, PhoneEvent};

#[derive(Debug)]
pub enum Command {
    Phone(PhoneCommand),
    Browse(Page),
}

#[derive(Debug)]
pub enum Event {
    Log(String),
    Phone(PhoneEvent),
    Answer(Answer),
}

/// A node whose commands and events are some of the simulation's.
struct Adapted<N: Node> {
    node: N,
    command: fn(Command) -> Option<N::Command>,
    event: fn(N::Event) -> Event,
}

impl<N: Node> Node for Adapted<N> {
    type Command = Command;
    type Event = Event;

    fn handle(&mut self, now: Now, input: Input<Command>, out: &mut Outputs<Event>) {
        let input = match input {
            Input::Command(command) => match (self.command)(command) {
                Some(command) => Input::Command(command),
                None => return,
            },
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
        };
        let mut own = Outputs::default();
        self.node.handle(now, input, &mut own);
        for output in own.drain() {
            out.push(match output {
                Output::Event(event) => Output::Event((self.event)(event)),
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

    fn deadline(&self) -> Option<Now> {
        self.node.deadline()
    }
}

fn no_command(_: Command) -> Option<Infallible> {
    None
}

pub fn pool(config: PoolConfig) -> NodeFactory<Command, Event> {
    let config = Arc::new(config);
    Box::new(move |boot: Boot| {
        Box::new(Adapted {
            node: Pool::new(Arc::clone(&config), boot.seed),
            command: no_command,
            event: Event::Log,
        })
    })
}

pub fn database(config: DatabaseConfig) -> NodeFactory<Command, Event> {
    let config = Arc::new(config);
    Box::new(move |boot: Boot| {
        Box::new(Adapted {
            node: Database::new(Arc::clone(&config), boot.disk).unwrap(),
            command: no_command,
            event: Event::Log,
        })
    })
}

pub fn phone(build: impl Fn([u8; 32]) -> Phone + Send + 'static) -> NodeFactory<Command, Event> {
    Box::new(move |boot: Boot| {
        Box::new(Adapted {
            node: build(boot.seed),
            command: |command| match command {
                Command::Phone(command) => Some(command),
                Command::Browse(_) => None,
            },
            event: Event::Phone,
        })
    })
}

pub fn browser() -> NodeFactory<Command, Event> {
    Box::new(move |_| {
        Box::new(Adapted {
            node: Browser,
            command: |command| match command {
                Command::Browse(page) => Some(page),
                Command::Phone(_) => None,
            },
            event: Event::Answer,
        })
    })
}
