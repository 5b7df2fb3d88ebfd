//! The ways in which a secret is spelled where it travels: as it is, in hexadecimal digits, as base64 of
//! any text that it is a part of (the `user:password` of HTTP basic authentication, RFC 7617), each of
//! them escaped as URLs, forms, JSON and XML escape it.
//!
//! Not modelled: what a hash was made of, such as a digest's response, and what was compressed or
//! encrypted.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use memchr::memmem;

/// Digits of base64 or hexadecimal that are fewer stand in any text by chance.
const FEWEST_DIGITS: usize = 6;

/// The spellings of one secret.
pub(crate) struct Spellings {
    plain: Vec<Vec<u8>>,
    base64: Vec<Vec<u8>>,
}

/// A way in which characters are escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Escaping {
    /// RFC 3986 section 2.1.
    Percent,
    /// The same, with `+` for a blank (`application/x-www-form-urlencoded`).
    Form,
    /// RFC 8259 section 7.
    Json,
    /// XML 1.0 section 4.1, with the entities that XML and HTML predefine.
    Xml,
}

/// What a text may have been through.
const WAYS: [&[Escaping]; 6] = [
    &[],
    &[Escaping::Percent],
    &[Escaping::Form],
    &[Escaping::Json],
    &[Escaping::Json, Escaping::Json],
    &[Escaping::Xml],
];

impl Spellings {
    /// Of `secret`, which is not empty.
    pub(crate) fn of(secret: &str) -> Spellings {
        let hex = |digits: fn(u8) -> String| secret.bytes().map(digits).collect::<String>();
        let lower = hex(|byte| format!("{byte:02x}"));
        let upper = hex(|byte| format!("{byte:02X}"));
        let long = |digits: &String| digits.len() >= FEWEST_DIGITS;
        let hex = [lower, upper].into_iter().filter(long);
        let mut base64: Vec<String> = (0..3)
            .flat_map(|before| base64_after(before, secret))
            .filter(long)
            .collect();
        base64.dedup();
        Spellings {
            plain: [secret.to_owned()]
                .into_iter()
                .chain(hex)
                .map(String::into_bytes)
                .collect(),
            base64: base64.into_iter().map(String::into_bytes).collect(),
        }
    }

    /// Whether any of them stands in `text`.
    pub(crate) fn are_in(&self, text: &[u8]) -> bool {
        WAYS.iter().any(|way| {
            View::through(text, way).is_some_and(|view| {
                let mut spellings = self.plain.iter().chain(&self.base64);
                spellings.any(|spelling| memmem::find(&view.text, spelling).is_some())
            })
        })
    }

    /// Where they stand in `text`; of base64, all digits around.
    pub(crate) fn places(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut places = Vec::new();
        for view in WAYS.iter().filter_map(|way| View::through(text, way)) {
            for plain in &self.plain {
                let found = memmem::find_iter(&view.text, plain);
                places.extend(found.map(|at| view.origin(at..at + plain.len())));
            }
            for digits in &self.base64 {
                let found = memmem::find_iter(&view.text, digits);
                let whole = found.map(|at| whole_base64(&view.text, at..at + digits.len()));
                places.extend(whole.map(|place| view.origin(place)));
            }
        }
        places
    }
}

/// The digits of base64, in both alphabets, that the secret alone determines, when `before` bytes
/// (modulo 3) come first.
fn base64_after(before: usize, secret: &str) -> [String; 2] {
    let text = [vec![0; before].as_slice(), secret.as_bytes()].concat();
    let first = (before * 8).div_ceil(6);
    let last = text.len() * 8 / 6;
    [STANDARD_NO_PAD.encode(&text), URL_SAFE_NO_PAD.encode(&text)]
        .map(|digits| digits[first..last].to_owned())
}

/// The base64 that this part of it belongs to.
fn whole_base64(text: &[u8], part: Range<usize>) -> Range<usize> {
    let is_digit = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(byte);
    let before = text[..part.start].iter().rev().take_while(is_digit);
    let after = text[part.end..].iter().take_while(is_digit);
    part.start - before.count()..part.end + after.count()
}

/// A text without its escapes, and where each byte of it came from.
struct View {
    text: Vec<u8>,
    /// One more than there are bytes: the end.
    origins: Vec<usize>,
}

impl View {
    /// `text` without these escapes; nothing if there are none of the last, for then it was seen.
    fn through(text: &[u8], way: &[Escaping]) -> Option<View> {
        let mut view = View {
            text: text.to_vec(),
            origins: (0..=text.len()).collect(),
        };
        for escaping in way {
            view = view.unescaped(*escaping)?;
        }
        Some(view)
    }

    fn unescaped(&self, escaping: Escaping) -> Option<View> {
        let mut view = View {
            text: Vec::with_capacity(self.text.len()),
            origins: Vec::with_capacity(self.origins.len()),
        };
        let (mut at, mut any) = (0, false);
        while let Some(byte) = self.text.get(at) {
            let escape = escaping.read(&self.text[at..]);
            any |= escape.is_some();
            let (character, length) = match escape {
                Some((character, length)) => (character, length),
                None => (vec![*byte], 1),
            };
            let origin = self.origins[at];
            view.origins.extend(character.iter().map(|_| origin));
            view.text.extend(character);
            at += length;
        }
        view.origins.push(self.origins[at.min(self.text.len())]);
        any.then_some(view)
    }

