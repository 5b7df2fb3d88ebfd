//! Hosts as pairs of containers: started, killed, frozen and removed by the engine.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use actors::{Command, RunRequest};
use bollard::models::{
    ContainerCreateBody, EndpointIpamConfig, EndpointSettings, HostConfig, NetworkingConfig,
    VolumeCreateRequest,
};
use chrono::Utc;
use futures_util::future::join_all;
use model::host::HostName;
use model::topology::Pool;
use model::walk::LabKind;
use node::Now;
use serde::Serialize;
use target::Secrets;

use super::engine::Engine;
use super::error::DockerError;
use super::image::Image;
use super::labels::LabId;
use super::logs::Logs;
use super::process::{CONFIG, ContainerSpec, Process};
use super::run::CommandRun;
use super::server::Server;
use super::spec::{DockerSpec, Workloads};
use super::subnet;
use super::sweep::remove_lab;
use crate::control::{ActorsConfig, HolderConfig, Order};
use crate::remote::{Machines, ProcessEvent, ProcessId, ProcessRole};
use crate::{Addresses, Databases, LabError};

/// A host that limits how often it says that a port is closed, as Linux does by itself, would look
/// frozen to probes and callers that ask more often.
const NO_ICMP_LIMIT: (&str, &str) = ("net.ipv4.icmp_ratemask", "0");

/// The containers of one lab, on a network of their own.
pub struct DockerMachines {
    engine: Engine,
    lab: LabId,
    addresses: Addresses,
    image: Image,
    secrets: Secrets,
    logs: Option<PathBuf>,
    workloads: Box<dyn Workloads>,
    holders: BTreeMap<HostName, Process>,
    servers: BTreeMap<HostName, Server>,
    actors: Option<Process>,
    events: Receiver<ProcessEvent>,
    /// For processes yet to be started. Once all run, the channel ends with the last of them.
    starting: Option<Sender<ProcessEvent>>,
}

impl DockerMachines {
    /// The lab's network, with nothing in it.
    ///
    /// # Errors
    ///
    /// [`DockerError`].
    pub fn new(
        engine: &Engine,
        spec: &DockerSpec,
        workloads: Box<dyn Workloads>,
    ) -> Result<DockerMachines, DockerError> {
        let engine = engine.until(&spec.remote.cancelled);
        let lab = LabId::new(&spec.walk);
        let network = match engine.wait(subnet::create(&engine, &lab, spec.subnet)) {
            Ok(network) => network,
            Err(error) => {
                remove(&engine, &lab, None);
                return Err(error);
            }
        };
        let (sip, http) = spec.ports;
        let databases = match Pool::BOTH
            .iter()
            .all(|pool| workloads.has_server(pool.database()))
        {
            true => Databases::Asked,
            false => Databases::NotAsked,
        };
        let addresses = Addresses::around(network, &spec.remote.topology)
            .with_pool_ports(sip, http)
            .with_load(spec.remote.background.as_ref())
            .with_databases(databases);
        let (starting, events) = channel();
        Ok(DockerMachines {
            engine,
            lab,
            addresses,
            image: spec.image.clone(),
            secrets: spec.secrets.clone(),
            logs: spec.logs.clone(),
            workloads,
            holders: BTreeMap::new(),
            servers: BTreeMap::new(),
            actors: None,
            events,
            starting: Some(starting),
        })
    }

    fn holder(&self, config: &HolderConfig) -> Result<ContainerSpec, DockerError> {
        let network = self.lab.to_string();
        let endpoint = EndpointSettings {
            ipam_config: Some(EndpointIpamConfig {
                ipv4_address: Some(self.addresses.of(config.host).to_string()),
                ..EndpointIpamConfig::default()
            }),
            ..EndpointSettings::default()
        };
        let (sysctl, value) = NO_ICMP_LIMIT;
        let mut body = self.body("holder");
        body.hostname = Some(config.host.to_string());
        body.host_config = Some(HostConfig {
            cap_add: Some(vec!["NET_ADMIN".to_owned()]),
            network_mode: Some(network.clone()),
            sysctls: Some([(sysctl.to_owned(), value.to_owned())].into()),
            ..HostConfig::default()
        });
        body.networking_config = Some(NetworkingConfig {
            endpoints_config: Some([(network, endpoint)].into()),
        });
        self.container(ProcessId::holder(config.host), config, body)
    }

