//! All scenarios together: the tables, the topologies, the programmes and the walks, loaded and
//! checked, from a directory or from what is built in.
//!
//! A file's first key says what it is; folders only keep people oriented.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::check;
use crate::clause::Tables;
use crate::file::{FileError, FileErrors, SourceFile};
use crate::file_kind::{FIRST_KEYS, FileKind};
use crate::nearest;
use crate::programme::Programme;
use crate::topology::Topology;
use crate::walk::Walk;
use crate::yaml;
use crate::yaml_path::YamlPath;

/// What a drill can be made of: complete, and checked.
#[derive(Clone, Debug)]
pub struct Scenarios {
    /// The oracle.
    pub tables: Tables,
    /// The SHA-256 of the tables' text, in hexadecimal: what a journal says that it was judged by.
    pub tables_sha256: String,
    /// The tables' text, of which a run keeps a copy.
    pub tables_text: String,
    /// The topologies, by name.
    pub topologies: BTreeMap<String, Topology>,
    /// The programmes, by name.
    pub programmes: BTreeMap<String, Programme>,
    /// The walks, by name.
    pub walks: BTreeMap<String, Walk>,
    /// The files that all this was read from.
    files: Vec<SourceFile>,
}

/// A file that was found in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The file's name.
    pub file: String,
    /// What it is.
    pub kind: FileKind,
}

/// What is wrong with a set of files, or with a file among others.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum BadFiles {
    #[error("`{file}` begins with no key, so nothing says what it is")]
    #[diagnostic(help("write one of these first: {FIRST_KEYS}"))]
    NoKey { file: String },
    #[error("`{key}` is the first key of no file that rgdrill reads")]
    #[diagnostic(help("{advice}"))]
    UnknownKind { key: String, advice: String },
    #[error("a target does not belong among the scenarios")]
    #[diagnostic(help("move it, and name it with `--target`"))]
    MisplacedTarget,
    #[error("there is another {kind} of this name in `{other}`")]
    #[diagnostic(help("rename one of them"))]
    NameTaken { kind: FileKind, other: String },
    #[error("there are no scenarios in `{directory}`")]
    #[diagnostic(help(
        "scenarios are a directory with `tables.yaml`, `topologies`, `programmes` and `walks`"
    ))]
    NoScenarios { directory: String },
    #[error("the directory `{directory}` cannot be read")]
    #[diagnostic(help(
        "scenarios are a directory with `tables.yaml`, `topologies`, `programmes` and `walks`"
    ))]
    Directory {
        directory: String,
        #[source]
        cause: std::io::Error,
    },
    #[error("`{file}` would be passed over: its name does not end in `.yaml`")]
    #[diagnostic(help("rename it"))]
    Ending { file: String },
    #[error("there are no tables among the scenarios")]
    #[diagnostic(help(
        "a drill is judged against a file that begins with `schema: {}`",
        Tables::SCHEMA
    ))]
    NoTables,
}

/// The folders of a scenario directory.
const FOLDERS: [&str; 3] = ["topologies", "programmes", "walks"];

impl Scenarios {
    /// Loads the scenarios of a directory: `tables.yaml`, and all of `topologies/`, `programmes/`
    /// and `walks/` that ends in `.yaml`.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or does not check; everything that is wrong is told at once.
    pub fn read(directory: &Path) -> Result<Self, FileErrors> {
        let mut errors = Vec::new();
        let tables = directory.join("tables.yaml");
        if !tables.exists() && !FOLDERS.iter().any(|folder| directory.join(folder).exists()) {
            return Err(no_scenarios(directory).into());
        }
        let mut paths = vec![tables];
        for folder in FOLDERS {
            match yaml_files(&directory.join(folder)) {
                Ok(found) => paths.extend(found),
                Err(error) => errors.push(error),
            }
        }
        let mut files = Vec::new();
        for path in paths {
            match yaml::read(&path) {
                Ok(file) => files.push(file),
                Err(error) => errors.push(error),
            }
        }
        FileErrors::none_of(errors)?;
        Scenarios::from_files(files)
    }

    /// Loads scenarios from files' names and texts, such as are built into a program.
    ///
    /// # Errors
    ///
    /// If a file does not check; everything that is wrong is told at once.
    pub fn load<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, FileErrors> {
        let files = files
            .into_iter()
            .map(|(name, text)| SourceFile::new(name, text))
            .collect();
        Scenarios::from_files(files)
    }

    /// Loads scenarios from files.
    fn from_files(files: Vec<SourceFile>) -> Result<Self, FileErrors> {
        let mut draft = Draft::default();
        let mut errors = Vec::new();
        for file in &files {
            if let Err(error) = draft.add(file, Taken::IsAnError) {
                errors.push(error);
            }
        }
        if errors.is_empty() {
            errors = draft.check();
        }
        FileErrors::none_of(errors)?;
        draft.finish(files)
    }

