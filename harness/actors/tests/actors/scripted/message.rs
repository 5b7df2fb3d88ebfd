//! A SIP message as text.

/// A message, taken apart as far as scripts look into it.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    /// The request line or the status line.
    pub(crate) first_line: String,
    /// Names and values, in order.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Text {
    pub(crate) fn read(bytes: &[u8]) -> Text {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let mut lines = head.split("\r\n");
        let first_line = lines.next().unwrap_or_default().to_owned();
        let header = |line: &str| {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            (name.trim().to_owned(), value.trim().to_owned())
        };
        Text {
            first_line,
            headers: lines.map(header).collect(),
            body: body.to_owned(),
        }
    }

    /// The values of a header.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let headers = self.headers.iter();
        headers
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The first value of a header; empty if there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value.as_str())
    }

    /// A response's code; nothing of a request.
    pub(crate) fn code(&self) -> Option<u16> {
        let rest = self.first_line.strip_prefix("SIP/2.0 ")?;
        rest.split(' ').next()?.parse().ok()
    }

    /// The method: of a response, that which it answers.
    pub(crate) fn method(&self) -> &str {
        self.header("CSeq")
            .split_whitespace()
            .nth(1)
            .unwrap_or_default()
    }

    /// The number of CSeq.
    pub(crate) fn number(&self) -> u32 {
        let number = self.header("CSeq").split_whitespace().next();
        number.and_then(|n| n.parse().ok()).unwrap_or(0)
    }

    /// What is the same for a message and its repetitions.
    pub(crate) fn identity(&self) -> String {
        let top = self.header("Via");
        let branch = top.split("branch=").nth(1).unwrap_or_default();
        let branch = branch.split(';').next().unwrap_or_default();
        let (code, rseq) = (self.code(), self.header("RSeq"));
        let (call_id, cseq) = (self.header("Call-ID"), self.header("CSeq"));
        format!("{code:?} {rseq} {branch} {call_id} {cseq}")
    }

    /// What `< INVITE` and `< 200 BYE` are compared with.
    pub(crate) fn kind(&self) -> String {
        match self.code() {
            Some(code) => format!("{code} {}", self.method()),
            None => self.method().to_owned(),
        }
    }
}

/// The tag of a From or To value.
pub(crate) fn tag(value: &str) -> &str {
    let after = value.split(";tag=").nth(1).unwrap_or_default();
    after.split(';').next().unwrap_or_default()
}

/// The URI of a Contact, From or To value.
pub(crate) fn uri(value: &str) -> &str {
    match value.split_once('<') {
        Some((_, rest)) => rest.split('>').next().unwrap_or_default(),
        None => value.split(';').next().unwrap_or_default(),
    }
}
