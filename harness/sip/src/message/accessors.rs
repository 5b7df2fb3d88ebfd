//! What [`Request`] and [`Response`] have in common: the headers that every message carries.

use bytes::Bytes;

use crate::sdp::{Sdp, SdpError};
use crate::{Method, Name, SipUri};

use crate::token::MAGIC_COOKIE;

use super::field::{self, Address, is_token};
use super::multipart::part_of_type;
use super::{Headers, Request, Response, Via};

/// The media type of a session description (RFC 8866 §8.1).
const SDP_TYPE: &str = "application/sdp";

macro_rules! accessors {
    ($message:ty) => {
        impl $message {
            /// The first value of a header.
            pub fn header(&self, name: &Name) -> Option<&str> {
                field::first(&self.headers, name)
            }

            /// The Call-ID; empty only while a message is being built.
            pub fn call_id(&self) -> &str {
                self.header(&Name::CALL_ID).unwrap_or_default().trim()
            }

            /// The tag in From.
            pub fn from_tag(&self) -> Option<&str> {
                Address::of(self.header(&Name::FROM)?).parameter("tag")
            }

            /// The tag in To; only within a dialog and in responses.
            pub fn to_tag(&self) -> Option<&str> {
                Address::of(self.header(&Name::TO)?).parameter("tag")
            }

            /// The URI in From, if it is a SIP URI.
            pub fn from_uri(&self) -> Option<SipUri> {
                Address::of(self.header(&Name::FROM)?).uri()
            }

            /// The URI in To, if it is a SIP URI.
            pub fn to_uri(&self) -> Option<SipUri> {
                Address::of(self.header(&Name::TO)?).uri()
            }

            /// The URI in the first Contact, if it is a SIP URI.
            pub fn contact(&self) -> Option<SipUri> {
                Address::of(self.header(&Name::CONTACT)?).uri()
            }

            /// The first Via: the sender's, or in a response the receiver's.
            pub fn top_via(&self) -> Option<Via<'_>> {
                Via::parse(self.header(&Name::VIA)?)
            }

            /// The branch of the first Via: the transaction's id.
            pub fn branch(&self) -> Option<String> {
                Some(self.top_via()?.branch()?.to_owned())
            }

            /// The session description; `None` if there is no body.
            ///
            /// # Errors
            ///
            /// A body of another type than `application/sdp`, alone or in one of several parts, or
            /// one that cannot be understood. One that need not be understood is none (RFC 3204
            /// §4).
            pub fn sdp(&self) -> Result<Option<Sdp>, SdpError> {
                read_sdp(&self.headers, &self.body)
            }

            /// Makes a session description the body.
            pub fn set_sdp(&mut self, sdp: &Sdp) {
                self.set_body(SDP_TYPE, sdp.to_bytes());
            }

            /// Makes `body`, of the media type `content_type`, the body.
            pub fn set_body(&mut self, content_type: &str, body: Bytes) {
                field::replace(&mut self.headers, &Name::CONTENT_TYPE, [content_type]);
                self.body = body;
            }
        }
    };
}

accessors!(Request);
accessors!(Response);

impl Request {
    /// The sequence number and method in CSeq; zero only while a request is being built.
    pub fn cseq(&self) -> (u32, Method) {
        read_cseq(&self.headers).unwrap_or((0, self.method.clone()))
    }

    /// Where its sender is reached in the dialog that it begins: at its Contact, or at its From if it was
    /// written as RFC 2543 had it, whose Via has no branch as it must be since.
    pub fn target(&self) -> Option<SipUri> {
        let is_old = || !self.branch().is_some_and(|id| id.starts_with(MAGIC_COOKIE));
        let from = || self.from_uri().filter(|_| is_old());
        self.contact().or_else(from)
    }

    /// Whether the request belongs to a dialog: its To has a tag (RFC 3261 §12.2.2).
    pub fn is_in_dialog(&self) -> bool {
        self.to_tag().is_some()
    }
}

