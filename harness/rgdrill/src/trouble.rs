//! What stops rgdrill itself, with the exit code that says whose fault it is.

use model::verdict::ExitCode;

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
        Trouble { code: ExitCode::Usage, report: report.into() }
    }

    /// The harness or its environment failed.
    pub(crate) fn harness(report: impl Into<miette::Report>) -> Self {
        Trouble { code: ExitCode::HarnessFailed, report: report.into() }
    }

    /// The run is not whole.
    pub(crate) fn incomplete(report: impl Into<miette::Report>) -> Self {
        Trouble { code: ExitCode::Incomplete, report: report.into() }
    }
}
