//! What pool and database need of HTTP, on top of the `http` crate's types.
//!
//! - `credentials`: who sent a request (RFC 7617).
//! - `base64`: what credentials are written in (RFC 4648).
//! - `target`: path and query of a request (RFC 3986).
//! - `reply`: answers in JSON.

mod base64;
pub(crate) mod credentials;
pub(crate) mod reply;
pub(crate) mod target;
