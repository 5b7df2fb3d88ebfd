//! A telephone that speaks SIP over TCP.

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, UdpSocket};
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
        let uri = format!("sip:sales@{}", self.pool);
        self.send_to(&uri, "", (method, number), to_tag, body);
    }

    /// The same to this URI, along this route.
    fn send_to(
        &mut self,
        uri: &str,
        route: &str,
        (method, number): (&str, u32),
        to_tag: &str,
        body: &str,
    ) {
        let (own, pool, length) = (self.own, self.pool, body.len());
        let request = format!(
            "{method} {uri} SIP/2.0\r\n{route}\
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

/// A session description of somebody's at this address.
fn description(ip: IpAddr) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n\
         m=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
    )
}

/// OPTIONS whose sender says that it is at `sent_by`.
fn options(pool: SocketAddr, transport: &str, sent_by: &str, number: u32) -> String {
    format!(
        "OPTIONS sip:{pool} SIP/2.0\r\n\
         Via: SIP/2.0/{transport} {sent_by};branch=z9hG4bK-{number}\r\n\
         From: <sip:tamara@{pool}>;tag=t1\r\nTo: <sip:{pool}>\r\n\
         Call-ID: options-{number}\r\nCSeq: {number} OPTIONS\r\nContent-Length: 0\r\n\r\n"
    )
}

/// Two telephones that both say to be at the same place, at one of which is none, and one more that
/// sends datagrams from there: each gets its own answers.
pub(crate) fn answers_come_back() {
    let pair = Pair::start();
    let actors = pair.actors();
    registered(&actors);
    let pool = pair.primary();
    let mut telephones = [Telephone::connect(pool), Telephone::connect(pool)];
    let datagrams = UdpSocket::bind((telephones[0].own.ip(), 0)).unwrap();
    datagrams.set_read_timeout(Some(PATIENCE)).unwrap();
    let shared = datagrams.local_addr().unwrap().to_string();
    for (sent_by, unknown) in [(shared.as_str(), "WINK"), ("phone.example", "WINK")] {
        for (number, telephone) in (1..).zip(&mut telephones) {
            let asked = options(pool, "TCP", sent_by, number);
            telephone.connection.write_all(asked.as_bytes()).unwrap();
            // By a transaction as well, and malformed.
            let asked = asked.replace("OPTIONS", unknown);
            telephone.connection.write_all(asked.as_bytes()).unwrap();
            let asked = asked.replace(" SIP/2.0\r\n", " SIP/3.0\r\n");
            telephone.connection.write_all(asked.as_bytes()).unwrap();
        }
        for (number, telephone) in (1..).zip(&mut telephones) {
            for code in ["200", "501", "505"] {
                let answer = telephone.receive();
                assert!(answer.starts_with(&format!("SIP/2.0 {code} ")), "{answer}");
                assert_eq!(header(&answer, "Call-ID"), format!("options-{number}"));
            }
        }
    }
    let asked = options(pool, "UDP", &shared, 3);
    datagrams.send_to(asked.as_bytes(), pool).unwrap();
    let mut answer = [0; 2_000];
    let length = datagrams.recv(&mut answer).unwrap();
    assert!(answer[..length].starts_with(b"SIP/2.0 200 "));
}

/// Paul is called himself: the pool passes the call on to his telephone, which speaks UDP, and says to
/// the caller that it is reached over TCP.
pub(crate) fn is_passed_on() {
    let pair = Pair::start();
    let actors = pair.actors();
    registered(&actors);
    let mut telephone = Telephone::connect(pair.primary());
    let paul = format!("sip:paul@{}", pair.primary());
    let offer = description(telephone.own.ip());
    telephone.send_to(&paul, "", ("INVITE", 1), "", &offer);
    let answer = telephone.response("INVITE");
    assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
    let recorded = header(&answer, "Record-Route");
    let own = format!("<sip:{};lr;transport=tcp", pair.primary());
    assert!(recorded.starts_with(&own), "{recorded}");
    let (_, tag) = header(&answer, "To").rsplit_once(";tag=").unwrap();
    let (tag, route) = (format!(";tag={tag}"), format!("Route: {recorded}\r\n"));
    let contact = header(&answer, "Contact").split(['<', '>']).nth(1).unwrap();
    telephone.send_to(contact, &route, ("ACK", 1), &tag, "");
    telephone.send_to(contact, &route, ("BYE", 2), &tag, "");
    let end = telephone.response("BYE");
    assert!(end.starts_with("SIP/2.0 200 "), "{end}");
}

pub(crate) fn takes_a_call() {
    let pair = Pair::start();
    let actors = pair.actors();
    registered(&actors);
    let mut telephone = Telephone::connect(pair.primary());
    let offer = description(telephone.own.ip());
    telephone.send("INVITE", 1, "", &offer);
    let answer = telephone.response("INVITE");
    assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
    assert!(
        header(&answer, "Via").starts_with("SIP/2.0/TCP "),
        "{answer}"
    );
    assert!(
        header(&answer, "Contact").ends_with(";transport=tcp>"),
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
