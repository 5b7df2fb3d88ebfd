//! The one read model of a run: a walk's journal lines, brought into the shape in which the
//! conductor, the judge and the reports ask for them. Nothing is judged here.
//!
//! ```text
//! lab ─► journal ─► timeline ─► judge ─► report
//!            ▲         │
//!            └ conductor
//! ```
//!
//! - [`timeline`]: the walk as a whole ([`Timeline`]).
//! - [`run`]: a whole run, each of its walks read once ([`ReadRun`]).
//! - `assembly`: how it is put together, from [lines](line) one at a time: while a walk is run, or
//!   from its journal.
//! - `alerting`: which call it is that alerts somebody.
//! - `index`: who was in which calls, and which calls waited, found by time (with `spans`).
//! - [`stage`]: from when to when each stage lasted.
//! - [`fault`], [`probe`]: what the lab broke, and what probes saw of it.
//! - [`call`], [`media`]: calls with their legs, and what each end received.
//! - [`operation`]: what administrators and agents had a pool do, with its answer.
//! - [`registration`]: where agents were registered.
//! - [`load`]: what was measured of the load in the background.
//! - [`harness`]: the actors' own troubles, and their machines'.
//! - [`sip`], [`session`]: the messages on the wire, by the end of a call that they belong to; what
//!   their session descriptions say.
//! - [`position`]: where in the journal something stands, and when it was.

mod alerting;
mod assembly;
pub mod call;
pub mod fault;
pub mod harness;
mod index;
pub mod line;
pub mod load;
pub mod media;
pub mod operation;
pub mod position;
pub mod probe;
pub mod registration;
pub mod run;
pub mod session;
pub mod sip;
pub mod spans;
pub mod stage;
pub mod timeline;

use model::Walk;
use model::journal::{Event, WalkJournal};

pub use assembly::ReadError;
pub use call::{Call, Leg};
pub use fault::InjectedFault;
pub use line::Line;
pub use operation::Operation;
pub use position::Position;
pub use probe::ProbeSample;
pub use run::{ReadRun, ReadWalk};
pub use timeline::{LeftAlone, Timeline};

/// The walk as it was loaded, from its first line, whatever else is missing.
pub fn walk(journal: &WalkJournal) -> Option<&Walk> {
    match &journal.records.first()?.event {
        Event::WalkBegan { walk, .. } => Some(walk),
        _ => None,
    }
}
