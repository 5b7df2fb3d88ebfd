//! What a run came to: its journal judged, its reports written and printed. The same way for a run
//! that was just held as for one of years ago.

use std::fs;
use std::path::Path;

use miette::{Diagnostic, IntoDiagnostic as _};
use model::journal::{Journal, JournalError};
use model::pattern::Pattern;
use model::scenarios::sha256;
use model::verdict::{Asked, ExitCode, Results, Strictness};
use model::{Tables, yaml};

use crate::cli::Format;
use crate::hold::JOURNAL;
use crate::output;
use crate::run_dir::write_whole;
use crate::trouble::Trouble;

/// The tables' name within a run directory.
pub(crate) const TABLES: &str = "tables.yaml";

/// The tables of a run are not those that its journal names.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{path} is not the file that the journal was held against")]
#[diagnostic(help(
    "its SHA-256 is {found}, the journal's header says {expected}; restore the file"
))]
struct OtherTables {
    path: String,
    found: String,
    expected: String,
}

/// A journal that cannot be judged.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum NotJudged {
    #[error("this run did not come to its end, so there is nothing to judge")]
    #[diagnostic(help("hold the drill again: rgdrill certify"))]
    Unsealed(#[source] JournalError),
    #[error("this journal cannot be believed")]
    #[diagnostic(help(
        "it was altered or damaged after it was written; hold the drill again, or restore the file"
    ))]
    Broken(#[source] JournalError),
    #[error("this run has no journal that can be read")]
    #[diagnostic(help("give the directory of a run, such as runs/latest"))]
    Unreadable(#[source] JournalError),
}

/// Judges the journal in `dir`, writes `results.json` and `junit.xml` beside it, and prints.
pub(crate) fn judge_run(
    dir: &Path,
    strictness: Strictness,
    format: Format,
) -> Result<ExitCode, Trouble> {
    let journal = Journal::load(&dir.join(JOURNAL)).map_err(not_judged)?;
    let tables = tables_of(dir, &journal.header.tables_sha256)?;
    let findings = judge::judge(&journal, &tables);
    let results = Results::of(
        &journal.header,
        asked(&journal, &tables),
        &findings,
        strictness,
    );
    let json = results
        .to_json()
        .into_diagnostic()
        .map_err(Trouble::harness)?;
    let junit = report::junit::render(&results, &tables)
        .into_diagnostic()
        .map_err(Trouble::harness)?;
    write_whole(&dir.join("results.json"), json.as_bytes()).map_err(Trouble::harness)?;
    write_whole(&dir.join("junit.xml"), junit.as_bytes()).map_err(Trouble::harness)?;
    match format {
        Format::Json => output::print(&json),
        Format::Text => {
            let run = dir.display().to_string();
            output::print(&report::terminal::render(
                &results,
                &tables,
                &run,
                output::layout(),
            ));
        }
    }
    Ok(results.exit_code)
}

/// The clauses that the run was asked to judge.
fn asked(journal: &Journal, tables: &Tables) -> Vec<Asked> {
    let patterns: Vec<Pattern> = journal.header.asked.iter().map(Pattern::new).collect();
    let wanted =
        |id: &str| patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(id));
    let clauses = tables.clauses.iter().filter(|clause| wanted(&clause.id.0));
    clauses
        .map(|clause| Asked {
            clause: clause.id.clone(),
            statement: Some(clause.statement.clone()),
        })
        .collect()
}

/// The tables that a run was held against: the copy in its directory.
fn tables_of(dir: &Path, expected: &str) -> Result<Tables, Trouble> {
    let path = dir.join(TABLES);
    let file = yaml::read(&path).map_err(Trouble::harness)?;
    let found = sha256(file.text());
    if found != expected {
        let (path, expected) = (path.display().to_string(), expected.to_owned());
        return Err(Trouble::harness(OtherTables {
            path,
            found,
            expected,
        }));
    }
    yaml::parse(&file).map_err(Trouble::harness)
}

/// Leaves a copy of the tables with the run that is held against them.
pub(crate) fn keep_tables(dir: &Path, text: &str) -> Result<(), Trouble> {
    write_whole(&dir.join(TABLES), text.as_bytes()).map_err(Trouble::harness)
}

fn not_judged(error: JournalError) -> Trouble {
    match error {
        JournalError::Unsealed { .. } => Trouble::incomplete(NotJudged::Unsealed(error)),
        JournalError::Read { .. } if is_missing(&error) => {
            Trouble::usage(NotJudged::Unreadable(error))
        }
        JournalError::Read { .. } => Trouble::harness(NotJudged::Unreadable(error)),
        _ => Trouble::harness(NotJudged::Broken(error)),
    }
}

fn is_missing(error: &JournalError) -> bool {
    matches!(error, JournalError::Read { source, .. } if source.kind() == std::io::ErrorKind::NotFound)
}

/// Removes what walks spooled once it stands in the journal.
pub(crate) fn sweep_spools(dir: &Path) {
    let Ok(entries) = fs::read_dir(dir) else {
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.extension().is_some_and(|ending| ending == "spool") {
            // A spool that stays is a copy of what the journal has.
            let _ = fs::remove_file(path);
        }
    }
}
