//! The management surfaces.

use model::Verdict::{self, Fail, Inconclusive, Pass, Unsupported};
use model::fault::FaultKind;
use model::journal::Event;
use model::shared::Shared;
use model::topology::Pool;
use model::verb::{About, Filter, Row, Surface, Verb, VerbOutcome};
use model::walk::Imports;
use rstest::rstest;

use crate::drill::{self, Drill, row};
use crate::script::{Script, within};

const OUTAGE: (f64, f64) = (7.0, 15.0);
const PRIMARY: &str = "outage.configuration.primary";
const BACKUP: &str = "outage.configuration.backup";
const IMPORTED: &str = "outage.configuration.imported";

/// The pool is down with its database.
fn site() -> Script {
    Drill {
        imports: Imports::InAdvance,
        fault: FaultKind::POWER_OFF,
        hosts: drill::SITE,
    }
    .script()
}

/// Changes how listings of a pool's groups in a surface ended, within the outage.
fn listing(
    script: Script,
    (listed, of): (Surface, Pool),
    change: impl Fn(&mut VerbOutcome, &mut Option<Vec<Row>>),
) -> Script {
    script.changing(|record| {
        let inside = within(record, OUTAGE);
        if let Event::VerbEnded {
            verb: Verb::List,
            about,
            outcome,
            rows,
            ..
        } = &mut record.event
            && inside
            && about.surface == Some(listed)
            && about.parent == Some(of)
        {
            let mut listed = rows.take().map(Shared::into_own);
            change(outcome, &mut listed);
            *rows = listed.map(Shared::from);
        }
    })
}

/// Changes the outcome of a change of a group, within the outage.
fn modifying(script: Script, (group, parent): (&str, Pool), came_to: &VerbOutcome) -> Script {
    script.changing(|record| {
        let inside = within(record, OUTAGE);
        if let Event::VerbEnded {
            verb: Verb::Modify,
            about,
            outcome,
            ..
        } = &mut record.event
            && inside
            && about.group.as_deref() == Some(group)
            && about.parent == Some(parent)
        {
            *outcome = came_to.clone();
        }
    })
}

fn refused() -> VerbOutcome {
    VerbOutcome::Refused {
        why: "no".to_owned(),
    }
}

fn no_answer() -> VerbOutcome {
    VerbOutcome::NoAnswer {
        why: "timed out".to_owned(),
    }
}

// ---- viewing -------------------------------------------------------------------------------

#[rstest]
fn a_group_that_a_surface_does_not_list_is_not_viewed(
    #[values(Surface::ControlPanel, Surface::Shell)] surface: Surface,
    #[values((Pool::Primary, "sales", PRIMARY), (Pool::Backup, "reception", BACKUP))] set: (
        Pool,
        &str,
        &str,
    ),
) {
    let (of, group, clause) = set;
    let hidden = listing(drill::imported(), (surface, of), |_, rows| {
        rows.iter_mut()
            .for_each(|rows| rows.retain(|row| row.group != group));
    });
    hidden.gives(clause, Fail, &format!("`{group}`"));
}

#[test]
fn with_the_database_up_an_error_is_wrong() {
    let primary = (Surface::Shell, Pool::Primary);
    listing(drill::imported(), primary, |outcome, rows| {
        *outcome = refused();
        *rows = None;
    })
    .gives(PRIMARY, Fail, "was refused: no");
}

#[test]
fn with_the_database_down_an_error_is_right() {
    site().gives(PRIMARY, Pass, "gave an error, the database being down");
}

#[rstest]
#[case::an_empty_list(Vec::new(), "gave an empty list while the database was down")]
#[case::a_list(vec![row("sales", Pool::Primary, Pool::Primary)], "gave a list while")]
fn with_the_database_down_a_list_is_wrong(#[case] listed: Vec<Row>, #[case] why: &str) {
    listing(site(), (Surface::Shell, Pool::Primary), |outcome, rows| {
        *outcome = VerbOutcome::Done;
        *rows = Some(listed.clone());
    })
    .gives(PRIMARY, Fail, why);
}

#[test]
fn a_listing_that_nobody_answered_is_no_error() {
    let primary = (Surface::Shell, Pool::Primary);
    listing(site(), primary, |outcome, _| *outcome = no_answer()).gives(
        PRIMARY,
        Inconclusive,
        "got no answer",
    );
}

#[test]
fn the_control_panel_must_not_show_imported_groups() {
    let panel = (Surface::ControlPanel, Pool::Backup);
    listing(drill::imported(), panel, |_, rows| {
        let imported = row("sales", Pool::Primary, Pool::Backup);
        rows.get_or_insert_default().push(imported);
    })
    .gives(IMPORTED, Fail, "`sales`, imported, is listed");
}

#[test]
fn a_control_panel_that_lists_and_changes_nothing_does_not_prove_that_something_is_not_shown() {
    let panel = (Surface::ControlPanel, Pool::Backup);
    let empty = listing(drill::imported(), panel, |_, rows| *rows = Some(Vec::new()));
    let mute = listing(empty, (Surface::ControlPanel, Pool::Primary), |_, rows| {
        *rows = None
    });
    modifying(mute, ("reception", Pool::Backup), &no_answer()).gives(
        IMPORTED,
        Inconclusive,
        "no control: the backup's Control Panel",
    );
}

#[test]
fn a_default_listing_in_the_shell_says_nothing_of_imported_groups() {
    drill::imported()
        .changing(|record| {
            if let Event::VerbInvoked { about, .. } = &mut record.event
                && about.filter == Some(Filter::All)
            {
                about.filter = Some(Filter::Default);
            }
        })
        .gives(
            IMPORTED,
            Inconclusive,
            "nobody listed the groups that are imported in the Management Shell",
        );
}

