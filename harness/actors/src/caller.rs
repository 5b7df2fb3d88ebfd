//! A caller, or somebody outside who is called.

use std::sync::Arc;

use model::Span;
use model::journal::event::Event;
use model::topology::{Behaviour, Pool};
use model::walk::Timing;
use node::{Input, Node, Now, Outputs};

use crate::hops;
use crate::softphone::{Settings, Softphone};
use crate::{ActorSpec, AddressBook, Command, TargetAdapter};

/// A caller: places calls when told to, through one pool or else its partner. Called itself, it
/// accepts at once, until it is told to behave otherwise.
pub struct Caller {
    softphone: Softphone,
}

impl Caller {
    /// The caller of `spec`, whose calls go to the pool `asks_first` first.
    pub fn new(
        spec: ActorSpec,
        address_book: Arc<AddressBook>,
        timing: Timing,
        asks_first: Pool,
    ) -> Caller {
        let settings = Settings {
            hops: hops::starting_at(asks_first, &address_book),
            next_hop: timing.next_hop.get(),
            behaviour: Behaviour::AcceptAfter(Span::default()),
        };
        Caller {
            softphone: Softphone::new(spec, address_book, settings),
        }
    }

    /// The same caller, as the target of `adapter` wants callers to be: with what they answer
    /// challenges with, if they do, and by its transport.
    #[must_use]
    pub fn of_target(mut self, adapter: &TargetAdapter) -> Caller {
        let credentials = adapter.caller_credentials(&self.softphone.spec().user);
        self.softphone.set_credentials(credentials);
        self.softphone.set_transport(adapter.transport());
        self.softphone.set_domain(adapter.domain());
        self.softphone.keep_out(adapter.secrets());
        self
    }
}

impl Node for Caller {
    type Command = Command;
    type Event = Event;

    fn handle(&mut self, now: Now, input: Input<Command>, out: &mut Outputs<Event>) {
        if let Input::Command(command) = &input
            && let Command::Verb(_) | Command::Register | Command::Unregister | Command::LetExpire =
                command
        {
            let what = format!("a caller cannot carry out `{command}`");
            return out.event(Event::Trouble { what });
        }
        self.softphone.handle(now, input, out);
    }

    fn deadline(&self) -> Option<Now> {
        self.softphone.deadline()
    }
}
