//! Somebody who is asked does not take the call: declines it, is busy, cannot be reached, or lets it ring.

use std::time::Duration;

use sip::{SessionId, StatusCode};

use super::application::Calls;
use super::call::{Alert, CallId, CallState};
use super::context::Context;
use super::leg::LocalMedia;
use crate::mutant::Mutant;
use crate::variant::Variant;

/// For how long agents are left alone who have not taken a call, as a variant has it.
const ALONE: Duration = Duration::from_secs(10);

/// Why an agent does not take a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotTaken {
    /// The agent declined.
    Declined,
    /// The agent is busy, or cannot be reached.
    Unavailable,
    /// The agent let it ring.
    Unanswered,
}

impl Calls {
    /// A phone refuses a call.
    pub(super) fn alert_refused(
        &mut self,
        cx: &mut Context<'_, '_>,
        session: SessionId,
        code: StatusCode,
    ) {
        let why = match code {
            StatusCode::DECLINE | StatusCode::BUSY_EVERYWHERE => NotTaken::Declined,
            _ => NotTaken::Unavailable,
        };
        self.not_taken(cx, session, why);
    }

    /// A phone does not answer.
    pub(super) fn alert_failed(&mut self, cx: &mut Context<'_, '_>, session: SessionId) {
        self.not_taken(cx, session, NotTaken::Unavailable);
    }

    fn not_taken(&mut self, cx: &mut Context<'_, '_>, session: SessionId, why: NotTaken) {
        let Some(id) = self.table.of_session(session) else {
            return;
        };
        self.table.detach(session);
        match self.table.get_mut(id).map(|call| &mut call.state) {
            Some(CallState::Waiting(waiting)) => {
                if let Some(alert) = waiting.alerts.remove(&session) {
                    self.defer(cx, id, alert, why);
                    self.seeking.call(id);
                    if why == NotTaken::Declined {
                        // Who will not have this call may have another.
                        self.seeking.all(cx.now());
                    }
                }
            }
            // Who is called on behalf of a group, or in whose name, does not take it.
            Some(_) => self.end_call(cx, id),
            None => {}
        }
    }

    /// Whether a call is over because its alert time is; a mutant remembers who let it ring.
    fn gives_up(&mut self, id: CallId, agent: Option<&String>) -> bool {
        if self.config.has(Mutant::WhoLetItRingNeverAskedAgain) {
            self.table.stuck.extend(agent.cloned());
        }
        self.config.has(Mutant::AlertTimeEndsCopiesCalls) && self.is_to_copy(id)
    }

    /// Whether a call is over because an agent declined it, as only mutants have it.
    fn is_declined_for_good(&self, id: CallId) -> bool {
        self.config.has(Mutant::DeclineEndsCall)
            || (self.config.has(Mutant::DeclineEndsCopiesCall) && self.is_to_copy(id))
    }

    fn is_to_copy(&self, id: CallId) -> bool {
        let call = self.table.get(id);
        call.is_some_and(|call| call.group.is_copy(&self.config))
    }

    /// Whether other telephones of an agent go on ringing when one does not take the call. Who declines it
    /// does so at all of them (RFC 3261 section 16.7 step 5).
    fn is_still_asking(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: CallId,
        agent: &str,
        why: NotTaken,
    ) -> bool {
        let Some(waiting) = self.waiting_mut(id) else {
            return false;
        };
        if why != NotTaken::Declined {
            return waiting.is_asking(agent);
        }
        let is_theirs = |alert: &mut Alert| alert.target.agent.as_deref() == Some(agent);
        let others = waiting.alerts.extract_if(.., |_, alert| is_theirs(alert));
        let others: Vec<(SessionId, Alert)> = others.collect();
        let are_left = self.config.has(Mutant::DeclinesLeaveTelephonesRinging);
        for (session, alert) in others {
            match are_left {
                true => self.leave_ringing(session, alert),
                false => self.withdraw(cx, session, alert),
            }
        }
        false
    }

