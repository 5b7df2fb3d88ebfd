//! The load in the background: what it came to by stage, with how its times to answer are distributed.

use std::fmt::Write as _;

use model::load::{Histogram, LoadResult, Measured, Role};
use model::results::Results;
use timeline::ReadRun;

use crate::reports::load::{COLUMNS, callers, registered, row, title, troubles};

/// The width of a plot in its own units, and its height.
const WIDTH: u32 = 1_000;
const HEIGHT: f64 = 20.0;

/// How many bars a plot has; ten of them are ten times as long a time.
const BARS: usize = 60;

/// The time with which the first bar begins, as a power of ten of a microsecond: 0.1 ms. The last one ends with 100 s.
const FIRST: f64 = 2.0;

/// All of the load.
pub(super) struct LoadView {
    pub(super) columns: [&'static str; COLUMNS.len()],
    pub(super) kinds: Vec<KindView>,
    /// How many agents were signed in, by walk.
    pub(super) agents: Vec<String>,
}

/// Callers of one kind, to the groups of one pool.
pub(super) struct KindView {
    pub(super) title: String,
    pub(super) parts: Vec<PartView>,
}

/// What they came to in a stage, or in all.
pub(super) struct PartView {
    pub(super) name: &'static str,
    pub(super) cells: [String; COLUMNS.len()],
    pub(super) troubles: Option<String>,
    /// The bars, as a path, and where half of all calls were answered.
    pub(super) bars: String,
    pub(super) median: Option<usize>,
}

impl LoadView {
    /// Of a run; none where no walk had a load.
    pub(super) fn of(results: &Results, run: &ReadRun<'_>) -> Option<LoadView> {
        let kinds = callers(results).map(|load| KindView {
            title: title(load),
            parts: parts(load, run),
        });
        let kinds: Vec<KindView> = kinds.collect();
        (!kinds.is_empty()).then(|| LoadView {
            columns: COLUMNS,
            kinds,
            agents: registered(results),
        })
    }
}

/// By stage as the journal has it, with each value, and in all.
fn parts(load: &LoadResult, run: &ReadRun<'_>) -> Vec<PartView> {
    let walks = run.walks.iter().filter(|walk| walk.name() == load.walk);
    let timelines = walks.filter_map(|walk| walk.timeline.as_ref().ok());
    let told = timelines.flat_map(|timeline| &timeline.load);
    let told = told.filter(|part| {
        let of = &part.of;
        part.stage.is_some()
            && of.role == Role::Callers
            && (&of.kind, of.of) == (&load.kind, load.of)
    });
    let by_stage = told.map(|part| {
        let name = part.stage.map_or("", model::Stage::word);
        PartView::of(name, &part.measured)
    });
    by_stage
        .chain([PartView::of("in all", &load.in_all)])
        .collect()
}

impl PartView {
    fn of(name: &'static str, measured: &Measured) -> PartView {
        let Histogram {
            count, p50, values, ..
        } = &measured.to_answer_us;
        PartView {
            name,
            cells: row(measured),
            troubles: troubles(measured),
            bars: bars(values.as_deref().unwrap_or_default()),
            median: (*count > 0).then(|| place(*p50)),
        }
    }
}

/// Bars of these values, the highest of which has the whole height.
fn bars(values: &[(u64, u64)]) -> String {
    let mut counts = [0_u64; BARS];
    for (value, often) in values {
        let count = &mut counts[bar(*value)];
        *count = count.saturating_add(*often);
    }
    let most = counts.iter().max().copied().unwrap_or_default();
    let mut path = String::new();
    for (place, count) in counts
        .into_iter()
        .enumerate()
        .filter(|(_, count)| *count > 0)
    {
        // What occurred at all is to be seen.
        let height = (number(count) / number(most) * HEIGHT).max(1.0);
        let left = place * WIDTH as usize / BARS;
        let width = WIDTH as usize / BARS;
        let _ = write!(path, "M{left} {HEIGHT}v-{height:.0}h{width}v{height:.0}z");
    }
    path
}

/// In which bar a time is, in microseconds.
fn bar(us: u64) -> usize {
    let bar = (number(us.max(1)).log10() - FIRST) * 10.0;
    (bar.max(0.0) as usize).min(BARS - 1)
}

/// Where the middle of a time's bar is.
fn place(us: u64) -> usize {
    (2 * bar(us) + 1) * WIDTH as usize / (2 * BARS)
}

/// A value as plots have it.
fn number(value: u64) -> f64 {
    f64::from(u32::try_from(value).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_time_has_its_bar_and_what_is_beyond_the_last() {
        let bars = [0, 99, 100, 1_000, 1_000_000, 99_000_000, u64::MAX].map(bar);
        assert_eq!(bars, [0, 0, 0, 10, 40, 59, 59]);
    }

    #[test]
    fn the_highest_bar_has_the_whole_height_and_every_other_is_seen() {
        assert_eq!(super::bars(&[]), "");
        assert_eq!(
            super::bars(&[(100, 1_000), (1_000, 1)]),
            "M0 20v-20h16v20zM166 20v-1h16v1z"
        );
    }
}
