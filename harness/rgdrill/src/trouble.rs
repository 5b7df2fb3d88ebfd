//! What stops rgdrill itself, with the exit code that says whose fault it is.

use model::exit_code::ExitCode;

use crate::run_dir::RunDirError;

/// Why a command could not be carried out: never a verdict.
pub(crate) struct Trouble {
    /// What the process exits with.
    pub(crate) code: ExitCode,
    /// What is told, with the next thing to do.
    pub(crate) report: miette::Report,
}

impl Trouble {
    /// A scenario, a target file or an option that does not hold.
    pub(crate) fn usage(report: impl Into<miette::Report>) -> Self {
        Trouble {
            code: ExitCode::Usage,
            report: report.into(),
        }
    }

    /// The harness or its environment failed.
    pub(crate) fn harness(report: impl Into<miette::Report>) -> Self {
        Trouble {
            code: ExitCode::HarnessFailed,
            report: report.into(),
        }
    }

    /// A run directory that exists is the caller's to change; a full disk is not.
    pub(crate) fn run_dir(error: RunDirError) -> Self {
        match error {
            RunDirError::Exists(_) => Trouble::usage(error),
            RunDirError::Write { .. } => Trouble::harness(error),
        }
    }

    /// The same trouble where a run has come to an exit code already: the graver of the two counts.
    pub(crate) fn besides(self, code: ExitCode) -> Self {
        Trouble {
            code: self.code.and(code),
            ..self
        }
    }

    /// The run is not whole.
    pub(crate) fn incomplete(report: impl Into<miette::Report>) -> Self {
        Trouble {
            code: ExitCode::Incomplete,
            report: report.into(),
        }
    }
}
