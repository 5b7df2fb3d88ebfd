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
use super::walk::WalkView;
use crate::report::RenderError;

/// How well it is compressed: more takes twice the time and saves a twentieth.
const LEVEL: u8 = 6;

/// What is known of a walk.
#[derive(Serialize)]
struct Details<'a> {
    /// Of each lane, its bars: from, to, what.
    bars: Vec<Vec<(u64, u64, &'a str)>>,
    calls: Vec<Ladder<'a>>,
    /// The messages that ladders name by their numbers.
    texts: Vec<&'a str>,
    lines: BTreeMap<u64, &'a Record>,
}

/// The details of a walk, as JSON, compressed (raw DEFLATE, RFC 1951), in base64.
pub(super) fn of(
    walk: &ReadWalk<'_>,
    view: &WalkView<'_>,
    lines: Option<&BTreeSet<u64>>,
) -> Result<String, RenderError> {
    let lanes = view.groups.iter().flat_map(|(_, lanes)| lanes);
    let bars = lanes.map(|lane| {
        let bars = lane.bars.iter();
        bars.map(|bar| (bar.from, bar.to, bar.words.as_str()))
            .collect()
    });
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
