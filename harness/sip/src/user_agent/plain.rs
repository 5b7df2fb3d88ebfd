//! Plain requests and responses: registrations, console requests, and all that a proxy passes on.

use std::net::SocketAddr;

use node::Now;

use crate::{Request, Response};

use super::agent::{Owner, UserAgent};
use super::event::{ClientId, ServerId};

impl UserAgent {
    /// Sends a request to `next_hop`, with our Via before its own. [`UaEvent::Response`] or
    /// [`UaEvent::NoResponse`] follows.
    ///
    /// A request that begins here, with From and To but no Via, is given a From tag, Call-ID,
    /// CSeq and Max-Forwards where it has none.
    ///
    /// [`UaEvent::Response`]: crate::UaEvent::Response
    /// [`UaEvent::NoResponse`]: crate::UaEvent::NoResponse
    pub fn request(&mut self, now: Now, request: Request, next_hop: SocketAddr) -> ClientId {
        self.endpoint.request(now, request, next_hop, Owner::Plain)
    }

    /// Cancels an INVITE sent by [`request`](Self::request), as soon as a provisional response
    /// has come (RFC 3261 §9.1). Its final response follows all the same, most often 487.
    pub fn cancel_request(&mut self, now: Now, client: ClientId) {
        self.endpoint.cancel(now, client);
    }

    /// Answers a request. The response gets a tag in To if it has none.
    pub fn respond(&mut self, now: Now, server: ServerId, response: Response) {
        self.endpoint.respond(now, server, response);
    }

    /// Sends a request outside any transaction, with our Via before its own: an ACK to a 2xx
    /// (RFC 3261 §16.6).
    pub fn forward(&mut self, _now: Now, request: Request, next_hop: SocketAddr) {
        self.endpoint.send_stateless(request, next_hop);
    }
}
