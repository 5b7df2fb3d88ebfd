//! The agent console.

use model::Verdict::{self, Fail, Inconclusive, Pass, Unsupported};
use model::journal::Event;
use model::journal::event::{EndedBy, NoSuccess};
use model::topology::Pool;
use model::verb::{About, Row, Verb, VerbOutcome};
use rstest::rstest;

use crate::drill::{self, outcome, row};
use crate::script::{Script, is_of, within};

/// Changes the outcome of signing in to a copy within a time.
fn signing_in(script: Script, parent: Pool, time: (f64, f64), came_to: &VerbOutcome) -> Script {
    script.changing(|record| {
        let inside = within(record, time);
        if let Event::VerbEnded {
            verb: Verb::SignIn,
            about,
            outcome,
            ..
        } = &mut record.event
            && inside
            && about.group.as_deref() == Some("desk")
            && about.parent == Some(parent)
        {
            *outcome = came_to.clone();
        }
    })
}

const OUTAGE: (f64, f64) = (7.0, 15.0);
const FAILED_OVER: (f64, f64) = (22.0, 32.0);

#[test]
fn the_same_group_twice_is_told_apart_by_its_parent() {
    let imported = |row: &Row| (row.owner, row.parent) == (Pool::Primary, Pool::Backup);
    let script = drill::imported().console(FAILED_OVER, |rows| rows.retain(|r| !imported(r)));
    script.clone().gives(
        "failed-over.agents.imported",
        Fail,
        "`desk`, imported, is not shown",
    );
    script.gives(
        "failed-over.agents.primary",
        Pass,
        "shows the groups that are owned by the primary",
    );
}

#[test]
fn a_console_that_shows_nothing_at_all_does_not_prove_that_something_is_not_shown() {
    let empty = drill::imported().console(OUTAGE, Vec::clear);
    empty.clone().gives(
        "outage.agents.imported",
        Inconclusive,
        "shows nothing at all",
    );
    empty.gives("outage.agents.primary", Fail, "is not shown");
}

#[test]
fn an_imported_group_that_is_shown_too_early_is_wrong() {
    let early = drill::imported().console(OUTAGE, |rows| {
        rows.push(row("desk", Pool::Primary, Pool::Backup));
    });
    early.gives("outage.agents.imported", Fail, "`desk`, imported, is shown");
}

#[rstest]
#[case::granted(VerbOutcome::Done, Fail, "was granted")]
#[case::a_time_out(
    VerbOutcome::NoAnswer { why: "timed out".to_owned() },
    Inconclusive,
    "which is no refusal"
)]
#[case::lacking(VerbOutcome::Unsupported, Unsupported, "lacks the verb")]
fn a_sign_in_that_must_be_refused_needs_a_definite_refusal(
    #[case] outcome: VerbOutcome,
    #[case] verdict: Verdict,
    #[case] why: &str,
) {
    signing_in(drill::imported(), Pool::Primary, OUTAGE, &outcome).gives(
        "outage.agents.primary",
        verdict,
        why,
    );
}

#[test]
fn a_sign_in_that_must_work_and_is_refused_is_wrong() {
    let refused = VerbOutcome::Refused {
        why: "not now".to_owned(),
    };
    let until_then = (0.0, FAILED_OVER.1);
    signing_in(drill::imported(), Pool::Backup, until_then, &refused).gives(
        "failed-over.agents.imported",
        Fail,
        "was refused",
    );
}

#[test]
fn a_sign_in_that_the_list_does_not_show_did_not_work() {
    let unshown = drill::imported().console(FAILED_OVER, |rows| {
        rows.iter_mut().for_each(|row| row.signed_in = Some(false));
    });
    unshown.gives("failed-over.agents.imported", Fail, "does not show it");
}

