//! An agent: a user homed in a pool, who is alerted of calls to response groups.

use std::sync::Arc;

use model::journal::event::Event;
use model::topology::{Behaviour, Pool};
use model::verb::Verb;
use model::walk::Timing;
use node::{Input, Node, Now, Outputs};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::errands::{Errand, Errands};
use crate::party::{Habits, Party};
use crate::registration::Registration;
use crate::{Command, Desk, Network, Place, hops};

/// An agent: stays registered, answers as its behaviour says, places calls when told to, and
/// uses the agent console. Its home pool comes first in everything, its partner second.
pub struct Agent {
    party: Party,
    registration: Registration,
    errands: Errands,
}

impl Agent {
    /// An agent at `place`, homed in `home`, who asks the agent console as `desk` says.
    pub fn new(
        place: Place,
        network: Arc<Network>,
        timing: Timing,
        home: Pool,
        behaviour: Behaviour,
        desk: Arc<Desk>,
    ) -> Agent {
        let hops = hops::beginning_at(home, &network);
        let mut random = ChaCha8Rng::from_seed(place.seed);
        random.set_stream(3); // the party has those before
        Agent {
            registration: Registration::new(hops.clone(), timing, random),
            errands: Errands::new(desk, network),
            party: Party::new(
                place,
                Habits {
                    hops,
                    next_hop: timing.next_hop.get(),
                    behaviour,
                },
            ),
        }
    }

    /// Has `errand` done by its pool, or else by the pool's partner.
    fn run(&mut self, now: Now, mut errand: Errand, out: &mut Outputs<Event>) {
        let console = [
            Verb::GetGroups,
            Verb::SignIn,
            Verb::SignOut,
            Verb::CallOnBehalf,
        ];
        if !console.contains(&errand.verb) {
            let what = format!("an agent does not {:?}", errand.verb);
            return out.event(Event::Trouble { what });
        }
        let own_name = || self.party.place().name.clone();
        errand.about.agent.get_or_insert_with(own_name);
        errand.otherwise = Some(errand.at.partner());
        self.errands.begin(now, errand, out);
    }
}

impl Node for Agent {
    type Command = Command;
    type Event = Event;

    fn handle(&mut self, now: Now, input: Input<Command>, out: &mut Outputs<Event>) {
        match input {
            Input::Command(Command::Verb {
                id,
                verb,
                at,
                about,
            }) => self.run(now, Errand::new(id, verb, at, about), out),
            Input::Reply { id, outcome } => self.errands.replied(now, id, outcome, out),
            input => self.party.handle(now, input, out),
        }
        self.errands.tick(now, out);
        while let Some(reply) = self.party.poll_reply() {
            self.registration.replied(now, reply, &mut self.party, out);
        }
        self.registration.tick(now, &mut self.party, out);
        self.party.settle(now, out);
    }

    fn deadline(&self) -> Option<Now> {
        let errands = self.errands.deadline();
        let registration = Some(self.registration.deadline());
        [self.party.deadline(), errands, registration]
            .into_iter()
            .flatten()
            .min()
    }
}
