//! The administrator: fails over and back, moves groups between pools, lists and changes them.

use std::sync::Arc;

use model::journal::event::Event;
use node::{Input, Node, Now, Outputs};

use crate::errands::{Errand, Errands};
use crate::{Command, Desk, Network};

/// An administrator. What one verb brings home, as an export's file, the next ones have at hand.
pub struct Administrator {
    errands: Errands,
}

impl Administrator {
    /// An administrator who does things as `desk` says.
    pub fn new(network: Arc<Network>, desk: Arc<Desk>) -> Administrator {
        Administrator {
            errands: Errands::new(desk, network),
        }
    }
}

impl Node for Administrator {
    type Command = Command;
    type Event = Event;

    fn handle(&mut self, now: Now, input: Input<Command>, out: &mut Outputs<Event>) {
        match input {
            Input::Command(Command::Verb {
                id,
                verb,
                at,
                about,
            }) => self
                .errands
                .begin(now, Errand::new(id, verb, at, about), out),
            Input::Command(command) => out.event(Event::Trouble {
                what: format!("an administrator was told {command:?}"),
            }),
            Input::Reply { id, outcome } => self.errands.replied(now, id, outcome, out),
            _ => {}
        }
        self.errands.tick(now, out);
    }

    fn deadline(&self) -> Option<Now> {
        self.errands.deadline()
    }
}
