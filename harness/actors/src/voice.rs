//! The voice of an actor: two tones that sound together, by which others know who they hear.
//!
//! As with a telephone's keys, one tone is of a low and one of a high group of frequencies, and no
//! overtone of one is the other's neighbour; but the frequencies are none of a telephone's or an
//! exchange's signals. All are multiples of 100 Hz, so that ten milliseconds hold whole periods of
//! each: the audio of every packet of 20 ms that is as loud is the same, and a voice is known from any piece of it
//! that is as long. It outlives transcoding to A-law and back, a gain, a packetiser that cuts at
//! other places, and some noise. Two voices at once are nobody's: neither has the packet to itself.

use std::sync::LazyLock;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sip::rtp::Codec;

use crate::audio::{Audio, angle, resonance};
use crate::mark::Loudness;

/// The frequencies of the low group, in steps of 100 Hz.
const LOW: Group = Group {
    lowest: 400,
    tones: 12,
};

/// The frequencies of the high group.
const HIGH: Group = Group {
    lowest: 1_800,
    tones: 16,
};

/// Between neighbouring frequencies of a group, in hertz.
const STEP: u32 = 100;

/// After so many samples (10 ms), all tones begin anew.
const PERIOD: usize = 80;

/// Samples in a packet that an actor sends: 20 ms.
const SAMPLES: u32 = 160;

/// The amplitude of each tone on a scale of 14 bits: 12 dB below the loudest, so that a gain of
/// 6 dB cuts nothing off.
const AMPLITUDE: f64 = 2_000.0;

/// How much of the energy the two tones must have between them. The rest is noise.
const BOTH: f64 = 0.85;

/// How much of it either must have at least.
const EACH: f64 = 0.2;

/// How much the next loudest tone of a group may have of the loudest's: more is another voice's.
const ANOTHER: f64 = 0.25;

/// So many samples are compared with what they were ten milliseconds before, at least.
const ENOUGH: usize = PERIOD / 2;

/// How much energy may be in what does not repeat itself, which is found out most quickly.
const IRREGULAR: f64 = 0.2;

/// A voice, known by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Voice(u16);

/// A number that no voice has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no voice {0}: there are {count}, numbered from 0", count = Voice::COUNT)]
pub struct NoSuchVoice(u16);

/// A group of frequencies.
struct Group {
    lowest: u32,
    tones: u16,
}

impl Voice {
    /// How many there are.
    pub const COUNT: u16 = LOW.tones * HIGH.tones;

    /// All of them.
    pub fn all() -> impl Iterator<Item = Voice> {
        (0..Voice::COUNT).map(Voice)
    }

    /// What an actor who has this voice sends in each packet of 20 ms, as loud as that.
    pub(crate) fn payload(self, codec: Codec, loudness: Loudness) -> Bytes {
        let (low, high) = self.tones();
        let (low, high) = (LOW.frequency(low), HIGH.frequency(high));
        let sample = |n: u32| {
            let sum = angle(low * n).sin() + angle(high * n).sin();
            (AMPLITUDE * loudness.gain() * sum).round() as i16
        };
        (0..SAMPLES).map(|n| codec.encode(sample(n))).collect()
    }

    /// The voice that this audio is, if it is one.
    pub(crate) fn in_audio(audio: &Audio) -> Option<Voice> {
        if audio.samples().len() < PERIOD || !audio.is_sound() || !repeats(audio) {
            return None;
        }
        let low = dominant(audio, &RESONANCES.0)?;
        let high = dominant(audio, &RESONANCES.1)?;
        (low.share + high.share >= BOTH).then(|| Voice::of(low.number, high.number))
    }

    /// Which of the low and which of the high tones: voices whose numbers are close differ in both.
    fn tones(self) -> (u16, u16) {
        let low = self.0 % LOW.tones;
        (low, (self.0 / LOW.tones + low) % HIGH.tones)
    }

    fn of(low: u16, high: u16) -> Voice {
        let round = (high + HIGH.tones - low) % HIGH.tones;
        Voice(round * LOW.tones + low)
    }
}

impl TryFrom<u16> for Voice {
    type Error = NoSuchVoice;

