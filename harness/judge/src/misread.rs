//! What listings and consoles show that they may not show: rows, details, values and marks, found once
//! for a whole walk. Each counts against a set of groups, in the stage that answers for it.

use model::clause::GroupSet;
use model::verb::Verb;

use crate::acknowledged::WrongReading;
use crate::acknowledged::marks::Marks;
use crate::acknowledged::values;
use crate::checked::Objection;
use crate::details;
use crate::fault;
use crate::rows::{Expected, WrongRow};
use crate::scope::Scope;
use timeline::Timeline;
use timeline::operation::Operation;
use timeline::position::Position;

/// All that was read wrong in a walk.
#[derive(Debug)]
pub(crate) struct Misread {
    listings: Vec<Wrong>,
    consoles: Vec<Wrong>,
}

/// Something that was read wrong.
#[derive(Debug)]
struct Wrong {
    /// The set that it counts against.
    against: GroupSet,
    /// When what it counts against was done.
    since: Position,
    objection: Objection,
}

impl Misread {
    pub(crate) fn of(timeline: &Timeline) -> Self {
        let expected = Expected::of(timeline);
        let listed = rows_of(timeline, Verb::List, |list| expected.of_listing(list));
        let details = details::wrong_details(timeline).map(|wrong| {
            let why = format!("{}: {}", wrong.list.words(), wrong.what);
            Wrong {
                against: wrong.against,
                since: wrong.list.invoked,
                objection: Objection::misstated(why).at(wrong.list.invoked),
            }
        });
        let values = values::wrong_values(timeline).into_iter();
        let shown = rows_of(timeline, Verb::GetGroups, |list| expected.of_console(list));
        let marks = Marks::of(timeline);
        let marked = marks.wrong().into_iter().chain(marks.wrong_informal());
        Misread {
            listings: listed
                .chain(details)
                .chain(values.map(|wrong| Wrong::of(timeline, wrong)))
                .collect(),
            consoles: shown
                .chain(marked.map(|wrong| Wrong::of(timeline, wrong)))
                .collect(),
        }
    }

    /// The first wrong thing in listings that counts against this set in the stage.
    pub(crate) fn in_listings(&self, scope: &Scope<'_>, groups: GroupSet) -> Option<Objection> {
        first(&self.listings, scope, groups)
    }

    /// The first wrong thing in agents' consoles that counts against this set in the stage.
    pub(crate) fn in_consoles(&self, scope: &Scope<'_>, groups: GroupSet) -> Option<Objection> {
        first(&self.consoles, scope, groups)
    }
}

fn first(wrong: &[Wrong], scope: &Scope<'_>, groups: GroupSet) -> Option<Objection> {
    let counts = |wrong: &&Wrong| wrong.against == groups && scope.answers_for(wrong.since);
    wrong
        .iter()
        .find(counts)
        .map(|wrong| wrong.objection.clone())
}

/// What is wrong with the rows that each operation of a verb gave.
fn rows_of<'t>(
    timeline: &'t Timeline,
    verb: Verb,
    wrong_rows: impl Fn(&'t Operation) -> Vec<WrongRow>,
) -> impl Iterator<Item = Wrong> {
    let all = timeline.operations.iter();
    let readings =
        all.filter(move |reading| reading.verb == verb && !fault::may_lag(timeline, reading));
    readings.flat_map(move |reading| {
        let wrong = wrong_rows(reading).into_iter();
        wrong.map(|wrong| {
            let why = format!("{}: {}", reading.words(), wrong.what);
            let read = reading.ended_at().unwrap_or(reading.invoked);
            Wrong {
                against: wrong.against,
                since: reading.invoked,
                objection: Objection::misstated(why).at(reading.invoked).at(read),
            }
        })
    })
}

impl Wrong {
    fn of(timeline: &Timeline, wrong: WrongReading) -> Self {
        Wrong {
            against: wrong.against,
            since: wrong.since,
            objection: Objection::unshown(timeline, wrong.what)
                .at(wrong.since)
                .at(wrong.read),
        }
    }
}
