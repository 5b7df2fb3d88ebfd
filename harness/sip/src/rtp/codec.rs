//! The two codecs of every telephone: companded samples, 8000 a second (ITU-T G.711, RFC 3551
//! section 4.5.14).

use super::packet::PCMU;

/// The payload type of PCMA (RFC 3551 §6).
pub const PCMA: u8 = 8;

/// How a sample is a byte. Both give back what they were given to within one part in thirty-two,
/// at any level that is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// µ-law.
    Pcmu,
    /// A-law.
    Pcma,
}

impl Codec {
    /// Both.
    pub const ALL: [Codec; 2] = [Codec::Pcmu, Codec::Pcma];

    /// Samples a second, of which each is an octet of payload.
    pub const SAMPLE_RATE: u32 = 8_000;

    /// The loudest sample that both can tell, on the scale of µ-law's 14 bits.
    pub const PEAK: i16 = 8_031;

    /// The codec of this payload type.
    pub fn of(payload_type: u8) -> Option<Codec> {
        let mut all = Codec::ALL.into_iter();
        all.find(|codec| codec.payload_type() == payload_type)
    }

    /// Its payload type (RFC 3551 §6).
    pub const fn payload_type(self) -> u8 {
        match self {
            Codec::Pcmu => PCMU,
            Codec::Pcma => PCMA,
        }
    }

    /// The byte for a sample of 14 bits; louder ones are cut off.
    pub const fn encode(self, sample: i16) -> u8 {
        match self {
            Codec::Pcmu => mu_law(sample),
            Codec::Pcma => a_law(sample),
        }
    }

    /// The sample, of 14 bits with either codec, that a byte stands for.
    pub const fn decode(self, byte: u8) -> i16 {
        match self {
            Codec::Pcmu => MU_LAW[byte as usize],
            Codec::Pcma => A_LAW[byte as usize],
        }
    }
}

const MU_LAW: [i16; 256] = table(Codec::Pcmu);
const A_LAW: [i16; 256] = table(Codec::Pcma);

const fn table(codec: Codec) -> [i16; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match codec {
            Codec::Pcmu => from_mu_law(byte as u8),
            Codec::Pcma => from_a_law(byte as u8),
        };
        byte += 1;
    }
    table
}

const fn mu_law(sample: i16) -> u8 {
    const BIAS: u16 = 33;
    let magnitude = louder(sample.unsigned_abs() + BIAS, 8_191);
    let sign = if sample < 0 { 0x80 } else { 0 };
    // The bias makes it at least 33, so the segment is the place of the highest bit above the fifth.
    let segment = magnitude.ilog2() - 5;
    let step = (magnitude >> (segment + 1)) as u8 & 0x0f;
    !(sign | (segment as u8) << 4 | step)
}

const fn from_mu_law(byte: u8) -> i16 {
    let code = !byte;
    let step = (code & 0x0f) as i16;
    let magnitude = ((step * 2 + 33) << (code >> 4 & 0x07)) - 33;
    if code & 0x80 == 0 {
        magnitude
    } else {
        -magnitude
    }
}

/// A-law has 13 bits: each step of the scale is two of µ-law's.
const fn a_law(sample: i16) -> u8 {
    let magnitude = louder(sample.unsigned_abs() / 2, 4_095);
    let sign = if sample < 0 { 0 } else { 0x80 };
    let (segment, step) = if magnitude < 32 {
        (0, magnitude >> 1)
    } else {
        let segment = magnitude.ilog2() - 4;
        (segment, magnitude >> segment)
    };
    (sign | (segment as u8) << 4 | step as u8 & 0x0f) ^ 0x55
}

const fn from_a_law(byte: u8) -> i16 {
    let code = byte ^ 0x55;
    let step = (code & 0x0f) as i16;
    let magnitude = match code >> 4 & 0x07 {
        0 => step * 2 + 1,
        segment => (step * 2 + 33) << (segment - 1),
    };
    let sample = magnitude * 2;
    if code & 0x80 == 0 { -sample } else { sample }
}

const fn louder(magnitude: u16, most: u16) -> u16 {
    if magnitude > most { most } else { magnitude }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    /// ITU-T G.711 tables 1a and 2a: silence, and the loudest sample of either sign.
    #[rstest]
    #[case(Codec::Pcmu, 0, 0xff)]
    #[case(Codec::Pcmu, 8_159, 0x80)]
    #[case(Codec::Pcmu, -8_159, 0x00)]
    #[case(Codec::Pcmu, -1, 0x7e)]
    #[case(Codec::Pcma, 0, 0xd5)]
    #[case(Codec::Pcma, -1, 0x55)]
    #[case(Codec::Pcma, 8_191, 0xaa)]
    #[case(Codec::Pcma, -8_191, 0x2a)]
    fn samples_are_encoded_by_the_tables(
        #[case] codec: Codec,
        #[case] sample: i16,
        #[case] code: u8,
    ) {
        assert_eq!(codec.encode(sample), code);
    }

    #[rstest]
    #[case(Codec::Pcmu, 0x80, 8_031)]
    #[case(Codec::Pcmu, 0xff, 0)]
    #[case(Codec::Pcma, 0xaa, 8_064)]
    #[case(Codec::Pcma, 0xd5, 2)]
    fn bytes_are_decoded_by_the_tables(
        #[case] codec: Codec,
        #[case] code: u8,
        #[case] sample: i16,
    ) {
        assert_eq!(codec.decode(code), sample);
    }

    #[rstest]
    fn what_was_decoded_is_encoded_as_it_was(
        #[values(Codec::Pcmu, Codec::Pcma)] codec: Codec,
        #[values(0x01, 0x2a, 0x55, 0x7e, 0x80, 0xaa, 0xd5, 0xff)] code: u8,
    ) {
        assert_eq!(codec.encode(codec.decode(code)), code);
    }

    #[test]
    fn other_payload_types_are_no_codec_of_these() {
        assert_eq!(Codec::of(0), Some(Codec::Pcmu));
        assert_eq!(Codec::of(8), Some(Codec::Pcma));
        assert_eq!(Codec::of(13), None);
    }

    proptest! {
        #[test]
        fn a_sample_comes_back_to_within_one_part_in_thirty_two(sample in -8_031_i16..=8_031) {
            for codec in Codec::ALL {
                let back = i32::from(codec.decode(codec.encode(sample)));
                let off = (back - i32::from(sample)).abs();
                prop_assert!(off <= 2 + i32::from(sample).abs() / 32, "{codec:?}: {back}");
            }
        }
    }
}
