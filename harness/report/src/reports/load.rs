//! What reports for people say of the load in the background: rows of words.

use model::load::{Histogram, LoadResult, Measured, Role};
use model::results::Results;

/// What the columns of a row are.
pub(super) const COLUMNS: [&str; 8] = [
    "placed",
    "answered",
    "failed",
    "cut short",
    "at once",
    "p50",
    "p99",
    "lost",
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
        ("missed", measured.missed),
        ("silent", measured.heard.silent),
    ];
    let all = failed.chain(others).filter(|(_, count)| *count > 0);
    let all: Vec<String> = all
        .map(|(what, count)| format!("{} {what}", grouped(count)))
        .collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// Of each walk with a load, how many of its agents were signed in at the end of the healthy stage: all of them,
/// and what became of those of each pool later.
pub(super) fn signed_in(results: &Results) -> Vec<String> {
    let mut walks: Vec<&str> = results.load.iter().map(|load| load.walk.as_str()).collect();
    walks.dedup();
    let in_walk = |walk: &&str| {
        let agents = results.load.iter();
        let agents = agents.filter(|load| load.walk == *walk && load.role == Role::Agents);
        let agents: Vec<&LoadResult> = agents.collect();
        let stages = agents.iter().flat_map(|load| &load.stages);
        let mut reached: Vec<_> = stages.filter_map(|part| part.stage).collect();
        reached.sort_unstable();
        reached.dedup();
        let by_stage = reached.into_iter().map(|stage| {
            let parts = agents.iter().flat_map(|load| &load.stages);
            let parts = parts.filter(|part| part.stage == Some(stage));
            let count: u64 = parts.map(|part| part.measured.registered).sum();
            format!("{stage} {}", grouped(count))
        });
        let by_stage: Vec<String> = by_stage.collect();
        format!(
            "{walk}: agents signed in at the end of {}",
            by_stage.join(", ")
        )
    };
    walks.iter().map(in_walk).collect()
}

/// A number, with its thousands apart: `1,200`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
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
    fn thousands_are_apart() {
        let grouped = [0, 12, 123, 1_234, 1_234_567].map(grouped);
        assert_eq!(grouped, ["0", "12", "123", "1,234", "1,234,567"]);
    }

    #[test]
    fn times_are_told_in_their_own_unit() {
        let of = Histogram::of(vec![(1, 1)]);
        let times = [0, 480, 999_960, 2_130_000].map(|us| time(&of, us));
        assert_eq!(times, ["0.0 ms", "0.4 ms", "999.9 ms", "2.1 s"]);
        assert_eq!(time(&Histogram::default(), 0), "-");
    }
}
