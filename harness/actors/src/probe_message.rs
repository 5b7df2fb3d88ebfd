//! What probes send to each other: the Binding requests and responses of STUN (RFC 8489), as any two
//! machines with telephones send them. Whoever sees them on a pool's host learns nothing of a drill.
//!
//! A response says of which sample it is by its transaction ID, which is the request's.

use std::net::{IpAddr, SocketAddr};

use bytes::{BufMut, Bytes, BytesMut};

/// A Binding request (section 5).
const REQUEST: u16 = 0x0001;
/// A success response to it.
const RESPONSE: u16 = 0x0101;
/// What stands in all of them.
const MAGIC_COOKIE: u32 = 0x2112_A442;
/// The attribute that says who asked (section 14.2).
const XOR_MAPPED_ADDRESS: u16 = 0x0020;
/// The length of the header.
const HEADER: usize = 20;

/// What tells a transaction from all others.
pub(crate) type TransactionId = [u8; 12];

/// One datagram between two probes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProbeMessage {
    /// Asks whether the host is there.
    Request(TransactionId),
    /// It is.
    Response(TransactionId),
}

impl ProbeMessage {
    /// A request.
    pub(crate) fn request(id: TransactionId) -> Bytes {
        message(REQUEST, id, &[])
    }

    /// The response to the request of `asker`.
    pub(crate) fn response(id: TransactionId, asker: SocketAddr) -> Bytes {
        message(RESPONSE, id, &xor_mapped(id, asker))
    }

    /// Reads a datagram; nothing if it is not one of a probe.
    pub(crate) fn parse(bytes: &[u8]) -> Option<ProbeMessage> {
        let (kind, rest) = bytes.split_first_chunk::<2>()?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (cookie, rest) = rest.split_first_chunk::<4>()?;
        let (id, attributes) = rest.split_first_chunk::<12>()?;
        let is_stun = *cookie == MAGIC_COOKIE.to_be_bytes()
            && usize::from(u16::from_be_bytes(*length)) == attributes.len();
        match u16::from_be_bytes(*kind) {
            REQUEST if is_stun => Some(ProbeMessage::Request(*id)),
            RESPONSE if is_stun => Some(ProbeMessage::Response(*id)),
            _ => None,
        }
    }
}

fn message(kind: u16, id: TransactionId, attributes: &[u8]) -> Bytes {
    let mut bytes = BytesMut::with_capacity(HEADER + attributes.len());
    bytes.put_u16(kind);
    bytes.put_u16(u16::try_from(attributes.len()).unwrap_or_default());
    bytes.put_u32(MAGIC_COOKIE);
    bytes.put_slice(&id);
    bytes.put_slice(attributes);
    bytes.freeze()
}

/// The attribute with the address, mixed with the cookie and the transaction ID.
fn xor_mapped(id: TransactionId, address: SocketAddr) -> Bytes {
    let cookie = MAGIC_COOKIE.to_be_bytes();
    let (family, octets) = match address.ip() {
        IpAddr::V4(ip) => (1, ip.octets().to_vec()),
        IpAddr::V6(ip) => (2, ip.octets().to_vec()),
    };
    let mut bytes = BytesMut::new();
    bytes.put_u16(XOR_MAPPED_ADDRESS);
    bytes.put_u16(u16::try_from(4 + octets.len()).unwrap_or_default());
    bytes.put_u16(family);
    bytes.put_u16(address.port() ^ u16::from_be_bytes([cookie[0], cookie[1]]));
    let mask = cookie.iter().chain(&id);
    bytes.extend(octets.iter().zip(mask).map(|(octet, mask)| octet ^ mask));
    bytes.freeze()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const ID: TransactionId = *b"abcdefghijkl";

    #[rstest]
    #[case("198.18.0.30:7007")]
    #[case("[2001:db8::1]:7007")]
    fn what_a_probe_sends_is_understood(#[case] asker: SocketAddr) {
        let request = ProbeMessage::request(ID);
        assert_eq!(
            ProbeMessage::parse(&request),
            Some(ProbeMessage::Request(ID))
        );
        let response = ProbeMessage::response(ID, asker);
        assert_eq!(
            ProbeMessage::parse(&response),
            Some(ProbeMessage::Response(ID))
        );
    }

    /// The addresses and the transaction ID of RFC 5769, sections 2.2 and 2.3.
    #[rstest]
    #[case("192.0.2.1:32853", "0020 0008 0001 a147 e112a643")]
    #[case(
        "[2001:db8:1234:5678:11:2233:4455:6677]:32853",
        "0020 0014 0002 a147 0113a9faa5d3f179 bc25f4b5bed2b9d9"
    )]
    fn an_address_is_written_as_in_the_test_vectors(
        #[case] asker: SocketAddr,
        #[case] expected: &str,
    ) {
        let id = [
            0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae,
        ];
        let written: String = xor_mapped(id, asker)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(written, expected.replace(' ', ""));
    }

    #[rstest]
    #[case(b"")]
    #[case(b"\x00\x01\x00\x00\x21\x12\xa4\x42abcdefghijk")]
    #[case(b"\x00\x01\x00\x04\x21\x12\xa4\x42abcdefghijkl")]
    #[case(b"\x00\x01\x00\x00\x21\x12\xa4\x43abcdefghijkl")]
    #[case(b"\x01\x11\x00\x00\x21\x12\xa4\x42abcdefghijkl")]
    #[case(b"SIP/2.0 200 OK\r\n\r\n")]
    fn garbage_is_not_understood(#[case] bytes: &[u8]) {
        assert_eq!(ProbeMessage::parse(bytes), None);
    }
}
