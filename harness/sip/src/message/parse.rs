//! A datagram to a message (RFC 3261 §7, §18.3).
//!
//! Whatever the bytes, the outcome is a message or an error. List headers that transactions,
//! dialogs and proxies work on are taken apart here, so that later one value is one element.

use std::borrow::Cow;

use bytes::Bytes;
use bytesstr::BytesStr;
use memchr::memchr;

use crate::{Headers, Name, SipUri, StatusCode};

use super::accessors::{read_cseq, read_method};
use super::field::{self, is_token};
use super::response::copy;
use super::uri::parse_uri;
use super::{MAX_HEADERS, MAX_SIZE, MessageError, Request, Response, Via};

/// The headers of every message, each exactly once but for Via (RFC 3261 §8.1.1, §8.2.6.2): the
/// first of the usual ones. Max-Forwards is not among them: requests without it are to be borne
/// (§16.3).
static MANDATORY: &[(&str, Name)] = USUAL.split_at(5).0;

/// The headers that nearly every message has, as nearly everybody spells them.
static USUAL: [(&str, Name); 10] = [
    ("Via", Name::VIA),
    ("From", Name::FROM),
    ("To", Name::TO),
    ("Call-ID", Name::CALL_ID),
    ("CSeq", Name::CSEQ),
    ("Max-Forwards", Name::MAX_FORWARDS),
    ("Contact", Name::CONTACT),
    ("Content-Length", Name::CONTENT_LENGTH),
    ("Content-Type", Name::CONTENT_TYPE),
    ("Expires", Name::EXPIRES),
];

/// A SIP message.
#[derive(Clone, Debug)]
pub enum Message {
    /// From a client to a server.
    Request(Request),
    /// From a server to a client.
    Response(Response),
}

impl Message {
    /// Reads a datagram.
    ///
    /// # Errors
    ///
    /// [`MessageError::Empty`] for a keep-alive; else what is wrong with the message.
    pub fn parse(bytes: &Bytes) -> Result<Message, MessageError> {
        let head = Head::split(bytes)?;
        if head.is_cut {
            return Err(MessageError::TooManyHeaders);
        }
        let headers = read_headers(&head.lines)?;
        let start = read_start(&head.start)?;
        check_mandatory(&headers)?;
        let (_, answered) = read_cseq(&headers).ok_or_else(|| malformed(&headers, "CSeq"))?;
        for (text, name) in [("From", Name::FROM), ("To", Name::TO)] {
            if !headers
                .get_raw(&name)
                .all(|value| field::ends_its_quotes(value))
            {
                return Err(malformed(&headers, text));
            }
        }
        if headers
            .get_raw(&Name::VIA)
            .any(|via| Via::parse(via).is_none())
        {
            return Err(malformed(&headers, "Via"));
        }
        let (headers, body) = read_body(headers, head.body)?;
        match start {
            Start::Request { method, uri } if method == answered => Ok(Message::Request(Request {
                method,
                uri,
                headers,
                body,
            })),
            Start::Request { .. } => Err(malformed(&headers, "CSeq")),
            Start::Response { code, reason } => Ok(Message::Response(Response {
                code,
                reason,
                headers,
                body,
            })),
        }
    }

    /// The message as it goes on the wire.
    pub fn to_bytes(&self) -> Bytes {
        match self {
            Message::Request(request) => request.to_bytes(),
            Message::Response(response) => response.to_bytes(),
        }
    }
}

/// The answer to a malformed request, if enough of it can be understood to answer it.
pub(crate) fn rejection(bytes: &Bytes, error: &MessageError) -> Option<Response> {
    let head = Head::split(bytes).ok()?;
    let is_response = head
        .start
        .get(..4)
        .is_some_and(|s| s.eq_ignore_ascii_case("SIP/"));
    if is_response || head.start.split_whitespace().next() == Some("ACK") {
        return None;
    }
    let mut headers = Headers::new();
    for line in &head.lines {
        // What cannot be read is what is being rejected.
        let _ = read_header(line, &mut headers);
    }
    let vias = field::all(&headers, &Name::VIA);
    let readable = vias.iter().filter(|via| Via::parse(via).is_some());
    field::replace(&mut headers, &Name::VIA, readable);
    for (_, name) in &MANDATORY[1..] {
        let first = field::first(&headers, name)?.to_owned();
        field::replace(&mut headers, name, [first]);
    }
    headers.contains(&Name::VIA).then(|| Response {
        code: error.status(),
        reason: None,
        headers: copy(&headers, MANDATORY.iter().map(|(_, name)| name)),
        body: Bytes::new(),
    })
}

/// A little more lines than most messages have.
const USUAL_LINES: usize = 16;

