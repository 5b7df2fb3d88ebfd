//! Calls on behalf of a group.

use model::Verdict::{Fail, Inconclusive, Pass, Unsupported};
use model::host::HostName;
use model::journal::event::{Change, EndedBy, NoSuccess};
use model::journal::{Event, Record};
use model::topology::Pool;
use model::verb::{About, Verb, VerbOutcome};
use rstest::rstest;

use crate::drill;
use crate::script::{Script, Talk, is_media, is_of, us, within};
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

/// The pool calls bianca once more before it calls carol: she accepts that later, and it comes to nothing.
#[test]
fn the_callee_talks_to_the_leg_that_the_agent_had_accepted_by_then() {
    let (hung_up, bye) = (EndedBy::HungUp, EndedBy::Bye);
    ended(answered(26.9), (hung_up, 27.0), (bye, 27.1))
        .adding(|script| {
            script.alerted("bianca/10", "sales", Pool::Backup, 22.545);
            script.accepted("bianca/10", 24.0);
            script.ended("bianca/10", bye, 24.05);
        })
        .gives(SUCCEEDS, Pass, "carol was called");
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

/// bianca and carol talk on across failback: nobody ends that but they.
#[rstest]
#[case::to_the_end(43.9, None, Pass, "stayed connected")]
#[case::ended_by_the_pool(34.0, Some(EndedBy::Bye), Fail, "neither had hung up")]
#[case::hung_up(34.0, Some(EndedBy::HungUp), Pass, "stayed connected")]
#[case::silent(34.0, None, Fail, "bianca received nothing of carol for")]
fn a_call_that_goes_on_stays(
    #[case] until: f64,
    #[case] ends: Option<EndedBy>,
    #[case] verdict: model::Verdict,
    #[case] why: &str,
) {
    let script = answered(until);
    let script = match ends {
        Some(by) => ended(script, (by, until + 0.1), (EndedBy::Bye, until + 0.1)),
        None => script,
    };
    script.gives("failback.connected.regular", verdict, why);
}

/// bianca's call to carol on behalf of sales in failed-over, whose verb is answered at 22.6 s: she has answered, and
/// carol's telephone rings since 22.55 s.
fn ringing() -> Script {
    drill::imported().adding(|script| {
        script.alerted("bianca/9", "sales", Pool::Backup, 22.52);
        script.accepted("bianca/9", 22.54);
    })
}

fn declined(at: f64) -> impl FnOnce(&mut Script) {
    let declined = Event::Declined {
        call: "carol/failed-over".to_owned(),
        code: 603,
    };
    move |script| script.line(at, "carol", declined)
}

/// The verb is answered only then.
fn answered_at(script: Script, at: f64) -> Script {
    script.changing(|record| {
        let ended = matches!(
            record.event,
            Event::VerbEnded {
                verb: Verb::CallOnBehalf,
                ..
            }
        );
        if ended && within(record, (22.5, 23.0)) {
            record.t_us = us(at);
        }
    })
}

#[rstest]
#[case::at_once(Some((EndedBy::Bye, 23.6)), Pass, "carol was called")]
#[case::too_late(Some((EndedBy::Bye, 26.0)), Fail, "was declined at 23.500 s (line")]
#[case::never(None, Fail, "and bianca was not told within 2s")]
#[case::who_hangs_up_needs_no_telling(Some((EndedBy::HungUp, 24.0)), Pass, "carol was called")]
fn an_agent_is_told_that_the_callee_declines(
    #[case] end: Option<(EndedBy, f64)>,
    #[case] verdict: model::Verdict,
    #[case] because: &str,
) {
    ringing()
        .adding(declined(23.5))
        .adding(|script| {
            if let Some((by, at)) = end {
                script.ended("bianca/9", by, at);
            }
        })
        .gives(SUCCEEDS, verdict, because);
}

#[rstest]
#[case::at_once(Some((EndedBy::Cancelled, 23.6)), Pass, "carol was called")]
#[case::too_late(Some((EndedBy::Cancelled, 26.0)), Fail, "was given up at 23.500 s (line")]
#[case::never(None, Fail, "and carol was not told within 2s")]
fn a_callees_telephone_rings_no_more_when_the_agent_gives_up(
    #[case] end: Option<(EndedBy, f64)>,
    #[case] verdict: model::Verdict,
    #[case] because: &str,
) {
    ringing()
        .adding(|script| {
            script.ended("bianca/9", EndedBy::HungUp, 23.5);
            if let Some((by, at)) = end {
                script.ended("carol/failed-over", by, at);
            }
        })
        .gives(SUCCEEDS, verdict, because);
}

/// carol tires of it, 3 s after bianca has given up.
#[test]
fn a_callee_who_declines_in_the_end_was_left_ringing_all_the_same() {
    ringing()
        .adding(|script| script.ended("bianca/9", EndedBy::HungUp, 23.5))
        .adding(declined(26.5))
        .gives(SUCCEEDS, Fail, "and carol was not told within 2s");
}

/// Both are of failed-over's last second.
#[test]
fn nothing_is_said_of_who_was_to_be_told_after_the_stage() {
    let (_, end) = world::stage(model::Stage::FailedOver);
    ringing()
        .adding(declined(end - 1.0))
        .gives(SUCCEEDS, Pass, "carol was called");
    ringing()
        .adding(|script| script.ended("bianca/9", EndedBy::HungUp, end - 1.0))
        .gives(SUCCEEDS, Pass, "carol was called");
}

/// An answer to the verb waits for the callee, or it does not: in failed-back it comes 100 ms after the verb, and carol
/// accepts before that, or later.
#[rstest]
#[case::after_the_decline(0.08, 23.5, 23.6, Fail, "carol had declined at 23.500 s")]
#[case::before_it(0.08, 23.5, 22.6, Pass, "carol was called")]
#[case::as_soon_as_the_callee_was_called(0.08, 22.7, 22.8, Pass, "carol was called")]
#[case::whenever_it_comes(0.5, 23.5, 23.6, Pass, "carol was called")]
fn a_call_that_was_declined_is_not_done(
    #[case] accepts_after: f64,
    #[case] declines: f64,
    #[case] answers: f64,
    #[case] verdict: model::Verdict,
    #[case] because: &str,
) {
    let (failed_back, _) = world::stage(model::Stage::FailedBack);
    let script = ringing().adding(declined(declines));
    let script = script.adding(|script| {
        script.ended("bianca/9", EndedBy::Bye, 23.7);
        script.accepted("carol/failed-back", failed_back + 0.5 + accepts_after);
    });
    answered_at(script, answers).gives(SUCCEEDS, verdict, because);
}

/// That it is refused once the callee has declined is as it should be.
#[test]
fn a_call_that_was_declined_is_refused() {
    let why = "declined".to_owned();
    let script = coming_to(ringing(), 22.0, &VerbOutcome::Refused { why });
    answered_at(script, 23.6)
        .adding(declined(23.5))
        .adding(|script| script.ended("bianca/9", EndedBy::Bye, 23.7))
        .gives(SUCCEEDS, Pass, "carol was called");
}

/// bianca has carol on hold from 24.0 s to 25.5 s, when she is heard again, or not.
#[rstest]
#[case::heard_again(Some(25.7), Ok(()), Pass, "carol was called")]
#[case::never_again(None, Ok(()), Fail, "and bianca did not hear carol within 2.0 s")]
#[case::refused(Some(25.7), Err(488), Fail, "bianca put it on hold at 24.000 s")]
#[case::met_another_change(Some(25.7), Err(491), Pass, "carol was called")]
fn either_may_put_the_other_on_hold(
    #[case] again: Option<f64>,
    #[case] answer: Result<(), u16>,
    #[case] verdict: model::Verdict,
    #[case] because: &str,
) {
    let (agent, callee) = ("bianca/9", "carol/failed-over");
    let change = |change| Event::Reinvited {
        call: agent.to_owned(),
        change,
    };
    let taken = || Event::ReinviteAnswered {
        call: agent.to_owned(),
        audio: None,
    };
    let script = answered(24.0).adding(|script| {
        script.line(24.0, "bianca", change(Change::Hold));
        script.line(
            24.02,
            "bianca",
            match answer {
                Ok(()) => taken(),
                Err(code) => Event::ReinviteRefused {
                    call: agent.to_owned(),
                    code,
                },
            },
        );
        script.line(25.5, "bianca", change(Change::Resume));
        script.line(25.52, "bianca", taken());
        if let Some(since) = again {
            script.talk(&Talk {
                caller: agent,
                agent: callee,
                source: world::media(HostName::CLIENTS),
                since,
                until: 27.9,
            });
        }
    });
    ended(script, (EndedBy::HungUp, 28.0), (EndedBy::Bye, 28.1)).gives(SUCCEEDS, verdict, because);
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

/// bianca's call on behalf of the backup's own group is refused in this stage.
#[rstest]
#[case::before_all_is_as_it_was(29.2, SUCCEEDS, Pass, "")]
#[case::once_it_is(41.4, "failed-back.on-behalf.all", Fail, "was refused")]
fn of_the_backups_own_groups_it_is_asked_when_all_is_as_it_was(
    #[case] at: f64,
    #[case] clause: &str,
    #[case] verdict: model::Verdict,
    #[case] why: &str,
) {
    let about = About {
        agent: Some("bianca".to_owned()),
        group: Some("reception".to_owned()),
        callee: Some("chris".to_owned()),
        ..Default::default()
    };
    let refused = drill::imported().adding(|script| {
        let on_behalf = (Verb::CallOnBehalf, Pool::Backup);
        script.verb(on_behalf, &about, drill::outcome(false), None, at);
    });
    refused.gives(clause, verdict, why);
}
