//! The judge: a pure function from a journal and the documented statements to findings.
//!
//! ```text
//! journal ─► timeline ─► steady state, fault ─► checker of the activity ─► finding
//! tables ────────────────────── clause ──────────────────┘
//! ```
//!
//! - [`timeline`] (a crate of its own) brings a walk's lines into the shape in which checks ask for
//!   them, and judges nothing.
//! - `scope` is what a clause that the walk asks speaks of: a stage, a condition, and windows.
//! - `steady` and `fault` (with `probes`) are what must be proven before anything is said of a
//!   stage, and `contradiction` that nobody received what nobody can have sent.
//! - `activity` has one checker for each activity (with `held`, `unreachable`, `sign_in`,
//!   `modify`): a function of a scope and of what is expected, never of a clause's id.
//! - `rows` is what listings and consoles must show, row by row, and `acknowledged` what must be read of
//!   what was changed, however much later; `details` is what nobody changes.
//! - `own_groups` is what calls to the backup's own groups come to, which no stage may disturb.
//! - `conversation` is what a new call must come to, `queue_timeout` until when it may wait for that,
//!   `invariant` what must be true of agents in every stage, `quality` how media must come that is to be listened to.
//! - `starved` is what the environment's trouble leaves of a verdict.
//! - `misread` is what listings and consoles show that they may not, with `acknowledged` (values and marks) and
//!   `details`.
//! - `anonymity` is what no end of an anonymous call may receive, which two activities answer for.
//! - `control` is what a negative observation needs; `checked` what a check gives.
//! - `claims` comes after all of them: what the target says of its own limits.
//! - [`results`](mod@results) puts all of this together for a whole run.
//! - `figures` is what a walk measured as a whole, whatever any clause says.
//!
//! # What leads to which verdict
//!
//! | observed | verdict |
//! | --- | --- |
//! | as documented, or as one of the clause's alternatives says | pass |
//! | otherwise | fail |
//! | not at all; or the stage, the steady state, the fault, the condition or a control is missing | inconclusive |
//! | an actor says that it received what nobody can have sent by then | inconclusive |
//! | a machine stood still, for long enough to have brought it about | inconclusive |
//! | media as nobody can listen to, where links are impaired or a machine stood still | inconclusive |
//! | a disk was full (507), so that there is no answer | inconclusive |
//! | the target says that it lacks the verb, or does not claim what a part of the statement speaks of | unsupported |
//! | a line is missing, or an actor had trouble of its own | error |
//!
//! # What comes before what
//!
//! 1. What makes *everything* that was seen doubtful: a line is missing, an actor had trouble of its
//!    own; no steady state, a fault that probes did not see begin, hold or end, something heard that
//!    nobody can have sent. Nothing passes or fails then.
//! 2. A *fail* of anything that the clause speaks of: one call of several, one half of a statement.
//!    What else could not be observed, or has no control, does not hide it.
//! 3. Inconclusive, then unsupported: what was not observed of the clause, or of a control.
//! 4. A pass: every call, attempt and half of it is as documented.
//!
//! So a check looks at all that a clause speaks of before it asks for a control of what it did *not*
//! see. Two exceptions, both in favour of the target: a fail stands only if no alternative reading
//! of the clause passes, or could have; and neither fail nor pass stands that a machine which stood
//! still may have brought about (`starved`), unless it speaks of words.
//!
//! # Imported or not
//!
//! It is decided for each attempt, by the line that says that the import was done: an attempt that
//! began after it is imported, one that was decided before the import was invoked is not, one in
//! between is neither and counts for clauses with no condition only. The attempt of a held call is the
//! placing of that call. [`Finding::imported`] says it of the first attempt that was judged; where
//! calls of an earlier stage are judged under no condition, of the beginning of the stage.

mod acknowledged;
mod activity;
mod anonymity;
mod checked;
mod claims;
mod contradiction;
mod control;
mod conversation;
mod details;
mod fault;
mod figures;
mod held;
mod hold;
mod invariant;
mod misread;
mod modify;
mod own_groups;
mod probes;
mod quality;
mod queue_timeout;
pub mod results;
mod rows;
mod scope;
mod sign_in;
mod starved;
mod steady;
mod talk;
mod unreachable;

pub use claims::with_claims;
pub use figures::{figures, walk_figures};
pub use results::{Policy, results};

use model::claims::{Capability, Claims};
use model::clause::{Clause, Condition, Expectation, Tables};
use model::finding::{Evidence, Finding, WalkResult};
use model::journal::{Journal, WalkJournal};
use model::{Verdict, parallel};

use crate::activity::{agents, configuration, connected, in_progress, new_calls, on_behalf};
use crate::anonymity::Disclosures;
use crate::checked::{Checked, Objection, Support, untroubled};
use crate::contradiction::Contradiction;
use crate::misread::Misread;
use crate::scope::Scope;
use timeline::position::Position;
use timeline::{ReadRun, ReadWalk, Timeline};

