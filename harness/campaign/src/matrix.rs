//! The matrix of a proof: a row for each mutant, a column for each clause, and in words what does
//! not agree.

use std::fmt::Write as _;

use model::{Activity, Clause, Stage, Tables};

use reference::{Mutant, Variant};

use crate::mutants::{broken_by, why};
use crate::mutation::{MutantResult, MutationProof};
use crate::variants;
use crate::variation::VariantResult;

/// What the columns' letters and the marks mean.
const LEGEND: &str = "\
columns   C connected (r regular, a anonymous, i anonymous-imported, n anonymous-not-imported)
          P in-progress   N new calls   O on-behalf (a all, i imported, n not-imported)
          A agents   F configuration (p owned by the primary, b by the backup, i imported)
marks     ✗ went red, and must   · stayed green, and must   ! went red, and must not
          ? stayed green, and must go red
";

/// The whole matrix, with its legend and what does not agree.
pub fn render(proof: &MutationProof, tables: &Tables) -> String {
    let names = proof.mutants.iter().map(|mutant| mutant.name.len());
    let width = names.max().unwrap_or(0);
    let mut text = heading(tables, width);
    for mutant in &proof.mutants {
        let _ = writeln!(text, "{:width$}  {}", mutant.name, row(mutant, tables));
    }
    text.push('\n');
    text.push_str(LEGEND);
    for mutant in proof.mutants.iter().filter(|mutant| !mutant.agrees()) {
        text.push_str(&disagreement(mutant));
    }
    let rarely_red = proof.rarely_red(tables);
    if !rarely_red.is_empty() {
        text.push_str("\nfewer than three mutants break\n");
    }
    for clause in &rarely_red {
        let _ = writeln!(text, "  {clause}");
    }
    text
}

/// What the variants came to: those with which not everything passed, and why.
pub fn render_variants(variants: &[VariantResult]) -> String {
    let mut text = String::new();
    for variant in variants.iter().filter(|variant| !variant.is_right()) {
        let _ = writeln!(text, "\n{}", variant.name);
        for other in &variant.others {
            let (clause, verdict) = (&other.clause, other.verdict.word());
            let _ = writeln!(
                text,
                "  ! {clause} must pass, and is {verdict}: {}",
                other.why
            );
        }
        let _ = writeln!(text, "  look: rgdrill certify --variant {}", variant.name);
    }
    let right = variants.iter().filter(|variant| variant.is_right()).count();
    let all = variants.len();
    let _ = writeln!(text, "\n{right} of {all} variants passed everything");
    text
}

/// The last line of a proof.
pub fn sum(proof: &MutationProof, tables: &Tables) -> String {
    let (mutants, clauses) = (proof.mutants.len(), tables.clauses.len());
    let agree = proof.mutants.iter().filter(|m| m.agrees()).count();
    if !proof.is_whole() {
        return format!("{agree} of {mutants} mutants broke exactly what they must\n");
    }
    let broken = clauses - proof.rarely_red(tables).len();
    format!(
        "{agree} of {mutants} mutants broke exactly what they must; \
         {broken} of {clauses} clauses were broken by at least three\n"
    )
}

/// Three lines: the stages, the activities' letters, the cases' letters.
fn heading(tables: &Tables, width: usize) -> String {
    let mut lines = [String::new(), String::new(), String::new()];
    for stage in Stage::DOCUMENTED {
        let clauses: Vec<&Clause> = of_stage(tables, stage).collect();
        let columns = clauses.len();
        let _ = write!(lines[0], "  {:columns$}", stage.word());
        for (line, letter) in [(1, activity as fn(&Clause) -> char), (2, case)] {
            lines[line].push_str("  ");
            lines[line].extend(clauses.iter().map(|clause| letter(clause)));
        }
    }
    lines.iter().fold(String::new(), |mut text, line| {
        let _ = writeln!(text, "{:width$}{}", "", line.trim_end());
        text
    })
}

fn row(mutant: &MutantResult, tables: &Tables) -> String {
    let cells = Stage::DOCUMENTED.map(|stage| {
        let clauses = of_stage(tables, stage);
        clauses
            .map(|clause| mark(mutant, clause))
            .collect::<String>()
    });
    cells.join("  ")
}

fn mark(mutant: &MutantResult, clause: &Clause) -> char {
    let expected = mutant.expected.contains(&clause.id);
    match (expected, mutant.observed.contains(&clause.id)) {
        (true, true) => '✗',
        (false, false) => '·',
        (false, true) => '!',
        (true, false) => '?',
    }
}

fn of_stage(tables: &Tables, stage: Stage) -> impl Iterator<Item = &Clause> {
    let clauses = tables.clauses.iter();
    clauses.filter(move |clause| clause.stage == stage)
}

fn activity(clause: &Clause) -> char {
    match clause.activity {
        Activity::Connected => 'C',
        Activity::InProgress => 'P',
        Activity::New => 'N',
        Activity::OnBehalf => 'O',
        Activity::Agents => 'A',
        Activity::Configuration => 'F',
    }
}

/// `anonymous-imported` and `anonymous-not-imported` are told apart by what they end in.
fn case(clause: &Clause) -> char {
    let case = clause.case.strip_prefix("anonymous-");
    let case = case.unwrap_or(&clause.case);
    case.chars().next().unwrap_or(' ')
}

fn disagreement(mutant: &MutantResult) -> String {
    let mut text = format!("\n{}\n", mutant.name);
    for clause in mutant.missing() {
        let _ = writeln!(text, "  ? {clause} must go red, and did not");
    }
    for clause in mutant.surplus() {
        let _ = writeln!(text, "  ! {clause} went red, and must not");
    }
    let _ = writeln!(text, "  look: rgdrill certify --mutant {}", mutant.name);
    text
}

/// The list of all mutants for the documentation: what is broken, which clauses that breaks, why.
pub fn in_markdown(tables: &Tables) -> String {
    Mutant::ALL.iter().fold(String::new(), |mut text, &mutant| {
        let _ = writeln!(text, "### `{}`\n\n{}.", mutant.name(), mutant.about());
        if !why(mutant).is_empty() {
            let _ = writeln!(text, "({}.)", capitalised(why(mutant)));
        }
        let clauses = broken_by(mutant, tables);
        let clauses: Vec<String> = clauses.iter().map(|id| format!("`{id}`")).collect();
        let _ = writeln!(text, "\nBreaks {}.\n", clauses.join(", "));
        text
    })
}

/// The list of all variants for the documentation: what is otherwise, and what is declared of it.
pub fn variants_in_markdown() -> String {
    Variant::ALL
        .iter()
        .fold(String::new(), |mut text, &variant| {
            let _ = writeln!(text, "- `{}`: {}.", variant.name(), variant.about());
            let declared = variants::in_words(variant);
            if !declared.is_empty() {
                let _ = writeln!(text, "  The target declares {declared}.");
            }
            text
        })
}

fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
