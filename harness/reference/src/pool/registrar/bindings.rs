//! Bindings: which phones the users of this pool are at (RFC 3261 section 10).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use node::Now;
use sip::{SipUri, uri_text};

/// Where a user is.
#[derive(Clone, Debug)]
pub(super) struct Binding {
    pub(super) contact: SipUri,
    pub(super) expires: Now,
    /// Until when the user was told to be there; only mutants have told otherwise.
    pub(super) granted: Now,
    /// Which registration it came from.
    pub(super) source: Source,
    refreshed: Now,
}

/// Which registration something came from: requests of one Call-ID are in order of their CSeq.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) call_id: String,
    pub(super) cseq: u32,
}

/// All bindings, by user and contact.
#[derive(Debug, Default)]
pub(super) struct Bindings {
    users: BTreeMap<String, BTreeMap<String, Binding>>,
}

impl Bindings {
    /// The contact that `user` has refreshed last.
    pub(super) fn contact(&self, user: &str, now: Now) -> Option<&SipUri> {
        self.of(user, now)
            .max_by_key(|binding| binding.refreshed)
            .map(|binding| &binding.contact)
    }

    /// The bindings of `user` that have not expired.
    pub(super) fn of(&self, user: &str, now: Now) -> impl Iterator<Item = &Binding> {
        let bindings = self.users.get(user).into_iter().flatten();
        bindings
            .map(|(_, binding)| binding)
            .filter(move |binding| binding.expires > now)
    }

    /// Whether a request of `source` is older than one that was handled already (section 10.3
    /// step 7).
    pub(super) fn is_outdated(&self, user: &str, contact: &SipUri, source: &Source) -> bool {
        self.users
            .get(user)
            .and_then(|bindings| bindings.get(&uri_text(contact)))
            .is_some_and(|binding| {
                binding.source.call_id == source.call_id && binding.source.cseq >= source.cseq
            })
    }

    /// How many bindings `user` would have with these contacts, each of which is bound for that long
    /// or, for no time, no more.
    pub(super) fn would_have(
        &self,
        user: &str,
        contacts: &[(SipUri, Duration)],
        now: Now,
    ) -> usize {
        let bound = self.of(user, now);
        let mut bound: BTreeSet<String> = bound.map(|binding| uri_text(&binding.contact)).collect();
        for (contact, lasting) in contacts {
            match lasting.is_zero() {
                true => bound.remove(&uri_text(contact)),
                false => bound.insert(uri_text(contact)),
            };
        }
        bound.len()
    }

    /// Adds or refreshes a binding.
    pub(super) fn add(
        &mut self,
        user: &str,
        contact: SipUri,
        source: Source,
        now: Now,
        expires: Now,
    ) {
        let bindings = self.users.entry(user.to_owned()).or_default();
        let binding = Binding {
            expires,
            granted: expires,
            source,
            refreshed: now,
            contact,
        };
        bindings.insert(uri_text(&binding.contact), binding);
    }

    /// Has a binding expire earlier than was granted, as only mutants do.
    pub(super) fn cut_short(&mut self, user: &str, contact: &SipUri, expires: Now) {
        let bindings = self.users.get_mut(user);
        let binding = bindings.and_then(|bindings| bindings.get_mut(&uri_text(contact)));
        if let Some(binding) = binding {
            binding.expires = expires;
        }
    }

    /// Removes a binding.
    pub(super) fn remove(&mut self, user: &str, contact: &SipUri) {
        if let Some(bindings) = self.users.get_mut(user) {
            bindings.remove(&uri_text(contact));
        }
    }

    /// Removes all bindings of `user`.
    pub(super) fn remove_all(&mut self, user: &str) {
        self.users.remove(user);
    }

    /// Removes all bindings.
    pub(super) fn clear(&mut self) {
        self.users.clear();
    }

    /// Removes the bindings of all users but those that `keep` names.
    pub(super) fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.users.retain(|user, _| keep(user));
    }

    /// Frees the memory of what has expired.
    pub(super) fn expire(&mut self, now: Now) {
        for bindings in self.users.values_mut() {
            bindings.retain(|_, binding| binding.expires > now);
        }
        self.users.retain(|_, bindings| !bindings.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn source(cseq: u32) -> Source {
        let call_id = "call".to_owned();
        Source { call_id, cseq }
    }

    #[test]
    fn telephones_are_counted_that_a_user_would_have() {
        let mut bindings = Bindings::default();
        let contact = |port: u16| -> SipUri { format!("sip:a@198.18.0.9:{port}").parse().unwrap() };
        let lasting = Duration::from_secs(10);
        bindings.add(
            "anna",
            contact(1),
            source(1),
            Now::ZERO,
            Now::ZERO + lasting,
        );
        let asked = |ports: &[(u16, Duration)]| {
            let asked = ports
                .iter()
                .map(|(port, lasting)| (contact(*port), *lasting));
            let asked: Vec<(SipUri, Duration)> = asked.collect();
            bindings.would_have("anna", &asked, Now::ZERO)
        };
        assert_eq!(asked(&[(1, lasting)]), 1, "it is refreshed");
        assert_eq!(asked(&[(2, lasting), (3, lasting)]), 3);
        assert_eq!(
            asked(&[(1, Duration::ZERO), (2, lasting)]),
            1,
            "one in the place of another"
        );
    }

    #[test]
    fn a_binding_is_gone_when_it_expires() {
        let mut bindings = Bindings::default();
        let expires = Now::ZERO + Duration::from_secs(10);
        let contact: SipUri = "sip:anna@198.18.0.9:6000".parse().unwrap();
        bindings.add("anna", contact, source(1), Now::ZERO, expires);
        let just_before = expires - Duration::from_micros(1);
        assert!(bindings.contact("anna", just_before).is_some());
        assert!(bindings.contact("anna", expires).is_none());
    }

    #[test]
    fn the_contact_that_was_refreshed_last_is_called() {
        let mut bindings = Bindings::default();
        let at = |seconds| Now::ZERO + Duration::from_secs(seconds);
        let desk: SipUri = "sip:anna@198.18.0.9:6000".parse().unwrap();
        let mobile: SipUri = "sip:anna@198.18.0.9:6001".parse().unwrap();
        bindings.add("anna", desk.clone(), source(1), at(0), at(10));
        bindings.add("anna", mobile, source(1), at(1), at(11));
        bindings.add("anna", desk, source(2), at(2), at(12));
        let contact = bindings.contact("anna", at(3)).unwrap();
        assert_eq!(uri_text(contact), "sip:anna@198.18.0.9:6000");
    }

    #[test]
    fn a_request_that_comes_twice_or_late_is_outdated() {
        let mut bindings = Bindings::default();
        let contact: SipUri = "sip:anna@198.18.0.9:6000".parse().unwrap();
        let expires = Now::ZERO + Duration::from_secs(10);
        bindings.add("anna", contact.clone(), source(2), Now::ZERO, expires);
        assert!(bindings.is_outdated("anna", &contact, &source(2)));
        assert!(bindings.is_outdated("anna", &contact, &source(1)));
        assert!(!bindings.is_outdated("anna", &contact, &source(3)));
    }
}