#[test]
fn without_a_list_or_a_sign_in_nothing_is_judged() {
    let of = |verb: Verb| {
        drill::imported().without(move |record| {
            matches!(&record.event, Event::VerbEnded { verb: v, .. } if *v == verb)
                && within(record, OUTAGE)
        })
    };
    of(Verb::GetGroups).gives(
        "outage.agents.primary",
        Inconclusive,
        "looked at the agent console",
    );
    of(Verb::SignIn).gives("outage.agents.primary", Inconclusive, "tried to sign in");
}

/// In each stage bianca asks the backup, which answers, for her groups.
#[rstest]
#[case::the_partner_answered("bianca", Pool::Primary, Pass)]
#[case::it_answered_at_another_time("bianca", Pool::Backup, Inconclusive)]
#[case::it_answered_somebody_else("pia", Pool::Primary, Inconclusive)]
fn silence_counts_for_nothing_only_where_the_partner_answered(
    #[case] agent: &str,
    #[case] silent: Pool,
    #[case] verdict: Verdict,
) {
    let about = About {
        agent: Some(agent.to_owned()),
        ..About::default()
    };
    let because = match verdict {
        Pass => "shows the groups",
        _ => "got no answer",
    };
    drill::imported()
        .adding(|script| {
            let why = "timed out".to_owned();
            let asked = (Verb::GetGroups, silent);
            script.verb(asked, &about, VerbOutcome::NoAnswer { why }, None, 12.0);
        })
        .gives("outage.agents.primary", verdict, because);
}

// ---- where the parent takes calls the agent is alerted -------------------------------------

/// A call to the formal group, taken by a pool, in the failed-over stage.
fn with_call(pool: Pool, at: f64, alerts: bool) -> Script {
    drill::imported().adding(|script| {
        script.registered("bianca", Pool::Backup, 22.1);
        script.welcomed("cora/99", "desk", pool, (at, at + 0.3, at + 2.0));
        if alerts {
            script.alerted("bianca/99", "cora", pool, at + 0.4);
        }
        script.ended("cora/99", EndedBy::HungUp, at + 2.1);
    })
}

#[rstest]
#[case::alerted(with_call(Pool::Backup, 28.0, true), Pass, "bianca was alerted")]
#[case::not_alerted(with_call(Pool::Backup, 28.0, false), Fail, "did not alert bianca")]
#[case::too_early(with_call(Pool::Backup, 22.2, true), Inconclusive, "no later call to")]
#[case::taken_elsewhere(with_call(Pool::Primary, 28.0, false), Pass, "worked")]
fn where_the_parent_takes_calls_the_agent_must_be_alerted(
    #[case] script: Script,
    #[case] verdict: Verdict,
    #[case] why: &str,
) {
    script.gives("failed-over.agents.imported", verdict, why);
}

#[test]
fn the_backup_takes_the_calls_to_its_own_groups() {
    let calls = drill::imported().adding(|script| {
        script.refused("rick/1", "counter", (12.0, 12.5));
    });
    calls.gives("outage.agents.backup", Fail, "failed at 12.500 s");
    drill::imported()
        .without(|record| is_of(record, "cleo/11"))
        .gives("outage.agents.backup", Inconclusive, "no later call to");
}

/// bianca signs in once more after the last call, which may be refused to who is signed in; that the first sign-in
/// had an effect is enough.
#[rstest]
#[case::granted(VerbOutcome::Done, true, Pass, "bianca was alerted")]
#[case::refused(already(), true, Pass, "bianca was alerted")]
#[case::refused_and_not_shown(already(), false, Fail, "was refused, after one that was granted")]
fn a_sign_in_that_no_call_was_there_to_try_says_nothing_where_another_had_an_effect(
    #[case] outcome: VerbOutcome,
    #[case] shows: bool,
    #[case] verdict: Verdict,
    #[case] why: &str,
) {
    let about = About {
        agent: Some("bianca".to_owned()),
        group: Some("desk".to_owned()),
        parent: Some(Pool::Backup),
        ..About::default()
    };
    with_call(Pool::Backup, 28.0, true)
        .adding(|script| {
            let shown = script
                .records
                .iter()
                .find_map(|record| match &record.event {
                    Event::VerbEnded {
                        rows: Some(rows),
                        verb: Verb::GetGroups,
                        ..
                    } if within(record, (22.0, 32.0)) => Some(rows.to_vec()),
                    _ => None,
                });
            let mut shown = shown.unwrap_or_default();
            for row in &mut shown {
                row.signed_in = row.signed_in.map(|signed_in| signed_in && shows);
            }
            script.verb((Verb::SignIn, Pool::Backup), &about, outcome, None, 29.0);
            script.verb(
                (Verb::GetGroups, Pool::Backup),
                &About {
                    agent: about.agent.clone(),
                    ..About::default()
                },
                VerbOutcome::Done,
                Some(shown),
                30.0,
            );
        })
        .gives("failed-over.agents.imported", verdict, why);
}

