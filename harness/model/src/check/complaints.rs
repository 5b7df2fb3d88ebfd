//! What was found wrong with one file.

use miette::Diagnostic;

use crate::file::{FileError, SourceFile};
use crate::place::Place;

/// Collects what is wrong with one file.
pub(crate) struct Complaints<'a> {
    file: &'a SourceFile,
    errors: Vec<FileError>,
}

impl<'a> Complaints<'a> {
    /// None yet about this file.
    pub(crate) fn about(file: &'a SourceFile) -> Self {
        Complaints {
            file,
            errors: Vec::new(),
        }
    }

    /// The file.
    pub(crate) fn file(&self) -> &SourceFile {
        self.file
    }

    /// Adds one about the value at this place.
    pub(crate) fn at(&mut self, place: &Place, problem: impl Diagnostic + Send + Sync + 'static) {
        self.errors.push(FileError::at(self.file, place, problem));
    }

    /// All of them, in the order in which they were found.
    pub(crate) fn into_errors(self) -> Vec<FileError> {
        self.errors
    }
}
