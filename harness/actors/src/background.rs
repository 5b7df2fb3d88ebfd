//! The load in the background of a walk: callers and agents of crate `load`, as actors of the drill.
//!
//! Nothing that they do is in the journal, but what was measured of it each time that they are asked.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use load::{Agents, AgentsPlan, Callers, CallsPlan, Destination, MediaPorts};
use model::Stage;
use model::journal::Event;
use model::load::{Actor, Kind, Measured, Role};
use model::topology::Pool;
use model::walk::Timing;
use node::{Input, Node, Now, Output, Outputs};
use serde::{Deserialize, Serialize};

use crate::address_book::AddressBook;
use crate::command::Command;
use crate::target_adapter::TargetAdapter;

/// For how long calls are placed, if nobody ends that: longer than any walk lasts.
const WINDOW: Duration = Duration::from_secs(86_400);

/// How long agents who do not answer let it ring.
const NEVER: Duration = Duration::from_secs(86_400);

/// What is to be done with the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LoadOrder {
    /// Callers place calls from now on. Agents have registered by themselves.
    Begin,
    /// To tell what was measured since that was last asked, in this stage.
    Measure(Option<Stage>),
    /// To end all calls, withdraw all registrations, and tell what was measured since that was last asked.
    End,
}

/// Callers or agents of one kind of load, and where they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BackgroundSpec {
    /// Who they are.
    pub actor: Actor,
    /// What they do.
    pub kind: Kind,
    /// The groups that are called; the agents who answer.
    pub names: Vec<String>,
    /// The SIP port (UDP) that all share.
    pub sip: u16,
    /// Their first and their last port for media (UDP).
    pub media: Option<(u16, u16)>,
}

/// What all who are in the background know.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// Their own host's address.
    pub address: IpAddr,
    /// Where the pools are.
    pub address_book: &'a AddressBook,
    /// How long things take.
    pub timing: &'a Timing,
    /// What the target wants of those with a telephone.
    pub adapter: &'a TargetAdapter,
}

impl BackgroundSpec {
    /// Its ports.
    pub fn ports(&self) -> impl Iterator<Item = u16> {
        let media = self.media_ports().into_iter().flat_map(MediaPorts::used);
        std::iter::once(self.sip).chain(media)
    }

    fn media_ports(&self) -> Option<MediaPorts> {
        self.media.map(|(first, last)| MediaPorts { first, last })
    }

    /// The pool that is asked first, and its partner.
    fn hops(&self, surroundings: Surroundings<'_>) -> Vec<SocketAddr> {
        let pools = [self.actor.of, self.actor.of.partner()];
        let address = |pool: &Pool| Some(surroundings.address_book.pools.get(pool)?.sip);
        pools.iter().filter_map(address).collect()
    }

    fn callers(&self, surroundings: Surroundings<'_>) -> CallsPlan {
        let hops = self.hops(surroundings);
        let domain = surroundings.adapter.domain();
        let destination = |name: &String| Destination {
            user: name.clone(),
            host: domain.as_ref().map(|domain| domain.name.clone()),
            hops: hops.clone(),
        };
        CallsPlan {
            local: SocketAddr::new(surroundings.address, self.sip),
            to: self.names.iter().map(destination).collect(),
            rate: f64::from(self.kind.rate),
            window: WINDOW,
            hold: self.kind.lasting.get(),
            patience: self.kind.patience(surroundings.timing),
            next_hop: surroundings.timing.next_hop.get(),
            most: usize::try_from(self.kind.most_at_once()).unwrap_or(usize::MAX),
            media: self.media_ports(),
        }
    }