/// Judges a run: one finding for each clause and each walk that asks it, in the tables' order,
/// walks in the journal's. Nothing is said of a part of a statement that speaks of what the target does not
/// claim; where it claims nothing, of a whole statement see [`with_claims`].
pub fn judge(journal: &Journal, tables: &Tables) -> Vec<Finding> {
    judge_run(&ReadRun::of(journal), tables)
}

/// As [`judge`], of a run that was read already.
pub fn judge_run(run: &ReadRun<'_>, tables: &Tables) -> Vec<Finding> {
    let claims = run.header.claims.as_ref();
    let walks = parallel::map(&run.walks, |walk| judge_claimed(walk, tables, claims));
    let mut findings: Vec<Finding> = walks.flatten().collect();
    let place = |finding: &Finding| tables.clauses.iter().position(|c| c.id == finding.clause);
    findings.sort_by_key(place);
    findings
}

/// Judges one walk: one finding for each clause that it asks, in the tables' order. Of a walk whose
/// first line does not say what it asks, every clause is an error.
pub fn judge_walk(walk: &WalkJournal, tables: &Tables) -> Vec<Finding> {
    judge_claimed(&ReadWalk::of(walk), tables, None)
}

/// Judges one walk of a target that claims this; of one that says nothing of that, everything is asked.
fn judge_claimed(walk: &ReadWalk<'_>, tables: &Tables, claims: Option<&Claims>) -> Vec<Finding> {
    let clauses = match timeline::walk(walk.journal) {
        Some(loaded) => loaded.judged(tables),
        None => tables.clauses.iter().collect(),
    };
    let read = walk.timeline.as_ref().map(|timeline| {
        let whole = WholeWalk::of(timeline, walk.journal, claims);
        (timeline, whole)
    });
    let is_random = timeline::walk(walk.journal).is_some_and(|walk| walk.random.is_some());
    clauses
        .into_iter()
        .filter_map(|clause| match &read {
            Ok((timeline, whole)) => {
                let result = match observable(timeline, whole, clause, tables) {
                    Ok((scope, fault)) => {
                        let result = judge_clause(&scope, whole, clause);
                        // Whatever a random walk does not happen to show, the others do.
                        if is_random && is_inconclusive(&result) {
                            return None;
                        }
                        starved::undisturbed(&scope, result.map(|support| support.and(fault)))
                    }
                    Err(objection) => Err(objection),
                };
                Some(finding(
                    clause,
                    walk.name(),
                    explained(timeline, result),
                    |attempt| imported(timeline, clause, attempt),
                ))
            }
            Err(error) => {
                let result = Err(Objection::from(**error));
                Some(finding(clause, walk.name(), result, |_| false))
            }
        })
        .collect()
}

/// Judges a walk's healthy stage alone: whether agents, calls and the control group were as they
/// must be before anything is said of an outage. A control walk, which has no other stage, must
/// find nothing wrong.
///
/// # Errors
///
/// [`Unsteady`]: why not.
pub fn steady_state(walk: &WalkJournal) -> Result<(), Unsteady> {
    let checks = || {
        let timeline = Timeline::read(walk)?;
        untroubled(&timeline)?;
        steady::steady(&timeline)
    };
    checks().map_err(|objection| Unsteady {
        verdict: objection.verdict,
        reason: objection.reason,
    })
}

/// Why a healthy stage was not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Unsteady {
    /// Inconclusive, or the harness's own error.
    pub verdict: Verdict,
    /// Why, in a sentence.
    pub reason: String,
}

/// What is looked for in a walk as a whole, once for all its clauses.
struct WholeWalk {
    contradiction: Option<Contradiction>,
    disclosures: Disclosures,
    misread: Misread,
}

impl WholeWalk {
    fn of(timeline: &Timeline, walk: &WalkJournal, claims: Option<&Claims>) -> Self {
        let claimed = claims.is_none_or(|claims| {
            let mut capabilities = claims.capabilities.iter();
            capabilities.any(|capability| *capability == Capability::AnonymousCalls)
        });
        let disclosures = Disclosures::of(timeline, walk);
        WholeWalk {
            contradiction: contradiction::contradiction(timeline),
            disclosures: match claimed {
                true => disclosures,
                false => disclosures.not_claimed(),
            },
            misread: Misread::of(timeline),
        }
    }
}

