//! What a pool says that it is, when it is asked by SIP what it can do: OPTIONS (RFC 3261 section 11).

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::Duration;

/// How long one question waits for its answer.
const WITHIN: Duration = Duration::from_secs(1);

/// How often it is put.
const TIMES: u32 = 3;

/// What the pool at `to` answers somebody at `from`: the first line, and which server it says that it is.
/// Nothing if it does not answer.
pub fn identity(from: IpAddr, to: SocketAddr) -> Option<String> {
    let socket = UdpSocket::bind(SocketAddr::new(from, 0)).ok()?;
    socket.connect(to).ok()?;
    socket.set_read_timeout(Some(WITHIN)).ok()?;
    let own = socket.local_addr().ok()?;
    (1..=TIMES).find_map(|number| ask(&socket, own, to, number).ok())
}

fn ask(socket: &UdpSocket, own: SocketAddr, to: SocketAddr, number: u32) -> io::Result<String> {
    let request = format!(
        "OPTIONS sip:{to} SIP/2.0\r\n\
         Via: SIP/2.0/UDP {own};rport;branch=z9hG4bK{number}{port}\r\n\
         Max-Forwards: 70\r\n\
         From: <sip:{own}>;tag={port}\r\n\
         To: <sip:{to}>\r\n\
         Call-ID: {number}-{own}\r\n\
         CSeq: {number} OPTIONS\r\n\
         Content-Length: 0\r\n\r\n",
        port = own.port()
    );
    socket.send(request.as_bytes())?;
    let mut answer = vec![0; usize::from(u16::MAX)];
    let length = socket.recv(&mut answer)?;
    Ok(in_words(&String::from_utf8_lossy(&answer[..length])))
}

/// The first line, and the server's name, if it gives one.
fn in_words(answer: &str) -> String {
    let mut lines = answer.lines();
    let first = lines.next().unwrap_or_default();
    let named = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let says = ["server", "user-agent"].contains(&name.trim().to_ascii_lowercase().as_str());
        says.then(|| value.trim().to_owned())
    });
    match named {
        Some(server) => format!("{first} ({server})"),
        None => first.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::thread;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn a_pool_is_what_it_answers() {
        let pool = UdpSocket::bind((HERE, 0)).unwrap();
        let at = pool.local_addr().unwrap();
        let answering = thread::spawn(move || {
            let mut asked = [0; 2_000];
            let (length, from) = pool.recv_from(&mut asked).unwrap();
            let answer = b"SIP/2.0 200 OK\r\nserver: Vendor PBX 7\r\n\r\n";
            pool.send_to(answer, from).unwrap();
            String::from_utf8_lossy(&asked[..length]).into_owned()
        });
        let said = identity(HERE, at);
        assert_eq!(said.as_deref(), Some("SIP/2.0 200 OK (Vendor PBX 7)"));
        let asked = answering.join().unwrap();
        assert!(
            asked.starts_with(&format!("OPTIONS sip:{at} SIP/2.0\r\n")),
            "{asked}"
        );
    }

    #[test]
    fn who_does_not_answer_is_nobody() {
        let closed = UdpSocket::bind((HERE, 0)).unwrap().local_addr().unwrap();
        assert_eq!(identity(HERE, closed), None);
    }
}
