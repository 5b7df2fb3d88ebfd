//! How a lab in containers is brought up: the network, the holders, the servers, and the actors.

use std::collections::BTreeMap;
use std::sync::mpsc::Sender;

use futures_util::future::try_join_all;
use model::topology::Host;
use serde::Serialize;
use testcontainers::bollard::models::{
    ContainerCreateBody, EndpointIpamConfig, EndpointSettings, HostConfig, NetworkingConfig,
    VolumeCreateRequest,
};

use super::deployment::{Deployment, Workloads};
use super::engine::Engine;
use super::error::{DockerError, Role};
use super::labels::Run;
use super::process::{CONFIG, News, Process, Recipe, Whose};
use super::subnet;
use super::workload::Server;
use crate::LabError;
use crate::addresses::{Addresses, MOST_ACTORS, actor_ports, parties};
use crate::control::{ActorConfig, ActorsConfig, HolderConfig, Role as ActorRole};

/// A host that limits how often it says that a port is closed, as Linux does by itself, would look
/// frozen to probes and callers that ask more often.
const NO_ICMP_LIMIT: (&str, &str) = ("net.ipv4.icmp_ratemask", "0");

/// Brings one lab up.
pub(super) struct Setup<'a> {
    pub(super) engine: &'a Engine,
    pub(super) run: &'a Run,
    pub(super) deployment: &'a Deployment,
    pub(super) addresses: Addresses,
    pub(super) news: Sender<News>,
}

/// Makes the lab's network.
pub(super) fn network(
    engine: &Engine,
    run: &Run,
    deployment: &Deployment,
) -> Result<Addresses, LabError> {
    if parties(&deployment.topology).count() > usize::from(MOST_ACTORS) {
        return Err(LabError::TooManyActors { most: MOST_ACTORS });
    }
    Ok(engine.wait(subnet::create(engine, run, deployment.subnet))?)
}

impl Setup<'_> {
    /// A holder for each host, all at once.
    pub(super) async fn holders(&self) -> Result<BTreeMap<Host, Process>, DockerError> {
        let holders = Host::ALL.map(|host| async move {
            let recipe = self.holder(host)?;
            let holder = Process::start(self.engine, recipe, self.news.clone()).await?;
            Ok::<_, DockerError>((host, holder))
        });
        Ok(try_join_all(holders).await?.into_iter().collect())
    }

    /// The pools and databases, each in its holder's network namespace.
    pub(super) async fn servers(
        &self,
        workloads: &dyn Workloads,
        holders: &BTreeMap<Host, Process>,
    ) -> Result<BTreeMap<Host, Server>, DockerError> {
        let servers = Host::ALL.into_iter().filter(|host| *host != Host::Clients);
        let servers = servers.map(|host| async move {
            let workload = workloads.server(host, self.addresses).map_err(|why| {
                let role = Role::Workload;
                DockerError::Process { role, host, why }
            })?;
            if workload.volume.is_some() {
                self.volume(host).await?;
            }
            let server = Server::start(self.run, host, workload, holders[&host].id()).await?;
            Ok::<_, DockerError>((host, server))
        });
        Ok(try_join_all(servers).await?.into_iter().collect())
    }

    /// All actors, in one process, which counts its time from `epoch_us` of the engine's clock.
    pub(super) async fn actors(
        &self,
        holders: &BTreeMap<Host, Process>,
        epoch_us: u64,
    ) -> Result<Process, DockerError> {
        let whose = Whose {
            host: Host::Clients,
            role: Role::Workload,
        };
        let mut body = self.body("actors");
        body.env = Some(self.deployment.environment.clone());
        body.host_config = Some(HostConfig {
            network_mode: Some(format!("container:{}", holders[&Host::Clients].id())),
            ..HostConfig::default()
        });
        let recipe = self.recipe(whose, &self.actors_config(epoch_us), body)?;
        Process::start(self.engine, recipe, self.news.clone()).await
    }

    fn holder(&self, host: Host) -> Result<Recipe, DockerError> {
        let config = HolderConfig {
            host,
            probe: self.addresses.probe(host),
            network: self.addresses.network(),
            epoch_us: 0,
        };
        let network = self.run.to_string();
        let endpoint = EndpointSettings {
            ipam_config: Some(EndpointIpamConfig {
                ipv4_address: Some(self.addresses.of(host).to_string()),
                ..EndpointIpamConfig::default()
            }),
            ..EndpointSettings::default()
        };
        let (sysctl, value) = NO_ICMP_LIMIT;
        let mut body = self.body("holder");
        body.hostname = Some(host.word().to_owned());
        body.host_config = Some(HostConfig {
            cap_add: Some(vec!["NET_ADMIN".to_owned()]),
            network_mode: Some(network.clone()),
            sysctls: Some([(sysctl.to_owned(), value.to_owned())].into()),
            ..HostConfig::default()
        });
        body.networking_config = Some(NetworkingConfig {
            endpoints_config: Some([(network, endpoint)].into()),
        });
        let role = Role::Holder;
        self.recipe(Whose { host, role }, &config, body)
    }

    fn recipe(
        &self,
        whose: Whose,
        config: &impl Serialize,
        body: ContainerCreateBody,
    ) -> Result<Recipe, DockerError> {
        let config = serde_json::to_vec(config).map_err(whose.refused("configure"))?;
        Ok(Recipe {
            whose,
            name: self.run.container(whose.host, whose.role),
            labels: self.run.container_labels(whose.role),
            config,
            body,
        })
    }

    fn body(&self, subcommand: &str) -> ContainerCreateBody {
        let arguments = [subcommand, "--config", CONFIG];
        ContainerCreateBody {
            image: Some(self.deployment.image.to_string()),
            cmd: Some(arguments.map(str::to_owned).into()),
            working_dir: Some("/".to_owned()),
            ..ContainerCreateBody::default()
        }
    }

    fn actors_config(&self, epoch_us: u64) -> ActorsConfig {
        let deployment = self.deployment;
        ActorsConfig {
            address: self.addresses.of(Host::Clients),
            actors: self.everybody(),
            network: self.addresses.network(),
            timing: deployment.timing,
            impairment: deployment.links.actors,
            target: deployment.target.clone(),
            seed: Some(deployment.seed),
            epoch_us,
        }
    }

    fn everybody(&self) -> Vec<ActorConfig> {
        let topology = &self.deployment.topology;
        let with_ports = |name: &str, role| {
            let (sip, rtp) = actor_ports(topology, name)?;
            Some(ActorConfig {
                name: name.to_owned(),
                role,
                sip: sip.0,
                rtp: rtp.0,
            })
        };
        let agents = topology.agents.iter().filter_map(|agent| {
            let (home, behaviour) = (agent.home, agent.behaviour);
            with_ports(&agent.name, ActorRole::Agent { home, behaviour })
        });
        let others = topology.callers.iter().chain(&topology.callees);
        let others = others.filter_map(|name| with_ports(name, ActorRole::Caller));
        agents.chain(others).collect()
    }

    async fn volume(&self, host: Host) -> Result<(), DockerError> {
        let request = VolumeCreateRequest {
            name: Some(self.run.volume(host)),
            labels: Some(self.run.labels()),
            ..VolumeCreateRequest::default()
        };
        let made = self.engine.docker().create_volume(request).await;
        made.map(drop).map_err(DockerError::refused(format!(
            "make the volume of {}",
            host.word()
        )))
    }
}
