//! A whole run: each walk with its timeline, read once for all who ask.

use model::journal::{Header, Journal, WalkJournal};
use model::parallel;

use crate::assembly::ReadError;
use crate::timeline::Timeline;

/// A run, as its journal tells it.
#[derive(Clone, Debug)]
pub struct ReadRun<'j> {
    /// Which run it is.
    pub header: &'j Header,
    /// The walks, in the journal's order.
    pub walks: Vec<ReadWalk<'j>>,
}

/// A walk: its lines, and what they come to.
#[derive(Clone, Debug)]
pub struct ReadWalk<'j> {
    /// The lines.
    pub journal: &'j WalkJournal,
    /// What they come to; why not, where they tell nothing.
    pub timeline: Result<Timeline, ReadError>,
}

impl<'j> ReadRun<'j> {
    /// Reads all walks of a journal.
    pub fn of(journal: &'j Journal) -> Self {
        let walks: Vec<&WalkJournal> = journal.walks.iter().collect();
        ReadRun {
            header: &journal.header,
            walks: parallel::map(&walks, |walk| ReadWalk::of(walk)).collect(),
        }
    }
}

impl<'j> ReadWalk<'j> {
    /// Reads one walk.
    pub fn of(journal: &'j WalkJournal) -> Self {
        ReadWalk {
            journal,
            timeline: Timeline::read(journal),
        }
    }

    /// The walk's name.
    pub fn name(&self) -> &'j str {
        &self.journal.walk
    }
}