    fn actors(&self, host: HostName, config: &ActorsConfig) -> Result<ContainerSpec, DockerError> {
        let mut body = self.body("actors");
        body.host_config = Some(HostConfig {
            network_mode: Some(format!("container:{}", self.holders[&host].id())),
            ..HostConfig::default()
        });
        // In a file, for an engine shows everybody a container's environment.
        let config = ActorsConfig {
            secrets: self.secrets.reveal(),
            ..config.clone()
        };
        self.container(ProcessId::workload(host), &config, body)
    }

    fn container(
        &self,
        process: ProcessId,
        config: &impl Serialize,
        body: ContainerCreateBody,
    ) -> Result<ContainerSpec, DockerError> {
        let config = serde_json::to_vec(config).map_err(|error| DockerError::Local {
            what: format!("the configuration of the {process} cannot be written"),
            why: error.to_string(),
        })?;
        Ok(ContainerSpec {
            process,
            name: self.lab.container(process),
            labels: self.lab.container_labels(process.role),
            config,
            body,
        })
    }

    fn body(&self, subcommand: &str) -> ContainerCreateBody {
        let arguments = [subcommand, "--config", CONFIG];
        ContainerCreateBody {
            image: Some(self.image.to_string()),
            cmd: Some(arguments.map(str::to_owned).into()),
            working_dir: Some("/".to_owned()),
            ..ContainerCreateBody::default()
        }
    }

    async fn start(&self, container: ContainerSpec) -> Result<Process, DockerError> {
        let Some(events) = self.starting.clone() else {
            let what = format!("the {} is too late", container.process);
            let why = "the actors run already".to_owned();
            return Err(DockerError::Local { what, why });
        };
        Process::start(&self.engine, container, events).await
    }

    /// A server, in its holder's network namespace.
    async fn server(&self, host: HostName) -> Result<Server, DockerError> {
        let workload = self.workloads.server(host, &self.addresses);
        let workloads = workload.map_err(|why| DockerError::NoWorkload { host, why })?;
        let directories = workloads.iter().flat_map(|workload| &workload.volumes);
        let names: BTreeSet<String> = directories
            .map(|directory| self.lab.volume(host, directory))
            .collect();
        for name in names {
            self.volume(name).await?;
        }
        let holder = self.holders[&host].id();
        let workloads = (workloads, &self.secrets);
        Server::start(&self.engine, &self.lab, host, workloads, holder).await
    }

    async fn volume(&self, name: String) -> Result<(), DockerError> {
        let what = format!("make the volume {name}");
        let request = VolumeCreateRequest {
            name: Some(name),
            labels: Some(self.lab.labels()),
            ..VolumeCreateRequest::default()
        };
        let made = self.engine.docker().create_volume(request);
        self.engine.ask(what, made).await.map(drop)
    }
}

/// What the engine, or who may use it, has not the means for is nobody's failure.
fn no_means(what: &'static str, host: HostName) -> impl FnOnce(DockerError) -> LabError {
    move |error| match error {
        DockerError::Refused {
            why,
            status: Some(_),
            ..
        } => LabError::NoMeans { what, host, why },
        error => error.into(),
    }
}

/// Removes everything of a lab, and remembers what is left of it.
fn remove(engine: &Engine, lab: &LabId, logs: Option<&Logs>) {
    engine.keep_left(engine.wait(remove_lab(engine, lab, logs)));
}

impl Machines for DockerMachines {
    fn kind(&self) -> LabKind {
        LabKind::Docker
    }

    fn addresses(&self) -> Addresses {
        self.addresses.clone()
    }

