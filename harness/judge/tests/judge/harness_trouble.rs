//! The harness's own trouble is never scored as the target's.

use model::Verdict::Error;
use model::journal::Event;

use crate::drill;
use crate::world;

#[test]
fn an_actor_with_trouble_of_its_own_makes_every_finding_an_error() {
    let troubled = drill::imported().adding(|script| {
        let what = "more packets than could be written".to_owned();
        script.line(9.0, "rita", Event::Trouble { what });
    });
    for finding in troubled.findings() {
        assert_eq!(finding.result.verdict, Error);
        assert!(
            finding
                .result
                .reason
                .contains("actor rita reported an error at 9.000 s"),
            "{finding:#?}"
        );
    }
}

#[test]
fn a_missing_line_makes_every_finding_an_error() {
    let mut journal = drill::imported().journal();
    journal.records.remove(100);
    let findings = judge::judge_walk(&journal, &world::tables());
    assert_eq!(findings.len(), drill::imported().findings().len());
    for finding in findings {
        assert_eq!(finding.result.verdict, Error);
        assert!(
            finding.result.reason.contains("line 100 is missing"),
            "{finding:#?}"
        );
    }
}

#[test]
fn a_walk_that_does_not_say_what_it_asks_is_an_error_in_every_clause() {
    let mut journal = drill::imported().journal();
    journal.records.clear();
    let findings = judge::judge_walk(&journal, &world::tables());
    assert_eq!(findings.len(), 64);
    assert!(
        findings
            .iter()
            .all(|finding| finding.result.verdict == Error)
    );
}

#[test]
fn a_walk_is_judged_by_what_it_asks_alone() {
    let asks = |patterns: &'static [&str]| {
        drill::imported().changing(move |record| {
            if let Event::WalkBegan { walk, .. } = &mut record.event {
                walk.judges = patterns
                    .iter()
                    .map(|pattern| (*pattern).to_owned())
                    .collect();
            }
        })
    };
    assert_eq!(asks(&["outage.*"]).findings().len(), 11);
    assert_eq!(
        asks(&["*.connected.regular", "outage.new.imported"])
            .findings()
            .len(),
        6
    );
    assert!(asks(&[]).findings().is_empty());
}
