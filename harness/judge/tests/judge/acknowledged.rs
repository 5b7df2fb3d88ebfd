//! What was acknowledged is read afterwards, and what was refused is not, however much later.

use model::Stage;
use model::Verdict::{Fail, Inconclusive, Pass};
use model::journal::event::EndedBy;
use model::topology::Pool;
use model::verb::{About, Filter, Row, Surface, Verb, VerbOutcome};
use rstest::rstest;

use crate::drill::{self, row};
use crate::script::Script;
use crate::world;

/// After the last stage.
const AFTER: f64 = 45.0;

/// What listings of a pool's groups show from an instant on of a copy.
fn showing(script: Script, copy: (&str, Pool), since: f64, value: &str) -> Script {
    script.reading(Verb::List, (since, 100.0), |_, rows| {
        rows_of(rows, copy).for_each(|row| row.value = Some(value.to_owned()));
    })
}

/// The rows of a copy.
fn rows_of<'r>(
    rows: &'r mut [Row],
    (group, parent): (&str, Pool),
) -> impl Iterator<Item = &'r mut Row> {
    rows.iter_mut()
        .filter(move |row| row.group == group && row.parent == parent)
}

/// The Shell lists everything of a pool once more when all is over, with these values.
fn read_at_the_end(script: Script, of: Pool, values: &[(&str, &str)]) -> Script {
    let groups: &[(&str, Pool)] = match of {
        Pool::Primary => &[
            ("sales", Pool::Primary),
            ("helpline", Pool::Primary),
            ("branch", Pool::Primary),
            ("desk", Pool::Primary),
        ],
        Pool::Backup => &[
            ("reception", Pool::Backup),
            ("counter", Pool::Backup),
            ("sales", Pool::Primary),
            ("helpline", Pool::Primary),
            ("branch", Pool::Primary),
            ("desk", Pool::Primary),
        ],
    };
    let rows = groups.iter().map(|(name, owner)| {
        let of_name = values.iter().find(|(group, _)| group == name);
        Row {
            value: of_name.map(|(_, value)| (*value).to_owned()),
            ..row(name, *owner, of)
        }
    });
    let rows: Vec<Row> = rows.collect();
    let about = About {
        owner: Some(of),
        surface: Some(Surface::Shell),
        filter: Some(Filter::All),
        ..About::default()
    };
    script.adding(|script| {
        let list = (Verb::List, Pool::Backup);
        script.verb(list, &about, VerbOutcome::Done, Some(rows), AFTER);
    })
}

/// In the drill the last change of each stage to a copy is its number: 3 through the Shell to
/// reception, 4 to the copy of sales, 1 to sales where that works.
#[test]
fn all_that_was_acknowledged_is_there_at_the_end() {
    let script = read_at_the_end(
        drill::imported(),
        Pool::Primary,
        &[("sales", "failed-back 1")],
    );
    let values = [("reception", "failed-back 3"), ("sales", "failed-back 4")];
    let script = read_at_the_end(script, Pool::Backup, &values);
    for set in ["primary", "backup", "imported"] {
        let clause = format!("failed-back.configuration.{set}");
        script.clone().gives(&clause, Pass, "");
    }
}

#[rstest]
#[case::lost(
    Pool::Primary,
    "sales",
    "failed-back 0",
    "failed-back.configuration.primary",
    "was done, yet"
)]
#[case::of_the_copy(
    Pool::Primary,
    "sales",
    "failed-back 4",
    "failed-back.configuration.imported",
    "was of the one in the backup, yet"
)]
#[case::of_the_original(
    Pool::Backup,
    "sales",
    "failed-back 1",
    "failed-back.configuration.primary",
    "was of the one in the primary, yet"
)]
#[case::of_another_group(
    Pool::Backup,
    "counter",
    "failed-back 3",
    "failed-back.configuration.backup",
    "yet the list at"
)]
#[case::refused_then(
    Pool::Primary,
    "sales",
    "outage 1",
    "outage.configuration.primary",
    "applied"
)]
#[case::refused_and_elsewhere(
    Pool::Backup,
    "sales",
    "outage 1",
    "outage.configuration.primary",
    "was refused, yet"
)]
#[case::an_earlier_one(
    Pool::Backup,
    "reception",
    "outage 3",
    "failed-back.configuration.backup",
    "was done, yet"
)]
#[case::nobodys(
    Pool::Backup,
    "reception",
    "abracadabra",
    "failed-back.configuration.backup",
    "was done, yet"
)]
fn what_is_read_at_the_end_counts_against_the_change_that_it_comes_of(
    #[case] of: Pool,
    #[case] group: &str,
    #[case] value: &str,
    #[case] clause: &str,
    #[case] why: &str,
) {
    let script = showing(
        drill::imported(),
        ("counter", Pool::Backup),
        0.0,
        "as it was",
    );
    read_at_the_end(script, of, &[(group, value)]).gives(clause, Fail, why);
}

