//! The one place that writes to standard output and standard error.

use std::io::{self, IsTerminal, Write};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, MietteDiagnostic};
use model::environment;
use report::paragraph::WIDEST;
use report::reports::terminal::{Colours, Layout};

use crate::command_error::CommandError;

/// Columns when there is no terminal to ask.
const WIDTH: u16 = 132;

/// Standard output does not take what was asked for.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("cannot write to standard output")]
#[diagnostic(help("what was written is incomplete: check that the file system has room"))]
struct NotWritten(#[source] io::Error);

/// Writes what was asked for to standard output. A reader that went away (`| head`) is no failure;
/// half a file that looks whole is one.
pub(crate) fn write(text: &str) -> Result<(), CommandError> {
    match written(text) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(CommandError::harness(NotWritten(error)))
        }
        _ => Ok(()),
    }
}

/// Writes to standard output, where it does not matter whether anybody reads it.
pub(crate) fn print(text: &str) {
    // A closed pipe is the reader's choice; there is no other place to say so.
    let _ = written(text);
}

fn written(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush())
}

/// Writes one line to standard error.
pub(crate) fn status(line: &str) {
    // In one piece, so that the lines of several processes do not mix.
    let _ = io::stderr()
        .lock()
        .write_all(format!("{line}\n").as_bytes());
}

/// Writes to standard error what stopped rgdrill: the message, the line of the file at fault, what
/// to do. Of several errors, each in turn, and then how many there are.
pub(crate) fn error(report: &miette::Report) {
    let handler = handler();
    for related in report.related().into_iter().flatten() {
        status(&format!("{}\n", rendered(&handler, related)));
    }
    match report.related() {
        Some(_) => status(&rendered(
            &handler,
            &MietteDiagnostic::new(report.to_string()),
        )),
        None => status(&rendered(&handler, report.as_ref())),
    }
}

fn rendered(handler: &GraphicalReportHandler, problem: &dyn Diagnostic) -> String {
    let mut text = String::new();
    match handler.render_report(&mut text, problem) {
        Ok(()) => text.trim_end().to_owned(),
        Err(_) => problem.to_string(),
    }
}

/// How errors look: drawn on a terminal; elsewhere in ASCII, with the word that logs are
/// searched for.
fn handler() -> GraphicalReportHandler {
    let is_terminal = io::stderr().is_terminal();
    let mut theme = match (is_terminal, colours(is_terminal)) {
        (_, Colours::On) => GraphicalTheme::unicode(),
        (true, Colours::Off) => GraphicalTheme::unicode_nocolor(),
        (false, Colours::Off) => GraphicalTheme::none(),
    };
    theme.characters.error = "error:".to_owned();
    let width = width_of(&console::Term::stderr()).map_or(WIDEST, |width| width.min(WIDEST));
    GraphicalReportHandler::new_themed(theme).with_width(width)
}

/// How the report is to be laid out on standard output.
pub(crate) fn layout() -> Layout {
    let width = width_of(&console::Term::stdout()).and_then(|width| u16::try_from(width).ok());
    Layout {
        width: width.unwrap_or(WIDTH),
        colours: colours(io::stdout().is_terminal()),
    }
}

/// How wide a paragraph may be on standard output. In a pipe it is one line.
pub(crate) fn paragraph_width() -> usize {
    width_of(&console::Term::stdout()).map_or(usize::MAX, |width| width.min(WIDEST))
}

/// The columns of a terminal, if it is one.
fn width_of(terminal: &console::Term) -> Option<usize> {
    let size = terminal.size_checked().filter(|_| terminal.is_term());
    size.map(|(_, columns)| usize::from(columns))
}

/// Colours only on a terminal, and never against `NO_COLOR`.
fn colours(is_terminal: bool) -> Colours {
    let refused = environment::variable("NO_COLOR").is_some();
    if is_terminal && !refused {
        Colours::On
    } else {
        Colours::Off
    }
}
