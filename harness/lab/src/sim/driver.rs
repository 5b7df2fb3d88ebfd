//! The lab in virtual time: injecting, healing, and stepping from one observation to the next.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use actors::Command;
use model::fault::{Action, Cut, Fault};
use model::host::HostName;
use model::journal::event::Clock;
use model::walk::LabKind;
use node::Now;
use node::sim::{self, HostId, Sim};

use super::adapter::Told;
use super::log::Log;
use super::pools::Pools;
use super::processes::{Identity, Processes};
use super::spec::SimSpec;
use crate::in_force::FaultsInForce;
use crate::{FaultId, Lab, LabError, Observed};

/// A lab in virtual time. The same specification, pools and commands give the same observations.
pub struct SimLab {
    sim: Sim<Command, Told>,
    processes: Processes,
    in_force: FaultsInForce,
    log: Option<Log>,
}

impl SimLab {
    /// A lab with everybody in it, at the first instant: nothing has happened yet.
    ///
    /// # Errors
    ///
    /// [`LabError::Network`] if two actors have one name; [`LabError::TooManyActors`].
    pub fn new(spec: &SimSpec, pools: Arc<dyn Pools>) -> Result<SimLab, LabError> {
        let mut sim = Sim::new(spec.seed);
        let processes = Processes::populate(&mut sim, spec, &pools)?;
        Ok(SimLab {
            sim,
            processes,
            in_force: FaultsInForce::among(spec.topology.host_names()),
            log: spec.logs.clone().map(Log::into),
        })
    }

    fn carry_out(&mut self, action: Action) {
        match action {
            Action::Kill(host) => self.sim.kill(self.processes.servers[&host]),
            Action::Freeze(host) => self.sim.freeze(self.processes.servers[&host]),
            Action::PowerOff(host) => self.sim.power_off(self.host(host)),
            Action::Cut { from, to, how } => {
                self.sim.cut(self.host(from), self.host(to), simulated(how));
            }
        }
    }

    fn undo(&mut self, action: Action) {
        match action {
            Action::Kill(host) => self.sim.start(self.processes.servers[&host]),
            Action::Freeze(host) => self.sim.thaw(self.processes.servers[&host]),
            Action::PowerOff(host) => self.sim.power_on(self.host(host)),
            Action::Cut { from, to, .. } => self.sim.heal(self.host(from), self.host(to)),
        }
    }

    fn host(&self, host: HostName) -> HostId {
        self.processes.hosts[&host]
    }
}

impl Lab for SimLab {
    fn kind(&self) -> LabKind {
        LabKind::Sim
    }

    fn now(&self) -> Now {
        self.sim.now()
    }

    fn addresses(&self) -> BTreeMap<HostName, IpAddr> {
        self.processes.addresses.all().clone()
    }

    fn command(&mut self, actor: &str, command: Command) -> Result<(), LabError> {
        let Some(node) = self.processes.actors.get(actor) else {
            return Err(LabError::UnknownActor(actor.to_owned()));
        };
        self.sim.command(*node, command);
        Ok(())
    }

    fn inject(&mut self, fault: &Fault) -> Result<FaultId, LabError> {
        let has_server = |host| self.processes.servers.contains_key(&host);
        let actions = self.in_force.check(fault, has_server)?;
        for action in &actions {
            self.carry_out(*action);
        }
        Ok(self.in_force.add(actions))
    }

    fn heal(&mut self, fault: FaultId) -> Result<(), LabError> {
        for action in self.in_force.remove(fault)?.into_iter().rev() {
            self.undo(action);
        }
        Ok(())
    }

    fn next(&mut self, until: Now) -> Result<Option<Observed>, LabError> {
        while let Some((at, node, told)) = self.sim.step(until) {
            let identity = &self.processes.identities[&node];
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
                    if let Some(log) = &mut self.log {
                        log.add(at, identity.host(), &line);
                    }
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

    fn host(&self) -> HostName {
        match self {
            Identity::Actor(_) => HostName::CLIENTS,
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
