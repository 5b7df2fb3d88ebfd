//! What calls may use of the rest of the pool in a turn.

use node::Now;
use sip::UserAgent;

use crate::pool::location::Location;
use crate::pool::turn::Turn;
use crate::store::cache::Store;

/// The world outside, the SIP layer, and a view of where everybody is and of the configuration.
pub(in crate::pool) struct Context<'a, 't> {
    pub(super) turn: &'a mut Turn<'t>,
    pub(super) ua: &'a mut UserAgent,
    pub(super) store: &'a Store,
    pub(super) location: Location<'a>,
}

impl<'a, 't> Context<'a, 't> {
    pub(in crate::pool) fn new(
        turn: &'a mut Turn<'t>,
        ua: &'a mut UserAgent,
        store: &'a Store,
        location: Location<'a>,
    ) -> Self {
        Context {
            turn,
            ua,
            store,
            location,
        }
    }

    /// The time of the turn.
    pub(super) fn now(&self) -> Now {
        self.turn.now
    }
}
