//! In which order users and groups are known to the pools, and who has which address.

use model::Topology;

use crate::lots::Lots;

/// The same topology in another order. That of a group's members stays: they are asked in it, and where
/// all are alerted at once, a second call finds those whom the first one left.
pub(crate) fn shuffle(topology: &mut Topology, lots: &mut Lots) {
    lots.shuffle(&mut topology.agents);
    lots.shuffle(&mut topology.callers);
    lots.shuffle(&mut topology.callees);
    lots.shuffle(&mut topology.groups);
}
