//! Whom calls alert, in which order and for how long.

use model::Span;
use model::Verdict::{Fail, Pass};
use model::journal::Event;
use model::journal::event::EndedBy;
use model::topology::{Pool, Routing};
use model::walk::Timing;
use rstest::rstest;

use crate::drill;
use crate::script::{Script, is_of, within};

const CONNECTS: &str = "failed-over.new.imported";

/// amos calls `sales` at 28.0 s, and alerts bea or ben.
fn call(routing: Routing, agents: &[(&str, f64)]) -> Script {
    let script = drill::imported().adding(|script| {
        script.welcomed("amos/7", "sales", Pool::Backup, (28.0, 28.2, 30.8));
        for (agent, at) in agents {
            let leg = format!("{agent}/7");
            script.alerted(&leg, "amos", Pool::Backup, *at);
            script.ended(&leg, EndedBy::Cancelled, 31.0);
        }
        script.ended("amos/7", EndedBy::HungUp, 31.0);
    });
    // Nobody else is called in this stage, and ben is free.
    let idle = ["rita", "ben", "cora", "bart", "bea", "pia"];
    script
        .without(|record| idle.contains(&record.host.as_str()) && within(record, (22.1, 27.9)))
        .adding(|script| {
            script.ended("rita/1", EndedBy::HungUp, 22.2);
            script.ended("ben/1", EndedBy::Bye, 22.2);
        })
        .routing("sales", routing)
}

#[rstest]
#[case::in_its_order(Routing::Serial, &[("ben", 28.3)], None)]
#[case::not_the_first(Routing::Serial, &[("bea", 28.3)], Some("although `sales` asks ben before"))]
#[case::both(Routing::Serial, &[("ben", 28.3), ("bea", 28.4)], Some("one after the other"))]
#[case::the_one_idle_for_longest(Routing::LongestIdle, &[("bea", 28.3)], None)]
#[case::two_at_once(Routing::LongestIdle, &[("bea", 28.3), ("ben", 28.3)], Some("one after the other"))]
#[case::all_at_once(Routing::Parallel, &[("ben", 28.3), ("bea", 28.9)], None)]
#[case::one_of_them(Routing::Parallel, &[("ben", 28.3)], Some("and not bea"))]
#[case::one_of_them_late(Routing::Parallel, &[("ben", 28.3), ("bea", 29.5)], Some("and bea only at 29.500 s"))]
#[case::one_of_all(Routing::Attendant, &[("bea", 28.3)], Some("and not ben"))]
fn a_call_alerts_as_its_group_is_routed(
    #[case] routing: Routing,
    #[case] agents: &[(&str, f64)],
    #[case] wrong: Option<&str>,
) {
    let reason = call(routing, agents).finding(CONNECTS).result.reason;
    match wrong {
        Some(why) => assert!(reason.contains(why), "{reason}"),
        None => assert!(!reason.contains("asks"), "{reason}"),
    }
}

/// bea declines amos's call at 28.4 s, and is alerted again.
#[rstest]
#[case::declined_and_at_once(603, 28.9, true)]
#[case::declined_and_later(603, 30.0, false)]
#[case::busy_and_at_once(486, 28.9, false)]
fn whoever_has_declined_is_not_asked_again_at_once(
    #[case] code: u16,
    #[case] again: f64,
    #[case] fails: bool,
) {
    let script = call(Routing::Parallel, &[("bea", again)]).adding(|script| {
        script.alerted("bea/6", "amos", Pool::Backup, 28.3);
        let call = "bea/6".to_owned();
        script.line(28.4, "bea", Event::Declined { call, code });
    });
    let reason = script.finding(CONNECTS).result.reason;
    assert_eq!(reason.contains("who had declined it"), fails, "{reason}");
}

/// ben lets it ring from 28.3 s to 29.0 s, and is alerted again; bea is free, unless she is asked in between.
#[rstest]
#[case::before_another(None, true)]
#[case::after_another(Some(29.1), false)]
fn who_lets_it_ring_is_not_asked_again_before_another(
    #[case] another: Option<f64>,
    #[case] fails: bool,
) {
    let script = call(Routing::Serial, &[("ben", 29.8)]).adding(|script| {
        script.alerted("ben/6", "amos", Pool::Backup, 28.3);
        script.ended("ben/6", EndedBy::Cancelled, 29.0);
        if let Some(at) = another {
            script.alerted("bea/6", "amos", Pool::Backup, at);
            script.ended("bea/6", EndedBy::Cancelled, 29.7);
        }
    });
    let script = script.changing(|record| {
        if let Event::WalkBegan { topology, .. } = &mut record.event {
            let of_call = topology
                .groups
                .iter_mut()
                .find(|group| group.name == "sales");
            of_call.expect("it is there").alert_time = Span::from_millis(700);
        }
    });
    let reason = script.finding(CONNECTS).result.reason;
    assert_eq!(reason.contains("who had let it ring"), fails, "{reason}");
}

/// Another call alerts ben, who is asked first, while messages to the two ends cross.
#[rstest]
#[case::a_moment_later(28.301, false)]
#[case::later(28.6, true)]
fn whom_another_call_has_just_alerted_is_not_passed_over(#[case] at: f64, #[case] fails: bool) {
    let script = call(Routing::Serial, &[("bea", 28.3)]).adding(|script| {
        script.welcomed("carl/7", "sales", Pool::Backup, (27.9, 28.1, 30.8));
        script.alerted("ben/9", "carl", Pool::Backup, at);
        script.ended("ben/9", EndedBy::Cancelled, 31.0);
        script.ended("carl/7", EndedBy::HungUp, 31.0);
    });
    let reason = script.finding(CONNECTS).result.reason;
    assert_eq!(reason.contains("asks ben before"), fails, "{reason}");
}

