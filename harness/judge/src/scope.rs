//! What a clause speaks of: one stage of one walk, under the clause's condition, over the windows.

use model::clause::{Condition, Windows};
use model::topology::Pool;
use model::{Span, Stage};

use crate::checked::{Checked, Objection};
use model::verb::Verb;
use timeline::Timeline;
use timeline::call::Call;
use timeline::operation::Operation;
pub(crate) use timeline::position::CROSSING_US;
use timeline::position::{Lasting, Position};

/// How much later than others a re-INVITE may be taken that met one of the other end's (491), and was sent
/// again (RFC 3261 section 14.1).
pub(crate) const AFTER_491: Span = Span::from_secs(4);

/// What a checker looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'s> {
    /// The walk.
    pub(crate) timeline: &'s Timeline,
    /// The stage.
    pub(crate) stage: Stage,
    /// Its beginning.
    pub(crate) begin: Position,
    /// Its end.
    pub(crate) end: Position,
    /// Which attempts count.
    pub(crate) condition: Condition,
    /// Over which time things are observed.
    pub(crate) windows: Windows,
}

impl<'s> Scope<'s> {
    /// What a clause with this stage and condition speaks of.
    ///
    /// # Errors
    ///
    /// Inconclusive where the stage was never reached or never ended, or where the condition held
    /// at no time in it.
    pub(crate) fn of(
        timeline: &'s Timeline,
        stage: Stage,
        condition: Condition,
        windows: Windows,
    ) -> Checked<Self> {
        let Some(interval) = timeline.stages.get(&stage) else {
            return Err(cut_short(timeline, &format!("{stage} was never reached")));
        };
        let Some(end) = interval.end else {
            let why = format!("{stage} began at {} and never ended", interval.begin);
            return Err(cut_short(timeline, &why).at(interval.begin));
        };
        let scope = Scope {
            timeline,
            stage,
            begin: interval.begin,
            end,
            condition,
            windows,
        };
        scope.condition_held()?;
        Ok(scope)
    }

    fn condition_held(&self) -> Checked<()> {
        let import = self.timeline.import();
        match (self.condition, import) {
            (Condition::Imported, None) => Err(Objection::inconclusive(
                "the groups were never imported into the backup in this walk",
            )),
            (Condition::Imported, Some((_, done))) if done > self.end => {
                let why = format!("the groups were imported at {done}, after {}", self.stage);
                Err(Objection::inconclusive(why).at(done))
            }
            (Condition::NotImported, Some((invoked, done))) if invoked < self.begin => {
                let why = format!("the groups were imported at {done}, before {}", self.stage);
                Err(Objection::inconclusive(why).at(done))
            }
            _ => Ok(()),
        }
    }

    /// That the stage lasted at least as long as `window`.
    pub(crate) fn lasts(&self, window: Span) -> Checked<()> {
        let lasted = self.end.t_us.saturating_sub(self.begin.t_us);
        if lasted >= us(window) {
            return Ok(());
        }
        let why = format!(
            "the stage lasted {}, which is shorter than the window of {window}",
            Lasting(lasted)
        );
        Err(Objection::inconclusive(why).at(self.begin).at(self.end))
    }

    /// Whether this was within the stage.
    pub(crate) fn contains(&self, position: Position) -> bool {
        self.begin <= position && position <= self.end
    }

    /// Whether an attempt at this position meets the clause's condition.
    pub(crate) fn meets_condition(&self, attempt: Position) -> bool {
        match self.condition {
            Condition::All => true,
            Condition::Imported => self.timeline.imported(attempt) == Some(true),
            Condition::NotImported => self.timeline.imported(attempt) == Some(false),
        }
    }

