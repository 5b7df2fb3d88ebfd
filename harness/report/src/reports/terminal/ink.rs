//! Colours, or none.

use console::Style;
use model::Verdict;

use crate::reports::wording::mark;

/// Whether the text may carry colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    /// For a terminal.
    On,
    /// For a file, a pipe, or a user who set `NO_COLOR`.
    Off,
}

/// Paints text, if it may carry colours.
pub(super) struct Ink(pub(super) Colours);

impl Ink {
    fn style(&self, verdict: Verdict) -> Style {
        let style = Style::new().force_styling(self.0 == Colours::On);
        match verdict {
            Verdict::Pass => style.green(),
            Verdict::Fail | Verdict::Error => style.red(),
            Verdict::Inconclusive | Verdict::Deviation => style.yellow(),
            Verdict::Unsupported => style.cyan(),
            Verdict::NotJudged => style.dim(),
        }
    }

    /// The text in the colour of the verdict.
    pub(super) fn verdict(&self, verdict: Verdict, text: &str) -> String {
        self.style(verdict).apply_to(text).to_string()
    }

    /// The text in bold type.
    pub(super) fn bold(&self, text: &str) -> String {
        Style::new()
            .force_styling(self.0 == Colours::On)
            .bold()
            .apply_to(text)
            .to_string()
    }

    /// Colours the marks of a text that is laid out already: escape sequences have no width.
    pub(super) fn marks(&self, text: &str) -> String {
        if self.0 == Colours::Off {
            return text.to_owned();
        }
        Verdict::ALL
            .into_iter()
            .fold(text.to_owned(), |text, verdict| {
                let plain = format!("{} ", mark(verdict));
                let coloured = format!("{} ", self.verdict(verdict, &mark(verdict).to_string()));
                text.replace(&plain, &coloured)
            })
    }
}
