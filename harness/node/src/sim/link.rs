//! What one direction between two hosts is like.

use std::time::Duration;

use super::Probability;

/// The properties of one direction between two hosts.
///
/// Loss costs streams and HTTP a retransmission time, never a message, as long as not 16 in a row
/// are lost, over a quarter of an hour: then the connection breaks. Duplication and reordering
/// touch datagrams only. Bandwidth is not modelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// How long a packet takes at least.
    pub latency: Duration,
    /// How much longer it may take, evenly distributed. Jitter alone changes no order.
    pub jitter: Duration,
    /// How many packets are lost.
    pub loss: Probability,
    /// How many datagrams arrive twice.
    pub duplicate: Probability,
    /// How many datagrams are held back by 25 to 65 ms, so that later ones overtake them: one to
    /// three packets of a flow of voice, which has one each 20 ms.
    pub reorder: Probability,
}

impl Link {
    /// Between nodes of the same host: 10 µs, without impairment.
    pub const LOOPBACK: Link = Link::ideal(Duration::from_micros(10), Duration::ZERO);

    /// Between hosts of one site, without impairment: 200 to 250 µs.
    pub const SITE: Link = Link::ideal(Duration::from_micros(200), Duration::from_micros(50));

    const fn ideal(latency: Duration, jitter: Duration) -> Self {
        Link {
            latency,
            jitter,
            loss: Probability::NEVER,
            duplicate: Probability::NEVER,
            reorder: Probability::NEVER,
        }
    }
}

impl Default for Link {
    /// [`Link::SITE`].
    fn default() -> Self {
        Link::SITE
    }
}