// ---- changing ------------------------------------------------------------------------------

#[rstest]
#[case::accepted(VerbOutcome::Done, Fail, "was accepted")]
#[case::a_time_out(no_answer(), Inconclusive, "no refusal")]
#[case::lacking(VerbOutcome::Unsupported, Unsupported, "lacks the verb")]
fn what_cannot_be_modified_is_refused(
    #[case] outcome: VerbOutcome,
    #[case] verdict: Verdict,
    #[case] why: &str,
) {
    modifying(drill::imported(), ("sales", Pool::Primary), &outcome).gives(PRIMARY, verdict, why);
}

/// The value that was refused in the outage is there when it is read back after the heal.
fn applied_after_all(script: Script) -> Script {
    script.changing(|record| {
        let later = within(record, (23.0, 32.0));
        if let Event::VerbEnded {
            verb: Verb::List,
            rows: Some(rows),
            ..
        } = &mut record.event
            && later
        {
            let sales = rows.iter_mut().filter(|row| row.group == "sales");
            sales.for_each(|row| row.value = Some("outage 0".to_owned()));
        }
    })
}

#[test]
fn a_change_that_was_refused_and_applied_all_the_same_is_wrong() {
    applied_after_all(drill::imported()).gives(PRIMARY, Fail, "shows it for `sales`");
}

#[test]
fn a_change_that_got_no_answer_and_was_applied_is_wrong() {
    let timed_out = modifying(drill::imported(), ("sales", Pool::Primary), &no_answer());
    applied_after_all(timed_out).gives(PRIMARY, Fail, "shows it for `sales`");
}

#[test]
fn a_dead_pools_silence_does_not_outweigh_its_partners_refusal() {
    let about = About {
        group: Some("sales".to_owned()),
        parent: Some(Pool::Primary),
        surface: Some(Surface::Shell),
        value: Some("asked of the dead".to_owned()),
        ..About::default()
    };
    drill::imported()
        .adding(|script| {
            let modify = (Verb::Modify, Pool::Primary);
            script.verb(modify, &about, no_answer(), None, 7.2);
        })
        .gives(PRIMARY, Pass, "was refused");
}

/// With the database down nobody can read back; here it stays so until the walk ends.
#[test]
fn a_refused_change_that_is_never_read_back_proves_nothing() {
    site()
        .without(|record| {
            let listed = |about: &About| about.parent == Some(Pool::Primary);
            match &record.event {
                Event::VerbInvoked {
                    verb: Verb::List,
                    about,
                    ..
                }
                | Event::VerbEnded {
                    verb: Verb::List,
                    about,
                    ..
                } => listed(about) && record.t_us > 26_000_000,
                _ => false,
            }
        })
        .gives(PRIMARY, Inconclusive, "was never listed later");
}

#[rstest]
#[case::refused(refused(), Fail, "was refused")]
#[case::a_time_out(no_answer(), Inconclusive, "got no answer")]
fn what_can_be_modified_is_done(
    #[case] outcome: VerbOutcome,
    #[case] verdict: Verdict,
    #[case] why: &str,
) {
    modifying(drill::imported(), ("sales", Pool::Backup), &outcome).gives(IMPORTED, verdict, why);
    modifying(drill::imported(), ("reception", Pool::Backup), &outcome).gives(BACKUP, verdict, why);
}

#[test]
fn a_change_that_is_not_seen_on_re_reading_did_not_work() {
    let backup = (Surface::Shell, Pool::Backup);
    let unseen = listing(drill::imported(), backup, |_, rows| {
        rows.iter_mut().flatten().for_each(|row| row.value = None);
    });
    unseen.gives(IMPORTED, Fail, "does not show it");
}

// ---- another legitimate reading ------------------------------------------------------------

#[test]
fn another_legitimate_reading_passes_and_says_so() {
    let listed_although_down = site().changing(|record| {
        let inside = within(record, (22.0, 26.0));
        if let Event::VerbEnded {
            verb: Verb::List,
            about,
            outcome,
            rows,
            ..
        } = &mut record.event
            && inside
            && about.parent == Some(Pool::Primary)
        {
            *outcome = VerbOutcome::Done;
            let groups = ["sales", "helpline", "branch", "desk"];
            *rows = Some(
                groups
                    .map(|g| row(g, Pool::Primary, Pool::Primary))
                    .to_vec()
                    .into(),
            );
        }
    });
    listed_although_down.gives(
        "failed-over.configuration.primary",
        Pass,
        "by another legitimate reading",
    );
}

/// What only the Management Shell shows, only it changes.
#[rstest]
#[case::refused(refused(), Pass, "was done, and the list")]
#[case::accepted(VerbOutcome::Done, Fail, "though the panel does not show it")]
fn a_copy_is_not_changed_in_the_control_panel(
    #[case] came_to: VerbOutcome,
    #[case] verdict: Verdict,
    #[case] why: &str,
) {
    let about = About {
        group: Some("sales".to_owned()),
        parent: Some(Pool::Backup),
        surface: Some(Surface::ControlPanel),
        // What it is called already: so nothing that is read later is wrong.
        value: Some("outage 4".to_owned()),
        ..About::default()
    };
    let panel = (Verb::Modify, Pool::Backup);
    drill::imported()
        .adding(|script| script.verb(panel, &about, came_to, None, 14.0))
        .gives(IMPORTED, verdict, why);
}
