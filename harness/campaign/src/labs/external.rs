//! Pools that run already.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lab::external::{self, BrokenMachines, ExternalLab, ExternalSpec};
use lab::remote::RemoteSpec;
use lab::{Addresses, Lab, LabError};
use model::Walk;
use model::file::SourceFile;
use model::host::{Host, HostName};
use model::topology::Pool;
use model::walk::LabKind;
use target::{FilesError, Running, Target, TargetFiles};

use super::factory::{LabFactory, LabSpec};
use crate::deployed::deployed;

/// Makes labs of pools that run already: one after the other, for there is one pair.
#[derive(Clone, Debug)]
pub struct ExternalFactory {
    running: Running,
    /// With what the pools are provisioned.
    files: Arc<TargetFiles>,
    /// Which machines its labs have broken.
    broken: BrokenMachines,
    /// The directory of the target's file.
    directory: PathBuf,
}

impl ExternalFactory {
    /// Labs for what `target` says that runs already, whose file this is. Which machines they have broken is in
    /// `broken`.
    ///
    /// # Errors
    ///
    /// [`FilesError`].
    pub fn prepare(
        running: &Running,
        target: &Target,
        file: &SourceFile,
        broken: &BrokenMachines,
    ) -> Result<ExternalFactory, FilesError> {
        let beside = Path::new(file.name()).parent().unwrap_or(Path::new(""));
        let files = TargetFiles::read(target, beside)?;
        let directory = match beside.as_os_str().is_empty() {
            true => PathBuf::from("."),
            false => beside.to_owned(),
        };
        Ok(ExternalFactory {
            running: running.clone(),
            files: Arc::new(files),
            broken: broken.clone(),
            directory: std::path::absolute(&directory).unwrap_or(directory),
        })
    }
}

impl LabFactory for ExternalFactory {
    fn kind(&self) -> LabKind {
        LabKind::External
    }

    fn lacks(&self, walk: &Walk) -> Option<LabError> {
        external::lacks(&self.running, walk)
    }

    fn ran(&self, target: &Target) -> Result<BTreeMap<HostName, Vec<String>>, LabError> {
        let from = self.running.clients.address;
        let ran = self
            .running
            .machines()
            .map(|(Host { name: host, .. }, address)| {
                let is_pool = Pool::BOTH.iter().any(|pool| pool.host() == host);
                let said = is_pool.then(|| {
                    let said = external::identity(from, (address, target.ports.sip).into());
                    let said = said.unwrap_or_else(|| "nothing".to_owned());
                    format!("; asked by SIP (OPTIONS): {said}")
                });
                let what = format!("what runs at {address}{}", said.unwrap_or_default());
                (host, vec![what])
            });
        Ok(ran.collect())
    }

    fn create(&self, lab: &LabSpec<'_>) -> Result<Box<dyn Lab>, LabError> {
        let (walk, topology) = (&lab.plan.walk, &lab.plan.topology);
        let (clients, ports) = (self.running.clients, lab.target.ports);
        let machines = self.running.machines();
        let mut hosts: BTreeMap<HostName, IpAddr> = machines
            .map(|(host, address)| (host.name, address))
            .collect();
        hosts.insert(HostName::CLIENTS, clients.address);
        let addresses = Addresses::given(hosts, (ports.sip, ports.http), clients.ports, topology)?;
        let files = Pool::BOTH.into_iter().map(|pool| {
            let host = Host::new(pool.host(), pool.site());
            let deployed = deployed(host, topology, &addresses, lab.target, lab.secrets);
            let files = &self.running.provision.files;
            let rendered = self.files.render(files, &deployed, lab.secrets);
            let rendered = rendered.map_err(|error| LabError::Machines(error.to_string()))?;
            Ok((pool, rendered))
        });
        let files = files.collect::<Result<_, LabError>>()?;
        let spec = ExternalSpec {
            walk: walk.clone(),
            actors: RemoteSpec {
                topology: topology.clone(),
                timing: walk.timing,
                links: walk.links,
                background: None,
                target: None,
                seed: lab.seed,
                cancelled: lab.cancelled.clone(),
            },
            addresses,
            target: Arc::clone(lab.target),
            running: self.running.clone(),
            secrets: lab.secrets.clone(),
            broken: self.broken.clone(),
            directory: self.directory.clone(),
            files,
        };
        Ok(Box::new(ExternalLab::new(&spec)?))
    }
}
