//! How many clauses have which verdict, and what the exit code says of the run.

use model::Verdict;
use model::results::Results;

use super::ink::Ink;
use crate::paragraph::{laid_out, paragraph};
use crate::reports::wording::{in_words, meaning, passes_observed, ran};

/// The counts, what they were measured by where that is not the release's, and the exit code with
/// its meaning.
pub(super) fn summary(results: &Results, width: u16, ink: &Ink) -> String {
    let code = results.exit_code;
    let meaning = meaning(code, results);
    let counts = counts(results, width, ink);
    let line = |begin: &str, words: Option<String>| {
        words.map_or_else(String::new, |words| {
            paragraph(begin, 2, &words, width.into())
        })
    };
    let observed = line("passes observed: ", passes_observed(results));
    let ran = line("pools: ", ran(results));
    let yardstick = yardstick(results, width);
    let elsewhere = (!results.elsewhere.is_empty()).then(|| results.elsewhere.join(", "));
    let elsewhere = line("walks that are not here: ", elsewhere);
    format!(
        "{counts}{observed}{ran}{yardstick}{elsewhere}exit code {}: {meaning}\n",
        code.code()
    )
}

/// That the run was measured by another yardstick than the release's: a pass is no more than that.
fn yardstick(results: &Results, width: u16) -> String {
    let differs = results
        .yardstick
        .as_ref()
        .and_then(|yardstick| yardstick.words());
    differs.map_or_else(String::new, |differs| {
        paragraph("drilled and judged by what is ", 2, &differs, width.into())
    })
}

fn counts(results: &Results, width: u16, ink: &Ink) -> String {
    let counts: Vec<String> = Verdict::ALL
        .into_iter()
        .map(|verdict| (verdict, results.summary.count(verdict)))
        .filter(|(_, count)| *count > 0)
        .map(|(verdict, count)| {
            // A line is broken between two counts only.
            let words = format!("{count} {}", in_words(verdict)).replace(' ', "\u{a0}");
            ink.verdict(verdict, &words)
        })
        .collect();
    let clauses = match results.summary.total() {
        1 => "1 clause: ".to_owned(),
        total => format!("{total} clauses: "),
    };
    let text = laid_out(&clauses, 2, &counts.join(", "), width.into());
    text.replace('\u{a0}', " ")
}
