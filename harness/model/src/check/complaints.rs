//! What was found wrong with one file.

use miette::Diagnostic;

use crate::file::{FileError, SourceFile};
use crate::yaml_path::YamlPath;

/// Collects what is wrong with one file.
pub struct Complaints<'a> {
    file: &'a SourceFile,
    errors: Vec<FileError>,
}

impl<'a> Complaints<'a> {
    /// None yet about this file.
    pub fn about(file: &'a SourceFile) -> Self {
        Complaints {
            file,
            errors: Vec::new(),
        }
    }

    /// The file.
    pub fn file(&self) -> &SourceFile {
        self.file
    }

    /// Adds one about the value at this place.
    pub fn at(&mut self, place: &YamlPath, problem: impl Diagnostic + Send + Sync + 'static) {
        self.errors.push(FileError::at(self.file, place, problem));
    }

    /// All of them, in the order in which they were found.
    pub fn into_errors(self) -> Vec<FileError> {
        self.errors
    }
}
