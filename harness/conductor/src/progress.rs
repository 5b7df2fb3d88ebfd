//! How far a walk has come, for whoever waits.

use model::Stage;
use model::journal::StopReason;

/// How far a walk has come. All of it is in the journal as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A stage's precondition was observed.
    StageBegan {
        /// The walk's name.
        walk: String,
        /// The stage.
        stage: Stage,
    },
    /// The load in the background has told what it measured.
    LoadMeasured {
        /// The walk's name.
        walk: String,
        /// How many calls it has placed so far.
        placed: u64,
        /// How many of them have failed.
        failed: u64,
    },
    /// The walk goes no further.
    WalkStopped {
        /// The walk's name.
        walk: String,
        /// Why not.
        why: StopReason,
    },
    /// The walk is over, whether or not it was stopped.
    WalkEnded {
        /// The walk's name.
        walk: String,
    },
}
