//! What calls may use of the rest of the pool in a turn.

use node::Now;
use sip::UserAgent;

use super::call::Group;
use crate::config::PoolConfig;
use crate::pool::location::Location;
use crate::pool::media::Circumstances;
use crate::pool::turn::Turn;
use crate::store::cache::Store;
use crate::store::record::{Epoch, StandInState};

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

/// Under which circumstances the media of a call to this group begins.
pub(super) fn circumstances(
    config: &PoolConfig,
    cx: &Context<'_, '_>,
    group: &Group,
    relayed: usize,
) -> Circumstances {
    let record = cx.store.record();
    Circumstances {
        is_copy: group.is_copy(config),
        stands_in: record.stand_in.state == StandInState::StandingIn,
        is_restored: record.owner.epoch > Epoch::default(),
        relayed,
    }
}
