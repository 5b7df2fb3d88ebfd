//! What tests wait for, and the answers that they give.

use sip::{Confirmation, EndedBy, Failure, Sdp, SessionId, StatusCode, UaEvent};

use super::{HostId, World, rtp};

pub(crate) fn answer_of(host: HostId, offer: &Sdp) -> Sdp {
    offer.answer(9, rtp(host)).unwrap()
}

pub(crate) fn ended(world: &mut World, host: HostId) -> EndedBy {
    world.wait_for(host, |event| match event {
        UaEvent::Ended { why, .. } => Some(*why),
        _ => None,
    })
}

pub(crate) fn hung_up(world: &mut World, host: HostId) -> Confirmation {
    world.wait_for(host, |event| match event {
        UaEvent::HungUp { confirmed, .. } => Some(*confirmed),
        _ => None,
    })
}

pub(crate) fn reinvited(world: &mut World, host: HostId) -> Option<Sdp> {
    world.wait_for(host, |event| match event {
        UaEvent::Reinvited { sdp, .. } => Some(sdp.clone()),
        _ => None,
    })
}

pub(crate) fn reanswered(world: &mut World, host: HostId) -> Result<Option<Sdp>, StatusCode> {
    world.wait_for(host, |event| match event {
        UaEvent::Reanswered { answer, .. } => Some(answer.clone()),
        _ => None,
    })
}

pub(crate) fn refused(world: &mut World, host: HostId) -> StatusCode {
    world.wait_for(host, |event| match event {
        UaEvent::Refused { code, .. } => Some(*code),
        _ => None,
    })
}

pub(crate) fn failed(world: &mut World, host: HostId) -> Failure {
    world.wait_for(host, |event| match event {
        UaEvent::Failed { why, .. } => Some(*why),
        _ => None,
    })
}

pub(crate) fn hang_up(world: &mut World, host: HostId, session: SessionId) {
    world.act(host, |agent, now| agent.hang_up(now, session));
}
