//! Why bytes are no SIP message.

use crate::StatusCode;

/// The largest message, in bytes: what a UDP datagram could hold (RFC 3261 §18.1.1).
pub const MAX_SIZE: usize = 65_535;

/// Why bytes are no SIP message; what the server answers is [`MessageError::status`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// Nothing but line ends: a keep-alive (RFC 5626 §3.5.1), to be ignored.
    #[error("no message, only line ends")]
    Empty,
    /// More bytes than a datagram holds.
    #[error("message of {0} bytes, over the limit of {MAX_SIZE}")]
    TooLarge(usize),
    /// The header section does not end with an empty line.
    #[error("header section without an end")]
    Incomplete,
    /// The header section is not UTF-8, or has control characters in it.
    #[error("header section that is not plain text")]
    NotText,
    /// The first line is neither a request line nor a status line.
    #[error("start line `{0}`")]
    StartLine(String),
    /// A protocol version other than `SIP/2.0`.
    #[error("protocol version `{0}`")]
    Version(String),
    /// A method that differs from a known one only in case, or by a suffix.
    #[error("method `{0}`")]
    Method(String),
    /// A request URI of a scheme other than `sip` and `sips`.
    #[error("scheme of the request URI `{0}`")]
    Scheme(String),
    /// A request URI that does not follow RFC 3261 §19.1.
    #[error("request URI `{0}`")]
    RequestUri(String),
    /// A line without a header name and a colon.
    #[error("header line `{0}`")]
    HeaderLine(String),
    /// A header that every message has is not there (RFC 3261 §8.1.1).
    #[error("no header {0}")]
    Missing(&'static str),
    /// A header that occurs once in every message occurs again.
    #[error("header {0} more than once")]
    Repeated(&'static str),
    /// The value of a header that every message has cannot be understood.
    #[error("header {name}: `{value}`")]
    Header {
        /// The header's name.
        name: &'static str,
        /// Its value.
        value: String,
    },
    /// The datagram ends before the body does (RFC 3261 §18.3).
    #[error("body of {present} bytes where Content-Length is {declared}")]
    ShortBody {
        /// What Content-Length says.
        declared: usize,
        /// How many bytes there are.
        present: usize,
    },
}

impl MessageError {
    /// What a server answers to a request with this error, if it can answer at all.
    pub const fn status(&self) -> StatusCode {
        match self {
            MessageError::TooLarge(_) => StatusCode::MESSAGE_TOO_LARGE,
            MessageError::Version(_) => StatusCode::VERSION_NOT_SUPPORTED,
            MessageError::Method(_) => StatusCode::NOT_IMPLMENTED,
            MessageError::Scheme(_) => StatusCode::UNSUPPORTED_URI_SCHEME,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}
