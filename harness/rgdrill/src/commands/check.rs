//! `rgdrill check`: are these files in order?

use model::exit_code::ExitCode;
use model::scenarios::Scenarios;
use target::Target;

use crate::cli::Check;
use crate::output;
use crate::trouble::Trouble;

/// Checks the files, together with the scenarios that they may refer to.
pub(crate) fn run(check: &Check, scenarios: &Scenarios) -> Result<ExitCode, Trouble> {
    let checked = scenarios
        .check_files(&check.files, |file| Target::load(file).map(drop))
        .map_err(Trouble::usage)?;
    let lines = checked
        .iter()
        .map(|file| format!("{}: in order ({})\n", file.file, file.kind));
    output::write(&lines.collect::<String>())?;
    Ok(ExitCode::Passed)
}
