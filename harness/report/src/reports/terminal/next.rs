//! What to do next: the commands that lead from a verdict to what it rests on.

use std::fmt::Write as _;

use model::Verdict;
use model::clause_result::ClauseResult;
use model::finding::Evidence;
use model::printable::line;
use model::results::Results;

use crate::reports::html;
use crate::reports::wording::needs_explanation;
use crate::run_dir::JOURNAL;

/// The commands, with the first clause that did not pass for an example; and how to judge again.
pub(super) fn commands(results: &Results, run_dir: &str) -> String {
    let run_dir = &line(run_dir);
    let mut text = String::new();
    if !results.elsewhere.is_empty() {
        text.push_str("\nTo judge all shards together: rgdrill merge RUN... --out DIR\n");
    } else if results.summary.count(Verdict::NotJudged) > 0 {
        text.push_str(
            "\nNo walk that was run judges what is marked `·`; without --walk, all are run.\n",
        );
    }
    let mut clauses = results.clauses.iter();
    if let Some(result) = clauses.find(|result| needs_explanation(result.verdict)) {
        text.push_str(&of_clause(result, run_dir));
    }
    let run = quoted(run_dir);
    let page = quoted(&format!("{run_dir}/{}", html::REPORT.file));
    let _ = writeln!(
        text,
        "\nRun directory: {run}\nTo look at it: {page}\nTo judge it again: rgdrill recheck {run}"
    );
    text
}

fn of_clause(result: &ClauseResult, run_dir: &str) -> String {
    let id = line(&result.id.0);
    let mut text = format!("\nHow the clause is read:      rgdrill list clauses {id}\n");
    if let Some(Evidence { walk, n }) = evidence(result) {
        let journal = quoted(&format!("{run_dir}/{JOURNAL}"));
        let walk = line(walk);
        let _ = writeln!(
            text,
            "To see the evidence:         jq 'select(.walk == \"{walk}\" and .n == {n})' {journal}"
        );
    }
    let _ = writeln!(
        text,
        "To run only its walks again: rgdrill certify --clause {id}\n{:29}(and the options of this run)",
        ""
    );
    text
}

/// The first line that the clause's verdict rests on.
fn evidence(result: &ClauseResult) -> Option<&Evidence> {
    let walks = result.walks.iter();
    walks
        .filter(|walk| walk.verdict == result.verdict)
        .find_map(|walk| walk.evidence.first())
}

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "._-/+@%:".contains(c);
    if !path.is_empty() && path.chars().all(is_plain) {
        return path.to_owned();
    }
    format!("'{}'", path.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_spaces_is_one_word_to_a_shell() {
        assert_eq!(quoted("runs/latest"), "runs/latest");
        assert_eq!(quoted("my runs/it's"), r"'my runs/it'\''s'");
    }
}
