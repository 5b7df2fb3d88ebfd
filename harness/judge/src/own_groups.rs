//! Calls to the groups that the backup owns, which it serves in every stage: what must hold for any call is asked
//! of these as well.
//!
//! The statement on the backup's own groups answers for it: being registered is being signed in to an informal
//! group, and whoever is signed in is given the group's calls.
//!
//! - New calls connect to the backup, and come to a conversation where somebody could take them.
//! - Calls that were there before the stage stay: those that are connected, and those in progress. Of connected regular
//!   ones the row on connected calls speaks itself from failover on.
//! - Nothing that is true of agents at any time is broken ([`invariant`]).
//! - Anonymous calls are anonymous.
//!
//! Nothing is said of what passes the primary, as callers may have chosen and as its users are reached, while a fault
//! affects it; but connected calls stay all the same.

use model::topology::Pool;

use crate::activity::new_calls;
use crate::anonymity::Disclosures;
use crate::checked::{Checked, Objection, worst_objection};
use crate::conversation;
use crate::fault;
use crate::held;
use crate::invariant;
use crate::scope::Scope;

/// The worst of what is wrong with calls to the backup's own groups in the stage.
pub(crate) fn disturbed(scope: &Scope<'_>, disclosures: &Disclosures) -> Option<Objection> {
    let scope = &scope.unconditionally();
    let attempts = || {
        let attempts = scope.attempts_to(Pool::Backup);
        attempts.filter(|call| fault::path_was_well(scope.timeline, call, (call.placed, scope.end)))
    };
    let connected = attempts().filter_map(|call| new_calls::connects(scope, call, Pool::Backup));
    let connected = connected.filter_map(Checked::err);
    let talked = attempts().filter_map(|call| conversation::of(scope, call).err());
    let others = [
        conversation::go_on_waiting(scope, (Pool::Backup, Pool::Backup)),
        held::own_calls_stay(scope),
        invariant::kept_for(scope, Pool::Backup),
        disclosures.of_own_groups(scope),
    ];
    let others = others.into_iter().filter_map(Checked::err);
    worst_objection(connected.chain(talked).chain(others))
}
