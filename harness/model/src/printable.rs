//! Text from outside, made fit to be shown: what moves a cursor, colours, hides or turns text round
//! stands there as an escape.
//!
//! Names, reasons, answers of pools and files are written by others. A terminal obeys the control
//! characters in them (ECMA-48), and a reader is deceived by those that cannot be seen: with them a
//! forged file shows a verdict that nobody gave. Each is written as JSON does it, `\u001b`, so that
//! a JSON document stays the same document.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::{io, iter};

/// Text of several lines: newlines and tabs stay.
pub fn text(text: &str) -> Cow<'_, str> {
    escaped(text, |c| !matches!(c, '\n' | '\t') && is_deceptive(c))
}

/// Writes [`text`] of what is written to it, which comes in pieces of whole characters.
#[derive(Debug)]
pub struct TextWriter<W>(pub W);

impl<W: io::Write> io::Write for TextWriter<W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let text = std::str::from_utf8(piece).map_err(io::Error::other)?;
        self.0.write_all(self::text(text).as_bytes())?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Text of one line, whatever stands in it.
pub fn line(text: &str) -> Cow<'_, str> {
    escaped(text, is_deceptive)
}

/// Text of several lines that was coloured after what came from outside had been escaped: colours
/// stay (SGR, ECMA-48 section 8.3.117), and no other control function does.
pub fn coloured(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut parts = text.split("\u{1b}[");
    shown.push_str(&self::text(parts.next().unwrap_or_default()));
    for part in parts {
        let parameters = part.find(|c: char| !c.is_ascii_digit() && c != ';');
        let rest = match parameters.map(|end| part.split_at(end)) {
            Some((parameters, rest)) if rest.starts_with('m') => {
                let _ = write!(shown, "\u{1b}[{parameters}");
                rest
            }
            _ => {
                shown.push_str("\\u001b[");
                part
            }
        };
        shown.push_str(&self::text(rest));
    }
    shown
}

/// Text of several lines of which places were noted: in place of each character that would be
/// escaped stand as many question marks as it has bytes. A line may end with CR LF.
pub fn masked(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let ends_line = c == '\r' && rest.peek() == Some(&'\n');
        if ends_line || matches!(c, '\n' | '\t') || !is_deceptive(c) {
            shown.push(c);
        } else {
            shown.extend(iter::repeat_n('?', c.len_utf8()));
        }
    }
    shown
}

fn escaped(text: &str, is_escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_escaped(c) {
            escape(&mut shown, c);
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// As JSON escapes a character (RFC 8259 section 7).
fn escape(shown: &mut String, c: char) {
    match c {
        '\n' => shown.push_str("\\n"),
        '\r' => shown.push_str("\\r"),
        '\t' => shown.push_str("\\t"),
        c => {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string does not fail.
                let _ = write!(shown, "\\u{unit:04x}");
            }
        }
    }
}

/// What a terminal obeys, what turns text round, what cannot be seen, and what XML forbids.
///
/// Joiners that some scripts need (U+200C, U+200D) are among them: here they would only make two
/// names look alike.
fn is_deceptive(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fdd0}'..='\u{fdef}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
        || u32::from(c) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn what_is_written_in_pieces_is_what_the_whole_would_be() {
        let pieces = ["ok\u{1b}[2J", "\u{202e}", "\n\tZoë \u{9b}"];
        let mut written = Vec::new();
        let mut writer = TextWriter(&mut written);
        for piece in pieces {
            io::Write::write_all(&mut writer, piece.as_bytes()).unwrap();
        }
        assert_eq!(written, text(&pieces.concat()).as_bytes());
    }

    #[rstest]
    #[case::colour("\u{1b}[32m", "\\u001b[32m")]
    #[case::title("\u{1b}]0;a\u{7}", "\\u001b]0;a\\u0007")]
    #[case::c1("\u{9b}2J", "\\u009b2J")]
    #[case::delete("\u{7f}", "\\u007f")]
    #[case::return_to_the_margin("a\rb", "a\\rb")]
    #[case::right_to_left("\u{202e}\u{2066}", "\\u202e\\u2066")]
    #[case::separators("\u{2028}\u{2029}", "\\u2028\\u2029")]
    #[case::unseen("\u{200b}\u{feff}\u{3164}", "\\u200b\\ufeff\\u3164")]
    #[case::tag("\u{e0041}", "\\udb40\\udc41")]
    #[case::no_character("\u{fffe}\u{1ffff}", "\\ufffe\\ud83f\\udfff")]
    #[case::as_it_is("Größe ✓ 電話 \u{1f600}", "Größe ✓ 電話 \u{1f600}")]
    fn what_deceives_is_escaped(#[case] outside: &str, #[case] shown: &str) {
        assert_eq!(text(outside), shown);
        assert_eq!(line(outside), shown);
        let json = format!("\"{}\"", text(outside));
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), outside);
    }

    #[test]
    fn only_text_of_several_lines_has_newlines() {
        assert_eq!(text("a\n\tb"), "a\n\tb");
        assert_eq!(line("a\n\tb"), "a\\n\\tb");
    }

    #[rstest]
    #[case::colours("\u{1b}[1;31mred\u{1b}[0m\n", "\u{1b}[1;31mred\u{1b}[0m\n")]
    #[case::cursor("\u{1b}[2Jred", "\\u001b[2Jred")]
    #[case::private("\u{1b}[?25m", "\\u001b[?25m")]
    #[case::unfinished("\u{1b}[31", "\\u001b[31")]
    #[case::title("\u{1b}]0;a\u{7}\u{1b}[m", "\\u001b]0;a\\u0007\u{1b}[m")]
    fn of_what_is_coloured_colours_stay(#[case] text: &str, #[case] shown: &str) {
        assert_eq!(coloured(text), shown);
    }

    #[test]
    fn what_is_masked_keeps_its_length() {
        assert_eq!(
            masked("a\u{1b}b\r\n\u{9b}\u{202e}\r\tc"),
            "a?b\r\n??????\tc"
        );
    }
}
