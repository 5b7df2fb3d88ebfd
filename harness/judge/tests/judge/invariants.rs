//! What must be true of agents at any time.

use model::Verdict::{Fail, Inconclusive, Pass};
use model::journal::Event;
use model::journal::event::{Change, EndedBy, NoSuccess};
use model::topology::{Pool, Routing};
use model::verb::{About, Verb, VerbOutcome};
use model::walk::Imports;
use rstest::rstest;

use crate::drill;
use crate::script::{Script, is_of};

const CONNECTS: &str = "failed-over.new.imported";

/// A second call to `sales`, which alerts bea at that instant.
fn second_call(script: &mut Script, at: f64) {
    script.welcomed("amos/7", "sales", Pool::Backup, (23.6, 23.7, 25.6));
    script.alerted("bea/7", "amos", Pool::Backup, at);
    let (call, code) = ("bea/7".to_owned(), 486);
    script.line(at, "bea", Event::Declined { call, code });
    script.ended("amos/7", EndedBy::HungUp, 25.8);
}

#[test]
fn an_agent_who_is_in_a_call_is_not_alerted() {
    drill::imported()
        .adding(|script| second_call(script, 25.0))
        .gives(CONNECTS, Fail, "who was in cora's call");
    drill::imported()
        .adding(|script| second_call(script, 25.55))
        .gives(CONNECTS, Pass, "talked");
}

#[test]
fn an_agent_whom_a_call_alerts_is_not_alerted_by_another() {
    drill::imported()
        .adding(|script| second_call(script, 24.0))
        .gives(CONNECTS, Fail, "whom cora's call");
}

/// It was lost, and sent again before the pool knew that it was not needed.
#[test]
fn an_invite_that_comes_when_its_call_was_taken_alerts_nobody_twice() {
    let taken = |accepted: f64| {
        drill::imported().adding(move |script| {
            second_call(script, 24.0);
            script.alerted("ben/7", "amos", Pool::Backup, 23.7);
            script.accepted("ben/7", accepted);
            script.ended("ben/7", EndedBy::Bye, 25.8);
        })
    };
    let reason = taken(23.9).finding(CONNECTS).result.reason;
    assert!(!reason.contains("whom cora's call"), "{reason}");
    taken(24.1).gives(CONNECTS, Fail, "whom cora's call");
}

/// ben is in a call when cora's call is to be taken, and declines that; amos' call need not ask him again so soon.
#[rstest]
#[case::asked(Some(23.92), Pass, "talked")]
#[case::not_asked(None, Fail, "alerted bea at 23.900 s (line 775), and not ben")]
#[case::asked_late(Some(25.2), Fail, "and ben only at 25.200 s")]
fn a_group_that_asks_everybody_asks_those_in_a_call_as_well(
    #[case] ben: Option<f64>,
    #[case] verdict: model::Verdict,
    #[case] why: &str,
) {
    drill::imported()
        .adding(|script| {
            second_call(script, 25.0);
            if let Some(at) = ben {
                script.alerted("ben/7", "cora", Pool::Backup, at);
                let (call, code) = ("ben/7".to_owned(), 486);
                script.line(at + 0.01, "ben", Event::Declined { call, code });
            }
        })
        .routing("sales", Routing::Attendant)
        .gives(CONNECTS, verdict, why);
}

#[test]
fn what_another_pool_carries_a_pool_need_not_know() {
    drill::imported()
        .adding(|script| {
            script.alerted("berta/7", "cora", Pool::Primary, 40.25);
            let (call, code) = ("berta/7".to_owned(), 486);
            script.line(40.25, "berta", Event::Declined { call, code });
        })
        .gives("failed-back.new.all", Pass, "talked");
}

#[test]
fn whoever_is_not_needed_any_more_stops_ringing() {
    let ringing =
        drill::imported().adding(|script| script.alerted("boris/7", "cora", Pool::Backup, 24.1));
    ringing
        .clone()
        .gives(CONNECTS, Fail, "boris was left with cora's call");
    ringing
        .adding(|script| script.ended("boris/7", EndedBy::Cancelled, 24.3))
        .gives(CONNECTS, Pass, "talked");
}

#[test]
fn whoever_rings_for_a_caller_who_has_gone_is_told() {
    drill::imported()
        .without(|record| matches!(&record.event, Event::Ended { call, .. } if call == "pamela/31"))
        .gives(CONNECTS, Fail, "pamela was left with wally's call");
}

