//! What to do about an error of a library, which knows nothing of a command line.

use std::error::Error;
use std::fmt;

use miette::Diagnostic;

/// An error, with what to do about it.
#[derive(Debug)]
pub(crate) struct Advised<E> {
    error: E,
    help: Option<String>,
}

impl<E> Advised<E> {
    /// With this help.
    pub(crate) fn new(error: E, help: impl Into<String>) -> Self {
        let help = Some(help.into());
        Advised { error, help }
    }

    /// With nothing that a user could do but read it.
    pub(crate) const fn plain(error: E) -> Self {
        Advised { error, help: None }
    }
}

impl<E: fmt::Display> fmt::Display for Advised<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<E: Error> Error for Advised<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.source()
    }
}

impl<E: Error> Diagnostic for Advised<E> {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.help.as_ref()?;
        Some(Box::new(help))
    }
}
