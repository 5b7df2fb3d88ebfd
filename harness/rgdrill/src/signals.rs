//! Signals that end a drill.

use std::sync::atomic::{AtomicBool, Ordering};

use model::exit_code::ExitCode;

use crate::command_error::CommandError;

/// Ctrl-C (or SIGTERM) asks the walks to end; a second one ends the process at once.
pub(crate) fn cancelled_by_signals() -> Result<&'static AtomicBool, CommandError> {
    static CANCELLED: AtomicBool = AtomicBool::new(false);
    ctrlc::set_handler(|| {
        if CANCELLED.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(ExitCode::Incomplete.code()));
        }
    })
    .map_err(|error| CommandError::harness(miette::miette!("cannot handle signals: {error}")))?;
    Ok(&CANCELLED)
}
