//! One turn of a pool: the time, and what is to be done.

use bytes::Bytes;
use http::Response;
use node::{Now, Outputs, RequestId};

/// What everything that a pool does in one turn needs.
pub(super) struct Turn<'a> {
    pub(super) now: Now,
    pub(super) out: &'a mut Outputs<String>,
}

impl Turn<'_> {
    /// Tells whoever runs the pool.
    pub(super) fn log(&mut self, line: impl Into<String>) {
        self.out.event(line.into());
    }

    /// Answers an HTTP request.
    pub(super) fn respond(&mut self, id: RequestId, response: Response<Bytes>) {
        self.out.respond(id, response);
    }
}
