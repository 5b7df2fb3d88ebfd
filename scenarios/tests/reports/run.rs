//! Runs with reports, each made once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use model::journal::Journal;
use tempfile::TempDir;

/// A run directory, which is removed with it.
pub(crate) struct Run {
    _place: TempDir,
    pub(crate) dir: PathBuf,
}

/// All walks that are run by default.
pub(crate) fn whole() -> &'static Run {
    static RUN: OnceLock<Run> = OnceLock::new();
    RUN.get_or_init(|| Run::of(&[]))
}

impl Run {
    /// A drill with these arguments.
    pub(crate) fn of(arguments: &[&str]) -> Run {
        let place = tempfile::tempdir().unwrap();
        let dir = place.path().join("run");
        let fixed = ["certify", "--out", dir.to_str().unwrap()];
        let output = rgdrill(&[&fixed, arguments].concat());
        assert!(dir.is_dir(), "{output:?}");
        Run { _place: place, dir }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn journal(&self) -> Journal {
        Journal::load(&self.path("journal.jsonl")).unwrap()
    }

    /// The address of its page.
    pub(crate) fn page(&self) -> String {
        format!("file://{}", self.path("report.html").display())
    }
}

pub(crate) fn rgdrill(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rgdrill"));
    command.args(arguments).output().unwrap()
}

/// Writes the reports of a run again.
pub(crate) fn report(dir: &Path) {
    let output = rgdrill(&["report", dir.to_str().unwrap()]);
    assert!(output.status.success(), "{output:?}");
}
