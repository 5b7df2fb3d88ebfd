//! The formats of an audio stream: payload types, and what they stand for.

use sdp_types::Media;

use crate::rtp::{Codec, PCMU};

/// The payload type under which telephone events are offered. It is dynamic; nearly everybody uses
/// this one.
const TELEPHONE_EVENT: u8 = 101;

/// What the packets of one payload type hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Audio.
    Voice(Codec),
    /// Telephone events (RFC 4733).
    TelephoneEvent,
}

/// What an end can hear and say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Formats {
    /// PCMU under its own payload type, over RTP/AVP.
    Pcmu,
    /// PCMU, PCMA and telephone events, under whichever payload types the offer gives them, over
    /// RTP/AVP or RTP/AVPF (RFC 4585, without any feedback).
    Telephone,
}

impl Format {
    /// What stands in `a=rtpmap` behind the payload type.
    pub(super) const fn encoding(self) -> &'static str {
        match self {
            Format::Voice(Codec::Pcmu) => "PCMU/8000",
            Format::Voice(Codec::Pcma) => "PCMA/8000",
            Format::TelephoneEvent => "telephone-event/8000",
        }
    }

    fn of_encoding(text: &str) -> Option<Format> {
        let all = [
            Format::Voice(Codec::Pcmu),
            Format::Voice(Codec::Pcma),
            Format::TelephoneEvent,
        ];
        // One channel is what there is anyhow.
        let text = text.strip_suffix("/1").unwrap_or(text);
        all.into_iter()
            .find(|format| format.encoding().eq_ignore_ascii_case(text))
    }
}

impl Formats {
    /// What is offered, best first.
    pub(super) fn offered(self) -> Vec<(u8, Format)> {
        let voices = match self {
            Formats::Pcmu => &Codec::ALL[..1],
            Formats::Telephone => &Codec::ALL[..],
        };
        let voices = voices
            .iter()
            .map(|codec| (codec.payload_type(), Format::Voice(*codec)));
        let events =
            (self == Formats::Telephone).then_some((TELEPHONE_EVENT, Format::TelephoneEvent));
        voices.chain(events).collect()
    }

    /// What of an offered stream can be used, in the order of the offer; nothing unless there is a
    /// voice among it.
    pub(super) fn common(self, media: &Media) -> Vec<(u8, Format)> {
        let is_known = match self {
            Formats::Pcmu => media.proto.eq_ignore_ascii_case("RTP/AVP"),
            Formats::Telephone => ["RTP/AVP", "RTP/AVPF"]
                .iter()
                .any(|known| media.proto.eq_ignore_ascii_case(known)),
        };
        if media.port == 0 || !is_known {
            return Vec::new();
        }
        let mut common = formats(media);
        common.retain(|(payload_type, format)| match (self, format) {
            (Formats::Telephone, _) => true,
            (Formats::Pcmu, Format::Voice(Codec::Pcmu)) => *payload_type == PCMU,
            (Formats::Pcmu, _) => false,
        });
        let has_voice = common
            .iter()
            .any(|(_, format)| matches!(format, Format::Voice(_)));
        if has_voice { common } else { Vec::new() }
    }
}

/// The payload types of a stream that are understood, in its order.
pub(super) fn formats(media: &Media) -> Vec<(u8, Format)> {
    let mut found: Vec<(u8, Format)> = Vec::new();
    for word in media.fmt.split_whitespace() {
        let Ok(payload_type) = word.parse::<u8>() else {
            continue;
        };
        let format = match mapped(media, word) {
            Some(encoding) => Format::of_encoding(encoding),
            None => Codec::of(payload_type).map(Format::Voice),
        };
        if let Some(format) = format
            && found.iter().all(|(known, _)| *known != payload_type)
        {
            found.push((payload_type, format));
        }
    }
    found
}

/// What `a=rtpmap` says of a payload type.
fn mapped<'m>(media: &'m Media, payload_type: &str) -> Option<&'m str> {
    let mut maps = media.attributes.iter().filter(|a| a.attribute == "rtpmap");
    maps.find_map(|map| {
        let (number, encoding) = map.value.as_deref()?.trim().split_once(' ')?;
        (number == payload_type).then(|| encoding.trim())
    })
}
