//! Listings and consoles are compared as a whole: what is there once, what is there too much.

use model::Verdict::{Fail, Pass};
use model::journal::Event;
use model::topology::Pool;
use model::verb::{About, Filter, Row, Surface, Verb, VerbOutcome};
use rstest::rstest;

use crate::drill::{self, row};
use crate::script::{Script, within};

const OUTAGE: (f64, f64) = (7.0, 15.0);
const FAILED_OVER: (f64, f64) = (22.0, 32.0);

/// Changes what the Shell lists of a pool's groups within the outage.
fn listing(of: Pool, change: impl Fn(&mut Vec<Row>)) -> Script {
    drill::imported().reading(Verb::List, OUTAGE, |about, rows| {
        if about.surface == Some(Surface::Shell) && about.parent == Some(of) {
            change(rows);
        }
    })
}

#[rstest]
#[case::twice(
    Pool::Primary,
    row("sales", Pool::Primary, Pool::Primary),
    "outage.configuration.primary",
    "is listed twice"
)]
#[case::twice_at_the_backup(
    Pool::Backup,
    row("reception", Pool::Backup, Pool::Backup),
    "outage.configuration.backup",
    "is listed twice"
)]
#[case::a_copy_twice(
    Pool::Backup,
    row("sales", Pool::Primary, Pool::Backup),
    "outage.configuration.imported",
    "is listed twice"
)]
#[case::a_ghost(
    Pool::Primary,
    row("ghosts", Pool::Primary, Pool::Primary),
    "outage.configuration.primary",
    "there is no such group"
)]
#[case::a_copy_of_a_ghost(
    Pool::Backup,
    row("ghosts", Pool::Primary, Pool::Backup),
    "outage.configuration.imported",
    "there is no such group"
)]
#[case::another_owner(
    Pool::Backup,
    row("sales", Pool::Backup, Pool::Backup),
    "outage.configuration.backup",
    "it belongs to the primary"
)]
#[case::another_parent(
    Pool::Primary,
    row("helpline", Pool::Primary, Pool::Backup),
    "outage.configuration.primary",
    "was not asked for"
)]
#[case::a_copy_at_the_primary(
    Pool::Primary,
    row("reception", Pool::Backup, Pool::Primary),
    "outage.configuration.primary",
    "was not asked for"
)]
fn a_row_too_much_is_wrong(
    #[case] of: Pool,
    #[case] more: Row,
    #[case] clause: &str,
    #[case] why: &str,
) {
    let listed = listing(of, |rows| rows.push(more.clone()));
    listed.clone().gives(clause, Fail, why);
    let all = [
        "outage.configuration.primary",
        "outage.configuration.backup",
        "outage.configuration.imported",
    ];
    for other in all.into_iter().filter(|other| *other != clause) {
        listed.clone().gives(other, Pass, "");
    }
}

/// A listing of the backup's groups that nothing else asks for.
fn listed(script: Script, filter: Filter, rows: Vec<Row>, at: f64) -> Script {
    let about = About {
        owner: Some(Pool::Backup),
        surface: Some(Surface::Shell),
        filter: Some(filter),
        ..About::default()
    };
    script.adding(|script| {
        let list = (Verb::List, Pool::Backup);
        script.verb(list, &about, VerbOutcome::Done, Some(rows), at);
    })
}

fn own() -> Vec<Row> {
    ["reception", "counter"]
        .map(|name| row(name, Pool::Backup, Pool::Backup))
        .to_vec()
}

fn copies() -> Vec<Row> {
    ["sales", "helpline", "branch", "desk"]
        .map(|name| row(name, Pool::Primary, Pool::Backup))
        .to_vec()
}

#[test]
fn a_filter_lets_through_what_it_names_and_nothing_else() {
    let by_owner = Filter::Owner(Pool::Primary);
    let both = [own(), copies()].concat();
    let shows = |filter, rows: &[Row]| listed(drill::imported(), filter, rows.to_vec(), 8.2);
    shows(by_owner, &both).gives(
        "outage.configuration.imported",
        Fail,
        "(owner backup, parent backup) is listed, which was not asked for",
    );
    shows(by_owner, &copies()).gives("outage.configuration.imported", Pass, "");
    shows(by_owner, &copies()[1..]).gives("outage.configuration.imported", Fail, "`sales`");
    shows(Filter::Default, &both).gives("outage.configuration.backup", Fail, "not asked for");
    shows(Filter::Default, &own()).gives("outage.configuration.backup", Pass, "");
    shows(Filter::All, &own()).gives("outage.configuration.imported", Fail, "is not listed");
    shows(Filter::All, &copies()).gives("outage.configuration.backup", Fail, "is not listed");
}

#[test]
fn what_nobody_imported_is_not_there() {
    let everything = [own(), copies()].concat();
    listed(drill::not_imported(), Filter::All, everything, 8.2).gives(
        "outage.configuration.backup",
        Fail,
        "which nobody imported",
    );
}

/// The copies are removed once the last stage is over.
fn removed(came_to: VerbOutcome) -> Script {
    let about = About {
        owner: Some(Pool::Primary),
        parent: Some(Pool::Backup),
        ..About::default()
    };
    drill::imported().adding(|script| {
        let removal = (Verb::RemoveExported, Pool::Backup);
        script.verb(removal, &about, came_to, None, 44.5);
    })
}

#[test]
fn the_removal_of_copies_removes_all_of_them_and_nothing_else() {
    const COPIES: &str = "failed-back.configuration.imported";
    const OWN: &str = "failed-back.configuration.backup";
    let gone = |rows: Vec<Row>| listed(removed(VerbOutcome::Done), Filter::All, rows, 45.0);
    gone(own()).gives(COPIES, Pass, "");
    gone(own()).gives(OWN, Pass, "");
    let one_left = [own(), copies()[..1].to_vec()].concat();
    gone(one_left).gives(
        COPIES,
        Fail,
        "`sales` (owner primary, parent backup) is listed, which has",
    );
    gone(own()[1..].to_vec()).gives(OWN, Fail, "`reception`, owned by the backup, is not listed");
}

