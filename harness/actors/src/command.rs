//! What an actor can be told to do.

use model::journal::event::{About, Verb};
use model::topology::{Behaviour, Pool};
use serde::{Deserialize, Serialize};

/// What the harness tells an actor to do. What an actor cannot do becomes an
/// [`Event::Trouble`](model::journal::event::Event::Trouble).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// Callers and agents: place a call; one at a time.
    Call {
        /// Whom: a group's, agent's or callee's name.
        to: String,
    },
    /// Callers and agents: end whatever calls there are, in whatever state.
    HangUp,
    /// Callers and agents: what to do when alerted, from the next time on.
    Behave(Behaviour),
    /// Administrators all verbs, agents their own: have something done by a pool.
    Verb {
        /// Pairs the verb's beginning with its end in the journal.
        id: u64,
        /// What.
        verb: Verb,
        /// The pool that is asked first.
        at: Pool,
        /// What it is about.
        about: About,
    },
}
