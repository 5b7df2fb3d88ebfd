//! Next hops: in which order a caller or an agent tries the pools, and what leads from one to the
//! next. All that the drill demands of the code with which a pool refuses stands here:
//!
//! | a next hop | then |
//! | --- | --- |
//! | does not answer in time, or cannot be reached | the next one (RFC 3263 section 4.3) |
//! | redirects: 305 | the same one's user by way of the proxy that its Contact names (section 21.3.4) |
//! | redirects: any other 3xx | whom its Contacts name, best first, then the hops that are left (RFC 3261 section 8.1.3.4) |
//! | challenges: 401, 407 | the same one once more, with an answer (section 22) |
//! | finds a registration too brief: 423 | the same one once more, for as long as it wants (section 10.2.8) |
//! | refuses with any other 4xx or 5xx | the next one |
//! | refuses with 6xx | none: nobody anywhere will take it (section 21.6) |
//!
//! A 4xx or 5xx is the word of one server, and another one may serve the request (section 21.4):
//! RFC 3263 counts 503 alone as a failure of the hop, but pools that are fenced, overloaded or
//! without a copy refuse with 403, 404, 480, 486 or 500 as well, and clients of such systems go on.
//! So no code is wrong for "not here, not now" but a 6xx. `Retry-After` keeps nobody from asking:
//! what a pool says the next time is what a drill is to see.
//!
//! Nobody is asked twice for the same request, and no more than [`MOST`] hops are.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::net::SocketAddr;

use model::journal::event::NoSuccess;
use model::topology::Pool;
use sip::{Failure, Headers, Name, StatusCode, address_of, is_in, user_of};

use crate::AddressBook;

/// How many hops one request may be sent to.
pub(crate) const MOST: usize = 8;

/// A next hop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hop {
    /// Which pool it is; of one that a redirection names and that is no pool, which pool named it.
    pub(crate) pool: Pool,
    /// Where it takes SIP requests.
    pub(crate) address: SocketAddr,
    /// Whom to ask for there, if a redirection names somebody else.
    pub(crate) user: Option<String>,
    /// At whose address, if the request only goes by way of this hop.
    pub(crate) beyond: Option<SocketAddr>,
}

impl Hop {
    /// The host of whoever is asked for.
    pub(crate) fn host(&self) -> SocketAddr {
        self.beyond.unwrap_or(self.address)
    }
}

/// Next hops, in order.
pub(crate) type Hops = VecDeque<Hop>;

/// The way of one request: the hops that are left, and those that were asked.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    left: Hops,
    asked: Vec<Hop>,
    pools: Hops,
}

/// `first`, then its partner, as far as `address_book` has them.
pub(crate) fn starting_at(first: Pool, address_book: &AddressBook) -> Hops {
    let pools = [first, first.partner()].into_iter();
    pools
        .filter_map(|pool| {
            let address = address_book.pools.get(&pool)?.sip;
            Some(Hop {
                pool,
                address,
                user: None,
                beyond: None,
            })
        })
        .collect()
}

impl Way {
    /// A way through these hops.
    pub(crate) fn through(hops: &Hops) -> Way {
        Way {
            left: hops.clone(),
            asked: Vec::new(),
            pools: hops.clone(),
        }
    }

    /// The next hop that was not asked yet, if there is one.
    pub(crate) fn next(&mut self) -> Option<Hop> {
        while let Some(hop) = self.left.pop_front() {
            if self.asked.len() < MOST && !self.asked.contains(&hop) {
                self.asked.push(hop.clone());
                return Some(hop);
            }
        }
        None
    }

    /// The hop that was asked last has refused a request for `user`, of whom there is one in each domain.
    pub(crate) fn refused(
        &mut self,
        code: StatusCode,
        headers: &Headers,
        (user, domain): (&str, Option<&str>),
    ) {
        match code.into_u16() {
            305 => {
                let refused = self.asked.last().cloned();
                for mut proxy in self.redirections(headers, (user, domain)).into_iter().rev() {
                    proxy.user = refused.as_ref().and_then(|hop| hop.user.clone());
                    proxy.beyond = refused.as_ref().map(Hop::host);
                    self.left.push_front(proxy);
                }
            }
            300..=399 => {
                for hop in self.redirections(headers, (user, domain)).into_iter().rev() {
                    self.left.push_front(hop);
                }
            }
            600..=699 => self.left.clear(),
            _ => {}
        }
    }

