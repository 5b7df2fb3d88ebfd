//! What strangers send to a pool, in bounded amounts.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use super::pair::{DESCRIPTORS, Pair};

/// How long a pool may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

fn connect(to: SocketAddr) -> TcpStream {
    let connection = TcpStream::connect(to).unwrap();
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    connection.set_write_timeout(Some(PATIENCE)).unwrap();
    connection
}

/// What a server says to this until it closes the connection.
pub(crate) fn asked(to: SocketAddr, text: &str) -> Option<String> {
    let mut connection = TcpStream::connect(to).ok()?;
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    connection.write_all(text.as_bytes()).ok()?;
    let mut said = String::new();
    // A reset is an end as well.
    let _ = connection.read_to_string(&mut said);
    Some(said)
}

pub(crate) fn is_healthy(http: SocketAddr) -> bool {
    let text = "GET /health HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    asked(http, text).is_some_and(|said| said.starts_with("HTTP/1.1 200 "))
}

/// A pair whose primary serves.
pub(crate) fn started() -> Pair {
    let pair = Pair::start();
    let late = Instant::now() + 2 * PATIENCE;
    while !is_healthy(pair.primary_http()) {
        assert!(Instant::now() < late, "the pool does not serve");
        thread::sleep(Duration::from_millis(50));
    }
    pair
}

/// As a telephone asks whether its connection lives (RFC 5626 section 3.5.1).
fn is_alive(sip: SocketAddr) -> bool {
    let mut connection = connect(sip);
    connection.write_all(b"\r\n\r\n").unwrap();
    let mut pong = [0; 2];
    connection.read_exact(&mut pong).is_ok() && pong == *b"\r\n"
}

pub(crate) fn connections() {
    let mut pair = started();
    let (sip, http) = (pair.primary(), pair.primary_http());
    for to in [sip, http] {
        // More than it has descriptors, one after the other: what their peers closed is closed.
        for _ in 0..2 * DESCRIPTORS {
            drop(connect(to));
        }
        assert!(is_healthy(http) && is_alive(sip));
        // And more at once than it has descriptors.
        let held: Vec<_> = (0..2 * DESCRIPTORS).map(|_| connect(to)).collect();
        assert!(is_healthy(http) && is_alive(sip));
        drop(held);
    }
    assert!(pair.end_primary().success());
}

pub(crate) fn endless_length() {
    let mut pair = started();
    let begin = "OPTIONS sip:a SIP/2.0\r\nContent-Length: ";
    let whole = begin.len() + u64::MAX.to_string().len() + 4;
    let length = 0_u64.wrapping_sub(whole as u64);
    let said = asked(pair.primary(), &format!("{begin}{length}\r\n\r\n"));
    assert_eq!(said.as_deref(), Some(""), "the connection is closed");
    assert!(is_healthy(pair.primary_http()) && is_alive(pair.primary()));
    assert!(pair.end_primary().success());
}

pub(crate) fn strangers_bodies() {
    let pair = started();
    let http = pair.primary_http();
    let head = |credentials: &str, path: &str, length: usize| {
        format!("POST {path} HTTP/1.1\r\nhost: a\r\n{credentials}content-length: {length}\r\n\r\n")
    };
    // `administrator:drill`
    let administrator = "authorization: Basic YWRtaW5pc3RyYXRvcjpkcmlsbA==\r\n";
    for (credentials, path, length, code) in [
        ("", "/management/import", 64 << 20, "401"),
        (
            "authorization: Basic YTpi\r\n",
            "/management/import",
            64 << 20,
            "401",
        ),
        ("", "/health", 1, "413"),
        (administrator, "/management/fail-over", 1 << 20, "413"),
        (administrator, "/management/import", 1 << 30, "413"),
    ] {
        // The answer comes before any of the body.
        let said = asked(http, &head(credentials, path, length)).unwrap();
        assert!(
            said.starts_with(&format!("HTTP/1.1 {code} ")),
            "{path}: {said}"
        );
    }
}
