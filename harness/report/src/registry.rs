//! The reports that there are, for whatever is done with all of them.

use std::path::Path;

use model::printable;

use crate::report::{JudgedRun, Nature, RenderError, Report};
use crate::run_dir::{WriteError, write_whole};

/// A set of reports, in the order in which they are listed and written.
#[derive(Clone, Copy, Debug)]
pub struct Registry<'a> {
    reports: &'a [Report],
}

/// A report, rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The name of its file.
    pub file: &'static str,
    /// Its content.
    pub content: Vec<u8>,
}

/// A report cannot be rendered.
#[derive(Debug, thiserror::Error)]
#[error("cannot render the report `{report}`")]
pub struct ReportError {
    /// The report's name.
    pub report: &'static str,
    /// Why.
    #[source]
    pub cause: RenderError,
}

/// The reports of a run cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteReportsError {
    /// One of them cannot be rendered.
    #[error(transparent)]
    Render(#[from] ReportError),
    /// The file system's own error.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl<'a> Registry<'a> {
    /// These reports. No two have the same name, or the same file.
    pub const fn new(reports: &'a [Report]) -> Self {
        Registry { reports }
    }

    /// All reports.
    pub fn iter(self) -> impl Iterator<Item = &'a Report> {
        self.reports.iter()
    }

    /// Those that certificates have.
    pub fn sealed(self) -> impl Iterator<Item = &'a Report> {
        self.iter().filter(|report| report.nature == Nature::Record)
    }

    /// Whether certificates have a report in a file of this name.
    pub fn seals(self, name: &str) -> bool {
        self.sealed().any(|report| report.file == name)
    }

    /// Renders all reports of a run.
    ///
    /// # Errors
    ///
    /// [`ReportError`], for the first that cannot be rendered.
    pub fn render(self, run: &JudgedRun<'_>) -> Result<Vec<Rendered>, ReportError> {
        self.iter().map(|report| rendered(report, run)).collect()
    }

    /// Renders those reports of a run that certificates have, each when it is asked for: they can be long.
    ///
    /// # Errors
    ///
    /// [`ReportError`], of each that cannot be rendered.
    pub fn render_sealed(
        self,
        run: &JudgedRun<'_>,
    ) -> impl Iterator<Item = Result<Rendered, ReportError>> {
        self.sealed().map(|report| rendered(report, run))
    }

    /// Writes all reports of a run into its directory, each whole or not at all.
    ///
    /// # Errors
    ///
    /// [`WriteReportsError`]. If one cannot be rendered, none is written.
    pub fn write(self, run: &JudgedRun<'_>, dir: &Path) -> Result<(), WriteReportsError> {
        for Rendered { file, content } in self.render(run)? {
            write_whole(&dir.join(file), &content)?;
        }
        Ok(())
    }
}

fn rendered(report: &Report, run: &JudgedRun<'_>) -> Result<Rendered, ReportError> {
    match (report.render)(run) {
        Ok(content) => Ok(Rendered {
            file: report.file,
            content: shown(content),
        }),
        Err(cause) => Err(ReportError {
            report: report.name,
            cause,
        }),
    }
}

/// A report that is text has what came from outside escaped: in JSON it stays the same document, and in
/// XML nothing is left that XML forbids.
fn shown(content: Vec<u8>) -> Vec<u8> {
    match String::from_utf8(content) {
        Ok(text) => printable::text(&text).into_owned().into_bytes(),
        Err(binary) => binary.into_bytes(),
    }
}
