//! HTTP requests to a node, by axum.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::arrival::{Arrival, Inbox};
use super::listen::Listen;
use crate::{Port, RequestId};

/// The longest body that is taken. Exports of large deployments have some megabytes.
const LONGEST: usize = 64 << 20;

/// The requests that the node has not answered yet.
#[derive(Default)]
pub(super) struct Server {
    unanswered: BTreeMap<RequestId, oneshot::Sender<http::Response<Bytes>>>,
    last: u64,
}

impl Server {
    /// Opens the ports, and puts requests into `inbox`.
    pub(super) async fn open<C: Send + 'static>(
        listen: &Listen,
        inbox: &Inbox<C>,
        tasks: &mut JoinSet<()>,
    ) -> Result<Self, (u16, io::Error)> {
        for &port in &listen.http {
            let listener = TcpListener::bind(listen.socket(port)).await;
            let listener = listener.map_err(|error| (port, error))?;
            let app = app(Port(port), inbox.clone());
            tasks.spawn(async move {
                // It serves for as long as the task lives: accepting is tried again on any error.
                let _ = axum::serve(listener, app).await;
            });
        }
        Ok(Server::default())
    }

    /// A new request; it gets an id, under which it waits for its answer.
    pub(super) fn register(&mut self, answer: oneshot::Sender<http::Response<Bytes>>) -> RequestId {
        self.last += 1;
        let id = RequestId(self.last);
        self.unanswered.insert(id, answer);
        id
    }

    /// Answers a request; one that was answered already, or never came, is not answered.
    pub(super) fn respond(&mut self, id: RequestId, response: http::Response<Bytes>) {
        if let Some(answer) = self.unanswered.remove(&id) {
            // Whoever asked may have gone away.
            let _ = answer.send(response);
        }
    }
}

fn app<C: Send + 'static>(
    at: Port,
    inbox: Inbox<C>,
) -> axum::extract::connect_info::IntoMakeServiceWithConnectInfo<Router, SocketAddr> {
    let handler = move |ConnectInfo(from): ConnectInfo<SocketAddr>, request: Request| {
        let inbox = inbox.clone();
        async move { serve(at, from, request, inbox).await }
    };
    let router = Router::new().fallback(handler);
    router.into_make_service_with_connect_info::<SocketAddr>()
}

/// Hands a request to the node, and its answer back.
async fn serve<C>(at: Port, from: SocketAddr, request: Request, inbox: Inbox<C>) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LONGEST).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let request = http::Request::from_parts(parts, body);
    let (answer, answered) = oneshot::channel();
    let arrival = Arrival::Request {
        at,
        from,
        request,
        answer,
    };
    if inbox.send(arrival).await.is_err() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    match answered.await {
        Ok(response) => response.map(Body::from),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
