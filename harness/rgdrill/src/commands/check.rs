//! `rgdrill check`: are these files in order?

use model::scenarios::Scenarios;
use model::verdict::ExitCode;

use crate::cli::Check;
use crate::output;
use crate::trouble::Trouble;

/// Checks the files, together with the scenarios that they may refer to.
pub(crate) fn run(check: &Check, scenarios: &Scenarios) -> Result<ExitCode, Trouble> {
    let checked = scenarios
        .check_files(&check.files)
        .map_err(Trouble::usage)?;
    let lines = checked
        .iter()
        .map(|file| format!("{}: in order ({})\n", file.file, file.kind));
    output::write(&lines.collect::<String>())?;
    Ok(ExitCode::Passed)
}
