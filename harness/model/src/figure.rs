//! What a walk measured as a whole, and what is required of it: recovery time, recovery point,
//! calls lost.
//!
//! The judge takes [`Figure`]s out of a journal, one for each [`Measure`] and walk. They are
//! reported whether or not anything is required of them; an [objective](Objectives) makes a
//! requirement of one, with a verdict of its own.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Verdict;
use crate::finding::Evidence;

/// Something that is measured over a whole walk. Less is better, of each.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// From failover invoked to the first new call to a group of the primary that an agent
    /// answered: recovery time.
    RecoveryTimeMs,
    /// From the last export that was done before the outage to the outage: recovery point. What is
    /// changed within it is in no export.
    RecoveryPointMs,
    /// From the outage to the last lost call's end, as its parties noticed it.
    DisconnectMs,
    /// From the outage to the last of the primary's agents being registered elsewhere.
    RegisteredAgainMs,
    /// Configuration changes that the primary accepted after the last export and before the outage.
    ChangesLost,
    /// Regular calls, connected to an agent when the outage began, that were lost.
    RegularCallsLost,
    /// Anonymous calls, connected to an agent when the outage began, that were lost.
    AnonymousCallsLost,
    /// Calls that waited for an agent when the outage began, and were lost.
    CallsInProgressLost,
    /// Of the packets that an end of a call was sent over a stage, how many in a thousand it did not
    /// receive, where that was the most.
    MediaLossPermille,
    /// Of the audio that an end of a call would have heard without a break over a stage, how much in a
    /// thousandth was missing, where that was the most.
    MediaMissingPermille,
    /// The interarrival jitter (RFC 3550 section 6.4.1) at an end of a call, on average over a stage,
    /// where that was the greatest.
    MediaJitterMs,
    /// Calls of the load in the background that failed, or could not be placed, while the backup bore the load
    /// of both pools.
    LoadCallsFailed,
    /// The time within which 99 of 100 calls of one kind of that load were answered meanwhile, where that was the
    /// longest.
    LoadToAnswerMs,
    /// Of the packets of that load's media, how many in a thousand its callers did not receive meanwhile.
    LoadMediaLossPermille,
}

/// What a measure counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Milliseconds.
    Milliseconds,
    /// How many there are.
    Count,
    /// How many in a thousand.
    PerMille,
}

/// What was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measured {
    /// This much, in the measure's unit.
    Value(u64),
    /// It had not come to its end when the walk had: this much, or more.
    AtLeast(u64),
    /// Nothing that can be relied on: the verdict (inconclusive or error) that this makes of a
    /// requirement.
    Unproven(Verdict),
}

/// What one walk says of one measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// What is measured.
    pub measure: Measure,
    /// The walk.
    pub walk: String,
    /// How much it is.
    pub measured: Measured,
    /// What it rests on, in a sentence that names times and actors.
    pub reason: String,
    /// The lines that it rests on, in order.
    pub evidence: Vec<Evidence>,
}

/// What is required: the most that each measure may be, in its unit.
pub type Objectives = BTreeMap<Measure, u64>;

/// How several values of one thing are distributed. Values are in the unit of what they are of.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Distribution {
    /// How many there are.
    pub samples: u64,
    /// The least.
    pub min: f64,
    /// The least that at least half of them do not exceed.
    pub median: f64,
    /// The least that at least 95 of 100 do not exceed.
    pub p95: f64,
    /// The greatest.
    pub max: f64,
}

/// What all walks say of one measure: a member of `figures` in `results.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FigureResult {
    /// What is measured; the name says the unit.
    pub name: Measure,
    /// How the values are distributed, over all walks that have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distribution: Option<Distribution>,
    /// What each walk says, in the journal's order.
    pub walks: Vec<WalkFigure>,
}

/// What one walk says of a measure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WalkFigure {
    /// The walk.
    pub walk: String,
    /// How much it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<u64>,
    /// It had not come to its end when the walk had: this much, or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u64>,
    /// What it rests on, or why there is neither.
    pub reason: String,
    /// The lines that it rests on, in order.
    pub evidence: Vec<Evidence>,
}

/// The result of a requirement: a member of `objectives` in `results.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectiveResult {
    /// What is measured.
    pub name: Measure,
    /// The most that it may be, in its unit.
    pub at_most: u64,
    /// The worst over the walks.
    pub verdict: Verdict,
    /// What each walk says, in the journal's order.
    pub walks: Vec<WalkObjective>,
}

/// What one walk says of a requirement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WalkObjective {
    /// The walk.
    pub walk: String,
    /// Its verdict.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
    /// The lines that it rests on, in order.
    pub evidence: Vec<Evidence>,
}

