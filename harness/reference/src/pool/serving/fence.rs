//! The fence: what follows when a pool learns that its groups are served elsewhere.

use super::state::Serving;
use crate::mutant::Mutant;
use crate::pool::storage::Storage;
use crate::store::record::{Epoch, OwnerRole, OwnerState, StandInState};

/// How often a partner is heard within a second: two heartbeats, and two answers.
const A_SECOND: u32 = 4;

/// What the partner's record means for this pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pool) enum Judged {
    /// Nothing can be said yet.
    Unknown,
    /// Nothing has changed.
    AsBefore,
    /// The partner has just been found to serve this pool's groups.
    Fenced,
}

impl Serving {
    /// Compares the partner's epoch with the pool's own.
    pub(in crate::pool) fn judge_fence(&mut self, storage: &Storage) -> Judged {
        let Some(partner) = self.partner.record else {
            return Judged::Unknown;
        };
        let is_never_fenced = self.config.has(Mutant::NeverFenced)
            || (self.config.has(Mutant::OnlyProbedFenced) && !self.is_probed)
            || (self.config.has(Mutant::FencedLate) && self.partner.heard <= A_SECOND)
            || (self.config.has(Mutant::FencedOnceOnly) && self.was_superseded())
            || (self.config.has(Mutant::RestartEndsFence) && self.started_fenced());
        if !storage.is_loaded() || is_never_fenced {
            return Judged::Unknown;
        }
        let judged = self.record.fenced_by(partner.stand_in);
        if judged == self.record {
            return Judged::AsBefore;
        }
        self.record = judged;
        Judged::Fenced
    }

    /// The partner has died: a mutant that is fenced takes its groups back.
    pub(in crate::pool) fn partner_died(&mut self) {
        let partner = self.partner.record.map(|record| record.stand_in.epoch);
        if let (OwnerState::Fenced, Some(epoch)) = (self.record.owner.state, partner)
            && self.config.has(Mutant::FenceEndsWithPartner)
        {
            self.record.owner = OwnerRole {
                epoch,
                state: OwnerState::Open,
            };
        }
    }

    /// Whether an administrator could have had the partner take this pool's groups over: not
    /// while this pool knows that they did, nor while it stands in for its partner.
    pub(in crate::pool) fn may_be_superseded(&self) -> bool {
        self.record.owner.state != OwnerState::Fenced
            && self.record.stand_in.state == StandInState::None
    }

    /// Whether the pool's groups were served elsewhere at some time.
    pub(in crate::pool) fn was_superseded(&self) -> bool {
        self.record.owner.epoch > Epoch::default()
    }
}
