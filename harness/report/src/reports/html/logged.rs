//! What servers logged around the lines on which it rests that something did not pass.

use std::cell::Cell;
use std::collections::BTreeMap;

use model::finding::Evidence;
use model::logged;
use model::parallel;
use timeline::ReadRun;

use super::details::Lines;
use super::page::MOST_WALKS;
use crate::logs::{LogLine, Logs};

/// How long before and after a line of evidence, in microseconds.
const AROUND_US: u64 = 500_000;

/// The most lines of a finding: those nearest to its evidence.
const MOST_LINES: usize = 30;

/// The most bytes that they take in the page.
const MOST: usize = 200_000;

/// What servers logged, as far as the page shows any of it.
pub(super) struct Logged<'r> {
    run: &'r ReadRun<'r>,
    /// Of each walk, by number, the lines around all that did not pass.
    of_walks: BTreeMap<usize, Vec<LogLine>>,
    /// For how many bytes there is still room.
    room: Cell<usize>,
}

/// What servers logged around a finding.
pub(super) struct LoggedView {
    /// Where all of it stands, in the run directory.
    pub(super) directory: String,
    /// The lines: when, who, what.
    pub(super) lines: Vec<String>,
    /// How many more there are around the evidence.
    pub(super) more: usize,
}

impl<'r> Logged<'r> {
    /// What is shown, of walks in this order, with these lines of evidence.
    pub(super) fn of(
        run: &'r ReadRun<'r>,
        logs: &Logs,
        (order, lines): (&[usize], &BTreeMap<usize, Lines>),
    ) -> Self {
        let unmet = |number: &usize| Some((*number, &lines.get(number)?.of_unmet));
        let unmet = order.iter().filter_map(unmet);
        let walks: Vec<_> = unmet
            .filter(|(_, of_unmet)| !of_unmet.is_empty())
            .take(MOST_WALKS)
            .collect();
        let read = parallel::map(&walks, |(number, of_unmet)| {
            let moments = moments(run, *number, of_unmet.iter().copied());
            let name = run.walks[*number].name();
            Some((*number, logs.of_walk(name, &spans(&moments))?))
        });
        Logged {
            run,
            of_walks: read.flatten().collect(),
            room: Cell::new(MOST),
        }
    }

    /// What was logged around these lines of a walk. `None`: there are no logs, or there is no room.
    pub(super) fn around(&self, number: usize, evidence: &[Evidence]) -> Option<LoggedView> {
        let logged = self.of_walks.get(&number)?;
        let moments = moments(self.run, number, evidence.iter().map(|line| line.n));
        if moments.is_empty() {
            return None;
        }
        let distance = |line: &LogLine| {
            let moments = moments.iter();
            moments.map(|moment| moment.abs_diff(line.t_us)).min()
        };
        let mut near: Vec<(u64, &LogLine)> = logged
            .iter()
            .filter_map(|line| Some((distance(line)?, line)))
            .filter(|(distance, _)| *distance <= AROUND_US)
            .collect();
        let more = near.len().saturating_sub(MOST_LINES);
        near.sort_by_key(|(distance, _)| *distance);
        near.truncate(MOST_LINES);
        near.sort_by_key(|(_, line)| line.t_us);
        let lines: Vec<String> = near.iter().map(|(_, line)| shown(line)).collect();
        let taken = lines.iter().map(String::len).sum();
        self.room.set(self.room.get().checked_sub(taken)?);
        let walk = self.run.walks[number].name();
        Some(LoggedView {
            directory: format!("{}/{walk}/", logged::DIR),
            lines,
            more,
        })
    }
}

/// When these lines of a walk were written.
fn moments(run: &ReadRun<'_>, number: usize, lines: impl Iterator<Item = u64>) -> Vec<u64> {
    let journal = run.walks[number].journal;
    lines
        .filter_map(|n| Some(journal.record(n)?.t_us))
        .collect()
}

/// The spans around these moments: none overlaps another.
fn spans(moments: &[u64]) -> Vec<(u64, u64)> {
    let mut moments = moments.to_vec();
    moments.sort_unstable();
    let mut spans: Vec<(u64, u64)> = Vec::new();
    for moment in moments {
        let (from, until) = (
            moment.saturating_sub(AROUND_US),
            moment.saturating_add(AROUND_US),
        );
        match spans.last_mut() {
            Some((_, last)) if from <= *last => *last = until,
            _ => spans.push((from, until)),
        }
    }
    spans
}

fn shown(line: &LogLine) -> String {
    let LogLine { t_us, server, text } = line;
    format!("{}{server}: {text}\n", logged::stamp(*t_us))
}
