//! The load in the background of a walk, as the seed has drawn it.

use lab::{Background, LabError};
use model::host::HostName;
use target::SipTransport;

use super::factory::LabSpec;

/// The load of a walk, if it has one.
///
/// # Errors
///
/// [`LabError::NoMeans`], if the target is not spoken to by UDP.
pub(super) fn background(spec: &LabSpec<'_>) -> Result<Option<Background>, LabError> {
    let plan = spec.plan;
    let Some(load) = &plan.walk.load else {
        return Ok(None);
    };
    if spec.target.transport != SipTransport::Udp {
        return Err(LabError::NoMeans {
            what: "have a load",
            host: HostName::CLIENTS,
            why: "its callers and agents speak SIP over UDP only".to_owned(),
        });
    }
    Ok(Some(Background::of(load, &plan.drawn.load)))
}
