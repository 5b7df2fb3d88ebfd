//! All calls of a pool, and who is busy with them.

use std::collections::{BTreeMap, BTreeSet};

use node::Now;
use sip::SessionId;

use super::call::{CallId, CallState, GroupCall};
use crate::store::object::ObjectKey;

/// All calls.
#[derive(Debug, Default)]
pub(super) struct CallTable {
    last: u64,
    calls: BTreeMap<CallId, Tracked>,
    sessions: BTreeMap<SessionId, Attached>,
    /// The sessions that keep agents busy.
    busy: BTreeMap<String, BTreeSet<SessionId>>,
    timers: BTreeSet<(Now, CallId)>,
    /// Since when agents have had no call; those who never had one come first.
    pub(super) idle_since: BTreeMap<String, Now>,
    /// Since when an end holds, or has held, a call, for mutants.
    pub(super) held_at: BTreeMap<SessionId, Now>,
    /// Agents whom only a mutant keeps busy after their call has ended.
    pub(super) stuck: BTreeSet<String>,
    /// Whom an agent group has asked last.
    pub(super) last_asked: BTreeMap<ObjectKey, String>,
}

/// A call, with the sessions that are part of it.
#[derive(Debug)]
struct Tracked {
    call: GroupCall,
    sessions: BTreeSet<SessionId>,
}

/// What a session is part of.
#[derive(Debug)]
struct Attached {
    call: CallId,
    /// The agent whom it keeps busy.
    agent: Option<String>,
}

impl CallTable {
    /// Adds a call. One on behalf of a group keeps its agent busy from the beginning.
    pub(super) fn add(&mut self, call: GroupCall) -> CallId {
        self.last += 1;
        let id = CallId(self.last);
        let session = call.a_leg.session;
        let agent = match &call.state {
            CallState::CallingAgent(pending) => Some(pending.agent.clone()),
            _ => None,
        };
        let sessions = BTreeSet::new();
        self.calls.insert(id, Tracked { call, sessions });
        self.attach(session, id, agent);
        id
    }

    /// Removes a call, and with it all that leads to it.
    pub(super) fn remove(&mut self, id: CallId) -> Option<GroupCall> {
        let Tracked { call, sessions } = self.calls.remove(&id)?;
        for session in sessions {
            self.detach(session);
        }
        if let Some(due) = call.due {
            self.timers.remove(&(due, id));
        }
        Some(call)
    }

    pub(super) fn get(&self, id: CallId) -> Option<&GroupCall> {
        self.calls.get(&id).map(|tracked| &tracked.call)
    }

    pub(super) fn get_mut(&mut self, id: CallId) -> Option<&mut GroupCall> {
        self.calls.get_mut(&id).map(|tracked| &mut tracked.call)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (CallId, &GroupCall)> {
        self.calls.iter().map(|(id, tracked)| (*id, &tracked.call))
    }

    /// How many calls there are.
    pub(super) fn len(&self) -> usize {
        self.calls.len()
    }

    /// The call that a session belongs to.
    pub(super) fn of_session(&self, session: SessionId) -> Option<CallId> {
        self.sessions.get(&session).map(|attached| attached.call)
    }

    /// A session is part of a call, and keeps an agent busy until it is part of it no more.
    pub(super) fn attach(&mut self, session: SessionId, id: CallId, agent: Option<String>) {
        let Some(tracked) = self.calls.get_mut(&id) else {
            return;
        };
        tracked.sessions.insert(session);
        if let Some(agent) = &agent {
            let sessions = self.busy.entry(agent.clone()).or_default();
            sessions.insert(session);
        }
        let call = id;
        self.sessions.insert(session, Attached { call, agent });
    }

    /// A session is no longer part of a call.
    pub(super) fn detach(&mut self, session: SessionId) {
        let Some(Attached { call, agent }) = self.sessions.remove(&session) else {
            return;
        };
        if let Some(tracked) = self.calls.get_mut(&call) {
            tracked.sessions.remove(&session);
        }
        if let Some(agent) = agent
            && let Some(sessions) = self.busy.get_mut(&agent)
        {
            sessions.remove(&session);
            if sessions.is_empty() {
                self.busy.remove(&agent);
            }
        }
    }

    /// An agent is taken for idle, as only a mutant has it.
    pub(super) fn forget_busy(&mut self, agent: &str) {
        self.busy.remove(agent);
    }

    /// The calls that keep an agent busy.
    pub(super) fn calls_of(&self, agent: &str) -> impl Iterator<Item = &GroupCall> {
        let sessions = self.busy.get(agent).into_iter().flatten();
        sessions.filter_map(|session| self.get(self.of_session(*session)?))
    }

    /// Whether a mutant keeps an agent busy.
    pub(super) fn is_stuck(&self, agent: &str) -> bool {
        self.stuck.contains(agent)
    }

    /// Says when a call next has something to do.
    pub(super) fn set_due(&mut self, id: CallId, due: Option<Now>) {
        let Some(Tracked { call, .. }) = self.calls.get_mut(&id) else {
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
