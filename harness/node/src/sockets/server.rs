//! HTTP requests to a node, by hyper.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time;

use super::arrival::{Arrival, Inbox};
use super::connections::{Connections, Place};
use super::limits::Limits;
use super::listen::Listen;
use crate::{Admission, Head, Port, RequestId};

/// The requests that the node has not answered yet.
#[derive(Default)]
pub(super) struct Server {
    unanswered: BTreeMap<RequestId, oneshot::Sender<Response<Bytes>>>,
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
            let front = Front {
                at: Port(port),
                limits: listen.limits,
                inbox: inbox.clone(),
            };
            let connections = Connections::at_most(listen.limits.connections_at(listen));
            tasks.spawn(listen_on(listener, front, connections));
        }
        Ok(Server::default())
    }

    /// A new request; it gets an id, under which it waits for its answer.
    pub(super) fn register(&mut self, answer: oneshot::Sender<Response<Bytes>>) -> RequestId {
        self.last += 1;
        let id = RequestId(self.last);
        self.unanswered.insert(id, answer);
        id
    }

    /// Answers a request; one that was answered already, or never came, is not answered.
    pub(super) fn respond(&mut self, id: RequestId, response: Response<Bytes>) {
        if let Some(answer) = self.unanswered.remove(&id) {
            // Whoever asked may have gone away.
            let _ = answer.send(response);
        }
    }
}

/// What all connections to a port have in common.
struct Front<C> {
    at: Port,
    limits: Limits,
    inbox: Inbox<C>,
}

impl<C> Clone for Front<C> {
    fn clone(&self) -> Self {
        Front {
            at: self.at,
            limits: self.limits,
            inbox: self.inbox.clone(),
        }
    }
}

/// Serves whoever connects to a port.
async fn listen_on<C: Send + 'static>(
    listener: TcpListener,
    front: Front<C>,
    connections: Connections,
) {
    let mut served = JoinSet::new();
    loop {
        let accepted = connections.accept(&listener);
        tokio::pin!(accepted);
        // Who is being accepted stays so when others end.
        let (stream, from, place) = loop {
            tokio::select! {
                accepted = &mut accepted => break accepted,
                // How a connection ended is of no interest to anybody.
                Some(_) = served.join_next() => {}
            }
        };
        served.spawn(front.clone().connection(stream, from, place));
    }
}

impl<C: Send + 'static> Front<C> {
    /// Serves a connection until it ends, or has to go.
    async fn connection(self, stream: TcpStream, from: SocketAddr, place: Place) {
        let serve = service_fn(async |request| {
            Ok::<_, Infallible>(self.answer(from, request, &place).await.map(Full::new))
        });
        let served = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.head)
            .serve_connection(TokioIo::new(stream), serve);
        tokio::select! {
            // One that breaks is of no more use to whoever opened it.
            _ = served => {}
            () = place.evicted() => {}
        }
    }

    /// The answer to a request. Its body is read when the node wants it.
    async fn answer(
        &self,
        from: SocketAddr,
        request: Request<Incoming>,
        place: &Place,
    ) -> Response<Bytes> {
        let (head, body) = request.into_parts();
        let (head, longest) = match self.admission(head, place).await {
            Some((head, Admission::Read(longest))) => (head, longest),
            Some((_, Admission::Answer(response))) => return *response,
            None => return status(StatusCode::SERVICE_UNAVAILABLE),
        };
        let body = match time::timeout(self.limits.body, read(body, longest)).await {
            Ok(Ok(body)) => body,
            Ok(Err(code)) => return status(code),
            Err(_) => return status(StatusCode::REQUEST_TIMEOUT),
        };
        let _awaited = place.awaited();
        let (answer, answered) = oneshot::channel();
        let arrival = Arrival::Request {
            at: self.at,
            from,
            request: Request::from_parts(*head, body),
            answer,
        };
        if self.inbox.send(arrival).await.is_err() {
            return status(StatusCode::SERVICE_UNAVAILABLE);
        }
        answered
            .await
            .unwrap_or_else(|_| status(StatusCode::SERVICE_UNAVAILABLE))
    }

    /// What the node says to the head of a request; nothing if it is gone.
    async fn admission(&self, head: Head, place: &Place) -> Option<(Box<Head>, Admission)> {
        let _awaited = place.awaited();
        let (tell, told) = oneshot::channel();
        let arrival = Arrival::Head {
            at: self.at,
            head: Box::new(head),
            tell,
        };
        self.inbox.send(arrival).await.ok()?;
        told.await.ok()
    }
}

/// Reads a body, unless it says or turns out to be longer than `longest`.
async fn read(body: Incoming, longest: usize) -> Result<Bytes, StatusCode> {
    if body.size_hint().lower() > longest as u64 {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    match Limited::new(body, longest).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => Err(StatusCode::BAD_REQUEST),
    }
}

/// An answer without a body.
fn status(code: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = code;
    response
}
