//! Next hops: in which order a caller or an agent tries the pools.
//!
//! As RFC 3263 section 4.3 has it, a client that gets no answer from a next hop, or a failure of
//! that hop, goes on to the next one; what the called party says is final. Section 4.3 counts
//! 503, time-outs and errors of the transport as failures of the hop. Clients of Lync also go on
//! where the pool cannot serve *them*: every 5xx, 480 (a pool that has not taken over for its
//! partner, or whose application is away), 404 (one without a copy of the group) and 408.
//! 6xx, 486 and every other 4xx end the attempt.

use std::collections::VecDeque;
use std::net::SocketAddr;

use model::journal::event::NoSuccess;
use model::topology::Pool;
use sip::{Failure, StatusCode};

use crate::AddressBook;

/// A pool as a next hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hop {
    pub(crate) pool: Pool,
    /// Where it takes SIP requests.
    pub(crate) address: SocketAddr,
}

/// The next hops that are still to be tried, in order.
pub(crate) type Hops = VecDeque<Hop>;

/// `first`, then its partner, as far as `address_book` has them.
pub(crate) fn starting_at(first: Pool, address_book: &AddressBook) -> Hops {
    let pools = [first, first.partner()].into_iter();
    pools
        .filter_map(|pool| {
            let address = address_book.pools.get(&pool)?.sip;
            Some(Hop { pool, address })
        })
        .collect()
}

/// Whether a call that was refused with `code` is tried at the next hop.
pub(crate) fn tries_next_after(code: StatusCode) -> bool {
    matches!(code.into_u16(), 404 | 408 | 480 | 500..=599)
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

    #[rstest]
    #[case(404)]
    #[case(408)]
    #[case(480)]
    #[case(500)]
    #[case(503)]
    #[case(504)]
    fn a_failure_of_the_hop_is_tried_at_the_next(#[case] code: u16) {
        assert!(tries_next_after(StatusCode::from(code)));
    }

    #[rstest]
    #[case(403)]
    #[case(486)]
    #[case(488)]
    #[case(600)]
    #[case(603)]
    fn what_the_called_party_says_is_final(#[case] code: u16) {
        assert!(!tries_next_after(StatusCode::from(code)));
    }
}
