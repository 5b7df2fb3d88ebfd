//! The response group application: its state, and what it does with what happens to it.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use node::{Now, Port};

use super::call::{CallId, CallState, Waiting};
use super::meddling::Occasion;
use super::seeking::Seeking;
use super::table::CallTable;
use crate::config::PoolConfig;
use crate::pool::media::Media;
use crate::pool::turn::Turn;

/// The calls of a pool, and their media.
#[derive(Debug)]
pub(in crate::pool) struct Calls {
    pub(super) config: Arc<PoolConfig>,
    pub(super) table: CallTable,
    pub(super) seeking: Seeking,
    pub(super) media: Media,
    /// What a mutant does to calls, and when.
    pub(super) meddling: Option<(Now, Occasion)>,
}

impl Calls {
    pub(in crate::pool) fn new(config: Arc<PoolConfig>) -> Self {
        Calls {
            table: CallTable::default(),
            seeking: Seeking::default(),
            media: Media::new(config.rtp, config.variant, config.mutant),
            meddling: None,
            config,
        }
    }

    /// Media came in.
    pub(in crate::pool) fn media_arrived(
        &mut self,
        turn: &mut Turn<'_>,
        at: Port,
        from: SocketAddr,
        bytes: Bytes,
    ) {
        self.media.arrived(turn, at, from, bytes);
    }

    /// When the next packet of music, or the next thing that a call does, is due.
    pub(in crate::pool) fn deadline(&self) -> Option<Now> {
        let deadlines = [
            self.table.deadline(),
            self.seeking.deadline(),
            self.media.deadline(),
        ];
        deadlines.into_iter().flatten().min()
    }

    /// A call that waits for somebody to take it.
    pub(super) fn waiting(&self, id: CallId) -> Option<&Waiting> {
        match &self.table.get(id)?.state {
            CallState::Waiting(waiting) => Some(waiting),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub(super) fn waiting_mut(&mut self, id: CallId) -> Option<&mut Waiting> {
        match &mut self.table.get_mut(id)?.state {
            CallState::Waiting(waiting) => Some(waiting),
            _ => None,
        }
    }
}
