//! The options of all commands that judge a run.

use clap::Args;
use judge::Policy;
use miette::IntoDiagnostic as _;
use model::claims::Date;
use model::exit_code::Strictness;

use crate::command_error::CommandError;

/// How a run is judged.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct PolicyArgs {
    /// Let neither declared deviations nor unsupported clauses pass.
    #[arg(long)]
    strict: bool,

    /// The day for which declared deviations are checked for expiry [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD")]
    today: Option<Date>,
}

impl PolicyArgs {
    /// The same as the judge takes it.
    pub(crate) fn policy(self) -> Result<Policy, CommandError> {
        Ok(Policy {
            strictness: match self.strict {
                true => Strictness::Strict,
                false => Strictness::Lenient,
            },
            today: self.today.map_or_else(today, Ok)?,
        })
    }
}

/// The current day, in UTC.
pub(crate) fn today() -> Result<Date, CommandError> {
    let now = chrono::Utc::now().format("%Y-%m-%d").to_string();
    now.parse().into_diagnostic().map_err(CommandError::harness)
}
