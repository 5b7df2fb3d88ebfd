//! What strangers cannot do to a node: each flood is bounded, and each limit lowered.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use node::sockets::{Limits, Listen};
use node::{Input, NoReply, StreamIn};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time;

use crate::puppet::{Act, LARGE, PATIENCE, Running, at, host, name};

/// Limits that a test can wait for.
pub(crate) const LIMITS: Limits = Limits {
    connections: 8,
    head: Duration::from_millis(300),
    body: Duration::from_millis(300),
    unread: Duration::from_millis(300),
    handshake: Duration::from_millis(300),
};

async fn answering(number: u8) -> Running {
    let listen = Listen::at(host(number)).tcp([5060]).http([8080]);
    let node = Running::on(&listen.limits(LIMITS)).await;
    node.tell(Act::Answer).await;
    node
}

/// All that a server says until it closes the connection.
async fn said(connection: &mut TcpStream) -> String {
    let mut said = Vec::new();
    // A reset is an end as well.
    let _ = time::timeout(PATIENCE, connection.read_to_end(&mut said))
        .await
        .unwrap();
    String::from_utf8(said).unwrap()
}

/// What an HTTP server says to this, and then no more.
async fn asked(to: SocketAddr, text: &str) -> String {
    let mut connection = TcpStream::connect(to).await.unwrap();
    connection.write_all(text.as_bytes()).await.unwrap();
    said(&mut connection).await
}

const HEALTH: &str = "GET /health HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn at_the_limit_the_connection_goes_that_was_idle_for_the_longest_time() {
    let mut node = answering(41).await;
    let sip = at(node.address, 5060);
    let mut connections = Vec::new();
    for _ in 0..LIMITS.connections {
        connections.push(TcpStream::connect(sip).await.unwrap());
        assert!(matches!(stream(&mut node).await, StreamIn::Opened { .. }));
    }
    // The first one is used, so the second one goes.
    connections[0].write_all(b"hello").await.unwrap();
    assert!(matches!(stream(&mut node).await, StreamIn::Data(_)));
    connections.push(TcpStream::connect(sip).await.unwrap());
    assert_eq!(stream(&mut node).await, StreamIn::Reset(NoReply::Reset));
    assert!(matches!(stream(&mut node).await, StreamIn::Opened { .. }));
    assert_eq!(said(&mut connections[1]).await, "");
    connections[0].write_all(b"hello").await.unwrap();
    assert!(matches!(stream(&mut node).await, StreamIn::Data(_)));
}

#[tokio::test]
async fn floods_of_connections_over_either_port_leave_the_other_usable() {
    let node = answering(42).await;
    let (sip, http) = (at(node.address, 5060), at(node.address, 8080));
    for flooded in [sip, http] {
        let mut flood = Vec::new();
        for _ in 0..20 * LIMITS.connections {
            flood.push(TcpStream::connect(flooded).await.unwrap());
        }
        assert!(asked(http, HEALTH).await.starts_with("HTTP/1.1 200 "));
    }
}

#[tokio::test]
async fn half_a_head_and_silence_end_in_time() {
    let node = answering(43).await;
    for begin in ["", "GET /health HTTP/1.1\r\nhost:"] {
        let begun = Instant::now();
        asked(at(node.address, 8080), begin).await;
        assert!(begun.elapsed() >= LIMITS.head, "{begin}");
    }
}

#[tokio::test]
async fn half_a_body_is_waited_for_no_longer_than_a_body_may_take() {
    let node = answering(44).await;
    let text = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nhalf";
    let answer = asked(at(node.address, 8080), text).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

#[tokio::test]
async fn a_body_is_read_only_when_the_node_wants_it_and_only_so_much_of_it() {
    let mut node = answering(45).await;
    let http = at(node.address, 8080);
    for (path, length, code) in [
        ("/refused", u64::MAX / 2, "401"),
        ("/refused", 64 << 20, "401"),
        ("/", node::LONGEST_BODY as u64 + 1, "413"),
        ("/large", LARGE as u64 + 1, "413"),
    ] {
        // Nothing of the body is sent, and none is waited for.
        let text = format!("POST {path} HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\n\r\n");
        let answer = asked(http, &text).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {code} ")), "{answer}");
    }
    let chunk = "x".repeat(node::LONGEST_BODY + 1);
    let text = format!(
        "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{chunk}\r\n0\r\n\r\n",
        chunk.len()
    );
    let answer = asked(http, &text).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    let large = "x".repeat(LARGE);
    let text = format!(
        "POST /large HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: {LARGE}\r\n\r\n{large}"
    );
    assert!(asked(http, &text).await.ends_with(&large));
    // Of all these, the node saw the last one alone.
    match node.next().await.1 {
        Input::Request { request, .. } => assert_eq!(request.uri(), "/large"),
        other => panic!("{}", name(&other)),
    }
}

#[tokio::test]
async fn who_reads_nothing_is_sent_no_more() {
    let mut node = answering(46).await;
    let connection = TcpStream::connect(at(node.address, 5060)).await.unwrap();
    let (id, _) = identified(&mut node).await;
    // More than the buffers of both ends hold.
    let bytes = bytes::Bytes::from(vec![b'x'; 16 << 20]);
    node.perform(node::Output::Send { id, bytes }).await;
    assert_eq!(stream(&mut node).await, StreamIn::Reset(NoReply::Reset));
    drop(connection);
}

async fn identified(node: &mut Running) -> (node::StreamId, StreamIn) {
    match node.next().await.1 {
        Input::Stream { id, what } => (id, what),
        other => panic!("{}", name(&other)),
    }
}

/// What happens next on a connection.
async fn stream(node: &mut Running) -> StreamIn {
    loop {
        match node.next().await.1 {
            Input::Stream { what, .. } => return what,
            Input::Request { .. } => {}
            other => panic!("{}", name(&other)),
        }
    }
}
