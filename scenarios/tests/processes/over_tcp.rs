//! A telephone that speaks SIP over TCP.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::pair::{Pair, registered};

/// How long a pool may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// A connection to a pool, and what has come on it.
struct Telephone {
    connection: TcpStream,
    own: SocketAddr,
    pool: SocketAddr,
}

impl Telephone {
    fn connect(pool: SocketAddr) -> Telephone {
        let connection = TcpStream::connect(pool).unwrap();
        connection.set_read_timeout(Some(PATIENCE)).unwrap();
        Telephone {
            own: connection.local_addr().unwrap(),
            connection,
            pool,
        }
    }

    /// Sends a request of the one call that it has.
    fn send(&mut self, method: &str, number: u32, to_tag: &str, body: &str) {
        let (own, pool, length) = (self.own, self.pool, body.len());
        let request = format!(
            "{method} sip:sales@{pool} SIP/2.0\r\n\
             Via: SIP/2.0/TCP {own};branch=z9hG4bK-{method}-{number}\r\n\
             Max-Forwards: 70\r\n\
             From: <sip:tamara@{own}>;tag=t1\r\n\
             To: <sip:sales@{pool}>{to_tag}\r\n\
             Call-ID: over-tcp@{own}\r\n\
             CSeq: {number} {method}\r\n\
             Contact: <sip:tamara@{own};transport=tcp>\r\n\
             Content-Type: application/sdp\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        );
        self.connection.write_all(request.as_bytes()).unwrap();
    }

    /// The next message.
    fn receive(&mut self) -> String {
        let mut message = String::new();
        let mut byte = [0];
        while !message.ends_with("\r\n\r\n") {
            self.connection.read_exact(&mut byte).unwrap();
            message.push(char::from(byte[0]));
        }
        let length = header(&message, "Content-Length").parse().unwrap();
        let mut body = vec![0; length];
        self.connection.read_exact(&mut body).unwrap();
        message + &String::from_utf8(body).unwrap()
    }

    /// The final response to a request of this method; what comes before it is passed over.
    fn response(&mut self, method: &str) -> String {
        loop {
            let message = self.receive();
            let is_final = message.starts_with("SIP/2.0 ") && !message.starts_with("SIP/2.0 1");
            if is_final && header(&message, "CSeq").ends_with(method) {
                return message;
            }
        }
    }
}

fn header<'m>(message: &'m str, name: &str) -> &'m str {
    let mut lines = message.lines();
    lines
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
        .unwrap_or_else(|| panic!("no {name} in {message}"))
        .trim()
}

pub(crate) fn takes_a_call() {
    let pair = Pair::start();
    let actors = pair.actors();
    registered(&actors);
    let mut telephone = Telephone::connect(pair.primary());
    let ip = telephone.own.ip();
    let offer = format!(
        "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n\
         m=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
    );
    telephone.send("INVITE", 1, "", &offer);
    let answer = telephone.response("INVITE");
    assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
    assert!(
        header(&answer, "Via").starts_with("SIP/2.0/TCP "),
        "{answer}"
    );
    let (_, tag) = header(&answer, "To").rsplit_once(";tag=").unwrap();
    let tag = format!(";tag={tag}");
    telephone.send("ACK", 1, &tag, "");
    // Paul answers after 300 ms, and the pool hands the call over: over the same connection.
    let handover = telephone.receive();
    assert!(handover.starts_with("INVITE sip:tamara@"), "{handover}");
    assert!(
        header(&handover, "Via").starts_with("SIP/2.0/TCP "),
        "{handover}"
    );
    telephone.send("BYE", 2, &tag, "");
    let end = telephone.response("BYE");
    assert!(end.starts_with("SIP/2.0 200 "), "{end}");
}
