//! REGISTER (RFC 3261 section 10.3), and whose registrations this pool takes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use node::Now;
use sip::digest::{Algorithm, Challenge, Credentials};
use sip::{Name, Request, Response, SipUri, StatusCode, uri_text, user_of};

use super::asked::Asked;
use super::bindings::{Bindings, Source};
use crate::config::PoolConfig;
use crate::mutant::Mutant;
use crate::pool::refusals;
use crate::pool::serving::Serving;
use crate::pool::storage::Storage;
use crate::store::record::{OwnerState, StandInState};
use crate::variant::Variant;

/// The registrar of a pool.
#[derive(Debug)]
pub(in crate::pool) struct Registrar {
    config: Arc<PoolConfig>,
    bindings: Bindings,
    /// The contact that each user has withdrawn last, if a mutant holds that against the user.
    left: BTreeMap<String, SipUri>,
    /// Since when each user has asked, where a variant makes them known late.
    asking: BTreeMap<String, Now>,
    /// The last challenge of each user.
    challenges: BTreeMap<String, Challenge>,
}

/// The shortest registration that a pool takes which wants long ones.
const SHORTEST: Duration = Duration::from_secs(20);

/// How long after it first asks a user is known, to a pool that takes its time for that.
const LATE: Duration = Duration::from_secs(27);

/// What a REGISTER did to whether its user can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    /// The user was not there, and is now.
    Arrived,
    /// The user was there, and is no more.
    Left,
    /// Nothing.
    AsBefore,
}

/// What has become of a REGISTER.
pub(in crate::pool) struct Registration {
    pub(in crate::pool) response: Response,
    /// The user who could not be reached before, and can be now.
    pub(in crate::pool) arrived: Option<String>,
    /// The user who could be reached before, and cannot be now.
    pub(in crate::pool) left: Option<String>,
}

impl Registrar {
    pub(in crate::pool) fn new(config: Arc<PoolConfig>) -> Self {
        Registrar {
            config,
            bindings: Bindings::default(),
            left: BTreeMap::new(),
            asking: BTreeMap::new(),
            challenges: BTreeMap::new(),
        }
    }

    /// The contact at which `user` is called.
    pub(in crate::pool) fn contact(&self, user: &str, now: Now) -> Option<&SipUri> {
        self.bindings.contact(user, self.clock(user, now))
    }

    /// All contacts of `user`.
    pub(in crate::pool) fn contacts(&self, user: &str, now: Now) -> impl Iterator<Item = &SipUri> {
        let bindings = self.bindings.of(user, self.clock(user, now));
        bindings.map(|binding| &binding.contact)
    }

    /// By which clock the registrations of `user` expire, which mutants have wrong.
    fn clock(&self, user: &str, now: Now) -> Now {
        match self.config.mutant {
            Some(Mutant::RegistrationsNeverExpire) => Now::ZERO,
            Some(Mutant::PartnersRegistrationsNeverExpire) if !is_at_home(&self.config, user) => {
                Now::ZERO
            }
            Some(Mutant::RegistrationsExpireEarly) => now + Duration::from_secs(5),
            _ => now,
        }
    }

    /// Whether `user` has a binding here.
    pub(in crate::pool) fn is_registered(&self, user: &str, now: Now) -> bool {
        self.contact(user, now).is_some()
    }

    /// Removes all bindings: the users are to register anew, here or with the partner.
    pub(in crate::pool) fn clear(&mut self) {
        self.bindings.clear();
        self.asking.clear();
    }

    /// Removes the bindings of the partner's users: they are to register with the partner again.
    pub(in crate::pool) fn forget_partners_users(&mut self) {
        let config = &self.config;
        if config.has(Mutant::UsersStayWithPartner) {
            return;
        }
        self.bindings.retain(|user| is_at_home(config, user));
        self.asking.retain(|user, _| is_at_home(config, user));
    }

