//! REGISTER (RFC 3261 section 10.3), and whose registrations this pool takes.

use std::sync::Arc;
use std::time::Duration;

use node::Now;
use sip::{Name, Request, Response, SipUri, StatusCode, uri_text, user_of};

use super::asked::Asked;
use super::bindings::{Bindings, Source};
use crate::config::PoolConfig;
use crate::mutant::Mutant;
use crate::pool::serving::Serving;
use crate::pool::storage::Storage;
use crate::store::record::OwnerState;

/// The registrar of a pool.
#[derive(Debug)]
pub(in crate::pool) struct Registrar {
    config: Arc<PoolConfig>,
    bindings: Bindings,
}

/// What a REGISTER did to whether its user can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    /// The user was not there, and is now.
    Arrived,
    /// Nothing, or the user has left.
    AsBefore,
}

/// What has become of a REGISTER.
pub(in crate::pool) struct Registration {
    pub(in crate::pool) response: Response,
    /// The user who could not be reached before, and can be now.
    pub(in crate::pool) arrived: Option<String>,
}

impl Registrar {
    pub(in crate::pool) fn new(config: Arc<PoolConfig>) -> Self {
        Registrar {
            config,
            bindings: Bindings::default(),
        }
    }

    /// The contact at which `user` is called.
    pub(in crate::pool) fn contact(&self, user: &str, now: Now) -> Option<&SipUri> {
        self.bindings.contact(user, now)
    }

    /// Whether `user` has a binding here.
    pub(in crate::pool) fn is_registered(&self, user: &str, now: Now) -> bool {
        self.contact(user, now).is_some()
    }

    /// Removes all bindings: the users are to register anew, here or with the partner.
    pub(in crate::pool) fn clear(&mut self) {
        self.bindings.clear();
    }

    /// Removes the bindings of the partner's users: they are to register with the partner again.
    pub(in crate::pool) fn forget_partners_users(&mut self) {
        let config = &self.config;
        if config.has(Mutant::UsersStayWithPartner) {
            return;
        }
        self.bindings.retain(|user| {
            config
                .user(user)
                .is_some_and(|user| user.home == config.name)
        });
    }

    /// Frees the memory of what has expired.
    pub(in crate::pool) fn expire(&mut self, now: Now) {
        self.bindings.expire(now);
    }
}

impl Registrar {
    /// Carries out a REGISTER.
    pub(in crate::pool) fn register(
        &mut self,
        now: Now,
        request: &Request,
        serving: &Serving,
        storage: &Storage,
    ) -> Registration {
        match self.try_register(now, request, serving, storage) {
            Ok((user, presence)) => Registration {
                response: self.listing(now, request, &user),
                arrived: (presence == Presence::Arrived).then_some(user),
            },
            Err(code) => Registration {
                response: Response::to(request, code),
                arrived: None,
            },
        }
    }

    /// 200 with the bindings that there are now (section 10.3 step 8).
    fn listing(&self, now: Now, request: &Request, user: &str) -> Response {
        let mut response = Response::to(request, StatusCode::OK);
        for binding in self.bindings.of(user, now) {
            let left = binding.expires.since(now).as_secs_f64().ceil();
            let contact = uri_text(&binding.contact);
            let value = format!("<{contact}>;expires={left}");
            response.headers.insert(Name::CONTACT, value);
        }
        response
    }

    fn try_register(
        &mut self,
        now: Now,
        request: &Request,
        serving: &Serving,
        storage: &Storage,
    ) -> Result<(String, Presence), StatusCode> {
        let address = request.to_uri().ok_or(StatusCode::BAD_REQUEST)?;
        let user = user_of(&address);
        if user.is_empty() {
            return Err(StatusCode::BAD_REQUEST);
        }
        self.may_register(user, serving, storage)?;
        let was_there = self.is_registered(user, now);
        let asked = Asked::of(request, self.config.timing.register_expires)?;
        self.carry_out(now, request, user, asked)?;
        let presence = match self.is_registered(user, now) && !was_there {
            true => Presence::Arrived,
            false => Presence::AsBefore,
        };
        Ok((user.to_owned(), presence))
    }

    fn carry_out(
        &mut self,
        now: Now,
        request: &Request,
        user: &str,
        asked: Asked,
    ) -> Result<(), StatusCode> {
        let contacts = match asked {
            Asked::Nothing => return Ok(()),
            Asked::RemoveAll => {
                self.bindings.remove_all(user);
                return Ok(());
            }
            Asked::Set(contacts) => contacts,
        };
        let source = Source {
            call_id: request.call_id().to_owned(),
            cseq: request.cseq().0,
        };
        let outdated =
            |(contact, _): &(SipUri, Duration)| self.bindings.is_outdated(user, contact, &source);
        if contacts.iter().any(outdated) {
            return Err(StatusCode::SERVER_INTERNAL_ERROR);
        }
        for (contact, lasting) in contacts {
            if lasting.is_zero() {
                self.bindings.remove(user, &contact);
            } else {
                let source = source.clone();
                self.bindings.add(user, contact, source, now, now + lasting);
            }
        }
        Ok(())
    }

    /// Its own users register here while it is open; its partner's, once it stands in.
    fn may_register(
        &self,
        user: &str,
        serving: &Serving,
        storage: &Storage,
    ) -> Result<(), StatusCode> {
        if serving.is_closed(storage) {
            return Err(StatusCode::SERVICE_UNAVAILABLE);
        }
        let user = self.config.user(user).ok_or(StatusCode::NOT_FOUND)?;
        if user.home == self.config.name {
            if serving.was_superseded() && self.config.has(Mutant::UsersStayWithPartner) {
                return Err(StatusCode::SERVICE_UNAVAILABLE);
            }
            return match serving.record().owner.state {
                OwnerState::Open => Ok(()),
                OwnerState::CallsOnly if self.config.has(Mutant::FailbackTakesRegistrations) => {
                    Ok(())
                }
                OwnerState::CallsOnly | OwnerState::Fenced => Err(StatusCode::SERVICE_UNAVAILABLE),
            };
        }
        match serving.takes_partners_users() {
            true => Ok(()),
            false => Err(StatusCode::FORBIDDEN),
        }
    }
}
