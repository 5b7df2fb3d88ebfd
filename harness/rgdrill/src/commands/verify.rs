//! `rgdrill verify`: is this certificate valid?

use std::fmt::Write as _;
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use clap::Args;
use evidence::signature::SignaturePolicy;
use evidence::signers::revoked::{RevokedError, RevokedKeys};
use evidence::signers::time::time;
use evidence::signers::{AllowedSigners, SignersError};
use evidence::verify::CheckOutcome;
use evidence::{Verification, VerificationPolicy, VerifyError, verify};
use miette::{Diagnostic, IntoDiagnostic as _};
use model::Verdict;
use model::bounded::{self, ReadError, Size};
use model::exit_code::ExitCode;
use model::printable::line;
use report::REPORTS;

use crate::advice::Advised;
use crate::cli::format::Format;
use crate::cli::policy::today;
use crate::command_error::CommandError;
use crate::embedded;
use crate::output;
use crate::progress::QuietArgs;

/// The longest file of allowed signers, or of revoked keys, that is read.
const LONGEST_SIGNERS: Size = Size::mib(1);

/// `rgdrill verify`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rgdrill verify drill.tar                                   is it intact, and judged correctly?
  rgdrill verify drill.tar --allowed-signers signers         and signed by one of those?
  rgdrill verify drill.tar --allowed-signers signers --signer release@example.org --revoked revoked
                                                             by this one, with a key that still counts?
  rgdrill verify drill.tar --format json                     for a pipeline

A line of the file of allowed signers, as ssh-keygen(1) describes it:
  release@example.org namespaces=\"rgdrill\" ssh-ed25519 AAAA…

Exit codes:
   0  the certificate is valid; whether its drill passed, the output says
   1  it is not: it was altered, is incomplete, or is not signed as required
   4  the file cannot be read
  64  wrong usage: there is no such file, or the allowed signers cannot be read

Checking without rgdrill: harness/docs/certificate.md.")]
pub(crate) struct VerifyArgs {
    /// The certificate that `rgdrill certify --evidence` wrote.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Require the signature of one of these signers.
    #[arg(long, value_name = "FILE")]
    allowed_signers: Option<PathBuf>,

    /// Require that it was signed as this one of them: an allowed signer whose principals match.
    #[arg(long, value_name = "IDENTITY", requires = "allowed_signers")]
    signer: Option<String>,

    /// Refuse the signature of one of these keys: public keys, one a line, or a key revocation list
    /// that `ssh-keygen -k` wrote.
    #[arg(long, value_name = "FILE")]
    revoked: Option<PathBuf>,

    /// When the signer must have been allowed to sign [default: now]: YYYYMMDD, YYYYMMDDHHMM or
    /// YYYYMMDDHHMMSS, in local time or, with a Z, in UTC
    #[arg(long, value_name = "TIME", value_parser = time, requires = "allowed_signers")]
    at: Option<DateTime<Utc>>,

    /// How progress is shown.
    #[command(flatten)]
    quiet: QuietArgs,

    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// A file cannot be read.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum Unreadable {
    #[error("cannot read {}: {cause}", path.display())]
    #[diagnostic(help("give the file that `rgdrill certify --evidence` wrote"))]
    Certificate { path: PathBuf, cause: ErrorKind },
    #[error("cannot read the allowed signers {}: {cause}", path.display())]
    SignersFile { path: PathBuf, cause: ReadError },
    #[error("{}, {cause}", path.display())]
    #[diagnostic(help(
        "each line is `NAME [OPTIONS] ssh-ed25519 BASE64`: see ALLOWED SIGNERS in ssh-keygen(1)"
    ))]
    Signers { path: PathBuf, cause: SignersError },
    #[error("cannot read the revoked keys {}: {cause}", path.display())]
    RevokedFile { path: PathBuf, cause: ReadError },
    #[error("{}, {cause}", path.display())]
    #[diagnostic(help("each line is a public key; or give what `ssh-keygen -k` wrote"))]
    Revoked { path: PathBuf, cause: RevokedError },
}

