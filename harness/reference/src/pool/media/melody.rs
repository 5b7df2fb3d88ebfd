//! Music on hold: a melody that is synthesised once and played in a loop.
//!
//! Everything is done in integers, so that it is the same on every machine, byte for byte.

use bytes::Bytes;
use sip::rtp::Codec;

use crate::store::settings::Music;

/// Samples in a packet of 20 ms at 8 kHz.
const PACKET: usize = 160;
/// Packets in a note.
const NOTE: usize = 20;
/// The tune, in semitones above the first note of the key.
const TUNE: [usize; 8] = [0, 4, 7, 12, 9, 7, 4, 2];
/// The frequencies of two octaves from A3 up, in hundredths of a hertz.
const SEMITONES: [u64; 25] = [
    22_000, 23_308, 24_694, 26_163, 27_718, 29_366, 31_113, 32_963, 34_923, 36_999, 39_200, 41_530,
    44_000, 46_616, 49_388, 52_325, 55_437, 58_733, 62_225, 65_926, 69_846, 73_999, 78_399, 83_061,
    88_000,
];
const SAMPLE_RATE: u64 = 8_000;
/// The loudest sample, of 14 bits: about -12 dBm0.
const AMPLITUDE: i64 = 2_000;

/// A melody, in packets of PCMU.
#[derive(Clone, Debug)]
pub(super) struct Melody(Bytes);

impl Melody {
    /// Synthesises the melody that `music` stands for.
    pub(super) fn of(music: &Music) -> Self {
        let key = match music {
            Music::Default => 0,
            Music::File(name) => name.bytes().map(usize::from).sum::<usize>() % 12,
        };
        let notes = TUNE.iter().flat_map(|semitone| note(key + semitone));
        Melody(notes.collect())
    }

    /// So many samples, from this one on; the melody begins again when it has ended.
    pub(super) fn audio(&self, from: usize, samples: usize) -> Bytes {
        let at = from % self.0.len();
        match self.0.get(at..at + samples) {
            Some(_) => self.0.slice(at..at + samples),
            None => self
                .0
                .iter()
                .cycle()
                .skip(at)
                .take(samples)
                .copied()
                .collect(),
        }
    }
}

/// A note: a triangle wave that fades.
fn note(semitone: usize) -> impl Iterator<Item = u8> {
    let frequency = SEMITONES[semitone.min(SEMITONES.len() - 1)];
    let length = (NOTE * PACKET) as u64;
    (0..length).map(move |sample| {
        // Where in its period the wave is, in 1/65536.
        let phase = (sample * frequency * 65_536 / (100 * SAMPLE_RATE)) % 65_536;
        let phase = i64::try_from(phase).unwrap_or(0);
        let triangle = (phase - 32_768).abs() - 16_384;
        let left = i64::try_from(length - sample).unwrap_or(0);
        let fading = AMPLITUDE * left / (NOTE * PACKET) as i64;
        Codec::Pcmu.encode(i16::try_from(triangle * fading / 16_384).unwrap_or(0))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_melody_is_no_silence_and_begins_again() {
        let melody = Melody::of(&Music::Default);
        let first = melody.audio(0, PACKET);
        assert_eq!(first.len(), PACKET);
        assert!(first.iter().any(|&sample| sample != 0xff));
        assert_eq!(first, melody.audio(TUNE.len() * NOTE * PACKET, PACKET));
        assert_ne!(first, melody.audio(NOTE * PACKET, PACKET));
    }

    #[test]
    fn another_file_is_another_melody() {
        let other = Melody::of(&Music::File("spring.wav".to_owned()));
        assert_ne!(
            other.audio(0, PACKET),
            Melody::of(&Music::Default).audio(0, PACKET)
        );
    }
}