/// A message taken into lines, folded ones joined. A line that is not folded is a part of the
/// datagram.
struct Head {
    start: BytesStr,
    lines: Vec<BytesStr>,
    /// Whether there are more lines than anybody needs: those are the first.
    is_cut: bool,
    body: Bytes,
}

impl Head {
    fn split(bytes: &Bytes) -> Result<Head, MessageError> {
        if bytes.len() > MAX_SIZE {
            return Err(MessageError::TooLarge(bytes.len()));
        }
        let is_line_end = |byte: &u8| matches!(byte, b'\r' | b'\n' | 0);
        let begin = bytes.iter().position(|byte| !is_line_end(byte));
        let mut rest = &bytes[begin.ok_or(MessageError::Empty)?..];
        let mut lines = Lines::of(bytes);
        loop {
            let end = memchr(b'\n', rest).ok_or(MessageError::Incomplete)?;
            let (line, after) = rest.split_at(end);
            rest = &after[1..];
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() || lines.is_full() {
                break;
            }
            lines.append(text(line)?);
        }
        let is_cut = lines.is_full();
        let mut lines = lines.finish();
        let start = lines.remove(0);
        Ok(Head {
            start,
            lines,
            is_cut,
            body: bytes.slice_ref(rest),
        })
    }
}

/// The lines of a message, folded ones joined (§7.3.1).
struct Lines<'a> {
    datagram: &'a Bytes,
    /// Those that are whole.
    lines: Vec<BytesStr>,
    /// The last one, which the next may continue.
    last: Cow<'a, str>,
}

impl<'a> Lines<'a> {
    fn of(datagram: &'a Bytes) -> Self {
        Lines {
            datagram,
            lines: Vec::with_capacity(USUAL_LINES),
            last: Cow::Borrowed(""),
        }
    }

    /// Adds a line, or continues the last one if the line begins with white space.
    fn append(&mut self, line: &'a str) {
        if self.last.is_empty() {
            self.last = Cow::Borrowed(line);
        } else if line.starts_with([' ', '\t']) {
            let folded = self.last.to_mut();
            folded.push(' ');
            folded.push_str(line.trim());
        } else {
            self.end_last();
            self.last = Cow::Borrowed(line);
        }
    }

    /// Whether there are more than the start line and as many headers as there may be.
    fn is_full(&self) -> bool {
        self.lines.len() > MAX_HEADERS
    }

    fn end_last(&mut self) {
        let line = match std::mem::take(&mut self.last) {
            Cow::Borrowed(line) => BytesStr::from_parse(self.datagram, line),
            Cow::Owned(folded) => folded.into(),
        };
        self.lines.push(line);
    }

    /// All lines: one at least.
    fn finish(mut self) -> Vec<BytesStr> {
        self.end_last();
        self.lines
    }
}

fn text(line: &[u8]) -> Result<&str, MessageError> {
    let text = std::str::from_utf8(line).map_err(|_| MessageError::NotText)?;
    let is_control = |byte: u8| byte.is_ascii_control() && byte != b'\t';
    // To the end, whatever is found: so the processor takes many bytes at a time.
    let found = line
        .iter()
        .fold(false, |found, byte| found | is_control(*byte));
    if found {
        Err(MessageError::NotText)
    } else {
        Ok(text)
    }
}

enum Start {
    Request {
        method: crate::Method,
        uri: SipUri,
    },
    Response {
        code: StatusCode,
        reason: Option<String>,
    },
}

