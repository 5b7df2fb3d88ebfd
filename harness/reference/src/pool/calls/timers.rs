//! What a call does when its time comes: nobody is heard, nobody answers, it has waited too long.

use sip::SessionId;

use super::application::Calls;
use super::call::{CallId, CallState};
use super::context::Context;
use super::deadlines::{self, Limits};

impl Calls {
    /// Does what is due.
    pub(in crate::pool) fn tick(&mut self, cx: &mut Context<'_, '_>) {
        self.media.tick_music(cx.turn, cx.store);
        while let Some(id) = self.table.due(cx.now()) {
            self.table.set_due(id, None);
            self.watch(cx, id);
            self.reschedule(cx, id);
        }
    }

    /// Goes on with all calls after the pool was not there for a while: that nobody was heard
    /// meanwhile means nothing.
    pub(in crate::pool) fn resume(&mut self, cx: &mut Context<'_, '_>) {
        self.media.restart_timeouts(cx.now());
        let ids: Vec<CallId> = self.table.iter().map(|(id, _)| id).collect();
        for id in ids {
            self.reschedule(cx, id);
        }
    }

    fn watch(&mut self, cx: &mut Context<'_, '_>, id: CallId) {
        let Some(call) = self.table.get(id) else {
            return;
        };
        if deadlines::media_timeout(call, self.limits(cx)).is_some_and(|at| at <= cx.now()) {
            cx.turn
                .log(format!("nothing is heard of {} any more", call.caller));
            return self.end_call(cx, id);
        }
        let ends = [
            deadlines::pending(call),
            deadlines::cut_short(call, &self.config, cx.store),
        ];
        if ends.into_iter().flatten().any(|until| until <= cx.now()) {
            return self.end_call(cx, id);
        }
        if deadlines::question(call, self.limits(cx)).is_some_and(|at| at <= cx.now()) {
            self.ask_whether_alive(cx, id);
        }
        let Some(call) = self.table.get(id) else {
            return;
        };
        if deadlines::opening(call).is_some_and(|until| until <= cx.now()) {
            return self.open(cx, id);
        }
        if let Some(waiting) = self.waiting(id)
            && let Some((at, timeout)) = deadlines::queue_timeout(waiting, &self.config, cx.store)
            && at <= cx.now()
        {
            return self.act(cx, id, &timeout.action);
        }
        self.expire_alerts(cx, id);
    }

    /// Asks those of whom nothing is heard whether they are there.
    fn ask_whether_alive(&mut self, cx: &mut Context<'_, '_>, id: CallId) {
        let Some(call) = self.table.get_mut(id) else {
            return;
        };
        call.a_leg.asked = Some(cx.now());
        let mut sessions = vec![call.a_leg.session];
        if let CallState::Paired { b_leg, .. } = &call.state {
            sessions.push(b_leg.leg.session);
        }
        for session in sessions {
            cx.ua.probe(cx.now(), session);
        }
    }

    /// The telephone of an end is there, whether it sends media or not.
    pub(super) fn alive(&mut self, cx: &mut Context<'_, '_>, session: SessionId) {
        let Some(id) = self.table.of_session(session) else {
            return;
        };
        if let Some(port) = self.table.get(id).and_then(|call| call.port_of(session)) {
            self.media.expect_from_now(port, cx.now());
        }
        self.reschedule(cx, id);
    }

    /// Works out when a call next has something to do.
    pub(super) fn reschedule(&mut self, cx: &Context<'_, '_>, id: CallId) {
        let Some(call) = self.table.get(id) else {
            return;
        };
        let due = deadlines::next(call, self.limits(cx));
        self.table.set_due(id, due);
    }

    fn limits<'a>(&'a self, cx: &Context<'a, '_>) -> Limits<'a> {
        Limits {
            config: &self.config,
            media: &self.media,
            store: cx.store,
        }
    }
}