fn already() -> VerbOutcome {
    VerbOutcome::Refused {
        why: "signed in already".to_owned(),
    }
}

/// Between when a call is placed and when it is answered, the telephone may withdraw its registration.
#[rstest]
#[case::before_it_is_answered(28.2, Inconclusive, "no later call to")]
#[case::when_it_is_over(29.9, Fail, "did not alert bianca")]
fn an_agent_whose_telephone_is_gone_could_not_have_been_alerted(
    #[case] withdrawn: f64,
    #[case] verdict: Verdict,
    #[case] why: &str,
) {
    with_call(Pool::Backup, 28.0, false)
        .adding(|script| script.unregistered("bianca", Pool::Backup, withdrawn))
        .gives("failed-over.agents.imported", verdict, why);
}

#[test]
fn an_agent_in_a_call_could_not_have_been_alerted() {
    with_call(Pool::Backup, 28.0, false)
        .adding(|script| script.placed("bianca/98", "chris", 26.0))
        .gives(
            "failed-over.agents.imported",
            Inconclusive,
            "no later call to",
        );
}

/// The refused agent is another one, whose console shows and grants nothing in this stage.
#[test]
fn a_refusal_needs_a_console_that_answers_the_same_agent() {
    drill::imported()
        .changing(|record| {
            let inside = within(record, OUTAGE);
            if let Event::VerbInvoked {
                verb: Verb::SignIn,
                about,
                ..
            } = &mut record.event
                && inside
                && about.parent == Some(Pool::Primary)
            {
                about.agent = Some("pia".to_owned());
            }
        })
        .gives(
            "outage.agents.primary",
            Inconclusive,
            "no control: the agent console showed or granted pia nothing",
        );
}

/// A call to counter, which the backup owns and keeps, alerts bianca.
#[rstest]
#[case::signed_in(|script: Script| script, Pass, "worked")]
#[case::never_signed_in(
    |script: Script| script.without(|record| {
        let counter = |about: &About| about.group.as_deref() == Some("counter");
        matches!(&record.event, Event::VerbInvoked { verb: Verb::SignIn, about, .. }
            | Event::VerbEnded { verb: Verb::SignIn, about, .. } if counter(about))
            && record.t_us < 21_000_000
    }),
    Fail,
    "who was not signed in to `counter`"
)]
#[case::signed_out(
    |script: Script| script.adding(|script| {
        let about = About {
            agent: Some("bianca".to_owned()),
            group: Some("counter".to_owned()),
            parent: Some(Pool::Backup),
            ..About::default()
        };
        script.verb((Verb::SignOut, Pool::Backup), &about, VerbOutcome::Done, None, 9.0);
    }),
    Fail,
    "who was not signed in to `counter`"
)]
fn nobody_is_alerted_for_a_formal_group_without_being_signed_in(
    #[case] change: impl FnOnce(Script) -> Script,
    #[case] verdict: model::Verdict,
    #[case] why: &str,
) {
    let call = drill::imported().adding(|script| {
        script.welcomed("amos/7", "counter", Pool::Backup, (10.0, 10.2, 11.4));
        script.alerted("bianca/7", "amos", Pool::Backup, 10.5);
        script.ended("amos/7", EndedBy::HungUp, 11.5);
        script.ended("bianca/7", EndedBy::Cancelled, 11.5);
    });
    change(call).alerts_who_is_signed_in("outage.agents.backup", verdict, why);
}

