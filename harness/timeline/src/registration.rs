//! Registrations that agents' telephones asked for, and for how long each is there.

use model::journal::event::NoSuccess;
use model::topology::Pool;

use crate::position::Position;
use crate::timeline::Timeline;

/// A registration that a telephone asked for, or asked to withdraw.
#[derive(Clone, Debug)]
pub struct Registration {
    /// When it was asked for: the pool may have carried it out since then.
    pub asked: Position,
    /// When its answer came, or was no longer waited for.
    pub position: Position,
    /// Which of the agent's telephones: the agent's own, which has the agent's name, or a further one.
    pub telephone: String,
    /// At which pool.
    pub pool: Pool,
    /// What came of it.
    pub answer: Answer,
}

/// What came of a registration, or of its withdrawal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It was accepted.
    Accepted {
        /// For how long the pool keeps it, in microseconds, if it says so.
        lasting_us: Option<u64>,
        /// How many other contacts of the agent the pool lists.
        others: usize,
    },
    /// It was not.
    NotAccepted(NoSuccess),
    /// It was withdrawn.
    Withdrawn {
        /// And so were those of the agent's other telephones.
        all: bool,
    },
    /// It was not, as far as is known.
    NotWithdrawn {
        /// Those of the agent's other telephones were to be as well.
        all: bool,
        /// How it ended.
        outcome: NoSuccess,
    },
}

/// Until when a telephone is registered with a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// The line that tells of it.
    pub position: Position,
    /// Until then, at the latest, in microseconds.
    pub us: u64,
}

impl Registration {
    /// Whether it was asked for no longer to be registered.
    pub const fn is_withdrawal(&self) -> bool {
        matches!(
            self.answer,
            Answer::Withdrawn { .. } | Answer::NotWithdrawn { .. }
        )
    }

    /// Whether the pool accepted it.
    pub const fn is_accepted(&self) -> bool {
        matches!(self.answer, Answer::Accepted { .. })
    }
}

impl Timeline {
    /// The names of an agent's telephones: the agent's own, and further ones.
    pub fn telephones<'t>(&'t self, agent: &'t str) -> impl Iterator<Item = &'t str> {
        let further = self.topology.telephones.iter();
        let further = further.filter(move |telephone| telephone.of == agent);
        [agent]
            .into_iter()
            .chain(further.map(|further| further.name.as_str()))
    }

    /// With which pool an agent is registered, by the last answer that one of the telephones had.
    pub fn registrar(&self, agent: &str) -> Option<Pool> {
        let last = self.telephones(agent).filter_map(|telephone| {
            let last = self.registrations_by(telephone).next_back()?;
            last.is_accepted().then_some((last.position, last.pool))
        });
        last.max().map(|(_, pool)| pool)
    }

    /// Whether an agent was registered with this pool then, by what one of the telephones had heard last.
    pub fn registered_at(&self, agent: &str, pool: Pool, by: Position) -> bool {
        self.registered_since(agent, pool, (by, by)).is_some()
    }

    /// Whether an agent was registered anywhere then, as far as the agent knew.
    pub fn registered(&self, agent: &str, by: Position) -> bool {
        let at = |pool| self.registered_at(agent, pool, by);
        Pool::BOTH.into_iter().any(at)
    }

    /// Since when, between two instants, an agent was registered with this pool by one telephone, and still
    /// was at the later one; nothing if not.
    pub fn registered_since(
        &self,
        agent: &str,
        pool: Pool,
        within: (Position, Position),
    ) -> Option<Position> {
        let telephones = self.telephones(agent);
        let since = telephones.filter_map(|one| self.telephone_registered_since(one, pool, within));
        since.min()
    }

    /// The same of one telephone. What the pool has accepted lasts as long as it has said, unless it was asked to
    /// withdraw it, alone or with all others of the agent, has not accepted it once more, or has listed another telephone
    /// of the agent alone.
    pub fn telephone_registered_since(
        &self,
        telephone: &str,
        pool: Pool,
        (from, until): (Position, Position),
    ) -> Option<Position> {
        let agent = self.topology.party_at(telephone);
        let mut lasting: Option<(Position, u64)> = None;
        let known = self.registrations_of(agent).iter();
        for one in known.filter(|registration| registration.pool == pool) {
            let is_own = one.telephone == telephone;
            let (since, next) = match one.answer {
                Answer::Accepted { lasting_us, .. } if is_own => {
                    let before = lasting.filter(|(_, until_us)| one.position.t_us < *until_us);
                    let since = before.map_or(one.position, |(since, _)| since);
                    let until_us = lasting_us.map_or(u64::MAX, |us| one.asked.later_by(us).t_us);
                    (one.position, Some((since, until_us)))
                }
                Answer::Accepted { others: 0, .. } => (one.position, None),
                Answer::NotAccepted(_) if is_own => (one.position, None),
                Answer::Withdrawn { all } | Answer::NotWithdrawn { all, .. } if is_own || all => {
                    (one.asked, None)
                }
                _ => continue,
            };
            if since <= until {
                lasting = next;
            }
        }
        let (since, until_us) = lasting?;
        (until.t_us < until_us).then_some(since.max(from))
    }

    /// Until when, at the latest, this pool has a telephone's registration, by what it had been asked for by then;
    /// nothing if it had never taken one.
    pub fn expiry(&self, telephone: &str, pool: Pool, by: Position) -> Option<Expiry> {
        let asked = self.registrations_by(telephone);
        let asked = asked.filter(|r| r.pool == pool && r.asked <= by);
        let mut expiry: Option<Expiry> = None;
        for Registration {
            position, answer, ..
        } in asked
        {
            let position = *position;
            let us = match answer {
                Answer::Accepted {
                    lasting_us: Some(us),
                    ..
                } if position <= by => position.later_by(*us).t_us,
                // It may have taken it.
                Answer::Accepted { .. } | Answer::NotAccepted(NoSuccess::TimedOut) => u64::MAX,
                Answer::Withdrawn { .. } if position <= by => position.t_us,
                Answer::Withdrawn { .. } | Answer::NotWithdrawn { .. } | Answer::NotAccepted(_) => {
                    continue;
                }
            };
            expiry = Some(Expiry { position, us });
        }
        expiry
    }
}
