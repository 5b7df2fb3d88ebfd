//! What a packet's payload sounds like.

use sip::rtp::{COMFORT_NOISE, Codec, PACKET_TIME, Packet};

/// A packet of 60 ms; more of one is not listened to.
const MOST: usize = 480;

/// Who is less loud than this is not heard: some 48 dB below the loudest sine that there is. Noise
/// that comforts (RFC 3389) and the idle noise of a line are below it, speech and music above.
const AUDIBLE: f64 = 22.0;

/// How long a sample lasts, in microseconds.
const SAMPLE_US: u64 = 1_000_000 / Codec::SAMPLE_RATE as u64;

/// The payload types that are given out call by call (RFC 3551 section 3).
const DYNAMIC: std::ops::RangeInclusive<u8> = 96..=127;

/// A telephone event, in octets (RFC 4733 section 2.3). Under whichever dynamic type it comes, it is
/// known by that.
const TELEPHONE_EVENT: usize = 4;

/// What a packet holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Something that was meant to be heard.
    Audio {
        /// How long it lasts. Of what actors cannot decode it is as long as most packets are.
        us: u64,
        /// Whether there is something to be heard in it, and not silence. What actors cannot decode
        /// is not heard.
        sounds: bool,
    },
    /// That there is nothing to be heard (RFC 3389).
    ComfortNoise,
    /// A key was pressed (RFC 4733).
    TelephoneEvent,
}

impl Content {
    /// What a packet holds that sounds like this.
    pub(crate) fn of(packet: &Packet, audio: Option<&Audio>) -> Content {
        let length = packet.payload.len();
        match (packet.payload_type, audio) {
            (_, Some(audio)) => Content::Audio {
                us: SAMPLE_US * length as u64,
                sounds: audio.is_sound(),
            },
            (COMFORT_NOISE, None) => Content::ComfortNoise,
            (payload_type, None)
                if DYNAMIC.contains(&payload_type) && length == TELEPHONE_EVENT =>
            {
                Content::TelephoneEvent
            }
            (_, None) => Content::Audio {
                us: PACKET_TIME.as_micros() as u64,
                sounds: false,
            },
        }
    }

    /// Whether it was meant to be heard.
    pub(crate) const fn is_audio(self) -> bool {
        matches!(self, Content::Audio { .. })
    }
}

/// The samples of one packet.
pub(crate) struct Audio {
    samples: [f64; MOST],
    length: usize,
    /// The sum of the samples' squares.
    energy: f64,
}

impl Audio {
    /// The audio of a packet; nothing if its payload type is none that everybody knows.
    #[cfg(test)]
    pub(crate) fn of(packet: &Packet) -> Option<Audio> {
        Codec::of(packet.payload_type).map(|codec| Audio::in_codec(packet, codec))
    }

    /// The audio of a packet whose payload is in `codec`.
    pub(crate) fn in_codec(packet: &Packet, codec: Codec) -> Audio {
        let mut samples = [0.0; MOST];
        let mut energy = 0.0;
        for (sample, byte) in samples.iter_mut().zip(&packet.payload) {
            *sample = f64::from(codec.decode(*byte));
            energy += *sample * *sample;
        }
        Audio {
            samples,
            length: packet.payload.len().min(MOST),
            energy,
        }
    }

    /// Whether there is something to be heard, and not silence.
    pub(crate) fn is_sound(&self) -> bool {
        self.length > 0 && self.energy > AUDIBLE * AUDIBLE * self.length as f64
    }

    /// The energy for each sample.
    pub(crate) fn level(&self) -> f64 {
        self.energy / self.length.max(1) as f64
    }

    /// The samples, in order.
    pub(crate) fn samples(&self) -> &[f64] {
        &self.samples[..self.length]
    }

    /// How much of the energy is in the tone whose [resonance] this is: 1 if it is nothing else.
    ///
    /// The algorithm is Goertzel's: one term of the discrete Fourier transform.
    pub(crate) fn share(&self, resonance: f64) -> f64 {
        let (mut last, mut before) = (0.0, 0.0);
        for sample in self.samples() {
            (last, before) = (sample + resonance * last - before, last);
        }
        let power = last * last + before * before - resonance * last * before;
        2.0 * power / (self.energy * self.length as f64)
    }
}

/// What [`Audio::share`] must know of a tone of this frequency, in hertz.
pub(crate) fn resonance(frequency: u32) -> f64 {
    2.0 * angle(frequency).cos()
}

/// By how much the phase of a tone of this frequency, in hertz, goes on with each sample.
pub(crate) fn angle(frequency: u32) -> f64 {
    std::f64::consts::TAU * f64::from(frequency) / f64::from(Codec::SAMPLE_RATE)
}

#[cfg(test)]
pub(crate) mod tests {
    use bytes::Bytes;
    use rstest::rstest;

    use super::*;

    pub(crate) fn packet(payload_type: u8, payload: Bytes) -> Packet {
        Packet {
            payload_type,
            marker: false,
            sequence: 0,
            timestamp: 0,
            ssrc: 1,
            payload,
        }
    }

    fn tone(frequency: u32, amplitude: f64) -> Audio {
        let sample = |n: u32| (angle(frequency * n).sin() * amplitude) as i16;
        let bytes = (0..160).map(|n| Codec::Pcmu.encode(sample(n)));
        Audio::of(&packet(0, bytes.collect())).unwrap()
    }

    #[rstest]
    #[case::nothing(&[], false)]
    #[case::silence(&[0xff; 160], false)]
    #[case::idle_noise(&[0xfe, 0x7e].repeat(80), false)]
    #[case::speech(&[0xc0, 0x40].repeat(80), true)]
    fn silence_is_no_sound(#[case] payload: &[u8], #[case] sound: bool) {
        let audio = Audio::of(&packet(0, Bytes::copy_from_slice(payload))).unwrap();
        assert_eq!(audio.is_sound(), sound);
    }

    #[test]
    fn silence_is_silence_in_either_law() {
        let audio = Audio::of(&packet(8, Bytes::from_static(&[0xd5; 160]))).unwrap();
        assert!(!audio.is_sound());
    }

    #[test]
    fn comfort_noise_is_no_audio() {
        assert!(Audio::of(&packet(13, Bytes::from_static(&[0x40]))).is_none());
    }

    #[rstest]
    #[case::silence(0, &[0xff; 160], Content::Audio { us: 20_000, sounds: false })]
    #[case::speech(0, &[0xc0, 0x40].repeat(120), Content::Audio { us: 30_000, sounds: true })]
    #[case::of_a_codec_that_is_not_known(96, &[0x40; 160], Content::Audio { us: 20_000, sounds: false })]
    #[case::comfort_noise(13, &[0x40], Content::ComfortNoise)]
    #[case::a_key(101, &[1, 0x0a, 0, 160], Content::TelephoneEvent)]
    fn a_packet_holds_audio_or_says_that_there_is_none(
        #[case] payload_type: u8,
        #[case] payload: &[u8],
        #[case] content: Content,
    ) {
        let packet = packet(payload_type, Bytes::copy_from_slice(payload));
        let audio = Audio::of(&packet);
        assert_eq!(Content::of(&packet, audio.as_ref()), content);
    }

    #[test]
    fn a_tone_has_all_of_its_energy_at_its_frequency() {
        let audio = tone(700, 1_000.0);
        assert!((audio.share(resonance(700)) - 1.0).abs() < 0.01);
        assert!(audio.share(resonance(800)) < 0.01);
        assert!(!tone(700, 10.0).is_sound());
    }
}