#[test]
fn after_failback_agents_are_registered_at_home() {
    let pool = Pool::Backup;
    let away = drill::imported().adding(|script| script.registered("pia", pool, 30.0));
    away.clone().gives(
        "failed-back.new.all",
        Inconclusive,
        "pia has not registered",
    );
    let refused = Event::NotRegistered {
        pool: Pool::Primary,
        outcome: NoSuccess::Refused { code: 503 },
    };
    away.clone()
        .adding(|script| script.line(41.0, "pia", refused.clone()))
        .gives(
            "failed-back.new.all",
            Fail,
            "pia is not registered at the primary",
        );
    let unanswered = Event::NotRegistered {
        pool: Pool::Primary,
        outcome: NoSuccess::TimedOut,
    };
    away.clone()
        .adding(|script| script.line(41.0, "pia", unanswered))
        .gives(
            "failed-back.new.all",
            Inconclusive,
            "pia has not registered",
        );
    drill::imported()
        .adding(|script| script.line(41.0, "pia", refused.clone()))
        .gives("failed-back.new.all", Fail, "pia is not registered");
    // Another agent, of whom nothing is known, does not hide it.
    away.clone()
        .adding(|script| {
            script.registered("pamela", pool, 30.0);
            script.line(41.0, "pia", refused);
        })
        .gives("failed-back.new.all", Fail, "pia is not registered");
    let pool = Pool::Primary;
    away.adding(|script| script.registered("pia", pool, 41.0))
        .gives("failed-back.new.all", Pass, "talked");
}

/// bea, who is homed in the backup, is refused there in the outage, which lasts to 15 s.
#[rstest]
#[case::for_good(None, Fail, "bea is not registered at the backup at the end of outage")]
#[case::for_a_moment(Some(13.0), Pass, "talked")]
fn the_backup_takes_its_own_users_at_any_time(
    #[case] taken: Option<f64>,
    #[case] verdict: model::Verdict,
    #[case] why: &str,
) {
    let pool = Pool::Backup;
    let outcome = NoSuccess::Refused { code: 503 };
    let refused = Event::NotRegistered { pool, outcome };
    drill::imported()
        .adding(|script| {
            script.line(12.0, "bea", refused);
            if let Some(at) = taken {
                script.registered("bea", pool, at);
            }
        })
        .gives("outage.new.imported", verdict, why);
}

#[test]
fn without_an_import_there_is_nobody_to_ask() {
    drill::deaf(Imports::None).gives("outage.new.not-imported", Pass, "failed");
}

#[test]
fn before_failback_agents_are_registered_with_the_pool_that_stands_in() {
    let registered =
        |pool: Pool| drill::imported().adding(move |script| script.registered("pia", pool, 30.0));
    let taken = "pia was registered at 30.000 s";
    registered(Pool::Primary).gives(CONNECTS, Fail, taken);
    registered(Pool::Backup).gives(CONNECTS, Pass, "talked");
    let refused = Event::NotRegistered {
        pool: Pool::Backup,
        outcome: NoSuccess::Refused { code: 503 },
    };
    let unanswered = Event::NotRegistered {
        pool: Pool::Backup,
        outcome: NoSuccess::TimedOut,
    };
    drill::imported()
        .adding(|script| script.line(30.0, "pia", refused.clone()))
        .gives(CONNECTS, Fail, "pia is not registered at the backup");
    drill::imported()
        .adding(|script| script.line(30.0, "pia", unanswered))
        .gives(CONNECTS, Pass, "talked");
    registered(Pool::Backup)
        .adding(|script| script.line(29.0, "pia", refused))
        .gives(CONNECTS, Pass, "talked");
}
// ---- of calls that were placed before ------------------------------------------------------------

/// igor waits at `branch` since failover, and gives up then; pamela was alerted, and is told nothing.
fn left_by_igor(gives_up: f64) -> Script {
    drill::imported()
        .without(|record| is_of(record, "pamela/31") || is_of(record, "wally/31"))
        .adding(|script| {
            script.welcomed("igor/1", "branch", Pool::Backup, (18.0, 18.3, gives_up));
            script.alerted("pamela/7", "igor", Pool::Backup, 22.5);
            script.ended("igor/1", EndedBy::HungUp, gives_up);
        })
}

