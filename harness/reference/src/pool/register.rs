//! REGISTER (RFC 3261 section 10.3), and whose registrations this pool takes.

use std::time::Duration;

use node::Now;
use sip::types::header::typed::{Contact, Expires};
use sip::{Name, Request, Response, SipUri, StatusCode, uri_text};

use super::bindings::Source;
use super::core::Core;
use super::turn::Turn;
use crate::mutant::Mutant;
use crate::store::record::OwnerState;

/// What a REGISTER asks for.
enum Asked {
    /// Which bindings there are.
    Nothing,
    /// To forget all of them.
    RemoveAll,
    /// To set these, each for that long.
    Set(Vec<(SipUri, Duration)>),
}

/// What a REGISTER did to whether its user can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    /// The user was not there, and is now.
    Came,
    /// Nothing, or the user has left.
    AsBefore,
}

impl Core {
    /// The answer to a REGISTER.
    pub(super) fn register(&mut self, turn: &mut Turn<'_>, request: &Request) -> Response {
        match self.try_register(turn.now, request) {
            Ok((user, presence)) => {
                if presence == Presence::Came {
                    if self.mutant(Mutant::RegistrationEndsCalls) {
                        self.end_calls_of(turn, &user);
                    }
                    self.hunt_for_all(turn);
                }
                let mut response = Response::to(request, StatusCode::OK);
                for binding in self.bindings.of(&user, turn.now) {
                    let left = binding.expires.since(turn.now).as_secs_f64().ceil();
                    let contact = uri_text(&binding.contact);
                    let value = format!("<{contact}>;expires={left}");
                    response.headers.insert(Name::CONTACT, value);
                }
                response
            }
            Err(code) => Response::to(request, code),
        }
    }

    fn try_register(
        &mut self,
        now: Now,
        request: &Request,
    ) -> Result<(String, Presence), StatusCode> {
        let user = request.to_uri().and_then(|uri| user_of(&uri));
        let user = user.ok_or(StatusCode::BAD_REQUEST)?;
        self.may_register(&user)?;
        let was_there = self.bindings.contact(&user, now).is_some();
        let source = Source {
            call_id: request.call_id().to_owned(),
            cseq: request.cseq().0,
        };
        match asked(request, self.config.timing.register_expires)? {
            Asked::Nothing => {}
            Asked::RemoveAll => self.bindings.remove_all(&user),
            Asked::Set(contacts) => {
                let outdated = |(contact, _): &(SipUri, Duration)| {
                    self.bindings.is_outdated(&user, contact, &source)
                };
                if contacts.iter().any(outdated) {
                    return Err(StatusCode::SERVER_INTERNAL_ERROR);
                }
                for (contact, lasting) in contacts {
                    if lasting.is_zero() {
                        self.bindings.remove(&user, &contact);
                    } else {
                        let source = source.clone();
                        self.bindings
                            .add(&user, contact, source, now, now + lasting);
                    }
                }
            }
        }
        let is_there = self.bindings.contact(&user, now).is_some();
        let presence = match is_there && !was_there {
            true => Presence::Came,
            false => Presence::AsBefore,
        };
        Ok((user, presence))
    }

    /// Its own users register here while it is open; its partner's, once it stands in.
    fn may_register(&self, user: &str) -> Result<(), StatusCode> {
        if self.is_closed() {
            return Err(StatusCode::SERVICE_UNAVAILABLE);
        }
        let user = self.config.user(user).ok_or(StatusCode::NOT_FOUND)?;
        if user.home == *self.here() {
            return match self.record.owner.state {
                OwnerState::Open => Ok(()),
                OwnerState::CallsOnly if self.mutant(Mutant::FailbackTakesRegistrations) => Ok(()),
                OwnerState::CallsOnly | OwnerState::Fenced => Err(StatusCode::SERVICE_UNAVAILABLE),
            };
        }
        match self.takes_partners_users() {
            true => Ok(()),
            false => Err(StatusCode::FORBIDDEN),
        }
    }
}

impl Core {
    /// Whether the partner's users are this pool's for now.
    pub(super) fn takes_partners_users(&self) -> bool {
        self.record.stand_in.state.takes_users() || self.mutant(Mutant::PartnersUsersComeEarly)
    }
}

/// The user part of a URI, if it has one.
pub(super) fn user_of(uri: &SipUri) -> Option<String> {
    use sip::types::uri::SipUriUserPart;
    match &uri.user_part {
        SipUriUserPart::Empty => None,
        SipUriUserPart::User(user) => Some(user.to_string()),
        SipUriUserPart::UserPw(pair) => Some(pair.user.to_string()),
    }
}

fn asked(request: &Request, longest: Duration) -> Result<Asked, StatusCode> {
    let expires = request.headers.decoded::<Expires>(&Name::EXPIRES);
    let expires = expires
        .transpose()
        .map_err(|_| StatusCode::BAD_REQUEST)?
        .map(|Expires(seconds)| seconds);
    let Some(first) = request.header(&Name::CONTACT) else {
        return Ok(Asked::Nothing);
    };
    if first.trim() == "*" {
        return match expires {
            Some(0) => Ok(Asked::RemoveAll),
            _ => Err(StatusCode::BAD_REQUEST),
        };
    }
    let contacts = request.headers.decoded::<Vec<Contact>>(&Name::CONTACT);
    let contacts = contacts.transpose().map_err(|_| StatusCode::BAD_REQUEST)?;
    contacts
        .into_iter()
        .flatten()
        .map(|contact| {
            let own = contact.params.get_val("expires").map(|text| text.parse());
            let seconds = match own {
                Some(seconds) => seconds.map_err(|_| StatusCode::BAD_REQUEST)?,
                None => expires.unwrap_or(u32::MAX),
            };
            let lasting = Duration::from_secs(seconds.into()).min(longest);
            Ok((contact.uri.uri, lasting))
        })
        .collect::<Result<_, _>>()
        .map(Asked::Set)
}
