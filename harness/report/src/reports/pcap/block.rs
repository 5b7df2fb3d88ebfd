//! The blocks of a pcapng file (draft-ietf-opsawg-pcapng), in little-endian order.

use std::net::IpAddr;

/// Packets begin with their IP header (LINKTYPE_RAW).
const RAW: u16 = 101;

/// The types of blocks.
const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const NAMES: u32 = 4;
const PACKET: u32 = 6;

/// The codes of options.
const END: u16 = 0;
const COMMENT: u16 = 1;
const INTERFACE_NAME: u16 = 2;
const INTERFACE_ABOUT: u16 = 3;
const APPLICATION: u16 = 4;
const RESOLUTION: u16 = 9;

/// The longest text of an option: its length has two octets.
const LONGEST: usize = 4_000;

/// A section, which everything is in, written by this program.
pub(super) fn section(application: &str) -> Vec<u8> {
    let mut body = Vec::new();
    body.extend(0x1a2b_3c4d_u32.to_le_bytes());
    body.extend([1, 0, 0, 0]);
    // How long the section is, is not said.
    body.extend(u64::MAX.to_le_bytes());
    option(&mut body, APPLICATION, clipped(application).as_bytes());
    option(&mut body, END, &[]);
    block(SECTION, &body)
}

/// An interface; times on it are in microseconds.
pub(super) fn interface(name: &str, about: &str) -> Vec<u8> {
    let mut body = Vec::new();
    body.extend(RAW.to_le_bytes());
    body.extend([0; 6]);
    option(&mut body, INTERFACE_NAME, clipped(name).as_bytes());
    option(&mut body, INTERFACE_ABOUT, clipped(about).as_bytes());
    option(&mut body, RESOLUTION, &[6]);
    option(&mut body, END, &[]);
    block(INTERFACE, &body)
}

/// The name of an address.
pub(super) fn name(address: IpAddr, name: &str) -> Vec<u8> {
    let (kind, mut record) = match address {
        IpAddr::V4(address) => (1, address.octets().to_vec()),
        IpAddr::V6(address) => (2, address.octets().to_vec()),
    };
    record.extend(clipped(name).bytes().filter(|byte| *byte != 0));
    record.push(0);
    let mut body = Vec::new();
    // Records have the form of options.
    option(&mut body, kind, &record);
    option(&mut body, END, &[]);
    block(NAMES, &body)
}

/// A packet, whole, with a comment or without.
pub(super) fn packet(interface: u32, at_us: u64, bytes: &[u8], comment: Option<&str>) -> Vec<u8> {
    let mut body = Vec::with_capacity(bytes.len() + 64);
    body.extend(interface.to_le_bytes());
    let [high, low] = [(at_us >> 32) as u32, at_us as u32];
    body.extend(high.to_le_bytes());
    body.extend(low.to_le_bytes());
    let length = bytes.len() as u32;
    body.extend(length.to_le_bytes());
    body.extend(length.to_le_bytes());
    padded(&mut body, bytes);
    if let Some(comment) = comment {
        option(&mut body, COMMENT, clipped(comment).as_bytes());
        option(&mut body, END, &[]);
    }
    block(PACKET, &body)
}

fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let length = (body.len() + 12) as u32;
    let mut block = Vec::with_capacity(body.len() + 12);
    block.extend(kind.to_le_bytes());
    block.extend(length.to_le_bytes());
    block.extend(body);
    block.extend(length.to_le_bytes());
    block
}

fn option(body: &mut Vec<u8>, code: u16, value: &[u8]) {
    body.extend(code.to_le_bytes());
    body.extend((value.len() as u16).to_le_bytes());
    padded(body, value);
}

/// Bytes, filled up to a multiple of four.
fn padded(body: &mut Vec<u8>, bytes: &[u8]) {
    body.extend(bytes);
    body.resize(body.len().next_multiple_of(4), 0);
}

/// As much of a text as an option takes.
fn clipped(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_has_its_length_at_both_ends_and_is_filled_up() {
        let block = packet(1, 0x1_0000_0002, &[0xaa; 5], None);
        let expected = [
            6, 0, 0, 0, 40, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0, 5, 0, 0, 0,
            0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0, 0, 0, 40, 0, 0, 0,
        ];
        assert_eq!(block, expected);
    }

    #[test]
    fn a_comment_is_an_option_and_options_end() {
        let block = packet(0, 0, &[], Some("hi"));
        assert_eq!(block[28..40], [1, 0, 2, 0, b'h', b'i', 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn what_is_too_long_for_an_option_is_clipped_between_characters() {
        let text = "ü".repeat(LONGEST);
        let block = interface(&text, "");
        assert!(block.len() < 2 * LONGEST && clipped(&text).chars().all(|c| c == 'ü'));
    }
}
