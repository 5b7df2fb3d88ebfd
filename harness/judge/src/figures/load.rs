//! What the load in the background came to while the backup bore that of both pools (`procedure.capacity` of the
//! requirements; none of the documented statements, so it is required as an objective only).
//!
//! Of callers, what became of the calls that were placed from failover invoked to failback invoked: an outage begins
//! with calls that ask a pool which is not there, and what becomes of those later is not counted. Calls that are under
//! way when a stage ends are not, either.

use std::time::Duration;

use model::Stage;
use model::figure::Measured;
use model::load::{Actor, Kind, Measured as LoadMeasured, Role};
use model::walk::{Timing, Walk};
use timeline::Timeline;
use timeline::load::LoadPart;

use super::{Amount, counted, value};
use crate::checked::{Checked, Objection};

/// In which stages the load of both is the backup's.
const BORNE: [Stage; 2] = [Stage::Failover, Stage::FailedOver];

/// How long an agent's telephone may take to ring, where the target declares nothing.
const RINGS_WITHIN: Duration = Duration::from_secs(2);

/// Calls that nobody carried: refused, not answered, cut short or without media, or not placed because the pools had
/// asked for a pause; and those that agents should have answered, and did not.
pub(super) fn failed(timeline: &Timeline, plan: Option<&Walk>) -> Checked<Amount> {
    let parts = callers(timeline)?;
    let all = LoadMeasured::counted(parts.iter().map(|part| &part.measured));
    let outcome = &all.outcome;
    let unattended = unattended(timeline, plan);
    let told = [
        (outcome.failed, "refused or without a response"),
        (not_answered(&parts, plan), "not answered"),
        (outcome.cut_short, "cut short"),
        (outcome.silent, "without media"),
        (
            all.held_back,
            "not placed, for the pools had asked for a pause",
        ),
        (unattended, "answered by the pool, and by no agent"),
    ];
    let failed = told.iter().map(|(count, _)| *count);
    let failed = failed.fold(0, u64::saturating_add);
    let which = told.iter().filter(|(count, _)| *count > 0);
    let which: Vec<String> = which
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let due = all.attempted.saturating_add(all.held_back);
    let mut why = format!(
        "of {} to both pools' groups, {}, {failed} failed",
        counted(as_count(due), "call", "calls"),
        at_once(timeline)
    );
    if !which.is_empty() {
        why = format!("{why}: {}", which.join(", "));
    }
    Ok(amount(Measured::Value(failed), why, &parts))
}

/// Calls that rang for too long. Where no agent answers, a pool may let them ring.
fn not_answered(parts: &[&LoadPart], plan: Option<&Walk>) -> u64 {
    let is_to_be_answered = |part: &&&LoadPart| kind(plan, part).is_some_and(answers);
    let parts = parts.iter().filter(is_to_be_answered);
    let counts = parts.map(|part| part.measured.outcome.not_answered);
    counts.fold(0, u64::saturating_add)
}

/// Calls that were answered in the failed-over stage, and that no agent answered then: but for those of its end, for
/// which there was no time. Where there are hardly as many agents as calls these may have waited.
fn unattended(timeline: &Timeline, plan: Option<&Walk>) -> u64 {
    let Some(plan) = plan else { return 0 };
    let in_stage = |part: &&LoadPart| part.stage == Some(Stage::FailedOver);
    let parts = timeline.load.iter().filter(in_stage);
    let callers = parts.filter(|part| part.of.role == Role::Callers);
    let missing = callers.filter_map(|part| {
        let kind = kind(Some(plan), part).filter(|kind| answers(kind))?;
        let lasting = kind.lasting + kind.answered_after.unwrap_or_default();
        if kind.agents_of_a_pool() < kind.at_once(lasting.get()).saturating_mul(2) {
            return None;
        }
        let agents = Actor {
            role: Role::Agents,
            ..part.of.clone()
        };
        let agents = timeline.load_of(&agents).filter(in_stage);
        let agents = LoadMeasured::counted(agents.map(|part| &part.measured));
        let at_its_end = u64::from(kind.at_once(rings_within(kind, &plan.timing)));
        let answered = agents.answered.saturating_add(at_its_end);
        Some(part.measured.outcome.answered.saturating_sub(answered))
    });
    missing.fold(0, u64::saturating_add)
}

