//! What the terminal can do, if it is one.

use std::ffi::OsStr;
use std::io::{self, IsTerminal as _};

use model::environment;
use report::reports::terminal::Colours;

/// Where something is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stream {
    Output,
    Error,
}

impl Stream {
    pub(super) fn is_terminal(self) -> bool {
        match self {
            Stream::Output => io::stdout().is_terminal(),
            Stream::Error => io::stderr().is_terminal(),
        }
    }

    /// Colours only on a terminal that has them, and never against `NO_COLOR`.
    pub(super) fn colours(self) -> Colours {
        let refused = environment::variable("NO_COLOR").is_some();
        if self.is_terminal() && obeys(std::env::var_os("TERM").as_deref()) && !refused {
            Colours::On
        } else {
            Colours::Off
        }
    }
}

/// Whether a line on standard error can be written over.
pub(crate) fn rewrites_lines() -> bool {
    Stream::Error.is_terminal() && obeys(std::env::var_os("TERM").as_deref())
}

/// Whether a terminal of this kind knows any control function: `dumb` says that it does not, and
/// without a name nothing is known of it.
fn obeys(kind: Option<&OsStr>) -> bool {
    kind.is_some_and(|kind| !kind.is_empty() && kind != "dumb")
}

/// The columns of a terminal, if it is one.
pub(super) fn width_of(terminal: &console::Term) -> Option<usize> {
    let size = terminal.size_checked().filter(|_| terminal.is_term());
    size.map(|(_, columns)| usize::from(columns))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Some("xterm-256color"), true)]
    #[case(Some("dumb"), false)]
    #[case(Some(""), false)]
    #[case(None, false)]
    fn a_terminal_without_control_functions_is_sent_none(
        #[case] kind: Option<&str>,
        #[case] obeyed: bool,
    ) {
        assert_eq!(obeys(kind.map(OsStr::new)), obeyed);
    }
}
