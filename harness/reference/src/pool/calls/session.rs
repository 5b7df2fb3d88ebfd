//! Which event of a session goes where.

use sip::UaEvent;

use super::application::Calls;
use super::context::Context;
use super::redirects::is_redirect;

impl Calls {
    /// Takes what the SIP layer tells of a session. Other events are not for calls.
    pub(in crate::pool) fn session_event(&mut self, cx: &mut Context<'_, '_>, event: UaEvent) {
        match event {
            UaEvent::Trying { session } => self.reached(cx, session),
            UaEvent::Progress { session, .. } => self.progress(cx, session),
            UaEvent::Answered { session, sdp } => self.answered(cx, session, sdp),
            UaEvent::Refused {
                session,
                code,
                headers,
            } if is_redirect(code) => self.redirected(cx, session, code, &headers),
            UaEvent::Refused { session, code, .. } => self.alert_refused(cx, session, code),
            UaEvent::Failed { session, .. } => self.alert_failed(cx, session),
            UaEvent::Confirmed { session, sdp } => self.confirmed(cx, session, sdp),
            UaEvent::Reinvited { session, sdp } => self.reinvited(cx, session, sdp),
            UaEvent::Reanswered { session, answer } => self.reanswered(cx, session, answer),
            UaEvent::Alive { session } => self.alive(cx, session),
            UaEvent::Cancelled { session } | UaEvent::Ended { session, .. } => {
                self.leg_ended(cx, session);
            }
            _ => {}
        }
    }
}