    /// Forgets an alert without telling the telephone, as only mutants do.
    pub(super) fn leave_ringing(&mut self, session: SessionId, mut alert: Alert) {
        self.table.detach(session);
        self.release_leg(&mut alert.leg);
    }

    /// Remembers when an agent who did not take the call may be asked again.
    pub(super) fn defer(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: CallId,
        mut alert: Alert,
        why: NotTaken,
    ) {
        self.release_leg(&mut alert.leg);
        if why == NotTaken::Declined && self.config.has(Mutant::DeclinesRestartQueueClock) {
            self.restart_queue_clock(cx, id);
        }
        let is_over = match why {
            NotTaken::Unanswered => self.gives_up(id, alert.target.agent.as_ref()),
            NotTaken::Declined => self.is_declined_for_good(id),
            NotTaken::Unavailable => false,
        };
        if is_over {
            return self.end_call(cx, id);
        }
        if let Some(agent) = &alert.target.agent
            && self.is_still_asking(cx, id, agent, why)
        {
            return;
        }
        let grace = cx.store.settings().ring_back_grace;
        let retry = self.config.timing.agent_retry;
        let now = cx.now();
        let Some(agent) = alert.target.agent else {
            return;
        };
        if self.config.varies(Variant::LeavesAgentsAlone) && why != NotTaken::Unavailable {
            self.seeking.leave_alone(agent.clone(), now + ALONE);
        }
        let Some(waiting) = self.waiting_mut(id) else {
            return;
        };
        match why {
            NotTaken::Declined => drop(waiting.retry_at.insert(agent, now + grace)),
            NotTaken::Unavailable => self.seeking.leave_alone(agent, now + retry),
            NotTaken::Unanswered => drop(waiting.tried.insert(agent)),
        }
    }

    /// Gives up on those who let it ring, or whose phones are not heard of.
    pub(super) fn expire_alerts(&mut self, cx: &mut Context<'_, '_>, id: CallId) {
        let Some(waiting) = self.waiting_mut(id) else {
            return;
        };
        let expired: Vec<(SessionId, NotTaken)> = waiting
            .alerts
            .iter()
            .filter_map(|(session, alert)| match alert.heard_by {
                Some(by) if by <= cx.now() => Some((*session, NotTaken::Unavailable)),
                _ if alert.target.until <= cx.now() => Some((*session, NotTaken::Unanswered)),
                _ => None,
            })
            .collect();
        for (session, why) in expired {
            self.cancel_alert(cx, id, session, why);
        }
    }

    /// An agent has answered, and then will not talk with the caller: who waits again, and hears music.
    pub(super) fn wait_again(&mut self, cx: &mut Context<'_, '_>, id: CallId) {
        let Some(call) = self.table.get_mut(id) else {
            return;
        };
        let CallState::Paired { b_leg, .. } = &mut call.state else {
            return;
        };
        let (Some(waited), Some(port)) = (b_leg.waited.take(), call.a_leg.port) else {
            return self.end_call(cx, id);
        };
        let (session, ports) = (b_leg.leg.session, b_leg.leg.port.take());
        let agent = b_leg.agent.take();
        let (a_leg, origin) = (call.a_leg.session, call.a_leg.origin);
        call.a_leg.origin.next();
        call.connected = None;
        call.state = CallState::Waiting(*waited);
        cx.ua.hang_up(cx.now(), session);
        self.table.detach(session);
        if let Some(port) = ports {
            self.media.release(port);
        }
        if let Some(agent) = agent {
            let retry = self.config.timing.agent_retry;
            self.seeking.leave_alone(agent, cx.now() + retry);
        }
        let offer = self.describe(&mut LocalMedia { port, origin }, None);
        cx.ua.reinvite(cx.now(), a_leg, offer);
        self.media.expect_from_now(port, cx.now());
        self.seeking.call(id);
        self.reschedule(cx, id);
    }
}
