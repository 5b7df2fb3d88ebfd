//! The lab in virtual time: breaking, mending, and stepping from one observation to the next.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use actors::Command;
use model::journal::event::Clock;
use model::topology::Host;
use model::walk::LabKind;
use node::Now;
use node::sim::{self, HostId, Sim};

use super::adapter::Told;
use super::deployment::Deployment;
use super::inhabitants::{Identity, Inhabitants};
use super::log::LogLine;
use super::pools::Pools;
use crate::addresses::Addresses;
use crate::{Action, Cut, Fault, FaultId, Lab, LabError, Observed};

/// A lab in virtual time. The same deployment, pools and calls give the same observations.
pub struct SimLab {
    sim: Sim<Command, Told>,
    inhabitants: Inhabitants,
    /// What each fault that is in force has broken.
    in_force: BTreeMap<FaultId, Vec<Action>>,
    injected: u64,
    logs: Vec<LogLine>,
}

impl SimLab {
    /// A lab with everybody in it, at the first instant: nothing has happened yet.
    ///
    /// # Errors
    ///
    /// [`LabError::Network`] if two actors have one name; [`LabError::TooManyActors`].
    pub fn new(deployment: &Deployment, pools: Arc<dyn Pools>) -> Result<SimLab, LabError> {
        let mut sim = Sim::new(deployment.seed);
        let inhabitants = Inhabitants::settle(&mut sim, deployment, &pools)?;
        Ok(SimLab {
            sim,
            inhabitants,
            in_force: BTreeMap::new(),
            injected: 0,
            logs: Vec::new(),
        })
    }

    /// What pools and databases have logged since this was last asked.
    pub fn take_logs(&mut self) -> Vec<LogLine> {
        std::mem::take(&mut self.logs)
    }

    /// Whether all of `actions` can be carried out, and be undone later without undoing a part of
    /// another fault.
    fn check(&self, fault: &Fault, actions: &[Action]) -> Result<(), LabError> {
        let kind = fault.kind;
        let mut machines = actions.iter().filter_map(|action| action.machine());
        if let Some(host) = machines.find(|host| !self.inhabitants.servers.contains_key(host)) {
            return Err(LabError::NoServer { kind, host });
        }
        let overlaps = |broken: &&Action| actions.iter().any(|action| action.overlaps(**broken));
        let mut others = self.in_force.iter();
        match others.find(|(_, broken)| broken.iter().find(overlaps).is_some()) {
            Some((other, _)) => Err(LabError::Overlap {
                kind,
                other: *other,
            }),
            None => Ok(()),
        }
    }

    fn carry_out(&mut self, action: Action) {
        match action {
            Action::Kill(host) => self.sim.kill(self.inhabitants.servers[&host]),
            Action::Freeze(host) => self.sim.freeze(self.inhabitants.servers[&host]),
            Action::PowerOff(host) => self.sim.power_off(self.host(host)),
            Action::Cut { from, to, how } => {
                self.sim.cut(self.host(from), self.host(to), simulated(how));
            }
        }
    }

    fn undo(&mut self, action: Action) {
        match action {
            Action::Kill(host) => self.sim.start(self.inhabitants.servers[&host]),
            Action::Freeze(host) => self.sim.thaw(self.inhabitants.servers[&host]),
            Action::PowerOff(host) => self.sim.power_on(self.host(host)),
            Action::Cut { from, to, .. } => self.sim.heal(self.host(from), self.host(to)),
        }
    }

    fn host(&self, host: Host) -> HostId {
        self.inhabitants.hosts[&host]
    }
}

impl Lab for SimLab {
    fn kind(&self) -> LabKind {
        LabKind::Sim
    }

    fn now(&self) -> Now {
        self.sim.now()
    }

    fn addresses(&self) -> BTreeMap<Host, IpAddr> {
        Addresses::SIMULATED.all()
    }

    fn command(&mut self, actor: &str, command: Command) -> Result<(), LabError> {
        let Some(node) = self.inhabitants.actors.get(actor) else {
            return Err(LabError::UnknownActor(actor.to_owned()));
        };
        self.sim.command(*node, command);
        Ok(())
    }

    fn inject(&mut self, fault: &Fault) -> Result<FaultId, LabError> {
        let actions = fault.actions();
        self.check(fault, &actions)?;
        for action in &actions {
            self.carry_out(*action);
        }
        let id = FaultId(self.injected);
        self.injected += 1;
        self.in_force.insert(id, actions);
        Ok(id)
    }

    fn heal(&mut self, fault: FaultId) -> Result<(), LabError> {
        let broken = self.in_force.remove(&fault);
        let broken = broken.ok_or(LabError::UnknownFault(fault))?;
        for action in broken.into_iter().rev() {
            self.undo(action);
        }
        Ok(())
    }

    fn next(&mut self, until: Now) -> Result<Option<Observed>, LabError> {
        while let Some((at, node, told)) = self.sim.step(until) {
            let identity = &self.inhabitants.identities[&node];
            match told {
                Told::Observed(event) => {
                    return Ok(Some(Observed {
                        at,
                        clock: Clock::Virtual,
                        host: identity.name().to_owned(),
                        event,
                    }));
                }
                Told::Logged(line) => {
                    let host = identity.host();
                    self.logs.push(LogLine { at, host, line });
                }
            }
        }
        Ok(None)
    }
}

impl Identity {
    /// As journals name it.
    fn name(&self) -> &str {
        match self {
            Identity::Actor(name) => name,
            Identity::Server(host) | Identity::Probe(host) => host.word(),
        }
    }

    fn host(&self) -> Host {
        match self {
            Identity::Actor(_) => Host::Clients,
            Identity::Server(host) | Identity::Probe(host) => *host,
        }
    }
}

const fn simulated(cut: Cut) -> sim::Cut {
    match cut {
        Cut::Silent => sim::Cut::Silent,
        Cut::Reject => sim::Cut::Reject,
    }
}
