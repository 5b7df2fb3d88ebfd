//! What administrators and agents had done: the two lines of a verb, as one.

use model::topology::Pool;
use model::verb::{About, Row, Verb, VerbOutcome};

use crate::position::Position;

/// One use of a verb.
#[derive(Clone, Debug)]
pub struct Operation<'t> {
    /// Which verb.
    pub verb: Verb,
    /// Who used it: an agent's name, or the administrator's.
    pub by: &'t str,
    /// The pool that was asked.
    pub at: Pool,
    /// What it is about.
    pub about: &'t About,
    /// When it was invoked.
    pub invoked: Position,
    /// When it ended, how, and what it listed.
    pub ended: Option<End<'t>>,
}

/// How a verb ended.
#[derive(Clone, Copy, Debug)]
pub struct End<'t> {
    /// When.
    pub position: Position,
    /// How.
    pub outcome: &'t VerbOutcome,
    /// What was listed.
    pub rows: Option<&'t [Row]>,
}

/// A definite answer to a verb. That nobody answered is none.
#[derive(Clone, Copy, Debug)]
pub enum Answer<'t> {
    /// Done; with what was listed.
    Done(&'t [Row]),
    /// Refused; with what the pool said.
    Refused(&'t str),
}

/// Why an operation has no definite answer.
#[derive(Clone, Copy, Debug)]
pub enum NoAnswer<'t> {
    /// The journal ends before it does.
    NeverEnded,
    /// The target says that it lacks the verb.
    Unsupported(Position),
    /// Nobody answered, or the connection broke; with what the network said.
    Unanswered(Position, &'t str),
}

impl<'t> Operation<'t> {
    /// When it was done, if it was.
    pub fn done(&self) -> Option<Position> {
        self.ended
            .filter(|end| *end.outcome == VerbOutcome::Done)
            .map(|end| end.position)
    }

    /// The definite answer and when it came.
    ///
    /// # Errors
    ///
    /// [`NoAnswer`]: there is none. That nobody answered is no refusal.
    pub fn answer(&self) -> Result<(Position, Answer<'t>), NoAnswer<'t>> {
        let Some(end) = self.ended else {
            return Err(NoAnswer::NeverEnded);
        };
        match end.outcome {
            VerbOutcome::Done => Ok((end.position, Answer::Done(end.rows.unwrap_or_default()))),
            VerbOutcome::Refused { why } => Ok((end.position, Answer::Refused(why))),
            VerbOutcome::Unsupported => Err(NoAnswer::Unsupported(end.position)),
            VerbOutcome::NoAnswer { why } => Err(NoAnswer::Unanswered(end.position, why)),
        }
    }

    /// Whether nobody answered.
    pub fn is_unanswered(&self) -> bool {
        matches!(
            self.ended.map(|end| end.outcome),
            None | Some(VerbOutcome::NoAnswer { .. })
        )
    }

    /// How readers are told of it.
    pub fn words(&self) -> String {
        let what = match self.verb {
            Verb::FailOver => "fail over",
            Verb::FailBack => "fail back",
            Verb::Export => "export",
            Verb::Import => "import",
            Verb::RemoveExported => "remove exported",
            Verb::List => "list",
            Verb::Modify => "modify",
            Verb::GetGroups => "get groups",
            Verb::SignIn => "sign in",
            Verb::SignOut => "sign out",
            Verb::CallOnBehalf => "call on behalf",
        };
        let group = match &self.about.group {
            Some(group) => format!(" `{group}`"),
            None => String::new(),
        };
        let at = self.invoked;
        format!(
            "{} ({what}{group} at the {}, {at})",
            self.by,
            self.at.word()
        )
    }
}

/// Leaves out those that nobody answered, where another was answered: clients ask one pool after
/// the other, and a dead pool's silence says nothing that its partner's answer does not say.
pub fn answered_first<'a, 't>(operations: Vec<&'a Operation<'t>>) -> Vec<&'a Operation<'t>> {
    let answered: Vec<&Operation<'_>> = operations
        .iter()
        .copied()
        .filter(|operation| !operation.is_unanswered())
        .collect();
    if answered.is_empty() {
        operations
    } else {
        answered
    }
}
