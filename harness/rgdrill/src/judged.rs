//! What a run came to: its journal judged, its reports written and printed. The same way for a run
//! that was just held as for one of years ago.

use std::fs;
use std::path::{Path, PathBuf};

use campaign::JOURNAL;
use miette::{Diagnostic, IntoDiagnostic as _};
use model::claims::{Claims, Date};
use model::exit_code::{ExitCode, Strictness};
use model::journal::{Journal, JournalError};
use model::pattern::Pattern;
use model::results::{Asked, Results};
use model::scenarios::sha256;
use model::{Tables, yaml};

use crate::cli::Format;
use crate::output;
use crate::run_dir::write_whole;
use crate::trouble::Trouble;

/// The tables' name within a run directory.
pub(crate) const TABLES: &str = "tables.yaml";
/// The verdicts' name within a run directory.
pub(crate) const RESULTS: &str = "results.json";
/// The name within a run directory of the verdicts for continuous integration.
pub(crate) const JUNIT: &str = "junit.xml";

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
    #[error("this journal is of another version of rgdrill")]
    #[diagnostic(help(
        "judge it with the rgdrill that held the drill: the journal's first line has its version (`rgdrill`)"
    ))]
    UnknownSchema(#[source] JournalError),
    #[error("the drill in {} broke off, so there is nothing to judge", .0.display())]
    #[diagnostic(help("hold the drill again: rgdrill certify"))]
    BrokeOff(PathBuf),
    #[error("{} is no directory of a run: it has no {JOURNAL}", .0.display())]
    #[diagnostic(help("give one that `rgdrill certify` wrote, such as runs/latest"))]
    NoRun(PathBuf),
    #[error("the journal of this run cannot be read")]
    #[diagnostic(help("check that you may read it"))]
    Unreadable(#[source] JournalError),
}

/// Judges the journal in `dir`, writes `results.json` and `junit.xml` beside it, and prints.
pub(crate) fn judge_run(dir: &Path, terms: Terms, format: Format) -> Result<ExitCode, Trouble> {
    let journal = Journal::load(&dir.join(JOURNAL)).map_err(|error| not_judged(dir, error))?;
    let tables = tables_of(dir, &journal.header.tables_sha256)?;
    let Judged {
        results,
        json,
        junit,
    } = judge_journal(&journal, &tables, terms)?;
    write_whole(&dir.join(RESULTS), json.as_bytes()).map_err(Trouble::harness)?;
    write_whole(&dir.join(JUNIT), junit.as_bytes()).map_err(Trouble::harness)?;
    let text = match format {
        Format::Json => json,
        Format::Text => {
            let run = dir.display().to_string();
            report::terminal::render(&results, &tables, &run, output::layout())
        }
    };
    output::write(&text).map_err(|trouble| trouble.besides(results.exit_code))?;
    Ok(results.exit_code)
}

/// On what terms a run is judged: all that its journal does not say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    /// Whether what the target declares of its own limits is put up with.
    pub(crate) strictness: Strictness,
    /// The day for which it is asked whether declared deviations have expired. A journal has no
    /// date, for the same seed gives the same journal on any day.
    pub(crate) today: Date,
}

/// The day that was given, or the current one, in UTC.
pub(crate) fn today(given: Option<Date>) -> Result<Date, Trouble> {
    let now = || chrono::Utc::now().format("%Y-%m-%d").to_string().parse();
    given
        .map_or_else(now, Ok)
        .into_diagnostic()
        .map_err(Trouble::harness)
}

/// What a journal comes to, and how the files of its run say it.
pub(crate) struct Judged {
    /// What it comes to.
    pub(crate) results: Results,
    /// `results.json`.
    pub(crate) json: String,
    /// `junit.xml`.
    pub(crate) junit: String,
}

/// Judges a journal, and touches no file.
pub(crate) fn judge_journal(
    journal: &Journal,
    tables: &Tables,
    terms: Terms,
) -> Result<Judged, Trouble> {
    let results = results(journal, tables, terms);
    let json = results
        .to_json()
        .into_diagnostic()
        .map_err(Trouble::harness)?;
    let junit = report::junit::render(&results, tables)
        .into_diagnostic()
        .map_err(Trouble::harness)?;
    Ok(Judged {
        results,
        json,
        junit,
    })
}

fn results(journal: &Journal, tables: &Tables, terms: Terms) -> Results {
    let Terms { strictness, today } = terms;
    let header = &journal.header;
    let findings = judge::judge(journal, tables);
    let findings = match &header.claims {
        Some(claims) => judge::with_claims(findings, tables, claims, today),
        None => findings,
    };
    let figures = judge::figures(journal, tables);
    let results = Results::of(header, asked(journal, tables), &findings, strictness)
        .measuring(header, &figures);
    let declares = |claims: &Claims| !claims.deviations.is_empty();
    if header.claims.as_ref().is_some_and(declares) {
        results.judged_on(today)
    } else {
        results
    }
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

fn not_judged(dir: &Path, error: JournalError) -> Trouble {
    match error {
        JournalError::Unsealed { .. } => Trouble::incomplete(NotJudged::Unsealed(error)),
        JournalError::UnknownSchema { .. } => Trouble::harness(NotJudged::UnknownSchema(error)),
        JournalError::Read { .. } if spools(dir).next().is_some() => {
            Trouble::incomplete(NotJudged::BrokeOff(dir.to_owned()))
        }
        JournalError::Read { .. } if is_missing(&error) => {
            Trouble::usage(NotJudged::NoRun(dir.to_owned()))
        }
        JournalError::Read { .. } => Trouble::harness(NotJudged::Unreadable(error)),
        _ => Trouble::harness(NotJudged::Broken(error)),
    }
}

fn is_missing(error: &JournalError) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    matches!(error, JournalError::Read { source, .. } if [NotFound, NotADirectory].contains(&source.kind()))
}

/// Removes what walks spooled once it stands in the journal.
pub(crate) fn sweep_spools(dir: &Path) {
    for path in spools(dir) {
        // A spool that stays is a copy of what the journal has.
        let _ = fs::remove_file(path);
    }
}

/// What walks spooled: there is some only while a drill is held, and where one broke off.
fn spools(dir: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "spool"))
}
