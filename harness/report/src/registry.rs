//! The reports that there are, for whatever is done with all of them.

use std::io::{self, Write};
use std::path::Path;

use model::printable;

use crate::report::{Content, JudgedRun, Nature, RenderError, Report};
use crate::run_dir::{WriteError, write_whole_by};

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
    /// [`WriteReportsError`], for the first that cannot be rendered or written. Those after it are not written.
    pub fn write(self, run: &JudgedRun<'_>, dir: &Path) -> Result<(), WriteReportsError> {
        for report in self.iter() {
            let path = dir.join(report.file);
            let written = write_whole_by(&path, |file| render(report, run, file));
            written.map_err(|error| match error {
                Failed::Render(cause) => report_error(report, cause).into(),
                Failed::Write(cause) => WriteReportsError::from(WriteError::new(&path, cause)),
            })?;
        }
        Ok(())
    }
}

fn rendered(report: &Report, run: &JudgedRun<'_>) -> Result<Rendered, ReportError> {
    let mut content = Vec::new();
    render(report, run, &mut content).map_err(|error| {
        report_error(
            report,
            match error {
                Failed::Render(cause) => cause,
                Failed::Write(cause) => cause.into(),
            },
        )
    })?;
    let file = report.file;
    Ok(Rendered { file, content })
}

/// Why a report is not there.
enum Failed {
    Render(RenderError),
    Write(io::Error),
}

impl From<io::Error> for Failed {
    fn from(cause: io::Error) -> Self {
        Failed::Write(cause)
    }
}

/// Writes the content of a report. A text has what came from outside escaped: in JSON it stays the same
/// document, and in XML nothing is left that XML forbids.
fn render(report: &Report, run: &JudgedRun<'_>, file: &mut dyn Write) -> Result<(), Failed> {
    let mut write = |text: Result<String, RenderError>| {
        let text = text.map_err(Failed::Render)?;
        Ok(file.write_all(printable::text(&text).as_bytes())?)
    };
    match report.content {
        Content::Text(render) => write(render(run)),
        Content::Pieces(render) => render(run).try_for_each(write),
        Content::Bytes(render) => Ok(render(run, file)?),
    }
}

fn report_error(report: &Report, cause: RenderError) -> ReportError {
    ReportError {
        report: report.name,
        cause,
    }
}
