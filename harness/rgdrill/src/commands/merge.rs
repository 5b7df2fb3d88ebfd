//! `rgdrill merge`: the runs of a drill's shards, joined and judged as one.

use std::path::{Path, PathBuf};

use clap::Args;
use evidence::{Destination, Environment, Materials};
use judge::Policy;
use miette::Diagnostic;
use model::environment::variable;
use model::exit_code::ExitCode;
use model::file::SourceFile;
use model::journal::Header;
use model::scenarios::Scenarios;
use report::REPORTS;
use report::run_dir::{MergeError, NewRunDir, merge, spools};
use target::{Secrets, Target};

use super::certify::{CertificateArgs, given, missing_secrets, no_run_dir, write_certificate};
use super::judging::{NO_ROOM, judge_run, no_run};
use crate::advice::Advised;
use crate::cli::format::Format;
use crate::cli::policy::PolicyArgs;
use crate::cli::scenarios::ScenariosArgs;
use crate::command_error::CommandError;
use crate::embedded;
use crate::progress::QuietArgs;

/// `rgdrill merge`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rgdrill merge shard-1 shard-2 shard-3 --out drill
  rgdrill merge shard-* --out drill --evidence drill.tar --sign KEY
  rgdrill merge shard-* --out drill --target my-target.yaml --evidence drill.tar

Each RUN is what `rgdrill certify --shard K/N --out RUN` wrote, with the same options otherwise.
Their journals are joined, and the whole is judged as if one process had run it: from its journal
alone.

Exit codes: those of the whole drill, so 3 while a shard is missing; and 3 if a journal is not
sealed, 4 if one was altered, 64 if there is no such run or if the runs do not belong together.")]
pub(crate) struct MergeArgs {
    /// The directories of the shards' runs.
    #[arg(value_name = "RUN", required = true)]
    runs: Vec<PathBuf>,

    /// The run directory of the whole, which must not exist yet.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// The certificate of the whole.
    #[command(flatten)]
    certificate: CertificateArgs,

    /// For the certificate: the target's file [default: the embedded reference pools]
    #[arg(long, value_name = "FILE", requires = "evidence")]
    target: Option<PathBuf>,

    /// For the certificate: where scenarios are read.
    #[command(flatten)]
    scenarios: ScenariosArgs,

    /// How the run is judged.
    #[command(flatten)]
    policy: PolicyArgs,

    /// How progress is shown.
    #[command(flatten)]
    quiet: QuietArgs,

    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// A certificate would be of something else than was run.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum OtherFiles {
    #[error("these runs are of `{ran}`, and the target's file describes `{given}`")]
    #[diagnostic(help("give the file that they were run with: --target FILE"))]
    Target { ran: String, given: String },
    #[error("these runs were planned by other tables than those of the scenarios")]
    #[diagnostic(help("give the scenarios that they were run with: --scenarios DIR"))]
    Tables,
}

/// Joins the runs, and judges the whole.
pub(crate) fn run(args: &MergeArgs) -> Result<ExitCode, CommandError> {
    let policy = args.policy.policy()?;
    let sealing = Sealing::prepare(args)?;
    let run = NewRunDir::create(Some(&args.out), "", "").map_err(no_run_dir)?;
    let doing = args.quiet.doing("joining the journals");
    let header = merge(&args.runs, run.path()).map_err(not_merged)?;
    drop(doing);
    spools::remove(run.path());
    if let Some(sealing) = &sealing {
        sealing.check(&header).map_err(CommandError::usage)?;
    }
    let (dir, _) = run.keep();
    let code = judge_run(&dir, (policy, args.format, args.quiet))?;
    if let Some(sealing) = &sealing {
        sealing.write(&dir, &header, policy, code)?;
    }
    Ok(code)
}

/// What a certificate of the whole is made of, besides the run.
struct Sealing {
    destination: Destination,
    scenarios: Scenarios,
    target_file: SourceFile,
    target: Target,
    secrets: Secrets,
}

impl Sealing {
    /// Reads all of it, if a certificate is asked for, before anything is merged.
    fn prepare(args: &MergeArgs) -> Result<Option<Self>, CommandError> {
        let Some(destination) = args.certificate.prepare()? else {
            return Ok(None);
        };
        let target_file = embedded::target_file(args.target.as_deref())?;
        let target = Target::load(&target_file).map_err(CommandError::usage)?;
        Ok(Some(Sealing {
            destination,
            scenarios: args.scenarios.load()?,
            secrets: target.secrets(variable).map_err(missing_secrets)?,
            target_file,
            target,
        }))
    }

    /// Whether a run of this header was run with these files.
    fn check(&self, header: &Header) -> Result<(), OtherFiles> {
        if header.target != self.target.target {
            let (ran, given) = (header.target.clone(), self.target.target.clone());
            return Err(OtherFiles::Target { ran, given });
        }
        match header.tables_sha256 == self.scenarios.tables_sha256 {
            true => Ok(()),
            false => Err(OtherFiles::Tables),
        }
    }

    /// Writes the certificate of the run in `dir`.
    fn write(
        &self,
        dir: &Path,
        header: &Header,
        policy: Policy,
        code: ExitCode,
    ) -> Result<(), CommandError> {
        let Header { lab, seed, .. } = *header;
        let environment = Environment::new(lab, seed, policy.strictness, given(&self.secrets));
        let materials = Materials {
            dir,
            reports: REPORTS,
            scenarios: &self.scenarios,
            target: &self.target_file,
            environment: &environment,
            secrets: &self.secrets,
        };
        write_certificate(&self.destination, &materials, code)
    }
}

fn not_merged(error: MergeError) -> CommandError {
    match error {
        MergeError::Run { cause, .. } => no_run(cause),
        MergeError::Journal(_) | MergeError::Write(_) => {
            CommandError::harness(Advised::new(error, NO_ROOM))
        }
        error => CommandError::usage(Advised::new(
            error,
            "give the shards of one drill, each once: the same program, files and options with --shard 1/N to N/N",
        )),
    }
}