/// Before failover no console shows copies.
#[rstest]
#[case::refused(outcome(false), Pass, "shows no group")]
#[case::granted(outcome(true), Fail, "while no console shows groups that are")]
fn nobody_signs_in_to_what_is_not_shown(
    #[case] came_to: VerbOutcome,
    #[case] verdict: Verdict,
    #[case] why: &str,
) {
    let about = About {
        agent: Some("bianca".to_owned()),
        group: Some("desk".to_owned()),
        parent: Some(Pool::Backup),
        ..About::default()
    };
    let sign_in = (Verb::SignIn, Pool::Backup);
    drill::imported()
        .adding(|script| script.verb(sign_in, &about, came_to, None, 9.0))
        .gives("outage.agents.imported", verdict, why);
}

/// bea, who is registered with the backup, looks at the console there: of sales, which is informal, it says this.
fn informal(mark: Option<bool>, at: f64) -> Script {
    let about = About {
        agent: Some("bea".to_owned()),
        ..About::default()
    };
    let mut sales = row("sales", Pool::Primary, Pool::Primary);
    sales.signed_in = mark;
    drill::imported().adding(|script| {
        let groups = (Verb::GetGroups, Pool::Backup);
        script.verb(groups, &about, VerbOutcome::Done, Some(vec![sales]), at);
    })
}

#[rstest]
#[case::signed_in(Some(true), 10.0, Pass, "")]
#[case::not_said(None, 10.0, Pass, "")]
#[case::signed_out(
    Some(false),
    10.0,
    Fail,
    "shows bea as signed out in `sales` in the primary"
)]
#[case::when_all_is_over(Some(false), 200.0, Pass, "")]
fn who_is_registered_is_signed_in_to_informal_groups(
    #[case] mark: Option<bool>,
    #[case] at: f64,
    #[case] verdict: Verdict,
    #[case] why: &str,
) {
    informal(mark, at).gives("outage.agents.primary", verdict, why);
}

/// She has withdrawn her registration at 28.0 s, the last one that she had.
#[rstest]
#[case::soon(28.8, Pass, "")]
#[case::later(30.0, Fail, "shows bea as signed in in `sales` in the primary")]
fn who_has_withdrawn_is_not_signed_in_to_informal_groups(
    #[case] at: f64,
    #[case] verdict: Verdict,
    #[case] why: &str,
) {
    informal(Some(true), at)
        .adding(|script| script.unregistered("bea", Pool::Backup, 28.0))
        .gives("failed-over.agents.primary", verdict, why);
}

/// A primary that is back takes whoever comes until it has heard that the backup stands in for it, and forgets them then.
#[rstest]
#[case::the_primary(Pool::Primary, Pass, "")]
#[case::the_backup(Pool::Backup, Fail, "shows bea as signed out")]
fn a_pool_that_is_stood_in_for_may_forget_a_registration(
    #[case] asked: Pool,
    #[case] verdict: Verdict,
    #[case] why: &str,
) {
    let about = About {
        agent: Some("bea".to_owned()),
        ..About::default()
    };
    let mut sales = row("sales", Pool::Primary, Pool::Primary);
    sales.signed_in = Some(false);
    drill::imported()
        .adding(|script| {
            script.registered("bea", asked, 27.0);
            script.verb(
                (Verb::GetGroups, asked),
                &about,
                VerbOutcome::Done,
                Some(vec![sales]),
                29.0,
            );
            script.registered("bea", Pool::Backup, 30.0);
        })
        .gives("failed-over.agents.primary", verdict, why);
}

#[test]
fn who_is_not_registered_is_shown_signed_out() {
    let refused = Event::NotRegistered {
        pool: Pool::Backup,
        outcome: NoSuccess::Refused { code: 403 },
    };
    informal(Some(false), 10.0)
        .adding(|script| script.line(9.0, "bea", refused))
        .gives("outage.agents.primary", Pass, "");
}
