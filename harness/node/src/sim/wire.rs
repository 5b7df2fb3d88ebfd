//! One direction between two hosts, as packets experience it.

use std::ops::RangeInclusive;
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

use super::{Cut, Link};
use crate::Now;

/// How much later a reordered datagram arrives, in microseconds.
const REORDER_DELAY: RangeInclusive<u64> = 25_000..=65_000;

/// One direction between two hosts: its link, its cut, and the order of what travels on it.
#[derive(Debug)]
pub(crate) struct Wire {
    link: Link,
    setting: Setting,
    cut: Option<Cut>,
    rng: ChaCha8Rng,
    /// When the datagram sent last arrives: no later one may arrive earlier.
    last_arrival: Now,
}

/// Whether a wire follows the network's default link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Setting {
    Default,
    Own,
}

/// What becomes of a packet that is put on a wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PacketFate {
    Arrives(Now),
    Lost,
    Rejected,
}

impl Wire {
    pub(crate) fn new(link: Link, rng: ChaCha8Rng) -> Self {
        Wire {
            link,
            setting: Setting::Default,
            cut: None,
            rng,
            last_arrival: Now::ZERO,
        }
    }

    /// The wire of a host to itself, which no default changes.
    pub(super) fn loopback(rng: ChaCha8Rng) -> Self {
        Wire {
            setting: Setting::Own,
            ..Wire::new(Link::LOOPBACK, rng)
        }
    }

    pub(super) const fn link(&self) -> Link {
        self.link
    }

    pub(super) fn set_link(&mut self, link: Link) {
        self.link = link;
        self.setting = Setting::Own;
    }

    /// Follows a new default, unless the wire has a link of its own.
    pub(super) fn set_default_link(&mut self, link: Link) {
        if self.setting == Setting::Default {
            self.link = link;
        }
    }

    pub(super) fn set_cut(&mut self, cut: Option<Cut>) {
        self.cut = cut;
    }

    /// What becomes of a datagram sent at `now`.
    pub(crate) fn datagram(&mut self, now: Now) -> PacketFate {
        if let Some(obstacle) = self.obstacle() {
            return obstacle;
        }
        let arrival = now + self.delay();
        if self.link.reorder.occurs(&mut self.rng) {
            return PacketFate::Arrives(arrival + between(&mut self.rng, REORDER_DELAY));
        }
        PacketFate::Arrives(self.in_order(arrival))
    }

    /// When the datagram sent at `now` arrives a second time, if it does. Never before the first.
    pub(crate) fn duplicate(&mut self, now: Now, first: Now) -> Option<Now> {
        if !self.link.duplicate.occurs(&mut self.rng) {
            return None;
        }
        let second = now + self.delay();
        Some(self.in_order(second.max(first)))
    }

    /// What becomes of a TCP segment sent at `now`. Its connection keeps its order.
    pub(super) fn segment(&mut self, now: Now) -> PacketFate {
        match self.obstacle() {
            Some(obstacle) => obstacle,
            None => PacketFate::Arrives(now + self.delay()),
        }
    }

    fn obstacle(&mut self) -> Option<PacketFate> {
        match self.cut {
            Some(Cut::Silent) => Some(PacketFate::Lost),
            Some(Cut::Reject) => Some(PacketFate::Rejected),
            None if self.link.loss.occurs(&mut self.rng) => Some(PacketFate::Lost),
            None => None,
        }
    }

    fn delay(&mut self) -> Duration {
        if self.link.jitter.is_zero() {
            return self.link.latency;
        }
        let jitter = u64::try_from(self.link.jitter.as_micros()).unwrap_or(u64::MAX);
        self.link.latency + between(&mut self.rng, 0..=jitter)
    }

    fn in_order(&mut self, arrival: Now) -> Now {
        self.last_arrival = self.last_arrival.max(arrival);
        self.last_arrival
    }
}

/// A span out of `micros`, evenly distributed: one draw, scaled without division.
pub(super) fn between(rng: &mut ChaCha8Rng, micros: RangeInclusive<u64>) -> Duration {
    let width = u128::from(micros.end() - micros.start()) + 1;
    let offset = (u128::from(rng.next_u64()) * width) >> 64;
    Duration::from_micros(micros.start() + offset as u64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sim::Probability;
    use crate::sim::seed::{RngStream, Seed};

    fn wire(seed: u64, link: Link) -> Wire {
        Wire::new(
            link,
            Seed::new(seed).rng(RngStream::Wire { from: 0, to: 1 }),
        )
    }

    fn arrivals(wire: &mut Wire, spacing: u64) -> Vec<Now> {
        let sent = (0..200).map(|index| Now::from_micros(index * spacing));
        sent.filter_map(|now| match wire.datagram(now) {
            PacketFate::Arrives(at) => Some(at),
            PacketFate::Lost | PacketFate::Rejected => None,
        })
        .collect()
    }

    proptest! {
        #[test]
        fn jitter_alone_keeps_the_order(seed: u64, jitter in 0_u64..1_000_000, spacing in 0_u64..1000) {
            let jitter = Duration::from_micros(jitter);
            let arrivals = arrivals(&mut wire(seed, Link { jitter, ..Link::SITE }), spacing);
            prop_assert_eq!(arrivals.len(), 200);
            prop_assert!(arrivals.is_sorted());
        }

        #[test]
        fn a_span_lies_in_its_range(seed: u64, start in 0_u64..1000, width in 0_u64..1000) {
            let mut rng = Seed::new(seed).rng(RngStream::Sync { node: 0 });
            let span = between(&mut rng, start..=start + width).as_micros() as u64;
            prop_assert!((start..=start + width).contains(&span));
        }
    }

    #[test]
    fn reordering_lets_later_voice_packets_overtake() {
        let reorder = Probability::percent(10);
        let arrivals = arrivals(
            &mut wire(
                1,
                Link {
                    reorder,
                    ..Link::SITE
                },
            ),
            20_000,
        );
        let overtaken = arrivals.windows(2).filter(|pair| pair[0] > pair[1]).count();
        assert!((5..40).contains(&overtaken), "{overtaken} of 200");
    }

    #[test]
    fn a_duplicate_never_arrives_before_the_original() {
        let duplicate = Probability::ALWAYS;
        let jitter = Duration::from_millis(5);
        let mut wire = wire(
            1,
            Link {
                duplicate,
                jitter,
                ..Link::SITE
            },
        );
        for index in 0..200 {
            let now = Now::from_micros(index * 1000);
            let PacketFate::Arrives(first) = wire.datagram(now) else {
                panic!("a wire without loss loses nothing");
            };
            let second = wire.duplicate(now, first);
            assert!(second.is_some_and(|second| second >= first));
        }
    }

    #[test]
    fn a_default_changes_only_wires_without_a_link_of_their_own() {
        let slow = Link {
            latency: Duration::from_secs(1),
            ..Link::SITE
        };
        let mut follower = wire(1, Link::SITE);
        let mut own = wire(1, Link::SITE);
        own.set_link(Link::LOOPBACK);
        for wire in [&mut follower, &mut own] {
            wire.set_default_link(slow);
        }
        assert_eq!((follower.link(), own.link()), (slow, Link::LOOPBACK));
    }
}