impl Response {
    /// The sequence number and method in CSeq, which say what is being answered; zero and OPTIONS,
    /// which changes nothing, only while a response is being built.
    pub fn cseq(&self) -> (u32, Method) {
        read_cseq(&self.headers).unwrap_or((0, Method::OPTIONS))
    }
}

/// CSeq, if it is a number below 2^31 and a method (RFC 3261 §8.1.1.5).
pub(super) fn read_cseq(headers: &Headers) -> Option<(u32, Method)> {
    let mut words = field::first(headers, &Name::CSEQ)?.split_whitespace();
    let number: u32 = words.next()?.parse().ok()?;
    let method = read_method(words.next()?)?;
    (words.next().is_none() && number < 1 << 31).then_some((number, method))
}

/// The methods that nearly all messages have.
static KNOWN: [(&str, Method); 6] = [
    ("OPTIONS", Method::OPTIONS),
    ("INVITE", Method::INVITE),
    ("ACK", Method::ACK),
    ("BYE", Method::BYE),
    ("REGISTER", Method::REGISTER),
    ("CANCEL", Method::CANCEL),
];

/// A method. Methods are case-sensitive tokens (RFC 3261 §7.1), which [`Method`] alone would read
/// by their beginning and in any case.
pub(super) fn read_method(word: &str) -> Option<Method> {
    let mut known = KNOWN.iter();
    if let Some((_, method)) = known.find(|(text, _)| *text == word) {
        return Some(method.clone());
    }
    if !is_token(word) {
        return None;
    }
    let method = Method::from(word);
    (method.to_string() == word).then_some(method)
}

fn read_sdp(headers: &Headers, body: &[u8]) -> Result<Option<Sdp>, SdpError> {
    if body.is_empty() {
        return Ok(None);
    }
    let encoding = field::first(headers, &Name::CONTENT_ENCODING).unwrap_or("identity");
    if !encoding.trim().eq_ignore_ascii_case("identity") {
        return Err(SdpError::Encoding(encoding.to_owned()));
    }
    let content_type = field::first(headers, &Name::CONTENT_TYPE).unwrap_or_default();
    match part_of_type(content_type, body, SDP_TYPE, 0) {
        Some(sdp) => Sdp::parse(&sdp).map(Some),
        None => {
            let disposition = field::first(headers, &Name::CONTENT_DISPOSITION);
            let handling = disposition.and_then(|value| field::parameter(value, "handling"));
            match handling {
                Some(handling) if handling.eq_ignore_ascii_case("optional") => Ok(None),
                _ => Err(SdpError::ContentType(content_type.to_owned())),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("INVITE", true)]
    #[case("NEWMETHOD", true)]
    #[case("!interesting-Method0123456789_*+`.%indeed'~", true)]
    #[case("invite", false)]
    #[case("INVITED", false)]
    #[case("IN/VITE", false)]
    #[case("", false)]
    fn a_method_is_read_as_a_whole_and_in_its_own_case(#[case] word: &str, #[case] ok: bool) {
        assert_eq!(
            read_method(word).map(|m| m.to_string()),
            ok.then(|| word.to_owned())
        );
    }

    #[rstest]
    #[case("1 INVITE", Some(1))]
    #[case("0009   INVITE", Some(9))]
    #[case("2147483648 INVITE", None)]
    #[case("36893488147419103232 INVITE", None)]
    #[case("-1 INVITE", None)]
    #[case("1", None)]
    #[case("1 INVITE INVITE", None)]
    fn a_sequence_number_is_below_two_to_the_thirty_first(
        #[case] value: &str,
        #[case] number: Option<u32>,
    ) {
        let mut headers = Headers::new();
        headers.insert(Name::CSEQ, value);
        assert_eq!(read_cseq(&headers).map(|(number, _)| number), number);
    }
}
