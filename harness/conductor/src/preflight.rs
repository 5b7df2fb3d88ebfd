//! The preflight: that every host of a lab hears every other, before anything is asked of a target.
//!
//! A network that lets nothing through (a firewall between containers, an address that is routed
//! elsewhere) makes a pool that works look like one that does not answer: that is the environment's
//! trouble, and nothing to be corrected in the target's file. So it is looked for first, between
//! probes, which are the harness's own on every host; no server of the target's takes part.

use std::time::Duration;

use lab::{Lab, LabError};
use model::Topology;
use model::fault::ProbeQuestion;
use timeline::{Line, Position, Timeline};

use crate::expected_probes::ExpectedProbes;

/// How long hosts may take until they hear each other.
const WITHIN: Duration = Duration::from_secs(30);

/// Why a lab is of no use for a drill: never the target's fault.
#[derive(Debug, thiserror::Error)]
pub enum PreflightError {
    /// A host does not hear another.
    #[error("the lab's hosts do not reach each other: waited {} s for {missing}", WITHIN.as_secs())]
    NotHeard {
        /// What was waited for.
        missing: String,
    },
    /// The lab's own trouble.
    #[error("the lab failed before the drill")]
    Lab(#[from] LabError),
}

/// Waits until every host of the lab reaches and hears every other.
///
/// # Errors
///
/// [`PreflightError`].
pub fn preflight(lab: &mut dyn Lab, topology: &Topology) -> Result<(), PreflightError> {
    let addresses = lab.addresses();
    let hosts: Vec<_> = addresses.keys().copied().collect();
    let since = lab.now();
    let wanted = ExpectedProbes::of_health(&hosts, since)
        .about(|question| matches!(question, ProbeQuestion::Host(_) | ProbeQuestion::Heard(_)));
    let mut timeline = Timeline::new(topology.clone(), addresses);
    let deadline = since + WITHIN;
    for n in 0.. {
        let Some(missing) = wanted.missing(&timeline) else {
            break;
        };
        let Some(observed) = lab.next(deadline)? else {
            return Err(PreflightError::NotHeard { missing });
        };
        timeline.take(Line {
            position: Position {
                t_us: observed.at.as_micros(),
                n,
            },
            clock: observed.clock,
            host: &observed.host,
            event: &observed.event,
        });
    }
    Ok(())
}
