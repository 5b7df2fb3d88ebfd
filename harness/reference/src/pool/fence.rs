//! The fence: what follows when a pool learns that its groups are served elsewhere.

use super::core::Core;
use super::turn::Turn;
use crate::mutant::Mutant;
use crate::store::record::{Epoch, OwnerState};

impl Core {
    /// Compares the partner's epoch with the pool's own.
    pub(super) fn judge_fence(&mut self, turn: &mut Turn<'_>) {
        let Some(partner) = self.known.record else {
            return;
        };
        if !self.storage.is_loaded() || self.mutant(Mutant::NeverFenced) {
            return;
        }
        let judged = self.record.fenced_by(partner.stand_in);
        if judged != self.record {
            self.record = judged;
            turn.log("fenced: the partner serves this pool's groups");
            self.enter_fence(turn);
        }
        self.remember(turn);
    }

    /// Bindings are dropped: their users are to register with the partner. Calls that hang on
    /// this pool are ended, for they may have gone on elsewhere; calls whose media flows from end
    /// to end do not need it, and are left alone.
    pub(super) fn enter_fence(&mut self, turn: &mut Turn<'_>) {
        self.bindings.clear();
        self.end_calls_that_need_the_pool(turn);
        self.signal(turn);
    }

    /// Whether the pool answers nobody: it is fenced, or does not know its record.
    pub(super) fn is_closed(&self) -> bool {
        !self.storage.is_loaded()
            || self.record.owner.state == OwnerState::Fenced
            || (self.mutant(Mutant::FenceOutlivesFailback) && self.was_superseded())
    }

    /// Whether the pool's groups were served elsewhere at some time.
    fn was_superseded(&self) -> bool {
        self.record.owner.epoch > Epoch::default()
    }
}
