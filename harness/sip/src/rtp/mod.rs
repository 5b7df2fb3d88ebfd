//! RTP (RFC 3550): packets, and the two ends of a flow.
//!
//! - [`Packet`]: the wire format.
//! - [`Codec`]: what a byte of payload stands for.
//! - [`Sender`]: one packet each 20 ms, on the node's clock.
//! - [`Receiver`]: what arrived of one flow, what was lost, the longest gap, and the jitter.

mod codec;
mod packet;
mod receiver;
mod sender;

pub use codec::{Codec, PCMA};
pub use packet::{COMFORT_NOISE, PACKET_TIME, PCMU, Packet, RtpError};
pub use receiver::{Arrival, Receiver, SILENCE};
pub use sender::Sender;
