//! How a verdict is shown.

use model::Verdict;

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

/// The verdict in running text.
pub(super) fn in_words(verdict: Verdict) -> String {
    verdict.word().replace('-', " ")
}

/// Whether the mark alone does not say enough.
pub(super) fn needs_explanation(verdict: Verdict) -> bool {
    !matches!(verdict, Verdict::Pass | Verdict::NotJudged)
}
