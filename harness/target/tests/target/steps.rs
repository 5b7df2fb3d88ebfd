//! Verbs in two steps.

use std::collections::BTreeMap;

use model::verb::{About, Verb, VerbOutcome};
use rstest::rstest;
use target::{Exchange, PollAnswer, Reading};

use crate::common::{refused, secrets, two_step, variables, vendor};

#[test]
fn the_second_step_asks_for_what_the_first_began() {
    let target = vendor();
    let steps = two_step(&target, Verb::FailOver);
    let Exchange::Http(begin) = &steps.begin else {
        panic!("begun by HTTP");
    };
    let reading = begin.read(202, br#"{"job":"job 7"}"#, &target.words);
    assert_eq!(reading.outcome, VerbOutcome::Done);
    assert_eq!(reading.captured["job"], "job 7");

    let Exchange::Http(ask) = &steps.finish.ask else {
        panic!("asked by HTTP");
    };
    let variables = variables(&target, Verb::FailOver, &About::default());
    let request = ask.request(&variables, &secrets(&target)).unwrap();
    assert_eq!(request.uri(), "/jobs/job%207");
}

#[rstest]
#[case::going_on(200, r#"{"state":"running"}"#, PollAnswer::Pending)]
#[case::complete(200, r#"{"state":"complete"}"#, ended(VerbOutcome::Done))]
#[case::failed(
    200,
    r#"{"state":"failed","text":"no quorum"}"#,
    ended(refused("200: no quorum"))
)]
#[case::lost(404, "", ended(refused("404")))]
fn the_second_step_is_repeated_until_the_answer_is_final(
    #[case] status: u16,
    #[case] body: &str,
    #[case] expected: PollAnswer,
) {
    let target = vendor();
    let finish = &two_step(&target, Verb::FailOver).finish;
    assert_eq!(
        finish.read(status, body.as_bytes(), &target.words),
        expected
    );
}

fn ended(outcome: VerbOutcome) -> PollAnswer {
    PollAnswer::Ended(Reading {
        outcome,
        rows: None,
        captured: BTreeMap::new(),
    })
}

#[test]
fn a_step_can_be_a_command() {
    let target = vendor();
    let finish = &two_step(&target, Verb::FailBack).finish;
    let read = |exit| finish.read_exit(exit, b"", b"", &target.words);
    assert_eq!(read(75), PollAnswer::Pending);
    assert_eq!(read(0), ended(VerbOutcome::Done));
    assert_eq!(read(127), ended(VerbOutcome::Unsupported));
}

#[test]
fn the_wait_time_is_that_of_the_walk() {
    let target = vendor();
    let Exchange::Http(begin) = &two_step(&target, Verb::FailOver).begin else {
        panic!("begun by HTTP");
    };
    let variables = variables(&target, Verb::FailOver, &About::default());
    let request = begin.request(&variables, &secrets(&target)).unwrap();
    assert_eq!(request.body(), "take west.example.com in 7");
}
