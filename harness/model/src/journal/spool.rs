//! One walk's lines, on their way to the disk while the walk runs.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::chain::{Chain, Hash};
use super::event::{Clock, Event};
use super::lines::may_be_read;
use super::{JournalError, Recorder};

/// The file that one walk's lines go to. Walks run in parallel, so each has its own;
/// [`assemble`](super::assemble) brings them together.
#[derive(Debug)]
pub struct Spool {
    path: PathBuf,
    out: BufWriter<File>,
    walk: String,
    lines: u64,
    length: u64,
    chain: Chain,
    /// Kept from line to line for its memory alone.
    line: Vec<u8>,
}

/// A spool that is complete.
#[derive(Debug)]
pub struct Part {
    /// The walk's name.
    pub walk: String,
    /// How many lines it has.
    pub lines: u64,
    /// How many bytes they have.
    pub length: u64,
    /// The last line's `h`.
    pub last: Hash,
    /// Where they are.
    pub(super) path: PathBuf,
}

/// A [`Record`](super::Record) that owns nothing.
#[derive(Serialize)]
struct Line<'a> {
    walk: &'a str,
    n: u64,
    t_us: u64,
    clock: Clock,
    host: &'a str,
    #[serde(flatten)]
    event: &'a Event,
}

impl Spool {
    /// A spool without a line, at `path`; what was there before is overwritten.
    ///
    /// # Errors
    ///
    /// [`JournalError::Write`] if the file or its folder cannot be created.
    pub fn create(path: &Path, walk: &str) -> Result<Spool, JournalError> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(JournalError::write(path))?;
        }
        let file = File::create(path).map_err(JournalError::write(path))?;
        Ok(Spool {
            path: path.to_owned(),
            out: BufWriter::with_capacity(64 * 1024, file),
            walk: walk.to_owned(),
            lines: 0,
            length: 0,
            chain: Chain::begin(walk),
            line: Vec::new(),
        })
    }

    /// Brings all lines to the file. Not to the disk: that is for the journal alone.
    ///
    /// # Errors
    ///
    /// [`JournalError::Write`].
    pub fn finish(mut self) -> Result<Part, JournalError> {
        self.out.flush().map_err(JournalError::write(&self.path))?;
        Ok(Part {
            walk: self.walk,
            lines: self.lines,
            length: self.length,
            last: self.chain.last(),
            path: self.path,
        })
    }
}

impl Recorder for Spool {
    /// The line may stay in memory until [`Spool::finish`]. After a [`JournalError::Write`] or
    /// [`JournalError::Outgrown`] the spool is of no more use: what was added to it later would not chain.
    fn write(
        &mut self,
        t_us: u64,
        clock: Clock,
        host: &str,
        event: &Event,
    ) -> Result<u64, JournalError> {
        let n = self.lines;
        let line = Line {
            walk: &self.walk,
            n,
            t_us,
            clock,
            host,
            event,
        };
        self.line.clear();
        serde_json::to_writer(&mut self.line, &line).map_err(|source| JournalError::Encode {
            walk: self.walk.clone(),
            n,
            source,
        })?;
        self.chain.add(&mut self.line);
        self.line.push(b'\n');
        self.lines += 1;
        self.length += self.line.len() as u64;
        may_be_read(self.length)?;
        self.out
            .write_all(&self.line)
            .map_err(JournalError::write(&self.path))?;
        Ok(n)
    }
}
