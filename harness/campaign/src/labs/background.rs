//! The load in the background of a walk, as the seed has drawn it.

use lab::{Background, LabError};
use model::host::HostName;
use target::{Reached, SipDomain, SipTransport};

use super::factory::LabSpec;

/// The load of a walk, if it has one.
///
/// # Errors
///
/// [`LabError::NoMeans`], if the target wants more of callers than those of a load can do.
pub(super) fn background(spec: &LabSpec<'_>) -> Result<Option<Background>, LabError> {
    let plan = spec.plan;
    let Some(load) = &plan.walk.load else {
        return Ok(None);
    };
    let target = spec.target;
    let is_by_route = |domain: &SipDomain| domain.reached == Reached::ByRoute;
    let why = if target.transport != SipTransport::Udp {
        Some("its callers and agents speak SIP over UDP only")
    } else if target
        .sip_digest
        .as_ref()
        .is_some_and(|digest| digest.callers.is_some())
    {
        Some("its callers cannot answer challenges (`sip-digest: { callers: … }`)")
    } else if target.domain.as_ref().is_some_and(is_by_route) {
        Some("its callers and agents cannot send requests by way of a route (`reached: by-route`)")
    } else {
        None
    };
    if let Some(why) = why {
        return Err(LabError::NoMeans {
            what: "have a load",
            host: HostName::CLIENTS,
            why: why.to_owned(),
        });
    }
    Ok(Some(Background::of(load, &plan.drawn.load)))
}
