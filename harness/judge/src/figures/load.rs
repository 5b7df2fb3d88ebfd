//! What the load in the background came to while the backup bore that of both pools: the statement
//! `procedure.capacity`. Outages begin with calls that ask a pool which is not there; those are not counted, but
//! what is placed from failover invoked to failback invoked.

use model::Stage;
use model::load::{Measured as LoadMeasured, Role};
use timeline::Timeline;
use timeline::load::LoadPart;

use super::{Amount, counted, value};
use crate::checked::{Checked, Objection};
use model::figure::Measured;

/// In which stages the load of both is the backup's.
const BORNE: [Stage; 2] = [Stage::Failover, Stage::FailedOver];

/// Calls that were not answered, or that could not be placed because the pools had asked for a pause.
pub(super) fn failed(timeline: &Timeline) -> Checked<Amount> {
    let parts = callers(timeline)?;
    let all = LoadMeasured::counted(parts.iter().map(|part| &part.measured));
    let (placed, held_back) = (all.attempted, all.held_back);
    let failed = all.failed_in_all().saturating_add(held_back);
    let why = format!(
        "of {} to both pools' groups, {}, {failed} failed, {held_back} of them for they were held back",
        counted(as_count(placed), "call", "calls"),
        at_once(timeline)
    );
    Ok(amount(Measured::Value(failed), why, &parts))
}

/// How soon 99 of 100 were answered, of the kind, the pool and the stage where that took longest.
pub(super) fn answered_within(timeline: &Timeline) -> Checked<Amount> {
    let parts = callers(timeline)?;
    let answered = parts.iter().filter(|part| part.measured.answered > 0);
    let Some(slowest) = answered.max_by_key(|part| part.measured.to_answer_us.p99) else {
        return Err(Objection::inconclusive("no call of the load was answered"));
    };
    let (kind, of) = (&slowest.of.kind, slowest.of.of);
    let stage = slowest.stage.map_or("no", Stage::word);
    let why = format!("those of the kind `{kind}`, to groups of the {of}, in the {stage} stage");
    let p99 = slowest.measured.to_answer_us.p99;
    Ok(amount(value(p99), why, &[slowest]))
}

/// The packets that callers did not receive, by the numbers of those that came.
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

/// What callers measured while the backup bore both loads.
fn callers(timeline: &Timeline) -> Checked<Vec<&LoadPart>> {
    let is_borne = |part: &&LoadPart| part.stage.is_some_and(|stage| BORNE.contains(&stage));
    let callers = timeline
        .load
        .iter()
        .filter(|part| part.of.role == Role::Callers);
    let parts: Vec<&LoadPart> = callers.filter(is_borne).collect();
    let missed = LoadMeasured::counted(parts.iter().map(|part| &part.measured)).missed;
    match parts.iter().any(|part| part.measured.attempted > 0) {
        true if missed == 0 => Ok(parts),
        true => Err(Objection::inconclusive(format!(
            "the load's own machine was too busy for {}",
            counted(as_count(missed), "call", "calls")
        ))),
        false => Err(Objection::inconclusive(
            "no call of the load was placed while the backup stood in",
        )),
    }
}

/// How many calls there were at once when the stages were over.
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
