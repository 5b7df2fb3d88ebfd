//! What the containers of a lab run: the reference pools, or what a target's file says.

use std::sync::Arc;

use lab::Addresses;
use lab::docker::{Image, Ready, Workload, WorkloadFile, Workloads};
use model::Topology;
use model::host::{Host, HostName};
use model::topology::Pool;
use model::walk::Timing;
use serde::Serialize;
use target::template::Scope;
use target::{Container, Containers, Secrets, Target, TargetFiles, Template, Variables};

use crate::deployed::deployed;
use crate::pools::ReferencePools;

/// Where a reference server finds its configuration.
const CONFIG: &str = "/config.json";

/// Where a reference database's volume is.
const DATA: &str = "/data";

/// The reference pools, as containers of the one image.
pub(super) struct ReferenceWorkloads {
    pub(super) image: Image,
    pub(super) topology: Topology,
    pub(super) timing: Timing,
    /// What everybody signs in with.
    pub(super) password: String,
    /// As what the pools are drilled.
    pub(super) target: Arc<Target>,
}

/// What a target's file says.
pub(super) struct TargetWorkloads {
    pub(super) containers: Containers,
    pub(super) target: Arc<Target>,
    pub(super) secrets: Secrets,
    pub(super) files: Arc<TargetFiles>,
    pub(super) topology: Topology,
}

impl Workloads for ReferenceWorkloads {
    fn has_server(&self, host: HostName) -> bool {
        pool_of(host).is_some()
    }

    fn server(&self, host: HostName, addresses: &Addresses) -> Result<Vec<Workload>, String> {
        let pools = ReferencePools::new(addresses, &self.topology, &self.timing, &self.password)
            .for_users_of(&self.target);
        match pool_of(host) {
            Some((pool, Part::Pool)) => self.workload(&["pool"], pools.pool_config(pool), None),
            Some((pool, Part::Database)) => {
                let command = ["database", "--data", "/data/database.redb"];
                self.workload(&command, pools.database_config(pool), Some(DATA))
            }
            None => Err("no server runs there".to_owned()),
        }
    }
}

impl ReferenceWorkloads {
    fn workload(
        &self,
        command: &[&str],
        config: &impl Serialize,
        volume: Option<&str>,
    ) -> Result<Vec<Workload>, String> {
        let config = serde_json::to_vec(config).map_err(|error| error.to_string())?;
        let command = command.iter().chain(&["--config", CONFIG]);
        Ok(vec![Workload {
            name: None,
            image: self.image.clone(),
            command: command.map(|word| (*word).to_owned()).collect(),
            environment: Vec::new(),
            files: vec![WorkloadFile {
                path: CONFIG.to_owned(),
                content: config,
                mode: 0o644,
            }],
            volumes: volume.map(str::to_owned).into_iter().collect(),
            capabilities: Vec::new(),
            memory: None,
            nano_cpus: None,
            ready: None,
        }])
    }
}

impl Workloads for TargetWorkloads {
    fn has_server(&self, host: HostName) -> bool {
        self.containers.on(host).is_some()
    }

    fn server(&self, host: HostName, addresses: &Addresses) -> Result<Vec<Workload>, String> {
        let Some((host, containers)) = self.containers.on(host) else {
            return Err("no server runs there".to_owned());
        };
        let containers = containers.iter();
        let workloads = containers.map(|container| self.workload(container, host, addresses));
        workloads.collect()
    }
}

impl TargetWorkloads {
    fn workload(
        &self,
        container: &Container,
        host: Host,
        addresses: &Addresses,
    ) -> Result<Workload, String> {
        let variables = Variables::of_host(&host, addresses.of(host.name), &self.target.words);
        let scope = Scope {
            variables: &variables,
            secrets: &self.secrets,
        };
        let fill = |template: &Template| template.fill(scope).map_err(|error| error.to_string());
        let all = |templates: &[Template]| templates.iter().map(fill).collect::<Result<_, _>>();
        let deployed = deployed(host, &self.topology, addresses, &self.target, &self.secrets);
        let files = self
            .files
            .render(&container.files, &deployed, &self.secrets);
        let files = files.map_err(|error| error.to_string())?;
        let environment = container.environment.iter();
        let environment = environment.map(|(name, value)| Ok((name.clone(), fill(value)?)));
        let ready = container.ready.as_ref().map(|ready| {
            Ok::<_, String>(Ready {
                run: all(&ready.run)?,
                within: ready.within.get(),
            })
        });
        Ok(Workload {
            name: Some(container.name.clone()),
            image: Image::named(&container.image),
            command: all(&container.command)?,
            environment: environment.collect::<Result<_, String>>()?,
            files: files
                .into_iter()
                .map(|file| WorkloadFile {
                    mode: if file.executable { 0o755 } else { 0o644 },
                    path: file.path,
                    content: file.content,
                })
                .collect(),
            volumes: container.volumes.clone(),
            capabilities: container.capabilities.clone(),
            memory: container.memory_mib.map(|mib| u64::from(mib) << 20),
            nano_cpus: container.cpus.map(|cpus| (cpus * 1e9) as u64),
            ready: ready.transpose()?,
        })
    }
}

/// Which of a pool's two servers.
enum Part {
    Pool,
    Database,
}

/// Whose server is on this host.
fn pool_of(host: HostName) -> Option<(Pool, Part)> {
    Pool::BOTH.into_iter().find_map(|pool| match host {
        _ if pool.host() == host => Some((pool, Part::Pool)),
        _ if pool.database() == host => Some((pool, Part::Database)),
        _ => None,
    })
}
