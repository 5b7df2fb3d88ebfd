//! Who an INVITE says that it comes from.

use sip::types::uri::SipUriUserPart;
use sip::{Name, NameAddr, Request, SipUri};

/// Whom `request` shows as its sender: the user part of From.
pub(crate) fn shown_as(request: &Request) -> String {
    request.from_uri().map(|uri| user(&uri)).unwrap_or_default()
}

/// Whose identity `request` asserts: the user part of P-Asserted-Identity (RFC 3325 section 9.1).
pub(crate) fn asserted(request: &Request) -> Option<String> {
    let asserted = request
        .headers
        .get_raw(&Name::from("P-Asserted-Identity"))
        .next()?;
    let address = asserted.parse::<NameAddr>().ok()?;
    Some(user(&address.uri))
}

fn user(uri: &SipUri) -> String {
    match &uri.user_part {
        SipUriUserPart::Empty => String::new(),
        SipUriUserPart::User(user) => user.to_string(),
        SipUriUserPart::UserPw(user) => user.user.to_string(),
    }
}
