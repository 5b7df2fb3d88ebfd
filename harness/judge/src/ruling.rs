//! What a check comes to: a [`Proof`] that the statement held, or an [`Objection`].
//!
//! Checks return [`Checked`], so that `?` stops at the first thing that is not proven.
//! [`weigh`] brings the rulings over several calls or attempts together, [`together`] those over the
//! parts of one statement: the worst one decides.

use std::collections::BTreeMap;

use model::Verdict;

use crate::mark::Mark;

/// A check's result.
pub(crate) type Checked<T = Proof> = Result<T, Objection>;

/// The statement was observed to hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Proof {
    /// What was observed, in a sentence.
    pub(crate) reason: String,
    /// The lines that it rests on.
    pub(crate) evidence: Vec<u64>,
    /// What was measured: name with unit, value.
    pub(crate) figures: BTreeMap<String, f64>,
    /// When the first call or attempt that was judged began; absent: when the stage did.
    pub(crate) attempt: Option<Mark>,
}

/// Why a statement did not pass.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Objection {
    /// Anything but [`Verdict::Pass`].
    pub(crate) verdict: Verdict,
    /// Why, in a sentence.
    pub(crate) reason: String,
    /// The lines that it rests on.
    pub(crate) evidence: Vec<u64>,
    /// When the first call or attempt that was judged began; absent: when the stage did.
    pub(crate) attempt: Option<Mark>,
}

impl Proof {
    /// A proof that rests on nothing yet.
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Proof {
            reason: reason.into(),
            ..Proof::default()
        }
    }

    /// Adds a line that it rests on.
    pub(crate) fn at(mut self, mark: Mark) -> Self {
        self.evidence.push(mark.n);
        self
    }

    /// Adds a line that it rests on, where there is one.
    pub(crate) fn at_any(self, mark: Option<Mark>) -> Self {
        match mark {
            Some(mark) => self.at(mark),
            None => self,
        }
    }

    /// Adds a measured time, in milliseconds.
    pub(crate) fn measured(mut self, name: &str, us: u64) -> Self {
        self.figures.insert(name.to_owned(), milliseconds(us));
        self
    }

    /// Rests on `other` as well; of two measurements of a name the greater stays.
    pub(crate) fn and(mut self, other: Proof) -> Self {
        self.evidence.extend(other.evidence);
        for (name, value) in other.figures {
            let kept = self.figures.entry(name).or_insert(value);
            *kept = kept.max(value);
        }
        self
    }
}

impl Objection {
    fn new(verdict: Verdict, reason: impl Into<String>) -> Self {
        Objection {
            verdict,
            reason: reason.into(),
            evidence: Vec::new(),
            attempt: None,
        }
    }

    /// Observed otherwise than documented.
    pub(crate) fn fail(reason: impl Into<String>) -> Self {
        Objection::new(Verdict::Fail, reason)
    }

    /// A precondition, the fault, or the observation itself is missing.
    pub(crate) fn inconclusive(reason: impl Into<String>) -> Self {
        Objection::new(Verdict::Inconclusive, reason)
    }

    /// The target says that it lacks the capability.
    pub(crate) fn unsupported(reason: impl Into<String>) -> Self {
        Objection::new(Verdict::Unsupported, reason)
    }

    /// The harness's own trouble.
    pub(crate) fn error(reason: impl Into<String>) -> Self {
        Objection::new(Verdict::Error, reason)
    }

    /// Adds a line that it rests on.
    pub(crate) fn at(mut self, mark: Mark) -> Self {
        self.evidence.push(mark.n);
        self
    }
}

/// Brings the rulings over several calls or attempts together, each with the mark at which it
/// began. The worst decides: fail, inconclusive, unsupported, pass; of several equally bad ones
/// the first gives the reason. None at all is inconclusive, for the reason that `none` gives.
pub(crate) fn weigh(
    rulings: impl IntoIterator<Item = (Mark, Checked)>,
    none: impl FnOnce() -> String,
) -> Checked {
    let (mut proofs, mut objections) = (Vec::new(), Vec::new());
    let mut attempt: Option<Mark> = None;
    for (mark, ruling) in rulings {
        attempt = Some(attempt.map_or(mark, |first| first.min(mark)));
        match ruling {
            Ok(proof) => proofs.push(proof),
            Err(objection) => objections.push(objection),
        }
    }
    let worst = Verdict::worst(objections.iter().map(|objection| objection.verdict));
    let decisive = objections.into_iter().find(|o| o.verdict == worst);
    if let Some(objection) = decisive {
        return Err(Objection {
            attempt,
            ..objection
        });
    }
    let count = proofs.len();
    let Some(mut proof) = proofs.into_iter().reduce(Proof::and) else {
        return Err(Objection::inconclusive(none()));
    };
    match count {
        1 => {}
        2 => proof.reason.push_str("; and one more like it"),
        _ => proof
            .reason
            .push_str(&format!("; and {} more like it", count - 1)),
    }
    proof.attempt = attempt;
    Ok(proof)
}

/// Brings the parts of one statement together: all of them must hold. As [`weigh`], but the reasons
/// of all parts are told, and what was judged began with the first of their attempts.
pub(crate) fn together<const N: usize>(scene_began: Mark, parts: [Checked; N]) -> Checked {
    let attempts = parts.iter().filter_map(|part| match part {
        Ok(proof) => proof.attempt,
        Err(objection) => objection.attempt,
    });
    let attempt = attempts.min();
    let reasons: Vec<String> = parts.iter().flatten().map(|p| p.reason.clone()).collect();
    let parts = parts.into_iter().map(|part| (scene_began, part));
    match weigh(parts, String::new) {
        Ok(proof) => Ok(Proof {
            reason: reasons.join("; "),
            attempt,
            ..proof
        }),
        Err(objection) => Err(Objection {
            attempt,
            ..objection
        }),
    }
}

/// Microseconds as figures give them.
#[expect(
    clippy::cast_precision_loss,
    reason = "a walk lasts minutes, and 2^53 microseconds are 285 years"
)]
fn milliseconds(us: u64) -> f64 {
    us as f64 / 1_000.0
}
