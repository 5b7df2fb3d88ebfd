//! What comes to the server's RTP port, sent back as a media path would change it. Words say how:
//! `pcma` transcodes; `pt=96` gives another payload type; `gain=50` makes it quieter, in hundredths;
//! `packets=30` cuts packets of other lengths, in milliseconds; `ssrc=7` is another source;
//! `jump=9000` leaps that far in sequence numbers; `port=20002` sends from another port; `noise` sends
//! comfort noise between, `event` telephone events, `rtcp` reports.

use bytes::{BufMut as _, Bytes, BytesMut};
use sip::rtp::{COMFORT_NOISE, Codec, Packet};

/// How RTP is changed before it is sent back.
#[derive(Clone, Debug)]
pub(crate) struct Echo {
    codec: Codec,
    payload_type: Option<u8>,
    gain: f64,
    samples: usize,
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
    /// The port that it comes from.
    pub(crate) port: u16,
    between: Vec<&'static str>,
    waiting: Vec<i16>,
}

impl Echo {
    pub(crate) fn new(words: &str, port: u16) -> Echo {
        let value = |key: &str| words.split_whitespace().find_map(|w| w.strip_prefix(key));
        let number = |key: &str| value(key).map(|text| text.parse::<u32>().unwrap());
        let has = |word: &str| words.split_whitespace().any(|known| known == word);
        let between = ["noise", "event", "rtcp"].into_iter();
        Echo {
            codec: if has("pcma") {
                Codec::Pcma
            } else {
                Codec::Pcmu
            },
            payload_type: number("pt=").map(|number| number as u8),
            gain: f64::from(number("gain=").unwrap_or(100)) / 100.0,
            samples: number("packets=").unwrap_or(20) as usize * 8,
            ssrc: number("ssrc=").unwrap_or(1),
            sequence: number("jump=").unwrap_or(0) as u16,
            timestamp: 0,
            port: number("port=").map_or(port, |number| number as u16),
            between: between.filter(|word| has(word)).collect(),
            waiting: Vec::new(),
        }
    }

    /// What goes back when `bytes` came.
    pub(crate) fn back(&mut self, bytes: &Bytes) -> Vec<Bytes> {
        let packet = Packet::parse(bytes).unwrap();
        let from = Codec::of(packet.payload_type).unwrap_or(self.codec);
        let heard = packet.payload.iter().map(|byte| from.decode(*byte));
        let gain = self.gain;
        self.waiting
            .extend(heard.map(|sample| (f64::from(sample) * gain) as i16));
        let mut sent = Vec::new();
        while self.waiting.len() >= self.samples {
            let codec = self.codec;
            let samples = self.waiting.drain(..self.samples);
            let payload: Bytes = samples.map(|sample| codec.encode(sample)).collect();
            let kind = self.payload_type.unwrap_or(codec.payload_type());
            sent.push(self.packet(kind, payload));
            self.timestamp = self.timestamp.wrapping_add(self.samples as u32);
            for word in self.between.clone() {
                sent.push(self.besides(word));
            }
        }
        sent
    }

    fn packet(&mut self, payload_type: u8, payload: Bytes) -> Bytes {
        let packet = Packet {
            payload_type,
            marker: false,
            sequence: self.sequence,
            timestamp: self.timestamp,
            ssrc: self.ssrc,
            payload,
        };
        self.sequence = self.sequence.wrapping_add(1);
        packet.to_bytes()
    }

    fn besides(&mut self, word: &str) -> Bytes {
        match word {
            "noise" => self.packet(COMFORT_NOISE, Bytes::from_static(&[0x40])),
            "event" => self.packet(101, Bytes::from_static(&[5, 0x0a, 0, 160])),
            _ => {
                // A receiver report without blocks (RFC 3550 section 6.4.2).
                let mut report = BytesMut::new();
                report.put_slice(&[0x80, 201, 0, 1]);
                report.put_u32(self.ssrc);
                report.freeze()
            }
        }
    }
}
