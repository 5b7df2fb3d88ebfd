//! With which response a pool refuses what it does not serve now. The document leaves that open.

use sip::{Name, Request, Response, StatusCode, uri, uri_text, user_of};

use crate::config::PoolConfig;
use crate::variant::Variant;

/// How a pool that is closed refuses a call.
pub(super) fn of_call(config: &PoolConfig, invite: &Request) -> Response {
    match config.variant {
        Some(Variant::FencedRedirects) => to_partner(config, invite, user_of(&invite.uri)),
        Some(Variant::FencedForbids) => Response::to(invite, StatusCode::FORBIDDEN),
        Some(Variant::FencedIsBusy) => Response::to(invite, StatusCode::BUSY_HERE),
        Some(Variant::FencedSaysWhen) => {
            let mut response = Response::to(invite, StatusCode::SERVICE_UNAVAILABLE);
            response.headers.insert(Name::RETRY_AFTER, "30");
            response
        }
        _ => Response::to(invite, StatusCode::SERVICE_UNAVAILABLE),
    }
}

/// How a pool refuses a call to a number that nobody serves now.
pub(super) fn of_unserved(config: &PoolConfig) -> StatusCode {
    match config.variant {
        Some(Variant::UnservedNotFound) => StatusCode::NOT_FOUND,
        Some(Variant::UnservedForbidden) => StatusCode::FORBIDDEN,
        Some(Variant::UnservedMeetsError) => StatusCode::SERVER_INTERNAL_ERROR,
        _ => StatusCode::TEMPORARILY_UNAVAILABLE,
    }
}

/// How a pool refuses the registration of a user whose time here has not come.
pub(super) fn of_partners_user(config: &PoolConfig) -> StatusCode {
    match config.variant {
        Some(Variant::PartnersUsersNotFound) => StatusCode::NOT_FOUND,
        Some(Variant::PartnersUsersUnavailable) => StatusCode::TEMPORARILY_UNAVAILABLE,
        _ => StatusCode::FORBIDDEN,
    }
}

/// A redirection of `user` to the partner (RFC 3261 section 21.3.3).
pub(super) fn to_partner(config: &PoolConfig, request: &Request, user: &str) -> Response {
    let mut response = Response::to(request, StatusCode::MOVED_TEMPORARILY);
    if let Some(partner) = &config.partner {
        let contact = format!("<{}>", uri_text(&uri(user, partner.sip)));
        response.headers.insert(Name::CONTACT, contact);
    }
    response
}
