//! When a call has something to do: worked out from its state, and from nothing that it would
//! change.

use std::time::Duration;

use node::Now;

use super::call::{CallState, GroupCall, Pairing, Waiting};
use super::leg::CallLeg;
use crate::config::PoolConfig;
use crate::mutant::Mutant;
use crate::pool::media::Media;
use crate::store::cache::Store;
use crate::store::queue::Timeout;
use crate::store::record::{Epoch, StandInState};
use crate::variant::Variant;

/// What limits how long something may take.
#[derive(Clone, Copy)]
pub(super) struct Limits<'a> {
    pub(super) config: &'a PoolConfig,
    pub(super) media: &'a Media,
    pub(super) store: &'a Store,
}

/// When a call next has something to do.
pub(super) fn next(call: &GroupCall, limits: Limits<'_>) -> Option<Now> {
    let ends = [
        media_timeout(call, limits),
        question(call, limits),
        pending(call),
        opening(call),
        cut_short(call, limits.config, limits.store),
    ];
    let mut due: Vec<Now> = ends.into_iter().flatten().collect();
    if let CallState::Waiting(waiting) = &call.state {
        due.extend(queue_timeout(waiting, limits.config, limits.store).map(|(at, _)| at));
        let alerts = waiting.alerts.values();
        due.extend(alerts.map(|alert| alert.heard_by.unwrap_or(alert.target.until)));
    }
    due.into_iter().min()
}

/// When a call ends because nobody is heard.
pub(super) fn media_timeout(call: &GroupCall, limits: Limits<'_>) -> Option<Now> {
    let (last, limit) = silence(call, limits)?;
    Some(last + limit)
}

/// When whoever is not heard is asked whether it is there, once each time: who is muted, or whose
/// telephone sends nothing while nobody speaks, is alive all the same. Of two who are connected one is
/// always heard, unless one holds the call.
pub(super) fn question(call: &GroupCall, limits: Limits<'_>) -> Option<Now> {
    let mut legs = call.state.other_legs().into_iter().chain([&call.a_leg]);
    if call.state.is_relayed() && !legs.any(CallLeg::is_on_hold) {
        return None;
    }
    let (last, limit) = silence(call, limits)?;
    let is_asked = call.a_leg.asked.is_some_and(|asked| asked >= last);
    (!is_asked).then_some(last + limit / 2)
}

/// Since when nobody is heard, and for how long nobody may be. While a call is in progress that is the
/// A leg; once media is relayed, either end will do.
fn silence(call: &GroupCall, limits: Limits<'_>) -> Option<(Now, Duration)> {
    let timing = &limits.config.timing;
    let received = |leg: &CallLeg| limits.media.last_received(leg.port?);
    let (last, limit): (Option<Now>, Duration) = match &call.state {
        _ if limits.config.has(Mutant::SilentCallersKept)
            || limits.config.varies(Variant::KeepsSilentCallers) =>
        {
            (None, timing.silence)
        }
        CallState::Waiting(_) if limits.config.has(Mutant::SilentWaitingCallersKept) => {
            (None, timing.silence)
        }
        CallState::Waiting(_) if limits.config.has(Mutant::SilenceNoticedLate) => {
            (received(&call.a_leg), Duration::from_secs(60))
        }
        // Its phone rings; there is no media yet.
        CallState::CallingAgent(_) => (None, timing.silence),
        CallState::Paired {
            b_leg,
            pairing: Pairing::Relaying,
        } => {
            let either = received(&call.a_leg).max(received(&b_leg.leg));
            (either, timing.relay_silence)
        }
        // The two ends send their media to each other, or are about to.
        CallState::Paired {
            pairing: Pairing::HandedOver { .. } | Pairing::Connecting(_),
            ..
        } => (None, timing.silence),
        _ if call.a_leg.is_on_hold() => (received(&call.a_leg), timing.relay_silence),
        CallState::Early { .. }
        | CallState::Answered(_)
        | CallState::Greeted { .. }
        | CallState::Waiting(_)
        | CallState::Paired { .. } => (received(&call.a_leg), timing.silence),
    };
    Some((last?, limit))
}

/// When a mutant ends a call that is connected.
pub(super) fn cut_short(call: &GroupCall, config: &PoolConfig, store: &Store) -> Option<Now> {
    let is_copy = call.group.is_copy(config);
    let stands_in = || store.record().stand_in.state == StandInState::StandingIn;
    let is_restored = || store.record().owner.epoch > Epoch::default();
    let after = match config.mutant? {
        Mutant::CopiesDropConnectedCalls if is_copy => Duration::from_secs(2),
        Mutant::CopiesEndLongCalls if is_copy => Duration::from_secs(30),
        Mutant::StandInEndsOwnCalls if !is_copy && stands_in() => Duration::from_secs(1),
        Mutant::RestoredOwnerEndsLongCalls if !is_copy && is_restored() => {
            Duration::from_millis(4_500)
        }
        _ => return None,
    };
    Some(call.connected? + after)
}

/// When a call has waited too long, if there is a limit.
pub(super) fn queue_timeout(
    waiting: &Waiting,
    config: &PoolConfig,
    store: &Store,
) -> Option<(Now, Timeout)> {
    let queue = store.object(waiting.queue.as_ref()?)?;
    let mut timeout = queue.queue()?.timeout.clone()?;
    let is_copy = queue.owner != config.name;
    let is_restored = || store.record().owner.epoch > Epoch::default();
    match config.mutant {
        Some(Mutant::CopiesNeverTimeOut) if is_copy => return None,
        Some(Mutant::CopiesTimeOutEarly) if is_copy => timeout.after /= 2,
        Some(Mutant::RestoredOwnerNeverTimesOut) if !is_copy && is_restored() => return None,
        Some(Mutant::OnlyAlertedCallsTimeOut) if waiting.alerts.is_empty() => return None,
        Some(Mutant::AlertedCallsNeverTimeOut) if !waiting.alerts.is_empty() => return None,
        _ => {}
    }
    Some((waiting.since + timeout.after, timeout))
}

/// Until when a call rings, or its caller is greeted.
pub(super) const fn opening(call: &GroupCall) -> Option<Now> {
    match call.state {
        CallState::Early { until, .. } | CallState::Greeted { until, .. } => Some(until),
        _ => None,
    }
}

/// Until when a call on behalf of a group has to come to its callee.
pub(super) fn pending(call: &GroupCall) -> Option<Now> {
    match &call.state {
        CallState::CallingAgent(pending) => Some(pending.until),
        CallState::Paired {
            pairing: Pairing::Calling(pending),
            ..
        } => pending.client.map(|_| pending.until),
        _ => None,
    }
}
