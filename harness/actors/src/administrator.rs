//! The administrator: fails over and back, moves groups between pools, lists and changes them.

use std::sync::Arc;

use model::journal::event::Event;
use node::{Input, Node, Now, Outputs};

use crate::operations::Operations;
use crate::{AddressBook, Command, TargetAdapter};

/// An administrator. What one verb captured, such as the name of an export's file, later ones use.
pub struct Administrator {
    operations: Operations,
}

impl Administrator {
    /// An administrator whose verbs are carried out by `adapter`.
    pub fn new(address_book: Arc<AddressBook>, adapter: Arc<TargetAdapter>) -> Administrator {
        Administrator {
            operations: Operations::new(adapter, address_book),
        }
    }
}

impl Node for Administrator {
    type Command = Command;
    type Event = Event;

    fn handle(&mut self, now: Now, input: Input<Command>, out: &mut Outputs<Event>) {
        match input {
            Input::Command(Command::Verb(operation)) => {
                self.operations.begin(now, operation, out);
            }
            Input::Command(Command::Ran { id, end }) => {
                self.operations.receive_end(now, id, end, out);
            }
            Input::Command(command) => out.event(Event::Trouble {
                what: format!("an administrator cannot carry out `{command}`"),
            }),
            Input::Reply { id, outcome } => self.operations.receive_reply(now, id, outcome, out),
            _ => {}
        }
        self.operations.tick(now, out);
    }

    fn deadline(&self) -> Option<Now> {
        self.operations.deadline()
    }
}
