//! One turn of a pool: the time, chance, and what is to be done.

use std::net::SocketAddr;

use bytes::Bytes;
use http::Response;
use node::{Now, Outputs, Port, RequestId};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::http_client::{HttpClient, HttpRequest};
use super::manner;
use crate::variant::Variant;

/// What every part of a pool may use in a turn. It is all that a part knows of the world outside.
pub(super) struct Turn<'a> {
    pub(super) now: Now,
    /// All chance but the SIP layer's.
    pub(super) rng: &'a mut ChaCha8Rng,
    http: &'a mut HttpClient,
    out: &'a mut Outputs<String>,
    variant: Option<Variant>,
}

impl<'a> Turn<'a> {
    pub(super) fn new(
        now: Now,
        rng: &'a mut ChaCha8Rng,
        http: &'a mut HttpClient,
        out: &'a mut Outputs<String>,
        variant: Option<Variant>,
    ) -> Self {
        Turn {
            now,
            rng,
            http,
            out,
            variant,
        }
    }

    /// Tells whoever runs the pool.
    pub(super) fn log(&mut self, line: impl Into<String>) {
        self.out.event(line.into());
    }

    /// Answers an HTTP request.
    pub(super) fn respond(&mut self, id: RequestId, response: Response<Bytes>) {
        let response = match self.variant {
            Some(variant) => manner::answered(variant, response),
            None => response,
        };
        self.out.respond(id, response);
    }

    /// Sends an HTTP request to the partner or a database. The outcome comes under the number
    /// that is returned.
    pub(super) fn request<T: Serialize>(&mut self, request: &HttpRequest<'_, T>) -> RequestId {
        self.http.send(self.out, request)
    }

    /// Sends a datagram.
    pub(super) fn datagram(&mut self, from: Port, to: SocketAddr, bytes: Bytes) {
        self.out.datagram(from, to, bytes);
    }
}
