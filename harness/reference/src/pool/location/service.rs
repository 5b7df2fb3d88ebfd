//! Where a number is served, and where a user is reached.

use std::net::SocketAddr;

use node::Now;
use sip::{SipUri, address_of, uri, user_of};

use super::hop::{Hop, Through};
use crate::config::{PoolConfig, User};
use crate::mutant::Mutant;
use crate::pool::registrar::Registrar;
use crate::pool::serving::Serving;
use crate::pool::storage::Storage;
use crate::store::object::{Kind, Object, ObjectKey, PoolName};
use crate::store::record::{Epoch, OwnerState, ServingRecord, StandInState};
use crate::variant::Variant;

/// Where a call to a number goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Destination {
    /// This pool, by this workflow.
    Here(ObjectKey),
    /// The partner, to which the call is passed on.
    Partner(Hop),
    /// It is a response group's number, and nobody serves it now.
    Nobody,
    /// It is no response group's number.
    NoGroup,
}

/// Where a user is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::pool) enum Reach {
    /// There.
    At(Hop),
    /// Nowhere at present.
    Unreachable,
    /// There is no such user.
    Unknown,
}

/// What the location service looks at.
#[derive(Clone, Copy)]
pub(in crate::pool) struct Location<'a> {
    pub(super) config: &'a PoolConfig,
    pub(super) storage: &'a Storage,
    pub(super) serving: &'a Serving,
    pub(super) registrar: &'a Registrar,
}

impl<'a> Location<'a> {
    pub(in crate::pool) fn new(
        config: &'a PoolConfig,
        storage: &'a Storage,
        serving: &'a Serving,
        registrar: &'a Registrar,
    ) -> Self {
        Location {
            config,
            storage,
            serving,
            registrar,
        }
    }

    /// The record of who serves whose groups.
    pub(in crate::pool) fn serving_record(&self) -> ServingRecord {
        self.serving.record()
    }

    /// Who serves the number.
    pub(super) fn destination(&self, number: &str) -> Destination {
        let own = self
            .storage
            .store()
            .owned(Kind::Workflow, number, &self.config.name);
        if let Some(own) = own {
            let takes_calls = self.serving.record().owner.state.takes_calls();
            return match takes_calls || self.is_left_open(number) {
                true => Destination::Here(own.key()),
                false => Destination::Nobody,
            };
        }
        match self.storage.store().named(Kind::Workflow, number).next() {
            Some(copy) => self.destination_of_copy(copy, number),
            None if self.serving.is_partners_workflow(number) => {
                self.owner_that_takes_calls(number)
            }
            None => Destination::NoGroup,
        }
    }

    /// Whether a mutant serves a group of the pool's own although the pool is fenced.
    pub(super) fn is_left_open(&self, number: &str) -> bool {
        let store = self.storage.store();
        let own = store.owned(Kind::Workflow, number, &self.config.name);
        self.config.has(Mutant::FenceLeavesAnonymousGroups)
            && self.storage.is_loaded()
            && own.is_some_and(Object::is_anonymous)
    }

    fn destination_of_copy(&self, copy: &Object, number: &str) -> Destination {
        let stand_in = self.serving.record().stand_in;
        match stand_in.state {
            StandInState::Returning if self.config.has(Mutant::ReturningServesCopies) => {
                Destination::Here(copy.key())
            }
            StandInState::None
                if self.config.has(Mutant::RestServesCopies)
                    && stand_in.epoch > Epoch::default() =>
            {
                Destination::Here(copy.key())
            }
            StandInState::None
                if self.config.has(Mutant::RestServesAnonymousCopies)
                    && stand_in.epoch > Epoch::default()
                    && copy.is_anonymous() =>
            {
                Destination::Here(copy.key())
            }
            _ if self.config.has(Mutant::CopiesServedAtAnyTime) => Destination::Here(copy.key()),
            StandInState::Taking if self.config.has(Mutant::TakingServesNoCopies) => {
                Destination::Nobody
            }
            StandInState::StandingIn
                if self.config.has(Mutant::SecondStandInServesNoCopies)
                    && stand_in.epoch.is_repeated() =>
            {
                Destination::Nobody
            }
            StandInState::Taking | StandInState::StandingIn => Destination::Here(copy.key()),
            StandInState::Returning => self.owner_that_takes_calls(number),
            StandInState::None
                if self.serving.is_partner_alive()
                    || self.config.has(Mutant::DeadOwnersCallsPassedOn) =>
            {
                self.owner_that_takes_calls(number)
            }
            StandInState::None => Destination::Here(copy.key()),
        }
    }

    fn owner_that_takes_calls(&self, number: &str) -> Destination {
        match self.serving.live_partner() {
            Some((partner, state)) if state.takes_calls() => {
                Destination::Partner(Hop::through(self.config, partner, number))
            }
            _ => self.unserved(),
        }
    }

    /// Nobody serves a group: nobody takes its calls, unless a mutant has some group of the pool's own
    /// do it.
    fn unserved(&self) -> Destination {
        let workflows = self.storage.store().objects_of(Kind::Workflow);
        let mut own = workflows.filter(|object| object.owner == self.config.name);
        let taken_by = match self.config.mutant {
            Some(Mutant::UnservedCallsTakenByAnotherGroup) => own.next(),
            Some(Mutant::UnservedCallsTakenByLastGroup) => own.last(),
            Some(Mutant::DeadPartnersCallsTakenByAnotherGroup)
                if !self.serving.is_partner_alive() =>
            {
                own.next()
            }
            _ => None,
        };
        taken_by.map_or(Destination::Nobody, |own| Destination::Here(own.key()))
    }

