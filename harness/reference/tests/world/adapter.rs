//! Pools, databases, phones and browsers as nodes of one simulation.

use std::sync::Arc;

use node::Mapped;
use node::sim::{Boot, NodeFactory};
use reference::{Database, DatabaseConfig, Pool, PoolConfig};

use super::browser::{Answer, Browser, Page};
use super::phone::{Phone, PhoneCommand, PhoneEvent};
use super::script::{Heard, Line, Script};

#[derive(Debug)]
pub enum Command {
    Phone(PhoneCommand),
    Browse(Page),
    Say(Line),
}

#[derive(Debug)]
pub enum Event {
    Log(String),
    Phone(PhoneEvent),
    Answer(Answer),
    Heard(Heard),
}

pub fn pool(config: PoolConfig) -> NodeFactory<Command, Event> {
    let config = Arc::new(config);
    Box::new(move |boot: Boot| {
        let pool = Pool::new(Arc::clone(&config), boot.seed);
        Box::new(Mapped::new(pool, |_| None, Event::Log))
    })
}

pub fn database(config: DatabaseConfig) -> NodeFactory<Command, Event> {
    let config = Arc::new(config);
    Box::new(move |boot: Boot| {
        let database = Database::new(Arc::clone(&config), boot.disk).unwrap();
        Box::new(Mapped::new(database, |_| None, Event::Log))
    })
}

pub fn phone(build: impl Fn([u8; 32]) -> Phone + Send + 'static) -> NodeFactory<Command, Event> {
    Box::new(move |boot: Boot| {
        let command = |command| match command {
            Command::Phone(command) => Some(command),
            _ => None,
        };
        Box::new(Mapped::new(build(boot.seed), command, Event::Phone))
    })
}

pub fn browser() -> NodeFactory<Command, Event> {
    Box::new(move |_| {
        let command = |command| match command {
            Command::Browse(page) => Some(page),
            _ => None,
        };
        Box::new(Mapped::new(Browser, command, Event::Answer))
    })
}

pub fn script() -> NodeFactory<Command, Event> {
    Box::new(move |_| {
        let command = |command| match command {
            Command::Say(line) => Some(line),
            _ => None,
        };
        Box::new(Mapped::new(Script, command, Event::Heard))
    })
}
