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

/// What had become by the end of a part of the calls that callers placed in it: whose doing that is can be told, as it
/// cannot of calls that were placed while something else was the case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// They were answered.
    pub answered: u64,
    /// They were refused, or nobody said anything.
    pub failed: u64,
    /// They rang for as long as the caller was patient.
    pub not_answered: u64,
    /// They were answered, and the other end ended them early.
    pub cut_short: u64,
    /// They were answered, and nothing was heard in them until they ended.
    pub silent: u64,
    /// From the first INVITE of a call to its answer, in microseconds.
    pub to_answer_us: Histogram,
}

impl Outcome {
    fn is_nothing(&self) -> bool {
        *self == Outcome::default()
    }
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
    /// Calls that were due and not placed, because the other end had asked for a pause.
    pub held_back: u64,
    /// Calls that were due and not placed, because there were as many as there may be, or no port for media was free.
    #[serde(default)]
    pub too_many: u64,
    /// Calls that were due while this machine was busy with something else, and not placed.
    pub missed: u64,
    /// How many calls there were at once, at the end.
    pub at_once: u64,
    /// How many there were at once, at most.
    pub most_at_once: u64,
    /// From the first INVITE of a call to its answer, in microseconds.
    pub to_answer_us: Histogram,
    /// What had become of those that were placed in this part.
    #[serde(default, skip_serializing_if = "Outcome::is_nothing")]
    pub outcome: Outcome,
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
        let failed = self.failed.values().copied();
        failed.fold(0, u64::saturating_add)
    }

    /// What was measured in all of these, in order.
    pub fn all<'m>(parts: impl Iterator<Item = &'m Measured> + Clone) -> Measured {
        let mut all = Measured::counted(parts.clone());
        all.to_answer_us = Histogram::all(parts.clone().map(|part| &part.to_answer_us));
        let to_answer_us = parts.clone().map(|part| &part.outcome.to_answer_us);
        all.outcome.to_answer_us = Histogram::all(to_answer_us);
        let losses = parts.map(|part| &part.heard.loss_of_ten_thousand);
        all.heard.loss_of_ten_thousand = Histogram::all(losses);
        all
    }

    /// The same, but for the histograms.
    pub fn counted<'m>(parts: impl Iterator<Item = &'m Measured>) -> Measured {
        parts.fold(Measured::default(), |mut all, part| {
            all.add(part);
            all
        })
    }

    /// Adds what was counted later.
    fn add(&mut self, later: &Measured) {
        let (heard, later_heard) = (&mut self.heard, &later.heard);
        let (outcome, later_outcome) = (&mut self.outcome, &later.outcome);
        for (sum, count) in [
            (&mut self.lasted_us, later.lasted_us),
            (&mut self.attempted, later.attempted),
            (&mut self.answered, later.answered),
            (&mut self.given_up, later.given_up),
            (&mut self.completed, later.completed),
            (&mut self.cut_short, later.cut_short),
            (&mut self.not_confirmed, later.not_confirmed),
            (&mut self.held_back, later.held_back),
            (&mut self.too_many, later.too_many),
            (&mut self.missed, later.missed),
            (&mut self.stray, later.stray),
            (&mut outcome.answered, later_outcome.answered),
            (&mut outcome.failed, later_outcome.failed),
            (&mut outcome.not_answered, later_outcome.not_answered),
            (&mut outcome.cut_short, later_outcome.cut_short),
            (&mut outcome.silent, later_outcome.silent),
            (&mut heard.calls, later_heard.calls),
            (&mut heard.silent, later_heard.silent),
            (&mut heard.sent, later_heard.sent),
            (&mut heard.received, later_heard.received),
            (&mut heard.lost, later_heard.lost),
        ] {
            *sum = sum.saturating_add(count);
        }
        self.at_once = later.at_once;
        self.most_at_once = self.most_at_once.max(later.most_at_once);
        self.registered = later.registered;
        add_each(&mut self.failed, &later.failed);
        add_each(&mut self.not_registered, &later.not_registered);
    }

    /// The same, without each value of the histograms.
    #[must_use]
    pub fn in_short(&self) -> Measured {
        let heard = Heard {
            loss_of_ten_thousand: self.heard.loss_of_ten_thousand.in_short(),
            ..self.heard.clone()
        };
        let outcome = Outcome {
            to_answer_us: self.outcome.to_answer_us.in_short(),
            ..self.outcome.clone()
        };
        Measured {
            to_answer_us: self.to_answer_us.in_short(),
            outcome,
            heard,
            ..self.clone()
        }
    }
}

fn add_each(sums: &mut BTreeMap<String, u64>, later: &BTreeMap<String, u64>) {
    for (why, count) in later {
        let sum = sums.entry(why.clone()).or_default();
        *sum = sum.saturating_add(*count);
    }
}