#[test]
fn a_group_that_nobody_changed_stays_as_it_was() {
    let was = showing(
        drill::imported(),
        ("helpline", Pool::Primary),
        0.0,
        "as it was",
    );
    was.clone()
        .gives("failover.configuration.primary", Pass, "");
    showing(was, ("helpline", Pool::Primary), 16.0, "otherwise").gives(
        "failover.configuration.primary",
        Fail,
        "shows `otherwise` for `helpline` in the primary, which nobody set",
    );
}

#[test]
fn a_change_to_which_nobody_answered_may_be_carried_out_or_not() {
    let about = About {
        group: Some("reception".to_owned()),
        parent: Some(Pool::Backup),
        surface: Some(Surface::Shell),
        value: Some("perhaps".to_owned()),
        ..About::default()
    };
    let unanswered = || {
        drill::imported().adding(|script| {
            let no_answer = VerbOutcome::NoAnswer {
                why: "timed out".to_owned(),
            };
            script.verb((Verb::Modify, Pool::Backup), &about, no_answer, None, 43.0);
        })
    };
    for value in ["perhaps", "failed-back 3"] {
        read_at_the_end(unanswered(), Pool::Backup, &[("reception", value)]).gives(
            "failed-back.configuration.backup",
            Inconclusive,
            "got no answer",
        );
    }
}

#[test]
fn a_copy_begins_with_what_its_original_had_when_it_was_exported() {
    let exported = |value: &str| {
        let script = drill::imported().adding(|script| {
            let about = About {
                owner: Some(Pool::Primary),
                ..About::default()
            };
            let export = (Verb::Export, Pool::Primary);
            script.verb(export, &about, VerbOutcome::Done, None, 3.0);
            let list = About {
                surface: Some(Surface::Shell),
                filter: Some(Filter::Default),
                ..about
            };
            let groups = ["sales", "helpline", "branch", "desk"];
            let rows = groups.map(|name| Row {
                value: Some("original".to_owned()),
                ..row(name, Pool::Primary, Pool::Primary)
            });
            let list_at = (Verb::List, Pool::Primary);
            script.verb(list_at, &list, VerbOutcome::Done, Some(rows.to_vec()), 2.0);
        });
        showing(script, ("branch", Pool::Backup), 7.0, value)
    };
    exported("original").gives("outage.configuration.imported", Pass, "");
    exported("something else").gives("outage.configuration.imported", Fail, "which nobody set");
}

// ---- marks -------------------------------------------------------------------------------------

/// What bianca's console shows within a time as her mark in a copy.
fn marked(script: Script, copy: (&str, Pool), time: (f64, f64), mark: bool) -> Script {
    script.console(time, |rows| {
        rows_of(rows, copy).for_each(|row| row.signed_in = Some(mark));
    })
}

#[test]
fn a_refused_sign_in_is_shown_nowhere_and_never() {
    let recorded = marked(
        drill::imported(),
        ("desk", Pool::Primary),
        (15.0, 22.0),
        true,
    );
    recorded.gives(
        "failover.agents.primary",
        Fail,
        "was refused, yet the console",
    );
}

/// bianca signs out of a group, and her console is looked at half a second later.
fn signed_out(came_to: VerbOutcome, mark: bool) -> Script {
    let about = About {
        agent: Some("bianca".to_owned()),
        group: Some("counter".to_owned()),
        parent: Some(Pool::Backup),
        ..About::default()
    };
    drill::imported().adding(|script| {
        let sign_out = (Verb::SignOut, Pool::Backup);
        script.verb(sign_out, &about, came_to, None, 13.0);
        let groups = About {
            agent: Some("bianca".to_owned()),
            ..About::default()
        };
        let rows = vec![
            row("desk", Pool::Primary, Pool::Primary),
            Row {
                signed_in: Some(mark),
                ..row("counter", Pool::Backup, Pool::Backup)
            },
        ];
        let get_groups = (Verb::GetGroups, Pool::Backup);
        script.verb(get_groups, &groups, VerbOutcome::Done, Some(rows), 13.6);
    })
}

#[rstest]
#[case::done_and_shown(VerbOutcome::Done, false, Pass, "")]
#[case::ignored(VerbOutcome::Done, true, Fail, "sign-out of `counter`")]
#[case::refused(drill::outcome(false), true, Fail, "was refused: the pool says no")]
fn signing_out_works_where_signing_in_does(
    #[case] came_to: VerbOutcome,
    #[case] mark: bool,
    #[case] verdict: model::Verdict,
    #[case] why: &str,
) {
    signed_out(came_to, mark).gives("outage.agents.backup", verdict, why);
}

#[test]
fn signing_in_to_one_group_signs_in_to_no_other() {
    let about = About {
        agent: Some("pia".to_owned()),
        ..About::default()
    };
    let looked = |mark| {
        drill::imported().adding(|script| {
            let sign_in = About {
                group: Some("desk".to_owned()),
                parent: Some(Pool::Backup),
                ..about.clone()
            };
            let done = VerbOutcome::Done;
            script.verb(
                (Verb::SignIn, Pool::Backup),
                &sign_in,
                done.clone(),
                None,
                23.2,
            );
            let sets = [Pool::Primary, Pool::Backup].into_iter();
            let rows = sets.flat_map(|parent| {
                let signed_in = Some(parent == Pool::Backup || mark);
                let desk = Row {
                    signed_in,
                    ..row("desk", Pool::Primary, parent)
                };
                [row("sales", Pool::Primary, parent), desk]
            });
            let rows: Vec<Row> = rows.collect();
            let get_groups = (Verb::GetGroups, Pool::Backup);
            script.verb(get_groups, &about, done, Some(rows), 24.0);
        })
    };
    looked(false).gives("failed-over.agents.imported", Pass, "");
    looked(true).gives(
        "failed-over.agents.imported",
        Fail,
        "was of the one in the backup, yet the console",
    );
}

