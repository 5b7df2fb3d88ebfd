//! A SIP request.

use std::fmt::Write as _;

use bytes::Bytes;

use crate::types::print::{AppendCtx, PrintCtx, UriContext};
use crate::{Headers, Method, SipUri};

/// A SIP request. Header values are as they came, one entry for each element of a list.
#[derive(Clone, Debug)]
pub struct Request {
    /// What is asked for.
    pub method: Method,
    /// Whom it is for.
    pub uri: SipUri,
    /// The headers, without Content-Length, which is the body's.
    pub headers: Headers,
    /// The body.
    pub body: Bytes,
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: Method, uri: SipUri) -> Self {
        Request {
            method,
            uri,
            headers: Headers::new(),
            body: Bytes::new(),
        }
    }

    /// The request as it goes on the wire.
    pub fn to_bytes(&self) -> Bytes {
        let context = PrintCtx {
            method: Some(&self.method),
            uri: Some(UriContext::ReqUri),
        };
        let uri = self.uri.print_ctx(context);
        let start = format!("{} {uri} SIP/2.0", self.method);
        print(&start, &self.headers, &self.body)
    }
}

/// A message as it goes on the wire: start line, headers, Content-Length, body.
pub(super) fn print(start: &str, headers: &Headers, body: &[u8]) -> Bytes {
    let mut head =
        String::with_capacity(start.len() + headers.printed_len() + 2 * body.len().max(32));
    // Writing to a string cannot fail.
    let _ = write!(
        head,
        "{start}\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(body);
    bytes.into()
}
