//! How verdicts, cases and exit codes are put, in whatever is read by people.

use model::clause::Observation;
use model::exit_code::ExitCode;
use model::figure::Unit;
use model::printable::line;
use model::results::Results;
use model::topology::Pool;
use model::{Activity, Clause, Stage, Tables, Verdict};

/// The mark of a verdict in the table.
pub const fn mark(verdict: Verdict) -> char {
    match verdict {
        Verdict::Pass => '✓',
        Verdict::Fail => '✗',
        Verdict::Inconclusive => '?',
        Verdict::Deviation => '~',
        Verdict::Unsupported => '∅',
        Verdict::Error => '!',
        Verdict::NotJudged => '·',
    }
}

/// A number, with its thousands apart: `1,200`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// The verdict in running text.
pub(crate) fn in_words(verdict: Verdict) -> String {
    verdict.word().replace('-', " ")
}

/// Whether the mark alone does not say enough.
pub(super) fn needs_explanation(verdict: Verdict) -> bool {
    !matches!(verdict, Verdict::Pass | Verdict::NotJudged)
}

/// The verdict on a clause, whether or not the run was asked for it.
pub(super) fn verdict_of(results: &Results, clause: &Clause) -> Verdict {
    let found = results.clauses.iter().find(|result| result.id == clause.id);
    found.map_or(Verdict::NotJudged, |result| result.verdict)
}

/// `anonymous-not-imported` as the document would say it; spaces let narrow cells wrap.
pub(super) fn case_in_words(case: &str) -> String {
    let (of, condition) = if let Some(of) = case.strip_suffix("not-imported") {
        (of, "not imported")
    } else if let Some(of) = case.strip_suffix("imported") {
        (of, "imported")
    } else {
        (case, "")
    };
    let parts = [of.trim_end_matches('-'), condition];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}

/// The statements of this stage and activity, each with its mark.
pub(super) fn marked(
    results: &Results,
    tables: &Tables,
    stage: Stage,
    activity: Activity,
) -> Vec<String> {
    let clauses = tables.clauses.iter();
    clauses
        .filter(|clause| clause.stage == stage && clause.activity == activity)
        .map(|clause| {
            let mark = mark(verdict_of(results, clause));
            format!("{mark} {}", line(&case_in_words(&clause.case)))
        })
        .collect()
}

/// A value with its unit, as tables have it.
pub(super) fn shown(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Milliseconds => format!("{:.3} s", value / 1_000.0),
        Unit::Count => format!("{value}"),
        Unit::PerMille => format!("{:.1}%", value / 10.0),
    }
}

/// How many of the passes were observed on the wire, and how many are what the target answered; nothing,
/// where there are none.
pub(super) fn passes_observed(results: &Results) -> Option<String> {
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
    let words = format!("{wire} on the wire, {answered} in what the target's verbs answered");
    (wire + answered > 0).then_some(words)
}

/// What ran as the pools, where that was written down: it need not be what the target is called.
pub(super) fn ran(results: &Results) -> Option<String> {
    let pools = Pool::BOTH.map(|pool| results.ran.get(&pool.host()));
    match pools {
        [None, None] => None,
        [Some(primary), Some(backup)] if primary == backup => Some(primary.join(", ")),
        pools => {
            let each = Pool::BOTH.iter().zip(pools);
            let each = each.filter_map(|(pool, ran)| Some(format!("{pool}: {}", ran?.join(", "))));
            Some(each.collect::<Vec<String>>().join("; "))
        }
    }
}

/// What an exit code says of the run.
pub(crate) fn meaning(code: ExitCode, results: &Results) -> &'static str {
    meaning_of_run(code, &results.elsewhere, &results.objectives)
}

/// The same, of a run of which other shards have the walks `elsewhere`, and that had these objectives.
pub(crate) fn meaning_of_run<T>(
    code: ExitCode,
    elsewhere: &[String],
    objectives: &[T],
) -> &'static str {
    if code == ExitCode::Incomplete && !elsewhere.is_empty() {
        return "the run is incomplete: other shards have the rest of its walks";
    }
    if !objectives.is_empty() {
        return of_objectives_too(code);
    }
    match code {
        ExitCode::Passed => "every clause asked for was judged, and passed",
        ExitCode::Failed => "at least one clause failed",
        ExitCode::Inconclusive => "none failed, at least one is inconclusive",
        ExitCode::Incomplete => "the run is incomplete: a clause asked for was never judged",
        ExitCode::HarnessFailed => "the harness or its environment failed",
        ExitCode::Usage => "wrong usage",
    }
}

/// The same of a run that had objectives.
const fn of_objectives_too(code: ExitCode) -> &'static str {
    match code {
        ExitCode::Passed => "every clause and objective asked for was judged, and passed",
        ExitCode::Failed => "at least one clause or objective failed",
        ExitCode::Inconclusive => "none failed, at least one clause or objective is inconclusive",
        ExitCode::Incomplete => {
            "the run is incomplete: a clause or objective asked for was never judged"
        }
        ExitCode::HarnessFailed => "the harness or its environment failed",
        ExitCode::Usage => "wrong usage",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_apart() {
        let grouped = [0, 12, 999, 1_000, 1_234, 1_234_567].map(grouped);
        let expected = ["0", "12", "999", "1,000", "1,234", "1,234,567"];
        assert_eq!(grouped, expected);
    }
}
