//! What the page shows of a walk when it is asked for: what bars stand for, ladders of calls with
//! their messages, and the journal lines that verdicts rest on. Compressed, for messages say the same
//! again and again; the page's script unpacks them when somebody looks.
//!
//! - `ladder`: who sent what to whom in a call.

mod ladder;

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::journal::Record;
use serde::Serialize;
use timeline::{ReadWalk, sip};

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
    calls: Vec<Ladder<'a>>,
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

/// The details of a walk, as JSON, compressed (raw DEFLATE, RFC 1951), in base64.
pub(super) fn of(
    walk: &ReadWalk<'_>,
    view: &WalkView<'_>,
    lines: Option<&BTreeSet<u64>>,
) -> Result<String, RenderError> {
    let lanes = view.groups.iter().flat_map(|(_, lanes)| lanes);
    let bars = lanes.map(bars_of);
    let mut texts = Texts::default();
    let calls = match &walk.timeline {
        Ok(timeline) => {
            let messages = sip::sorted(walk.journal);
            let calls = timeline.calls.iter();
            calls
                .map(|call| Ladder::of(timeline, call, &messages, &mut texts))
                .collect()
        }
        Err(_) => Vec::new(),
    };
    let lines = lines.into_iter().flatten();
    let details = Details {
        bars: bars.collect(),
        calls,
        texts: texts.in_order(),
        lines: lines
            .filter_map(|n| Some((*n, walk.journal.record(*n)?)))
            .collect(),
    };
    let json = serde_json::to_vec(&details)?;
    let packed = miniz_oxide::deflate::compress_to_vec(&json, LEVEL);
    Ok(STANDARD.encode(packed))
}
