//! The journal: the only thing that leaves a run. One JSON object a line; append-only; sealed.
//!
//! - [`event`]: what can be recorded.

pub mod event;

pub use event::{Event, Record};
