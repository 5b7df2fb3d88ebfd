//! The certificate of a run: `certify --evidence`.

use std::path::PathBuf;

use campaign::{Campaign, LabEnvironment};
use clap::Args;
use evidence::signing::{AGENT, KeyAccess, PASSPHRASE};
use evidence::{
    CertificateError, Destination, DestinationError, Environment, Materials, MaterialsError,
};
use judge::Policy;
use model::exit_code::ExitCode;
use target::Secrets;

use crate::advice::Advised;
use crate::command_error::CommandError;
use crate::output;

/// The options that ask for a certificate.
#[derive(Debug, Args)]
pub(crate) struct CertificateArgs {
    /// Write a certificate: one archive of the journal, the reports and everything that the drill
    /// was run with, which `rgdrill verify` checks. FILE must not exist yet.
    #[arg(long, value_name = "FILE")]
    evidence: Option<PathBuf>,

    /// Sign the certificate with this SSH key (ed25519). The passphrase of an encrypted key comes
    /// from the environment: RGDRILL_SIGN_PASSPHRASE. With a public key (ed25519, ecdsa, or of a
    /// security key), the SSH agent signs.
    #[arg(long, value_name = "KEY", requires = "evidence")]
    sign: Option<PathBuf>,
}

impl CertificateArgs {
    /// Reads the key and looks at the place, before anybody waits for a drill.
    pub(crate) fn prepare(&self) -> Result<Option<Destination>, CommandError> {
        let Some(path) = self.evidence.clone() else {
            return Ok(None);
        };
        let access = KeyAccess {
            passphrase: model::environment::variable(PASSPHRASE),
            agent: model::environment::variable(AGENT).map(PathBuf::from),
        };
        let destination = Destination::prepare(path, self.sign.as_deref(), access);
        let destination = destination.map_err(|error| {
            let help = help(&error);
            CommandError::usage(Advised::new(error, help))
        })?;
        Ok(Some(destination))
    }
}

fn help(error: &DestinationError) -> String {
    match error {
        DestinationError::Exists(_) => {
            "a certificate is never written over another file: give another name".to_owned()
        }
        DestinationError::NoDirectory(_) => {
            "make it, or choose another place with --evidence".to_owned()
        }
        DestinationError::KeyUnreadable { .. } => {
            "--sign takes the file of an SSH private key, or of the public key of one that the agent has"
                .to_owned()
        }
        DestinationError::Key { .. } => format!(
            "make one with `ssh-keygen -t ed25519 -f KEY`; an encrypted one needs {PASSPHRASE}"
        ),
    }
}

/// What this drill was run on and with.
pub(super) fn environment(
    campaign: &Campaign,
    policy: Policy,
) -> Result<Environment, CommandError> {
    let environment = campaign.labs.environment();
    let LabEnvironment {
        engine,
        kernel,
        images,
    } = environment.map_err(super::lab_failed)?;
    let command = given(&campaign.secrets);
    let (kind, seed) = (campaign.labs.kind(), campaign.seed);
    Ok(Environment {
        engine,
        kernel,
        images,
        ..Environment::new(kind, seed, policy.strictness, command)
    })
}

/// The command line, as it was given, without secrets.
pub(crate) fn given(secrets: &Secrets) -> Vec<String> {
    let arguments = std::env::args_os().skip(1);
    let given = arguments.map(|word| secrets.redact(&word.to_string_lossy()));
    ["rgdrill".to_owned()].into_iter().chain(given).collect()
}

/// Writes the certificate of a run with this exit code, and says where it is, and what it is of.
pub(crate) fn write(
    destination: &Destination,
    materials: &Materials<'_>,
    code: ExitCode,
) -> Result<(), CommandError> {
    destination.write(materials).map_err(no_certificate)?;
    let path = destination.path().display();
    let of = match code {
        ExitCode::Passed => "",
        ExitCode::Incomplete => " It is of an incomplete drill.",
        _ => " It says that the drill was not passed.",
    };
    output::status(&match destination.fingerprint() {
        Some(key) => format!("The certificate is in {path}, signed by {key}.{of}"),
        None => format!("The certificate is in {path}, unsigned.{of}"),
    });
    Ok(())
}

fn no_certificate(error: CertificateError) -> CommandError {
    CommandError::harness(match error {
        CertificateError::Write { .. } => Advised::new(
            error,
            "check that the file system has room and that you may write there; the run directory has everything but the certificate",
        ),
        CertificateError::Materials(MaterialsError::Leak { .. }) => Advised::new(
            error,
            "no certificate is written; the target shows the secret in an answer, or it was given on the command line. It is in the run directory, too: do not pass that on",
        ),
        CertificateError::Materials(_) | CertificateError::Seal(_) => Advised::plain(error),
    })
}
