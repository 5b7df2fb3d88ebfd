//! `rgdrill recheck`: judges an earlier run again, from its journal alone.

use model::exit_code::ExitCode;

use crate::cli::{Recheck, strictness};
use crate::judged::{Terms, judge_run, today};
use crate::trouble::Trouble;

/// Judges the run again, and writes its reports anew.
pub(crate) fn run(recheck: &Recheck) -> Result<ExitCode, Trouble> {
    let terms = Terms {
        strictness: strictness(recheck.strict),
        today: today(recheck.today)?,
    };
    judge_run(&recheck.run, terms, recheck.format)
}
