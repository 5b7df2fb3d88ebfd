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

/// Why `runs/latest` does not point to the latest run.
#[derive(Debug, thiserror::Error)]
pub enum StaleLatest {
    /// It is a file or a directory.
    #[error("{} is no symbolic link, so it does not point to this run", .0.display())]
    NoLink(PathBuf),
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

    /// Leaves the directory where it is, and lets `runs/latest` point to it; or says why that does
    /// not.
    pub fn keep(mut self) -> (PathBuf, Option<StaleLatest>) {
        self.kept = true;
        let stale = match self.kind {
            Kind::AskedFor => None,
            Kind::Default => self.point_latest().err(),
        };
        (std::mem::take(&mut self.path), stale)
    }

    /// Leaves the directory of a run that stopped early where it is.
    pub fn keep_incomplete(mut self) -> PathBuf {
        self.kept = true;
        std::mem::take(&mut self.path)
    }

    /// Only a symbolic link is replaced: anything else is somebody's own.
    fn point_latest(&self) -> Result<(), StaleLatest> {
        let (Some(parent), Some(name)) = (self.path.parent(), self.path.file_name()) else {
            return Ok(());
        };
        let latest = parent.join("latest");
        if latest
            .symlink_metadata()
            .is_ok_and(|there| !there.is_symlink())
        {
            return Err(StaleLatest::NoLink(latest));
        }
        let fresh = parent.join(format!(".latest-{}", std::process::id()));
        let pointed =
            std::os::unix::fs::symlink(name, &fresh).and_then(|()| fs::rename(&fresh, &latest));
        pointed.map_err(|cause| {
            let _ = fs::remove_file(&fresh);
            StaleLatest::Write(WriteError::new(&latest, cause))
        })
    }
}

impl Drop for NewRunDir {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(parent: &Path, name: &str) -> Option<StaleLatest> {
        let run = NewRunDir::make(parent.join(name), Kind::Default).unwrap();
        run.keep().1
    }

    #[test]
    fn latest_points_to_the_run_that_was_kept_last() {
        let place = tempfile::tempdir().unwrap();
        for name in ["one", "two"] {
            assert!(kept(place.path(), name).is_none());
            let latest = fs::read_link(place.path().join("latest")).unwrap();
            assert_eq!(latest, Path::new(name));
        }
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 3);
    }

    #[test]
    fn what_is_no_link_stays_and_is_told() {
        let place = tempfile::tempdir().unwrap();
        let latest = place.path().join("latest");
        fs::write(&latest, "mine").unwrap();
        assert!(matches!(
            kept(place.path(), "one"),
            Some(StaleLatest::NoLink(_))
        ));
        assert_eq!(fs::read_to_string(&latest).unwrap(), "mine");
        fs::remove_file(&latest).unwrap();
        fs::create_dir(&latest).unwrap();
        assert!(matches!(
            kept(place.path(), "two"),
            Some(StaleLatest::NoLink(_))
        ));
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 3);
    }
}
