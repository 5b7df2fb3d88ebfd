//! What administrators and agents had done: the two lines of a verb, as one.

use model::topology::Pool;
use model::verb::{About, Row, Verb, VerbOutcome};

use crate::mark::Mark;
use crate::ruling::{Checked, Objection};

/// One use of a verb.
#[derive(Clone, Debug)]
pub(crate) struct Deed<'t> {
    /// Which verb.
    pub(crate) verb: Verb,
    /// Who used it: an agent's name, or the administrator's.
    pub(crate) by: &'t str,
    /// The pool that was asked.
    pub(crate) at: Pool,
    /// What it is about.
    pub(crate) about: &'t About,
    /// When it was invoked.
    pub(crate) invoked: Mark,
    /// When it ended, how, and what it listed.
    pub(crate) ended: Option<End<'t>>,
}

/// How a verb ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End<'t> {
    /// When.
    pub(crate) mark: Mark,
    /// How.
    pub(crate) outcome: &'t VerbOutcome,
    /// What was listed.
    pub(crate) rows: Option<&'t [Row]>,
}

/// A definite answer to a verb. That nobody answered is none.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer<'t> {
    /// Done; with what was listed.
    Done(&'t [Row]),
    /// Refused; with what the pool said.
    Refused(&'t str),
}

impl<'t> Deed<'t> {
    /// When it was done, if it was.
    pub(crate) fn done(&self) -> Option<Mark> {
        self.ended
            .filter(|end| *end.outcome == VerbOutcome::Done)
            .map(|end| end.mark)
    }

    /// The definite answer and when it came.
    ///
    /// # Errors
    ///
    /// Unsupported where the target lacks the verb; inconclusive where nobody answered: a time-out
    /// is no refusal.
    pub(crate) fn answer(&self) -> Checked<(Mark, Answer<'t>)> {
        let Some(end) = self.ended else {
            let why = format!("{} never came to an end", self.words());
            return Err(Objection::inconclusive(why).at(self.invoked));
        };
        match end.outcome {
            VerbOutcome::Done => Ok((end.mark, Answer::Done(end.rows.unwrap_or_default()))),
            VerbOutcome::Refused { why } => Ok((end.mark, Answer::Refused(why))),
            VerbOutcome::Unsupported => {
                let why = format!("the target lacks the verb: {}", self.words());
                Err(Objection::unsupported(why).at(end.mark))
            }
            VerbOutcome::NoAnswer { why } => {
                let why = format!(
                    "{} got no answer ({why}), which is no refusal",
                    self.words()
                );
                Err(Objection::inconclusive(why).at(end.mark))
            }
        }
    }

    /// Whether nobody answered.
    pub(crate) fn is_unanswered(&self) -> bool {
        matches!(
            self.ended.map(|end| end.outcome),
            None | Some(VerbOutcome::NoAnswer { .. })
        )
    }

    /// How readers are told of it.
    pub(crate) fn words(&self) -> String {
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
pub(crate) fn answered_first<'a, 't>(deeds: Vec<&'a Deed<'t>>) -> Vec<&'a Deed<'t>> {
    let answered: Vec<&Deed<'_>> = deeds
        .iter()
        .copied()
        .filter(|deed| !deed.is_unanswered())
        .collect();
    if answered.is_empty() { deeds } else { answered }
}
