//! What a report is.

use std::error::Error;

use model::Tables;
use model::journal::Journal;
use model::results::Results;

/// A run that was judged: all that a report is made from. Nothing in it depends on the machine, the
/// day or the place in which the report is made, so that the same run gives the same report.
#[derive(Clone, Copy, Debug)]
pub struct JudgedRun<'a> {
    /// Everything that was observed. The crate `timeline` makes calls, operations and stages of a
    /// walk's lines.
    pub journal: &'a Journal,
    /// The documented statements.
    pub tables: &'a Tables,
    /// The verdicts.
    pub results: &'a Results,
}

/// One report: a file of the run directory, and a member of the certificate.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    /// What it is called on the command line.
    pub name: &'static str,
    /// The name of its file, without a directory.
    pub file: &'static str,
    /// What it is for, in half a sentence.
    pub about: &'static str,
    /// The content of its file.
    pub render: fn(&JudgedRun<'_>) -> Result<Vec<u8>, RenderError>,
}

/// Why a report could not be rendered: its writer's own error.
pub type RenderError = Box<dyn Error + Send + Sync>;
