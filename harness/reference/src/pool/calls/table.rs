//! All calls of a pool, and who is busy with them.

use std::collections::{BTreeMap, BTreeSet};

use node::Now;
use sip::SessionId;

use super::call::{CallId, GroupCall};
use crate::store::object::ObjectKey;

/// All calls.
#[derive(Debug, Default)]
pub(super) struct CallTable {
    last: u64,
    calls: BTreeMap<CallId, GroupCall>,
    sessions: BTreeMap<SessionId, CallId>,
    timers: BTreeSet<(Now, CallId)>,
    /// Since when agents have had no call; those who never had one come first.
    pub(super) idle_since: BTreeMap<String, Now>,
    /// Agents whom only a mutant keeps busy after their call has ended.
    pub(super) stuck: BTreeSet<String>,
    /// Whom an agent group has asked last.
    pub(super) last_asked: BTreeMap<ObjectKey, String>,
}

impl CallTable {
    /// Adds a call.
    pub(super) fn add(&mut self, call: GroupCall) -> CallId {
        self.last += 1;
        let id = CallId(self.last);
        self.sessions.insert(call.a_leg.session, id);
        self.calls.insert(id, call);
        id
    }

    /// Removes a call, and with it all that leads to it.
    pub(super) fn remove(&mut self, id: CallId) -> Option<GroupCall> {
        let call = self.calls.remove(&id)?;
        self.sessions.retain(|_, of| *of != id);
        if let Some(due) = call.due {
            self.timers.remove(&(due, id));
        }
        Some(call)
    }

    pub(super) fn get(&self, id: CallId) -> Option<&GroupCall> {
        self.calls.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: CallId) -> Option<&mut GroupCall> {
        self.calls.get_mut(&id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (CallId, &GroupCall)> {
        self.calls.iter().map(|(id, call)| (*id, call))
    }

    /// The call that a session belongs to.
    pub(super) fn of_session(&self, session: SessionId) -> Option<CallId> {
        self.sessions.get(&session).copied()
    }

    /// A session is part of a call.
    pub(super) fn attach(&mut self, session: SessionId, id: CallId) {
        self.sessions.insert(session, id);
    }

    /// A session is no longer part of a call.
    pub(super) fn detach(&mut self, session: SessionId) {
        self.sessions.remove(&session);
    }

    /// Whether a mutant keeps an agent busy.
    pub(super) fn is_stuck(&self, agent: &str) -> bool {
        self.stuck.contains(agent)
    }

    /// Says when a call next has something to do.
    pub(super) fn set_due(&mut self, id: CallId, due: Option<Now>) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        if let Some(due) = call.due {
            self.timers.remove(&(due, id));
        }
        call.due = due;
        if let Some(due) = due {
            self.timers.insert((due, id));
        }
    }

    /// The first call that has something to do now.
    pub(super) fn due(&self, now: Now) -> Option<CallId> {
        let (due, id) = self.timers.first()?;
        (*due <= now).then_some(*id)
    }

    /// When a call next has something to do.
    pub(super) fn deadline(&self) -> Option<Now> {
        self.timers.first().map(|(due, _)| *due)
    }
}
