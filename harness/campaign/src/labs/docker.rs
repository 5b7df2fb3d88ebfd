//! Containers, with the reference pools in them, or with whatever the target runs.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use lab::docker::{
    DockerError, DockerLab, DockerSpec, Engine, Image, ImageSource, Leftover, Subnet, Workloads,
};
use lab::remote::RemoteSpec;
use lab::{Lab, LabError};
use model::file::SourceFile;
use model::host::HostName;
use model::walk::LabKind;
use model::yaml_path::YamlPath;
use target::{Container, FilesError, Runs, Target, TargetFiles};
use tokio_util::sync::CancellationToken;

use super::background::background;
use super::factory::{LabEnvironment, LabFactory, LabSpec, embedded};
use super::workloads::{ReferenceWorkloads, TargetWorkloads};
use crate::pools::reference_password;

/// Makes labs on a container engine.
#[derive(Clone, Debug)]
pub struct DockerFactory {
    engine: Engine,
    image: Image,
    subnet: Option<Subnet>,
    /// The text of the target's file; the embedded reference pools' when absent.
    target: Option<String>,
    /// What its containers find; nothing for the embedded reference pools.
    files: Arc<TargetFiles>,
    /// The images of the target's containers.
    images: Vec<Image>,
}

/// Why there can be no lab in containers.
#[derive(Debug, thiserror::Error)]
pub enum DockerFactoryError {
    /// An image that the target's file names is not there.
    #[error("the engine has no image `{image}`")]
    NoTargetImage {
        /// The image.
        image: String,
        /// Where the file names it.
        at: YamlPath,
    },
    /// The files of the target's containers cannot be had.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// The engine is not there, or could not do what it was asked to.
    #[error(transparent)]
    Engine(#[from] DockerError),
}

impl DockerFactory {
    /// Connects to the engine, removes what dead harnesses left there, as far as it can be, and sees
    /// to it that there are images: of this program, and of the containers that the target runs. Their
    /// files are read beside the target's own.
    ///
    /// # Errors
    ///
    /// [`DockerFactoryError`].
    pub fn prepare(
        source: &ImageSource,
        subnet: Option<Subnet>,
        target: &Target,
        file: Option<&SourceFile>,
        cancelled: &CancellationToken,
    ) -> Result<DockerFactory, DockerFactoryError> {
        let beside = file.and_then(|file| Path::new(file.name()).parent());
        let files = TargetFiles::read(target, beside.unwrap_or(Path::new("")))?;
        let engine = Engine::connect(cancelled)?;
        let images = images(target, &engine)?;
        engine.sweep_first()?;
        let image = source.provide(&engine)?;
        Ok(DockerFactory {
            engine,
            image,
            subnet,
            target: file.map(|file| file.text().to_owned()),
            files: Arc::new(files),
            images,
        })
    }

    /// What runs on the hosts of a lab.
    fn workloads(&self, lab: &LabSpec<'_>) -> Box<dyn Workloads> {
        match &lab.target.runs {
            Runs::Containers(containers) => Box::new(TargetWorkloads {
                containers: containers.as_ref().clone(),
                target: Arc::clone(lab.target),
                secrets: lab.secrets.clone(),
                files: Arc::clone(&self.files),
                topology: lab.plan.deployed(),
            }),
            Runs::Embedded | Runs::Addresses(_) => Box::new(ReferenceWorkloads {
                image: self.image.clone(),
                topology: lab.plan.deployed(),
                timing: lab.plan.walk.timing,
                password: reference_password(&lab.plan.topology, lab.target, lab.secrets),
                target: Arc::clone(lab.target),
            }),
        }
    }
}

impl LabFactory for DockerFactory {
    fn kind(&self) -> LabKind {
        LabKind::Docker
    }

    fn take_left(&self) -> Vec<Leftover> {
        self.engine.take_left()
    }

    fn environment(&self) -> Result<LabEnvironment, LabError> {
        let machine = self.engine.machine()?;
        let images = std::iter::once(&self.image).chain(&self.images);
        let images = images.map(|image| Ok((image.to_string(), image.digest(&self.engine)?)));
        Ok(LabEnvironment {
            engine: Some(machine.engine),
            kernel: Some(machine.kernel),
            images: images.collect::<Result<_, DockerError>>()?,
        })
    }

    fn ran(&self, target: &Target) -> Result<BTreeMap<HostName, Vec<String>>, LabError> {
        let Runs::Containers(containers) = &target.runs else {
            let image = format!("{} {}", self.image, self.image.digest(&self.engine)?);
            let mut ran = embedded();
            for servers in ran.values_mut().flatten() {
                *servers = format!("{servers}: {image}");
            }
            return Ok(ran);
        };
        let mut all = BTreeMap::new();
        for (hosts, _, containers) in containers.lists() {
            let ran = containers.iter().map(|container| {
                let digest = Image::named(&container.image).digest(&self.engine)?;
                Ok(format!("{}: {} {digest}", container.name, container.image))
            });
            let ran: Vec<String> = ran.collect::<Result<_, LabError>>()?;
            all.extend(hosts.into_iter().map(|host| (host.name, ran.clone())));
        }
        all.retain(|_, ran| !ran.is_empty());
        Ok(all)
    }

    fn create(&self, lab: &LabSpec<'_>) -> Result<Box<dyn Lab>, LabError> {
        let walk = &lab.plan.walk;
        let spec = DockerSpec {
            walk: lab.name.to_owned(),
            remote: RemoteSpec {
                topology: lab.plan.topology.clone(),
                timing: walk.timing,
                links: walk.links,
                background: background(lab)?,
                target: self.target.clone(),
                seed: lab.seed,
                cancelled: lab.cancelled.clone(),
            },
            secrets: lab.secrets.clone(),
            ports: (lab.target.ports.sip, lab.target.ports.http),
            image: self.image.clone(),
            subnet: self.subnet,
            logs: lab.logs(),
        };
        let lab = DockerLab::in_containers(&self.engine, &spec, self.workloads(lab))?;
        Ok(Box::new(lab))
    }
}

/// The images of the target's containers, which the engine must have.
fn images(target: &Target, engine: &Engine) -> Result<Vec<Image>, DockerFactoryError> {
    let Runs::Containers(containers) = &target.runs else {
        return Ok(Vec::new());
    };
    let all = containers.lists().into_iter().flat_map(|(_, path, list)| {
        let list = list.iter().enumerate();
        list.map(move |(n, container)| (path.clone().item(n), container))
    });
    let images = all.map(|(path, Container { image, .. })| {
        match ImageSource::Existing(image.clone()).provide(engine) {
            Err(DockerError::NoImage(_)) => Err(DockerFactoryError::NoTargetImage {
                image: image.clone(),
                at: path.key("image"),
            }),
            provided => Ok(provided?),
        }
    });
    images.collect()
}
