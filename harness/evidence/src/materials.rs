//! The materials of a certificate: everything that goes into it, gathered from the run directory and
//! from what the drill was run with.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use model::file::SourceFile;
use model::file_kind::FileKind;
use model::scenarios::Scenarios;
use report::{Registry, run_dir};
use target::Secrets;

use crate::{Environment, Members, member};

/// Where the materials of a certificate are.
#[derive(Clone, Copy, Debug)]
pub struct Materials<'a> {
    /// The run directory.
    pub dir: &'a Path,
    /// The reports that are in it.
    pub reports: Registry<'a>,
    /// What the drill was planned from.
    pub scenarios: &'a Scenarios,
    /// The target's file.
    pub target: &'a SourceFile,
    /// What the drill was run on and with.
    pub environment: &'a Environment,
    /// What no certificate may show.
    pub secrets: &'a Secrets,
}

/// Why they make no certificate.
#[derive(Debug, thiserror::Error)]
pub enum MaterialsError {
    /// A file of the run directory cannot be read.
    #[error("cannot read {}: {cause}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A secret is in them.
    #[error("`{member}` contains the secret {secret}")]
    Leak {
        /// The member in which it is.
        member: String,
        /// The secret's name.
        secret: String,
    },
    /// The JSON writer's own error.
    #[error("cannot write the environment: {0}")]
    Environment(#[from] serde_json::Error),
}

impl Materials<'_> {
    /// What goes into the certificate, apart from manifest and statement; no secret is in it.
    ///
    /// # Errors
    ///
    /// [`MaterialsError`].
    pub fn members(&self) -> Result<Members, MaterialsError> {
        let mut members = Members::from([
            (member::ENVIRONMENT.to_owned(), self.environment.to_json()?),
            (member::JOURNAL.to_owned(), self.read(run_dir::JOURNAL)?),
            (member::TARGET.to_owned(), bytes(self.target)),
        ]);
        for report in self.reports.sealed() {
            members.insert(report.file.to_owned(), self.read(report.file)?);
        }
        members.extend(self.scenario_files());
        self.require_no_secret(&members)?;
        Ok(members)
    }

    fn require_no_secret(&self, members: &Members) -> Result<(), MaterialsError> {
        for (name, content) in members {
            if let Some(secret) = self.secrets.shown_in(content) {
                return Err(MaterialsError::Leak {
                    member: name.clone(),
                    secret: secret.to_owned(),
                });
            }
        }
        Ok(())
    }

    /// All scenarios, also those that were not run: only together do they check.
    fn scenario_files(&self) -> impl Iterator<Item = (String, Vec<u8>)> {
        let named = |kind| move |name: &'_ String| (kind, name.clone());
        let walks = self.scenarios.walks.keys().map(named(FileKind::Walk));
        let topologies = self.scenarios.topologies.keys();
        let programmes = self.scenarios.programmes.keys();
        walks
            .chain(topologies.map(named(FileKind::Topology)))
            .chain(programmes.map(named(FileKind::Programme)))
            .chain([(FileKind::Tables, "tables".to_owned())])
            .filter_map(|(kind, name)| {
                let file = self.scenarios.source(kind, &name)?;
                Some((member::of_scenario(kind, &name), bytes(file)))
            })
    }

    fn read(&self, name: &str) -> Result<Vec<u8>, MaterialsError> {
        let path = self.dir.join(name);
        fs::read(&path).map_err(|cause| MaterialsError::Read { path, cause })
    }
}

fn bytes(file: &SourceFile) -> Vec<u8> {
    file.text().as_bytes().to_vec()
}
