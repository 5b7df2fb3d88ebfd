//! The one place that writes to standard output and standard error.

use std::io::{self, IsTerminal, Write};

use report::terminal::{Colours, Layout};

/// Columns when there is no terminal to ask.
const WIDTH: u16 = 132;

/// Writes to standard output. A reader that went away (`| head`) is no failure.
pub(crate) fn print(text: &str) {
    let mut out = io::stdout().lock();
    // A closed pipe is the reader's choice; there is no other place to tell it.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes one line to standard error.
pub(crate) fn tell(line: &str) {
    let mut err = io::stderr().lock();
    let _ = writeln!(err, "{line}");
}

/// Tells what stopped rgdrill: the message, the line of the file at fault, what to do.
pub(crate) fn complain(report: &miette::Report) {
    let theme = match (
        colours(io::stderr().is_terminal()),
        io::stderr().is_terminal(),
    ) {
        (Colours::On, _) => miette::GraphicalTheme::unicode(),
        (Colours::Off, true) => miette::GraphicalTheme::unicode_nocolor(),
        (Colours::Off, false) => miette::GraphicalTheme::none(),
    };
    let handler = miette::GraphicalReportHandler::new_themed(theme).with_width(100);
    let mut text = String::new();
    if handler.render_report(&mut text, report.as_ref()).is_err() {
        text = report.to_string();
    }
    tell(text.trim_end());
}

/// How the report is to be laid out on standard output.
pub(crate) fn layout() -> Layout {
    let terminal = console::Term::stdout();
    let width = terminal
        .size_checked()
        .map_or(WIDTH, |(_, columns)| columns);
    Layout {
        width,
        colours: colours(io::stdout().is_terminal()),
    }
}

/// Colours only on a terminal, and never against `NO_COLOR`.
fn colours(is_terminal: bool) -> Colours {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if is_terminal && !refused {
        Colours::On
    } else {
        Colours::Off
    }
}
