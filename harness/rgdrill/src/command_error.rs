//! What stops rgdrill itself, with the exit code that says whose fault it is.

use model::exit_code::ExitCode;

/// Why a command could not be carried out: never a verdict.
pub(crate) struct CommandError {
    /// What the process exits with.
    pub(crate) code: ExitCode,
    /// What is printed, with what to do next.
    pub(crate) report: miette::Report,
}

impl CommandError {
    /// A scenario, a target file or an option is wrong.
    pub(crate) fn usage(report: impl Into<miette::Report>) -> Self {
        CommandError {
            code: ExitCode::Usage,
            report: report.into(),
        }
    }

    /// The harness or its environment failed.
    pub(crate) fn harness(report: impl Into<miette::Report>) -> Self {
        CommandError {
            code: ExitCode::HarnessFailed,
            report: report.into(),
        }
    }

    /// The run is not whole.
    pub(crate) fn incomplete(report: impl Into<miette::Report>) -> Self {
        CommandError {
            code: ExitCode::Incomplete,
            report: report.into(),
        }
    }

    /// The same error of a run that has an exit code already: the graver of the two counts.
    pub(crate) fn and(self, code: ExitCode) -> Self {
        CommandError {
            code: self.code.and(code),
            ..self
        }
    }
}
