//! A caller, or somebody outside who is called.

use std::sync::Arc;

use model::Span;
use model::journal::event::Event;
use model::topology::{Behaviour, Pool};
use model::walk::Timing;
use node::{Input, Node, Now, Outputs};

use crate::hops;
use crate::party::{Habits, Party};
use crate::{Command, Network, Place};

/// A caller: places calls when told to, through the primary pool or else the backup. Called
/// itself, it accepts at once.
pub struct Caller {
    party: Party,
}

impl Caller {
    /// A caller at `place`.
    pub fn new(place: Place, network: Arc<Network>, timing: Timing) -> Caller {
        let habits = Habits {
            hops: hops::beginning_at(Pool::Primary, &network),
            next_hop: timing.next_hop.get(),
            behaviour: Behaviour::AcceptAfter(Span::default()),
        };
        Caller {
            party: Party::new(place, habits),
        }
    }
}

impl Node for Caller {
    type Command = Command;
    type Event = Event;

    fn handle(&mut self, now: Now, input: Input<Command>, out: &mut Outputs<Event>) {
        if let Input::Command(Command::Verb { verb, .. }) = &input {
            let what = format!("a caller has nobody to ask for {verb:?}");
            return out.event(Event::Trouble { what });
        }
        self.party.handle(now, input, out);
    }

    fn deadline(&self) -> Option<Now> {
        self.party.deadline()
    }
}
