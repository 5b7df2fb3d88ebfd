//! What stopped rgdrill, with everything escaped in it that came from outside.

use std::error::Error;
use std::fmt;

use miette::{Diagnostic, LabeledSpan, NamedSource, Severity, SourceCode, SourceSpan};
use model::printable;

/// A copy of a diagnostic that is fit to be shown. Codes, links and related diagnostics are left out:
/// rgdrill's have none that are shown with it.
#[derive(Debug)]
pub(super) struct Problem {
    message: String,
    cause: Option<Box<Problem>>,
    help: Option<String>,
    severity: Option<Severity>,
    labels: Vec<LabeledSpan>,
    source: Option<NamedSource<String>>,
}

impl Problem {
    pub(super) fn of(problem: &dyn Diagnostic) -> Problem {
        let labels: Vec<LabeledSpan> = problem.labels().into_iter().flatten().collect();
        let span = labels.first().map(|label| *label.inner());
        let code = problem.source_code();
        Problem {
            message: shown(&problem),
            cause: problem
                .source()
                .map(|cause| Box::new(Problem::caused(cause))),
            help: problem.help().map(|help| shown(&help)),
            severity: problem.severity(),
            source: code.zip(span).and_then(|(code, span)| whole(code, span)),
            labels: labels.into_iter().map(escaped_label).collect(),
        }
    }

    /// The cause of another.
    fn caused(cause: &dyn Error) -> Problem {
        Problem {
            message: shown(&cause),
            cause: cause.source().map(|cause| Box::new(Problem::caused(cause))),
            help: None,
            severity: None,
            labels: Vec::new(),
            source: None,
        }
    }
}

fn shown(text: &dyn fmt::Display) -> String {
    printable::text(&text.to_string()).into_owned()
}

fn escaped_label(label: LabeledSpan) -> LabeledSpan {
    let words = label.label().map(|label| shown(&label));
    LabeledSpan::new_primary_with_span(words, *label.inner())
}

/// The whole file around `span`, with a mark in place of each byte of what is not to be shown: no
/// span of it moves.
fn whole(code: &dyn SourceCode, span: SourceSpan) -> Option<NamedSource<String>> {
    let all = usize::MAX / 2;
    let contents = code.read_span(&span, all, all).ok()?;
    let text = String::from_utf8_lossy(contents.data());
    let name = shown(&contents.name().unwrap_or_default());
    Some(NamedSource::new(name, printable::masked(&text)))
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Problem {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as &dyn Error)
    }
}

impl Diagnostic for Problem {
    fn severity(&self) -> Option<Severity> {
        self.severity
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.help.as_ref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
