//! Writing the files of a run.

use std::fs;
use std::io::{self, BufWriter, Write};
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
    write_whole_by(path, |file| file.write_all(content))
}

/// As [`write_whole`], what is written piece by piece.
///
/// # Errors
///
/// [`WriteError`]. Nothing is left of the file then.
pub fn write_whole_by(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), WriteError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = path.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let written = drafted(&draft, write).and_then(|()| fs::rename(&draft, path));
    written.map_err(|cause| {
        let _ = fs::remove_file(&draft);
        WriteError::new(path, cause)
    })
}

fn drafted(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut file = BufWriter::new(fs::File::create(path)?);
    write(&mut file)?;
    file.into_inner()?.sync_all()
}
