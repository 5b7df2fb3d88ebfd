//! An operation that an actor has a pool carry out: one verb, at one pool.

use model::topology::Pool;
use model::verb::{About, Verb};
use serde::{Deserialize, Serialize};

/// What is added to the id of an operation in the journal when the second pool is asked; all ids
/// that are [given](crate::Command::Verb) are below it.
pub const SECOND_POOL: u64 = 1 << 32;

/// A verb to be carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// Pairs the verb's beginning with its end in the journal; unique, and below [`SECOND_POOL`], which is
    /// added where a second pool is asked.
    pub id: u64,
    /// What.
    pub verb: Verb,
    /// The pool that is asked first.
    pub at: Pool,
    /// The pool that is asked if that one gives no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Pool>,
    /// What it is about.
    pub about: About,
}

impl Operation {
    /// The same operation at the next pool, if there is one.
    pub(crate) fn at_next_pool(self) -> Option<Operation> {
        let at = self.fallback?;
        Some(Operation {
            id: self.id + SECOND_POOL,
            at,
            fallback: None,
            ..self
        })
    }
}
