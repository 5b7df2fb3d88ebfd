//! The serving record: whose groups a pool serves, in two roles.
//!
//! Each pool owns its own groups and may stand in for its partner's. Either role has an epoch and
//! a state. Only an administrator's fail over and fail back begin a new epoch; partners show each
//! other their records in every heartbeat; and an owner that sees a higher epoch than its own in
//! its stand-in's role is *fenced*: somebody decided, while it was not looking, that its groups
//! are served elsewhere.

use serde::{Deserialize, Serialize};

/// Counts the decisions about who serves a pool's groups.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub(crate) struct Epoch(pub(crate) u64);

impl Epoch {
    /// Whether it is the second decision or a later one.
    pub(crate) fn is_repeated(self) -> bool {
        self > Epoch::default().next().next()
    }

    fn next(self) -> Epoch {
        Epoch(self.0 + 1)
    }
}

/// The serving record of a pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServingRecord {
    /// The pool's role for its own groups.
    pub(crate) owner: OwnerRole,
    /// Its role for its partner's groups.
    pub(crate) stand_in: StandInRole,
}

/// A pool's role for its own groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnerRole {
    pub(crate) epoch: Epoch,
    pub(crate) state: OwnerState,
}

/// A pool's role for its partner's groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StandInRole {
    pub(crate) epoch: Epoch,
    pub(crate) state: StandInState,
}

/// What an owner does for its groups, in the order in which it comes to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OwnerState {
    /// Everything.
    #[default]
    Open,
    /// Nothing: the partner has a higher epoch.
    Fenced,
    /// It takes calls, and nothing else: failback is under way.
    CallsOnly,
}

/// What a stand-in does for its partner's groups, in the order in which it comes to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum StandInState {
    /// Nothing.
    #[default]
    None,
    /// Failover is under way.
    Taking,
    /// It serves the copies, and its partner's users.
    StandingIn,
    /// Failback is under way.
    Returning,
}

impl OwnerState {
    /// Whether calls to the pool's own groups are taken.
    pub(crate) const fn takes_calls(self) -> bool {
        matches!(self, OwnerState::Open | OwnerState::CallsOnly)
    }
}

impl StandInState {
    /// Whether the partner's users may register here.
    pub(crate) const fn takes_users(self) -> bool {
        matches!(self, StandInState::StandingIn | StandInState::Returning)
    }

    /// Whether agents are shown the copies.
    pub(crate) const fn shows_copies(self) -> bool {
        !matches!(self, StandInState::None)
    }
}

/// Why a decision does not fit the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RecordError {
    #[error("this pool does not serve its own groups: it is failed over itself")]
    NotOpen,
    #[error("it is failed over already")]
    StandingIn,
    #[error("failback is under way")]
    Returning,
    #[error("failover is not complete")]
    Taking,
    #[error("it is not failed over")]
    NotStandingIn,
    #[error("a later decision has been made")]
    Outdated,
}

impl ServingRecord {
    /// Failover is invoked: the stand-in takes over, in an epoch above `known`, the highest that
    /// the partner is known to have. Invoked again, it goes on.
    pub(crate) fn begin_failover(mut self, known: Epoch) -> Result<Self, RecordError> {
        if self.owner.state != OwnerState::Open {
            return Err(RecordError::NotOpen);
        }
        match self.stand_in.state {
            StandInState::None => {
                self.stand_in.epoch = self.stand_in.epoch.max(known).next();
                self.stand_in.state = StandInState::Taking;
                Ok(self)
            }
            StandInState::Taking => Ok(self),
            StandInState::StandingIn => Err(RecordError::StandingIn),
            StandInState::Returning => Err(RecordError::Returning),
        }
    }

    /// Failover is complete.
    pub(crate) fn complete_failover(mut self) -> Result<Self, RecordError> {
        match self.stand_in.state {
            StandInState::Taking | StandInState::StandingIn => {
                self.stand_in.state = StandInState::StandingIn;
                Ok(self)
            }
            StandInState::None => Err(RecordError::NotStandingIn),
            StandInState::Returning => Err(RecordError::Returning),
        }
    }

    /// The epoch in which a failback that is invoked now would be carried out.
    pub(crate) fn failback_epoch(&self, known: Epoch) -> Result<Epoch, RecordError> {
        match self.stand_in.state {
            StandInState::StandingIn => Ok(self.stand_in.epoch.max(known).next()),
            StandInState::Returning => Ok(self.stand_in.epoch.max(known)),
            StandInState::Taking => Err(RecordError::Taking),
            StandInState::None => Err(RecordError::NotStandingIn),
        }
    }

