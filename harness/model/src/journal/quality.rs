//! How the packets of a flow came, over the time that one journal line sums up.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// What was seen of the packets that a [`Media`](super::Event::Media) line counts. Comfort noise
/// (RFC 3389) and telephone events (RFC 4733) count as packets, and are no audio.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Quality {
    /// The payload types of those that held audio.
    pub payload_types: BTreeSet<u8>,
    /// How much audio they held.
    pub audio_us: u64,
    /// How many of them held something to be heard, and not silence.
    pub sounding: u32,
    /// How many packets were comfort noise.
    pub comfort_noise: u32,
    /// How many others had overtaken.
    pub late: u32,
    /// How many came again; they are not among the packets.
    pub duplicates: u32,
    /// How many began an RTP stream anew: of another SSRC than the packet before, with a number that no
    /// loss explains (RFC 3550 section A.1), or with a time stamp that follows neither from the packet before nor
    /// from the time that passed (section 5.1).
    #[serde(default, skip_serializing_if = "is_none")]
    pub restarts: u32,
    /// The interarrival jitter (RFC 3550 section 6.4.1), the mean of what it was at each packet.
    pub jitter_us: u64,
    /// By how much longer than the quickest of them they took, on average.
    pub delayed_us: u64,
    /// How long the voice in them was under way, on average, where that could be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_us: Option<u64>,
}

/// Whether there is nothing to tell.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks in this way")]
const fn is_none(count: &u32) -> bool {
    *count == 0
}
