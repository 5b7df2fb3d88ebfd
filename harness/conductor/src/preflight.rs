//! The preflight: that every host of a lab hears every other, before anything is asked of a target.
//!
//! A network that lets nothing through (a firewall between containers, an address that is routed
//! elsewhere) makes a pool that works look like one that does not answer: that is the environment's
//! trouble, and nothing to be corrected in the target's file. So it is looked for first, between
//! probes, which are the harness's own on every host; no server of the target's takes part.
//!
//! On machines that are not the lab's there are no probes. What can be asked of those is whether the
//! pool answers SIP at all, and a pool that does not, before anything was done to it, does not run, or
//! is not reached from here.

use std::net::SocketAddr;
use std::time::Duration;

use lab::{Lab, LabError};
use model::Topology;
use model::fault::ProbeQuestion;
use model::host::HostName;
use model::reach::Reach;
use model::topology::Pool;
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
    /// A pool on a machine that is not the lab's does not answer.
    #[error(
        "the {} pool does not answer: asked for {} s by SIP (OPTIONS over UDP), from {from} to {to}; it was found {found}",
        pool.word(),
        WITHIN.as_secs()
    )]
    NoAnswer {
        /// Which one.
        pool: Pool,
        /// From where it was asked.
        from: SocketAddr,
        /// Where it should be.
        to: SocketAddr,
        /// What came of the last question.
        found: String,
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
    let since = lab.now();
    let timeline = Timeline::new(topology.clone(), lab.addresses());
    let mut timeline = timeline.with_probes_on(lab.probes());
    let wanted = ExpectedProbes::beside(&[], &timeline, since).about(|question| match question {
        ProbeQuestion::Host(_) | ProbeQuestion::Heard(_) => true,
        ProbeQuestion::Pool(pool) => !timeline.probes.contains(&pool.host()),
        ProbeQuestion::Database => false,
    });
    let deadline = since + WITHIN;
    for n in 0.. {
        let Some(missing) = wanted.missing(&timeline) else {
            break;
        };
        let Some(observed) = lab.next(deadline)? else {
            return Err(not_heard(lab, &timeline, missing));
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

/// Why the lab is of no use: a pool does not answer, or hosts do not hear each other.
fn not_heard(lab: &dyn Lab, timeline: &Timeline, missing: String) -> PreflightError {
    let sample = timeline.last_sample(HostName::CLIENTS);
    let found = |pool| sample.and_then(|sample| sample.pools.get(&pool)).copied();
    let silent = Pool::BOTH.into_iter().find_map(|pool| {
        let (from, to) = lab.asked_by_sip(pool)?;
        let found = found(pool).unwrap_or(Reach::Silent);
        (found != Reach::Reached).then_some((pool, from, to, found))
    });
    match silent {
        Some((pool, from, to, found)) => PreflightError::NoAnswer {
            pool,
            from,
            to,
            found: found.to_string(),
        },
        None => PreflightError::NotHeard { missing },
    }
}
