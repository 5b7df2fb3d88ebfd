//! UDP datagrams (RFC 768) over IPv4 (RFC 791) and IPv6 (RFC 8200).

use std::net::{IpAddr, SocketAddr};

/// UDP's number among the protocols over IP.
const UDP: u8 = 17;

/// The longest payload: a length has two octets, for the headers too.
const LONGEST: usize = 65_000;

/// A payload on its way between two addresses. One that is too long for a datagram is clipped. Where
/// one address is IPv4 and the other IPv6, both are written as IPv6.
pub(super) fn udp(from: SocketAddr, to: SocketAddr, payload: &[u8]) -> Vec<u8> {
    let payload = &payload[..payload.len().min(LONGEST)];
    let length = (payload.len() + 8) as u16;
    let mut udp = Vec::with_capacity(usize::from(length));
    udp.extend(from.port().to_be_bytes());
    udp.extend(to.port().to_be_bytes());
    udp.extend(length.to_be_bytes());
    udp.extend([0, 0]);
    udp.extend(payload);
    let (source, target) = octets(from.ip(), to.ip());
    let pseudo = [
        source.as_slice(),
        &target,
        &u32::from(length).to_be_bytes(),
        &[0, 0, 0, UDP],
    ];
    // A checksum of 0 would say that there is none.
    let checksum = match checksum(pseudo.into_iter().chain([udp.as_slice()])) {
        0 => u16::MAX,
        checksum => checksum,
    };
    udp[6..8].copy_from_slice(&checksum.to_be_bytes());
    let mut datagram = match source.len() {
        4 => ipv4(&source, &target, length),
        _ => ipv6(&source, &target, length),
    };
    datagram.extend(udp);
    datagram
}

fn octets(from: IpAddr, to: IpAddr) -> (Vec<u8>, Vec<u8>) {
    match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => (from.octets().to_vec(), to.octets().to_vec()),
        (from, to) => (six(from), six(to)),
    }
}

fn six(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}

fn ipv4(source: &[u8], target: &[u8], length: u16) -> Vec<u8> {
    let mut header = vec![0x45, 0];
    header.extend((length + 20).to_be_bytes());
    header.extend([0, 0, 0x40, 0, 64, UDP, 0, 0]);
    header.extend(source);
    header.extend(target);
    let checksum = checksum([header.as_slice()]);
    header[10..12].copy_from_slice(&checksum.to_be_bytes());
    header
}

fn ipv6(source: &[u8], target: &[u8], length: u16) -> Vec<u8> {
    let mut header = vec![0x60, 0, 0, 0];
    header.extend(length.to_be_bytes());
    header.extend([UDP, 64]);
    header.extend(source);
    header.extend(target);
    header
}

/// The Internet checksum (RFC 1071). Each part but the last has an even number of octets.
fn checksum<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> u16 {
    let pairs = parts.into_iter().flat_map(|part| part.chunks(2));
    let words = pairs.map(|pair| {
        let low = pair.get(1).copied().unwrap_or(0);
        u32::from(u16::from_be_bytes([pair[0], low]))
    });
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_that_receivers_compute() {
        let (from, to) = ("198.18.0.1:5060", "198.18.0.30:6000");
        let datagram = udp(from.parse().unwrap(), to.parse().unwrap(), b"abc");
        // Over a header with its checksum, the sum is zero.
        assert_eq!(checksum([&datagram[..20]]), 0);
        let pseudo = [&datagram[12..20], &[0, UDP, 0, 11][..], &datagram[20..]];
        assert_eq!(checksum(pseudo), 0);
        assert_eq!(datagram.len(), 31);
        assert_eq!(datagram[20..24], [0x13, 0xc4, 0x17, 0x70]);
    }

    #[test]
    fn addresses_of_both_kinds_are_written_as_the_longer() {
        let datagram = udp(
            "198.18.0.1:1".parse().unwrap(),
            "[::1]:2".parse().unwrap(),
            b"",
        );
        assert_eq!((datagram[0], datagram.len()), (0x60, 48));
        assert_eq!(datagram[18..24], [0xff, 0xff, 198, 18, 0, 1]);
    }

    #[test]
    fn what_no_datagram_holds_is_clipped() {
        let address = "198.18.0.1:1".parse().unwrap();
        let datagram = udp(address, address, &vec![0; 100_000]);
        assert_eq!(datagram.len(), LONGEST + 28);
    }
}
