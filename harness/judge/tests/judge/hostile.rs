//! A journal is a file that anybody may have written: no number in it makes the judge panic.

use std::ops::Range;
use timeline::ReadWalk;

use model::journal::{Record, WalkJournal};

use crate::drill;
use crate::world;

/// Numbers at the ends of what anything counts in.
const EXTREMES: [u64; 3] = [0, u32::MAX as u64, u64::MAX];

/// How many numbers are passed over for each that is changed: a prime, so that all kinds have their
/// turn.
const STRIDE: usize = 1009;

/// Where the numbers of a line stand, those in its texts included.
fn numbers(line: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, _) in line.match_indices(|letter: char| letter.is_ascii_digit()) {
        match found.last_mut() {
            Some(number) if number.end == at => number.end += 1,
            _ => found.push(at..at + 1),
        }
    }
    found
}

/// The record with one of its numbers changed, if it is still a record then.
fn changed(record: &Record, number: &Range<usize>, to: u64) -> Option<Record> {
    let mut line = serde_json::to_string(record).unwrap();
    line.replace_range(number.clone(), &to.to_string());
    let mut changed: Record = serde_json::from_str(&line).ok()?;
    // The numbers of lines have been checked before anything is judged.
    changed.n = record.n;
    Some(changed)
}

fn places(walk: &WalkJournal) -> Vec<(usize, Range<usize>)> {
    let records = walk.records.iter().enumerate();
    let places = records.flat_map(|(line, record)| {
        let found = numbers(&serde_json::to_string(record).unwrap());
        found.into_iter().map(move |number| (line, number))
    });
    places.collect()
}

#[test]
fn no_number_in_a_journal_makes_the_judge_panic() {
    let tables = world::tables();
    let walk = drill::imported().journal();
    // The line that says what is drilled has many that count nothing.
    let (first, rest): (Vec<_>, Vec<_>) =
        places(&walk).into_iter().partition(|(line, _)| *line == 0);
    let some = first.into_iter().step_by(7);
    let mut judged = 0;
    for (line, number) in some.chain(rest.into_iter().step_by(STRIDE)) {
        for to in EXTREMES {
            let Some(record) = changed(&walk.records[line], &number, to) else {
                continue;
            };
            let mut hostile = walk.clone();
            hostile.records[line] = record;
            let _ = judge::judge_walk(&hostile, &tables);
            let _ = judge::steady_state(&hostile);
            let _ = judge::walk_figures(&ReadWalk::of(&hostile), tables.windows);
            judged += 1;
        }
    }
    assert!(judged > 20, "{judged}");
}