/// Everything that must hold before a checker is asked: what the clause speaks of, and the proof of the fault.
fn observable<'t>(
    timeline: &'t Timeline,
    whole: &WholeWalk,
    clause: &Clause,
    tables: &Tables,
) -> Checked<(Scope<'t>, Support)> {
    untroubled(timeline)?;
    steady::steady(timeline)?;
    let scope = Scope::of(timeline, clause.stage, clause.condition, tables.windows)?;
    let fault = fault::proven(&scope)?;
    contradiction::credible(whole.contradiction.as_ref(), scope.end)?;
    Ok((scope, fault))
}

fn judge_clause(scope: &Scope<'_>, whole: &WholeWalk, clause: &Clause) -> Checked {
    match check(scope, whole, &clause.expect) {
        Err(objection) if objection.verdict == Verdict::Fail => {
            otherwise(scope, whole, clause, objection)
        }
        result => result,
    }
}

fn is_inconclusive(result: &Checked) -> bool {
    let objection = result.as_ref().err();
    objection.is_some_and(|objection| objection.verdict == Verdict::Inconclusive)
}

/// The result by the clause's other legitimate readings: a pass if one of them passes; and no fail
/// if one of them may have passed, had more been observed. A reading that the judge cannot tell from the
/// first (calls on behalf that are *disabled*, or that *fail*) changes nothing: it is there for readers.
fn otherwise(
    scope: &Scope<'_>,
    whole: &WholeWalk,
    clause: &Clause,
    objection: Objection,
) -> Checked {
    let mut open = None;
    for alternative in &clause.alternatives {
        match check(scope, whole, &alternative.expect) {
            Ok(support) => {
                let reason = format!(
                    "{}, by another legitimate reading: {}",
                    support.reason, alternative.why
                );
                return Ok(Support { reason, ..support });
            }
            Err(other) if other.verdict == Verdict::Fail => {}
            Err(other) => open = open.or(Some(other)),
        }
    }
    Err(match open {
        None => objection,
        Some(other) => Objection {
            reason: format!(
                "{}; but by another legitimate reading: {}",
                objection.reason, other.reason
            ),
            evidence: [objection.evidence, other.evidence].concat(),
            ..other
        },
    })
}

/// Asks the checker of the activity.
fn check(scope: &Scope<'_>, whole: &WholeWalk, expect: &Expectation) -> Checked {
    match *expect {
        Expectation::Connected { calls, outcome } => {
            connected::check(scope, &whole.disclosures, calls, outcome)
        }
        Expectation::InProgress { outcome } => in_progress::check(scope, outcome),
        Expectation::New { outcome } => new_calls::check(scope, &whole.disclosures, outcome),
        Expectation::OnBehalf { outcome } => on_behalf::check(scope, &whole.disclosures, outcome),
        Expectation::Agents {
            groups,
            shown,
            sign_in,
        } => agents::check(scope, whole, groups, shown, sign_in),
        Expectation::Configuration {
            groups,
            control_panel,
            shell,
            modify,
        } => configuration::check(
            scope,
            &whole.misread,
            groups,
            (control_panel, shell),
            modify,
        ),
    }
}

/// Whether what was judged came after the import.
fn imported(timeline: &Timeline, clause: &Clause, attempt: Option<Position>) -> bool {
    let begin = || {
        timeline
            .stages
            .get(&clause.stage)
            .map(|interval| interval.begin)
    };
    match clause.condition {
        Condition::Imported => timeline.import().is_some(),
        Condition::NotImported => false,
        Condition::All => attempt
            .or_else(begin)
            .is_some_and(|position| timeline.imported(position) == Some(true)),
    }
}

/// The result, for readers who know who plays which role from the scenarios' files only.
fn explained(timeline: &Timeline, result: Checked) -> Checked {
    let drawn = &timeline.drawn;
    match result {
        Ok(support) => Ok(Support {
            reason: drawn.explained(&support.reason),
            ..support
        }),
        Err(objection) => Err(Objection {
            reason: drawn.explained(&objection.reason),
            ..objection
        }),
    }
}

/// What is made of a check's result.
fn finding(
    clause: &Clause,
    walk: &str,
    result: Checked,
    imported: impl FnOnce(Option<Position>) -> bool,
) -> Finding {
    let (verdict, support) = match result {
        Ok(support) => (Verdict::Pass, support),
        Err(Objection {
            verdict,
            reason,
            evidence,
            attempt,
            matter: _,
        }) => (
            verdict,
            Support {
                reason,
                evidence,
                attempt,
                ..Support::default()
            },
        ),
    };
    let mut lines = support.evidence;
    lines.sort_unstable();
    lines.dedup();
    Finding {
        clause: clause.id.clone(),
        result: WalkResult {
            walk: walk.to_owned(),
            imported: imported(support.attempt),
            verdict,
            reason: support.reason,
            evidence: lines
                .into_iter()
                .map(|n| Evidence {
                    walk: walk.to_owned(),
                    n,
                })
                .collect(),
            figures: support.figures,
        },
    }
}
