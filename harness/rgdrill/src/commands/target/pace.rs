//! How quick a target is with nothing broken, and what its file should say of that.

use std::fmt::Write as _;

use model::topology::Pool;
use model::verb::{Row, Verb};
use timeline::position::{Lasting, Position};
use timeline::{Operation, Timeline};

/// Something that takes its time.
struct Measured {
    /// From when until when.
    what: &'static str,
    /// The slowest.
    us: u64,
    /// The key of `times` that says so.
    key: &'static str,
    /// How quick walks expect a target to be that says nothing.
    quick_us: u64,
}

/// What was measured; and the lines for the target's file, where walks are too quick for it.
pub(super) fn of(timeline: &Timeline) -> String {
    let measured = [
        alerts(timeline),
        failover(timeline),
        registrations(timeline),
        consistency(timeline),
    ];
    told(&measured.into_iter().flatten().collect::<Vec<_>>())
}

fn told(measured: &[Measured]) -> String {
    if measured.is_empty() {
        return String::new();
    }
    let mut text = "\nHow quick it was:\n".to_owned();
    for Measured { what, us, .. } in measured {
        // A text takes any of it.
        let _ = writeln!(text, "  {what:<54} {}", Lasting(*us));
    }
    let mut slow = measured.iter().filter(|one| one.us > one.quick_us);
    if let Some(first) = slow.next() {
        text.push_str("\nWalks are quicker: say so in the target's file.\n\n  times:\n");
        for Measured { key, us, .. } in std::iter::once(first).chain(slow) {
            let _ = writeln!(text, "    {key}: {}ms", us.div_ceil(100_000) * 100);
        }
    }
    text
}

/// From a call until agents are alerted.
fn alerts(timeline: &Timeline) -> Option<Measured> {
    let alerts = timeline.calls.iter().filter_map(|call| {
        let alerted = call.legs.first()?.alerted;
        Some(since(call.placed, alerted))
    });
    Some(Measured {
        what: "from a call until an agent is alerted",
        us: alerts.max()?,
        key: "alerts-within",
        quick_us: 400_000,
    })
}

/// From the order to fail over, or back, until it is complete.
fn failover(timeline: &Timeline) -> Option<Measured> {
    let operations = timeline.operations.iter();
    let took = operations.filter_map(|operation| {
        let is_meant = matches!(operation.verb, Verb::FailOver | Verb::FailBack);
        is_meant.then_some(since(operation.invoked, operation.done()?))
    });
    Some(Measured {
        what: "until failover and failback are complete",
        us: took.max()?,
        key: "fails-over-within",
        quick_us: 60_000_000,
    })
}

/// From when failover or failback is complete until the last agent who is homed in the primary is registered where
/// that leads.
fn registrations(timeline: &Timeline) -> Option<Measured> {
    let moves = [
        (Verb::FailOver, Pool::Backup),
        (Verb::FailBack, Pool::Primary),
    ];
    let lates = moves.into_iter().filter_map(|(verb, to)| {
        let mut operations = timeline.operations.iter();
        let complete = operations.find(|one| one.verb == verb)?;
        let homed = timeline.topology.agents.iter();
        let homed = homed.filter(|agent| agent.home == Pool::Primary);
        let lates = homed.filter_map(|agent| {
            let mut registrations = timeline.registrations_of(&agent.name).iter();
            let there = registrations.find(|one| {
                one.pool == to && one.is_accepted() && one.position > complete.invoked
            })?;
            Some(since(complete.done()?, there.position))
        });
        lates.max()
    });
    Some(Measured {
        what: "after that, until the last agent is registered again",
        us: lates.max()?,
        key: "registers-within",
        quick_us: 5_000_000,
    })
}

/// From when a group was changed until listings show it: nothing, where none that comes after it fails to.
fn consistency(timeline: &Timeline) -> Option<Measured> {
    let changes = timeline.operations.iter();
    let changes = changes.filter(|operation| operation.verb == Verb::Modify);
    let took = changes.filter_map(|change| {
        let done = change.done()?;
        let mut later = timeline
            .operations
            .iter()
            .filter(|listing| listing.invoked > done && lists_what_was_changed(listing, change));
        let first = later.next()?;
        let is_shown =
            |listing: &&Operation| listing.rows().is_some_and(|rows| shows(rows, change));
        match is_shown(&first) {
            true => Some(0),
            false => later.find(is_shown).map(|shown| since(done, shown.invoked)),
        }
    });
    Some(Measured {
        what: "from a change until listings show it",
        us: took.max()?,
        key: "consistent-within",
        quick_us: 0,
    })
}

/// Whether a listing is of the groups, in the surface and at the pool, of a change.
fn lists_what_was_changed(listing: &Operation, change: &Operation) -> bool {
    listing.verb == Verb::List
        && listing.at == change.at
        && listing.about.surface == change.about.surface
        && listing.about.owner == change.about.parent
}

fn shows(rows: &[Row], change: &Operation) -> bool {
    let is_changed = |row: &Row| {
        Some(&row.group) == change.about.group.as_ref() && row.value == change.about.value
    };
    rows.iter().any(is_changed)
}

fn since(earlier: Position, later: Position) -> u64 {
    later.t_us.saturating_sub(earlier.t_us)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_slower_than_walks_expect_is_said_with_the_lines_for_it() {
        let alerts = Measured {
            what: "from a call until an agent is alerted",
            us: 1_234_000,
            key: "alerts-within",
            quick_us: 400_000,
        };
        let failover = Measured {
            what: "until failover and failback are complete",
            us: 16_100_000,
            key: "fails-over-within",
            quick_us: 60_000_000,
        };
        let quick = told(std::slice::from_ref(&failover));
        assert!(!quick.contains("times:"), "{quick}");
        assert_eq!(
            told(&[alerts, failover]),
            "\nHow quick it was:\n  \
             from a call until an agent is alerted                  1.2 s\n  \
             until failover and failback are complete               16.1 s\n\n\
             Walks are quicker: say so in the target's file.\n\n  times:\n    alerts-within: 1300ms\n"
        );
        assert_eq!(told(&[]), "");
    }
}
