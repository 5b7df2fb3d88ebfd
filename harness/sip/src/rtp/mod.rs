//! RTP (RFC 3550): packets, and the two ends of a flow.
//!
//! - [`Packet`]: the wire format.
//! - [`Sender`]: one packet each 20 ms, on the node's clock.
//! - [`Receiver`]: what arrived of one flow, what was lost, and the longest gap.

mod packet;
mod receiver;
mod sender;

pub use packet::{PACKET_TIME, PCMU, Packet, RtpError};
pub use receiver::{Arrival, Receiver, SILENCE};
pub use sender::Sender;
