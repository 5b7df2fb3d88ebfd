//! An agent: a user homed in a pool, who is alerted of calls to response groups.

use std::sync::Arc;

use model::journal::event::Event;
use model::topology::{Behaviour, Pool};
use model::verb::Verb;
use model::walk::Timing;
use node::{Input, Node, Now, Outputs};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::operation::Operation;
use crate::operations::Operations;
use crate::registration::Registration;
use crate::softphone::{Settings, Softphone};
use crate::{ActorSpec, AddressBook, Command, TargetAdapter, hops};

/// An agent: stays registered, answers as its behaviour says, places calls when told to, and
/// uses the agent console. Its home pool comes first in everything, its partner second.
pub struct Agent {
    softphone: Softphone,
    registration: Registration,
    operations: Operations,
}

impl Agent {
    /// The agent of `spec`, homed in `home`, who uses the agent console by `adapter`; or a further telephone of
    /// the agent, which registers when it is told to.
    pub fn new(
        spec: ActorSpec,
        address_book: Arc<AddressBook>,
        timing: Timing,
        home: Pool,
        behaviour: Behaviour,
        adapter: Arc<TargetAdapter>,
    ) -> Agent {
        let hops = hops::starting_at(home, &address_book);
        let credentials = adapter.credentials(&spec.user, home);
        let mut rng = ChaCha8Rng::from_seed(spec.seed);
        rng.set_stream(3); // the softphone has those below
        let settings = Settings {
            hops: hops.clone(),
            next_hop: timing.next_hop.get(),
            behaviour,
        };
        let is_further = spec.user != spec.name;
        let mut softphone = Softphone::new(spec, Arc::clone(&address_book), settings);
        softphone.set_credentials(credentials.clone());
        softphone.set_transport(adapter.transport());
        softphone.set_domain(adapter.domain());
        softphone.keep_out(adapter.secrets());
        let registration = Registration::new(hops, timing, rng)
            .with_credentials(credentials)
            .with_transport(adapter.transport());
        Agent {
            registration: match is_further {
                true => registration.not_wanted(),
                false => registration,
            },
            operations: Operations::new(adapter, address_book),
            softphone,
        }
    }

    /// Has `operation` carried out, if it is one of the agent console.
    fn carry_out(&mut self, now: Now, mut operation: Operation, out: &mut Outputs<Event>) {
        let console = [
            Verb::GetGroups,
            Verb::SignIn,
            Verb::SignOut,
            Verb::CallOnBehalf,
        ];
        if !console.contains(&operation.verb) {
            let what = format!("an agent cannot carry out `{}`", operation.verb.word());
            return out.event(Event::Trouble { what });
        }
        let own_name = || self.softphone.spec().user.clone();
        operation.about.agent.get_or_insert_with(own_name);
        self.operations.begin(now, operation, out);
    }
}

impl Node for Agent {
    type Command = Command;
    type Event = Event;

    fn handle(&mut self, now: Now, input: Input<Command>, out: &mut Outputs<Event>) {
        match input {
            Input::Command(Command::Register) => self.registration.register(now),
            Input::Command(Command::Unregister) => self.registration.unregister(now),
            Input::Command(Command::LetExpire) => self.registration.let_expire(now),
            Input::Command(Command::Verb(operation)) => self.carry_out(now, operation, out),
            Input::Command(Command::Ran { id, end }) => {
                self.operations.receive_end(now, id, end, out);
            }
            Input::Reply { id, outcome } => self.operations.receive_reply(now, id, outcome, out),
            input => self.softphone.handle(now, input, out),
        }
        self.operations.tick(now, out);
        while let Some(reply) = self.softphone.poll_reply() {
            self.registration
                .receive_reply(now, reply, &mut self.softphone, out);
        }
        self.registration.tick(now, &mut self.softphone, out);
        self.softphone.drain_user_agent(now, out);
    }

    fn deadline(&self) -> Option<Now> {
        let operations = self.operations.deadline();
        let registration = self.registration.deadline();
        [self.softphone.deadline(), operations, registration]
            .into_iter()
            .flatten()
            .min()
    }
}
