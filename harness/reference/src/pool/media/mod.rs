//! Media: the pool's RTP ports.
//!
//! - `relay`: the ports; what is relayed from end to end, and what is played.
//! - `melody`: the music that callers hear while they wait.

mod melody;
mod relay;

pub(super) use relay::Media;
