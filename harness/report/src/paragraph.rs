//! Prose in columns: what does not fit on a line goes on beneath itself.

use model::printable;
use textwrap::{Options, WordSeparator, WordSplitter};

/// A line longer than this is hard to read, however wide the terminal is.
pub const WIDEST: usize = 100;

/// A paragraph that begins with `lead` and goes on `indent` columns in, at most `width` columns
/// wide. Nothing is hyphenated, and no id or path is broken. What came from outside is escaped.
pub fn paragraph(lead: &str, indent: usize, text: &str, width: usize) -> String {
    laid_out(
        &printable::line(lead),
        indent,
        &printable::line(text.trim()),
        width,
    )
}

/// The same of text that may be coloured: what in it came from outside must have been escaped.
pub(crate) fn laid_out(lead: &str, indent: usize, text: &str, width: usize) -> String {
    let beneath = " ".repeat(indent);
    let options = Options::new(width)
        .initial_indent(lead)
        .subsequent_indent(&beneath)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    textwrap::fill(text, options) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_goes_on_beneath_itself() {
        assert_eq!(
            paragraph("kill  ", 6, "the process dies; its host stays up", 24),
            "kill  the process dies;\n      its host stays up\n"
        );
    }

    #[test]
    fn an_id_is_never_broken() {
        assert_eq!(
            paragraph("", 2, "see failed-over.in-progress.not-imported", 12),
            "see\n  failed-over.in-progress.not-imported\n"
        );
    }
}
