//! A lane: bars over time, each a look and what it stands for.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A lane.
#[derive(Default)]
pub(in super::super) struct Lane {
    pub(in super::super) label: String,
    /// All that it shows, for whoever does not see it.
    pub(in super::super) words: String,
    /// Whether it is a call's, whose ladder can be looked at.
    pub(in super::super) is_call: bool,
    pub(in super::super) bars: Vec<Bar>,
    /// The bars of each look, as the lines of one path.
    pub(in super::super) paths: Vec<(&'static str, String)>,
}

/// A time in a lane, in milliseconds.
pub(in super::super) struct Bar {
    pub(in super::super) look: Look,
    pub(in super::super) from: u64,
    pub(in super::super) to: u64,
    pub(in super::super) words: String,
}

/// How a bar looks, which says what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Look {
    /// A caller waits for an answer.
    Waits,
    /// Somebody is alerted.
    Alerted,
    /// Somebody is in a call.
    InCall,
    /// Music or a greeting from the primary.
    MusicPrimary,
    /// Music or a greeting from the backup.
    MusicBackup,
    /// A voice through the primary.
    VoicePrimary,
    /// A voice through the backup.
    VoiceBackup,
    /// A voice from its speaker.
    VoiceDirect,
    /// Something from elsewhere.
    Elsewhere,
    /// The end of a call.
    Ended,
    /// Registered with the primary.
    AtPrimary,
    /// Registered with the backup.
    AtBackup,
    /// Something that was asked for and done.
    Done,
    /// Something that was refused.
    Refused,
    /// Something that nobody answered.
    Unanswered,
    /// A host that answers.
    HostUp,
    /// A host that does not.
    HostDown,
    /// A process that answers.
    ProcessUp,
    /// A process that does not.
    ProcessDown,
}

impl Look {
    /// The word that the page's style knows it by.
    const fn class(self) -> &'static str {
        match self {
            Look::Waits => "wt",
            Look::Alerted => "al",
            Look::InCall => "ic",
            Look::MusicPrimary => "mp",
            Look::MusicBackup => "mb",
            Look::VoicePrimary => "vp",
            Look::VoiceBackup => "vb",
            Look::VoiceDirect => "vd",
            Look::Elsewhere => "mx",
            Look::Ended => "en",
            Look::AtPrimary => "rp",
            Look::AtBackup => "rb",
            Look::Done => "ok",
            Look::Refused => "no",
            Look::Unanswered => "na",
            Look::HostUp | Look::ProcessUp => "up",
            Look::HostDown | Look::ProcessDown => "dn",
        }
    }

    /// The line in the lane that it is drawn along; how broad it is, the page's style says.
    const fn middle(self) -> u32 {
        match self {
            Look::AtPrimary | Look::AtBackup => 14,
            Look::Done | Look::Refused | Look::Unanswered => 3,
            Look::HostUp | Look::HostDown => 4,
            Look::ProcessUp | Look::ProcessDown => 11,
            _ => 7,
        }
    }
}

impl Lane {
    /// Takes what lasted from then to then, in microseconds.
    pub(super) fn add(&mut self, look: Look, (from_us, to_us): (u64, u64), words: String) {
        let (from, to) = (milliseconds(from_us), milliseconds(to_us));
        self.bars.push(Bar {
            look,
            from,
            to: to.max(from),
            words,
        });
    }

    /// Draws its bars, none of them narrower than can be seen.
    pub(super) fn draw(&mut self, lasted: u64) {
        let least = (lasted / 500).max(1);
        let mut paths: BTreeMap<&'static str, (Look, String)> = BTreeMap::new();
        for bar in &self.bars {
            let path = paths.entry(bar.look.class());
            let (_, path) = path.or_insert_with(|| (bar.look, String::new()));
            let width = (bar.to - bar.from).max(least);
            let _ = write!(path, "M{} {}h{width}", bar.from, bar.look.middle());
        }
        let mut paths: Vec<(Look, &'static str, String)> = paths
            .into_iter()
            .map(|(class, (look, path))| (look, class, path))
            .collect();
        // What lasts is drawn below what it is made of.
        paths.sort_by_key(|(look, ..)| (*look != Look::InCall, *look));
        let paths = paths.into_iter();
        self.paths = paths.map(|(_, class, path)| (class, path)).collect();
    }
}

/// Microseconds in whole milliseconds.
pub(in super::super) const fn milliseconds(us: u64) -> u64 {
    us / 1_000
}
