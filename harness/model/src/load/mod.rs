//! The load in the background of a walk: calls by the thousand that are measured, and not judged.
//!
//! - `background`: what a walk's file says of it.
//! - `people`: who plays in it, as it was drawn: groups, and the agents who answer their calls.
//! - `actor`: callers and agents of one kind, as the lab runs them and the journal names them.
//! - `measured`: what was measured of them, in the shape in which `rgdrill load --format json` has it.
//! - `histogram`: which value occurred how often.
//! - `results`: what `results.json` says of all of it.

mod actor;
mod background;
mod histogram;
mod measured;
mod people;
mod results;

pub use actor::{Actor, Role};
pub use background::{Kind, Load, Media};
pub use histogram::Histogram;
pub use measured::{Heard, Measured, Outcome};
pub use people::LoadGroup;
pub use results::{LoadResult, StageLoad};
