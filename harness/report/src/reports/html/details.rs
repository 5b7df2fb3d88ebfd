//! What the page shows of a walk when it is asked for: what bars stand for, ladders of calls with
//! their messages, and the journal lines that verdicts rest on; or, where there is no room for all of it, these lines
//! alone, with the ladders of the calls that they speak of. Compressed, for messages say the same
//! again and again; the page's script unpacks them when somebody looks.
//!
//! - `ladder`: who sent what to whom in a call.

mod ladder;

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::journal::Record;
use serde::Serialize;
use timeline::{Call, ReadWalk, sip};

use self::ladder::{Ladder, Texts};
use super::walk::{Lane, WalkView};
use crate::report::RenderError;

/// How well it is compressed: more takes twice the time and saves a twentieth.
const LEVEL: u8 = 6;

/// What is known of a walk.
#[derive(Serialize)]
struct Details<'a> {
    /// Of each lane, its bars: when it begins, after the one before it; how long it is; what it is.
    bars: Vec<Vec<(i64, u64, &'a str)>>,
    /// Of each call its ladder, if it is there.
    calls: Vec<Option<Ladder<'a>>>,
    /// The messages that ladders name by their numbers.
    texts: Vec<&'a str>,
    lines: BTreeMap<u64, &'a Record>,
}

/// A lane's bars, in milliseconds, each by its distance from the one before: small numbers compress well.
fn bars_of(lane: &Lane) -> Vec<(i64, u64, &str)> {
    let mut last = 0;
    let bars = lane.bars.iter().map(|bar| {
        let after = bar.from.cast_signed() - std::mem::replace(&mut last, bar.from.cast_signed());
        (after, bar.to - bar.from, bar.words.as_str())
    });
    bars.collect()
}

/// The lines of a walk that something rests on.
#[derive(Default)]
pub(super) struct Lines {
    /// All of them.
    pub(super) all: BTreeSet<u64>,
    /// Those on which it rests that something did not pass.
    pub(super) of_unmet: BTreeSet<u64>,
}

/// All that is to be seen of a walk.
pub(super) fn all(
    walk: &ReadWalk<'_>,
    view: &WalkView<'_>,
    lines: &Lines,
) -> Result<String, RenderError> {
    let lanes = view.groups.iter().flat_map(|(_, lanes)| lanes);
    packed(walk, lanes.map(bars_of).collect(), &lines.all, |_| true)
}

/// The lines of a walk alone that something rests on, with the ladders of the calls in which something did not pass.
pub(super) fn evidence(walk: &ReadWalk<'_>, lines: &Lines) -> Result<String, RenderError> {
    let unmet = lines.of_unmet.iter();
    let records = unmet.filter_map(|n| walk.journal.record(*n));
    let named = records.filter_map(|record| call_of(record).transpose());
    let named: BTreeSet<String> = named.collect::<Result<_, _>>()?;
    let is_named = |call: &Call| {
        let legs = call.legs.iter().map(|leg| &leg.party);
        let mut ends = [&call.caller].into_iter().chain(legs);
        ends.any(|end| named.contains(end.id.as_str()))
    };
    packed(walk, Vec::new(), &lines.all, is_named)
}

/// The end of a call that a line speaks of, if it does.
fn call_of(record: &Record) -> Result<Option<String>, serde_json::Error> {
    let line = serde_json::to_value(record)?;
    Ok(line["call"].as_str().map(str::to_owned))
}

/// The details of a walk, with the ladders of these calls, as JSON, compressed (raw DEFLATE, RFC 1951), in base64.
fn packed<'a>(
    walk: &'a ReadWalk<'_>,
    bars: Vec<Vec<(i64, u64, &'a str)>>,
    lines: &BTreeSet<u64>,
    is_shown: impl Fn(&Call) -> bool,
) -> Result<String, RenderError> {
    let mut texts = Texts::default();
    let calls = match &walk.timeline {
        Ok(timeline) if timeline.calls.iter().any(&is_shown) => {
            let messages = sip::sorted(walk.journal);
            let calls = timeline.calls.iter();
            let ladders = calls.map(|call| {
                is_shown(call).then(|| Ladder::of(timeline, call, &messages, &mut texts))
            });
            ladders.collect()
        }
        _ => Vec::new(),
    };
    let details = Details {
        bars,
        calls,
        texts: texts.in_order(),
        lines: lines
            .iter()
            .filter_map(|n| Some((*n, walk.journal.record(*n)?)))
            .collect(),
    };
    let json = serde_json::to_vec(&details)?;
    let packed = miniz_oxide::deflate::compress_to_vec(&json, LEVEL);
    Ok(STANDARD.encode(packed))
}