    /// Where this part came from.
    fn origin(&self, part: Range<usize>) -> Range<usize> {
        self.origins[part.start]..self.origins[part.end]
    }
}

impl Escaping {
    /// What the escape at the beginning of `text` stands for, and how long it is.
    fn read(self, text: &[u8]) -> Option<(Vec<u8>, usize)> {
        match (self, text.first()?) {
            (Escaping::Percent | Escaping::Form, b'%') => {
                let byte = number(text.get(1..3)?, 16)?;
                Some((vec![u8::try_from(byte).ok()?], 3))
            }
            (Escaping::Form, b'+') => Some((vec![b' '], 1)),
            (Escaping::Json, b'\\') => json(text),
            (Escaping::Xml, b'&') => xml(text),
            _ => None,
        }
    }
}

fn json(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let byte = match text.get(1)? {
        b'u' => return json_units(text),
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 8,
        b'f' => 12,
        same @ (b'"' | b'\\' | b'/') => *same,
        _ => return None,
    };
    Some((vec![byte], 2))
}

/// `\uXXXX`, once or as a surrogate pair.
fn json_units(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix(br"\u")?;
        u16::try_from(number(digits, 16)?).ok()
    };
    let first = unit(0)?;
    let pair = [Some(first), unit(6)];
    let read = |units: &[Option<u16>]| {
        let units = units.iter().copied().flatten();
        char::decode_utf16(units).next()?.ok()
    };
    let single = read(&pair[..1]).map(|character| (character, 6));
    let (character, length) = single.or_else(|| Some((read(&pair)?, 12)))?;
    Some((character.to_string().into_bytes(), length))
}

fn xml(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    const LONGEST: usize = 10;
    let end = text.iter().take(LONGEST).position(|byte| *byte == b';')?;
    let name = &text[1..end];
    let character = match name {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x' | b'X', digits @ ..] => char::from_u32(number(digits, 16)?)?,
        [b'#', digits @ ..] => char::from_u32(number(digits, 10)?)?,
        _ => return None,
    };
    Some((character.to_string().into_bytes(), end + 1))
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let digits = std::str::from_utf8(digits).ok()?;
    let is_plain = digits.bytes().all(|digit| digit.is_ascii_alphanumeric());
    u32::from_str_radix(digits, radix).ok().filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const SECRET: &str = "hunter22 \"ünd\" </more> ";

    fn hidden(text: &str) -> String {
        let mut hidden = text.to_owned();
        let mut places = Spellings::of(SECRET).places(text.as_bytes());
        places.sort_by_key(|place| std::cmp::Reverse(place.start));
        places.dedup();
        for place in places {
            hidden.replace_range(place, "*");
        }
        assert_eq!(
            hidden != text,
            Spellings::of(SECRET).are_in(text.as_bytes())
        );
        hidden
    }

    #[rstest]
    #[case::plain("a hunter22 \"ünd\" </more> b", "a *b")]
    #[case::json(r#"{"why":"hunter22 \"\u00fcnd\" <\/more> "}"#, r#"{"why":"*"}"#)]
    #[case::json_in_json(
        r#"{"why":"{\"why\":\"hunter22 \\\"ünd\\\" </more> \"}"}"#,
        r#"{"why":"{\"why\":\"*\"}"}"#
    )]
    #[case::percent("?pin=hunter22%20%22%C3%BCnd%22%20%3C/more%3e%20&x", "?pin=*&x")]
    #[case::form("pin=hunter22+%22%c3%bcnd%22+%3C%2Fmore%3E+&x=+", "pin=*&x=+")]
    #[case::xml("<p>hunter22 &quot;&#xFC;nd&#34; &lt;/more&gt; </p>", "<p>*</p>")]
    #[case::hex("68756e7465723232202 6", "68756e7465723232202 6")]
    fn a_secret_is_found_in_each_spelling(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(hidden(text), expected);
    }

    #[test]
    fn a_secret_is_found_in_hexadecimal_digits() {
        let digits: String = SECRET.bytes().map(|byte| format!("{byte:02X}")).collect();
        assert_eq!(hidden(&format!("0x{digits}.")), "0x*.");
        assert_eq!(hidden(&format!("0x{}.", digits.to_lowercase())), "0x*.");
    }

    #[rstest]
    fn a_secret_is_found_in_base64_whoever_signs_in(
        #[values("", "a", "ab", "abc", "administrator")] user: &str,
        #[values("", "x", "xy")] after: &str,
    ) {
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            let basic = engine.encode(format!("{user}:{SECRET}{after}"));
            assert_eq!(hidden(&format!("Basic {basic}==\r\n")), "Basic *\r\n");
            let escaped = format!("\"Basic {}\"", basic.replace('/', "\\/"));
            assert_eq!(hidden(&escaped), "\"Basic *\"");
        }
    }

    #[rstest]
    #[case("hunter23 and more")]
    #[case("100% & more \\u12 &#xffffffff; &; %zz \\")]
    fn another_text_stays(#[case] text: &str) {
        assert_eq!(hidden(text), text);
    }
}
