//! Calls on behalf of a group.

use model::Verdict::{Fail, Inconclusive, Pass, Unsupported};
use model::journal::Event;
use model::topology::Pool;
use model::verb::{About, Verb, VerbOutcome};
use rstest::rstest;

use crate::drill;
use crate::script::{Script, is_of, within};
use crate::world;

const DISABLED: &str = "outage.on-behalf.all";
const SUCCEEDS: &str = "failed-over.on-behalf.imported";

/// The outcome of the verb, in the stage that begins then.
fn coming_to(script: Script, begin: f64, came_to: &VerbOutcome) -> Script {
    script.changing(|record| {
        let inside = within(record, (begin, begin + 5.0));
        if let Event::VerbEnded {
            verb: Verb::CallOnBehalf,
            outcome,
            ..
        } = &mut record.event
            && inside
        {
            *outcome = came_to.clone();
        }
    })
}

fn no_answer() -> VerbOutcome {
    VerbOutcome::NoAnswer {
        why: "timed out".to_owned(),
    }
}

fn called(shows: &str, identity: Option<&str>, at: f64) -> impl FnOnce(&mut Script) {
    let alerted = Event::Alerted {
        call: "carol/9".to_owned(),
        caller: shows.to_owned(),
        identity: identity.map(str::to_owned),
        from: world::media(Pool::Backup.host()),
    };
    move |script| script.line(at, "carol", alerted)
}

/// bianca's call to carol on behalf of sales, of which the pool says nothing.
fn unanswered_at(pool: Pool, at: f64) -> impl FnOnce(&mut Script) {
    let about = About {
        agent: Some("bianca".to_owned()),
        group: Some("sales".to_owned()),
        callee: Some("carol".to_owned()),
        ..Default::default()
    };
    move |script| script.verb((Verb::CallOnBehalf, pool), &about, no_answer(), None, at)
}

#[rstest]
#[case::asserted(called("bianca", Some("sales"), 8.0))]
#[case::shown(called("sales", None, 8.0))]
fn an_invite_with_the_groups_identity_is_not_disabled(#[case] call: impl FnOnce(&mut Script)) {
    drill::imported()
        .adding(call)
        .gives(DISABLED, Fail, "carol was called");
}

#[test]
fn an_invite_with_the_agents_own_identity_is_a_plain_call() {
    let plain = called("bianca", Some("bianca"), 8.0);
    drill::imported()
        .adding(plain)
        .gives(DISABLED, Pass, "was refused");
}

#[rstest]
#[case::a_time_out(no_answer(), Inconclusive, "no refusal")]
#[case::a_call_that_nobody_saw(VerbOutcome::Done, Inconclusive, "the callee was not called")]
#[case::a_target_that_lacks_it(VerbOutcome::Unsupported, Unsupported, "lacks the verb")]
fn only_a_definite_refusal_is_one(
    #[case] outcome: VerbOutcome,
    #[case] verdict: model::Verdict,
    #[case] why: &str,
) {
    coming_to(drill::imported(), 7.0, &outcome).gives(DISABLED, verdict, why);
}

#[test]
fn a_dead_pools_silence_does_not_outweigh_its_partners_refusal() {
    drill::imported()
        .adding(unanswered_at(Pool::Primary, 7.2))
        .gives(DISABLED, Pass, "was refused");
}

/// That nobody was called is what decides: the same agent was refused before.
#[test]
fn an_attempt_that_nobody_answered_and_that_reached_nobody_is_none() {
    drill::imported()
        .adding(unanswered_at(Pool::Backup, 9.2))
        .gives(DISABLED, Pass, "was refused");
    drill::imported()
        .adding(unanswered_at(Pool::Backup, 29.2))
        .gives(SUCCEEDS, Inconclusive, "got no answer");
}

/// Nobody needs to have confirmed what the callee saw.
#[test]
fn a_call_that_nobody_confirmed_and_that_reached_the_callee_is_not_disabled() {
    drill::imported()
        .adding(unanswered_at(Pool::Backup, 9.2))
        .adding(called("bianca", Some("sales"), 9.4))
        .gives(DISABLED, Fail, "carol was called");
}

#[test]
fn an_agent_who_places_no_plain_call_proves_nothing() {
    drill::imported()
        .without(|record| is_of(record, "bianca/outage"))
        .gives(
            DISABLED,
            Inconclusive,
            "no control: bianca placed no plain call",
        );
}

#[test]
fn a_refusal_too_late_in_the_stage_was_not_watched_long_enough() {
    drill::imported()
        .changing(|record| {
            let verb = matches!(
                record.event,
                Event::VerbInvoked {
                    verb: Verb::CallOnBehalf,
                    ..
                } | Event::VerbEnded {
                    verb: Verb::CallOnBehalf,
                    ..
                }
            );
            if verb && within(record, (7.0, 8.0)) {
                record.t_us += 6_000_000;
            }
        })
        .gives(DISABLED, Inconclusive, "no agent called on behalf");
}

#[test]
fn a_call_that_succeeds_alerts_the_callee_with_the_groups_identity() {
    let nobody = drill::imported().without(|record| record.host == "carol");
    nobody
        .clone()
        .gives(SUCCEEDS, Fail, "not called with the group's identity");
    nobody.adding(called("bianca", None, 22.55)).gives(
        SUCCEEDS,
        Fail,
        "not called with the group's identity",
    );
}
