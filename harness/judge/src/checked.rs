//! What a check gives: [`Support`], that what was observed is as documented, or an [`Objection`].
//!
//! Checks return [`Checked`], so that `?` stops at the first thing that is not proven.
//! [`worst_of`] brings the results of a check of several calls or attempts together, [`all_of`] those
//! of the parts of one statement.

use std::collections::BTreeMap;

use model::Verdict;
use model::verb::Row;

use timeline::harness::Trouble;
use timeline::operation::{Answer, NoAnswer, Operation};
use timeline::position::Position;
use timeline::{ReadError, Timeline};

/// A check's result.
pub(crate) type Checked<T = Support> = Result<T, Objection>;

/// What was observed is as documented, or what a check needs was observed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Support {
    /// What was observed, in a sentence.
    pub(crate) reason: String,
    /// The lines that it rests on.
    pub(crate) evidence: Vec<u64>,
    /// What was measured: name with unit, value.
    pub(crate) figures: BTreeMap<String, f64>,
    /// When the first call or attempt that was judged began; absent: when the stage did.
    pub(crate) attempt: Option<Position>,
}

/// Of what an objection speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Matter {
    /// When something came, or that it did not: a machine that stood still may be why.
    Timing,
    /// What a listing or a message says, whenever it came.
    Words,
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
    /// Of what it speaks.
    pub(crate) matter: Matter,
}

impl Support {
    /// Support by no line yet.
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Support {
            reason: reason.into(),
            ..Support::default()
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

    /// Adds a number of things.
    pub(crate) fn counted(mut self, name: &str, count: usize) -> Self {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.figures.insert(name.to_owned(), f64::from(count));
        self
    }

    /// Rests on what `other` rests on as well; of two measurements of a name the greater stays.
    pub(crate) fn and(mut self, other: Support) -> Self {
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
            matter: Matter::Timing,
        }
    }

    /// Observed otherwise than documented.
    pub(crate) fn fail(reason: impl Into<String>) -> Self {
        Objection::new(Verdict::Fail, reason)
    }

    /// Said otherwise than documented: in a listing or a message.
    pub(crate) fn misstated(reason: impl Into<String>) -> Self {
        Objection {
            matter: Matter::Words,
            ..Objection::fail(reason)
        }
    }

    /// Shown otherwise than was acknowledged: a matter of time as well, where the target declares that
    /// changes take some to show.
    pub(crate) fn unshown(timeline: &Timeline, reason: impl Into<String>) -> Self {
        match timeline.shows_after_us {
            0 => Objection::misstated(reason),
            _ => Objection::fail(reason),
        }
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

/// The worst result of a check of several calls or attempts, each with the position at which it
/// began. The order is: fail, inconclusive, unsupported, pass; of several equally bad ones
/// the first gives the reason. None at all is inconclusive, for the reason that `none` gives.
pub(crate) fn worst_of(
    results: impl IntoIterator<Item = (Position, Checked)>,
    none: impl FnOnce() -> String,
) -> Checked {
    let (mut supports, mut objections) = (Vec::new(), Vec::new());
    let mut attempt: Option<Position> = None;
    for (position, result) in results {
        attempt = Some(attempt.map_or(position, |first| first.min(position)));
        match result {
            Ok(support) => supports.push(support),
            Err(objection) => objections.push(objection),
        }
    }
    if let Some(objection) = worst_objection(objections) {
        return Err(Objection {
            attempt,
            ..objection
        });
    }
    let count = supports.len();
    let Some(mut support) = supports.into_iter().reduce(Support::and) else {
        return Err(Objection::inconclusive(none()));
    };
    match count {
        1 => {}
        2 => support.reason.push_str("; and one more like it"),
        _ => support
            .reason
            .push_str(&format!("; and {} more like it", count - 1)),
    }
    support.attempt = attempt;
    Ok(support)
}

/// The worst of several objections, of equally bad ones the first. Of two fails that is worse which no
/// machine that stood still can have brought about.
pub(crate) fn worst_objection(
    objections: impl IntoIterator<Item = Objection>,
) -> Option<Objection> {
    objections.into_iter().reduce(worse)
}

fn worse(first: Objection, second: Objection) -> Objection {
    let worst = Verdict::worst([first.verdict, second.verdict]);
    match (first.verdict == worst, second.verdict == worst) {
        (true, true) if first.matter < second.matter => second,
        (true, _) => first,
        _ => second,
    }
}

/// What several checks give that must all hold; or the worst objection that one of them has.
pub(crate) fn every<T>(results: impl IntoIterator<Item = Checked<T>>) -> Checked<Vec<T>> {
    let (mut all, mut objections) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(one) => all.push(one),
            Err(objection) => objections.push(objection),
        }
    }
    worst_objection(objections).map_or(Ok(all), Err)
}

