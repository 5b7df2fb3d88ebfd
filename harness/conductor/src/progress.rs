//! How far a walk has come, for whoever waits.

use model::Stage;

/// News of a walk. All of it is in the journal as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A stage's precondition was observed.
    StageBegan {
        /// The walk's name.
        walk: String,
        /// The stage.
        stage: Stage,
    },
    /// A stage's precondition was not observed in time.
    WalkStopped {
        /// The walk's name.
        walk: String,
        /// What was waited for.
        why: String,
    },
    /// The walk is over, whether or not it was stopped.
    WalkEnded {
        /// The walk's name.
        walk: String,
    },
}