/// Whoever has not taken a call is asked for the next one, unless the target declares that it leaves agents alone.
#[rstest]
#[case::declined(true, Timing { after_decline: Span::from_secs(10), ..Timing::default() })]
#[case::let_it_ring(false, Timing { after_no_answer: Span::from_secs(10), ..Timing::default() })]
fn a_target_may_leave_those_alone_who_have_not_taken_a_call(
    #[case] declines: bool,
    #[case] declared: Timing,
) {
    let reason = |timing: Timing| {
        let script = call(Routing::Serial, &[("bea", 28.3)]).adding(|script| {
            script.welcomed("cora/6", "sales", Pool::Backup, (23.0, 23.2, 26.0));
            script.alerted("ben/6", "cora", Pool::Backup, 23.3);
            match declines {
                true => {
                    let (call, code) = ("ben/6".to_owned(), 486);
                    script.line(23.5, "ben", Event::Declined { call, code });
                }
                false => script.ended("ben/6", EndedBy::Cancelled, 24.5),
            }
            script.ended("cora/6", EndedBy::HungUp, 26.0);
        });
        let script = script.changing(|record| {
            if let Event::WalkBegan { walk, topology, .. } = &mut record.event {
                walk.timing = timing;
                for group in &mut topology.groups {
                    group.alert_time = Span::from_secs(2);
                }
            }
        });
        script.finding(CONNECTS).result.reason
    };
    let passed_over = "although `sales` asks ben before";
    let undeclared = reason(Timing::default());
    assert!(undeclared.contains(passed_over), "{undeclared}");
    let declared = reason(declared);
    assert!(!declared.contains(passed_over), "{declared}");
}

/// cora calls `sales` at 25.0 s, and a member takes that call; then it is amos's turn.
fn after_a_call_of(agent: &str, routing: Routing, next: &str) -> Script {
    call(routing, &[(next, 28.3)]).adding(|script| {
        let leg = format!("{agent}/6");
        script.registered("pia", Pool::Backup, 24.9);
        script.welcomed("cora/6", "sales", Pool::Backup, (25.0, 25.2, 25.5));
        script.alerted(&leg, "cora", Pool::Backup, 25.3);
        script.accepted(&leg, 25.4);
        script.ended("cora/6", EndedBy::HungUp, 26.0);
        script.ended(&leg, EndedBy::Bye, 26.0);
    })
}

#[rstest]
#[case::the_next(Routing::RoundRobin, "ben", "bea", None)]
#[case::the_same(Routing::RoundRobin, "ben", "ben", Some("it was the turn of bea"))]
#[case::from_the_first_again(Routing::RoundRobin, "bea", "pia", None)]
#[case::idle_for_longer(Routing::LongestIdle, "ben", "bea", None)]
#[case::idle_for_less(Routing::LongestIdle, "ben", "ben", Some("had been idle for longer"))]
fn whose_turn_it_is_follows_from_who_was_asked_before(
    #[case] routing: Routing,
    #[case] before: &str,
    #[case] next: &str,
    #[case] wrong: Option<&str>,
) {
    let reason = after_a_call_of(before, routing, next)
        .finding(CONNECTS)
        .result
        .reason;
    match wrong {
        Some(why) => assert!(reason.contains(why), "{reason}"),
        None => assert!(
            !reason.contains("turn") && !reason.contains("idle"),
            "{reason}"
        ),
    }
}

/// iris's call of the healthy stage alerts pamela until the pool is gone; wally's of failed-over until wally is.
#[rstest]
#[case::early(24.5, Fail, "for 1.5 s only")]
#[case::when_the_caller_has_gone(26.1, Pass, "talked")]
fn an_alert_is_not_withdrawn_before_its_time(
    #[case] at: f64,
    #[case] verdict: model::Verdict,
    #[case] why: &str,
) {
    drill::imported()
        .without(|record| is_of(record, "pamela/31") && record.t_us > 24_000_000)
        .adding(|script| script.ended("pamela/31", EndedBy::Cancelled, at))
        .gives(CONNECTS, verdict, why);
}

/// Its alert time is 20 s, of which these are a part.
#[rstest]
#[case::within_the_window(5_000, Pass, "talked")]
#[case::beyond_it(4_000, Fail, "went on alerting pamela beyond 29.000 s")]
fn an_alert_ends_when_its_time_is_over(
    #[case] millis: u64,
    #[case] verdict: model::Verdict,
    #[case] why: &str,
) {
    drill::imported()
        .without(|record| is_of(record, "pamela/31") || is_of(record, "wally/31"))
        .adding(|script| {
            script.welcomed("wally/31", "branch", Pool::Backup, (22.5, 22.8, 29.4));
            script.alerted("pamela/31", "wally", Pool::Backup, 23.0);
            script.ended("pamela/31", EndedBy::Cancelled, 29.5);
            script.ended("wally/31", EndedBy::HungUp, 29.5);
        })
        .changing(|record| {
            if let Event::WalkBegan { topology, .. } = &mut record.event {
                for group in &mut topology.groups {
                    group.alert_time = Span::from_millis(millis);
                }
            }
        })
        .gives(CONNECTS, verdict, why);
}
