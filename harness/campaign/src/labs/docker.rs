//! Containers, with the reference pools in them.

use lab::docker::{
    DockerError, DockerLab, DockerSpec, Engine, Image, ImageSource, Leftover, Subnet, Workload,
    Workloads,
};
use lab::remote::RemoteSpec;
use lab::{Addresses, Lab, LabError};
use model::Topology;
use model::host::HostName;
use model::topology::Pool;
use model::walk::{LabKind, Timing};
use serde::Serialize;

use super::factory::{LabEnvironment, LabFactory, LabSpec};
use crate::pools::ReferencePools;

/// Where a server finds its configuration.
const CONFIG: &str = "/config.json";

/// Where a database's volume is.
const DATA: &str = "/data";

/// Makes labs on a container engine.
#[derive(Clone, Debug)]
pub struct DockerFactory {
    engine: Engine,
    image: Image,
    subnet: Option<Subnet>,
    /// The text of the target's file; the embedded reference pools' when absent.
    target: Option<String>,
    /// What earlier drills left on the engine that could not be removed.
    left: Vec<String>,
}

/// Why there can be no lab in containers.
#[derive(Debug, thiserror::Error)]
pub enum DockerFactoryError {
    /// No engine answers.
    #[error("the lab `docker` needs a container engine, and none answers")]
    NoEngine(#[source] DockerError),
    /// The image that was asked for is not there.
    #[error("{0}")]
    NoImage(DockerError),
    /// No image could be made of this program.
    #[error("{0}")]
    Build(DockerError),
    /// The engine could not do what it was asked to.
    #[error(transparent)]
    Engine(DockerError),
}

impl From<DockerError> for DockerFactoryError {
    fn from(error: DockerError) -> Self {
        match error {
            DockerError::NoEngine { .. } => DockerFactoryError::NoEngine(error),
            DockerError::NoImage(_) => DockerFactoryError::NoImage(error),
            DockerError::Build { .. } => DockerFactoryError::Build(error),
            error => DockerFactoryError::Engine(error),
        }
    }
}

impl DockerFactory {
    /// Connects to the engine, removes what dead harnesses left there, as far as it can be, and sees
    /// to it that there is an image.
    ///
    /// # Errors
    ///
    /// [`DockerFactoryError`].
    pub fn prepare(
        source: &ImageSource,
        subnet: Option<Subnet>,
        target: Option<String>,
    ) -> Result<DockerFactory, DockerFactoryError> {
        let engine = Engine::connect()?;
        let left = match engine.sweep() {
            Ok(swept) => swept.left.iter().map(Leftover::to_string).collect(),
            Err(error) => vec![error.to_string()],
        };
        let image = source.provide(&engine)?;
        Ok(DockerFactory {
            engine,
            image,
            subnet,
            target,
            left,
        })
    }

    /// What earlier drills left on the engine that could not be removed: it is in nobody's way.
    pub fn left(&self) -> &[String] {
        &self.left
    }
}

impl LabFactory for DockerFactory {
    fn kind(&self) -> LabKind {
        LabKind::Docker
    }

    fn environment(&self) -> Result<LabEnvironment, LabError> {
        let machine = self.engine.machine()?;
        let digest = self.image.digest(&self.engine)?;
        Ok(LabEnvironment {
            engine: Some(machine.engine),
            kernel: Some(machine.kernel),
            images: [(self.image.to_string(), digest)].into(),
        })
    }

    fn create(&self, lab: &LabSpec<'_>) -> Result<Box<dyn Lab>, LabError> {
        let walk = &lab.plan.walk;
        let spec = DockerSpec {
            walk: lab.name.to_owned(),
            remote: RemoteSpec {
                topology: lab.plan.topology.clone(),
                timing: walk.timing,
                links: walk.links,
                target: self.target.clone(),
                seed: lab.seed,
            },
            environment: lab
                .target
                .secrets
                .keys()
                .filter_map(|name| from_environment(name))
                .collect(),
            image: self.image.clone(),
            subnet: self.subnet,
            logs: lab.dir.map(|dir| dir.join("logs").join(lab.name)),
        };
        let reference = Reference {
            image: self.image.clone(),
            topology: lab.plan.topology.clone(),
            timing: walk.timing,
        };
        let lab = DockerLab::in_containers(&self.engine, &spec, Box::new(reference))?;
        Ok(Box::new(lab))
    }
}

/// The reference pools, as containers of the one image.
struct Reference {
    image: Image,
    topology: Topology,
    timing: Timing,
}

impl Workloads for Reference {
    fn server(&self, host: HostName, addresses: &Addresses) -> Result<Workload, String> {
        let pools = ReferencePools::new(addresses, &self.topology, &self.timing);
        for pool in Pool::BOTH {
            if pool.host() == host {
                return self.workload(&["pool"], pools.pool_config(pool), None);
            }
            if pool.database() == host {
                let command = ["database", "--data", "/data/database.redb"];
                return self.workload(&command, pools.database_config(pool), Some(DATA));
            }
        }
        Err("no server runs there".to_owned())
    }
}

impl Reference {
    fn workload(
        &self,
        command: &[&str],
        config: &impl Serialize,
        volume: Option<&str>,
    ) -> Result<Workload, String> {
        let config = serde_json::to_vec(config).map_err(|error| error.to_string())?;
        let command = command.iter().chain(&["--config", CONFIG]);
        Ok(Workload {
            image: self.image.clone(),
            command: command.map(|word| (*word).to_owned()).collect(),
            config: (CONFIG.to_owned(), config),
            volume: volume.map(str::to_owned),
        })
    }
}

/// A variable of this process, for the actors' process.
fn from_environment(name: &str) -> Option<String> {
    let value = std::env::var(name).ok()?;
    Some(format!("{name}={value}"))
}
