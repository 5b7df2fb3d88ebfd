//! What walks spool: copies of what the journal has, once the drill is over.

use std::fs;
use std::path::{Path, PathBuf};

/// The spools in a run directory.
pub(super) fn all(dir: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "spool"))
}

/// Removes the spools of a run whose journal is written.
pub fn remove(dir: &Path) {
    for path in all(dir) {
        // A spool that stays is a copy of what the journal has.
        let _ = fs::remove_file(path);
    }
}
