//! The transaction layer: matches messages to transactions, and carries out what those ask for.
//!
//! - `layer`: [`Endpoint`], what goes in and comes out.
//! - `client`: requests that were sent (RFC 3261 §17.1), with `client_transaction`.
//! - `server`: requests that were received (RFC 3261 §17.2), with `server_transaction`.
//! - `key`: what identifies a transaction.
//! - `compose`: the requests that the layer itself makes: ACK to a refusal, CANCEL.

mod client;
mod client_transaction;
mod compose;
mod key;
mod layer;
mod server;
mod server_transaction;

pub(crate) use layer::{Endpoint, Event};
