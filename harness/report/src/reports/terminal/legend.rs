//! What the marks mean.

use model::Verdict;

use super::fill::fill;
use crate::reports::wording::{in_words, mark};

/// Every mark with its verdict.
pub(super) fn legend(width: u16) -> String {
    let order = [
        Verdict::Pass,
        Verdict::Fail,
        Verdict::Inconclusive,
        Verdict::Deviation,
        Verdict::Unsupported,
        Verdict::Error,
        Verdict::NotJudged,
    ];
    let meanings = order.map(|verdict| format!("{} {}", mark(verdict), in_words(verdict)));
    fill("", 0, &meanings, width)
}
