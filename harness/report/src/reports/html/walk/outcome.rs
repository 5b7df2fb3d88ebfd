//! How things ended, in words.

use model::journal::event::EndedBy;
use model::verb::VerbOutcome;

use super::lane::Look;

pub(in super::super) const fn ended_words(by: EndedBy) -> &'static str {
    match by {
        EndedBy::Bye => "ended by the other end",
        EndedBy::HungUp => "hung up",
        EndedBy::GaveWay => "ended for the next call: nobody had ended it",
        EndedBy::Cancelled => "cancelled",
        EndedBy::Broken => "broken: the other end no longer knows it",
    }
}

pub(super) fn of_verb(outcome: &VerbOutcome) -> (Look, String) {
    match outcome {
        VerbOutcome::Done => (Look::Done, "done".to_owned()),
        VerbOutcome::Refused { why } => (Look::Refused, format!("refused: {why}")),
        VerbOutcome::Unsupported => (Look::Refused, "unsupported".to_owned()),
        VerbOutcome::NoAnswer { why } => (Look::Unanswered, format!("no answer: {why}")),
    }
}
