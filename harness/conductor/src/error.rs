//! What can keep a walk from being run: never a verdict on what is drilled.

use lab::LabError;
use model::journal::JournalError;

/// Why a walk was not run to its end. All faults are healed then, as far as the lab lets.
#[derive(Debug, thiserror::Error)]
pub enum ConductorError {
    /// The lab's own trouble.
    #[error("the lab failed in walk `{walk}`")]
    Lab {
        /// The walk's name.
        walk: String,
        /// What failed.
        #[source]
        cause: LabError,
    },
    /// The journal cannot be written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Whoever asked for the walk no longer wants it.
    #[error("walk `{walk}` was cancelled")]
    Cancelled {
        /// The walk's name.
        walk: String,
    },
}
