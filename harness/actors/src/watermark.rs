//! The watermark of an actor's audio: its name, again and again, as 20 ms of PCMU.
//!
//! The payload is the name and a zero byte, repeated over the 160 samples. As samples these are
//! ordinary PCMU values, so that they outlive a relay, a decoder followed by an encoder (which
//! give back every PCMU value but negative zero, that no name contains), and a packetiser that
//! cuts at other places. Music and greetings are not mistaken for names: half of the samples of
//! any sound are positive, which in PCMU have the highest bit set, and names are ASCII.

use bytes::Bytes;

/// The samples of 20 ms at 8000 Hz (RFC 3551 section 4.5.14).
const SAMPLES: usize = 160;

/// The payload that carries `name`.
pub(crate) fn encode(name: &str) -> Bytes {
    let word = name.bytes().chain([0]);
    word.cycle().take(SAMPLES).collect()
}

/// The name that `payload` carries, if it carries one.
pub(crate) fn decode(payload: &[u8]) -> Option<&str> {
    if !payload
        .iter()
        .all(|byte| *byte == 0 || byte.is_ascii_graphic())
    {
        return None;
    }
    let start = payload.iter().position(|byte| *byte == 0)? + 1;
    let length = payload[start..].iter().position(|byte| *byte == 0)?;
    let repeats = payload
        .iter()
        .zip(&payload[length + 1..])
        .all(|(one, next)| one == next);
    let name = std::str::from_utf8(&payload[start..start + length]).ok()?;
    (repeats && !name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("a")]
    #[case("agent-1")]
    #[case("a.name_that.is-rather-long-for-somebody-who-is-only-synthetic-but-still-fits")]
    fn a_name_that_is_encoded_is_decoded(#[case] name: &str) {
        assert_eq!(decode(&encode(name)), Some(name));
    }

    #[test]
    fn a_name_is_decoded_wherever_a_packetiser_cuts() {
        let stream = [encode("agent-1"), encode("agent-1")].concat();
        let whole_words = &stream[..SAMPLES / 8 * 8];
        for cut in 0..8 {
            assert_eq!(decode(&whole_words[cut..]), Some("agent-1"), "cut at {cut}");
        }
    }

    #[rstest]
    #[case::nothing(vec![])]
    #[case::silence(vec![0xff; SAMPLES])]
    #[case::loudest(vec![0x00; SAMPLES])]
    #[case::no_second_end(b"name\0name".to_vec())]
    #[case::not_repeated(b"one\0two\0six\0".to_vec())]
    #[case::a_tone([0x00, 0x2a, 0xff, 0xaa, 0x80, 0xaa, 0xff, 0x2a].repeat(20))]
    fn what_is_no_name_is_not_decoded_as_one(#[case] payload: Vec<u8>) {
        assert_eq!(decode(&payload), None);
    }
}
