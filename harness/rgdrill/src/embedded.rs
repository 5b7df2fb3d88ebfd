//! What the binary carries with it: the scenarios, and the target that stands for the embedded
//! reference pools.

use std::path::Path;

use include_dir::{Dir, DirEntry, include_dir};
use model::file::{FileErrors, SourceFile};
use model::scenarios::Scenarios;
use model::yaml;
use target::Target;

use crate::command_error::CommandError;

/// `scenarios/` as it was when rgdrill was built.
static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/scenarios");

/// The documents that the scenarios are written after.
const DOCUMENT: &str = "lync-2013";

/// The target that `certify` drills by default.
const REFERENCE: &str = "targets/reference.yaml";

/// The scenarios that are built in.
///
/// # Errors
/// Never for a released binary: a test loads them.
pub fn scenarios() -> Result<Scenarios, FileErrors> {
    let mut files = Vec::new();
    if let Some(dir) = FILES.get_dir(DOCUMENT) {
        collect(dir, &mut files);
    }
    Scenarios::load(files)
}

/// The embedded reference pools, as a target.
///
/// # Errors
/// Never for a released binary: a test loads it.
pub fn reference_target() -> Result<Target, FileErrors> {
    Target::load(&reference_file())
}

fn reference_file() -> SourceFile {
    let text = FILES
        .get_file(REFERENCE)
        .and_then(|file| file.contents_utf8())
        .unwrap_or_default();
    SourceFile::new(REFERENCE, text)
}

/// The embedded reference, or the target of a file.
pub(crate) fn target_or(path: Option<&Path>) -> Result<Target, CommandError> {
    Target::load(&target_file(path)?).map_err(CommandError::usage)
}

/// The text of the embedded reference, or of the target of a file.
pub(crate) fn target_file(path: Option<&Path>) -> Result<SourceFile, CommandError> {
    path.map_or_else(|| Ok(reference_file()), yaml::read)
        .map_err(CommandError::usage)
}

/// Every YAML file below a directory, with its path.
fn collect<'a>(dir: &'a Dir<'a>, files: &mut Vec<(&'a str, &'a str)>) {
    for entry in dir.entries() {
        match entry {
            DirEntry::Dir(below) => collect(below, files),
            DirEntry::File(file) => {
                if let (Some(path), Some(text)) = (file.path().to_str(), file.contents_utf8())
                    && path.ends_with(".yaml")
                {
                    files.push((path, text));
                }
            }
        }
    }
}
