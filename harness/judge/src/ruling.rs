//! What a check comes to: a [`Basis`] that the statement held, or an [`Objection`].
//!
//! Checks return [`Checked`], so that `?` stops at the first thing that is not proven.
//! [`weigh`] brings the rulings over several calls or attempts together, [`together`] those over the
//! parts of one statement: the worst one decides.

use std::collections::BTreeMap;

use model::Verdict;

use timeline::harness::Trouble;
use timeline::operation::{Answer, NoAnswer, Operation};
use timeline::position::Position;
use timeline::{ReadError, Timeline};

/// A check's result.
pub(crate) type Checked<T = Basis> = Result<T, Objection>;

/// The statement was observed to hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Basis {
    /// What was observed, in a sentence.
    pub(crate) reason: String,
    /// The lines that it rests on.
    pub(crate) evidence: Vec<u64>,
    /// What was measured: name with unit, value.
    pub(crate) figures: BTreeMap<String, f64>,
    /// When the first call or attempt that was judged began; absent: when the stage did.
    pub(crate) attempt: Option<Position>,
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
    pub(crate) attempt: Option<Position>,
}

impl Basis {
    /// A basis that rests on nothing yet.
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Basis {
            reason: reason.into(),
            ..Basis::default()
        }
    }

    /// Adds a line that it rests on.
    pub(crate) fn at(mut self, position: Position) -> Self {
        self.evidence.push(position.n);
        self
    }

    /// Adds a line that it rests on, where there is one.
    pub(crate) fn at_any(self, position: Option<Position>) -> Self {
        match position {
            Some(position) => self.at(position),
            None => self,
        }
    }

    /// Adds a measured time, in milliseconds.
    pub(crate) fn measured(mut self, name: &str, us: u64) -> Self {
        self.figures.insert(name.to_owned(), milliseconds(us));
        self
    }

    /// Rests on `other` as well; of two measurements of a name the greater stays.
    pub(crate) fn and(mut self, other: Basis) -> Self {
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
    pub(crate) fn at(mut self, position: Position) -> Self {
        self.evidence.push(position.n);
        self
    }
}

/// Brings the rulings over several calls or attempts together, each with the position at which it
/// began. The worst decides: fail, inconclusive, unsupported, pass; of several equally bad ones
/// the first gives the reason. None at all is inconclusive, for the reason that `none` gives.
pub(crate) fn weigh(
    rulings: impl IntoIterator<Item = (Position, Checked)>,
    none: impl FnOnce() -> String,
) -> Checked {
    let (mut bases, mut objections) = (Vec::new(), Vec::new());
    let mut attempt: Option<Position> = None;
    for (position, ruling) in rulings {
        attempt = Some(attempt.map_or(position, |first| first.min(position)));
        match ruling {
            Ok(basis) => bases.push(basis),
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
    let count = bases.len();
    let Some(mut basis) = bases.into_iter().reduce(Basis::and) else {
        return Err(Objection::inconclusive(none()));
    };
    match count {
        1 => {}
        2 => basis.reason.push_str("; and one more like it"),
        _ => basis
            .reason
            .push_str(&format!("; and {} more like it", count - 1)),
    }
    basis.attempt = attempt;
    Ok(basis)
}

/// Brings the parts of one statement together: all of them must hold. As [`weigh`], but the reasons
/// of all parts are told, and what was judged began with the first of their attempts.
pub(crate) fn together<const N: usize>(scene_began: Position, parts: [Checked; N]) -> Checked {
    let attempts = parts.iter().filter_map(|part| match part {
        Ok(basis) => basis.attempt,
        Err(objection) => objection.attempt,
    });
    let attempt = attempts.min();
    let reasons: Vec<String> = parts.iter().flatten().map(|p| p.reason.clone()).collect();
    let parts = parts.into_iter().map(|part| (scene_began, part));
    match weigh(parts, String::new) {
        Ok(basis) => Ok(Basis {
            reason: reasons.join("; "),
            attempt,
            ..basis
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

impl From<ReadError> for Objection {
    fn from(error: ReadError) -> Self {
        let objection = Objection::error(error.to_string());
        match error.position() {
            Some(position) => objection.at(position),
            None => objection,
        }
    }
}

/// The definite answer to an operation and when it came.
///
/// # Errors
///
/// Unsupported where the target lacks the verb; inconclusive where nobody answered: a time-out is
/// no refusal.
pub(crate) fn answer(operation: &Operation) -> Checked<(Position, Answer<'_>)> {
    let words = || operation.words();
    operation.answer().map_err(|missing| match missing {
        NoAnswer::NeverEnded => {
            let why = format!("{} never came to an end", words());
            Objection::inconclusive(why).at(operation.invoked)
        }
        NoAnswer::Unsupported(position) => {
            let why = format!("the target lacks the verb: {}", words());
            Objection::unsupported(why).at(position)
        }
        NoAnswer::Unanswered(position, why) => {
            let why = format!("{} got no answer ({why}), which is no refusal", words());
            Objection::inconclusive(why).at(position)
        }
    })
}

/// That no actor had trouble of its own: what it saw or did cannot be relied on.
pub(crate) fn untroubled(timeline: &Timeline) -> Checked<()> {
    match timeline.troubles.first() {
        None => Ok(()),
        Some(Trouble {
            position,
            actor,
            what,
        }) => {
            let why = format!("{actor} had trouble of its own at {position}: {what}");
            Err(Objection::error(why).at(*position))
        }
    }
}