    /// The file that this was read from: the tables, or the topology, programme or walk of this
    /// name. For copies of what a drill was run with.
    pub fn source(&self, kind: FileKind, name: &str) -> Option<&SourceFile> {
        self.files.iter().find(|file| {
            let is_named = kind == FileKind::Tables || file.stem() == name;
            is_named && kind_of(file).is_ok_and(|found| found == kind)
        })
    }

    /// Checks files that people wrote, together with these scenarios: a walk may name a topology or
    /// a programme of either. One that has the name of one of these takes its place, and the walks
    /// that use it must still check. A target's file is no scenario: `check_target` checks it.
    ///
    /// # Errors
    ///
    /// If any file cannot be read or does not check; everything that is wrong is told at once.
    pub fn check_files(
        &self,
        paths: &[PathBuf],
        check_target: impl Fn(&SourceFile) -> Result<(), FileErrors>,
    ) -> Result<Vec<Checked>, FileErrors> {
        let mut draft = Draft::default();
        let mut checked = Vec::new();
        let mut errors = Vec::new();
        for path in paths {
            match draft.add_path(path, &check_target) {
                Ok(file) => checked.push(file),
                Err(wrong) => errors.extend(wrong),
            }
        }
        for file in &self.files {
            if let Err(error) = draft.add(file, Taken::IsPassedOver) {
                errors.push(error);
            }
        }
        if errors.is_empty() {
            errors = draft.check();
        }
        FileErrors::none_of(errors)?;
        Ok(checked)
    }
}

/// What to do with a file whose kind and name another file has already.
#[derive(Clone, Copy)]
enum Taken {
    IsAnError,
    IsPassedOver,
}

/// A value and the file that it was read from.
struct Sourced<T> {
    value: T,
    file: SourceFile,
}

/// Scenarios that are not checked yet.
#[derive(Default)]
struct Draft {
    tables: Option<Sourced<Tables>>,
    topologies: BTreeMap<String, Sourced<Topology>>,
    programmes: BTreeMap<String, Sourced<Programme>>,
    walks: BTreeMap<String, Sourced<Walk>>,
}

impl Draft {
    /// Reads a file of any kind, and adds it if it is a scenario.
    fn add_path(
        &mut self,
        path: &Path,
        check_target: impl Fn(&SourceFile) -> Result<(), FileErrors>,
    ) -> Result<Checked, FileErrors> {
        let file = yaml::read(path)?;
        let kind = kind_of(&file)?;
        match kind {
            FileKind::Target => check_target(&file)?,
            _ => self.add(&file, Taken::IsAnError)?,
        }
        let file = file.name().to_owned();
        Ok(Checked { file, kind })
    }

    /// Adds a scenario file.
    fn add(&mut self, file: &SourceFile, taken: Taken) -> Result<(), FileError> {
        match kind_of(file)? {
            FileKind::Tables => self.add_tables(file, taken),
            FileKind::Topology => add(&mut self.topologies, FileKind::Topology, file, taken),
            FileKind::Programme => add(&mut self.programmes, FileKind::Programme, file, taken),
            FileKind::Walk => add(&mut self.walks, FileKind::Walk, file, taken),
            FileKind::Target => Err(FileError::at(
                file,
                &YamlPath::top(),
                BadFiles::MisplacedTarget,
            )),
        }
    }

    /// Adds the tables.
    fn add_tables(&mut self, file: &SourceFile, taken: Taken) -> Result<(), FileError> {
        if let Some(other) = &self.tables {
            return name_taken(FileKind::Tables, file, &other.file, taken);
        }
        self.tables = Some(sourced(file)?);
        Ok(())
    }

    /// All that is wrong.
    fn check(&self) -> Vec<FileError> {
        let Some(tables) = &self.tables else {
            return vec![no_tables()];
        };
        let mut errors = check::tables::check(&tables.value, &tables.file);
        let (sound, wrong) = self.check_topologies();
        errors.extend(wrong);
        for (name, programme) in &self.programmes {
            let Sourced { value, file } = programme;
            let uses = self.uses(name, &sound);
            errors.extend(check::programme::check(value, file, &uses));
        }
        let known = check::walk::Known {
            tables: &tables.value,
            topologies: self
                .topologies
                .iter()
                .map(|(name, topology)| (name.as_str(), &topology.value))
                .collect(),
            programmes: self.programmes.keys().map(String::as_str).collect(),
        };
        for Sourced { value, file } in self.walks.values() {
            errors.extend(check::walk::check(value, file, &known));
        }
        errors
    }

    /// The topologies that are sound, and what is wrong with the others.
    fn check_topologies(&self) -> (BTreeMap<&str, &Topology>, Vec<FileError>) {
        let mut sound = BTreeMap::new();
        let mut errors = Vec::new();
        for (name, Sourced { value, file }) in &self.topologies {
            let wrong = check::topology::check(value, file);
            if wrong.is_empty() {
                sound.insert(name.as_str(), value);
            }
            errors.extend(wrong);
        }
        (sound, errors)
    }

