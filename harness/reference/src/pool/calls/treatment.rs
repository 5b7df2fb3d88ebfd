//! What becomes of a call that is not to wait for an agent.

use std::time::Duration;

use node::Now;

use super::alerting::AlertTarget;
use super::application::Calls;
use super::call::{CallId, CallState, Waiting};
use super::context::Context;
use crate::pool::location::Reach;
use crate::store::action::Action;
use crate::store::cache::Store;
use crate::store::object::{Kind, Object, Spec};
use crate::store::workflow::Workflow;

/// How long somebody rings to whom a call is transferred; then the call is ended.
const TRANSFER_RINGS: Duration = Duration::from_secs(180);

impl Calls {
    /// Does with a call what an action says.
    pub(super) fn act(&mut self, cx: &mut Context<'_, '_>, id: CallId, action: &Action) {
        match action {
            Action::Terminate => self.end_call(cx, id),
            Action::TransferToQueue(queue) => self.enter_queue(cx, id, queue),
            Action::TransferToUri(target) => self.transfer(cx, id, target),
        }
    }

    /// Connects a call to somebody who is no agent, as if an agent had been asked.
    fn transfer(&mut self, cx: &mut Context<'_, '_>, id: CallId, target: &str) {
        let shown = cx.location.uri_of(target);
        self.cancel_alerts(cx, id);
        let Some(call) = self.table.get_mut(id) else {
            return;
        };
        call.state = CallState::Waiting(Waiting::new(None, cx.now()));
        if let Reach::At(hop) = cx.location.reach_uri(&shown, cx.now()) {
            let target = AlertTarget {
                agent: None,
                group: None,
                shown,
                until: cx.now() + self.rings(TRANSFER_RINGS),
                redirects: 0,
            };
            self.alert(cx, id, target, hop);
        }
        self.seeking.call(id);
    }
}

/// What becomes of calls to a workflow now, if it is closed.
pub(super) fn closed_action(
    now: Now,
    wall_clock: Option<u64>,
    store: &Store,
    object: &Object,
    workflow: &Workflow,
) -> Option<Action> {
    let start = wall_clock?;
    let unix = start + now.as_micros() / 1_000_000;
    let holiday = workflow.holidays.iter().any(|name| {
        let set = store.referred(Kind::Holidays, name, &object.owner);
        matches!(set.map(|set| &set.spec), Some(Spec::Holidays(set)) if set.contain(unix))
    });
    if holiday {
        return Some(workflow.on_holiday.clone());
    }
    let name = workflow.hours.as_ref()?;
    let hours = store.referred(Kind::Hours, name, &object.owner)?;
    match &hours.spec {
        Spec::Hours(hours) if !hours.is_open(unix) => Some(workflow.after_hours.clone()),
        _ => None,
    }
}
