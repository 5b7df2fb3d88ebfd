//! Session descriptions: offers and answers about one audio stream (RFC 8866, RFC 3264).
//!
//! What is understood is one stream of G.711; whatever else an offer holds is refused in the answer,
//! line by line. Everything that is parsed is kept, so that a description can be passed on (RFC 3725).
//!
//! - `format`: payload types, and what they stand for.
//! - `tolerant`: what is borne with.

mod format;
mod tolerant;

use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;
use sdp_types::{Attribute, Connection, Media, Origin, Session, Time};

pub use sdp_types::Direction;

pub use format::{Format, Formats};

use crate::rtp::Codec;

/// Why a session description is of no use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SdpError {
    /// The body is something else.
    #[error("the body is of type `{0}`, not a session description")]
    ContentType(String),
    /// The body is compressed, or otherwise not what it says.
    #[error("the body is encoded as `{0}`")]
    Encoding(String),
    /// It does not follow RFC 8866.
    #[error("the session description is malformed: {0}")]
    Malformed(String),
    /// It has no audio stream.
    #[error("the session description has no audio stream")]
    NoAudio,
    /// The audio stream has no numeric address.
    #[error("the audio stream has no numeric address")]
    NoAddress,
    /// No audio stream is open for a codec and a transport that are known: to be refused with 488.
    #[error("no audio stream offers a codec that is known")]
    NoCommonCodec,
}

/// A session description with one audio stream that matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sdp {
    session: Session,
    /// Which of the media descriptions is the audio stream.
    audio: usize,
    rtp: SocketAddr,
}

impl Sdp {
    /// An offer of one audio stream, to be received at `rtp`. `session` is the number of the
    /// session in its `o=` line.
    pub fn offer(session: u64, rtp: SocketAddr) -> Sdp {
        Sdp::offer_of(Formats::Pcmu, session, rtp)
    }

    /// The same, of these formats.
    pub fn offer_of(formats: Formats, session: u64, rtp: SocketAddr) -> Sdp {
        let mut described = describe(session, rtp.ip());
        described.add_media(audio(rtp, "RTP/AVP", &formats.offered()));
        Sdp {
            session: described,
            audio: 0,
            rtp,
        }
    }

    /// Reads a session description. Its audio stream is the first that could be answered, else
    /// the first one.
    ///
    /// # Errors
    ///
    /// It does not follow RFC 8866, or has no audio stream with a numeric address.
    ///
    /// An address that is a name is that of the origin, if that is numeric: there is nobody whom
    /// names could be asked of.
    pub fn parse(bytes: &[u8]) -> Result<Sdp, SdpError> {
        let text = tolerant::readable(bytes);
        let session = Session::parse(text.as_bytes())
            .map_err(|error| SdpError::Malformed(error.to_string()))?;
        let is_audio = |media: &Media| media.media == "audio";
        let open_for = |formats: Formats| {
            let is_open = |media: &Media| is_audio(media) && !formats.common(media).is_empty();
            session.medias.iter().position(is_open)
        };
        let audio = open_for(Formats::Pcmu)
            .or_else(|| open_for(Formats::Telephone))
            .or_else(|| session.medias.iter().position(is_audio))
            .ok_or(SdpError::NoAudio)?;
        let rtp = rtp_address(&session, audio).ok_or(SdpError::NoAddress)?;
        Ok(Sdp {
            session,
            audio,
            rtp,
        })
    }

    /// The session description as it goes on the wire.
    pub fn to_bytes(&self) -> Bytes {
        self.session.to_string().into()
    }

    /// Where the audio stream is to be sent; port 0 if it is refused.
    pub fn rtp(&self) -> SocketAddr {
        self.rtp
    }

    /// Where RTCP of the audio stream is to be sent: where its author says (RFC 3605), else to the port after
    /// that of RTP (RFC 3550 section 11). None if the stream is refused.
    pub fn rtcp(&self) -> Option<SocketAddr> {
        if self.is_without_audio() {
            return None;
        }
        let Some(said) = self.value("rtcp") else {
            return Some(SocketAddr::new(
                self.rtp.ip(),
                self.rtp.port().checked_add(1)?,
            ));
        };
        let mut words = said.split_ascii_whitespace();
        let port = words.next()?.parse().ok()?;
        // `IN IP4` and an address may follow.
        let address = words.nth(2).and_then(|word| word.parse().ok());
        Some(SocketAddr::new(address.unwrap_or(self.rtp.ip()), port))
    }

    /// The value of the audio stream's attribute of this name, if it has one.
    fn value(&self, name: &str) -> Option<&str> {
        let attributes = &self.media()?.attributes;
        let attribute = attributes.iter().find(|a| a.attribute == name)?;
        attribute.value.as_deref()
    }

