//! Signals that end a drill, and one that must not end anything.

use std::sync::Arc;
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

/// A file that may grow no further (`ulimit -f`) is an error of whoever writes it, as a full disk is,
/// and not the silent end of the process by SIGXFSZ: a handler makes the write fail with EFBIG.
pub(crate) fn survive_file_limits() {
    let seen = Arc::new(AtomicBool::new(false));
    // Where it cannot be registered, the process ends as it would have.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, seen);
}