#[test]
fn what_a_removal_that_nobody_answered_came_to_is_open() {
    let unanswered = || {
        removed(VerbOutcome::NoAnswer {
            why: "timed out".to_owned(),
        })
    };
    let everything = [own(), copies()].concat();
    for rows in [own(), everything] {
        let script = listed(unanswered(), Filter::All, rows, 45.0);
        script.gives("failed-back.configuration.imported", Pass, "");
    }
}

// ---- what nobody changes -----------------------------------------------------------------------

/// Listings show, of each copy of a group, in which order its agents are asked.
fn detailed(of: impl Fn(&Row, bool) -> &'static str) -> Script {
    drill::imported().changing(|record| {
        let late = within(record, FAILED_OVER);
        if let Event::VerbEnded {
            verb: Verb::List,
            rows: Some(rows),
            ..
        } = &mut record.event
        {
            for row in rows.iter_mut() {
                let order = of(row, late).to_owned();
                row.details.insert("agents".to_owned(), order);
            }
        }
    })
}

#[test]
fn a_copy_is_as_its_original_and_both_stay_so() {
    const COPIES: &str = "failed-over.configuration.imported";
    const ORIGINALS: &str = "failed-over.configuration.primary";
    let same = detailed(|_, _| "pia, ben");
    same.clone().gives(COPIES, Pass, "");
    same.gives(ORIGINALS, Pass, "");

    let is_copy = |row: &Row| row.group == "helpline" && row.owner != row.parent;
    let turned = detailed(|row, _| if is_copy(row) { "ben, pia" } else { "pia, ben" });
    turned.clone().gives(
        COPIES,
        Fail,
        "agents of `helpline` in the backup is ben, pia, where",
    );
    turned.gives(ORIGINALS, Pass, "");

    let is_original = |row: &Row| row.group == "helpline" && row.owner == row.parent;
    let changed = detailed(|row, late| match late && is_original(row) {
        true => "pia",
        false => "pia, ben",
    });
    changed.clone().gives(ORIGINALS, Fail, "showed pia, ben");
    changed.gives("outage.configuration.primary", Pass, "");
}

// ---- consoles ----------------------------------------------------------------------------------

#[rstest]
#[case::twice(
    row("desk", Pool::Primary, Pool::Backup),
    "failed-over.agents.imported",
    "is shown twice"
)]
#[case::a_ghost(
    row("ghosts", Pool::Backup, Pool::Backup),
    "failed-over.agents.backup",
    "no such group"
)]
#[case::anothers(
    row("reception", Pool::Backup, Pool::Backup),
    "failed-over.agents.backup",
    "bianca is no member"
)]
#[case::another_owner(
    row("desk", Pool::Backup, Pool::Backup),
    "failed-over.agents.backup",
    "it belongs to the primary"
)]
#[case::another_parent(
    row("counter", Pool::Backup, Pool::Primary),
    "failed-over.agents.backup",
    "nobody imported"
)]
fn a_row_too_much_in_a_console_is_wrong(
    #[case] more: Row,
    #[case] clause: &str,
    #[case] why: &str,
) {
    let shown = drill::imported().console(FAILED_OVER, |rows| rows.push(more.clone()));
    shown.clone().gives(clause, Fail, why);
    for set in ["primary", "backup", "imported"] {
        let other = format!("failed-over.agents.{set}");
        if other != clause {
            shown.clone().gives(&other, Pass, "");
        }
    }
}

#[test]
fn a_copy_in_a_console_that_nobody_imported_is_wrong() {
    drill::not_imported()
        .console(FAILED_OVER, |rows| {
            rows.push(row("desk", Pool::Primary, Pool::Backup));
        })
        .gives("failed-over.agents.primary", Fail, "which nobody imported");
}

/// Somebody looks who is a member of informal groups only.
fn looked_at_by_bruno(rows: Vec<Row>) -> Script {
    let about = About {
        agent: Some("bruno".to_owned()),
        ..About::default()
    };
    drill::imported().adding(|script| {
        let groups = (Verb::GetGroups, Pool::Backup);
        script.verb(groups, &about, VerbOutcome::Done, Some(rows), 23.2);
    })
}

#[test]
fn who_is_no_member_of_a_group_does_not_see_it() {
    let own = row("reception", Pool::Backup, Pool::Backup);
    looked_at_by_bruno(vec![own.clone()]).gives("failed-over.agents.backup", Pass, "");
    let others = row("desk", Pool::Primary, Pool::Primary);
    looked_at_by_bruno(vec![own, others]).gives(
        "failed-over.agents.primary",
        Fail,
        "bruno is no member",
    );
}

#[rstest]
#[case::granted(VerbOutcome::Done, Fail, "though bruno is no member")]
#[case::refused(drill::outcome(false), Pass, "")]
fn who_is_no_member_of_a_group_cannot_sign_in_to_it(
    #[case] came_to: VerbOutcome,
    #[case] verdict: model::Verdict,
    #[case] why: &str,
) {
    let about = About {
        agent: Some("bruno".to_owned()),
        group: Some("counter".to_owned()),
        parent: Some(Pool::Backup),
        ..About::default()
    };
    drill::imported()
        .adding(|script| {
            let sign_in = (Verb::SignIn, Pool::Backup);
            script.verb(sign_in, &about, came_to, None, 23.2);
        })
        .gives("failed-over.agents.backup", verdict, why);
}
