//! A SIP response.

use std::net::SocketAddr;

use bytes::Bytes;

use crate::types::CodeKind;
use crate::types::header::typed::Expires;
use crate::{Headers, Method, Name, StatusCode};

use super::{Request, request::print};

/// A SIP response. Header values are as they came, one entry for each element of a list.
#[derive(Clone, Debug)]
pub struct Response {
    /// What became of the request.
    pub code: StatusCode,
    /// The reason phrase, if it is not the code's usual one.
    pub reason: Option<String>,
    /// The headers, without Content-Length, which is the body's.
    pub headers: Headers,
    /// The body.
    pub body: Bytes,
}

/// After how many seconds an overloaded server may be asked again.
const RETRY_AFTER: u32 = 5;

/// What a response has of its request (RFC 3261 §8.2.6.2).
static COPIED: [Name; 5] = [Name::VIA, Name::FROM, Name::TO, Name::CALL_ID, Name::CSEQ];

impl Response {
    /// The response to `request`, with the headers that RFC 3261 §8.2.6.2 has copied, and for the
    /// responses that make a dialog also Record-Route (§12.1.1).
    ///
    /// A tag in To is added when it is sent, unless there is one.
    pub fn to(request: &Request, code: StatusCode) -> Self {
        let route = request.method == Method::INVITE && makes_dialog(code);
        let copied = COPIED.iter().chain(route.then_some(&Name::RECORD_ROUTE));
        Response {
            code,
            reason: None,
            headers: copy(&request.headers, copied),
            body: Bytes::new(),
        }
    }

    /// That whoever asks is to try again a little later, for there is too much to do: 503 with
    /// Retry-After (RFC 3261 §21.5.4). Without it, clients would take the server for dead.
    pub fn overloaded(request: &Request) -> Self {
        let mut response = Response::to(request, StatusCode::SERVICE_UNAVAILABLE);
        response
            .headers
            .insert(Name::RETRY_AFTER, RETRY_AFTER.to_string());
        response
    }

    /// For how many seconds a registrar keeps the binding of this contact, if it says so: of the contact, or else of all
    /// (RFC 3261 section 10.2.4).
    pub fn granted(&self, contact: SocketAddr) -> Option<u32> {
        let mut contacts = self.headers.addresses(&Name::CONTACT);
        let own = contacts.find(|listed| listed.is_at(contact));
        let of_contact = own.and_then(|own| own.parameter("expires")?.parse().ok());
        of_contact.or_else(|| {
            let expires = self.headers.decoded::<Expires>(&Name::EXPIRES);
            expires.and_then(Result::ok).map(|Expires(seconds)| seconds)
        })
    }

    /// Whether more responses follow: a code below 200.
    pub fn is_provisional(&self) -> bool {
        is_provisional(self.code)
    }

    /// Whether the request was carried out: a code from 200 to 299.
    pub fn is_success(&self) -> bool {
        is_success(self.code)
    }

    /// The response as it goes on the wire.
    pub fn to_bytes(&self) -> Bytes {
        let usual = self.code.text().unwrap_or_default();
        let reason = self.reason.as_deref().unwrap_or(usual);
        let start = format!("SIP/2.0 {} {reason}", self.code.into_u16());
        print(&start, &self.headers, &self.body)
    }
}

/// Whether `code` is below 200.
pub(crate) fn is_provisional(code: StatusCode) -> bool {
    code.kind() == CodeKind::Provisional
}

/// Whether `code` is from 200 to 299.
pub(crate) fn is_success(code: StatusCode) -> bool {
    code.kind() == CodeKind::Success
}

fn makes_dialog(code: StatusCode) -> bool {
    is_success(code) || (is_provisional(code) && code != StatusCode::TRYING)
}

pub(crate) fn copy<'a>(from: &Headers, names: impl IntoIterator<Item = &'a Name>) -> Headers {
    let names = names.into_iter();
    let mut headers = Headers::with_capacity(names.size_hint().0);
    for name in names {
        for value in from.get_raw(name) {
            headers.insert(name.clone(), value.clone());
        }
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_copies_what_identifies_the_request() {
        let mut invite = Request::new(Method::INVITE, "sip:b@198.18.0.2".parse().unwrap());
        for (name, value) in [
            (Name::VIA, "SIP/2.0/UDP 198.18.0.3;branch=z9hG4bKb"),
            (Name::VIA, "SIP/2.0/UDP 198.18.0.1;branch=z9hG4bKa"),
            (Name::RECORD_ROUTE, "<sip:198.18.0.3;lr>"),
            (Name::FROM, "<sip:a@198.18.0.1>;tag=1"),
            (Name::TO, "<sip:b@198.18.0.2>"),
            (Name::CALL_ID, "c"),
            (Name::CSEQ, "1 INVITE"),
            (Name::SUBJECT, "not copied"),
        ] {
            invite.headers.insert(name, value);
        }
        let ringing = Response::to(&invite, StatusCode::RINGING);
        assert_eq!(ringing.headers.get_raw(&Name::VIA).count(), 2);
        assert_eq!(
            ringing.header(&Name::RECORD_ROUTE),
            Some("<sip:198.18.0.3;lr>")
        );
        assert_eq!(ringing.header(&Name::SUBJECT), None);
        assert_eq!(ringing.cseq(), (1, Method::INVITE));

        let busy = Response::to(&invite, StatusCode::BUSY_HERE);
        assert_eq!(busy.header(&Name::RECORD_ROUTE), None);
        assert!(busy.to_bytes().starts_with(b"SIP/2.0 486 Busy Here\r\n"));
    }
}
