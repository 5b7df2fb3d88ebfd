//! Files that people write, and what is wrong with them: every error names its file, line and
//! column, what was expected there, and what to do.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode, SourceSpan};

use crate::locate::locate;
use crate::yaml_path::YamlPath;

/// A file's name and text. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SourceFile(Arc<NamedSource<String>>);

/// What is wrong, apart from where: its message and its help.
pub type Problem = Box<dyn Diagnostic + Send + Sync>;

/// One thing that is wrong with one file.
#[derive(Debug)]
pub struct FileError {
    file: SourceFile,
    span: Option<SourceSpan>,
    problem: Problem,
}

/// All that is wrong with a set of files; at least one thing.
#[derive(Debug)]
pub struct FileErrors(Vec<FileError>);

/// Line and column of a character, both counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineColumn {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

impl SourceFile {
    /// A file of this name (as errors are to show it) and text.
    pub fn new(name: impl AsRef<str>, text: impl Into<String>) -> Self {
        let source = NamedSource::new(name, text.into()).with_language("yaml");
        SourceFile(Arc::new(source))
    }

    /// The name, as it was given.
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// The name without folders and ending: what the thing in the file must be called.
    pub fn stem(&self) -> &str {
        Path::new(self.name())
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default()
    }

    /// The text.
    pub fn text(&self) -> &str {
        self.0.inner()
    }

    /// The line and column of a byte of the text.
    fn line_column(&self, offset: usize) -> LineColumn {
        let before = self.text().get(..offset).unwrap_or(self.text());
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        LineColumn {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

impl FileError {
    /// A problem with the value at this path, or with what it should be part of.
    pub fn at(
        file: &SourceFile,
        path: &YamlPath,
        problem: impl Diagnostic + Send + Sync + 'static,
    ) -> Self {
        FileError::spanning(file, locate(file.text(), path), problem)
    }

    /// A problem with these bytes of the file, or with the file as a whole.
    pub fn spanning(
        file: &SourceFile,
        span: Option<SourceSpan>,
        problem: impl Diagnostic + Send + Sync + 'static,
    ) -> Self {
        FileError {
            file: file.clone(),
            span,
            problem: Box::new(problem),
        }
    }

    /// The file's name.
    pub fn file(&self) -> &str {
        self.file.name()
    }

    /// Where in the file it is; nothing if it is the file as a whole.
    pub fn place(&self) -> Option<LineColumn> {
        self.span.map(|span| self.file.line_column(span.offset()))
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl std::error::Error for FileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.problem.source()
    }
}

impl Diagnostic for FileError {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.problem.help()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.span.map(|_| &*self.file.0 as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = LabeledSpan::new_primary_with_span(Some("here".to_owned()), self.span?);
        Some(Box::new(std::iter::once(label)))
    }
}

impl FileErrors {
    /// `Ok` if there are none.
    ///
    /// # Errors
    ///
    /// If there is at least one.
    pub fn none_of(errors: Vec<FileError>) -> Result<(), FileErrors> {
        if errors.is_empty() {
            Ok(())
        } else {
            Err(FileErrors(errors))
        }
    }

    /// Each of them, in the order of the files.
    pub fn iter(&self) -> std::slice::Iter<'_, FileError> {
        self.0.iter()
    }

    /// The error, if it is the only one: then it stands for itself.
    fn only(&self) -> Option<&FileError> {
        match self.0.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }
}

impl From<FileError> for FileErrors {
    fn from(error: FileError) -> Self {
        FileErrors(vec![error])
    }
}

impl IntoIterator for FileErrors {
    type Item = FileError;
    type IntoIter = std::vec::IntoIter<FileError>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a FileErrors {
    type Item = &'a FileError;
    type IntoIter = std::slice::Iter<'a, FileError>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for FileErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.only() {
            Some(only) => only.fmt(f),
            None => write!(f, "{} errors", self.0.len()),
        }
    }
}

impl std::error::Error for FileErrors {}

impl Diagnostic for FileErrors {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.only()?.help()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.only()?.source_code()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.only()?.labels()
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        if self.only().is_some() {
            return None;
        }
        Some(Box::new(self.iter().map(|error| error as &dyn Diagnostic)))
    }
}