    /// Frees the memory of what has expired.
    pub(in crate::pool) fn expire(&mut self, now: Now) {
        let keeps = [
            Mutant::RegistrationsNeverExpire,
            Mutant::PartnersRegistrationsNeverExpire,
        ];
        if !keeps.into_iter().any(|mutant| self.config.has(mutant)) {
            self.bindings.expire(now);
        }
    }
}

/// Whether `user` is homed in this pool.
fn is_at_home(config: &PoolConfig, user: &str) -> bool {
    let user = config.user(user);
    user.is_some_and(|user| user.home == config.name)
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
                arrived: (presence == Presence::Arrived).then(|| user.clone()),
                left: (presence == Presence::Left).then_some(user),
            },
            Err(refusal) => Registration {
                response: *refusal,
                arrived: None,
                left: None,
            },
        }
    }

    /// 200 with the bindings that there are now (section 10.3 step 8).
    fn listing(&self, now: Now, request: &Request, user: &str) -> Response {
        let mut response = Response::to(request, StatusCode::OK);
        for binding in self.bindings.of(user, now) {
            let left = binding.granted.since(now).as_secs_f64().ceil();
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
    ) -> Result<(String, Presence), Box<Response>> {
        let refuse = |code| Box::new(Response::to(request, code));
        let address = request.to_uri();
        let address = address.ok_or_else(|| refuse(StatusCode::BAD_REQUEST))?;
        let user = user_of(&address);
        if user.is_empty() {
            return Err(refuse(StatusCode::BAD_REQUEST));
        }
        if ![&request.uri, &address]
            .into_iter()
            .all(|uri| self.config.is_responsible_for(uri))
        {
            return Err(refuse(StatusCode::NOT_FOUND));
        }
        let may = self.may_register(user, serving, storage);
        may.map_err(|code| self.refusal(request, user, code))?;
        self.authenticate(now, request, user)?;
        let was_there = self.is_registered(user, now);
        if self.comes_too_early(user, now) {
            return Err(refuse(StatusCode::SERVICE_UNAVAILABLE));
        }
        let asked = Asked::of(request, self.config.timing.register_expires).map_err(refuse)?;
        if self.config.varies(Variant::WantsLongRegistrations) && asked.is_shorter_than(SHORTEST) {
            let mut refusal = refuse(StatusCode::INTERVAL_TOO_BRIEF);
            let seconds = SHORTEST.as_secs().to_string();
            refusal.headers.insert(Name::MIN_EXPIRES, seconds);
            return Err(refusal);
        }
        let done = self.carry_out(now, request, (user, asked), serving);
        done.map_err(refuse)?;
        let presence = match (was_there, self.is_registered(user, now)) {
            (false, true) => Presence::Arrived,
            (true, false) => Presence::Left,
            _ => Presence::AsBefore,
        };
        Ok((user.to_owned(), presence))
    }

    /// Whether this user is not known yet, to a pool that takes its time for that.
    fn comes_too_early(&mut self, user: &str, now: Now) -> bool {
        self.config.varies(Variant::RegistersLate) && {
            let since = self.asking.entry(user.to_owned()).or_insert(now);
            now.since(*since) < LATE
        }
    }

    fn carry_out(
        &mut self,
        now: Now,
        request: &Request,
        (user, asked): (&str, Asked),
        serving: &Serving,
    ) -> Result<(), StatusCode> {
        let is_kept = self.keeps_withdrawn(serving);
        let contacts = match asked {
            Asked::Nothing => return Ok(()),
            Asked::RemoveAll if self.config.has(Mutant::WithdrawalsRefused) => {
                return Err(StatusCode::FORBIDDEN);
            }
            Asked::RemoveAll if is_kept || self.ignores_withdrawals_of_all(serving) => {
                return Ok(());
            }
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
        let most = match self.config.varies(Variant::TakesOneTelephone) {
            true => 1,
            false => self.config.limits.contacts,
        };
        if self.bindings.would_have(user, &contacts, now) > most {
            return Err(StatusCode::FORBIDDEN);
        }
        if contacts.iter().any(|(_, lasting)| !lasting.is_zero()) {
            self.expect_welcome(serving, user, now)?;
        }
        for (contact, lasting) in contacts {
            if lasting.is_zero() {
                if self.config.has(Mutant::WithdrawalsRefused) {
                    return Err(StatusCode::FORBIDDEN);
                }
                if !is_kept {
                    self.bindings.remove(user, &contact);
                }
                if self.config.has(Mutant::WithdrawalsRemoveAll) {
                    self.bindings.remove_all(user);
                }
                if self.config.has(Mutant::MovedAgentsLost) {
                    self.bindings.remove_all(user);
                    self.left.insert(user.to_owned(), contact);
                }
            } else if !self.is_lost(user, &contact, now) {
                if self.config.varies(Variant::RegistrationsReplaceOthers) {
                    self.bindings.remove_all(user);
                }
                let source = source.clone();
                let until = now + lasting;
                self.bindings.add(user, contact.clone(), source, now, until);
                if self.cuts_short(user, serving) {
                    let early = until - lasting.min(Duration::from_secs(5));
                    self.bindings.cut_short(user, &contact, early);
                }
            }
        }
        Ok(())
    }

    /// That a user of this pool is taken who comes back although the partner has died, as it is but for a mutant.
    fn expect_welcome(&self, serving: &Serving, user: &str, now: Now) -> Result<(), StatusCode> {
        let is_alone = serving.has_partner_died() && !serving.is_partner_alive();
        let returns = is_at_home(&self.config, user) && !self.is_registered(user, now);
        match is_alone && returns && self.config.has(Mutant::ReturningUsersRefusedAlone) {
            true => Err(StatusCode::SERVICE_UNAVAILABLE),
            false => Ok(()),
        }
    }

    /// Whether a registration is kept that is withdrawn, as only mutants do.
    fn keeps_withdrawn(&self, serving: &Serving) -> bool {
        let stands_in = serving.record().stand_in.state == StandInState::StandingIn;
        match self.config.mutant {
            Some(Mutant::WithdrawalsIgnored | Mutant::MovedAgentsCalledAtOldTelephone) => true,
            Some(Mutant::StandInIgnoresWithdrawals) => stands_in,
            Some(Mutant::RestoredOwnerIgnoresWithdrawals) => serving.was_superseded(),
            _ => false,
        }
    }

    /// Whether a withdrawal of all registrations of a user is ignored, as only mutants do.
    fn ignores_withdrawals_of_all(&self, serving: &Serving) -> bool {
        match self.config.mutant {
            Some(Mutant::WithdrawalsOfAllIgnored) => true,
            Some(Mutant::StandInIgnoresWithdrawalsOfAll) => {
                serving.record().stand_in.state == StandInState::StandingIn
            }
            _ => false,
        }
    }

    /// Whether a registration expires before the time that is granted, as only mutants have it.
    fn cuts_short(&self, user: &str, serving: &Serving) -> bool {
        let stands_in = serving.record().stand_in.state == StandInState::StandingIn;
        match self.config.mutant {
            Some(Mutant::StandInLetsExpireEarly) => stands_in && !is_at_home(&self.config, user),
            Some(Mutant::RestoredOwnerLetsExpireEarly) => serving.was_superseded(),
            _ => false,
        }
    }

    /// Whether a registration with this telephone is left out, as only mutants do: with another than the user
    /// is registered with, or has left.
    fn is_lost(&self, user: &str, contact: &SipUri, now: Now) -> bool {
        let known = match self.config.mutant {
            Some(Mutant::MovedAgentsCalledAtOldTelephone) => self.contact(user, now),
            Some(Mutant::MovedAgentsLost) => self.left.get(user),
            _ => None,
        };
        known.is_some_and(|known| uri_text(known) != uri_text(contact))
    }

    /// How a registration is refused whose time here has not come.
    fn refusal(&self, request: &Request, user: &str, code: StatusCode) -> Box<Response> {
        let redirects = code == StatusCode::SERVICE_UNAVAILABLE
            && self.config.varies(Variant::FencedRedirectsRegistrations);
        Box::new(match redirects {
            true => refusals::to_partner(&self.config, request, user),
            false => Response::to(request, code),
        })
    }

    /// That the user answers a challenge, if the pool makes any (RFC 3261 section 22.2).
    fn authenticate(
        &mut self,
        now: Now,
        request: &Request,
        user: &str,
    ) -> Result<(), Box<Response>> {
        let algorithm = match self.config.variant {
            Some(Variant::ChallengesWithMd5) => Algorithm::Md5,
            Some(Variant::ChallengesWithSha256) => Algorithm::Sha256,
            _ => return Ok(()),
        };
        let by = Credentials {
            user: user.to_owned(),
            password: self.config.password.0.clone(),
        };
        let answer = request.header(&Name::AUTHORIZATION);
        if let (Some(answer), Some(challenge)) = (answer, self.challenges.get(user))
            && challenge.is_answered(answer, &by, &request.method.to_string())
        {
            return Ok(());
        }
        let challenge = Challenge {
            realm: self.config.name.0.clone(),
            nonce: format!("{:016x}", now.as_micros()),
            opaque: Some(user.to_owned()),
            algorithm,
            offers_auth: true,
            stale: false,
        };
        let mut refusal = Box::new(Response::to(request, StatusCode::UNAUTHORIZED));
        let value = challenge.to_text();
        refusal.headers.insert(Name::WWW_AUTHENTICATE, value);
        self.challenges.insert(user.to_owned(), challenge);
        Err(refusal)
    }

    /// Whether a user of the partner's is left out, as only a mutant does: every second one.
    fn leaves_out(&self, name: &str) -> bool {
        if !self.config.has(Mutant::StandInRegistersHalf) {
            return false;
        }
        let partners = self
            .config
            .users
            .iter()
            .filter(|user| user.home != self.config.name);
        let place = partners
            .map(|user| user.name.as_str())
            .position(|user| user == name);
        place.is_some_and(|place| !place.is_multiple_of(2))
    }

    /// Its own users register here while it is open; its partner's, once it stands in.
    fn may_register(
        &self,
        user: &str,
        serving: &Serving,
        storage: &Storage,
    ) -> Result<(), StatusCode> {
        let takes_fenced =
            storage.is_loaded() && self.config.has(Mutant::FencedPoolTakesRegistrations);
        if serving.is_closed(storage) && !takes_fenced {
            return Err(StatusCode::SERVICE_UNAVAILABLE);
        }
        let user = self.config.user(user).ok_or(StatusCode::NOT_FOUND)?;
        if self.leaves_out(&user.name) {
            return Err(StatusCode::SERVICE_UNAVAILABLE);
        }
        if user.home == self.config.name {
            if serving.was_superseded() && self.config.has(Mutant::UsersStayWithPartner) {
                return Err(StatusCode::SERVICE_UNAVAILABLE);
            }
            return match serving.record().owner.state {
                OwnerState::Open => Ok(()),
                OwnerState::CallsOnly if self.config.has(Mutant::FailbackTakesRegistrations) => {
                    Ok(())
                }
                OwnerState::Fenced if self.config.has(Mutant::FencedPoolTakesRegistrations) => {
                    Ok(())
                }
                OwnerState::CallsOnly | OwnerState::Fenced => Err(StatusCode::SERVICE_UNAVAILABLE),
            };
        }
        match serving.takes_partners_users() {
            true => Ok(()),
            false => Err(refusals::of_partners_user(&self.config)),
        }
    }
}
