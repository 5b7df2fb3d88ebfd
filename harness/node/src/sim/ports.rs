//! The ports that a node listens on.

/// A set of ports, as a sorted list of inclusive ranges that neither touch nor overlap.
///
/// A node gets all datagrams, TCP connections and HTTP requests to its ports.
///
/// ```
/// use node::sim::Ports;
///
/// let ports = Ports::new().one(5060).range(20000, 20999);
/// assert!(ports.contains(20500));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ports {
    ranges: Vec<(u16, u16)>,
}

impl Ports {
    /// No port.
    pub const fn new() -> Self {
        Ports { ranges: Vec::new() }
    }

    /// Adds one port.
    #[must_use]
    pub fn one(self, port: u16) -> Self {
        self.range(port, port)
    }

    /// Adds all ports from `first` to `last`, both included.
    #[must_use]
    pub fn range(mut self, first: u16, last: u16) -> Self {
        if first > last {
            return self;
        }
        self.ranges.push((first, last));
        self.ranges.sort_unstable();
        self.ranges.dedup_by(|next, range| {
            let joins = next.0 <= range.1.saturating_add(1);
            if joins {
                range.1 = range.1.max(next.1);
            }
            joins
        });
        self
    }

    /// Whether `port` is in the set.
    pub fn contains(&self, port: u16) -> bool {
        let after = self.ranges.partition_point(|range| range.0 <= port);
        after > 0 && port <= self.ranges[after - 1].1
    }

    /// The ranges, sorted.
    pub fn ranges(&self) -> impl Iterator<Item = (u16, u16)> + '_ {
        self.ranges.iter().copied()
    }

    /// The lowest port that both sets have.
    pub(super) fn first_common(&self, other: &Ports) -> Option<u16> {
        self.ranges()
            .flat_map(|(first, last)| {
                other.ranges().map(move |(other_first, other_last)| {
                    (first.max(other_first), last.min(other_last))
                })
            })
            .filter(|(first, last)| first <= last)
            .map(|(first, _)| first)
            .min()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn set_of(ranges: &[(u16, u16)]) -> (Ports, BTreeSet<u16>) {
        let ports = ranges.iter().fold(Ports::new(), |ports, &(first, last)| {
            ports.range(first, last)
        });
        let plain = ranges
            .iter()
            .flat_map(|&(first, last)| first..=last)
            .collect();
        (ports, plain)
    }

    fn ranges() -> impl Strategy<Value = Vec<(u16, u16)>> {
        proptest::collection::vec((0_u16..60, 0_u16..60), 0..6)
    }

    proptest! {
        #[test]
        fn a_set_of_ranges_is_the_set_of_their_ports(left in ranges(), right in ranges()) {
            let (left, plain_left) = set_of(&left);
            let (right, plain_right) = set_of(&right);
            for port in 0..70 {
                prop_assert_eq!(left.contains(port), plain_left.contains(&port));
            }
            let common = plain_left.intersection(&plain_right).min().copied();
            prop_assert_eq!(left.first_common(&right), common);
        }
    }

    #[test]
    fn the_highest_port_can_be_in_a_set() {
        assert!(
            Ports::new()
                .one(u16::MAX)
                .range(65_530, u16::MAX)
                .contains(u16::MAX)
        );
    }
}
