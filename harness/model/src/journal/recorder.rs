//! What takes the lines of a walk while it runs: a file, or memory.

use std::sync::Arc;

use super::event::{Clock, Event};
use super::{JournalError, Record, WalkJournal};

/// Takes the lines of one walk, in order.
pub trait Recorder {
    /// Adds a line, stamped `t_us` microseconds after the start of the walk's lab, and gives its
    /// number.
    ///
    /// # Errors
    ///
    /// [`JournalError`], if the line cannot be kept. The recorder is of no more use then.
    fn write(
        &mut self,
        t_us: u64,
        clock: Clock,
        host: &str,
        event: &Event,
    ) -> Result<u64, JournalError>;
}

/// For what is judged at once and never kept: proofs and sweeps.
impl Recorder for WalkJournal {
    fn write(
        &mut self,
        t_us: u64,
        clock: Clock,
        host: &str,
        event: &Event,
    ) -> Result<u64, JournalError> {
        let n = self.records.len() as u64;
        let walk = match self.records.first() {
            Some(first) => Arc::clone(&first.walk),
            None => self.walk.as_str().into(),
        };
        self.records.push(Record {
            walk,
            n,
            t_us,
            clock,
            host: host.to_owned(),
            event: event.clone(),
        });
        Ok(n)
    }
}
