//! Why a clause did not pass: what the document says, what the walks showed instead, and the lines
//! of the journal that it rests on. Walks with the same reason are reported once.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use model::clause_result::ClauseResult;
use model::drawn;
use model::finding::{Evidence, WalkResult};
use model::printable::line;
use model::results::Results;
use model::{Tables, Verdict};

use super::ink::Ink;
use crate::paragraph::{WIDEST, paragraph};
use crate::reports::wording::{mark, needs_explanation};

/// How many different reasons of one clause are given.
const REASONS: usize = 3;

/// How many lines of evidence are named for one reason.
const LINES: usize = 3;

/// How many other walks with the same reason are named.
const WALKS: usize = 3;

/// The columns before the text: room for the longest verdict.
const INDENT: usize = 16;

/// Walks that give the same reason for their verdict on a clause.
struct SharedReason<'a> {
    verdict: Verdict,
    gist: String,
    first: &'a WalkResult,
    others: Vec<&'a str>,
}

/// Why each clause did not pass, in the order of the tables.
pub(super) fn explanations(results: &Results, tables: &Tables, width: u16, ink: &Ink) -> String {
    let clauses = results.clauses.iter();
    clauses
        .filter(|result| needs_explanation(result.verdict))
        .map(|result| format!("\n{}", explanation(result, tables, width, ink)))
        .collect()
}

/// The paragraphs on one clause.
fn explanation(result: &ClauseResult, tables: &Tables, width: u16, ink: &Ink) -> String {
    let width = usize::from(width).min(WIDEST);
    let mark = mark(result.verdict).to_string();
    let mut text = format!(
        "{} {}\n",
        ink.verdict(result.verdict, &mark),
        ink.bold(&line(&result.id.to_string()))
    );
    if let Some(clause) = tables.clauses.iter().find(|clause| clause.id == result.id) {
        text.push_str(&labelled("documented", &clause.statement, width));
    }
    if !result.repetitions.is_empty() {
        text.push_str(&labelled("repeated", &shares(result), width));
    }
    let reasons = reasons(result);
    for reason in reasons.iter().take(REASONS) {
        text.push_str(&labelled(
            reason.verdict.word(),
            &reason.first.reason,
            width,
        ));
        text.push_str(&labelled("", &whereabouts(reason), width));
    }
    if reasons.len() > REASONS {
        let more = reasons[REASONS..].iter();
        let walks = more.map(|reason| 1 + reason.others.len()).sum();
        let more = format!(
            "and {}, for other reasons: see results.json",
            more_walks(walks)
        );
        text.push_str(&labelled("", &more, width));
    }
    text
}

/// How many times it had which verdict.
fn shares(result: &ClauseResult) -> String {
    let times: u64 = result.repetitions.values().sum();
    let shares = result.repetitions.iter();
    let shares: Vec<String> = shares
        .map(|(verdict, count)| format!("{verdict} {count} of {times} times"))
        .collect();
    shares.join(", ")
}

/// A paragraph with a word before it.
fn labelled(label: &str, text: &str, width: usize) -> String {
    let lead = format!("  {label:<0$}", INDENT - 2);
    paragraph(&lead, INDENT, text, width)
}

/// The reasons that the walks give, those of the clause's own verdict first.
fn reasons(result: &ClauseResult) -> Vec<SharedReason<'_>> {
    let mut found: Vec<SharedReason<'_>> = Vec::new();
    for walk in result
        .walks
        .iter()
        .filter(|walk| needs_explanation(walk.verdict))
    {
        let gist = gist(&walk.reason);
        let same =
            |known: &&mut SharedReason<'_>| known.verdict == walk.verdict && known.gist == gist;
        match found.iter_mut().find(same) {
            Some(known) => known.others.push(&walk.walk),
            None => found.push(SharedReason {
                verdict: walk.verdict,
                gist,
                first: walk,
                others: Vec::new(),
            }),
        }
    }
    found.sort_by_key(|reason| reason.verdict != result.verdict);
    found
}

/// A reason without the times, the lines and the names in it, which differ between walks that say the
/// same.
fn gist(reason: &str) -> String {
    let reason = drawn::by_role(reason);
    let mut of_line = false;
    let words = reason.split(' ').map(|word| {
        let bare = word.trim_matches(|c: char| !c.is_ascii_digit());
        let is_time = bare.contains('.') && bare.parse::<f64>().is_ok();
        let is_line = std::mem::replace(&mut of_line, word.ends_with("line"));
        match is_time || is_line {
            true => "…",
            false => word,
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The lines that a reason rests on, and the other walks that give it.
fn whereabouts(reason: &SharedReason<'_>) -> String {
    let mut text = match reason.first.evidence.as_slice() {
        [] => format!("in {}", reason.first.walk),
        evidence => format!("evidence {}", lines(evidence)),
    };
    if !reason.others.is_empty() {
        let _ = write!(text, "; the same in {}", some_of(&reason.others));
    }
    text
}

/// `imported-kill:812, imported-kill:830 and 4 more`
fn lines(evidence: &[Evidence]) -> String {
    let lines: BTreeSet<&Evidence> = evidence.iter().collect();
    let named: Vec<String> = lines
        .iter()
        .take(LINES)
        .map(|line| format!("{}:{}", line.walk, line.n))
        .collect();
    match lines.len().saturating_sub(LINES) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

fn some_of(walks: &[&str]) -> String {
    match walks.len().saturating_sub(WALKS) {
        0 => walks.join(", "),
        more => format!("{} and {}", walks[..WALKS].join(", "), more_walks(more)),
    }
}

fn more_walks(count: usize) -> String {
    match count {
        1 => "1 more walk".to_owned(),
        count => format!("{count} more walks"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_lines_make_no_other_reason() {
        let of = |time, line| {
            gist(&format!(
                "bianca (sign in `counter`, {time} s (line {line})) was refused: 404"
            ))
        };
        assert_eq!(of("8.200", 455), of("7.950", 1173));
    }

    #[test]
    fn another_answer_is_another_reason() {
        assert_ne!(gist("was refused: 404"), gist("was refused: 403"));
    }
}
