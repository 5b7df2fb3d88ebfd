//! Bodies of several parts (RFC 2046 section 5.1, RFC 5621).

use std::borrow::Cow;

use memchr::memmem;

use super::field::parameter;

/// How deep parts may lie within parts.
const DEEPEST: usize = 4;

/// The first part of a body, or the body itself, that is of the media type `wanted`.
///
/// In `multipart/alternative` the last part that is understood is the best; but of one type there is
/// one, and the others are not understood.
pub(super) fn part_of_type<'b>(
    content_type: &str,
    body: &'b [u8],
    wanted: &str,
    depth: usize,
) -> Option<Cow<'b, [u8]>> {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case(wanted) {
        return Some(Cow::Borrowed(body));
    }
    let kind = media_type.get(..10).unwrap_or_default();
    if !kind.eq_ignore_ascii_case("multipart/") || depth >= DEEPEST {
        return None;
    }
    let boundary = parameter(content_type, "boundary")?.trim_matches('"');
    parts(body, boundary).find_map(|part| {
        let (head, content) = split_head(part);
        let head = String::from_utf8_lossy(head);
        let content_type = header(&head, "content-type").unwrap_or("text/plain");
        part_of_type(content_type, content, wanted, depth + 1)
    })
}

/// What stands between the delimiters, without the line end that belongs to those.
fn parts<'b>(body: &'b [u8], boundary: &str) -> impl Iterator<Item = &'b [u8]> {
    let delimiter = format!("--{boundary}");
    let mut rest = after_delimiter(body, &delimiter).map(|(_, rest)| rest);
    std::iter::from_fn(move || {
        let begin = rest.take()?;
        if begin.starts_with(b"--") {
            return None;
        }
        // The delimiter's line ends here; blanks may stand before that.
        let begin = &begin[memmem::find(begin, b"\n")? + 1..];
        let (part, after) = after_delimiter(begin, &delimiter)?;
        rest = Some(after);
        Some(part)
    })
}

/// What stands before and behind the next delimiter, which begins a line.
fn after_delimiter<'b>(bytes: &'b [u8], delimiter: &str) -> Option<(&'b [u8], &'b [u8])> {
    let found = memmem::find_iter(bytes, delimiter.as_bytes())
        .find(|at| *at == 0 || bytes[at - 1] == b'\n')?;
    let part = &bytes[..found];
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    let part = part.strip_suffix(b"\r").unwrap_or(part);
    Some((part, &bytes[found + delimiter.len()..]))
}

/// A part's header and its content.
fn split_head(part: &[u8]) -> (&[u8], &[u8]) {
    for (begin, end) in [(&b"\r\n"[..], &b"\r\n\r\n"[..]), (b"\n", b"\n\n")] {
        if let Some(content) = part.strip_prefix(begin) {
            return (&[], content);
        }
        if let Some(at) = memmem::find(part, end) {
            return (&part[..at], &part[at + end.len()..]);
        }
    }
    (part, &[])
}

/// The value of a header of a part.
fn header<'h>(head: &'h str, wanted: &str) -> Option<&'h str> {
    head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_it = name.trim().eq_ignore_ascii_case(wanted)
            || (wanted == "content-type" && name.trim().eq_ignore_ascii_case("c"));
        is_it.then(|| value.trim())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const TYPE: &str = "multipart/mixed;boundary=\"=_ab\"";

    fn found(content_type: &str, lines: &[&str]) -> Option<String> {
        let body = lines.join("\r\n");
        let part = part_of_type(content_type, body.as_bytes(), "application/sdp", 0)?;
        Some(String::from_utf8(part.to_vec()).unwrap())
    }

    #[test]
    fn the_part_is_found_behind_a_preamble_and_others() {
        let lines = [
            "This is for others.",
            "--=_ab",
            "Content-Type: text/xml",
            "",
            "<a>--=_ab</a>",
            "--=_ab ",
            "c: application/sdp; charset=utf-8",
            "Content-Disposition: session",
            "",
            "v=0",
            "s=-",
            "--=_ab--",
            "",
        ];
        assert_eq!(found(TYPE, &lines).as_deref(), Some("v=0\r\ns=-"));
    }

    #[test]
    fn parts_may_lie_within_parts() {
        let lines = [
            "--=_ab",
            "Content-Type: multipart/alternative; boundary=inner",
            "",
            "--inner",
            "",
            "a text without a header",
            "--inner",
            "Content-Type: application/sdp",
            "",
            "v=0",
            "--inner--",
            "--=_ab--",
        ];
        assert_eq!(found(TYPE, &lines).as_deref(), Some("v=0"));
    }

    #[rstest]
    #[case::no_boundary("multipart/mixed", &["--=_ab", "", "v=0", "--=_ab--"])]
    #[case::no_end(TYPE, &["--=_ab", "Content-Type: application/sdp", "", "v=0"])]
    #[case::none_of_it(TYPE, &["--=_ab", "Content-Type: text/plain", "", "v=0", "--=_ab--"])]
    #[case::empty(TYPE, &[""])]
    fn there_may_be_none(#[case] content_type: &str, #[case] lines: &[&str]) {
        assert_eq!(found(content_type, lines), None);
    }

    proptest! {
        #[test]
        fn any_bytes_have_such_a_part_or_not(before: Vec<u8>, after: Vec<u8>) {
            let body = [&before[..], b"\r\n--=_ab\r\n", &after[..]].concat();
            let _ = part_of_type(TYPE, &body, "application/sdp", 0);
        }
    }
}