    /// Where a user is reached: one homed here, by a binding here; one homed at the partner,
    /// through the partner while it lives and is not fenced, or by a binding here once this pool
    /// stands in: for a moment a partner that comes back does not know that it is fenced.
    pub(in crate::pool) fn reach(&self, name: &str, now: Now) -> Reach {
        if let Some(outside) = self.config.outside.iter().find(|user| user.name == name) {
            return Reach::At(Hop::straight(uri(name, outside.sip), outside.sip));
        }
        let Some(user) = self.config.user(name) else {
            return Reach::Unknown;
        };
        if user.home == self.config.name && !self.users_are_with_partner() {
            return self.reach_by_binding(name, now);
        }
        let stands_in = self.serving_record().stand_in.state == StandInState::StandingIn;
        match self.serving.live_partner() {
            Some((partner, state)) if state != OwnerState::Fenced && !stands_in => {
                Reach::At(Hop::through(self.config, partner, name))
            }
            _ if self.serving.takes_partners_users() => self.reach_by_binding(name, now),
            _ => Reach::Unreachable,
        }
    }

    /// Whether this pool's users are left to the partner after failback, as only a mutant does.
    fn users_are_with_partner(&self) -> bool {
        self.serving.was_superseded() && self.config.has(Mutant::UsersStayWithPartner)
    }

    /// Whether an agent is forgotten once groups are served elsewhere, or here again, as only
    /// mutants do.
    pub(in crate::pool) fn is_forgotten(&self, agent: &str, group_owner: &PoolName) -> bool {
        let record = self.serving.record();
        let is_own = |user: &User| user.home == self.config.name;
        let is_own = self.config.user(agent).is_some_and(is_own);
        let is_copy = *group_owner != self.config.name;
        let stands_in = is_copy && record.stand_in.state == StandInState::StandingIn;
        let is_back =
            !is_copy && record.owner.state == OwnerState::Open && self.serving.was_superseded();
        let mutant = match (stands_in, is_back, is_own) {
            (true, _, true) => Mutant::StandingInForgetsOwnAgents,
            (true, _, false) => Mutant::StandingInForgetsPartnersAgents,
            (_, true, true) => Mutant::FailedBackForgetsOwnAgents,
            (_, true, false) => Mutant::FailedBackForgetsPartnersAgents,
            (false, false, _) => return false,
        };
        self.config.has(mutant)
    }

    fn reach_by_binding(&self, name: &str, now: Now) -> Reach {
        let contact = self.registrar.contact(name, now);
        let hop =
            contact.and_then(|contact| Some(Hop::straight(contact.clone(), address_of(contact)?)));
        hop.map_or(Reach::Unreachable, Reach::At)
    }

    /// The other telephones of a user who is reached there, straight.
    pub(in crate::pool) fn other_telephones(&self, name: &str, first: &Hop, now: Now) -> Vec<Hop> {
        let is_own = self
            .config
            .user(name)
            .map(|user| user.home == self.config.name);
        let stands_in = self.serving_record().stand_in.state == StandInState::StandingIn;
        let one_rings = match self.config.mutant {
            Some(Mutant::OneTelephoneRings) => true,
            Some(Mutant::StandInRingsOneOfPartners) => stands_in && is_own == Some(false),
            Some(Mutant::RestoredOwnerRingsOne) => {
                self.serving.was_superseded() && is_own == Some(true)
            }
            _ => self.config.varies(Variant::RingsLastTelephone),
        };
        if one_rings {
            return Vec::new();
        }
        let contacts = self.registrar.contacts(name, now);
        let hops = contacts
            .filter_map(|contact| Some(Hop::straight(contact.clone(), address_of(contact)?)));
        let is_straight = first.through == Through::Straight;
        hops.filter(|hop| is_straight && hop != first).collect()
    }

    /// Where a URI leads: to one of this deployment's users, or to the address that it names.
    pub(in crate::pool) fn reach_uri(&self, uri: &SipUri, now: Now) -> Reach {
        match self.foreign_address(uri) {
            Some(next) => Reach::At(Hop::straight(uri.clone(), next)),
            None => self.reach(user_of(uri), now),
        }
    }

    /// The URI that somebody has asked for: one as it stands, or a user of this deployment.
    pub(in crate::pool) fn uri_of(&self, asked: &str) -> SipUri {
        asked
            .parse()
            .unwrap_or_else(|_| self.config.address_of_record(asked))
    }

    /// Whether this is where the partner takes SIP requests.
    pub(super) fn is_partner(&self, address: SocketAddr) -> bool {
        let partner = self.config.partner.as_ref();
        partner.is_some_and(|partner| partner.sip == address)
    }

    /// The address that a URI names, if it is none of the two pools'.
    pub(super) fn foreign_address(&self, uri: &SipUri) -> Option<SocketAddr> {
        let address = address_of(uri)?;
        let partner = self.config.partner.as_ref().map(|partner| partner.sip);
        let is_ours = address == self.config.sip || Some(address) == partner;
        (!is_ours).then_some(address)
    }
}
