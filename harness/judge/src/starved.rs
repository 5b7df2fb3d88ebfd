//! Machines that had no time for what runs on them: the environment's trouble, which must neither be
//! scored as the target's nor hide it.
//!
//! Every probe is due four times a second and says when its machine woke it later (`starved`). A
//! verdict does not stand if such a time, within what the clause speaks of, could have brought it
//! about:
//!
//! - A *fail* may be a gap of media that nobody sent or counted in time, or an answer that came too
//!   late: not where a machine stood still for half the window of continuous media or longer. What a
//!   listing or a message *says* ([`Matter::Words`]) no machine brings about by standing still: such a
//!   fail stands.
//! - A *pass* may rest on silence, or on an agent who was not alerted: not where a machine stood
//!   still for half the shorter of these windows or longer.
//!
//! Half, because several machines of one engine stand still one after the other. A host that a
//! fault takes away is stopped on purpose: that it stood still then says nothing.

use model::Verdict;

use crate::checked::{Checked, Matter, Objection};
use crate::fault;
use crate::scope::Scope;
use timeline::harness::Starvation;
use timeline::position::{At, Lasting, Position};

/// A heal takes a while: a host that was stopped on purpose wakes up late, in microseconds.
const WAKING_US: u64 = 1_000_000;

/// The same result, unless a machine that stood still may have brought it about.
pub(crate) fn undisturbed(scope: &Scope<'_>, result: Checked) -> Checked {
    let since_us = scope.begin.t_us.saturating_sub(scope.silence_us());
    let Some(worst) = worst_within(scope, (since_us, scope.end.t_us)) else {
        return result;
    };
    let may_be_its_doing = match &result {
        Ok(_) => worst.late_us >= scope.silence_us().min(scope.unreachable_us()) / 2,
        Err(objection) => {
            (objection.verdict, objection.matter) == (Verdict::Fail, Matter::Timing)
                && worst.late_us >= scope.gap_us() / 2
        }
    };
    if !may_be_its_doing {
        return result;
    }
    let Starvation {
        position,
        host,
        late_us,
    } = *worst;
    let found = match &result {
        Ok(support) => &support.reason,
        Err(objection) => &objection.reason,
    };
    let since_us = position.t_us.saturating_sub(late_us);
    let why = format!(
        "the machine of {} is too busy: it stood still for {} from {}, which may have brought about that {found}",
        host.word(),
        Lasting(late_us),
        At(since_us)
    );
    Err(Objection::inconclusive(why).at(position))
}

/// The longest time for which a machine stood still between two instants.
pub(crate) fn worst_within<'s>(
    scope: &Scope<'s>,
    (since_us, until_us): (u64, u64),
) -> Option<&'s Starvation> {
    let within = |starvation: &&Starvation| {
        let began_us = starvation.position.t_us.saturating_sub(starvation.late_us);
        began_us <= until_us && since_us <= starvation.position.t_us
    };
    let starvations = scope.timeline.starvations.iter();
    starvations
        .filter(within)
        .filter(|starvation| !on_purpose(scope, starvation))
        .max_by_key(|starvation| starvation.late_us)
}

/// Whether a fault affected the host at any time while it stood still, or had just been healed.
fn on_purpose(scope: &Scope<'_>, starvation: &Starvation) -> bool {
    let Starvation {
        position,
        host,
        late_us,
    } = *starvation;
    let since_us = position
        .t_us
        .saturating_sub(late_us.saturating_add(WAKING_US));
    let since = Position {
        t_us: since_us,
        ..position
    };
    let affected = |at| fault::affected(scope.timeline, host, at) != Some(false);
    affected(since) || affected(position)
}
