//! `rgdrill list`: clauses, walks, faults, mutants, variants, targets, reports.

use campaign::mutants::broken_by;
use campaign::variants;
use clap::{Args, ValueEnum};
use miette::{Diagnostic, IntoDiagnostic as _};
use model::clause::{ClauseId, Condition};
use model::exit_code::ExitCode;
use model::fault::{FAULTS, FaultKind, Registry};
use model::pattern::Pattern;
use model::scenarios::Scenarios;
use model::{Clause, Walk};
use reference::{Mutant, Variant};
use report::paragraph::paragraph;
use report::{REPORTS, Report};
use serde::Serialize;

use crate::cli::format::Format;
use crate::cli::scenarios::ScenariosArgs;
use crate::command_error::CommandError;
use crate::embedded;
use crate::output;

/// `rgdrill list`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rgdrill list walks                               what is drilled
  rgdrill list clauses 'outage.*'                  how statements are read, and the walks that judge them
  rgdrill list faults --format json | jq .         for a program")]
pub(crate) struct ListArgs {
    /// What to list.
    #[arg(value_enum)]
    what: Listed,

    /// Only those whose name matches; may be given several times.
    #[arg(value_name = "GLOB")]
    patterns: Vec<String>,

    /// Where scenarios are read.
    #[command(flatten)]
    scenarios: ScenariosArgs,

    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Listed {
    /// The documented statements, as this project reads them.
    Clauses,
    /// The walks that `certify` runs.
    Walks,
    /// The faults that a walk can inject.
    Faults,
    /// The mutants of the reference server that `prove` drills, with the clauses that each must break.
    Mutants,
    /// The variants of the reference server that `prove --variants` drills, all of which must pass.
    Variants,
    /// The targets that come with rgdrill.
    Targets,
    /// The reports of a run, each with its file in the run directory.
    Reports,
}

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
pub(crate) fn run(list: &ListArgs) -> Result<ExitCode, CommandError> {
    let scenarios = &list.scenarios.load()?;
    let text = match list.what {
        Listed::Clauses => clauses(list, scenarios)?,
        Listed::Walks => entries(list, scenarios.walks.values().map(of_walk).collect())?,
        Listed::Faults => faults(list, FAULTS)?,
        Listed::Mutants => mutants(list, scenarios)?,
        Listed::Variants => entries(list, Variant::ALL.iter().map(of_variant).collect())?,
        Listed::Targets => entries(list, targets()?)?,
        Listed::Reports => entries(list, REPORTS.iter().map(of_report).collect())?,
    };
    output::write(&text)?;
    Ok(ExitCode::Passed)
}

fn clauses(list: &ListArgs, scenarios: &Scenarios) -> Result<String, CommandError> {
    let all = scenarios.tables.clauses.iter().collect();
    let clauses: Vec<&Clause> = matching(list, all, |clause| &clause.id.0)?;
    match list.format {
        Format::Json => json(&clauses),
        Format::Text => Ok(clauses.into_iter().map(in_text).collect()),
    }
}

fn in_text(clause: &Clause) -> String {
    let source = &clause.source;
    let mut text = format!("{}{}\n", clause.id, condition(clause.condition));
    text.push_str(&labelled("states", &clause.statement));
    text.push_str(&labelled(
        "source",
        &format!(
            "{}, {}, row “{}”, column “{}”",
            source.document, source.table, source.row, source.column
        ),
    ));
    if let Some(note) = &clause.note {
        text.push_str(&labelled("read as", note));
    }
    for alternative in &clause.alternatives {
        text.push_str(&labelled("also passes", &alternative.why));
    }
    text + "\n"
}

/// A paragraph of a clause, with a word before it.
fn labelled(label: &str, text: &str) -> String {
    paragraph(
        &format!("  {label:<13}"),
        15,
        text,
        output::paragraph_width(),
    )
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

fn faults(list: &ListArgs, faults: Registry) -> Result<String, CommandError> {
    entries(list, faults.iter().map(of_fault).collect())
}

fn of_fault(fault: FaultKind) -> Entry {
    Entry {
        name: fault.word().to_owned(),
        about: fault.about().to_owned(),
    }
}

fn of_report(report: &Report) -> Entry {
    Entry {
        name: report.name.to_owned(),
        about: format!("{}: {}", report.file, report.about),
    }
}

/// A mutant in a list.
#[derive(Serialize)]
struct ListedMutant {
    name: &'static str,
    about: &'static str,
    expected: Vec<ClauseId>,
}

fn mutants(list: &ListArgs, scenarios: &Scenarios) -> Result<String, CommandError> {
    let all = Mutant::ALL.iter().map(|&mutant| ListedMutant {
        name: mutant.name(),
        about: mutant.about(),
        expected: broken_by(mutant, &scenarios.tables),
    });
    let mutants = matching(list, all.collect(), |mutant| mutant.name)?;
    if list.format == Format::Json {
        return json(&mutants);
    }
    Ok(mutants.iter().map(mutant_in_text).collect())
}

fn mutant_in_text(mutant: &ListedMutant) -> String {
    let clauses = mutant.expected.iter();
    let clauses: String = clauses.map(|id| format!("    {id}\n")).collect();
    let (name, about) = (mutant.name, mutant.about);
    format!("{name}\n  {about}; it must break\n{clauses}\n")
}

fn of_variant(variant: &Variant) -> Entry {
    let declared = variants::in_words(*variant);
    let declared = match declared.is_empty() {
        true => declared,
        false => format!("; the target declares {declared}"),
    };
    Entry {
        name: variant.name().to_owned(),
        about: format!("{}{declared}", variant.about()),
    }
}

fn targets() -> Result<Vec<Entry>, CommandError> {
    let target = embedded::target_or(None)?;
    Ok(vec![Entry {
        name: target.target.clone(),
        about: target.about.trim().to_owned(),
    }])
}

fn entries(list: &ListArgs, all: Vec<Entry>) -> Result<String, CommandError> {
    let entries = matching(list, all, |entry| &entry.name)?;
    if list.format == Format::Json {
        return json(&entries);
    }
    let widest = entries
        .iter()
        .map(|entry| entry.name.len())
        .max()
        .unwrap_or(0);
    let width = output::paragraph_width();
    let lines = entries.iter().map(|entry| {
        let lead = format!("{:widest$}  ", entry.name);
        paragraph(&lead, widest + 2, &entry.about, width)
    });
    Ok(lines.collect())
}

fn matching<T>(
    list: &ListArgs,
    all: Vec<T>,
    name: impl Fn(&T) -> &str,
) -> Result<Vec<T>, CommandError> {
    if list.patterns.is_empty() {
        return Ok(all);
    }
    for pattern in &list.patterns {
        if !all
            .iter()
            .any(|item| Pattern::new(pattern).matches(name(item)))
        {
            return Err(CommandError::usage(NothingMatches(pattern.clone())));
        }
    }
    let wanted = |item: &T| {
        list.patterns
            .iter()
            .any(|pattern| Pattern::new(pattern).matches(name(item)))
    };
    Ok(all.into_iter().filter(wanted).collect())
}

fn json<T: Serialize>(items: &[T]) -> Result<String, CommandError> {
    let text = serde_json::to_string_pretty(items)
        .into_diagnostic()
        .map_err(CommandError::harness)?;
    Ok(text + "\n")
}

#[cfg(test)]
mod tests {
    use model::fault::Action;

    use super::*;

    /// As a file of its own would define it.
    const STALL: FaultKind = FaultKind::new("stall", "the process pauses", |affected| {
        affected.each(Action::Freeze)
    });

    #[test]
    fn a_fault_that_is_added_is_listed() {
        let list = ListArgs {
            what: Listed::Faults,
            patterns: vec!["stall".to_owned()],
            scenarios: ScenariosArgs::default(),
            format: Format::Text,
        };
        let listed = faults(&list, Registry::new(&[FaultKind::KILL, STALL]));
        let listed = listed.unwrap_or_else(|_| "an error".to_owned());
        assert_eq!(listed, "stall  the process pauses\n");
    }
}
