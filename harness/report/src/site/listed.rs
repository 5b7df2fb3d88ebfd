//! The runs of a directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use chrono::{DateTime, SecondsFormat, Utc};
use model::bounded;
use model::outline::Outline;

use crate::report::LONGEST;
use crate::reports::results;
use crate::run_dir::JOURNAL;

/// At most so many runs are listed: the latest.
const MOST: usize = 200;

/// A run in the list.
pub(super) struct Listed {
    pub(super) name: String,
    /// When its journal was written, by the file system.
    pub(super) when: String,
    /// Its results; or why there are none.
    pub(super) results: Result<Outline, String>,
}

/// The runs, the latest first.
pub(super) fn runs(dir: &Path) -> Vec<Listed> {
    let runs = directories(dir).into_iter();
    runs.map(|run| Listed {
        name: name(&run),
        when: DateTime::<Utc>::from(written(&run)).to_rfc3339_opts(SecondsFormat::Secs, true),
        results: results(&run),
    })
    .collect()
}

/// The directories of the runs, the latest first. Links are left out: `latest` is in the list already, and others could
/// lead anywhere.
pub(super) fn directories(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let directories = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let runs = directories.map(|entry| entry.path());
    let mut runs: Vec<PathBuf> = runs.filter(|run| run.join(JOURNAL).is_file()).collect();
    runs.sort_by_cached_key(|run| (written(run), run.clone()));
    runs.reverse();
    runs.truncate(MOST);
    runs
}

/// The name of a run.
pub(super) fn name(run: &Path) -> String {
    run.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// What came of a run; or why that cannot be read.
pub(super) fn results(run: &Path) -> Result<Outline, String> {
    let path = run.join(results::REPORT.file);
    match fs::symlink_metadata(&path) {
        Ok(file) if file.is_file() => {}
        _ => return Err(format!("it has no {}", results::REPORT.file)),
    }
    let text = bounded::read_to_string(&path, LONGEST).map_err(|error| error.to_string())?;
    Outline::from_json(&text).map_err(|error| error.to_string())
}

fn written(run: &Path) -> SystemTime {
    let journal = fs::metadata(run.join(JOURNAL));
    let written = journal.and_then(|file| file.modified());
    written.unwrap_or(SystemTime::UNIX_EPOCH)
}