#[test]
fn whoever_rings_for_a_caller_of_an_earlier_stage_who_has_gone_is_told() {
    left_by_igor(25.0).gives(CONNECTS, Fail, "pamela was left with igor's call");
    left_by_igor(25.0)
        .adding(|script| script.ended("pamela/7", EndedBy::Cancelled, 26.9))
        .gives(CONNECTS, Pass, "talked");
}

#[test]
fn the_clause_answers_for_a_phone_that_rings_on_in_whose_stage_it_should_have_stopped() {
    // 2 s after the caller has gone, the next stage has begun.
    left_by_igor(31.0).gives(CONNECTS, Pass, "talked");
    left_by_igor(31.0).gives("failback.new.all", Fail, "pamela was left with igor's call");
}

#[test]
fn whoever_is_alerted_for_a_caller_who_has_gone_is_told() {
    let late = drill::imported().adding(|script| {
        script.alerted("pia/7", "cora", Pool::Backup, 27.0);
    });
    late.clone()
        .gives(CONNECTS, Fail, "pia was left with cora's call");
    late.adding(|script| script.ended("pia/7", EndedBy::Cancelled, 27.2))
        .gives(CONNECTS, Pass, "talked");
}

#[test]
fn whoever_is_alerted_for_nobody_is_told() {
    let for_nobody = |shows: &'static str| {
        drill::imported().adding(move |script| {
            script.alerted("pia/7", shows, Pool::Backup, 27.0);
        })
    };
    for_nobody("ruth").gives(
        CONNECTS,
        Fail,
        "for ruth, who called none of the agent's groups",
    );
    for_nobody("ruth")
        .adding(|script| script.ended("pia/7", EndedBy::Cancelled, 28.9))
        .gives(CONNECTS, Pass, "talked");
    // On behalf of the group: it calls the agent back, and then the callee.
    for_nobody("sales").gives(CONNECTS, Pass, "talked");
}

#[test]
fn an_agent_whose_caller_has_gone_is_told_although_they_talked_since_an_earlier_stage() {
    let gone = drill::imported().adding(|script| script.ended("amos/1", EndedBy::HungUp, 24.0));
    gone.clone()
        .gives(CONNECTS, Fail, "berta was left with amos's call");
    gone.adding(|script| script.ended("berta/1", EndedBy::Bye, 24.1))
        .gives(CONNECTS, Pass, "talked");
}

/// ivan waits at `branch` since failover.
#[test]
fn whoever_waits_since_an_earlier_stage_is_not_forgotten() {
    let others = ["pamela/1", "pamela/31", "wally/31"];
    let waits = drill::imported().without(|record| others.iter().any(|call| is_of(record, call)));
    let pool = Pool::Backup;
    waits
        .adding(|script| script.registered("pamela", pool, 26.5))
        .gives(
            CONNECTS,
            Fail,
            "ivan's call to `branch` (ivan/1) alerted nobody for 5.5 s",
        );
}

// ---- who is shown as the caller ------------------------------------------------------------------

/// bea is shown another in cora's call, who has been in a call with somebody else for long.
fn shown(who: &str) -> Script {
    drill::imported().changing(|record| {
        if let Event::Alerted { call, caller, .. } = &mut record.event
            && call == "bea/31"
        {
            *caller = who.to_owned();
        }
    })
}

#[rstest]
#[case::whose_call_is_taken("rita")]
#[case::who_waits_elsewhere("ivan")]
#[case::who_does_not_call("ruth")]
fn an_agent_is_shown_who_calls(#[case] who: &str) {
    let because = format!("bea was shown {who} as the caller in ");
    shown(who).gives(CONNECTS, Fail, &because);
    let failed = shown(who)
        .findings()
        .into_iter()
        .filter(|finding| finding.result.verdict != Pass);
    let failed: Vec<String> = failed.map(|finding| finding.clause.0).collect();
    assert_eq!(failed, [CONNECTS]);
}

/// bea is shown a group in cora's call to `sales`.
#[rstest]
#[case::the_one_that_was_called("sales", Pass, "talked")]
#[case::another("helpline", Fail, "bea was shown the group helpline in cora's call")]
#[case::somebody_else("cora", Pass, "talked")]
fn an_agent_is_shown_the_group_that_was_called(
    #[case] shown: &str,
    #[case] verdict: model::Verdict,
    #[case] because: &str,
) {
    let script = drill::imported().changing(|record| {
        if let Event::Alerted { call, identity, .. } = &mut record.event
            && call == "bea/31"
        {
            *identity = Some(shown.to_owned());
        }
    });
    script.gives(CONNECTS, verdict, because);
}

