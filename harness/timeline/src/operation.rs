//! What administrators and agents had done: the two lines of a verb, as one.

use model::shared::Shared;
use model::topology::Pool;
use model::verb::{About, Row, Verb, VerbOutcome};

use crate::position::{At, Position};

/// One use of a verb.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Which verb.
    pub verb: Verb,
    /// Who used it: an agent's name, or the administrator's.
    pub by: String,
    /// The pool that was asked.
    pub at: Pool,
    /// What it is about.
    pub about: About,
    /// When it was invoked.
    pub invoked: Position,
    /// When it ended, how, and what it listed.
    pub ended: Option<End>,
}

/// How a verb ended.
#[derive(Clone, Debug)]
pub struct End {
    /// When.
    pub position: Position,
    /// How.
    pub outcome: VerbOutcome,
    /// What was listed.
    pub rows: Option<Shared<Vec<Row>>>,
}

/// A definite answer to a verb. That nobody answered is none.
#[derive(Clone, Copy, Debug)]
pub enum Answer<'a> {
    /// Done; with what was listed.
    Done(&'a [Row]),
    /// Refused; with what the pool said.
    Refused(&'a str),
}

/// Why an operation has no definite answer.
#[derive(Clone, Copy, Debug)]
pub enum NoAnswer<'a> {
    /// The journal ends before it does.
    NeverEnded,
    /// The target says that it lacks the verb.
    Unsupported(Position),
    /// Nobody answered, or the connection broke; with what the network said.
    Unanswered(Position, &'a str),
}

/// Of operations in the order in which they were invoked, the last one that was by then.
pub fn last_by<'t>(operations: &[&'t Operation], by: Position) -> Option<&'t Operation> {
    let count = operations.partition_point(|operation| operation.invoked <= by);
    operations.get(count.checked_sub(1)?).copied()
}

impl Operation {
    /// When it was done, if it was.
    pub fn done(&self) -> Option<Position> {
        let done = |end: &&End| end.outcome == VerbOutcome::Done;
        self.ended.as_ref().filter(done).map(|end| end.position)
    }

    /// When it ended, if it did.
    pub fn ended_at(&self) -> Option<Position> {
        self.ended.as_ref().map(|end| end.position)
    }

    /// What was listed, if anything was.
    pub fn rows(&self) -> Option<&[Row]> {
        self.ended.as_ref()?.rows.as_deref().map(Vec::as_slice)
    }

    /// The definite answer and when it came.
    ///
    /// # Errors
    ///
    /// [`NoAnswer`]: there is none. That nobody answered is no refusal.
    pub fn answer(&self) -> Result<(Position, Answer<'_>), NoAnswer<'_>> {
        let Some(end) = &self.ended else {
            return Err(NoAnswer::NeverEnded);
        };
        match &end.outcome {
            VerbOutcome::Done => Ok((
                end.position,
                Answer::Done(end.rows.as_deref().map_or(&[], Vec::as_slice)),
            )),
            VerbOutcome::Refused { why } => Ok((end.position, Answer::Refused(why))),
            VerbOutcome::Unsupported => Err(NoAnswer::Unsupported(end.position)),
            VerbOutcome::NoAnswer { why } => Err(NoAnswer::Unanswered(end.position, why)),
        }
    }

    /// Whether nobody answered.
    pub fn is_unanswered(&self) -> bool {
        matches!(
            self.ended.as_ref().map(|end| &end.outcome),
            None | Some(VerbOutcome::NoAnswer { .. })
        )
    }

    /// Whether this asks the partner of the pool that was asked there for the same; with another value, if
    /// it is a change.
    pub(crate) fn asks_the_partner_of(&self, other: &Operation) -> bool {
        let subject = |operation: &Operation| About {
            value: None,
            ..operation.about.clone()
        };
        self.at == other.at.partner()
            && (self.verb, &self.by) == (other.verb, &other.by)
            && subject(self) == subject(other)
    }

    /// How readers are told of it.
    pub fn words(&self) -> String {
        let what = match self.verb {
            Verb::FailOver => "failover",
            Verb::FailBack => "failback",
            Verb::Export => "export",
            Verb::Import => "import",
            Verb::RemoveExported => "removal of exported groups",
            Verb::List => "listing of groups",
            Verb::Modify => "change of",
            Verb::GetGroups => "list of groups",
            Verb::SignIn => "sign-in to",
            Verb::SignOut => "sign-out of",
            Verb::CallOnBehalf => "call on behalf of",
            Verb::CreateAgent => "creation of an agent",
            Verb::CreateGroup => "creation of",
        };
        let group = match &self.about.group {
            Some(group) => format!(" `{group}`"),
            None => String::new(),
        };
        let Position { t_us, n } = self.invoked;
        format!(
            "{}'s {what}{group} at the {} ({}, line {n})",
            self.by,
            self.at.word(),
            At(t_us)
        )
    }
}
