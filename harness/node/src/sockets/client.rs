//! HTTP requests of a node, by reqwest.

use std::error::Error;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use reqwest::redirect;

use super::arrival::no_connection;
use crate::NoReply;

/// The longest body of an answer that is taken. Exports of large deployments have some megabytes.
const LONGEST: usize = 64 << 20;

/// The client of a node. Each request has a connection of its own: one that was kept could have
/// died meanwhile, and the request with it.
#[derive(Clone)]
pub(super) struct Client(reqwest::Client);

impl Client {
    /// A client whose requests come from `address`, and go where they are sent: over no proxy, and
    /// not where an answer redirects to.
    pub(super) fn at(address: IpAddr) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .local_address(address)
            .no_proxy()
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .pool_max_idle_per_host(0)
            .build()?;
        Ok(Client(client))
    }

    /// Sends a request, and waits for the whole response.
    pub(super) async fn exchange(
        &self,
        to: SocketAddr,
        request: Request<Bytes>,
        timeout: Duration,
    ) -> Result<Response<Bytes>, NoReply> {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let sent = self
            .0
            .request(parts.method, format!("http://{to}{path}"))
            .headers(parts.headers)
            .body(body)
            .timeout(timeout)
            .send();
        let mut answer = sent.await.map_err(|error| no_reply(&error))?;
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        *response.body_mut() = whole_body(answer).await?;
        Ok(response)
    }
}

/// The body of an answer. One that is longer than [`LONGEST`] breaks its exchange.
async fn whole_body(mut answer: reqwest::Response) -> Result<Bytes, NoReply> {
    let mut body = BytesMut::new();
    while let Some(piece) = answer.chunk().await.map_err(|error| no_reply(&error))? {
        if piece.len() > LONGEST.saturating_sub(body.len()) {
            return Err(NoReply::Reset);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body.freeze())
}

/// What the failure of an exchange means. Only what prevented the connection is definite.
fn no_reply(error: &reqwest::Error) -> NoReply {
    if error.is_timeout() {
        return NoReply::TimedOut;
    }
    if !error.is_connect() {
        return NoReply::Reset;
    }
    causes(error)
        .find_map(|cause| cause.downcast_ref::<io::Error>())
        .map_or(NoReply::Reset, no_connection)
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}
