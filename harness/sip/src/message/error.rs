//! Why bytes are no SIP message.

use crate::StatusCode;

/// The largest message, in bytes: what a UDP datagram could hold (RFC 3261 §18.1.1).
pub const MAX_SIZE: usize = 65_535;

/// The most header values of a message, elements of lists counted one by one. Calls through many
/// proxies have some dozens; each value is looked for among all others, so that many more would take
/// more time than their bytes are worth.
pub const MAX_HEADERS: usize = 512;

/// Why bytes are no SIP message; what the server answers is [`MessageError::status`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// Nothing but line ends: a keep-alive (RFC 5626 §3.5.1), to be ignored.
    #[error("the datagram holds line ends only")]
    Empty,
    /// More bytes than a datagram holds.
    #[error("the message has {0} bytes, more than {MAX_SIZE}")]
    TooLarge(usize),
    /// More header values than anybody needs.
    #[error("the message has more than {MAX_HEADERS} header values")]
    TooManyHeaders,
    /// The header section does not end with an empty line.
    #[error("no empty line ends the header section")]
    Incomplete,
    /// The header section is not UTF-8, or has control characters in it.
    #[error("the header section is not plain text")]
    NotText,
    /// The first line is neither a request line nor a status line.
    #[error("the first line `{0}` is neither a request line nor a status line")]
    StartLine(String),
    /// A protocol version other than `SIP/2.0`.
    #[error("protocol version `{0}` is not SIP/2.0")]
    Version(String),
    /// A method that differs from a known one only in case, or by a suffix.
    #[error("method `{0}` is not known")]
    Method(String),
    /// A request URI of a scheme other than `sip` and `sips`.
    #[error("the request URI `{0}` is neither a sip nor a sips URI")]
    Scheme(String),
    /// A request URI that does not follow RFC 3261 §19.1.
    #[error("the request URI `{0}` is malformed")]
    RequestUri(String),
    /// A line without a header name and a colon.
    #[error("the line `{0}` is no header")]
    HeaderLine(String),
    /// A header that every message has is not there (RFC 3261 §8.1.1).
    #[error("header {0} is missing")]
    Missing(&'static str),
    /// A header that occurs once in every message occurs again.
    #[error("header {0} stands more than once")]
    Repeated(&'static str),
    /// The value of a header that every message has cannot be understood.
    #[error("header {name} has the malformed value `{value}`")]
    Header {
        /// The header's name.
        name: &'static str,
        /// Its value.
        value: String,
    },
    /// The datagram ends before the body does (RFC 3261 §18.3).
    #[error("the body has {present} bytes, and Content-Length says {declared}")]
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
            MessageError::TooLarge(_) | MessageError::TooManyHeaders => {
                StatusCode::MESSAGE_TOO_LARGE
            }
            MessageError::Version(_) => StatusCode::VERSION_NOT_SUPPORTED,
            MessageError::Method(_) => StatusCode::NOT_IMPLMENTED,
            MessageError::Scheme(_) => StatusCode::UNSUPPORTED_URI_SCHEME,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}
