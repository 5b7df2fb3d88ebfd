//! SIP messages, from bytes and back (RFC 3261 §7).
//!
//! - `parse`: a datagram to a [`Message`], or a [`MessageError`].
//! - [`Glance`]: a look at a response that does not read all of it.
//! - [`Request`] and [`Response`], with the accessors that they share in `accessors`.
//! - [`Headers`]: what a message is mostly made of.
//! - `field`: the grammar inside header values: lists, addresses, parameters.
//! - `multipart`: bodies of several parts.
//! - [`Via`]: the header by which responses find their way back.
//! - `uri`: URIs at numeric addresses and in domains.

mod accessors;
mod error;
pub(crate) mod field;
mod glance;
mod headers;
mod multipart;
mod parse;
mod request;
mod response;
mod uri;
pub(crate) mod via;

pub use error::{MAX_HEADERS, MAX_SIZE, MessageError};
pub use field::Address;
pub use glance::Glance;
pub use headers::Headers;
pub use parse::Message;
pub(crate) use parse::{read_length, rejection};
pub use request::Request;
pub use response::Response;
pub(crate) use response::{copy as copy_headers, is_provisional, is_success};
pub(crate) use uri::name_addr_text;
pub use uri::{address_of, is_in, uri, uri_in, uri_text, user_of};
pub use via::Via;
