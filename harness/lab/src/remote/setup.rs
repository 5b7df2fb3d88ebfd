//! What everybody is told before they start.

use std::collections::BTreeMap;

use actors::BackgroundSpec;
use model::Topology;
use model::host::HostName;
use model::impairment::Links;
use model::topology::Pool;
use model::walk::Timing;
use tokio_util::sync::CancellationToken;

use crate::addresses::{Addresses, MOST_ACTORS};
use crate::control::{ActorConfig, ActorRole, ActorsConfig, HolderConfig};
use crate::{Background, LabError};

/// Everything that a [`RemoteLab`](super::RemoteLab) is made of, but for its machines.
#[derive(Clone, Debug)]
pub struct RemoteSpec {
    /// Who takes part.
    pub topology: Topology,
    /// How long things take for agents and callers.
    pub timing: Timing,
    /// How packets fare.
    pub links: Links,
    /// The load in the background, if there is one.
    pub background: Option<Background>,
    /// The text of the target's file; the embedded reference pools' when absent.
    pub target: Option<String>,
    /// Where all chances of the actors come from.
    pub seed: u64,
    /// Tells that nobody wants the lab any more.
    pub cancelled: CancellationToken,
}

impl RemoteSpec {
    /// That all actors find a port on their host.
    ///
    /// # Errors
    ///
    /// [`LabError::TooManyActors`].
    pub(crate) fn check(&self) -> Result<(), LabError> {
        if self.topology.party_names().count() > usize::from(MOST_ACTORS) {
            return Err(LabError::TooManyActors { most: MOST_ACTORS });
        }
        Ok(())
    }

    /// What the holder of a host is told.
    pub(super) fn holder(&self, host: HostName, addresses: &Addresses) -> HolderConfig {
        HolderConfig {
            host,
            probe: addresses.probe(host),
            address_book: addresses.address_book(&self.topology),
            seed: self.seed,
            epoch_us: 0,
        }
    }

    /// What the actors are told, who count their time from `epoch_us` of the machines' clock.
    pub(crate) fn actors(&self, addresses: &Addresses, epoch_us: u64) -> ActorsConfig {
        ActorsConfig {
            secrets: BTreeMap::new(),
            address: addresses.of(HostName::CLIENTS),
            actors: self.everybody(addresses),
            background: self.background(),
            address_book: addresses.address_book(&self.topology),
            timing: self.timing,
            impairment: self.links.actors,
            target: self.target.clone(),
            seed: Some(self.seed),
            epoch_us,
        }
    }

    fn background(&self) -> Vec<BackgroundSpec> {
        let background = self.background.iter();
        let actors = background.flat_map(|background| background.actors.iter().cloned());
        actors.collect()
    }

    fn everybody(&self, addresses: &Addresses) -> Vec<ActorConfig> {
        let topology = &self.topology;
        let with_ports = |name: &str, role| {
            let (sip, rtp) = addresses.actor_ports(name)?;
            Some(ActorConfig {
                name: name.to_owned(),
                user: None,
                role,
                sip: sip.0,
                rtp: rtp.0,
            })
        };
        let agents = topology.agents.iter().filter_map(|agent| {
            let (home, behaviour) = (agent.home, agent.behaviour);
            with_ports(&agent.name, ActorRole::Agent { home, behaviour })
        });
        let callers = topology.callers.iter().filter_map(|caller| {
            let asks_first = caller.asks_first;
            with_ports(&caller.name, ActorRole::Caller { asks_first })
        });
        let callees = topology.callees.iter().filter_map(|name| {
            let asks_first = Pool::Primary;
            with_ports(name, ActorRole::Caller { asks_first })
        });
        let further = topology.telephones.iter().filter_map(|telephone| {
            let home = topology.agent(&telephone.of)?.home;
            let behaviour = telephone.behaviour;
            let actor = with_ports(&telephone.name, ActorRole::Agent { home, behaviour })?;
            Some(ActorConfig {
                user: Some(telephone.of.clone()),
                ..actor
            })
        });
        let everybody = agents.chain(callers).chain(callees);
        everybody.chain(further).collect()
    }
}
