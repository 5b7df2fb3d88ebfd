//! `rgdrill recheck`: judges an earlier run again, from its journal alone.

use model::verdict::ExitCode;

use crate::cli::{Recheck, strictness};
use crate::judged::judge_run;
use crate::trouble::Trouble;

/// Judges the run again, and writes its reports anew.
pub(crate) fn run(recheck: &Recheck) -> Result<ExitCode, Trouble> {
    judge_run(&recheck.run, strictness(recheck.strict), recheck.format)
}