    /// Whether the audio stream is refused, or taken out of the session (RFC 3264 §8.2).
    pub fn is_without_audio(&self) -> bool {
        self.rtp.port() == 0
    }

    /// The payload types that the audio stream's author takes, as far as they are known, best first.
    pub fn formats(&self) -> Vec<(u8, Format)> {
        self.media().map(format::formats).unwrap_or_default()
    }

    /// In which codec, and under which payload type, the author wants to hear.
    pub fn voice(&self) -> Option<(u8, Codec)> {
        let mut formats = self.formats().into_iter();
        formats.find_map(|(payload_type, format)| match format {
            Format::Voice(codec) => Some((payload_type, codec)),
            Format::TelephoneEvent => None,
        })
    }

    /// How long packets are to be that the author hears, in milliseconds, if it says so.
    pub fn packet_ms(&self) -> Option<u32> {
        let value = |name: &str| self.value(name)?.trim().parse::<u32>().ok();
        let wanted = value("ptime");
        match value("maxptime") {
            Some(most) => Some(wanted.map_or(most, |wanted| wanted.min(most)))
                .filter(|ms| wanted.is_some() || *ms < 20),
            None => wanted,
        }
    }

    /// The direction of the audio stream, as the description's author sees it. An unspecified
    /// address means that nothing is to be sent there (RFC 3264 §8.4).
    pub fn direction(&self) -> Direction {
        if self.rtp.ip().is_unspecified() {
            return Direction::Inactive;
        }
        let media = self.media().map(|media| media.attributes.as_slice());
        let attributes = media.unwrap_or_default();
        direction_in(attributes)
            .or_else(|| direction_in(&self.session.attributes))
            .unwrap_or_default()
    }

    /// The same description with another direction of the audio stream.
    #[must_use]
    pub fn with_direction(mut self, direction: Direction) -> Sdp {
        if let Some(media) = self.session.medias.get_mut(self.audio) {
            let is_direction = |a: &Attribute| a.attribute.parse::<Direction>().is_ok();
            media
                .attributes
                .retain(|attribute| !is_direction(attribute));
            media.add_attribute(direction);
        }
        self
    }

    /// The answer to this offer (RFC 3264 §6): the audio stream to be received at `rtp`, in the
    /// opposite direction; every other stream is refused in its place.
    ///
    /// # Errors
    ///
    /// [`SdpError::NoCommonCodec`] if the offer has no audio stream open for PCMU.
    pub fn answer(&self, session: u64, rtp: SocketAddr) -> Result<Sdp, SdpError> {
        self.answer_of(Formats::Pcmu, session, rtp)
    }

    /// The same, by an end that has these formats.
    ///
    /// # Errors
    ///
    /// [`SdpError::NoCommonCodec`] if the offer has no audio stream that is open for one of them.
    pub fn answer_of(
        &self,
        formats: Formats,
        session: u64,
        rtp: SocketAddr,
    ) -> Result<Sdp, SdpError> {
        let offered = self.media().ok_or(SdpError::NoCommonCodec)?;
        let common = formats.common(offered);
        if common.is_empty() {
            return Err(SdpError::NoCommonCodec);
        }
        let mut described = describe(session, rtp.ip());
        for (index, media) in self.session.medias.iter().enumerate() {
            described.add_media(if index == self.audio {
                audio(rtp, &offered.proto, &common)
            } else {
                refuse(media)
            });
        }
        let answer = Sdp {
            session: described,
            audio: self.audio,
            rtp,
        };
        Ok(answer.with_direction(self.direction().reverse()))
    }

    /// The answer to this offer that refuses every stream: for a session that is ended at once, or
    /// one whose audio the offer takes out.
    pub fn refusal(&self, session: u64) -> Sdp {
        let mut described = describe(session, self.rtp.ip());
        described.add_medias(self.session.medias.iter().map(refuse));
        Sdp {
            session: described,
            audio: self.audio,
            rtp: SocketAddr::new(self.rtp.ip(), 0),
        }
    }

    /// The same media under the `o=` line of a controller that passes the description on (RFC 3725
    /// §10): `session` for all that it sends to one party, `version` one more each time that the
    /// description changes (RFC 8866 §5.2).
    #[must_use]
    pub fn reoriginated(&self, session: u64, version: u64) -> Sdp {
        let mut passed_on = self.clone();
        let origin = &mut passed_on.session.origin;
        origin.username = None;
        origin.sess_id = session.to_string();
        origin.sess_version = version;
        passed_on
    }

    /// Whether its `o=` line says that nothing has changed since `before` (RFC 3264 §8): it is the same session,
    /// in the same version.
    pub fn repeats(&self, before: &Sdp) -> bool {
        let version = |sdp: &Sdp| {
            let origin = &sdp.session.origin;
            (origin.sess_id.clone(), origin.sess_version)
        };
        version(self) == version(before)
    }

