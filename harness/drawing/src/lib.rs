//! What is to be run: a walk with the topology and the programme that it names; on the hosts that a target
//! has, drawn from the seed, and at the target's pace.
//!
//! Scenario files say what is done and who may do it: their names are *roles*. A pool that knew them
//! could recognise a drill, and behave as long as it lasts. So for each walk and seed it is drawn who
//! plays which role: names, numbers, the words that are written, the order in which users and groups
//! are known, and when exactly things are done. Nothing here knows a pool, and the same seed always
//! draws the same: whoever verifies a run draws again, and compares.
//!
//! ```text
//! scenarios ─► plan ─► on the target's hosts ─► drawn ─► at the target's pace ─► conductor
//!                                      seed ──────┘            └ its declared times
//! ```
//!
//! - [`plan`]: what is to be run.
//! - `hosts`: a plan on a target's hosts.
//! - `random`: what is done beside what the programme says.
//! - [`draw`]: a plan, drawn: everything below brought together.
//! - `lots`: what draws: random numbers of a seed.
//! - `names`: who is called what.
//! - `load`: who plays in the load in the background.
//! - `order`: in which order users and groups are known.
//! - `values`: the words that administrators write.
//! - `hours`: when things are done.
//! - [`pace`]: a plan for a target that takes its time.

pub mod draw;
mod hosts;
mod hours;
mod load;
mod lots;
mod names;
mod order;
pub mod pace;
pub mod plan;
mod random;
mod values;

pub use pace::Pace;
pub use plan::{HeldCall, Plan};
