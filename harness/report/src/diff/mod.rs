//! Two runs compared: which verdicts and figures changed.
//!
//! - [`comparison`]: all that changed, with what regressed.
//! - [`change`]: a clause or an objective whose verdict changed.
//! - [`figure`]: a figure that moved by more than the tolerance.
//! - [`direction`]: for better or for worse.
//! - [`text`]: the same for a person.

pub mod change;
pub mod comparison;
pub mod direction;
pub mod figure;
pub mod text;

pub use comparison::Diff;
pub use text::render;
