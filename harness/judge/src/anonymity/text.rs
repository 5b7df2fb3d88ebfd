//! What a text of the wire says: its lines, and whether one of them names somebody.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use timeline::sip::Message;

/// What readers are told of a message: the method, or the status code.
pub(super) fn word_of(message: &Message<'_>) -> String {
    let mut words = message.first_line().split(' ');
    match (words.next(), words.next()) {
        (Some(version), Some(code)) if version.starts_with("SIP/") => format!("a {code}"),
        (Some(method), _) if method.starts_with(['A', 'I', 'O', 'U']) => format!("an {method}"),
        (method, _) => format!("a {}", method.unwrap_or_default()),
    }
}

/// The lines of a message, each with what it is called: the first one, headers by their names, and
/// those of a session description by their letters.
pub(super) fn places(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut in_body = false;
    let mut first = true;
    text.lines().filter_map(move |line| {
        if std::mem::take(&mut first) {
            return Some(("first line", line));
        }
        if line.is_empty() {
            in_body = true;
            return None;
        }
        let is_folded = line.starts_with([' ', '\t']);
        match (in_body, line.split_once(':')) {
            (false, Some((name, value))) if !is_folded => Some((name.trim(), value)),
            (true, _) if line.get(1..2) == Some("=") => Some((line.get(..2)?, line.get(2..)?)),
            _ => Some(("text", line)),
        }
    })
}

/// How a machine's address is written other than with dots: as in host names (`192-0-2-1`, `1-2-0-192`), in
/// hexadecimal digits, and as one number.
pub(super) fn written_otherwise(ip: IpAddr) -> Vec<String> {
    let IpAddr::V4(ip) = ip else {
        return Vec::new();
    };
    let [a, b, c, d] = ip.octets();
    vec![
        format!("{a}-{b}-{c}-{d}"),
        format!("{d}-{c}-{b}-{a}"),
        format!("{d}.{c}.{b}.{a}.in-addr.arpa"),
        format!("{:08x}", ip.to_bits()),
        ip.to_bits().to_string(),
    ]
}

/// How a user's name is written: as it is, and as people write it, `Hendrik Daimler` and `Daimler, Hendrik` for
/// `hendrik-daimler`; all in small letters.
pub(super) fn spellings(user: &str) -> Vec<String> {
    let user = user.to_lowercase();
    let parts: Vec<&str> = user.split(['-', '.', '_']).collect();
    let mut spellings = Vec::new();
    if let [first, last] = parts.as_slice() {
        spellings.extend([format!("{first} {last}"), format!("{last}, {first}")]);
    }
    spellings.push(user);
    spellings
}

/// Headers whose addresses show somebody by a display name, in small letters, with their compact forms.
const SHOWING: [&str; 16] = [
    "from",
    "f",
    "to",
    "t",
    "contact",
    "m",
    "reply-to",
    "refer-to",
    "r",
    "referred-by",
    "b",
    "p-asserted-identity",
    "p-preferred-identity",
    "remote-party-id",
    "diversion",
    "history-info",
];

/// Whether a display name in this header has one of these words; they are in small letters.
pub(super) fn shows(header: &str, value: &str, words: &[String]) -> bool {
    if words.is_empty() || !SHOWING.contains(&header.to_lowercase().as_str()) {
        return false;
    }
    let value = value.to_lowercase();
    let mut shown = value.split('>').filter_map(|part| part.split_once('<'));
    shown.any(|(shown, _)| words.iter().any(|word| has_word(shown, word)))
}

/// How short a word is, in letters, that need not be somebody's name.
const SHORT: usize = 3;

/// The words of which a user's name consists, in small letters: a first and a last name.
pub(super) fn words(user: &str) -> Vec<String> {
    let words = user.split(|c: char| !c.is_alphabetic());
    let words = words.filter(|word| word.chars().count() >= SHORT);
    words.map(str::to_lowercase).collect()
}

/// How many digits a number has that stands nowhere by chance.
const TELLING_DIGITS: usize = 9;

/// Whether `name` stands in the line as a word. A short number counts only as the user part of an address, as the
/// display name before one, or as what the line begins with (of a session description: origin, name,
/// information): numbers are everywhere.
pub(super) fn names_user(line: &str, name: &str) -> bool {
    let is_short_number =
        name.len() < TELLING_DIGITS && name.bytes().all(|byte| !byte.is_ascii_alphabetic());
    occurrences(line, name).any(|(before, after)| {
        let is_user = after.starts_with('@') || before.ends_with("tel:");
        let is_shown = after.trim_start_matches('"').trim_start().starts_with('<');
        !is_short_number || is_user || is_shown || before.is_empty()
    })
}

pub(super) fn has_word(text: &str, word: &str) -> bool {
    occurrences(text, word).next().is_some()
}

