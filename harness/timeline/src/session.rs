//! Session descriptions (RFC 8866) that a SIP message carries, as far as they say who is where, and
//! takes what.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

/// Where a session description sends media, and whom it names as its origin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Described<'m> {
    /// The number of the session and the address in the `o=` line.
    pub origin: Option<(&'m str, IpAddr)>,
    /// Where each stream is to be sent, in order: `c=` and `m=`. A stream that is refused has port 0.
    pub media: Vec<SocketAddr>,
}

impl<'m> Described<'m> {
    /// What is understood of the lines of a session description.
    pub(crate) fn read(body: &'m str) -> Self {
        let mut described = Described::default();
        let mut session: Option<IpAddr> = None;
        for line in body.lines() {
            let Some((kind, value)) = line.split_once('=') else {
                continue;
            };
            let words: Vec<&str> = value.split_whitespace().collect();
            match (kind, words.as_slice()) {
                ("o", [_, number, _, _, _, address, ..]) => {
                    let address = address.parse().ok();
                    described.origin = address.map(|address| (*number, address));
                }
                ("c", [_, _, address, ..]) => {
                    let address = address.split('/').next().and_then(|ip| ip.parse().ok());
                    match (described.media.last_mut(), address) {
                        (Some(stream), Some(address)) => stream.set_ip(address),
                        (None, address) => session = address,
                        (Some(_), None) => {}
                    }
                }
                ("m", [_, port, ..]) => {
                    let port = port.split('/').next().and_then(|port| port.parse().ok());
                    let address = session.unwrap_or(IpAddr::from([0, 0, 0, 0]));
                    let stream = port.map(|port| SocketAddr::new(address, port));
                    described.media.extend(stream);
                }
                _ => {}
            }
        }
        described
    }
}

/// The first of the payload types that are given out anew in each session (RFC 3551 section 3).
pub(crate) const DYNAMIC: u8 = 96;

/// What an actor takes in one session: media goes in formats that both ends have named (RFC 3264 sections 5.1, 6.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    /// The payload types that its own last description named.
    named: BTreeSet<u8>,
    /// What the other end has left of them.
    pub(crate) left: BTreeSet<u8>,
    /// Both, as they were when the two last agreed.
    agreed: Option<(BTreeSet<u8>, BTreeSet<u8>)>,
}

impl Session {
    /// The actor has described itself for the first time.
    pub(crate) fn begun(types: BTreeSet<u8>) -> Session {
        Session {
            left: types.clone(),
            named: types,
            agreed: None,
        }
    }

    /// It has once more. Until the other end has, all of that may come.
    pub(crate) fn described(&mut self, types: BTreeSet<u8>) {
        self.left.clone_from(&types);
        self.named = types;
    }

    /// The other end has described itself. What dynamic payload types stand for is each end's own business.
    pub(crate) fn answered(&mut self, types: &BTreeSet<u8>) {
        let is_left = |format: &u8| *format >= DYNAMIC || types.contains(format);
        self.left = self.named.iter().copied().filter(is_left).collect();
    }

    /// What both ends have said by now is agreed: an INVITE was accepted.
    pub(crate) fn agree(&mut self) {
        self.agreed = Some((self.named.clone(), self.left.clone()));
    }

    /// An INVITE was refused: whether anything goes on, as it was agreed before.
    pub(crate) fn is_refused(&mut self) -> bool {
        let Some((named, left)) = &self.agreed else {
            return true;
        };
        self.named.clone_from(named);
        self.left.clone_from(left);
        false
    }
}

/// The payload types of the streams of audio that a message describes and does not refuse, if there is
/// such a stream.
pub(crate) fn payload_types(message: &str) -> Option<BTreeSet<u8>> {
    let mut lines = message.lines();
    lines.find(|line| line.is_empty())?;
    let mut types: Option<BTreeSet<u8>> = None;
    for line in lines {
        let Some(stream) = line.strip_prefix("m=audio ") else {
            continue;
        };
        let mut words = stream.split_whitespace();
        if words.next().is_none_or(|port| port == "0") {
            continue;
        }
        let formats = words.skip(1).filter_map(|format| format.parse::<u8>().ok());
        types.get_or_insert_default().extend(formats);
    }
    types
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_streams_own_address_goes_before_the_sessions() {
        let body = "v=0\r\no=- 7 1 IN IP4 198.18.0.1\r\ns=-\r\nc=IN IP4 198.18.0.2\r\nt=0 0\r\n\
                    m=audio 4000/2 RTP/AVP 0\r\nm=video 0 RTP/AVP 31\r\nc=IN IP4 198.18.0.3/127\r\n";
        let described = Described::read(body);
        assert_eq!(described.origin, Some(("7", "198.18.0.1".parse().unwrap())));
        let media = ["198.18.0.2:4000", "198.18.0.3:0"].map(|text| text.parse().unwrap());
        assert_eq!(described.media, media);
    }

    #[test]
    fn payload_types_are_those_of_streams_that_are_not_refused() {
        let message = "SIP/2.0 200 OK\r\n\r\nv=0\r\nm=audio 4000 RTP/AVP 0 8 101\r\n\
                       m=video 5000 RTP/AVP 31\r\nm=audio 0 RTP/AVP 9\r\n";
        assert_eq!(payload_types(message), Some([0, 8, 101].into()));
        assert_eq!(payload_types("BYE sip:a SIP/2.0\r\n\r\n"), None);
        assert_eq!(
            payload_types("INVITE sip:a SIP/2.0\r\nm=audio 1 RTP/AVP 0"),
            None
        );
    }

    #[test]
    fn what_is_no_session_description_says_nothing() {
        assert_eq!(
            Described::read("hello\r\nm=\r\no=a b\r\n=\r\n"),
            Described::default()
        );
    }
}
