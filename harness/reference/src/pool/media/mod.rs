//! Media: the pool's RTP ports.
//!
//! - `relay`: the ports; what is relayed from end to end, and what is played.
//! - `melody`: the music that callers hear while they wait.
//! - `spoiler`: what only mutants do to either.

mod melody;
mod relay;
mod spoiler;

pub(super) use relay::Media;
pub(super) use spoiler::{Circumstances, Way};
