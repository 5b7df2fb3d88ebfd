//! The directory of a run: made anew, whole or absent.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chrono::Utc;

/// Why a run directory cannot be used.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum RunDirError {
    /// A run is never written over another.
    #[error("the run directory {} exists already", .0.display())]
    #[diagnostic(help(
        "give another one with --out, or remove it; without --out a new one is made under runs/"
    ))]
    Exists(PathBuf),
    /// The file system's own trouble.
    #[error("{} cannot be written: {cause}", path.display())]
    #[diagnostic(help(
        "check that the file system has room and that you may write there, or choose another place with --out"
    ))]
    Write {
        /// What was to be written.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

/// The directory of a run that is under way. Unless it is [kept](RunDir::keep), dropping it removes it,
/// so that an interrupted run leaves nothing that looks whole.
#[derive(Debug)]
pub(crate) struct RunDir {
    path: PathBuf,
    is_default: bool,
    kept: bool,
}

impl RunDir {
    /// Makes the directory `out`, or `runs/<time>-<target>-<lab>` if none is asked for.
    pub(crate) fn create(out: Option<&Path>, target: &str, lab: &str) -> Result<Self, RunDirError> {
        let path = match out {
            Some(path) => path.to_owned(),
            None => default_path(target, lab),
        };
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|cause| write_error(parent, cause))?;
        }
        match fs::create_dir(&path) {
            Ok(()) => Ok(RunDir {
                path,
                is_default: out.is_none(),
                kept: false,
            }),
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {
                Err(RunDirError::Exists(path))
            }
            Err(cause) => Err(write_error(&path, cause)),
        }
    }

    /// That nothing stands at `out` yet, for whoever has something to wait for before the
    /// directory is made.
    pub(crate) fn check(out: &Path) -> Result<(), RunDirError> {
        match out.symlink_metadata() {
            Ok(_) => Err(RunDirError::Exists(out.to_owned())),
            Err(_) => Ok(()),
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Leaves the directory where it is, and lets `runs/latest` point to it.
    pub(crate) fn keep(mut self) -> PathBuf {
        self.kept = true;
        if self.is_default {
            self.point_latest();
        }
        std::mem::take(&mut self.path)
    }

    /// Leaves the directory of a run that broke off where it is.
    pub(crate) fn keep_broken(mut self) -> PathBuf {
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

impl Drop for RunDir {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// Writes a file of the run whole or not at all: under another name first, then renamed.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> Result<(), RunDirError> {
    let draft = path.with_extension("part");
    let written = fs::File::create(&draft)
        .and_then(|mut file| file.write_all(content).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&draft, path));
    written.map_err(|cause| {
        let _ = fs::remove_file(&draft);
        write_error(path, cause)
    })
}

fn write_error(path: &Path, cause: io::Error) -> RunDirError {
    RunDirError::Write {
        path: path.to_owned(),
        cause,
    }
}

/// `runs/<time>-<target>-<lab>`; a number is appended when two runs begin within one second.
fn default_path(target: &str, lab: &str) -> PathBuf {
    let time = Utc::now().format("%Y%m%dT%H%M%SZ");
    let name = format!("{time}-{target}-{lab}");
    let mut path = Path::new("runs").join(&name);
    for again in 2.. {
        if !path.exists() {
            break;
        }
        path = Path::new("runs").join(format!("{name}-{again}"));
    }
    path
}
