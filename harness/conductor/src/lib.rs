//! Runs a walk against a lab, and writes down everything that is observed.
//!
//! The conductor stands between a walk, which says how the deployment goes through the stages, and
//! a [`Lab`](lab::Lab), which can tell actors what to do and break and heal things. It begins a
//! stage when its precondition was *observed*, has the programme's steps carried out at their
//! times, and writes every observation to the journal in order. What it waits for it asks of the
//! [`Timeline`](timeline::Timeline) of what is written so far. It judges nothing.
//!
//! - `stages`: the way through the stages, and what each of them waits for.
//! - `walk_run`: the loop below it: what is due, what is observed, what is waited for.
//! - `schedule`: what is due when.
//! - `instruction`: what a step of the programme means for whom.
//! - `provisioning`: how pools learn who takes part, where verbs tell them.
//! - `expected_probes`: how probes see a fault, and its end.
//! - `guard`: sees to it that no fault outlives the walk.
//! - [`progress`], [`error`]: what whoever waits is told.
//! - [`preflight`](mod@preflight): that the lab's hosts hear each other, before anything else.
//! - [`honesty`]: asked before any walk: whether the target's answers can be relied on.

mod guard;
mod instruction;
mod schedule;
mod stages;
mod walk_run;

pub mod error;
mod expected_probes;
pub mod honesty;
pub mod preflight;
pub mod progress;
mod provisioning;

pub use drawing::Plan;
pub use error::ConductorError;
pub use honesty::HonestyError;
pub use preflight::{PreflightError, preflight};
pub use progress::Progress;
pub use stages::conduct;
