use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use node::sockets::Listen;
use node::{Input, NoReply, Output, Port, RequestId};
use tokio::net::TcpListener;

use crate::puppet::{Act, Running, at, host, name};

fn request(to: SocketAddr, timeout: Duration) -> Output<()> {
    let request = Request::post("/transaction?a=b%20c").header("x-own", "1");
    let request = request.body(Bytes::from_static(b"body")).unwrap();
    Output::Request {
        id: RequestId(7),
        to,
        request,
        timeout,
    }
}

async fn outcome(node: &mut Running) -> Result<Bytes, NoReply> {
    match node.next().await.1 {
        Input::Reply { id, outcome } => {
            assert_eq!(id, RequestId(7));
            outcome.map(http::Response::into_body)
        }
        other => panic!("{}", name(&other)),
    }
}

const PLENTY: Duration = Duration::from_secs(3);

#[tokio::test]
async fn a_request_arrives_whole_and_is_answered() {
    let mut client = Running::on(&Listen::at(host(11))).await;
    let mut server = Running::on(&Listen::at(host(12)).http([8080])).await;
    server.tell(Act::Answer).await;
    client.perform(request(at(host(12), 8080), PLENTY)).await;
    match server.next().await.1 {
        Input::Request {
            at: port,
            from,
            request,
            ..
        } => {
            assert_eq!((port, from.ip()), (Port(8080), client.address));
            assert_eq!(request.uri(), "/transaction?a=b%20c");
            assert_eq!(request.headers()["x-own"], "1");
            assert_eq!(request.body(), "body");
        }
        other => panic!("{}", name(&other)),
    }
    assert_eq!(outcome(&mut client).await, Ok(Bytes::from_static(b"body")));
}

#[tokio::test]
async fn a_closed_port_refuses() {
    let mut client = Running::on(&Listen::at(host(13))).await;
    client.perform(request(at(host(14), 8080), PLENTY)).await;
    assert_eq!(outcome(&mut client).await, Err(NoReply::Refused));
}

#[tokio::test]
async fn a_server_that_says_nothing_is_waited_for_as_long_as_was_asked() {
    let mut client = Running::on(&Listen::at(host(15))).await;
    let _server = Running::on(&Listen::at(host(16)).http([8080])).await;
    client
        .perform(request(at(host(16), 8080), Duration::from_millis(100)))
        .await;
    assert_eq!(outcome(&mut client).await, Err(NoReply::TimedOut));
}

#[tokio::test]
async fn a_connection_that_breaks_is_a_reset() {
    let mut client = Running::on(&Listen::at(host(17))).await;
    let listener = TcpListener::bind(at(host(18), 8080)).await.unwrap();
    client.perform(request(at(host(18), 8080), PLENTY)).await;
    drop(listener.accept().await.unwrap());
    assert_eq!(outcome(&mut client).await, Err(NoReply::Reset));
}
