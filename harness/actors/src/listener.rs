//! Who hears what a packet holds.

use std::sync::Arc;

use sip::rtp::{Codec, Packet};
use sip::sdp::Format;

use crate::AddressBook;
use crate::audio::{Audio, Content};
use crate::voice::Voice;

/// What is needed to know a voice in a packet: whose voice is whose, and what payload types stand for.
#[derive(Clone)]
pub(crate) struct Listener {
    address_book: Arc<AddressBook>,
    /// The payload types that the call has given out, where they are not always the same.
    formats: Vec<(u8, Format)>,
}

impl Listener {
    /// Who knows the voices of `address_book`, and the payload types that everybody knows.
    pub(crate) fn new(address_book: Arc<AddressBook>) -> Listener {
        Listener {
            address_book,
            formats: Vec::new(),
        }
    }

    /// From now on payload types stand for these as well.
    pub(crate) fn learn(&mut self, formats: Vec<(u8, Format)>) {
        self.formats = formats;
    }

    /// What is in a packet, who is heard in it, and how loud it is: its energy for each sample.
    pub(crate) fn listen(&self, packet: &Packet) -> (Content, Option<&str>, f64) {
        let audio = self
            .codec(packet.payload_type)
            .map(|codec| Audio::in_codec(packet, codec));
        let voice = audio.as_ref().and_then(Voice::in_audio);
        let speaker = voice.and_then(|voice| self.address_book.speaker(voice));
        let level = audio.as_ref().map_or(0.0, Audio::level);
        (Content::of(packet, audio.as_ref()), speaker, level)
    }

    fn codec(&self, payload_type: u8) -> Option<Codec> {
        let mut formats = self.formats.iter();
        let given = formats.find(|(number, _)| *number == payload_type);
        match given {
            Some((_, Format::Voice(codec))) => Some(*codec),
            Some((_, Format::TelephoneEvent)) => None,
            None => Codec::of(payload_type),
        }
    }
}
