//! Two who talk to each other: they hear each other, nobody ends the call but one of them, and the other is
//! told of it.

use crate::checked::{Checked, Objection};
use crate::scope::Scope;
use timeline::call::{Call, Leg, OnHold, Party};
use timeline::media::MediaFrom;
use timeline::operation::Operation;
use timeline::position::Position;

/// Two who talk, or are about to.
pub(crate) struct Talk<'s> {
    /// How readers are told of it.
    words: String,
    /// When what led to it began.
    begun: Position,
    ends: [&'s Party; 2],
}

/// That somebody did not hear the other end.
pub(crate) struct Unheard<'s> {
    /// Who.
    pub(crate) who: &'s str,
    /// Whom.
    pub(crate) whom: &'s str,
}

impl<'s> Talk<'s> {
    /// A caller and the agent who took the call.
    pub(crate) fn of_call(call: &'s Call, agent: &'s Leg) -> Self {
        Talk {
            words: call.words(),
            begun: call.placed,
            ends: [&call.caller, &agent.party],
        }
    }

    /// An agent who called on behalf of a group, and the callee.
    pub(crate) fn on_behalf(operation: &Operation, agent: &'s Leg, callee: &'s Leg) -> Self {
        Talk {
            words: operation.words(),
            begun: operation.invoked,
            ends: [&agent.party, &callee.party],
        }
    }

    /// Both ends.
    pub(crate) fn ends(&self) -> [&'s Party; 2] {
        self.ends
    }

    /// How readers are told of it, and when what led to it began.
    pub(crate) fn words(&self) -> (&str, Position) {
        (&self.words, self.begun)
    }

    /// Either end, with the other.
    pub(crate) fn both_ways(&self) -> [(&'s Party, &'s Party); 2] {
        let [one, other] = self.ends;
        [(one, other), (other, one)]
    }

    /// When the first of them hung up.
    pub(crate) fn hung_up(&self) -> Option<Position> {
        self.ends.iter().filter_map(|end| end.hung_up()).min()
    }

    /// That nobody else ended the call before then.
    ///
    /// # Errors
    ///
    /// Fail.
    pub(crate) fn not_cut_off(&self, until: Position) -> Checked<()> {
        for end in self.ends {
            if let Some((position, _)) = end.cut_off().filter(|(at, _)| *at < until) {
                let why = format!(
                    "{} with {} was ended at {} at {position}, and neither had hung up",
                    self.words, self.ends[1].actor, end.actor
                );
                return Err(Objection::fail(why).at(self.begun).at(position));
            }
        }
        Ok(())
    }

    /// Since when both have heard each other, once the call was accepted and neither held it any more; nothing if there
    /// was no time to.
    ///
    /// # Errors
    ///
    /// [`Unheard`], where there was.
    pub(crate) fn heard_each_other(
        &self,
        scope: &Scope<'_>,
        (accepted, until): (Position, Position),
    ) -> Result<Option<u64>, Unheard<'s>> {
        let mut limit_us = accepted.t_us.saturating_add(scope.heard_us());
        let holds = self.ends.into_iter().flat_map(Party::on_hold);
        let mut holds: Vec<OnHold> = holds.collect();
        holds.sort_by_key(|hold| hold.asked);
        // Also one that began before they could have: then they must once it is over.
        for hold in holds {
            if hold.asked.t_us <= limit_us {
                let resumed_us = hold.resumed.map_or(u64::MAX, |resumed| resumed.t_us);
                limit_us = limit_us.max(resumed_us.saturating_add(scope.heard_us()));
            }
        }
        let mut since_us = accepted.t_us;
        for (end, other) in self.both_ways() {
            let first = end.received.first(MediaFrom::Actor(&other.actor));
            let heard_us = first.map(|heard| heard.first_us);
            match heard_us.filter(|us| *us <= limit_us.min(until.t_us)) {
                Some(us) => since_us = since_us.max(us),
                None if limit_us > until.t_us => return Ok(None),
                None => {
                    let (who, whom) = (&end.actor, &other.actor);
                    return Err(Unheard { who, whom });
                }
            }
        }
        Ok(Some(since_us))
    }

    /// When the end that did not hang up then was told; nothing if the stage ended first.
    ///
    /// # Errors
    ///
    /// Fail where it was not within the window `told`.
    pub(crate) fn told(&self, scope: &Scope<'_>, hung_up: Position) -> Checked<Option<Position>> {
        let [one, other] = self.ends;
        let other = match one.hung_up() == Some(hung_up) {
            true => other,
            false => one,
        };
        let limit_us = hung_up.t_us.saturating_add(scope.told_us());
        let in_time = |position: &Position| position.t_us <= limit_us;
        let told = other.cut_off().map(|(position, _)| position);
        if let Some(told) = told.filter(in_time) {
            return Ok(Some(told));
        }
        if limit_us > scope.end.t_us || other.hung_up().is_some_and(|position| in_time(&position)) {
            return Ok(None);
        }
        let why = format!(
            "{} was hung up at {hung_up}, and {} was not told within {}",
            self.words,
            other.actor,
            scope.told()
        );
        Err(Objection::fail(why).at(self.begun).at(hung_up))
    }
}