    fn agents(&self, surroundings: Surroundings<'_>) -> AgentsPlan {
        let adapter = surroundings.adapter;
        let of = |name: &String| Some((name.clone(), adapter.credentials(name, self.actor.of)?));
        AgentsPlan {
            local: SocketAddr::new(surroundings.address, self.sip),
            users: self.names.clone(),
            domain: adapter.domain().map(|domain| domain.name),
            registrars: self.hops(surroundings),
            expires: surroundings.timing.register_expires.get(),
            next_hop: surroundings.timing.next_hop.get(),
            credentials: self.names.iter().filter_map(of).collect(),
            ring: self.kind.answered_after.map_or(NEVER, Duration::from),
            media: self.media_ports(),
        }
    }
}

/// Callers or agents of the load.
pub struct Background {
    actor: Actor,
    node: Box<dyn Node<Command = load::Command, Event = load::Event>>,
    /// Whether they have been started: callers are when they are to begin.
    has_begun: bool,
    /// The stage that what they tell next is of.
    stage: Option<Stage>,
    outputs: Outputs<load::Event>,
}

impl Background {
    /// Those of `spec`. All that is random in what they send comes from `seed`.
    pub fn new(
        spec: &BackgroundSpec,
        surroundings: Surroundings<'_>,
        seed: [u8; 32],
    ) -> Background {
        let node: Box<dyn Node<Command = load::Command, Event = load::Event>> =
            match spec.actor.role {
                Role::Callers => Box::new(Callers::new(spec.callers(surroundings), seed)),
                Role::Agents => Box::new(Agents::new(spec.agents(surroundings), seed)),
            };
        Background {
            actor: spec.actor.clone(),
            node,
            has_begun: false,
            stage: None,
            outputs: Outputs::default(),
        }
    }

    /// What the load is to take of what comes.
    fn input(&mut self, input: Input<Command>) -> Option<Input<load::Command>> {
        let input = match input {
            Input::Start => match self.actor.role {
                Role::Agents => Input::Start,
                Role::Callers => return None,
            },
            Input::Command(Command::Load(LoadOrder::Begin)) => match self.actor.role {
                Role::Agents => return None,
                Role::Callers => Input::Start,
            },
            Input::Command(Command::Load(LoadOrder::Measure(stage))) => {
                self.stage = stage;
                Input::Command(load::Command::Measure)
            }
            Input::Command(Command::Load(LoadOrder::End) | Command::HangUp) => {
                self.stage = None;
                Input::Command(load::Command::End)
            }
            Input::Command(_) => return None,
            Input::Deadline => Input::Deadline,
            Input::Datagram { at, from, bytes } => Input::Datagram { at, from, bytes },
            Input::Undeliverable { at, to, why } => Input::Undeliverable { at, to, why },
            // It speaks SIP and RTP over UDP, and nothing else.
            Input::Stream { .. } | Input::Request { .. } | Input::Reply { .. } => return None,
        };
        self.has_begun |= matches!(input, Input::Start);
        Some(input)
    }

    /// What the journal is told.
    fn event(&self, event: load::Event) -> Option<Event> {
        let measured = match event {
            load::Event::Progress(_) => return None,
            load::Event::Measured(measured) | load::Event::Over(measured) => measured,
        };
        Some(Event::LoadMeasured {
            of: self.actor.clone(),
            stage: self.stage,
            measured: Box::new(Measured::from(&*measured)),
        })
    }
}

impl Node for Background {
    type Command = Command;
    type Event = Event;

    fn handle(&mut self, now: Now, input: Input<Command>, out: &mut Outputs<Event>) {
        let Some(input) = self.input(input) else {
            return;
        };
        self.node.handle(now, input, &mut self.outputs);
        let mut outputs = std::mem::take(&mut self.outputs);
        for output in outputs.drain() {
            match output {
                Output::Datagram { from, to, bytes } => out.datagram(from, to, bytes),
                Output::Event(event) => {
                    if let Some(event) = self.event(event) {
                        out.event(event);
                    }
                }
                _ => {}
            }
        }
        self.outputs = outputs;
    }

    fn deadline(&self) -> Option<Now> {
        self.has_begun.then(|| self.node.deadline()).flatten()
    }
}