    /// Calls to the primary's groups that were placed within the stage, and answered or refused,
    /// under the condition. One that an import overtook is under neither.
    pub(crate) fn attempts(&self) -> impl Iterator<Item = &'s Call> {
        self.attempts_to(Pool::Primary)
    }

    /// The same, of calls to this pool's groups.
    pub(crate) fn attempts_to(&self, owner: Pool) -> impl Iterator<Item = &'s Call> {
        let scope = *self;
        self.timeline.calls_to_groups_of(owner).filter(move |call| {
            let decided = call.decided().unwrap_or(call.placed);
            scope.contains(call.placed)
                && scope.meets_condition(call.placed)
                && scope.meets_condition(decided)
        })
    }

    /// Uses of a verb that began and ended within the stage, under the condition. One that lies
    /// across a boundary is not counted.
    pub(crate) fn operations(&self, verb: Verb) -> impl Iterator<Item = &'s Operation> {
        let scope = *self;
        self.timeline.operations.iter().filter(move |operation| {
            operation.verb == verb
                && scope.contains(operation.invoked)
                && operation
                    .ended_at()
                    .is_some_and(|ended| scope.contains(ended))
                && scope.meets_condition(operation.invoked)
        })
    }

    /// Whether the statements of this stage answer for what was done then: within it; in the healthy
    /// stage, which has no statements, those of the outage; and after the last stage, those of that one.
    pub(crate) fn answers_for(&self, position: Position) -> bool {
        self.contains(position)
            || (self.stage == Stage::Outage && position < self.begin)
            || (self.stage == Stage::FailedBack && self.end < position)
    }

    /// Until when they do: after the last stage, to the end of the walk.
    pub(crate) fn answers_until(&self) -> Position {
        match self.stage {
            Stage::FailedBack => self.timeline.last.max(self.end),
            _ => self.end,
        }
    }

    /// The same stage, whatever the condition: for controls and for what is read back.
    pub(crate) fn unconditionally(&self) -> Self {
        Scope {
            condition: Condition::All,
            ..*self
        }
    }

    /// The window of continuous media, in microseconds.
    pub(crate) fn gap_us(&self) -> u64 {
        us(self.windows.gap)
    }

    /// The window of silence, in microseconds.
    pub(crate) fn silence_us(&self) -> u64 {
        us(self.windows.silence)
    }

    /// The window of a caller who was forgotten, in microseconds: it begins when agents are alerted, as the target
    /// declares it.
    pub(crate) fn alert_us(&self) -> u64 {
        us(self.windows.alert).saturating_add(self.timeline.alerts_after_us)
    }

    /// Within which time the ends of a call hear each other once it is accepted, in microseconds.
    /// Where messages may be lost or overtake each other, a re-INVITE that came before the ACK of
    /// the INVITE may be refused with 491, and is sent again up to 4 s later (RFC 3261 section 14.1).
    pub(crate) fn heard_us(&self) -> u64 {
        us(self.where_links_lose(self.windows.silence, AFTER_491))
    }

    /// The window of being told. Where links lose messages, a BYE that is lost three times is
    /// sent for the fourth time 3.5 s after the first (RFC 3261 section 17.1.2.2).
    pub(crate) fn told(&self) -> Span {
        const SENT_AGAIN: Span = Span::from_secs(2);
        self.where_links_lose(self.windows.told, SENT_AGAIN)
    }

    /// The same, in microseconds.
    pub(crate) fn told_us(&self) -> u64 {
        us(self.told())
    }

    /// A window that is longer where actors' links lose what is sent, or let it be overtaken.
    fn where_links_lose(&self, window: Span, longer: Span) -> Span {
        match self.timeline.links.actors {
            None => window,
            Some(_) => window + longer,
        }
    }

    /// The pool with which pools look for this agent in this stage: the backup once it stands in, else the
    /// agent's home. None where they cannot reach the agent at all: those homed in the primary before failover
    /// is complete, and during failback.
    pub(crate) fn registrar(&self, agent: &str) -> Option<Pool> {
        match (self.stage, self.timeline.home(agent)?) {
            (Stage::FailedOver, _) | (_, Pool::Backup) => Some(Pool::Backup),
            (Stage::FailedBack, Pool::Primary) => Some(Pool::Primary),
            (_, Pool::Primary) => None,
        }
    }

    /// The window of an agent's unreachability, in microseconds.
    pub(crate) fn unreachable_us(&self) -> u64 {
        us(self.windows.unreachable)
    }
}

/// A span in microseconds, as journals count.
pub(crate) fn us(span: Span) -> u64 {
    u64::try_from(span.get().as_micros()).unwrap_or(u64::MAX)
}

/// That a walk did not come as far, with the reason if it is known.
pub(crate) fn cut_short(timeline: &Timeline, what: &str) -> Objection {
    match &timeline.stopped {
        Some((position, why)) => {
            let why = format!("{what}, because the walk stopped at {position}: {why}");
            Objection::inconclusive(why).at(*position)
        }
        None => Objection::inconclusive(what),
    }
}