    /// Whom a redirection names, best first. Those in the domain are asked for where they were named; other
    /// Contacts that name no numeric address lead nowhere.
    fn redirections(&self, headers: &Headers, (user, domain): (&str, Option<&str>)) -> Vec<Hop> {
        let by = self.asked.last();
        let named_by = by.map_or(Pool::Primary, |hop| hop.pool);
        let contacts = headers.addresses(&Name::CONTACT);
        let mut found: Vec<(u32, Hop)> = contacts
            .filter_map(|contact| {
                let uri = contact.uri()?;
                let is_in_domain = domain.is_some_and(|domain| is_in(&uri, domain));
                let here = by.filter(|_| is_in_domain).map(|hop| hop.address);
                let address = address_of(&uri).or(here)?;
                let known = self.pools.iter().find(|hop| hop.address == address);
                let named = user_of(&uri);
                let hop = Hop {
                    pool: known.map_or(named_by, |hop| hop.pool),
                    address,
                    user: (!named.is_empty() && named != user).then(|| named.to_owned()),
                    beyond: None,
                };
                Some((contact.preference(), hop))
            })
            .collect();
        found.sort_by_key(|(q, _)| Reverse(*q));
        found.into_iter().map(|(_, hop)| hop).collect()
    }
}

/// How a request ended that got no final response.
pub(crate) fn no_response(why: Failure) -> NoSuccess {
    match why {
        Failure::TimedOut => NoSuccess::TimedOut,
        Failure::Unreachable(_) => NoSuccess::Unreachable,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn hop(pool: Pool, host: u8) -> Hop {
        Hop {
            pool,
            address: ([198, 18, 0, host], 5060).into(),
            user: None,
            beyond: None,
        }
    }

    fn both() -> Hops {
        [hop(Pool::Primary, 1), hop(Pool::Backup, 2)].into()
    }

    /// The hops that are asked for `sales` where the first refuses with this.
    fn asked(code: u16, contacts: &[&'static str]) -> Vec<Hop> {
        let mut headers = Headers::new();
        for contact in contacts {
            headers.insert(Name::CONTACT, *contact);
        }
        let mut way = Way::through(&both());
        way.next();
        let sales = ("sales", Some("voice.example"));
        way.refused(StatusCode::from(code), &headers, sales);
        std::iter::from_fn(|| way.next()).collect()
    }

    #[rstest]
    fn a_refusal_is_the_word_of_one_server(
        #[values(400, 403, 404, 408, 480, 486, 488, 500, 503, 504)] code: u16,
    ) {
        assert_eq!(asked(code, &[]), [hop(Pool::Backup, 2)]);
    }

    #[rstest]
    fn a_global_refusal_is_final(#[values(600, 603, 604, 606)] code: u16) {
        assert_eq!(asked(code, &[]), []);
    }

    #[rstest]
    #[case::to_the_partner(&["<sip:sales@198.18.0.2>"], vec![hop(Pool::Backup, 2)])]
    #[case::to_whoever_asks(&["<sip:sales@198.18.0.1:5060>"], vec![hop(Pool::Backup, 2)])]
    #[case::elsewhere_best_first(
        &["<sip:sales@198.18.0.4>;q=0.3", "<sip:sales@198.18.0.3>;q=0.75"],
        vec![hop(Pool::Primary, 3), hop(Pool::Primary, 4), hop(Pool::Backup, 2)]
    )]
    #[case::without_a_number(
        &["<sip:sales@198.18.0.4>;q=0.9", "<sip:sales@198.18.0.3>;q"],
        vec![hop(Pool::Primary, 3), hop(Pool::Primary, 4), hop(Pool::Backup, 2)]
    )]
    #[case::no_more_than_one(
        &["<sip:sales@198.18.0.4>", "<sip:sales@198.18.0.3>;q=5000000"],
        vec![hop(Pool::Primary, 4), hop(Pool::Primary, 3), hop(Pool::Backup, 2)]
    )]
    #[case::to_somebody_else(
        &["<sip:sales-2@198.18.0.2>"],
        vec![
            Hop { user: Some("sales-2".to_owned()), ..hop(Pool::Backup, 2) },
            hop(Pool::Backup, 2),
        ]
    )]
    #[case::to_somebody_else_in_the_domain(
        &["<sip:sales-2@Voice.example>"],
        vec![
            Hop { user: Some("sales-2".to_owned()), ..hop(Pool::Primary, 1) },
            hop(Pool::Backup, 2),
        ]
    )]
    #[case::nowhere(&["<sip:sales@pool.example>"], vec![hop(Pool::Backup, 2)])]
    fn redirections_are_followed_and_nobody_is_asked_twice(
        #[case] contacts: &[&'static str],
        #[case] expected: Vec<Hop>,
    ) {
        assert_eq!(asked(302, contacts), expected);
    }

    #[test]
    fn a_circle_of_redirections_has_an_end() {
        let mut way = Way::through(&both());
        let mut asked = 0;
        while way.next().is_some() {
            asked += 1;
            let mut headers = Headers::new();
            headers.insert(Name::CONTACT, format!("<sip:sales-{asked}@198.18.0.2>"));
            way.refused(StatusCode::MOVED_TEMPORARILY, &headers, ("sales", None));
        }
        assert_eq!(asked, MOST);
    }
}
