//! Calls to the backup's own groups, which no stage may disturb.

use model::Verdict::{self, Fail, Pass};
use model::host::HostName;
use model::journal::Event;
use model::journal::event::EndedBy;
use model::topology::Pool;
use model::verb::{About, Verb, VerbOutcome};
use rstest::rstest;

use crate::drill;
use crate::script::{Script, Talk, is_of};
use crate::world;

const OWN: &str = "failed-over.agents.backup";

/// The two talk, and their media goes straight from one to the other.
fn talk(script: &mut Script, (caller, agent): (&str, &str), (since, until): (f64, f64)) {
    let source = world::media(HostName::CLIENTS);
    script.talk(&Talk {
        caller,
        agent,
        source,
        since,
        until,
    });
}

/// wally calls the backup's informal group while that stands in, and talks to bruno.
fn talking() -> Script {
    drill::imported().adding(|script| {
        let (caller, agent) = ("wally/9", "bruno/9");
        script.welcomed(caller, "reception", Pool::Backup, (26.0, 26.1, 26.5));
        script.alerted(agent, "wally", Pool::Backup, 26.2);
        script.accepted(agent, 26.5);
        talk(script, (caller, agent), (26.6, 29.0));
        script.ended(caller, EndedBy::HungUp, 29.0);
        script.ended(agent, EndedBy::Bye, 29.1);
    })
}

#[test]
fn a_call_that_is_as_it_should_disturbs_nothing() {
    talking().gives(OWN, Pass, "");
}

#[rstest]
#[case::the_agent("bruno/9", "bruno did not hear wally")]
#[case::the_caller("wally/9", "wally did not hear bruno")]
fn both_hear_each_other(#[case] deaf: &str, #[case] why: &str) {
    talking().deaf(deaf, (26.55, 30.5)).gives(OWN, Fail, why);
}

#[test]
fn the_agent_is_shown_who_calls() {
    let shown = |name: &'static str| {
        talking().changing(move |record| match &mut record.event {
            Event::Alerted {
                call,
                caller,
                identity,
                ..
            } if call == "bruno/9" => {
                (*caller, *identity) = (name.to_owned(), Some("wally".to_owned()));
            }
            _ => {}
        })
    };
    shown("reception").gives(OWN, Pass, "");
    shown("counter").gives(OWN, Fail, "bruno was shown the group counter");
}

#[test]
fn whoever_hangs_up_is_not_left_with_it() {
    talking()
        .without(|record| matches!(&record.event, Event::Ended { call, .. } if call == "bruno/9"))
        .gives(OWN, Fail, "bruno was not told within 2s");
}

/// iris called through one of the pools in the healthy stage, and hangs up in the outage.
#[rstest]
#[case::through_the_primary(Pool::Primary, Pass)]
#[case::through_the_backup(Pool::Backup, Fail)]
fn nobody_is_told_through_a_pool_that_is_away(#[case] through: Pool, #[case] verdict: Verdict) {
    let script = drill::imported().adding(|script| {
        script.welcomed("iris/9", "reception", Pool::Backup, (3.0, 3.1, 3.4));
        script.alerted("bruno/9", "iris", Pool::Backup, 3.2);
        script.accepted("bruno/9", 3.4);
        talk(script, ("iris/9", "bruno/9"), (3.5, 9.0));
        script.ended("iris/9", EndedBy::HungUp, 9.0);
    });
    let script = script.changing(|record| match &mut record.event {
        Event::Tried { call, pool } | Event::Answered { call, pool, .. } if call == "iris/9" => {
            *pool = through;
        }
        _ => {}
    });
    let why = match verdict {
        Pass => "",
        _ => "was not told within 2s",
    };
    script.gives("outage.agents.backup", verdict, why);
}

/// iris waits at the backup's informal group from the outage on.
#[rstest]
#[case::and_is_kept(40.0, None, Pass, "")]
#[case::and_is_cut_off(
    27.0,
    Some(EndedBy::Bye),
    Fail,
    "iris's call to `reception` (iris/9) was ended at iris"
)]
#[case::and_hears_nothing(27.0, None, Fail, "iris received nothing for")]
fn who_waits_goes_on_waiting(
    #[case] until: f64,
    #[case] ended: Option<EndedBy>,
    #[case] verdict: Verdict,
    #[case] why: &str,
) {
    // Its agent is in a call of his own.
    let busy = |script: &mut Script| {
        script.welcomed("ivan/8", "reception", Pool::Backup, (12.0, 12.1, 12.4));
        script.alerted("bruno/8", "ivan", Pool::Backup, 12.2);
        script.accepted("bruno/8", 12.4);
        talk(script, ("ivan/8", "bruno/8"), (12.5, 47.9));
    };
    drill::imported()
        .adding(busy)
        .adding(|script| {
            script.welcomed("iris/9", "reception", Pool::Backup, (13.0, 13.1, until));
            if let Some(by) = ended {
                script.ended("iris/9", by, until);
            }
        })
        .gives(OWN, verdict, why);
}

/// bianca is signed in to the backup's formal group since 22.4 s.
#[test]
fn who_waits_is_given_to_whoever_is_signed_in() {
    let waiting = drill::imported().adding(|script| {
        script.welcomed("iris/9", "counter", Pool::Backup, (27.0, 27.1, 31.4));
        script.ended("iris/9", EndedBy::HungUp, 31.5);
    });
    let why = "iris's call to `counter` (iris/9) alerted nobody for";
    waiting.clone().gives(OWN, Fail, why);
    let signs_out = waiting.adding(|script| {
        let about = About {
            agent: Some("bianca".to_owned()),
            group: Some("counter".to_owned()),
            parent: Some(Pool::Backup),
            ..About::default()
        };
        script.verb(
            (Verb::SignOut, Pool::Backup),
            &about,
            VerbOutcome::Done,
            None,
            26.5,
        );
    });
    let reason = signs_out.finding(OWN).result.reason;
    assert!(!reason.contains(why), "{reason}");
}

#[test]
fn none_is_refused() {
    drill::imported()
        .adding(|script| script.refused("wally/9", "reception", (26.0, 26.5)))
        .gives(OWN, Fail, "failed at 26.500 s");
    talking()
        .without(|record| is_of(record, "bruno/9"))
        .gives(OWN, Fail, "");
}
