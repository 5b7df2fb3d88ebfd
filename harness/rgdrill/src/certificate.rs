//! Makes the certificate of a run that was just held: `certify --evidence`.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use campaign::{Campaign, JOURNAL, LabEnvironment};
use clap::Args;
use evidence::certificate::SealError;
use evidence::signing::{PASSPHRASE, SigningError, SigningKey};
use evidence::{Environment, Members, leak, member, seal};
use miette::{Diagnostic, IntoDiagnostic as _};
use model::exit_code::Strictness;
use model::file::SourceFile;
use model::file_kind::FileKind;
use model::scenarios::Scenarios;

use crate::judged::{JUNIT, RESULTS};
use crate::output;
use crate::trouble::Trouble;

/// The options of `rgdrill certify` that ask for a certificate.
#[derive(Debug, Args)]
pub(crate) struct CertificateArgs {
    /// Write a certificate: one archive of the journal, the verdicts and all that the drill was
    /// held with, which `rgdrill verify` checks. FILE must not exist yet.
    #[arg(long, value_name = "FILE")]
    evidence: Option<PathBuf>,

    /// Sign the certificate with this SSH key (ed25519). The passphrase of an encrypted key comes
    /// from the environment: RGDRILL_SIGN_PASSPHRASE.
    #[arg(long, value_name = "KEY", requires = "evidence")]
    sign: Option<PathBuf>,
}

/// A certificate that is to be made: everything that can be wrong with it before the drill was
/// looked at.
#[derive(Debug)]
pub(crate) struct Commission {
    path: PathBuf,
    key: Option<SigningKey>,
}

/// What a drill was held with, and where it left its files.
pub(crate) struct Held<'a> {
    /// The run directory.
    pub(crate) dir: &'a Path,
    /// What was held.
    pub(crate) campaign: &'a Campaign,
    /// What it was planned from.
    pub(crate) scenarios: &'a Scenarios,
    /// The target's file.
    pub(crate) target: &'a SourceFile,
    /// What it was judged with.
    pub(crate) strictness: Strictness,
}

/// What was asked for cannot be written or signed.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum BadCommission {
    #[error("{} exists already", .0.display())]
    #[diagnostic(help("a certificate is never written over another file: give another name"))]
    Exists(PathBuf),
    #[error("there is no directory {} to put the certificate in", .0.display())]
    #[diagnostic(help("make it, or give another place with --evidence"))]
    NoDirectory(PathBuf),
    #[error("the key {} cannot be read: {cause}", path.display())]
    #[diagnostic(help("--sign takes the file of an SSH private key"))]
    KeyUnreadable { path: PathBuf, cause: io::Error },
    #[error("the key {} cannot be used: {cause}", path.display())]
    #[diagnostic(help(
        "make one with `ssh-keygen -t ed25519 -f KEY`; an encrypted one needs {PASSPHRASE}"
    ))]
    Key { path: PathBuf, cause: SigningError },
}

/// The certificate could not be made.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum NotMade {
    #[error("the certificate {} cannot be written: {cause}", path.display())]
    #[diagnostic(help(
        "check that the file system has room and that you may write there; the run directory has everything but the certificate"
    ))]
    Write { path: PathBuf, cause: io::Error },
    #[error("the certificate cannot be made: {} cannot be read: {cause}", path.display())]
    Read { path: PathBuf, cause: io::Error },
    #[error("the certificate cannot be made")]
    Seal(#[from] SealError),
    #[error("the certificate is not written: `{member}` shows the secret {secret}")]
    #[diagnostic(help(
        "the target says it in an answer, or it was given on the command line; the run directory has it too: do not pass that on"
    ))]
    Leak { member: String, secret: String },
}

impl CertificateArgs {
    /// Reads the key and looks at the place, before anybody waits for a drill.
    pub(crate) fn prepare(&self) -> Result<Option<Commission>, Trouble> {
        let Some(path) = self.evidence.clone() else {
            return Ok(None);
        };
        if path.symlink_metadata().is_ok() {
            return Err(Trouble::usage(BadCommission::Exists(path)));
        }
        let directory = directory_of(&path);
        if !directory.is_dir() {
            let directory = directory.to_owned();
            return Err(Trouble::usage(BadCommission::NoDirectory(directory)));
        }
        let key = self.sign.as_deref().map(read_key).transpose();
        let key = key.map_err(Trouble::usage)?;
        Ok(Some(Commission { path, key }))
    }
}