#[rstest]
#[case::while_failover_may_have_signed_out("outage", (7.0, 15.0), Pass)]
#[case::once_all_is_over("failed-back", (38.0, 44.0), Fail)]
fn failover_may_sign_out_agents_of_the_primary_and_nothing_else_may(
    #[case] stage: &str,
    #[case] time: (f64, f64),
    #[case] verdict: model::Verdict,
) {
    let signed_in = drill::imported().adding(|script| {
        let about = About {
            agent: Some("bianca".to_owned()),
            group: Some("desk".to_owned()),
            parent: Some(Pool::Primary),
            ..About::default()
        };
        let sign_in = (Verb::SignIn, Pool::Backup);
        script.verb(sign_in, &about, VerbOutcome::Done, None, 2.0);
    });
    let unmarked = marked(signed_in, ("desk", Pool::Primary), time, false);
    unmarked.gives(&format!("{stage}.agents.primary"), verdict, "");
}

/// The backup is asked to stand in as failover begins, and is done as it ends.
fn failed_over(script: &mut Script) {
    let about = About {
        owner: Some(Pool::Primary),
        ..About::default()
    };
    let (begin, end) = world::stage(Stage::Failover);
    script.lasting(
        (Verb::FailOver, Pool::Backup),
        &about,
        VerbOutcome::Done,
        (begin, end),
    );
}

/// pia signs in to a copy, and looks at her console once, or is alerted.
fn signed_in_to_copy(signed_in: f64, looks: f64, mark: bool) -> Script {
    let pia = About {
        agent: Some("pia".to_owned()),
        ..About::default()
    };
    drill::imported().adding(failed_over).adding(|script| {
        let sign_in = About {
            group: Some("desk".to_owned()),
            parent: Some(Pool::Backup),
            ..pia.clone()
        };
        let done = VerbOutcome::Done;
        let (signs_in, groups) = (
            (Verb::SignIn, Pool::Backup),
            (Verb::GetGroups, Pool::Backup),
        );
        script.verb(signs_in, &sign_in, done.clone(), None, signed_in);
        let sets = [Pool::Primary, Pool::Backup].into_iter();
        let rows = sets.flat_map(|parent| {
            let desk = Row {
                signed_in: Some(parent == Pool::Backup && mark),
                ..row("desk", Pool::Primary, parent)
            };
            [row("sales", Pool::Primary, parent), desk]
        });
        script.verb(groups, &pia, done, Some(rows.collect()), looks);
    })
}

#[rstest]
#[case::of_before_and_forgotten(2.0, 24.0, false, Pass, "")]
#[case::of_before_and_kept(2.0, 24.0, true, Fail, "who has not signed in again since failover")]
#[case::since_then(22.5, 24.0, true, Pass, "")]
#[case::meanwhile_and_kept(17.0, 24.0, true, Pass, "")]
#[case::meanwhile_and_forgotten(17.0, 24.0, false, Pass, "")]
fn who_signed_in_to_a_copy_before_failover_signs_in_again(
    #[case] signed_in: f64,
    #[case] looks: f64,
    #[case] mark: bool,
    #[case] verdict: model::Verdict,
    #[case] why: &str,
) {
    signed_in_to_copy(signed_in, looks, mark).gives("failed-over.agents.imported", verdict, why);
}

/// When failover signs them out, the document does not say.
#[rstest]
#[case::kept(true)]
#[case::forgotten(false)]
fn while_failover_is_under_way_either_mark_is_right(#[case] mark: bool) {
    signed_in_to_copy(2.0, 17.5, mark).gives("failover.agents.imported", Pass, "");
}

#[rstest]
#[case::of_before(2.0, Fail, "who was not signed in to `desk`")]
#[case::meanwhile(17.0, Pass, "")]
#[case::since_then(22.4, Pass, "")]
fn nobody_is_alerted_by_a_sign_in_of_before_failover(
    #[case] signed_in: f64,
    #[case] verdict: model::Verdict,
    #[case] why: &str,
) {
    let script = signed_in_to_copy(signed_in, 30.0, signed_in > 15.0);
    let called = script.adding(|script| {
        script.welcomed("amos/7", "desk", Pool::Backup, (23.5, 23.7, 24.9));
        script.alerted("pia/7", "amos", Pool::Backup, 24.0);
        script.ended("amos/7", EndedBy::HungUp, 25.0);
        script.ended("pia/7", EndedBy::Cancelled, 25.0);
    });
    called.alerts_who_is_signed_in("failed-over.agents.imported", verdict, why);
}