// ---- who is in a call on behalf of a group --------------------------------------------------------

/// bea calls on behalf of `sales`, and is alerted by amos's call at 28.5 s.
#[rstest]
#[case::meanwhile(Routing::LongestIdle, 28.0, 29.5, Fail)]
#[case::afterwards(Routing::LongestIdle, 26.5, 28.4, Pass)]
#[case::by_a_group_that_asks_everybody(Routing::Attendant, 28.0, 29.5, Pass)]
fn an_agent_who_calls_on_behalf_of_a_group_is_not_alerted(
    #[case] routing: Routing,
    #[case] accepted: f64,
    #[case] ended: f64,
    #[case] verdict: model::Verdict,
) {
    let script = drill::imported().adding(|script| {
        let about = About {
            agent: Some("bea".to_owned()),
            group: Some("sales".to_owned()),
            callee: Some("carol".to_owned()),
            ..Default::default()
        };
        let asked = (Verb::CallOnBehalf, Pool::Backup);
        script.verb(asked, &about, VerbOutcome::Done, None, accepted - 0.4);
        script.alerted("bea/8", "sales", Pool::Backup, accepted - 0.3);
        script.accepted("bea/8", accepted);
        script.ended("bea/8", EndedBy::HungUp, ended);
        script.welcomed("amos/7", "sales", Pool::Backup, (28.3, 28.4, 29.9));
        script.alerted("bea/9", "amos", Pool::Backup, 28.5);
        let (call, code) = ("bea/9".to_owned(), 486);
        script.line(28.6, "bea", Event::Declined { call, code });
        script.ended("amos/7", EndedBy::HungUp, 30.0);
    });
    let script = script.routing("sales", routing);
    let reason = script.finding(CONNECTS).result.reason;
    let said = reason.contains("who was in a call on behalf of a group");
    assert_eq!(said, verdict == Fail, "{reason}");
}

// ---- first come, first served ----------------------------------------------------------------------

/// amos calls `branch` at 24.0 s and alma at 27.0 s; pamela is alerted at 28.0 s.
fn two_wait(alerting: &str, earlier: Option<(f64, f64)>) -> Script {
    let others = ["pamela/2", "pamela/31", "wally/31", "ivan/1"];
    let alone = drill::imported().without(|record| others.iter().any(|call| is_of(record, call)));
    alone.adding(|script| {
        script.registered("pamela", Pool::Backup, 23.9);
        script.welcomed("amos/7", "branch", Pool::Backup, (24.0, 24.2, 30.9));
        script.welcomed("carl/7", "branch", Pool::Backup, (27.0, 27.2, 30.9));
        if let Some((alerted, declined)) = earlier {
            script.alerted("pamela/6", "amos", Pool::Backup, alerted);
            let (call, code) = ("pamela/6".to_owned(), 480);
            script.line(declined, "pamela", Event::Declined { call, code });
        }
        script.alerted("pamela/7", alerting, Pool::Backup, 28.0);
        script.ended("pamela/7", EndedBy::Cancelled, 31.1);
        script.ended("amos/7", EndedBy::HungUp, 31.0);
        script.ended("carl/7", EndedBy::HungUp, 31.0);
    })
}

#[test]
fn who_holds_a_call_that_waits_may_be_passed_over() {
    let held = two_wait("carl", None).changed("amos/7", Change::Hold, 26.0);
    let reason = held.finding(CONNECTS).result.reason;
    assert!(!reason.contains("waited longer"), "{reason}");
}

#[rstest]
#[case::who_came_first("amos", None, None)]
#[case::who_came_later(
    "carl",
    None,
    Some("although amos's call to `branch` (amos/7) had waited longer")
)]
#[case::whom_the_first_has_asked("carl", Some((24.5, 25.0)), None)]
fn who_has_waited_longest_is_served_first(
    #[case] alerting: &str,
    #[case] earlier: Option<(f64, f64)>,
    #[case] wrong: Option<&str>,
) {
    let reason = two_wait(alerting, earlier).finding(CONNECTS).result.reason;
    match wrong {
        Some(why) => assert!(reason.contains(why), "{reason}"),
        None => assert!(!reason.contains("waited longer"), "{reason}"),
    }
}
