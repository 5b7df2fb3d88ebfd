//! What was measured of a load.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::histogram::Histogram;

/// What was heard in answered calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Heard {
    /// How many calls had media: the other end wanted to hear some.
    pub calls: u64,
    /// In how many of them nothing came.
    pub silent: u64,
    /// How many packets were sent.
    pub sent: u64,
    /// How many packets came.
    pub received: u64,
    /// How many are missing, by the numbers of those that came.
    pub lost: u64,
    /// How many packets of ten thousand are missing, of each call in which some came.
    pub loss_of_ten_thousand: Histogram,
}

/// What was measured of callers, or of agents. What becomes of a call counts when it does: over all stages
/// together, each call that was attempted is in one of `answered`, `failed` and `given_up`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// How long it lasted, in microseconds.
    pub lasted_us: u64,
    /// Calls that were placed; of agents: that came.
    pub attempted: u64,
    /// Calls that were answered.
    pub answered: u64,
    /// Calls that were not, by reason.
    pub failed: BTreeMap<String, u64>,
    /// Calls that were given up, because the load was to end.
    pub given_up: u64,
    /// Answered calls that the callers ended, as the other end has confirmed.
    pub completed: u64,
    /// Answered calls that the other end ended early.
    pub cut_short: u64,
    /// Answered calls whose BYE nobody answered, or with a refusal.
    pub not_confirmed: u64,
    /// Calls that were due and not placed, because there were too many already, or the other end had asked for
    /// a pause.
    pub held_back: u64,
    /// Calls that were due while this machine was busy with something else, and not placed.
    pub missed: u64,
    /// How many calls there were at once, at the end.
    pub at_once: u64,
    /// How many there were at once, at most.
    pub most_at_once: u64,
    /// From the first INVITE of a call to its answer, in microseconds.
    pub to_answer_us: Histogram,
    /// What was heard.
    pub heard: Heard,
    /// Agents who were registered, at the end.
    pub registered: u64,
    /// Registrations that failed, by reason.
    pub not_registered: BTreeMap<String, u64>,
    /// Messages that came again, or of which nothing is known.
    pub stray: u64,
}

impl Measured {
    /// How many calls failed.
    pub fn failed_in_all(&self) -> u64 {
        self.failed.values().sum()
    }

    /// What was measured in both, the `other` being later.
    #[must_use]
    pub fn and(&self, other: &Measured) -> Measured {
        Measured {
            lasted_us: self.lasted_us + other.lasted_us,
            attempted: self.attempted + other.attempted,
            answered: self.answered + other.answered,
            failed: both(&self.failed, &other.failed),
            given_up: self.given_up + other.given_up,
            completed: self.completed + other.completed,
            cut_short: self.cut_short + other.cut_short,
            not_confirmed: self.not_confirmed + other.not_confirmed,
            held_back: self.held_back + other.held_back,
            missed: self.missed + other.missed,
            at_once: other.at_once,
            most_at_once: self.most_at_once.max(other.most_at_once),
            to_answer_us: self.to_answer_us.and(&other.to_answer_us),
            heard: self.heard.and(&other.heard),
            registered: other.registered,
            not_registered: both(&self.not_registered, &other.not_registered),
            stray: self.stray + other.stray,
        }
    }

    /// The same, without each value of the histograms.
    #[must_use]
    pub fn in_short(&self) -> Measured {
        let heard = Heard {
            loss_of_ten_thousand: self.heard.loss_of_ten_thousand.in_short(),
            ..self.heard.clone()
        };
        Measured {
            to_answer_us: self.to_answer_us.in_short(),
            heard,
            ..self.clone()
        }
    }
}

impl Heard {
    fn and(&self, other: &Heard) -> Heard {
        Heard {
            calls: self.calls + other.calls,
            silent: self.silent + other.silent,
            sent: self.sent + other.sent,
            received: self.received + other.received,
            lost: self.lost + other.lost,
            loss_of_ten_thousand: self.loss_of_ten_thousand.and(&other.loss_of_ten_thousand),
        }
    }
}

fn both(one: &BTreeMap<String, u64>, other: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    let mut both = one.clone();
    for (why, count) in other {
        *both.entry(why.clone()).or_default() += count;
    }
    both
}