/// Two things that must both hold. A fail of either comes before anything else that is wrong with
/// the other: what was seen to be otherwise stays so, whatever else was not seen.
pub(crate) fn both<A, B>(first: Checked<A>, second: Checked<B>) -> Checked<(A, B)> {
    match (first, second) {
        (Ok(first), Ok(second)) => Ok((first, second)),
        (Err(objection), Ok(_)) | (Ok(_), Err(objection)) => Err(objection),
        (Err(first), Err(second)) => Err(worse(first, second)),
    }
}

/// The same result, unless something was found that fails the statement whatever else was seen.
pub(crate) fn unless(found: Option<Objection>, result: Checked) -> Checked {
    let attempt = match &result {
        Ok(support) => support.attempt,
        Err(objection) => objection.attempt,
    };
    match (found, result) {
        (None, result) => result,
        (Some(found), Err(objection)) => Err(Objection {
            attempt,
            ..worse(objection, found)
        }),
        (Some(found), Ok(_)) => Err(Objection { attempt, ..found }),
    }
}

/// Brings the parts of one statement together: all must be as documented. As [`worst_of`], but the
/// reasons of all parts are told, and what was judged began with the first of their attempts.
pub(crate) fn all_of<const N: usize>(began: Position, parts: [Checked; N]) -> Checked {
    let attempts = parts.iter().filter_map(|part| match part {
        Ok(support) => support.attempt,
        Err(objection) => objection.attempt,
    });
    let attempt = attempts.min();
    let reasons: Vec<String> = parts.iter().flatten().map(|p| p.reason.clone()).collect();
    let parts = parts.into_iter().map(|part| (began, part));
    match worst_of(parts, String::new) {
        Ok(support) => Ok(Support {
            reason: reasons.join("; "),
            attempt,
            ..support
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

/// What an operation listed, and when. That it was refused is a fail.
///
/// # Errors
///
/// As [`answer`], or fail.
pub(crate) fn listed(operation: &Operation) -> Checked<(Position, &[Row])> {
    match answer(operation)? {
        (position, Answer::Done(rows)) => Ok((position, rows)),
        (position, Answer::Refused(why)) => {
            let why = format!("{} was refused: {why}", operation.words());
            Err(Objection::fail(why).at(operation.invoked).at(position))
        }
    }
}

/// Leaves out the operations that nobody answered, where the partner did.
pub(crate) fn answered_first<'t>(
    timeline: &Timeline,
    operations: impl Iterator<Item = &'t Operation>,
) -> impl Iterator<Item = &'t Operation> {
    operations.filter(|operation| !timeline.partner_answered(operation))
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
            let why = format!("{} never ended", words());
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

/// That no actor reported an error: what it saw or did cannot be relied on.
pub(crate) fn untroubled(timeline: &Timeline) -> Checked<()> {
    match timeline.troubles.first() {
        None => Ok(()),
        Some(Trouble {
            position,
            actor,
            what,
        }) => {
            let why = format!("actor {actor} reported an error at {position}: {what}");
            Err(Objection::error(why).at(*position))
        }
    }
}