impl Measure {
    /// All of them, as reports list them.
    pub const ALL: [Measure; 14] = [
        Measure::RecoveryTimeMs,
        Measure::RecoveryPointMs,
        Measure::DisconnectMs,
        Measure::RegisteredAgainMs,
        Measure::ChangesLost,
        Measure::RegularCallsLost,
        Measure::AnonymousCallsLost,
        Measure::CallsInProgressLost,
        Measure::MediaLossPermille,
        Measure::MediaMissingPermille,
        Measure::MediaJitterMs,
        Measure::LoadCallsFailed,
        Measure::LoadToAnswerMs,
        Measure::LoadMediaLossPermille,
    ];

    /// Those of the load in the background, which only walks with one measure.
    pub const OF_LOAD: [Measure; 3] = [
        Measure::LoadCallsFailed,
        Measure::LoadToAnswerMs,
        Measure::LoadMediaLossPermille,
    ];

    /// The word that files use.
    pub const fn word(self) -> &'static str {
        match self {
            Measure::RecoveryTimeMs => "recovery_time_ms",
            Measure::RecoveryPointMs => "recovery_point_ms",
            Measure::DisconnectMs => "disconnect_ms",
            Measure::RegisteredAgainMs => "registered_again_ms",
            Measure::ChangesLost => "changes_lost",
            Measure::RegularCallsLost => "regular_calls_lost",
            Measure::AnonymousCallsLost => "anonymous_calls_lost",
            Measure::CallsInProgressLost => "calls_in_progress_lost",
            Measure::MediaLossPermille => "media_loss_permille",
            Measure::MediaMissingPermille => "media_missing_permille",
            Measure::MediaJitterMs => "media_jitter_ms",
            Measure::LoadCallsFailed => "load_calls_failed",
            Measure::LoadToAnswerMs => "load_to_answer_ms",
            Measure::LoadMediaLossPermille => "load_media_loss_permille",
        }
    }

    /// What it is, in a few words for reports.
    pub const fn about(self) -> &'static str {
        match self {
            Measure::RecoveryTimeMs => "failover invoked to first new call answered",
            Measure::RecoveryPointMs => "last export to outage",
            Measure::DisconnectMs => "outage to last lost call noticed",
            Measure::RegisteredAgainMs => "outage to last agent registered again",
            Measure::ChangesLost => "configuration changes lost since the last export",
            Measure::RegularCallsLost => "regular calls lost",
            Measure::AnonymousCallsLost => "anonymous calls lost",
            Measure::CallsInProgressLost => "calls in progress lost",
            Measure::MediaLossPermille => "packets lost of one end's media",
            Measure::MediaMissingPermille => "audio missing of one end's media",
            Measure::MediaJitterMs => "jitter of one end's media",
            Measure::LoadCallsFailed => "load of both pools at the backup: calls failed",
            Measure::LoadToAnswerMs => "load of both pools at the backup: 99% answered within",
            Measure::LoadMediaLossPermille => "load of both pools at the backup: packets lost",
        }
    }

    /// What it counts in.
    pub const fn unit(self) -> Unit {
        match self {
            Measure::RecoveryTimeMs
            | Measure::RecoveryPointMs
            | Measure::DisconnectMs
            | Measure::RegisteredAgainMs
            | Measure::MediaJitterMs
            | Measure::LoadToAnswerMs => Unit::Milliseconds,
            Measure::MediaLossPermille
            | Measure::MediaMissingPermille
            | Measure::LoadMediaLossPermille => Unit::PerMille,
            Measure::ChangesLost
            | Measure::LoadCallsFailed
            | Measure::RegularCallsLost
            | Measure::AnonymousCallsLost
            | Measure::CallsInProgressLost => Unit::Count,
        }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl Unit {
    /// A value of this unit, for readers: `1.250 s`, `0.4%`, or the number.
    pub fn show(self, value: u64) -> String {
        match self {
            Unit::Milliseconds => format!("{}.{:03} s", value / 1_000, value % 1_000),
            Unit::Count => value.to_string(),
            Unit::PerMille => format!("{}.{}%", value / 10, value % 10),
        }
    }
}

impl Distribution {
    /// How `values` are distributed; nothing of none. Those that are no numbers are left out.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Distribution> {
        let mut values: Vec<f64> = values.into_iter().filter(|value| !value.is_nan()).collect();
        values.sort_by(f64::total_cmp);
        Some(Distribution {
            samples: values.len() as u64,
            min: *values.first()?,
            median: percentile(&values, 50)?,
            p95: percentile(&values, 95)?,
            max: *values.last()?,
        })
    }
}

/// The nearest-rank percentile of sorted values: one of them, never one in between.
fn percentile(sorted: &[f64], percent: usize) -> Option<f64> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

impl FigureResult {
    /// Brings the figures together, by measure; a measure of which there is none is left out.
    pub fn all(figures: &[Figure]) -> Vec<FigureResult> {
        let of = |measure| {
            let walks: Vec<WalkFigure> = figures
                .iter()
                .filter(|figure| figure.measure == measure)
                .map(WalkFigure::of)
                .collect();
            (!walks.is_empty()).then(|| FigureResult {
                name: measure,
                distribution: Distribution::of(walks.iter().filter_map(|walk| exact(walk.value?))),
                walks,
            })
        };
        Measure::ALL.into_iter().filter_map(of).collect()
    }
}

