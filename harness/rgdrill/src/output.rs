//! The one place that writes to standard output and standard error. What came from outside stands
//! there escaped, and only rgdrill's own colours reach a terminal: see [`model::printable`].

mod problem;
mod terminal;

use std::io::{self, Write};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, MietteDiagnostic};
use model::printable;
use report::paragraph::WIDEST;
use report::reports::terminal::{Colours, Layout};

use crate::command_error::CommandError;
use problem::Problem;
use terminal::{Stream, width_of};

pub(crate) use terminal::rewrites_lines;

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
    complete(written(&printable::text(text)))
}

/// Writes to standard output a report in which what came from outside was escaped before it was
/// coloured.
pub(crate) fn write_coloured(text: &str) -> Result<(), CommandError> {
    complete(written(&printable::coloured(text)))
}

/// Writes to standard output, where it does not matter whether anybody reads it.
pub(crate) fn print(text: &str) {
    // A closed pipe is the reader's choice; there is no other place to say so.
    let _ = written(&printable::text(text));
}

fn complete(written: io::Result<()>) -> Result<(), CommandError> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(CommandError::harness(NotWritten(error)))
        }
        _ => Ok(()),
    }
}

fn written(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush())
}

/// Writes a message to standard error, and a newline.
pub(crate) fn status(message: &str) {
    write_status(&printable::text(message));
}

fn write_status(message: &str) {
    // In one piece, so that the lines of several processes do not mix.
    let _ = io::stderr()
        .lock()
        .write_all(format!("{message}\n").as_bytes());
}

/// Writes what the command line's parser says: help to standard output, mistakes to standard error.
pub(crate) fn usage(usage: &clap::Error) {
    let stream = match usage.use_stderr() {
        true => Stream::Error,
        false => Stream::Output,
    };
    let text = usage.render();
    let text = match stream.colours() {
        Colours::On => printable::coloured(&text.ansi().to_string()),
        Colours::Off => printable::text(&text.to_string()).into_owned(),
    };
    // Nothing is left to be done if even this cannot be printed.
    let _ = match stream {
        Stream::Output => io::stdout().lock().write_all(text.as_bytes()),
        Stream::Error => io::stderr().lock().write_all(text.as_bytes()),
    };
}

/// Writes to standard error what stopped rgdrill: the message, the line of the file at fault, what
/// to do. Of several errors, each in turn, and then how many there are.
pub(crate) fn error(report: &miette::Report) {
    let handler = handler();
    for related in report.related().into_iter().flatten() {
        write_status(&format!("{}\n", rendered(&handler, related)));
    }
    match report.related() {
        Some(_) => write_status(&rendered(
            &handler,
            &MietteDiagnostic::new(report.to_string()),
        )),
        None => write_status(&rendered(&handler, report.as_ref())),
    }
}

fn rendered(handler: &GraphicalReportHandler, problem: &dyn Diagnostic) -> String {
    let problem = Problem::of(problem);
    let mut text = String::new();
    match handler.render_report(&mut text, &problem) {
        Ok(()) => printable::coloured(text.trim_end()),
        Err(_) => problem.to_string(),
    }
}

/// How errors look: drawn on a terminal; elsewhere in ASCII, with the word that logs are
/// searched for.
fn handler() -> GraphicalReportHandler {
    let mut theme = match (Stream::Error.is_terminal(), Stream::Error.colours()) {
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
        colours: Stream::Output.colours(),
    }
}

/// How wide a paragraph may be on standard output. In a pipe it is one line.
pub(crate) fn paragraph_width() -> usize {
    width_of(&console::Term::stdout()).map_or(usize::MAX, |width| width.min(WIDEST))
}
