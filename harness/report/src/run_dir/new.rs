//! A directory for a run that is about to begin.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::Utc;

use super::write::WriteError;

/// Why a run directory cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum NewRunDirError {
    /// A run is never written over another.
    #[error("the run directory {} exists already", .0.display())]
    Exists(PathBuf),
    /// The file system's own error.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// The directory of a run that has not ended. Unless it is [kept](NewRunDir::keep), dropping it
/// removes it, so that an interrupted run leaves nothing that looks whole.
#[derive(Debug)]
pub struct NewRunDir {
    path: PathBuf,
    kind: Kind,
    kept: bool,
}

/// Who chose the name of a run directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Whoever began the run.
    AskedFor,
    /// Nobody did: it is the latest of `runs`.
    Default,
}

impl NewRunDir {
    /// Makes the directory `out`, or `runs/<time>-<target>-<lab>` if none is asked for.
    ///
    /// # Errors
    ///
    /// [`NewRunDirError`].
    pub fn create(out: Option<&Path>, target: &str, lab: &str) -> Result<Self, NewRunDirError> {
        match out {
            Some(path) => NewRunDir::make(path.to_owned(), Kind::AskedFor),
            None => NewRunDir::make_default(target, lab),
        }
    }

    /// `runs/<time>-<target>-<lab>`; a number is appended when two runs begin within one second,
    /// whichever process they are of.
    fn make_default(target: &str, lab: &str) -> Result<Self, NewRunDirError> {
        let time = Utc::now().format("%Y%m%dT%H%M%SZ");
        let path = Path::new("runs").join(format!("{time}-{target}-{lab}"));
        let mut again = 1_u32;
        loop {
            let path = match again {
                1 => path.clone(),
                again => PathBuf::from(format!("{}-{again}", path.display())),
            };
            match NewRunDir::make(path, Kind::Default) {
                Err(NewRunDirError::Exists(_)) if again < u32::MAX => again += 1,
                made => return made,
            }
        }
    }

    fn make(path: PathBuf, kind: Kind) -> Result<Self, NewRunDirError> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|cause| WriteError::new(parent, cause))?;
        }
        match fs::create_dir(&path) {
            Ok(()) => Ok(NewRunDir {
                path,
                kind,
                kept: false,
            }),
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {
                Err(NewRunDirError::Exists(path))
            }
            Err(cause) => Err(WriteError::new(&path, cause).into()),
        }
    }

    /// Checks that nothing is at `out` yet, before a caller waits for anything else.
    ///
    /// # Errors
    ///
    /// [`NewRunDirError::Exists`].
    pub fn check(out: &Path) -> Result<(), NewRunDirError> {
        match out.symlink_metadata() {
            Ok(_) => Err(NewRunDirError::Exists(out.to_owned())),
            Err(_) => Ok(()),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Leaves the directory where it is, and lets `runs/latest` point to it.
    pub fn keep(mut self) -> PathBuf {
        self.kept = true;
        if self.kind == Kind::Default {
            self.point_latest();
        }
        std::mem::take(&mut self.path)
    }

    /// Leaves the directory of a run that stopped early where it is.
    pub fn keep_incomplete(mut self) -> PathBuf {
        self.kept = true;
        std::mem::take(&mut self.path)
    }

    /// A convenience only: a file system without symbolic links has no `latest`.
    fn point_latest(&self) {
        let (Some(parent), Some(name)) = (self.path.parent(), self.path.file_name()) else {
            return;
        };
        #[cfg(unix)]
        {
            let fresh = parent.join(format!(".latest-{}", std::process::id()));
            if std::os::unix::fs::symlink(name, &fresh).is_ok() {
                let _ = fs::rename(&fresh, parent.join("latest"));
            }
        }
    }
}

impl Drop for NewRunDir {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}
