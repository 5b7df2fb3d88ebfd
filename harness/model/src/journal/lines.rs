//! The lines of a journal, read a batch at a time: however long the file and however many its lines,
//! no more of them is in memory than is worked on.

use std::io::{self, Read};

use memchr::{memchr, memrchr};

use super::JournalError;
use crate::bounded::{ReadError, Size};

/// The longest journal that is written, or read: some 60 drills of all walks.
pub const LONGEST_JOURNAL: Size = Size::gib(7);

/// The longest line. A SIP message has no more than 64 KiB, the plan of a walk some more.
const LONGEST_LINE: Size = Size::mib(16);

/// How much is read at once.
const BLOCK: usize = 1 << 20;

/// How many lines are in a batch at most: lines can be empty.
const BATCH: usize = 8192;

/// Checks that a journal with so many bytes of walks can be read. There has to be room for its first and its last line, too.
///
/// # Errors
///
/// [`JournalError::Outgrown`].
pub fn may_be_read(of_walks: u64) -> Result<(), JournalError> {
    let limit = LONGEST_JOURNAL;
    match of_walks > limit.0 - 2 * LONGEST_LINE.0 {
        true => Err(JournalError::Outgrown { limit }),
        false => Ok(()),
    }
}

/// Lines, of a file or of bytes. One that does not end with a newline breaks off, and is none.
pub(super) struct Lines<R> {
    source: R,
    /// What was read and not given yet, from `begin` on.
    buffer: Vec<u8>,
    begin: usize,
    /// How many bytes were read.
    read: u64,
    /// How many lines were given: the number of the last one, from 1.
    pub(super) taken: u64,
}

/// Why the next lines cannot be read.
pub(super) enum LinesError {
    /// The file cannot be read, or is too long.
    File(ReadError),
    /// The next line is too long.
    Line(Size),
}

impl<R: Read> Lines<R> {
    pub(super) fn new(source: R) -> Self {
        Lines {
            source,
            buffer: Vec::new(),
            begin: 0,
            read: 0,
            taken: 0,
        }
    }

    /// The next lines, without their newlines: at most `most`, and none only at the end.
    pub(super) fn batch_of(&mut self, most: usize) -> Result<Vec<&[u8]>, LinesError> {
        let whole = self.whole_lines()?;
        let mut lines = Vec::new();
        let mut rest = &self.buffer[self.begin..whole];
        while let Some(end) = memchr(b'\n', rest).filter(|_| lines.len() < most) {
            lines.push(&rest[..end]);
            rest = &rest[end + 1..];
        }
        self.begin = whole - rest.len();
        self.taken += lines.len() as u64;
        Ok(lines)
    }

    /// The next lines, as many as are worked on at once.
    pub(super) fn batch(&mut self) -> Result<Vec<&[u8]>, LinesError> {
        self.batch_of(BATCH)
    }

    /// Whether nothing stands after the lines that were given.
    pub(super) fn is_at_end(&mut self) -> Result<bool, LinesError> {
        Ok(self.begin == self.buffer.len() && self.read_block()? == 0)
    }

    /// Reads on until at least one whole line is in the buffer, and says where the last one ends; at
    /// the end of the file, where the buffer begins.
    fn whole_lines(&mut self) -> Result<usize, LinesError> {
        let mut searched = self.begin;
        loop {
            if let Some(end) = memrchr(b'\n', &self.buffer[searched..]) {
                return Ok(searched + end + 1);
            }
            if (self.buffer.len() - self.begin) as u64 > LONGEST_LINE.0 {
                return Err(LinesError::Line(LONGEST_LINE));
            }
            self.buffer.drain(..self.begin);
            self.begin = 0;
            searched = self.buffer.len();
            if self.read_block()? == 0 {
                return Ok(0);
            }
        }
    }

    /// Reads a block to the end of the buffer, and says how many bytes it has: none at the end.
    fn read_block(&mut self) -> Result<usize, LinesError> {
        let block = (&mut self.source).take(BLOCK as u64);
        let length = { block }
            .read_to_end(&mut self.buffer)
            .map_err(|error: io::Error| LinesError::File(error.into()))?;
        self.read += length as u64;
        if self.read > LONGEST_JOURNAL.0 {
            return Err(LinesError::File(ReadError::TooLong(LONGEST_JOURNAL)));
        }
        Ok(length)
    }
}
