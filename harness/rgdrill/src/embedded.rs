//! What the binary carries with it: the scenarios, and the reference pools that the simulation runs.

use std::path::Path;

use include_dir::{Dir, include_dir};
use model::scenarios::Scenarios;

use crate::trouble::Trouble;

/// `scenarios/` as it was when rgdrill was built.
static SCENARIOS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/scenarios");

/// The scenarios that are built in.
///
/// # Errors
/// Never for a released binary: a test loads them.
pub fn scenarios() -> Result<Scenarios, Vec<model::yaml::FileError>> {
    Scenarios::load(files(&SCENARIOS))
}

/// The built-in scenarios, or those of a directory.
pub(crate) fn scenarios_or(dir: Option<&Path>) -> Result<Scenarios, Trouble> {
    let loaded = match dir {
        Some(dir) => Scenarios::read(dir),
        None => scenarios(),
    };
    loaded.map_err(Trouble::files)
}

/// Every YAML file below a directory, with its path.
fn files<'a>(dir: &'a Dir<'a>) -> Vec<(&'a str, &'a str)> {
    let here = dir.files().filter_map(|file| Some((file.path().to_str()?, file.contents_utf8()?)));
    let below = dir.dirs().flat_map(files);
    here.filter(|(path, _)| path.ends_with(".yaml")).chain(below).collect()
}
