//! What a user agent understands beyond sessions.

use crate::message::field;
use crate::{Method, Name, Request, Response, StatusCode};

/// What a user agent understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Abilities {
    /// Sessions, and nothing that extends them.
    Sessions,
    /// What telephones understand: reliable provisional responses (RFC 3262), UPDATE (RFC 3311),
    /// session timers (RFC 4028), being transferred (RFC 3515, RFC 3891), and to be told something
    /// within a call.
    Telephone,
}

/// The methods that there are: whatever is none of them is not implemented, rather than not allowed (RFC
/// 3261 §21.4.6, §21.5.2).
const KNOWN: [Method; 14] = [
    Method::ACK,
    Method::BYE,
    Method::CANCEL,
    Method::INFO,
    Method::INVITE,
    Method::MESSAGE,
    Method::NOTIFY,
    Method::OPTIONS,
    Method::PRACK,
    Method::PUBLISH,
    Method::REFER,
    Method::REGISTER,
    Method::SUBSCRIBE,
    Method::UPDATE,
];

impl Abilities {
    /// The methods that are understood, for Allow.
    pub(super) const fn allow(self) -> &'static str {
        match self {
            Abilities::Sessions => "INVITE, ACK, CANCEL, BYE, OPTIONS",
            Abilities::Telephone => {
                "INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, MESSAGE, NOTIFY, REFER"
            }
        }
    }

    /// The extensions that are understood, for Supported.
    pub(super) const fn supported(self) -> Option<&'static str> {
        match self {
            Abilities::Sessions => None,
            Abilities::Telephone => Some("100rel, timer, replaces, norefersub"),
        }
    }

    fn understands(self, option: &str) -> bool {
        let supported = self.supported().unwrap_or_default();
        supported
            .split(", ")
            .any(|known| known.eq_ignore_ascii_case(option))
    }

    /// The refusal of a request that demands what is not understood (§8.2.2.3).
    pub(super) fn objection(self, request: &Request) -> Option<Response> {
        unsupported(request, &Name::REQUIRE, |option| self.understands(option))
    }
}

/// What a request of a method gets that nobody deals with.
pub fn refusal_of(method: &Method) -> StatusCode {
    match KNOWN.contains(method) {
        true => StatusCode::METHOD_NOT_ALLOWED,
        false => StatusCode::NOT_IMPLMENTED,
    }
}

/// The refusal of a request whose header of this name, Require or Proxy-Require, demands what is not
/// understood: 420, which names that (§21.4.15).
pub(crate) fn unsupported(
    request: &Request,
    name: &Name,
    understands: impl Fn(&str) -> bool,
) -> Option<Response> {
    let unknown: Vec<&str> = options(request, name)
        .filter(|option| !understands(option))
        .collect();
    if unknown.is_empty() {
        return None;
    }
    let mut refusal = Response::to(request, StatusCode::BAD_EXTENSION);
    field::replace(&mut refusal.headers, &Name::UNSUPPORTED, unknown);
    Some(refusal)
}

/// The option tags in a header that lists them.
pub(super) fn options<'a>(request: &'a Request, name: &Name) -> impl Iterator<Item = &'a str> {
    let values = request.headers.get_raw(name);
    values.flat_map(|value| field::split(value, b','))
}

/// Whether a request lists an option in Supported or Require.
pub(super) fn lists(request: &Request, option: &str) -> bool {
    let supported = options(request, &Name::SUPPORTED);
    supported
        .chain(options(request, &Name::REQUIRE))
        .any(|listed| listed.eq_ignore_ascii_case(option))
}