    /// All at once.
    fn start_holders(&mut self, holders: Vec<HolderConfig>) -> Result<(), LabError> {
        let holders = holders.iter().map(|config| async {
            let holder = self.start(self.holder(config)?).await?;
            Ok::<_, DockerError>((config.host, holder))
        });
        // All of them, even if one fails: what the engine makes when nobody waits any more would be
        // found by nobody.
        for holder in self.engine.wait(join_all(holders)) {
            let (host, holder) = holder?;
            self.holders.insert(host, holder);
        }
        Ok(())
    }

    /// All at once.
    fn start_servers(&mut self, hosts: &[HostName]) -> Result<(), LabError> {
        let servers = hosts.iter().map(|host| async {
            let server = self.server(*host).await?;
            Ok::<_, DockerError>((*host, server))
        });
        for server in self.engine.wait(join_all(servers)) {
            let (host, server) = server?;
            self.servers.insert(host, server);
        }
        Ok(())
    }

    fn has_server(&self, host: HostName) -> bool {
        self.workloads.has_server(host)
    }

    fn run(&mut self, actor: String, id: u64, request: RunRequest) -> Result<(), LabError> {
        let Some(actors) = &self.actors else {
            let actors = ProcessId::workload(HostName::CLIENTS);
            return Err(LabError::process(actors, "it does not run"));
        };
        let server = self.servers.get(&request.at);
        let container = request.invocation.container.as_deref();
        let container = server.and_then(|server| server.container(container));
        let run = CommandRun {
            engine: self.engine.clone(),
            secrets: self.secrets.clone(),
            container: container.map(str::to_owned),
            invocation: request.invocation,
        };
        let told = actors.teller();
        self.engine.runtime().spawn(async move {
            let end = run.end().await;
            let command = Command::Ran { id, end };
            // Nobody waits for it any more if the actors are gone.
            let _ = told.tell(&Order::Command { actor, command });
        });
        Ok(())
    }

    fn start_actors(&mut self, host: HostName, actors: &ActorsConfig) -> Result<(), LabError> {
        let container = self.actors(host, actors)?;
        self.actors = Some(self.engine.wait(self.start(container))?);
        self.starting = None;
        Ok(())
    }

    fn kill(&mut self, host: HostName) -> Result<(), LabError> {
        let killed = self.engine.wait(self.servers[&host].kill(&self.engine));
        killed.map_err(no_means("kill what runs on it", host))
    }

    fn restart(&mut self, host: HostName) -> Result<(), LabError> {
        let restarted = self.servers[&host].restart(&self.engine);
        Ok(self.engine.wait(restarted)?)
    }

    fn freeze(&mut self, host: HostName) -> Result<(), LabError> {
        let frozen = self.engine.wait(self.servers[&host].freeze(&self.engine));
        frozen.map_err(no_means("freeze what runs on it", host))
    }

    fn thaw(&mut self, host: HostName) -> Result<(), LabError> {
        let thawed = self.servers[&host].thaw(&self.engine);
        Ok(self.engine.wait(thawed)?)
    }

    fn tell(&mut self, process: ProcessId, order: &Order) -> Result<u64, LabError> {
        let receiver = match process.role {
            ProcessRole::Holder => self.holders.get(&process.host),
            ProcessRole::Workload => self.actors.as_ref(),
        };
        match receiver {
            Some(receiver) => receiver.tell(order),
            None => Err(LabError::process(process, "it does not run")),
        }
    }

    fn receive(&mut self, limit: Duration) -> Result<Option<ProcessEvent>, LabError> {
        match self.events.recv_timeout(limit) {
            Ok(event) => Ok(Some(event)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            // Each process has said why it ended before its end of the channel went.
            Err(RecvTimeoutError::Disconnected) => {
                let why = "nothing is heard of any container any more".to_owned();
                Err(LabError::Machines(why))
            }
        }
    }

    fn are_not_heard(&mut self) {
        self.engine.is_not_heard();
    }

    fn remove(&mut self, now: Now) {
        let logs = self.logs.take().map(|directory| Logs {
            directory,
            zero: Utc::now() - now.since(Now::ZERO),
            secrets: self.secrets.clone(),
        });
        remove(&self.engine, &self.lab, logs.as_ref());
    }
}