    /// The walks that use a programme, with their topologies as far as those are sound: what is
    /// wrong with a topology is told there, not again in each programme.
    fn uses<'a>(
        &'a self,
        programme: &str,
        sound: &BTreeMap<&str, &'a Topology>,
    ) -> Vec<check::programme::Use<'a>> {
        self.walks
            .values()
            .map(|walk| &walk.value)
            .filter(|walk| walk.programme == programme)
            .map(|walk| check::programme::Use {
                walk,
                topology: sound.get(walk.topology.as_str()).copied(),
            })
            .collect()
    }

    /// The scenarios, which were checked.
    fn finish(self, files: Vec<SourceFile>) -> Result<Scenarios, FileErrors> {
        let Some(tables) = self.tables else {
            return Err(no_tables().into());
        };
        Ok(Scenarios {
            tables_sha256: sha256(tables.file.text()),
            tables_text: tables.file.text().to_owned(),
            tables: tables.value,
            topologies: values(self.topologies),
            programmes: values(self.programmes),
            walks: values(self.walks),
            files,
        })
    }
}

/// A value that its file gives a name.
trait Named {
    fn name(&self) -> &str;
}

impl Named for Topology {
    fn name(&self) -> &str {
        &self.topology
    }
}

impl Named for Programme {
    fn name(&self) -> &str {
        &self.programme
    }
}

impl Named for Walk {
    fn name(&self) -> &str {
        &self.walk
    }
}

/// Adds a file's value under its name.
fn add<T: Named + DeserializeOwned>(
    to: &mut BTreeMap<String, Sourced<T>>,
    kind: FileKind,
    file: &SourceFile,
    taken: Taken,
) -> Result<(), FileError> {
    let sourced: Sourced<T> = sourced(file)?;
    let name = sourced.value.name().to_owned();
    if let Some(other) = to.get(&name) {
        return name_taken(kind, file, &other.file, taken);
    }
    to.insert(name, sourced);
    Ok(())
}

/// A file's value.
fn sourced<T: DeserializeOwned>(file: &SourceFile) -> Result<Sourced<T>, FileError> {
    let value = yaml::parse(file)?;
    let file = file.clone();
    Ok(Sourced { value, file })
}

/// What becomes of a file whose kind and name another has.
fn name_taken(
    kind: FileKind,
    file: &SourceFile,
    other: &SourceFile,
    taken: Taken,
) -> Result<(), FileError> {
    match taken {
        Taken::IsPassedOver => Ok(()),
        Taken::IsAnError => {
            let other = other.name().to_owned();
            let place = YamlPath::top().key(kind.first_key());
            Err(FileError::at(
                file,
                &place,
                BadFiles::NameTaken { kind, other },
            ))
        }
    }
}

/// What a file is, by its first key.
fn kind_of(file: &SourceFile) -> Result<FileKind, FileError> {
    let Some(key) = yaml::first_key(file)? else {
        let problem = BadFiles::NoKey {
            file: file.name().to_owned(),
        };
        return Err(FileError::spanning(file, None, problem));
    };
    let kind = FileKind::ALL
        .into_iter()
        .find(|kind| kind.first_key() == key);
    kind.ok_or_else(|| {
        let advice = nearest::advice(&key, FileKind::ALL.map(FileKind::first_key));
        let problem = BadFiles::UnknownKind { key, advice };
        FileError::at(file, &YamlPath::top(), problem)
    })
}

/// A complaint about scenarios without an oracle.
fn no_tables() -> FileError {
    FileError::spanning(&SourceFile::new("", ""), None, BadFiles::NoTables)
}

/// A complaint about a directory that has nothing of what scenarios are made of, or is not there.
fn no_scenarios(directory: &Path) -> FileError {
    let directory = directory.display().to_string();
    let problem = BadFiles::NoScenarios { directory };
    FileError::spanning(&SourceFile::new("", ""), None, problem)
}

/// The values, without their files.
fn values<T>(sourced: BTreeMap<String, Sourced<T>>) -> BTreeMap<String, T> {
    sourced
        .into_iter()
        .map(|(name, sourced)| (name, sourced.value))
        .collect()
}

/// The SHA-256 of a text, in hexadecimal.
pub fn sha256(text: &str) -> String {
    format!("{:x}", Sha256::digest(text))
}

/// The files of a folder that end in `.yaml`, in the order of their names.
fn yaml_files(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let unreadable = |cause| {
        let directory = folder.display().to_string();
        let problem = BadFiles::Directory { directory, cause };
        FileError::spanning(&SourceFile::new("", ""), None, problem)
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("yaml") => files.push(path),
            Some("yml") => return Err(wrong_ending(&path)),
            _ => {}
        }
    }
    files.sort();
    Ok(files)
}

/// A complaint about a file that ends in `.yml`.
fn wrong_ending(path: &Path) -> FileError {
    let file = path.display().to_string();
    FileError::spanning(&SourceFile::new("", ""), None, BadFiles::Ending { file })
}
