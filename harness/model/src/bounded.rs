//! Files from outside, read with a limit: nobody's file decides how much memory is taken.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// A number of bytes, as messages give it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system's own error.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It has more bytes than such files have.
    #[error("it has more than {0}, the most that is read of such a file")]
    TooLong(Size),
}

impl Size {
    /// `count` MiB.
    pub const fn mib(count: u64) -> Size {
        Size(count << 20)
    }

    /// `count` GiB.
    pub const fn gib(count: u64) -> Size {
        Size(count << 30)
    }
}

impl fmt::Display for Size {
    /// In the largest unit of which it is a whole number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            bytes if bytes > 0 && bytes.is_multiple_of(1 << 30) => write!(f, "{} GiB", bytes >> 30),
            bytes if bytes > 0 && bytes.is_multiple_of(1 << 20) => write!(f, "{} MiB", bytes >> 20),
            bytes => write!(f, "{bytes} bytes"),
        }
    }
}

impl ReadError {
    /// Whether there is no such file.
    pub fn is_missing(&self) -> bool {
        matches!(self, ReadError::Io(error) if error.kind() == io::ErrorKind::NotFound)
    }
}

/// The bytes of a file of at most `limit`. Of a longer one, no more than that is read.
///
/// # Errors
///
/// [`ReadError`].
pub fn read(path: &Path, limit: Size) -> Result<Vec<u8>, ReadError> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    if length > limit.0 {
        return Err(ReadError::TooLong(limit));
    }
    // Without room for all of it from the beginning, there would be up to three times as much on the way.
    let mut bytes = Vec::new();
    let room = usize::try_from(length.saturating_add(1)).unwrap_or(usize::MAX);
    bytes
        .try_reserve_exact(room)
        .map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
    let more = limit.0.saturating_add(1);
    file.take(more).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > limit.0 {
        true => Err(ReadError::TooLong(limit)),
        false => Ok(bytes),
    }
}

/// The text of a file of at most `limit`.
///
/// # Errors
///
/// [`ReadError`]; of a file that is not UTF-8, [`io::ErrorKind::InvalidData`].
pub fn read_to_string(path: &Path, limit: Size) -> Result<String, ReadError> {
    let text = String::from_utf8(read(path, limit)?);
    text.map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "12345").unwrap();
        assert_eq!(read_to_string(&path, Size(5)).unwrap(), "12345");
        let error = read(&path, Size(4)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "it has more than 4 bytes, the most that is read of such a file"
        );
    }

    /// Its length is not known before it is read, and it has no end.
    #[cfg(target_os = "linux")]
    #[test]
    fn what_has_no_end_is_read_up_to_the_limit_too() {
        let error = read(Path::new("/dev/zero"), Size::mib(1)).unwrap_err();
        assert!(matches!(error, ReadError::TooLong(_)), "{error}");
    }

    #[test]
    fn sizes_are_put_in_round_units() {
        assert_eq!(Size::gib(4).to_string(), "4 GiB");
        assert_eq!(Size::mib(1536).to_string(), "1536 MiB");
        assert_eq!(Size(1000).to_string(), "1000 bytes");
    }
}
