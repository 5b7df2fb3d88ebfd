//! What an end of a call heard, as bars; pauses to scale.

use std::net::SocketAddr;

use model::topology::Pool;
use timeline::Timeline;
use timeline::call::Party;
use timeline::media::{Gap, Stretch};

use super::lane::{Lane, Look};

/// A pause shorter than this cannot be seen, and the actors notice none as such.
const PAUSE_US: u64 = 200_000;

/// What was heard without a pause.
struct Heard<'t> {
    from: SocketAddr,
    hears: Option<&'t str>,
    begin_us: u64,
    end_us: u64,
}

/// Adds what an end heard to its lane.
pub(super) fn add(lane: &mut Lane, timeline: &Timeline, party: &Party) {
    let mut all: Vec<Heard<'_>> = Vec::new();
    for stretch in party.received.stretches() {
        let goes_on = |heard: &&mut Heard<'_>| {
            heard.from == stretch.from
                && heard.hears == stretch.hears.as_deref()
                && stretch.first_us <= heard.end_us.saturating_add(PAUSE_US)
        };
        match all.iter_mut().rev().take(4).find(goes_on) {
            Some(heard) => heard.end_us = heard.end_us.max(stretch.last_us),
            None => all.push(Heard::of(stretch)),
        }
    }
    for heard in all {
        let (look, words) = heard.shown(timeline);
        let flows = party.received.flows().iter();
        let gaps = flows
            .filter(|flow| flow.from == heard.from)
            .flat_map(|flow| &flow.gaps);
        for (begin_us, end_us) in without(&heard, gaps) {
            lane.add(look, (begin_us, end_us), words.clone());
        }
    }
}

/// The time in which something was heard, without the pauses in it.
fn without<'t>(heard: &Heard<'_>, gaps: impl Iterator<Item = &'t Gap>) -> Vec<(u64, u64)> {
    let mut gaps: Vec<&Gap> = gaps.collect();
    gaps.sort_by_key(|gap| gap.from_us);
    let mut parts = Vec::new();
    let mut begin_us = heard.begin_us;
    for gap in gaps {
        let until_us = gap.from_us.saturating_add(gap.us);
        if gap.from_us > begin_us && until_us < heard.end_us {
            parts.push((begin_us, gap.from_us));
            begin_us = until_us;
        }
    }
    parts.push((begin_us, heard.end_us));
    parts
}

impl<'t> Heard<'t> {
    fn of(stretch: &'t Stretch) -> Self {
        Heard {
            from: stretch.from,
            hears: stretch.hears.as_deref(),
            begin_us: stretch.first_us,
            end_us: stretch.last_us,
        }
    }

    fn shown(&self, timeline: &Timeline) -> (Look, String) {
        let pool = timeline.pool_at(self.from.ip());
        let look = match (self.hears, pool) {
            (None, Some(Pool::Primary)) => Look::MusicPrimary,
            (None, Some(Pool::Backup)) => Look::MusicBackup,
            (Some(_), Some(Pool::Primary)) => Look::VoicePrimary,
            (Some(_), Some(Pool::Backup)) => Look::VoiceBackup,
            (Some(_), None) => Look::VoiceDirect,
            (None, None) => Look::Elsewhere,
        };
        (look, heard_words(timeline, self.hears, self.from))
    }
}

/// `hears rita through the backup`
pub(in super::super) fn heard_words(
    timeline: &Timeline,
    hears: Option<&str>,
    from: SocketAddr,
) -> String {
    let whom = hears.unwrap_or("music or silence");
    match (hears, timeline.pool_at(from.ip())) {
        (_, Some(pool)) => format!("hears {whom} through the {}", pool.word()),
        (Some(_), None) => format!("hears {whom} directly"),
        (None, None) => format!("hears {whom} from {from}"),
    }
}
