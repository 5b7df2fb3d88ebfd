//! A campaign: the walks to run, each repetition of them, and in which order.

use std::cmp::Reverse;
use std::sync::Arc;

use conductor::ConductorError;
use drawing::Plan;
use lab::LabError;
use model::journal::{Header, JournalError};
use target::{Secrets, Target};

use crate::labs::LabFactory;

/// Which walks are run, where, how many at once.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// The walks, in the order in which the journal has them.
    pub plans: Vec<Plan>,
    /// Makes the lab of each.
    pub labs: Arc<dyn LabFactory>,
    /// How administrators and agents have a pool do something.
    pub target: Arc<Target>,
    /// The passwords and tokens that the target's templates use.
    pub secrets: Secrets,
    /// The RNG seed. A walk's own depend on this and on its name only, so that it
    /// goes the same way whichever others are run.
    pub seed: u64,
    /// How many walks are run at once.
    pub jobs: usize,
    /// What the journal's header says; also, how many times each walk is run: the k-th time with
    /// the seed plus k - 1.
    pub header: Header,
}

/// Why a campaign stopped early.
#[derive(Debug, thiserror::Error)]
pub enum CampaignError {
    /// It was interrupted.
    #[error("the drill was interrupted")]
    Cancelled,
    /// A lab could not be made.
    #[error("cannot make the lab for walk `{walk}`")]
    Lab {
        /// The walk.
        walk: String,
        /// Why.
        source: LabError,
    },
    /// A walk could not be run.
    #[error("cannot complete walk `{walk}`")]
    Walk {
        /// The walk.
        walk: String,
        /// Why.
        source: Box<ConductorError>,
    },
    /// The journal could not be written.
    #[error("cannot write the journal")]
    Journal(#[from] JournalError),
}

/// One repetition of a walk, which is to be run.
#[derive(Clone, Copy)]
pub(crate) struct Scheduled<'a> {
    /// Its index in the journal.
    pub(crate) index: usize,
    pub(crate) plan: &'a Plan,
    /// Which repetition of the walk, from 1.
    pub(crate) number: u32,
}

impl Campaign {
    /// How many walks are run, each repetition counted.
    pub fn walks(&self) -> usize {
        self.in_journal().count()
    }

    /// All that is run, as the journal has it: each walk, and which repetition of it, from 1.
    pub(crate) fn in_journal(&self) -> impl Iterator<Item = (&Plan, u32)> {
        let numbers = 1..=self.header.repetitions.max(1);
        let plans = self.plans.iter();
        plans.flat_map(move |plan| numbers.clone().map(move |number| (plan, number)))
    }

    /// All that is run, the longest walks first: so no worker is left with one when the others
    /// are done.
    pub(crate) fn longest_first(&self) -> Vec<Scheduled<'_>> {
        let scheduled = |(index, (plan, number))| Scheduled {
            index,
            plan,
            number,
        };
        let mut order: Vec<_> = self.in_journal().enumerate().map(scheduled).collect();
        order.sort_by_key(|scheduled| Reverse(scheduled.plan.walk.duration()));
        order
    }
}
