//! A walk with what it refers to.

use conductor::Plan;
use model::Walk;
use model::scenarios::Scenarios;

/// The plan of a walk, which is one of these scenarios'.
pub fn plan(walk: &Walk, scenarios: &Scenarios) -> Plan {
    Plan {
        walk: walk.clone(),
        topology: scenarios.topologies[&walk.topology].clone(),
        programme: scenarios.programmes[&walk.programme].clone(),
    }
}