    fn try_from(number: u16) -> Result<Voice, NoSuchVoice> {
        if number < Voice::COUNT {
            Ok(Voice(number))
        } else {
            Err(NoSuchVoice(number))
        }
    }
}

impl From<Voice> for u16 {
    fn from(voice: Voice) -> u16 {
        voice.0
    }
}

impl Group {
    fn frequency(&self, tone: u16) -> u32 {
        self.lowest + STEP * u32::from(tone)
    }

    fn resonances(&self) -> Vec<f64> {
        let tones = 0..self.tones;
        tones.map(|tone| resonance(self.frequency(tone))).collect()
    }
}

/// Of both groups, by tone.
static RESONANCES: LazyLock<(Vec<f64>, Vec<f64>)> =
    LazyLock::new(|| (LOW.resonances(), HIGH.resonances()));

/// Whether each sample is about what it was ten milliseconds before, as tones of these frequencies
/// are and music hardly ever is. What is hardly longer than that has too little to be compared with: the
/// noise of a few samples would decide.
fn repeats(audio: &Audio) -> bool {
    let samples = audio.samples();
    if samples.len() < PERIOD + ENOUGH {
        return true;
    }
    let (mut irregular, mut energy) = (0.0, 0.0);
    for (one, other) in samples.iter().zip(&samples[PERIOD..]) {
        irregular += (one - other) * (one - other);
        energy += one * one + other * other;
    }
    irregular <= IRREGULAR * energy
}

/// A tone of a group, and its share of the energy.
struct Tone {
    number: u16,
    share: f64,
}