impl Commission {
    /// Writes the certificate of this run, whole or not at all.
    pub(crate) fn write(&self, held: &Held<'_>) -> Result<(), Trouble> {
        let members = held.members()?;
        for (name, content) in &members {
            let secrets = &held.campaign.secrets;
            if let Some(secret) = secrets.any(|secret| leak::has(content, secret)) {
                return Err(Trouble::harness(NotMade::Leak {
                    member: name.clone(),
                    secret: secret.to_owned(),
                }));
            }
        }
        let archive = seal(members, self.key.as_ref())
            .map_err(|error| Trouble::harness(NotMade::Seal(error)))?;
        write_anew(&self.path, &archive).map_err(|cause| {
            let path = self.path.clone();
            Trouble::harness(NotMade::Write { path, cause })
        })?;
        output::tell(&self.told());
        Ok(())
    }

    /// For whoever waits for it.
    fn told(&self) -> String {
        let path = self.path.display();
        match &self.key {
            Some(key) => format!(
                "The certificate is in {path}, signed by {}.",
                key.fingerprint()
            ),
            None => format!("The certificate is in {path}, unsigned."),
        }
    }
}

impl Held<'_> {
    /// What goes into the certificate, apart from manifest and statement.
    fn members(&self) -> Result<Members, Trouble> {
        let environment = self.environment()?.to_json();
        let environment = environment.into_diagnostic().map_err(Trouble::harness)?;
        let mut members = Members::from([
            (member::ENVIRONMENT.to_owned(), environment),
            (member::JOURNAL.to_owned(), self.read(JOURNAL)?),
            (member::RESULTS.to_owned(), self.read(RESULTS)?),
            (member::JUNIT.to_owned(), self.read(JUNIT)?),
            (member::TARGET.to_owned(), bytes(self.target)),
        ]);
        members.extend(self.scenario_files());
        Ok(members)
    }

    /// All scenarios, also those that were not held: only together do they check.
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

    fn environment(&self) -> Result<Environment, Trouble> {
        let environment = self.campaign.labs.environment();
        let LabEnvironment {
            engine,
            kernel,
            images,
        } = environment.into_diagnostic().map_err(Trouble::harness)?;
        let arguments = std::env::args_os().skip(1);
        let given = arguments.map(|word| self.campaign.secrets.redact(&word.to_string_lossy()));
        let command = ["rgdrill".to_owned()].into_iter().chain(given).collect();
        let (kind, seed) = (self.campaign.labs.kind(), self.campaign.seed);
        Ok(Environment {
            engine,
            kernel,
            images,
            ..Environment::new(kind, seed, self.strictness, command)
        })
    }

    fn read(&self, name: &str) -> Result<Vec<u8>, Trouble> {
        let path = self.dir.join(name);
        fs::read(&path).map_err(|cause| Trouble::harness(NotMade::Read { path, cause }))
    }
}

fn read_key(path: &Path) -> Result<SigningKey, BadCommission> {
    let file = fs::read(path).map_err(|cause| BadCommission::KeyUnreadable {
        path: path.to_owned(),
        cause,
    })?;
    let passphrase = std::env::var(PASSPHRASE).ok();
    SigningKey::read(&file, passphrase.as_deref()).map_err(|cause| BadCommission::Key {
        path: path.to_owned(),
        cause,
    })
}

fn bytes(file: &SourceFile) -> Vec<u8> {
    file.text().as_bytes().to_vec()
}

/// The directory that a file is to stand in.
fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// Writes a file under a name of its own, and gives it `path` as its name once it is on the disk.
/// A disk that is full leaves nothing.
fn write_anew(path: &Path, content: &[u8]) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = directory_of(path).join(format!(".{name}.{}.part", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&draft)?;
    let written = file
        .write_all(content)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&draft, path))
        .and_then(|()| File::open(directory_of(path))?.sync_all());
    if written.is_err() {
        // What stays is a draft under a name that nobody takes for a certificate.
        let _ = fs::remove_file(&draft);
    }
    written
}
