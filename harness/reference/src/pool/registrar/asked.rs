//! What a REGISTER asks for.

use std::time::Duration;

use sip::types::header::typed::Expires;
use sip::{Name, Request, SipUri, StatusCode};

/// What a REGISTER asks for.
pub(super) enum Asked {
    /// Which bindings there are.
    Nothing,
    /// To forget all of them.
    RemoveAll,
    /// To set these, each for that long.
    Set(Vec<(SipUri, Duration)>),
}

impl Asked {
    /// Whether a binding is asked for, not removed, that would last less than this.
    pub(super) fn is_shorter_than(&self, shortest: Duration) -> bool {
        let Asked::Set(contacts) = self else {
            return false;
        };
        let mut lasting = contacts.iter().map(|(_, lasting)| *lasting);
        lasting.any(|lasting| !lasting.is_zero() && lasting < shortest)
    }

    /// What a REGISTER asks for, or why it is malformed. No binding lasts longer than `longest`.
    pub(super) fn of(request: &Request, longest: Duration) -> Result<Asked, StatusCode> {
        let expires = request.headers.decoded::<Expires>(&Name::EXPIRES);
        let expires = expires
            .transpose()
            .map_err(|_| StatusCode::BAD_REQUEST)?
            .map(|Expires(seconds)| seconds);
        let Some(first) = request.header(&Name::CONTACT) else {
            return Ok(Asked::Nothing);
        };
        let count = request.headers.get_raw(&Name::CONTACT).count();
        if first.trim() == "*" {
            return match (expires, count) {
                (Some(0), 1) => Ok(Asked::RemoveAll),
                _ => Err(StatusCode::BAD_REQUEST),
            };
        }
        let contacts = request.headers.addresses(&Name::CONTACT);
        contacts
            .map(|contact| {
                let uri = contact.uri().ok_or(StatusCode::BAD_REQUEST)?;
                let own = contact.parameter("expires").map(str::parse);
                let seconds = match own {
                    Some(seconds) => seconds.map_err(|_| StatusCode::BAD_REQUEST)?,
                    None => expires.unwrap_or(u32::MAX),
                };
                let lasting = Duration::from_secs(seconds.into()).min(longest);
                Ok((uri, lasting))
            })
            .collect::<Result<_, _>>()
            .map(Asked::Set)
    }
}