fn rings_within(kind: &Kind, timing: &Timing) -> Duration {
    let after = kind.answered_after.unwrap_or_default();
    RINGS_WITHIN + timing.alerts_within.get() + after.get()
}

fn kind<'w>(plan: Option<&'w Walk>, part: &LoadPart) -> Option<&'w Kind> {
    plan?.load.as_ref()?.kind(&part.of.kind)
}

const fn answers(kind: &Kind) -> bool {
    kind.answered_after.is_some()
}

/// How soon 99 of 100 were answered, of the kind, the pool and the stage where that took longest.
pub(super) fn answered_within(timeline: &Timeline) -> Checked<Amount> {
    let parts = callers(timeline)?;
    let answered = parts
        .iter()
        .filter(|part| part.measured.outcome.answered > 0);
    let p99 = |part: &LoadPart| part.measured.outcome.to_answer_us.p99;
    let Some(slowest) = answered.max_by_key(|part| p99(part)) else {
        return Err(Objection::inconclusive("no call of the load was answered"));
    };
    let (kind, of) = (&slowest.of.kind, slowest.of.of);
    let stage = slowest.stage.map_or("no", Stage::word);
    let why = format!("those of the kind `{kind}`, to groups of the {of}, in the {stage} stage");
    Ok(amount(value(p99(slowest)), why, &[slowest]))
}

/// The packets that callers did not receive, by the numbers of those that came. Calls in which none came have
/// [`failed`].
pub(super) fn media_lost(timeline: &Timeline) -> Checked<Amount> {
    let parts = callers(timeline)?;
    let heard = LoadMeasured::counted(parts.iter().map(|part| &part.measured)).heard;
    let lost = heard.lost;
    let all = u128::from(lost) + u128::from(heard.received);
    if all == 0 {
        return Err(Objection::inconclusive("no call of the load had media"));
    }
    let why = format!("{lost} of {all} packets did not come");
    let permille = (1_000 * u128::from(lost)).div_ceil(all);
    let permille = u64::try_from(permille).unwrap_or(u64::MAX);
    Ok(amount(Measured::Value(permille), why, &parts))
}

/// What callers measured while the backup bore both loads, if they could place what they were to place.
fn callers(timeline: &Timeline) -> Checked<Vec<&LoadPart>> {
    let is_borne = |part: &&LoadPart| part.stage.is_some_and(|stage| BORNE.contains(&stage));
    let callers = timeline
        .load
        .iter()
        .filter(|part| part.of.role == Role::Callers);
    let parts: Vec<&LoadPart> = callers.filter(is_borne).collect();
    let all = LoadMeasured::counted(parts.iter().map(|part| &part.measured));
    if all.attempted.saturating_add(all.held_back) == 0 {
        return Err(Objection::inconclusive(
            "no call of the load was placed while the backup stood in",
        ));
    }
    for (count, why) in [
        (all.missed, "the load's own machine was too busy for"),
        (
            all.too_many,
            "the load's callers had too many calls at once already to place",
        ),
    ] {
        if count > 0 {
            let calls = counted(as_count(count), "call", "calls");
            return Err(Objection::inconclusive(format!("{why} {calls}")));
        }
    }
    Ok(parts)
}

/// How many calls there were at once at the most, in the stage where there were more: those of each kind and pool
/// together, whose peaks need not have been at the same moment.
fn at_once(timeline: &Timeline) -> String {
    let at_once = BORNE.map(|stage| {
        let parts = timeline
            .load
            .iter()
            .filter(|part| part.stage == Some(stage));
        let callers = parts.filter(|part| part.of.role == Role::Callers);
        let at_once = callers.map(|part| part.measured.most_at_once);
        at_once.fold(0, u64::saturating_add)
    });
    format!(
        "up to {} at once",
        at_once.into_iter().max().unwrap_or_default()
    )
}

fn amount(measured: Measured, why: String, parts: &[&LoadPart]) -> Amount {
    Amount::new(measured, why).at(parts.iter().map(|part| part.position))
}

fn as_count(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
