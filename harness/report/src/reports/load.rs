//! What reports for people say of the load in the background: rows of words.

use std::collections::BTreeMap;

use model::Stage;
use model::load::{Histogram, LoadResult, Measured, Role};
use model::results::Results;

use super::wording::grouped;

/// What the columns of a row are.
pub(super) const COLUMNS: [&str; 8] = [
    "placed",
    "answered",
    "failed",
    "cut short",
    "at once",
    "answer p50",
    "answer p99",
    "RTP lost",
];

/// The callers of one kind, to the groups of one pool.
pub(super) fn callers(results: &Results) -> impl Iterator<Item = &LoadResult> {
    let load = results.load.iter();
    load.filter(|load| load.role == Role::Callers)
}

/// `capacity: waiting, to the primary's groups`
pub(super) fn title(load: &LoadResult) -> String {
    let LoadResult { walk, kind, of, .. } = load;
    format!("{walk}: {kind}, to the {of}'s groups")
}

/// What stands in the columns.
pub(super) fn row(measured: &Measured) -> [String; COLUMNS.len()] {
    let heard = &measured.heard;
    [
        grouped(measured.attempted),
        grouped(measured.answered),
        grouped(measured.failed_in_all()),
        grouped(measured.cut_short),
        grouped(measured.most_at_once),
        time(&measured.to_answer_us, measured.to_answer_us.p50),
        time(&measured.to_answer_us, measured.to_answer_us.p99),
        share(heard.lost, heard.received),
    ]
}

/// Why calls failed, and what else went wrong: nothing where nothing did.
pub(super) fn troubles(measured: &Measured) -> Option<String> {
    let failed = measured.failed.iter();
    let failed = failed.map(|(why, count)| (why.as_str(), *count));
    let others = [
        ("end not confirmed", measured.not_confirmed),
        ("given up", measured.given_up),
        ("held back", measured.held_back),
        ("too many", measured.too_many),
        ("missed", measured.missed),
        ("silent", measured.heard.silent),
    ];
    let all = failed.chain(others).filter(|(_, count)| *count > 0);
    let all: Vec<String> = all
        .map(|(what, count)| format!("{} {what}", grouped(count)))
        .collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// Of each walk with a load, how many of its agents were registered when each stage ended, as far as they knew.
pub(super) fn registered(results: &Results) -> Vec<String> {
    let walks = results.load.chunk_by(|one, next| one.walk == next.walk);
    let in_walk = |load: &[LoadResult]| {
        let agents = load.iter().filter(|load| load.role == Role::Agents);
        let mut counts: BTreeMap<Stage, u64> = BTreeMap::new();
        for part in agents.flat_map(|load| &load.stages) {
            if let Some(stage) = part.stage {
                let count = counts.entry(stage).or_default();
                *count = count.saturating_add(part.measured.registered);
            }
        }
        let counts = counts.into_iter();
        let by_stage: Vec<String> = counts
            .map(|(stage, count)| format!("{stage} {}", grouped(count)))
            .collect();
        let walk = load.first().map_or("", |load| &load.walk);
        format!(
            "{walk}: agents registered at the end of {}",
            by_stage.join(", ")
        )
    };
    walks.map(in_walk).collect()
}

/// Microseconds: `0.5 ms`, `2.1 s`; nothing of no values.
fn time(of: &Histogram, us: u64) -> String {
    match (of.count, us) {
        (0, _) => "-".to_owned(),
        (_, 0..1_000_000) => format!("{}.{} ms", us / 1_000, us % 1_000 / 100),
        (_, _) => format!("{}.{} s", us / 1_000_000, us % 1_000_000 / 100_000),
    }
}

fn share(lost: u64, received: u64) -> String {
    let (lost, received) = (u128::from(lost), u128::from(received));
    match (lost * 1_000).checked_div(lost + received) {
        None => "-".to_owned(),
        Some(permille) => format!("{}.{}%", permille / 10, permille % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_their_own_unit() {
        let of = Histogram::of(vec![(1, 1)]);
        let times = [0, 480, 999_960, 2_130_000].map(|us| time(&of, us));
        assert_eq!(times, ["0.0 ms", "0.4 ms", "999.9 ms", "2.1 s"]);
        assert_eq!(time(&Histogram::default(), 0), "-");
    }
}