    fn media(&self) -> Option<&Media> {
        self.session.medias.get(self.audio)
    }
}

/// A description without media, by an author at `ip`.
fn describe(session: u64, ip: IpAddr) -> Session {
    let mut described = Session::new(Origin::with_ip_addr(session, 1, ip), "-");
    described.set_connection(Connection::from_ip_addr(ip));
    described.add_time(Time::new(0, 0));
    described
}

/// One stream of these formats in packets of 20 ms.
fn audio(rtp: SocketAddr, proto: &str, formats: &[(u8, Format)]) -> Media {
    let types: Vec<String> = formats
        .iter()
        .map(|(number, _)| number.to_string())
        .collect();
    let types = types.join(" ");
    let avp = sdp_types::TransportProto::RtpAvp;
    let mut media = Media::new(sdp_types::MediaType::Audio, rtp.port(), avp, types);
    proto.clone_into(&mut media.proto);
    for (number, format) in formats {
        let map = format!("{number} {}", format.encoding());
        media.add_attribute_with_value("rtpmap", &map);
        if *format == Format::TelephoneEvent {
            media.add_attribute_with_value("fmtp", format!("{number} 0-15"));
        }
    }
    media.add_attribute_with_value("ptime", "20");
    media.add_attribute(Direction::SendRecv);
    media
}

/// The same stream with port 0 (RFC 3264 §6).
fn refuse(media: &Media) -> Media {
    Media {
        port: 0,
        num_ports: None,
        media_title: None,
        connections: Vec::new(),
        bandwidths: Vec::new(),
        key: None,
        attributes: Vec::new(),
        ..media.clone()
    }
}

fn rtp_address(session: &Session, audio: usize) -> Option<SocketAddr> {
    let media = session.medias.get(audio)?;
    let connection = media.connections.first().or(session.connection.as_ref())?;
    let numeric = |address: &str| address.split('/').next()?.parse().ok();
    let ip = numeric(&connection.connection_address)
        .or_else(|| numeric(&session.origin.unicast_address))?;
    Some(SocketAddr::new(ip, media.port))
}

