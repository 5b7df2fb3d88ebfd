//! An operation that an actor has a pool carry out: one verb, at one pool.

use model::topology::Pool;
use model::verb::{About, Verb};

/// What is added to the id of an operation in the journal when the second pool is asked; all ids
/// that are [given](crate::Command::Verb) are below it.
pub const SECOND_POOL: u64 = 1 << 32;

/// A verb to be carried out.
#[derive(Clone)]
pub(crate) struct Operation {
    /// Pairs beginning and end in the journal.
    pub(crate) id: u64,
    pub(crate) verb: Verb,
    /// The pool that is asked.
    pub(crate) at: Pool,
    pub(crate) about: About,
    /// The pool that is asked after it, if it gives no answer.
    pub(crate) fallback: Option<Pool>,
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
