//! What a report is.

use std::error::Error;
use std::io::{self, Write};

use model::Tables;
use model::bounded::Size;
use model::results::Results;
use timeline::ReadRun;

use crate::logs::Logs;

/// A run that was judged: all that a report is made from. Nothing in it depends on the machine, the
/// day or the place in which the report is made, so that the same run gives the same report. Views show
/// beside it what servers logged, where the run directory has that.
#[derive(Clone, Copy, Debug)]
pub struct JudgedRun<'a> {
    /// Everything that was observed: each walk's lines, and its timeline.
    pub run: &'a ReadRun<'a>,
    /// The documented statements.
    pub tables: &'a Tables,
    /// The verdicts.
    pub results: &'a Results,
    /// What servers logged meanwhile: for people, and in no record.
    pub logs: &'a Logs,
}

/// One report: a file of the run directory.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    /// What it is called on the command line.
    pub name: &'static str,
    /// The name of its file, without a directory.
    pub file: &'static str,
    /// What it is for, in half a sentence.
    pub about: &'static str,
    /// Whether certificates have it.
    pub nature: Nature,
    /// The content of its file.
    pub content: Content,
}

/// How the content of a report is made.
#[derive(Clone, Copy, Debug)]
pub enum Content {
    /// A text. What came from outside is escaped in it.
    Text(fn(&JudgedRun<'_>) -> Result<String, RenderError>),
    /// A text that can be long, in pieces that are written as they are made; escaped likewise.
    Pieces(for<'r> fn(&'r JudgedRun<'_>) -> Pieces<'r>),
    /// Bytes, which can be many: written as they are made.
    Bytes(fn(&JudgedRun<'_>, &mut dyn Write) -> io::Result<()>),
}

/// The pieces of a text, one after the other.
pub type Pieces<'r> = Box<dyn Iterator<Item = Result<String, RenderError>> + 'r>;

/// The longest record that is read. Of ten thousand walks, `results.json` has less.
pub const LONGEST: Size = Size::mib(256);

/// Whether a report is a record or a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// A member of the certificate: whoever verifies one makes it again, byte for byte.
    Record,
    /// For the eye, or for another tool: beside the records in the run directory, and in no
    /// certificate, for the next release may draw it otherwise. It is made again from the journal.
    View,
}

/// Why a report could not be rendered: its writer's own error.
pub type RenderError = Box<dyn Error + Send + Sync>;