/// What stands before and behind each occurrence of `word` that is no part of a longer word or number.
fn occurrences<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = (&'t str, &'t str)> {
    let is_part = |c: char| c.is_alphanumeric();
    let found = text.match_indices(word).map(move |(at, found)| {
        let after = at + found.len();
        (&text[..at], &text[after..])
    });
    found.filter(move |(before, after)| {
        !word.is_empty() && !before.ends_with(is_part) && !after.starts_with(is_part)
    })
}

/// The text, with what is escaped in URIs written out (RFC 3261, section 19.1.2), and what is in Base64, as in
/// the tokens of RFC 8224, or in hexadecimal digits behind each line that has it.
pub(super) fn decoded(text: &str) -> String {
    let mut all = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (line, end) = line.split_at(line.trim_end_matches(['\r', '\n']).len());
        all.push_str(&unescaped(line));
        for words in line
            .split(|c: char| !is_of_base64(c))
            .flat_map(|word| from_base64(word).into_iter().chain(from_hex(word)))
        {
            all.push(' ');
            all.push_str(&words);
        }
        all.push_str(end);
    }
    all
}

/// The letters of Base64, of either alphabet (RFC 4648, sections 4 and 5).
fn is_of_base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_')
}

/// Words that are shorter hide no name, and many are text by chance.
const SHORTEST_CODED: usize = 8;

/// What a word says in hexadecimal digits, if that is text.
fn from_hex(word: &str) -> Option<String> {
    let is_hex = word.bytes().all(|byte| byte.is_ascii_hexdigit());
    if word.len() < SHORTEST_CODED || !word.len().is_multiple_of(2) || !is_hex {
        return None;
    }
    let digits = |at: usize| u8::from_str_radix(word.get(at..at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..word.len()).step_by(2).map(digits).collect();
    let text = String::from_utf8(bytes?).ok()?;
    let is_text = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() || byte == b' ');
    is_text.then_some(text)
}

/// What a word says in Base64, if that is text.
fn from_base64(word: &str) -> Option<String> {
    if word.len() < SHORTEST_CODED {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD
        .decode(word)
        .or_else(|_| STANDARD_NO_PAD.decode(word))
        .ok()?;
    let text = String::from_utf8(bytes).ok()?;
    (!text.contains(|c: char| c.is_control())).then_some(text)
}

/// The text, with what is escaped in URIs written out.
fn unescaped(text: &str) -> String {
    let mut parts = text.split('%');
    let mut decoded = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part
            .get(..2)
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        match code.filter(u8::is_ascii_graphic) {
            Some(byte) => {
                decoded.push(char::from(byte));
                decoded.push_str(&part[2..]);
            }
            None => {
                decoded.push('%');
                decoded.push_str(part);
            }
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::word("<sip:anna@10.0.0.1>", "anna", true)]
    #[case::part(" <sip:susanna@10.0.0.1>", "anna", false)]
    #[case::text(" You talk to anna.", "anna", true)]
    #[case::user(" <sip:1001@10.0.0.1>", "1001", true)]
    #[case::telephone(" <tel:1001>", "1001", true)]
    #[case::display_name(" \"1001\" <sip:desk@10.0.0.1>", "1001", true)]
    #[case::display_name_without_quotes(" 1001 <sip:desk@10.0.0.1>", "1001", true)]
    #[case::origin("1001 2890 1 IN IP4 10.0.0.1", "1001", true)]
    #[case::session_name("1001", "1001", true)]
    #[case::sequence(" 1001 INVITE", "1001", false)]
    #[case::port(" SIP/2.0/UDP 10.0.0.1:1001;branch=z9", "1001", false)]
    #[case::long_number(" 399 pool \"connected to +49301234567\"", "+49301234567", true)]
    #[case::part_of_a_long_number(" +493012345678", "+49301234567", false)]
    fn a_line_names_somebody(#[case] line: &str, #[case] name: &str, #[case] does: bool) {
        assert_eq!(names_user(line, name), does);
    }

    #[rstest]
    #[case::first_name("From", "\"Hendrik\" <sip:desk@h>;tag=1", true)]
    #[case::last_name_behind_an_initial(
        "P-Asserted-Identity",
        "<tel:1>, H. Daimler <sip:desk@h>",
        true
    )]
    #[case::part_of_a_word("From", "\"Daimlers\" <sip:desk@h>", false)]
    #[case::user("From", "<sip:hendrik@h>", false)]
    #[case::elsewhere("Warning", "399 h \"<hendrik>\" <", false)]
    fn a_display_name_has_a_word_of_somebodys_name(
        #[case] header: &str,
        #[case] value: &str,
        #[case] has: bool,
    ) {
        assert_eq!(shows(header, value, &words("Hendrik-Daimler")), has);
    }

    #[test]
    fn what_is_escaped_or_in_base64_is_read() {
        let text = decoded("Contact: <sip:%61nna@10.0.0.1>\r\nIdentity: eyJkZXN0IjoiYW5uYSJ9\r\n");
        assert!(text.starts_with("Contact: <sip:anna@10.0.0.1>\r\n"));
        assert!(text.contains("{\"dest\":\"anna\"}"));
        assert!(decoded("X-Agent: 616E6e61\r\n").contains("anna"));
    }
}
