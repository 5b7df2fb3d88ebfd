//! What the commands have in common that judge a run: one that has just ended is judged in the same
//! way as one of years ago.

use std::path::Path;

use judge::Policy;
use miette::IntoDiagnostic as _;
use model::exit_code::ExitCode;
use model::results::Results;
use report::registry::WriteReportsError;
use report::reports::terminal;
use report::run_dir::{StoredRun, StoredRunError};
use report::{JudgedRun, Logs, REPORTS};
use timeline::ReadRun;

use crate::advice::Advised;
use crate::cli::format::Format;
use crate::command_error::CommandError;
use crate::output;
use crate::progress::QuietArgs;

/// What to do where the file system takes no file.
pub(super) const NO_ROOM: &str = "check that the file system has room and that you may write there, or choose another place with --out";

/// Judges the run in `dir`, writes its reports, and prints the results.
pub(super) fn judge_run(
    dir: &Path,
    (policy, format, quiet): (Policy, Format, QuietArgs),
) -> Result<ExitCode, CommandError> {
    let doing = quiet.doing("reading the journal");
    let run = load(dir)?;
    doing.next("judging, and writing the reports");
    let results = write_reports(dir, &run, policy)?;
    drop(doing);
    let written = match format {
        Format::Json => {
            let text = results.to_json().into_diagnostic();
            output::write(&text.map_err(CommandError::harness)?)
        }
        Format::Text => {
            let dir = dir.display().to_string();
            let text = terminal::render(&results, &run.tables, &dir, output::layout());
            output::write_coloured(&text)
        }
    };
    written.map_err(|error| error.and(results.exit_code))?;
    Ok(results.exit_code)
}

/// Reads the run in `dir`.
pub(super) fn load(dir: &Path) -> Result<StoredRun, CommandError> {
    StoredRun::load(dir).map_err(no_run)
}

/// Judges a run and writes its reports into `dir`.
pub(super) fn write_reports(
    dir: &Path,
    run: &StoredRun,
    policy: Policy,
) -> Result<Results, CommandError> {
    let StoredRun {
        journal, tables, ..
    } = run;
    let run = &ReadRun::of(journal);
    let results = judge::results(run, tables, policy);
    let judged = JudgedRun {
        run,
        tables,
        results: &results,
        logs: &Logs::of_run(dir),
    };
    REPORTS.write(&judged, dir).map_err(|error| {
        CommandError::harness(match error {
            WriteReportsError::Write(error) => {
                Advised::new(WriteReportsError::from(error), NO_ROOM)
            }
            WriteReportsError::Render(_) => Advised::plain(error),
        })
    })?;
    Ok(results)
}

/// Whose fault it is that a run cannot be read, and what to do.
pub(super) fn no_run(error: StoredRunError) -> CommandError {
    let code: fn(_) -> CommandError = match error {
        StoredRunError::NoRun(_) => CommandError::usage,
        StoredRunError::StoppedEarly(_) | StoredRunError::Unsealed(_) => CommandError::incomplete,
        StoredRunError::Tables(error) => return CommandError::harness(error),
        _ => CommandError::harness,
    };
    let help = help(&error);
    code(Advised::new(error, help))
}

fn help(error: &StoredRunError) -> String {
    match error {
        StoredRunError::NoRun(_) => "give one that `rgdrill certify` wrote, such as runs/latest",
        StoredRunError::StoppedEarly(_) | StoredRunError::Unsealed(_) => {
            "run the drill again: rgdrill certify"
        }
        StoredRunError::Altered(_) => {
            "its verdicts would mean nothing: restore the file, or run the drill again"
        }
        StoredRunError::UnknownSchema(_) => {
            "judge it with that version: the journal's first line names it (`rgdrill`)"
        }
        StoredRunError::Unreadable(_) | StoredRunError::Tables(_) => "check that you may read it",
        StoredRunError::OtherTables {
            found, expected, ..
        } => {
            return format!(
                "its SHA-256 is {found}, the journal's header says {expected}; restore the file"
            );
        }
    }
    .to_owned()
}