/// The tone of a group that has the group to itself.
fn dominant(audio: &Audio, resonances: &[f64]) -> Option<Tone> {
    let mut loudest = Tone {
        number: 0,
        share: 0.0,
    };
    let mut next = 0.0;
    for (number, resonance) in (0..).zip(resonances) {
        let share = audio.share(*resonance);
        if share > loudest.share {
            next = loudest.share;
            loudest = Tone { number, share };
        } else if share > next {
            next = share;
        }
    }
    (loudest.share >= EACH && next <= ANOTHER * loudest.share).then_some(loudest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use crate::audio::tests::packet;

    /// What is heard in these samples, as one packet.
    fn heard(samples: &[f64], codec: Codec) -> Option<Voice> {
        let bytes = samples.iter().map(|sample| codec.encode(*sample as i16));
        heard_in(codec.payload_type(), bytes.collect())
    }

    fn heard_in(payload_type: u8, payload: Bytes) -> Option<Voice> {
        Voice::in_audio(&Audio::of(&packet(payload_type, payload))?)
    }

    /// The samples of a second of a voice, as PCMU tells them.
    fn stream(voice: Voice) -> Vec<f64> {
        let payload = voice.payload(Codec::Pcmu, Loudness::Full);
        let samples = payload.iter().map(|byte| Codec::Pcmu.decode(*byte));
        let samples: Vec<f64> = samples.map(f64::from).collect();
        samples.repeat(50)
    }

    fn gain(samples: &[f64], decibels: f64) -> Vec<f64> {
        let factor = 10_f64.powf(decibels / 20.0);
        let loudest = f64::from(Codec::PEAK);
        let amplify = |sample: &f64| (sample * factor).clamp(-loudest, loudest);
        samples.iter().map(amplify).collect()
    }

    fn sum(one: &[f64], other: &[f64]) -> Vec<f64> {
        one.iter()
            .zip(other)
            .map(|(one, other)| one + other)
            .collect()
    }

    fn tone(frequency: f64, amplitude: f64) -> Vec<f64> {
        let angle = std::f64::consts::TAU * frequency / 8_000.0;
        let sample = |n: u32| (angle * f64::from(n)).sin() * amplitude;
        (0..480).map(sample).collect()
    }

    #[test]
    fn every_voice_is_told_from_every_other_after_a_law_and_gain() {
        for voice in Voice::all() {
            let stream = stream(voice);
            for decibels in [-12.0, 0.0, 6.0] {
                let louder = gain(&stream[..160], decibels);
                for codec in Codec::ALL {
                    assert_eq!(
                        heard(&louder, codec),
                        Some(voice),
                        "{decibels} dB, {codec:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn two_voices_at_once_are_nobodys() {
        let streams: Vec<_> = Voice::all().map(stream).collect();
        for (one, first) in streams.iter().enumerate() {
            // Each with some: those that share a tone with it among them.
            for (other, second) in streams.iter().enumerate().skip(one + 1).step_by(5) {
                for (decibels, delay) in [(0.0, 0), (0.0, 7), (-3.0, 31)] {
                    let quieter = gain(&second[delay..delay + 160], decibels);
                    let both = sum(&first[..160], &quieter);
                    assert_eq!(heard(&both, Codec::Pcmu), None, "{one}, {other}");
                }
            }
        }
    }

    #[rstest]
    #[case::nothing(&[])]
    #[case::silence(&[0.0; 160])]
    #[case::loudest(&[8_031.0; 160])]
    #[case::click(&[8_031.0, 0.0, 0.0, 0.0].repeat(40))]
    #[case::one_tone(&tone(700.0, 2_000.0))]
    #[case::ringing_in_europe(&tone(425.0, 2_000.0))]
    #[case::ringing_in_america(&sum(&tone(440.0, 2_000.0), &tone(480.0, 2_000.0)))]
    #[case::busy_in_america(&sum(&tone(480.0, 2_000.0), &tone(620.0, 2_000.0)))]
    #[case::the_key_1(&sum(&tone(697.0, 2_000.0), &tone(1_209.0, 2_000.0)))]
    #[case::the_key_d(&sum(&tone(941.0, 2_000.0), &tone(1_633.0, 2_000.0)))]
    #[case::a_fifth(&sum(&tone(880.0, 2_000.0), &tone(1_320.0, 2_000.0)))]
    #[case::an_octave(&sum(&tone(1_000.0, 2_000.0), &tone(2_000.0, 900.0)))]
    fn what_is_no_voice_is_not_taken_for_one(#[case] samples: &[f64]) {
        for length in [80, 160, 480] {
            let samples = &samples[..samples.len().min(length)];
            assert_eq!(heard(samples, Codec::Pcmu), None, "{length}");
        }
    }

    #[test]
    fn comfort_noise_is_nobodys() {
        assert_eq!(heard_in(13, Bytes::from_static(&[0x40])), None);
    }

    #[test]
    fn less_than_ten_milliseconds_are_nobodys() {
        let voice = Voice(7);
        assert_eq!(heard(&stream(voice)[..79], Codec::Pcmu), None);
        assert_eq!(heard(&stream(voice)[..80], Codec::Pcmu), Some(voice));
    }

    #[test]
    fn numbers_beyond_the_last_are_no_voice() {
        let last = Voice::COUNT - 1;
        assert_eq!(Voice::try_from(last), Ok(Voice(last)));
        let error = Voice::try_from(Voice::COUNT).unwrap_err();
        let message = "there is no voice 192: there are 192, numbered from 0";
        assert_eq!(error.to_string(), message);
    }

    proptest! {
        #[test]
        fn a_voice_is_known_by_any_piece_of_it_at_any_level_in_light_noise(
            number in 0..Voice::COUNT,
            cut in 0_usize..160,
            length in 80_usize..=480,
            decibels in -12.0..=6.0,
            noise in prop::collection::vec(-1.0..1.0, 480),
            transcoded: bool,
        ) {
            let voice = Voice(number);
            let louder = gain(&stream(voice)[cut..cut + length], decibels);
            // 15 dB below the voice: evenly spread noise has a third of its peak's square as power.
            let level = 10_f64.powf((decibels - 15.0) / 20.0) * AMPLITUDE * 3_f64.sqrt();
            let noise: Vec<f64> = noise.iter().map(|noise: &f64| noise * level).collect();
            let codec = if transcoded { Codec::Pcma } else { Codec::Pcmu };
            prop_assert_eq!(heard(&sum(&louder, &noise), codec), Some(voice));
        }

        #[test]
        fn noise_is_nobodys(noise in prop::collection::vec(-8_000.0..8_000.0, 80..480)) {
            prop_assert_eq!(heard(&noise, Codec::Pcmu), None);
        }
    }
}
