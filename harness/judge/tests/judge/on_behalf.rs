//! Calls on behalf of a group.

use model::Verdict::{Fail, Inconclusive, Pass, Unsupported};
use model::host::HostName;
use model::journal::event::{EndedBy, NoSuccess};
use model::journal::{Event, Record};
use model::topology::Pool;
use model::verb::{About, Verb, VerbOutcome};
use rstest::rstest;

use crate::drill;
use crate::script::{Script, Talk, is_media, is_of, within};
use crate::world;

const DISABLED: &str = "outage.on-behalf.all";
const SUCCEEDS: &str = "failed-over.on-behalf.imported";
const OUTAGE: (f64, f64) = (7.0, 15.0);

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

/// carol, or bianca, has called chris.
#[rstest]
#[case::of_the_callee("carol/77", "chris")]
#[case::of_the_agent("bianca/77", "chris")]
fn a_refusal_says_nothing_where_one_of_the_two_is_in_another_call(
    #[case] call: &str,
    #[case] to: &str,
) {
    let why = "busy".to_owned();
    let outcome = VerbOutcome::Refused { why };
    let refused = || {
        let script = coming_to(drill::imported(), 22.0, &outcome);
        script.without(|record| record.host == "carol" && within(record, (22.0, 24.0)))
    };
    refused().gives(SUCCEEDS, Fail, "was refused");
    refused()
        .adding(|script| script.placed(call, to, 22.2))
        .gives(SUCCEEDS, Inconclusive, "no agent called on behalf");
}

/// bianca's last word from the backup before she asks is that it does not take her; later it does, or never.
#[rstest]
#[case::later(Some(24.0), Inconclusive, "no agent called on behalf")]
#[case::never(None, Fail, "was refused")]
fn a_refusal_says_nothing_of_an_agent_who_is_still_to_register(
    #[case] registered: Option<f64>,
    #[case] verdict: model::Verdict,
    #[case] because: &str,
) {
    let outcome = VerbOutcome::Refused {
        why: "unknown".to_owned(),
    };
    coming_to(drill::imported(), 22.0, &outcome)
        .without(|record| record.host == "carol" && within(record, (22.0, 24.0)))
        .adding(|script| {
            let outcome = NoSuccess::Refused { code: 480 };
            let pool = Pool::Backup;
            script.line(22.2, "bianca", Event::NotRegistered { pool, outcome });
            if let Some(at) = registered {
                script.registered("bianca", pool, at);
            }
        })
        .gives(SUCCEEDS, verdict, because);
}

/// Agents homed in the primary cannot be reached in the outage, and need not be able to call.
#[test]
fn an_agent_who_cannot_be_reached_needs_no_control() {
    drill::imported()
        .changing(|record| {
            let inside = within(record, OUTAGE);
            if let Event::VerbInvoked { verb, about, .. } = &mut record.event
                && *verb == Verb::CallOnBehalf
                && inside
            {
                about.agent = Some("pia".to_owned());
            }
        })
        .gives(DISABLED, Inconclusive, "no agent called on behalf");
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

/// bianca's call on behalf of sales in failed-over: she has answered, and carol answers at 23.0 s.
fn answered(until: f64) -> Script {
    drill::imported().adding(|script| {
        let (agent, callee) = ("bianca/9", "carol/failed-over");
        script.alerted(agent, "sales", Pool::Backup, 22.52);
        script.accepted(agent, 22.54);
        script.accepted(callee, 23.0);
        script.talk(&Talk {
            caller: agent,
            agent: callee,
            source: world::media(HostName::CLIENTS),
            since: 23.1,
            until,
        });
    })
}

fn carol_hears(record: &Record) -> bool {
    is_media(record) && record.host == "carol"
}

fn ended(script: Script, agent: (EndedBy, f64), callee: (EndedBy, f64)) -> Script {
    script.adding(|script| {
        script.ended("bianca/9", agent.0, agent.1);
        script.ended("carol/failed-over", callee.0, callee.1);
    })
}

#[test]
fn a_call_that_succeeds_is_a_conversation() {
    let (hung_up, bye) = (EndedBy::HungUp, EndedBy::Bye);
    ended(answered(26.9), (hung_up, 27.0), (bye, 27.1)).gives(SUCCEEDS, Pass, "carol was called");
    ended(answered(26.9), (bye, 25.0), (bye, 25.0)).gives(SUCCEEDS, Fail, "neither had hung up");
    ended(
        answered(26.9).without(carol_hears),
        (hung_up, 27.0),
        (bye, 27.1),
    )
    .gives(
        SUCCEEDS,
        Fail,
        "bianca accepted, yet carol did not hear bianca",
    );
    ended(answered(24.0), (hung_up, 27.0), (bye, 27.1)).gives(
        SUCCEEDS,
        Fail,
        "bianca received nothing of carol for 3.0 s",
    );
    answered(26.9)
        .adding(|script| script.ended("bianca/9", hung_up, 27.0))
        .gives(SUCCEEDS, Fail, "carol was not told within 2s");
}

#[rstest]
#[case::as_the_caller("From: \"bea\" <sip:sales@pool>;tag=1", Fail, "whose `From` names bea")]
#[case::nobody("From: <sip:sales@pool>;tag=1", Pass, "carol was called")]
fn a_call_that_succeeds_shows_the_group_and_no_agent(
    #[case] from: &str,
    #[case] verdict: model::Verdict,
    #[case] why: &str,
) {
    drill::imported()
        .without(|record| record.host == "carol")
        .adding(|script| {
            let backup = (Pool::Backup, world::media(HostName::BACKUP));
            script.receives(
                "carol/9",
                backup,
                "INVITE sip:carol@there SIP/2.0",
                &[from],
                22.54,
            );
            called("sales", Some("sales"), 22.55)(script);
        })
        .gives(SUCCEEDS, verdict, why);
}