    /// Failback is invoked, and the owner has agreed to `epoch`.
    pub(crate) fn begin_failback(mut self, epoch: Epoch) -> Result<Self, RecordError> {
        self.failback_epoch(Epoch::default())?;
        self.stand_in.epoch = epoch;
        self.stand_in.state = StandInState::Returning;
        Ok(self)
    }

    /// Failback is complete.
    pub(crate) fn complete_failback(mut self) -> Result<Self, RecordError> {
        match self.stand_in.state {
            StandInState::Returning => {
                self.stand_in.state = StandInState::None;
                Ok(self)
            }
            StandInState::None => Err(RecordError::NotStandingIn),
            StandInState::Taking => Err(RecordError::Taking),
            StandInState::StandingIn => Err(RecordError::StandingIn),
        }
    }

    /// What follows from the partner's stand-in role: whether this owner is fenced.
    pub(crate) fn fenced_by(mut self, partner: StandInRole) -> Self {
        if partner.epoch > self.owner.epoch {
            self.owner.state = OwnerState::Fenced;
        }
        self
    }

    /// The stand-in asks its owner to take calls again, in `epoch`.
    pub(crate) fn take_calls(mut self, epoch: Epoch) -> Result<Self, RecordError> {
        if epoch < self.owner.epoch {
            return Err(RecordError::Outdated);
        }
        self.owner = OwnerRole {
            epoch,
            state: OwnerState::CallsOnly,
        };
        Ok(self)
    }

    /// The stand-in tells its owner that failback is complete.
    pub(crate) fn open(mut self, epoch: Epoch) -> Result<Self, RecordError> {
        if epoch != self.owner.epoch {
            return Err(RecordError::Outdated);
        }
        if self.owner.state == OwnerState::Fenced {
            return Err(RecordError::NotOpen);
        }
        self.owner.state = OwnerState::Open;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_records_go_through_failover_and_failback_in_the_documented_order() {
        let (primary, backup) = (ServingRecord::default(), ServingRecord::default());

        let backup = backup.begin_failover(primary.owner.epoch).unwrap();
        assert_eq!(backup.stand_in.state, StandInState::Taking);
        let primary = primary.fenced_by(backup.stand_in);
        assert_eq!(primary.owner.state, OwnerState::Fenced);
        let backup = backup.complete_failover().unwrap();
        assert_eq!(backup.stand_in.state, StandInState::StandingIn);

        let epoch = backup.failback_epoch(primary.owner.epoch).unwrap();
        let primary = primary.take_calls(epoch).unwrap();
        assert_eq!(primary.owner.state, OwnerState::CallsOnly);
        let backup = backup.begin_failback(epoch).unwrap();
        assert_eq!(backup.stand_in.state, StandInState::Returning);
        assert_eq!(primary.fenced_by(backup.stand_in), primary);

        let primary = primary.open(epoch).unwrap();
        let backup = backup.complete_failback().unwrap();
        assert_eq!(primary.owner.state, OwnerState::Open);
        assert_eq!(backup.stand_in.state, StandInState::None);
        assert_eq!(primary.fenced_by(backup.stand_in), primary);
    }

    #[test]
    fn a_pool_that_is_failed_over_cannot_stand_in_for_its_partner() {
        let other = StandInRole {
            epoch: Epoch(1),
            state: StandInState::StandingIn,
        };
        let fenced = ServingRecord::default().fenced_by(other);
        assert_eq!(fenced.begin_failover(Epoch(0)), Err(RecordError::NotOpen));
    }

    #[test]
    fn failback_of_a_pool_that_is_not_failed_over_is_refused() {
        let record = ServingRecord::default();
        assert_eq!(
            record.failback_epoch(Epoch(0)),
            Err(RecordError::NotStandingIn)
        );
        let taking = record.begin_failover(Epoch(0)).unwrap();
        assert_eq!(taking.failback_epoch(Epoch(0)), Err(RecordError::Taking));
    }

    #[test]
    fn a_second_failover_begins_a_higher_epoch() {
        let once = ServingRecord::default().begin_failover(Epoch(0)).unwrap();
        let epoch = once
            .complete_failover()
            .unwrap()
            .failback_epoch(Epoch(0))
            .unwrap();
        let back = once
            .complete_failover()
            .unwrap()
            .begin_failback(epoch)
            .unwrap();
        let twice = back
            .complete_failback()
            .unwrap()
            .begin_failover(epoch)
            .unwrap();
        assert!(twice.stand_in.epoch > epoch);
    }

    #[test]
    fn an_outdated_message_of_an_earlier_failback_opens_nothing() {
        let record = ServingRecord::default().take_calls(Epoch(4)).unwrap();
        assert_eq!(record.open(Epoch(3)), Err(RecordError::Outdated));
        assert_eq!(record.take_calls(Epoch(3)), Err(RecordError::Outdated));
    }
}
