//! The one read model of a run: a walk's journal lines, brought into the shape in which the
//! conductor, the judge and the reports ask for them. Nothing is judged here.
//!
//! ```text
//! lab ─► journal ─► timeline ─► judge ─► report
//! ```
//!
//! - [`timeline`]: the walk as a whole ([`Timeline`]).
//! - `assembly`: how it is put together, a line at a time.
//! - [`stage`]: from when to when each stage lasted.
//! - [`fault`], [`probe`]: what the lab broke, and what probes saw of it.
//! - [`call`], [`media`]: calls with their legs, and what each end received.
//! - [`operation`]: what administrators and agents had a pool do, with its answer.
//! - [`registration`]: where agents were registered.
//! - [`position`]: where in the journal something stands, and when it was.

mod assembly;
pub mod call;
pub mod fault;
pub mod media;
pub mod operation;
pub mod position;
pub mod probe;
pub mod registration;
pub mod stage;
pub mod timeline;

pub use assembly::ReadError;
pub use call::{Call, Leg};
pub use fault::Fault;
pub use operation::Operation;
pub use position::Position;
pub use probe::ProbeSample;
pub use timeline::Timeline;
