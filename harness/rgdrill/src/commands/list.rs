//! `rgdrill list`: what there is.

use std::fmt::Write as _;

use miette::{Diagnostic, IntoDiagnostic as _};
use model::clause::Condition;
use model::pattern::Pattern;
use model::scenarios::Scenarios;
use model::verdict::ExitCode;
use model::walk::FaultKind;
use model::{Clause, Walk};
use serde::Serialize;

use crate::cli::{Format, List, Listed};
use crate::embedded;
use crate::output;
use crate::trouble::Trouble;

/// Nothing that is listed matches.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("nothing matches `{0}`")]
#[diagnostic(help("`*` stands for any text, as in `outage.*`; without a pattern all are listed"))]
struct NothingMatches(String);

/// A line of a list.
#[derive(Serialize)]
struct Entry {
    name: String,
    about: String,
}

/// Lists what is asked for.
pub(crate) fn run(list: &List, scenarios: &Scenarios) -> Result<ExitCode, Trouble> {
    let text = match list.what {
        Listed::Clauses => clauses(list, scenarios)?,
        Listed::Walks => entries(list, scenarios.walks.values().map(of_walk).collect())?,
        Listed::Faults => entries(list, FaultKind::ALL.into_iter().map(of_fault).collect())?,
        Listed::Targets => entries(list, targets()?)?,
    };
    output::print(&text);
    Ok(ExitCode::Passed)
}

fn clauses(list: &List, scenarios: &Scenarios) -> Result<String, Trouble> {
    let all = scenarios.tables.clauses.iter().collect();
    let clauses: Vec<&Clause> = matching(list, all, |clause| &clause.id.0)?;
    match list.format {
        Format::Json => json(&clauses),
        Format::Text => Ok(clauses.into_iter().map(in_text).collect()),
    }
}

fn in_text(clause: &Clause) -> String {
    let mut text = format!(
        "{}{}\n  {}\n",
        clause.id,
        condition(clause.condition),
        clause.statement
    );
    let source = &clause.source;
    let _ = writeln!(
        text,
        "  source: {}, {}, row “{}”, column “{}”",
        source.document, source.table, source.row, source.column
    );
    if let Some(note) = &clause.note {
        let _ = writeln!(text, "  read as: {}", note.trim());
    }
    for alternative in &clause.alternatives {
        let _ = writeln!(text, "  also passes: {}", alternative.why.trim());
    }
    text + "\n"
}

const fn condition(condition: Condition) -> &'static str {
    match condition {
        Condition::All => "",
        Condition::Imported => "   [if imported]",
        Condition::NotImported => "   [if not imported]",
    }
}

fn of_walk(walk: &Walk) -> Entry {
    Entry {
        name: walk.walk.clone(),
        about: walk.about.trim().to_owned(),
    }
}

fn of_fault(fault: FaultKind) -> Entry {
    Entry {
        name: fault.word().to_owned(),
        about: fault.about().to_owned(),
    }
}

fn targets() -> Result<Vec<Entry>, Trouble> {
    let target = embedded::target_or(None)?;
    Ok(vec![Entry {
        name: target.target.clone(),
        about: target.about.trim().to_owned(),
    }])
}

fn entries(list: &List, all: Vec<Entry>) -> Result<String, Trouble> {
    let entries = matching(list, all, |entry| &entry.name)?;
    if list.format == Format::Json {
        return json(&entries);
    }
    let widest = entries
        .iter()
        .map(|entry| entry.name.len())
        .max()
        .unwrap_or(0);
    Ok(entries.iter().fold(String::new(), |mut text, entry| {
        let _ = writeln!(text, "{:widest$}  {}", entry.name, entry.about);
        text
    }))
}

fn matching<T>(list: &List, all: Vec<T>, name: impl Fn(&T) -> &str) -> Result<Vec<T>, Trouble> {
    if list.patterns.is_empty() {
        return Ok(all);
    }
    for pattern in &list.patterns {
        if !all
            .iter()
            .any(|item| Pattern::new(pattern).matches(name(item)))
        {
            return Err(Trouble::usage(NothingMatches(pattern.clone())));
        }
    }
    let wanted = |item: &T| {
        list.patterns
            .iter()
            .any(|pattern| Pattern::new(pattern).matches(name(item)))
    };
    Ok(all.into_iter().filter(wanted).collect())
}

fn json<T: Serialize>(items: &[T]) -> Result<String, Trouble> {
    let text = serde_json::to_string_pretty(items)
        .into_diagnostic()
        .map_err(Trouble::harness)?;
    Ok(text + "\n")
}