fn read_start(line: &str) -> Result<Start, MessageError> {
    if line
        .get(..4)
        .is_some_and(|s| s.eq_ignore_ascii_case("SIP/"))
    {
        return read_status_line(line);
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    let [method, uri, version] = words[..] else {
        return Err(MessageError::StartLine(line.to_owned()));
    };
    check_version(version)?;
    Ok(Start::Request {
        method: read_method(method).ok_or_else(|| MessageError::Method(method.to_owned()))?,
        uri: read_request_uri(uri)?,
    })
}

fn read_status_line(line: &str) -> Result<Start, MessageError> {
    let malformed = || MessageError::StartLine(line.to_owned());
    let (version, rest) = line.split_once(' ').ok_or_else(malformed)?;
    check_version(version)?;
    let (code, reason) = rest.split_once(' ').unwrap_or((rest, ""));
    let code: u16 = code.parse().map_err(|_| malformed())?;
    if !(100..700).contains(&code) {
        return Err(malformed());
    }
    Ok(Start::Response {
        code: StatusCode::from(code),
        reason: (!reason.is_empty()).then(|| reason.to_owned()),
    })
}

fn check_version(version: &str) -> Result<(), MessageError> {
    if version.eq_ignore_ascii_case("SIP/2.0") {
        return Ok(());
    }
    match version.get(..4) {
        Some(name) if name.eq_ignore_ascii_case("SIP/") => {
            Err(MessageError::Version(version.to_owned()))
        }
        _ => Err(MessageError::StartLine(version.to_owned())),
    }
}

fn read_request_uri(text: &str) -> Result<SipUri, MessageError> {
    parse_uri(text).ok_or_else(|| {
        let scheme = text.split(':').next().unwrap_or_default();
        let is_scheme = scheme.len() < text.len()
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
        let is_sip = ["sip", "sips"]
            .iter()
            .any(|s| s.eq_ignore_ascii_case(scheme));
        if is_scheme && !is_sip {
            MessageError::Scheme(text.to_owned())
        } else {
            MessageError::RequestUri(text.to_owned())
        }
    })
}

fn read_headers(lines: &[BytesStr]) -> Result<Headers, MessageError> {
    let mut headers = Headers::with_capacity(lines.len());
    for line in lines {
        read_header(line, &mut headers)?;
    }
    Ok(headers)
}

fn read_header(line: &BytesStr, headers: &mut Headers) -> Result<(), MessageError> {
    let malformed = || MessageError::HeaderLine(line.to_string());
    let colon = memchr(b':', line.as_bytes()).ok_or_else(malformed)?;
    let (name, value) = (line[..colon].trim_end(), &line[colon + 1..]);
    let name = name_of(name).ok_or_else(malformed)?;
    if is_list(&name) {
        for element in field::split(value, b',') {
            if headers.len() >= MAX_HEADERS {
                return Err(MessageError::TooManyHeaders);
            }
            headers.insert(name.clone(), line.slice_ref(element));
        }
    } else {
        headers.insert(name, line.slice_ref(value.trim()));
    }
    Ok(())
}

/// Whether the header's values are comma-separated lists that are taken apart.
fn is_list(name: &Name) -> bool {
    let name = name.as_print_str();
    matches!(name, "Via" | "Route" | "Record-Route" | "Contact")
}

/// The header's name, if it is a token. Most are spelt as everybody spells them, and then no other
/// spelling is tried.
fn name_of(text: &str) -> Option<Name> {
    let mut usual = USUAL.iter();
    match usual.find(|(spelling, _)| *spelling == text) {
        Some((_, name)) => Some(name.clone()),
        None => is_token(text).then(|| Name::from(text)),
    }
}

fn check_mandatory(headers: &Headers) -> Result<(), MessageError> {
    for (text, name) in MANDATORY {
        let mut values = headers.get_raw(name);
        let Some(first) = values.next() else {
            return Err(MessageError::Missing(text));
        };
        if first.is_empty() {
            return Err(malformed(headers, text));
        }
        if *text != "Via" && values.next().is_some() {
            return Err(MessageError::Repeated(text));
        }
    }
    Ok(())
}

fn malformed(headers: &Headers, name: &'static str) -> MessageError {
    let value = field::first(headers, &Name::from(name)).unwrap_or_default();
    MessageError::Header {
        name,
        value: value.to_owned(),
    }
}

/// The value of Content-Length: digits alone (§20.14). The framing of connections reads it as well.
pub(crate) fn read_length(value: &str) -> Option<usize> {
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
    value.parse().ok().filter(|_| is_number)
}

/// Cuts the body to Content-Length; without one it ends with the datagram (§18.3).
fn read_body(mut headers: Headers, mut body: Bytes) -> Result<(Headers, Bytes), MessageError> {
    let Some(lengths) = headers.remove(&Name::CONTENT_LENGTH) else {
        return Ok((headers, body));
    };
    let Some((first, others)) = lengths.split_first() else {
        return Ok((headers, body));
    };
    if others.iter().any(|other| other.as_str() != first.as_str()) {
        return Err(MessageError::Repeated("Content-Length"));
    }
    let declared = read_length(first).ok_or_else(|| MessageError::Header {
        name: "Content-Length",
        value: first.to_string(),
    })?;
    if declared > body.len() {
        return Err(MessageError::ShortBody {
            declared,
            present: body.len(),
        });
    }
    body.truncate(declared);
    Ok((headers, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_sends_too_many_headers_is_told_so() {
        let text = format!(
            "OPTIONS sip:b@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\nFrom: <sip:a@h>;tag=1\r\n\
             To: <sip:b@h>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n{}\r\n",
            "X: a\r\n".repeat(MAX_HEADERS)
        );
        let bytes = Bytes::from(text);
        let error = Message::parse(&bytes).unwrap_err();
        assert_eq!(error, MessageError::TooManyHeaders);
        let rejection = rejection(&bytes, &error).unwrap();
        assert_eq!(rejection.code, StatusCode::MESSAGE_TOO_LARGE);
    }
}
