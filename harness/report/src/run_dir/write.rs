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
    pub(crate) fn new(path: &Path, cause: io::Error) -> Self {
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
        .map_err(|cause| WriteError::new(path, cause))
}

/// As [`write_whole`], what is written piece by piece.
///
/// # Errors
///
/// What `write` gives, or the file system's own error. Nothing is left of the file then.
pub(crate) fn write_whole_by<E: From<io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<(), E>,
) -> Result<(), E> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = path.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let written = drafted(&draft, write).and_then(|()| Ok(fs::rename(&draft, path)?));
    written.inspect_err(|_| {
        let _ = fs::remove_file(&draft);
    })
}

fn drafted<E: From<io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<(), E>,
) -> Result<(), E> {
    let mut file = BufWriter::new(fs::File::create(path)?);
    write(&mut file)?;
    let file = file.into_inner().map_err(io::Error::from)?;
    Ok(file.sync_all()?)
}
