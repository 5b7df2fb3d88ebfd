//! `--scenarios`: of the commands that read scenarios.

use std::path::PathBuf;

use clap::Args;
use model::Scenarios;

use crate::command_error::CommandError;
use crate::embedded;

/// Where scenarios are read.
#[derive(Debug, Default, Args)]
pub(crate) struct ScenariosArgs {
    /// Read scenarios (tables, topologies, programmes, walks) from this directory instead of
    /// those built in.
    #[arg(long = "scenarios", value_name = "DIR")]
    directory: Option<PathBuf>,
}

impl ScenariosArgs {
    /// The scenarios, loaded and checked.
    pub(crate) fn load(&self) -> Result<Scenarios, CommandError> {
        let directory = self.directory.as_deref();
        directory
            .map_or_else(embedded::scenarios, Scenarios::read)
            .map_err(CommandError::usage)
    }
}
