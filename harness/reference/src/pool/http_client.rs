//! The HTTP requests that a pool sends, to its partner and to databases.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Response};
use node::{NoReply, Outputs, RequestId};
use serde::Serialize;

use crate::config::{PoolConfig, Secret};
use crate::web::{credentials, reply};

/// The outcome of a request.
pub(super) type Outcome = Result<Response<Bytes>, NoReply>;

/// A request.
pub(super) struct HttpRequest<'a, T> {
    pub(super) to: SocketAddr,
    pub(super) method: Method,
    pub(super) path: &'a str,
    pub(super) body: &'a T,
    pub(super) timeout: Duration,
}

/// Who asks, and how many requests there were.
#[derive(Debug)]
pub(super) struct HttpClient {
    user: String,
    password: Secret,
    last: u64,
}

impl HttpClient {
    /// The client of this pool.
    pub(super) fn new(config: &PoolConfig) -> Self {
        HttpClient {
            user: config.name.0.clone(),
            password: config.password.clone(),
            last: 0,
        }
    }

    /// Sends a request, under a number of its own.
    pub(super) fn send<T: Serialize>(
        &mut self,
        out: &mut Outputs<String>,
        request: &HttpRequest<'_, T>,
    ) -> RequestId {
        self.last += 1;
        let id = RequestId(self.last);
        let authorization = credentials::authorization(&self.user, &self.password);
        let method = request.method.clone();
        let message = reply::request(method, request.path, &authorization, request.body);
        out.request(id, request.to, message, request.timeout);
        id
    }
}
