//! How many clauses have which verdict, and what the exit code says of the run.

use model::Verdict;
use model::clause::Observation;
use model::results::Results;
use model::topology::Pool;

use super::ink::Ink;
use crate::paragraph::paragraph;
use crate::reports::wording::{in_words, meaning};

/// The counts, what they were measured by where that is not the release's, and the exit code with
/// its meaning.
pub(super) fn summary(results: &Results, width: u16, ink: &Ink) -> String {
    let code = results.exit_code;
    let meaning = meaning(code, results);
    let counts = counts(results, width, ink);
    let observed = observed(results, width);
    let yardstick = yardstick(results, width);
    let ran = ran(results, width);
    format!(
        "{counts}{observed}{ran}{yardstick}exit code {}: {meaning}\n",
        code.code()
    )
}

/// How many of the passes were observed on the wire, and how many are what the target answered.
fn observed(results: &Results, width: u16) -> String {
    let passes = results.clauses.iter();
    let passes = passes.filter(|clause| clause.verdict == Verdict::Pass);
    let (mut wire, mut answered) = (0, 0);
    for clause in passes {
        match clause.observed {
            Some(Observation::OnTheWire) => wire += 1,
            Some(Observation::Answered) => answered += 1,
            None => {}
        }
    }
    if wire + answered == 0 {
        return String::new();
    }
    let words = format!("{wire} on the wire, {answered} in what the target's verbs answered");
    paragraph("passes observed: ", 2, &words, width.into())
}

/// What ran as the pools, where that was written down: it need not be what the target is called.
fn ran(results: &Results, width: u16) -> String {
    let pools = Pool::BOTH.map(|pool| results.ran.get(&pool.host()));
    match pools {
        [Some(primary), Some(backup)] if primary == backup => {
            paragraph("pools: ", 2, &primary.join(", "), width.into())
        }
        pools => {
            let each = Pool::BOTH.iter().zip(pools);
            let each = each.filter_map(|(pool, ran)| Some(format!("{pool}: {}", ran?.join(", "))));
            let each: Vec<String> = each.collect();
            match each.is_empty() {
                true => String::new(),
                false => paragraph("pools: ", 2, &each.join("; "), width.into()),
            }
        }
    }
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
    let text = paragraph(&clauses, 2, &counts.join(", "), width.into());
    text.replace('\u{a0}', " ")
}
