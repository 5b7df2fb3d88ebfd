//! A journal line, as it is read.

use model::journal::Record;
use model::journal::event::{Clock, Event};

use crate::position::Position;

/// A line of a walk, written already or just being written.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// When it was, and where it stands.
    pub position: Position,
    /// Which clock stamped it.
    pub clock: Clock,
    /// Who saw or did it: an actor's name, a host's, `conductor` or `lab`.
    pub host: &'a str,
    /// What.
    pub event: &'a Event,
}

impl<'a> From<&'a Record> for Line<'a> {
    fn from(record: &'a Record) -> Self {
        Line {
            position: record.into(),
            clock: record.clock,
            host: &record.host,
            event: &record.event,
        }
    }
}