/// Checks the certificate and prints what was found.
pub(crate) fn run(args: &VerifyArgs) -> Result<ExitCode, CommandError> {
    let file = File::open(&args.file).map_err(|cause| unreadable(&args.file, cause.kind()))?;
    let signers = args.allowed_signers.as_deref().map(read_signers);
    let signers = signers.transpose().map_err(CommandError::usage)?;
    let released = embedded::scenarios().map_err(CommandError::harness)?;
    let revoked = args.revoked.as_deref().map(read_revoked);
    let revoked = revoked.transpose().map_err(CommandError::usage)?;
    let policy = VerificationPolicy {
        signature: SignaturePolicy {
            signers: signers.as_ref(),
            identity: args.signer.as_deref(),
            revoked: revoked.as_ref(),
            at: args.at.unwrap_or_else(chrono::Utc::now),
        },
        today: today()?,
        released: &released,
        reports: REPORTS,
    };
    let doing = args.quiet.doing("verifying");
    let verification = verify(file, &policy).map_err(|error| match error {
        VerifyError::Unreadable(cause) => unreadable(&args.file, cause),
        error => CommandError::harness(Advised::plain(error)),
    })?;
    drop(doing);
    output::print(&match args.format {
        Format::Json => json(&verification)?,
        Format::Text => text(&args.file, &verification),
    });
    Ok(if verification.verified {
        ExitCode::Passed
    } else {
        ExitCode::Failed
    })
}

fn unreadable(path: &Path, cause: ErrorKind) -> CommandError {
    let is_missing = cause == ErrorKind::NotFound;
    let path = path.to_owned();
    let problem = Unreadable::Certificate { path, cause };
    if is_missing {
        CommandError::usage(problem)
    } else {
        CommandError::harness(problem)
    }
}

fn read_signers(path: &Path) -> Result<AllowedSigners, Unreadable> {
    let text = bounded::read_to_string(path, LONGEST_SIGNERS).map_err(|cause| {
        Unreadable::SignersFile {
            path: path.to_owned(),
            cause,
        }
    })?;
    AllowedSigners::read(&text).map_err(|cause| Unreadable::Signers {
        path: path.to_owned(),
        cause,
    })
}

fn read_revoked(path: &Path) -> Result<RevokedKeys, Unreadable> {
    let file = bounded::read(path, LONGEST_SIGNERS).map_err(|cause| Unreadable::RevokedFile {
        path: path.to_owned(),
        cause,
    })?;
    RevokedKeys::read(&file).map_err(|cause| Unreadable::Revoked {
        path: path.to_owned(),
        cause,
    })
}

fn json(verification: &Verification) -> Result<String, CommandError> {
    let text = serde_json::to_string_pretty(verification)
        .into_diagnostic()
        .map_err(CommandError::harness)?;
    Ok(text + "\n")
}

fn text(file: &Path, verification: &Verification) -> String {
    let mut text = String::new();
    let head = if verification.verified {
        "verified"
    } else {
        "NOT VERIFIED"
    };
    let _ = writeln!(text, "{}: {head}\n", line(&file.display().to_string()));
    for check in &verification.checks {
        let name = check.check.word();
        let outcome = match check.outcome {
            CheckOutcome::Passed => "ok",
            CheckOutcome::Failed => "FAILED",
            CheckOutcome::NotChecked => "-",
        };
        let _ = writeln!(text, "  {name:12}  {outcome:6}  {}", line(&check.says));
        for note in &check.notes {
            let _ = writeln!(text, "  {:12}  {:6}  {}", "", "", line(note));
        }
    }
    if let Some(drill) = &verification.drill {
        let counts = Verdict::ALL
            .into_iter()
            .filter(|verdict| drill.summary.count(*verdict) > 0)
            .map(|verdict| format!("{} {verdict}", drill.summary.count(verdict)))
            .collect::<Vec<_>>()
            .join(", ");
        let _ = writeln!(
            text,
            "\nThe result of the drill itself (target `{}`, lab `{}`, seed {}): {} ({counts})",
            line(&drill.target),
            drill.lab,
            drill.seed,
            drill.verdict
        );
    }
    let yardstick = verification.yardstick.as_ref();
    if let Some(words) = yardstick.and_then(|yardstick| yardstick.words()) {
        let _ = writeln!(
            text,
            "It was drilled and judged by what is {}",
            line(&words)
        );
    }
    text
}
