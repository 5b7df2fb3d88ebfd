//! Writing the files of a run.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The file system's own error.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {cause}", path.display())]
pub struct WriteError {
    /// What was to be written.
    pub path: PathBuf,
    /// What the system said.
    pub cause: io::Error,
}

impl WriteError {
    pub(super) fn new(path: &Path, cause: io::Error) -> Self {
        let path = path.to_owned();
        WriteError { path, cause }
    }
}

/// Writes a file whole or not at all: under a name of this process alone first, then renamed, so that
/// of two who judge one run again each writes whole files.
///
/// # Errors
///
/// [`WriteError`]. Nothing is left of the file then.
pub fn write_whole(path: &Path, content: &[u8]) -> Result<(), WriteError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = path.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let written = fs::File::create(&draft)
        .and_then(|mut file| file.write_all(content).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&draft, path));
    written.map_err(|cause| {
        let _ = fs::remove_file(&draft);
        WriteError::new(path, cause)
    })
}