fn direction_in(attributes: &[Attribute]) -> Option<Direction> {
    attributes.iter().find_map(|a| a.attribute.parse().ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn at(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn parse(lines: &[&str]) -> Result<Sdp, SdpError> {
        Sdp::parse((lines.join("\r\n") + "\r\n").as_bytes())
    }

    const HEAD: [&str; 4] = ["v=0", "o=- 1 1 IN IP4 198.18.0.1", "s=-", "t=0 0"];

    fn offer(lines: &[&str]) -> Sdp {
        parse(&[&HEAD, lines].concat()).unwrap()
    }

    #[test]
    fn an_offer_survives_the_wire() {
        let offer = Sdp::offer(7, at("198.18.0.1:4000"));
        let read = Sdp::parse(&offer.to_bytes()).unwrap();
        assert_eq!(read, offer);
        assert_eq!(read.rtp(), at("198.18.0.1:4000"));
        assert_eq!(read.direction(), Direction::SendRecv);
    }

    #[rstest]
    #[case::beside_rtp(&["m=audio 4000 RTP/AVP 0"], Some("198.18.0.1:4001"))]
    #[case::at_a_port(&["m=audio 4000 RTP/AVP 0", "a=rtcp:4711"], Some("198.18.0.1:4711"))]
    #[case::elsewhere(&["m=audio 4000 RTP/AVP 0", "a=rtcp:4711 IN IP4 198.18.0.9"], Some("198.18.0.9:4711"))]
    #[case::by_name(&["m=audio 4000 RTP/AVP 0", "a=rtcp:4711 IN IP4 relay.example"], Some("198.18.0.1:4711"))]
    #[case::nonsense(&["m=audio 4000 RTP/AVP 0", "a=rtcp:here"], None)]
    #[case::the_last_port(&["m=audio 65535 RTP/AVP 0"], None)]
    #[case::refused(&["m=audio 0 RTP/AVP 0"], None)]
    fn rtcp_goes_where_the_description_says(#[case] stream: &[&str], #[case] to: Option<&str>) {
        let lines = [&["c=IN IP4 198.18.0.1"], stream].concat();
        assert_eq!(offer(&lines).rtcp(), to.map(at));
    }

    #[rstest]
    #[case(Direction::SendRecv, Direction::SendRecv)]
    #[case(Direction::SendOnly, Direction::RecvOnly)]
    #[case(Direction::RecvOnly, Direction::SendOnly)]
    #[case(Direction::Inactive, Direction::Inactive)]
    fn an_answer_has_the_opposite_direction(
        #[case] offered: Direction,
        #[case] answered: Direction,
    ) {
        let offer = Sdp::offer(1, at("198.18.0.1:4000")).with_direction(offered);
        let answer = offer.answer(2, at("198.18.0.2:4002")).unwrap();
        assert_eq!(answer.direction(), answered);
        assert_eq!(
            Sdp::parse(&answer.to_bytes()).unwrap().direction(),
            answered
        );
    }

    #[test]
    fn an_answer_refuses_what_is_not_understood_in_its_place() {
        let offer = offer(&[
            "c=IN IP4 198.18.0.1",
            "m=video 5000 RTP/AVP 31",
            "m=audio 4000 RTP/AVP 8 0 101",
            "m=audio 4010 RTP/AVP 0",
        ]);
        let answer = offer.answer(2, at("198.18.0.2:4002")).unwrap();
        let text = String::from_utf8(answer.to_bytes().to_vec()).unwrap();
        let media: Vec<_> = text.lines().filter(|l| l.starts_with("m=")).collect();
        assert_eq!(
            media,
            [
                "m=video 0 RTP/AVP 31",
                "m=audio 4002 RTP/AVP 0",
                "m=audio 0 RTP/AVP 0"
            ]
        );
        assert_eq!(answer.rtp(), at("198.18.0.2:4002"));
    }

    #[rstest]
    #[case::other_codec("m=audio 4000 RTP/AVP 8")]
    #[case::encrypted("m=audio 4000 RTP/SAVP 0")]
    #[case::refused("m=audio 0 RTP/AVP 0")]
    fn an_offer_without_an_open_stream_of_pcmu_has_no_answer(#[case] media: &str) {
        let offer = offer(&["c=IN IP4 198.18.0.1", media]);
        let answer = offer.answer(2, at("198.18.0.2:4002"));
        assert_eq!(answer, Err(SdpError::NoCommonCodec));
    }

    #[rstest]
    #[case::no_audio(&["c=IN IP4 198.18.0.1", "m=video 1 RTP/AVP 31"], SdpError::NoAudio)]
    #[case::no_media(&["c=IN IP4 198.18.0.1"], SdpError::NoAudio)]
    #[case::no_connection(&["m=audio 1 RTP/AVP 0"], SdpError::NoAddress)]
    fn a_description_without_a_reachable_audio_stream_is_an_error(
        #[case] lines: &[&str],
        #[case] error: SdpError,
    ) {
        assert_eq!(parse(&[&HEAD, lines].concat()), Err(error));
    }

    #[test]
    fn the_streams_own_address_and_direction_go_before_the_sessions() {
        let sdp = offer(&[
            "c=IN IP4 198.18.0.1",
            "a=sendonly",
            "m=audio 4000 RTP/AVP 0",
            "c=IN IP4 198.18.0.9",
            "a=recvonly",
        ]);
        assert_eq!(sdp.rtp(), at("198.18.0.9:4000"));
        assert_eq!(sdp.direction(), Direction::RecvOnly);
    }

    #[test]
    fn an_unspecified_address_is_a_hold() {
        let sdp = offer(&["c=IN IP4 0.0.0.0", "m=audio 4000 RTP/AVP 0"]);
        assert_eq!(sdp.direction(), Direction::Inactive);
    }

    #[test]
    fn a_controller_passes_the_media_on_under_its_own_origin() {
        let offer = offer(&["c=IN IP4 198.18.0.1", "m=audio 4000 RTP/AVP 0", "a=x:y"]);
        let text = String::from_utf8(offer.reoriginated(9, 3).to_bytes().to_vec()).unwrap();
        assert!(text.contains("o=- 9 3 IN IP4 198.18.0.1\r\n"), "{text}");
        assert!(
            text.contains("m=audio 4000 RTP/AVP 0\r\na=x:y\r\n"),
            "{text}"
        );
    }

    #[test]
    fn a_refusal_refuses_every_stream() {
        let refusal = Sdp::offer(1, at("198.18.0.1:4000")).refusal(2);
        assert_eq!(Sdp::parse(&refusal.to_bytes()).unwrap().rtp().port(), 0);
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_description_or_an_error(bytes: Vec<u8>) {
            let _ = Sdp::parse(&bytes);
        }

        #[test]
        fn a_mutated_description_is_a_description_or_an_error(at_byte: usize, byte: u8) {
            let offer = Sdp::offer(7, at("198.18.0.1:4000"));
            let mut bytes = offer.to_bytes().to_vec();
            let index = at_byte % bytes.len();
            bytes[index] = byte;
            if let Ok(read) = Sdp::parse(&bytes) {
                let _ = read.answer(2, at("198.18.0.2:4002"));
            }
        }
    }
}