/// A value as distributions have it. Milliseconds and counts of a drill are far below 2^53.
fn exact(value: u64) -> Option<f64> {
    u32::try_from(value).ok().map(f64::from)
}

impl WalkFigure {
    fn of(figure: &Figure) -> WalkFigure {
        let (value, at_least) = match figure.measured {
            Measured::Value(value) => (Some(value), None),
            Measured::AtLeast(value) => (None, Some(value)),
            Measured::Unproven(_) => (None, None),
        };
        WalkFigure {
            walk: figure.walk.clone(),
            value,
            at_least,
            reason: figure.reason.clone(),
            evidence: figure.evidence.clone(),
        }
    }
}

impl ObjectiveResult {
    /// What the requirements come to. One on which no walk says anything was not judged.
    pub fn all(objectives: &Objectives, figures: &[Figure]) -> Vec<ObjectiveResult> {
        let of = |(&name, &at_most)| {
            let walks: Vec<WalkObjective> = figures
                .iter()
                .filter(|figure| figure.measure == name)
                .map(|figure| WalkObjective::of(figure, at_most))
                .collect();
            ObjectiveResult {
                name,
                at_most,
                verdict: Verdict::worst(walks.iter().map(|walk| walk.verdict)),
                walks,
            }
        };
        objectives.iter().map(of).collect()
    }
}

impl WalkObjective {
    /// What had not come to its end is a failure only where it was watched for longer than it may
    /// take.
    fn of(figure: &Figure, at_most: u64) -> WalkObjective {
        let unit = figure.measure.unit();
        let limit = unit.show(at_most);
        let (verdict, reason) = match figure.measured {
            Measured::Value(value) if value <= at_most => {
                let shown = unit.show(value);
                (Verdict::Pass, format!("{shown} of at most {limit}"))
            }
            Measured::Value(value) => {
                let shown = unit.show(value);
                (Verdict::Fail, format!("{shown}, at most {limit} allowed"))
            }
            Measured::AtLeast(value) => {
                let shown = unit.show(value);
                let verdict = if value > at_most {
                    Verdict::Fail
                } else {
                    Verdict::Inconclusive
                };
                (
                    verdict,
                    format!("not within {shown}, at most {limit} allowed"),
                )
            }
            Measured::Unproven(verdict) => (verdict, "not measured".to_owned()),
        };
        WalkObjective {
            walk: figure.walk.clone(),
            verdict,
            reason: format!("{reason}: {}", figure.reason),
            evidence: figure.evidence.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn a_distribution_shows_values_that_were_measured() {
        let distribution = Distribution::of([3.0, 1.0, 2.0, 10.0]).unwrap();
        let Distribution {
            samples,
            min,
            median,
            p95,
            max,
        } = distribution;
        assert_eq!((samples, min, median, p95, max), (4, 1.0, 2.0, 10.0, 10.0));
    }

    #[test]
    fn of_nothing_there_is_no_distribution() {
        assert_eq!(Distribution::of([]), None);
        assert_eq!(Distribution::of([f64::NAN]), None);
    }

    #[rstest]
    #[case::as_much_as_allowed(Measured::Value(100), Verdict::Pass)]
    #[case::more(Measured::Value(101), Verdict::Fail)]
    #[case::watched_for_longer_than_allowed(Measured::AtLeast(101), Verdict::Fail)]
    #[case::not_watched_for_long_enough(Measured::AtLeast(100), Verdict::Inconclusive)]
    #[case::nothing_proven(Measured::Unproven(Verdict::Inconclusive), Verdict::Inconclusive)]
    #[case::the_harness_s_trouble(Measured::Unproven(Verdict::Error), Verdict::Error)]
    fn an_objective_comes_to_what_was_measured(
        #[case] measured: Measured,
        #[case] verdict: Verdict,
    ) {
        let figure = Figure {
            measure: Measure::RecoveryTimeMs,
            walk: "kill".to_owned(),
            measured,
            reason: "so it was".to_owned(),
            evidence: Vec::new(),
        };
        let objectives = Objectives::from([(Measure::RecoveryTimeMs, 100)]);
        let results = ObjectiveResult::all(&objectives, &[figure]);
        assert_eq!(results[0].verdict, verdict);
    }

    #[test]
    fn an_objective_on_which_no_walk_says_anything_was_not_judged() {
        let objectives = Objectives::from([(Measure::ChangesLost, 0)]);
        let results = ObjectiveResult::all(&objectives, &[]);
        assert_eq!(results[0].verdict, Verdict::NotJudged);
    }

    #[test]
    fn every_measure_has_one_word_in_files_and_reports() {
        for measure in Measure::ALL {
            assert_eq!(
                serde_json::to_string(&measure).unwrap(),
                format!("\"{}\"", measure.word())
            );
        }
    }
}
