//! What verdicts make of a clause, a run, `results.json` and the exit code.

use std::collections::BTreeMap;

use model::ClauseId;
use model::clause_result::AskedClause;
use model::exit_code::{ExitCode, Strictness};
use model::figure::{Figure, Measure, Measured};
use model::finding::{Evidence, Finding, WalkResult};
use model::journal::Header;
use model::results::{Results, ResultsError};
use model::summary::Summary;
use model::verdict::Verdict;
use model::verdict::Verdict::{Deviation, Error, Fail, Inconclusive, NotJudged, Pass, Unsupported};
use model::walk::LabKind;
use rstest::rstest;

#[rstest]
#[case::error_before_all(&[Pass, Unsupported, Deviation, Inconclusive, Fail, Error], Error)]
#[case::then_fail(&[Pass, Unsupported, Deviation, Inconclusive, Fail], Fail)]
#[case::then_inconclusive(&[Pass, Unsupported, Deviation, Inconclusive], Inconclusive)]
#[case::then_deviation(&[Pass, Unsupported, Deviation], Deviation)]
#[case::then_unsupported(&[Pass, Unsupported], Unsupported)]
#[case::then_pass(&[Pass, Pass], Pass)]
#[case::a_walk_that_did_not_judge_adds_nothing(&[NotJudged, Pass], Pass)]
#[case::nobody_judged(&[NotJudged, NotJudged], NotJudged)]
#[case::nobody_was_asked(&[], NotJudged)]
fn a_clause_comes_to_the_worst_that_a_walk_says(
    #[case] walks: &[Verdict],
    #[case] clause: Verdict,
) {
    let forwards = Verdict::worst(walks.iter().copied());
    let backwards = Verdict::worst(walks.iter().rev().copied());
    assert_eq!(
        (forwards, backwards),
        (clause, clause),
        "in whatever order they say it"
    );
}

#[rstest]
#[case::all_passed(&[Pass, Pass], 0)]
#[case::declared_deviations_aside(&[Pass, Deviation], 0)]
#[case::unsupported_aside(&[Pass, Unsupported], 0)]
#[case::one_failed(&[Pass, Fail], 1)]
#[case::one_inconclusive(&[Pass, Inconclusive], 2)]
#[case::inconclusive_alone_was_judged(&[Inconclusive], 2)]
#[case::one_never_judged(&[Pass, NotJudged], 3)]
#[case::zero_judged_is_never_0(&[], 3)]
#[case::nothing_but_unsupported(&[Unsupported, Unsupported], 3)]
#[case::error(&[Pass, Error], 4)]
#[case::trouble_alone(&[Error], 4)]
#[case::fail_before_trouble(&[Fail, Error, NotJudged, Inconclusive], 1)]
#[case::trouble_before_incomplete(&[Error, NotJudged, Inconclusive, Pass], 4)]
#[case::incomplete_before_inconclusive(&[NotJudged, Inconclusive, Pass], 3)]
fn a_run_exits_with_the_documented_code(#[case] clauses: &[Verdict], #[case] code: u8) {
    let summary = Summary::of(clauses.iter().copied());
    assert_eq!(ExitCode::of(&summary, Strictness::Lenient).code(), code);
}

#[rstest]
#[case::incomplete(&[Pass, Unsupported], 3)]
#[case::before_inconclusive(&[Inconclusive, Unsupported], 3)]
#[case::after_fail(&[Fail, Unsupported], 1)]
#[case::a_deviation_is_a_failure(&[Pass, Deviation], 1)]
fn a_strict_run_puts_up_with_neither_a_deviation_nor_what_is_unsupported(
    #[case] clauses: &[Verdict],
    #[case] code: u8,
) {
    let summary = Summary::of(clauses.iter().copied());
    assert_eq!(ExitCode::of(&summary, Strictness::Strict).code(), code);
}

#[rstest]
#[case(ExitCode::Failed, ExitCode::HarnessFailed, ExitCode::Failed)]
#[case(ExitCode::Incomplete, ExitCode::HarnessFailed, ExitCode::HarnessFailed)]
#[case(ExitCode::Incomplete, ExitCode::Inconclusive, ExitCode::Incomplete)]
#[case(ExitCode::Passed, ExitCode::Inconclusive, ExitCode::Inconclusive)]
#[case(ExitCode::Passed, ExitCode::Passed, ExitCode::Passed)]
#[case(ExitCode::Failed, ExitCode::Usage, ExitCode::Usage)]
fn of_two_exit_codes_the_higher_ranked_one_holds(
    #[case] one: ExitCode,
    #[case] other: ExitCode,
    #[case] both: ExitCode,
) {
    assert_eq!((one.and(other), other.and(one)), (both, both));
}

fn header() -> Header {
    Header::new("reference", LabKind::Sim, 1, &"0".repeat(64))
}

fn asked(id: &str) -> AskedClause {
    AskedClause {
        clause: ClauseId(id.to_owned()),
        statement: None,
    }
}

fn finding(id: &str, walk: &str, verdict: Verdict) -> Finding {
    Finding {
        clause: ClauseId(id.to_owned()),
        result: WalkResult {
            walk: walk.to_owned(),
            imported: true,
            verdict,
            reason: "bob heard carol until the stage ended, with a longest gap of 20 ms".to_owned(),
            evidence: vec![Evidence {
                walk: walk.to_owned(),
                n: 812,
            }],
            figures: BTreeMap::from([("longest_gap_ms".to_owned(), 20.0)]),
        },
    }
}

#[test]
fn results_have_the_documented_form() {
    let results = Results::of(
        &header(),
        [asked("outage.connected.regular")],
        &[finding("outage.connected.regular", "imported-kill", Pass)],
        Strictness::Lenient,
    );
    insta::assert_snapshot!(results.to_json().unwrap(), @r#"
    {
      "schema": "rgdrill-results/1",
      "target": "reference",
      "lab": "sim",
      "seed": 1,
      "verdict": "pass",
      "exit_code": 0,
      "summary": {
        "pass": 1,
        "fail": 0,
        "inconclusive": 0,
        "unsupported": 0,
        "deviation": 0,
        "error": 0,
        "not-judged": 0
      },
      "clauses": [
        {
          "id": "outage.connected.regular",
          "verdict": "pass",
          "observed": "on-the-wire",
          "walks": [
            {
              "walk": "imported-kill",
              "imported": true,
              "verdict": "pass",
              "reason": "bob heard carol until the stage ended, with a longest gap of 20 ms",
              "evidence": [
                {
                  "walk": "imported-kill",
                  "n": 812
                }
              ],
              "figures": {
                "longest_gap_ms": 20.0
              }
            }
          ]
        }
      ]
    }
    "#);
}

#[test]
fn results_are_read_as_they_were_written() {
    let results = Results::of(
        &header(),
        [asked("outage.new.imported"), asked("outage.on-behalf.all")],
        &[finding("outage.new.imported", "imported-kill", Deviation)],
        Strictness::Strict,
    );
    let read = Results::from_json(&results.to_json().unwrap()).unwrap();
    assert_eq!(read, results);
}

#[test]
fn results_of_another_schema_are_not_read() {
    let error = Results::from_json(r#"{"schema":"rgdrill-results/2"}"#).unwrap_err();
    assert!(matches!(error, ResultsError::UnknownSchema { .. }));
    assert_eq!(
        error.to_string(),
        "these are results of schema `rgdrill-results/2`; this rgdrill reads rgdrill-results/1"
    );
}

#[test]
fn a_clause_without_a_finding_is_not_judged() {
    let results = Results::of(
        &header(),
        [asked("outage.new.imported"), asked("outage.on-behalf.all")],
        &[finding("outage.new.imported", "imported-kill", Pass)],
        Strictness::Lenient,
    );
    assert_eq!(results.clauses[1].verdict, NotJudged);
    assert_eq!(results.summary.not_judged, 1);
    assert_eq!(results.exit_code, ExitCode::Incomplete);
    assert_eq!(results.verdict, NotJudged);
}

#[test]
fn a_finding_on_a_clause_that_nobody_asked_for_is_left_out() {
    let results = Results::of(
        &header(),
        [asked("outage.new.imported")],
        &[
            finding("outage.new.imported", "imported-kill", Pass),
            finding("outage.on-behalf.all", "imported-kill", Fail),
        ],
        Strictness::Lenient,
    );
    assert_eq!(results.summary.total(), 1);
    assert_eq!(results.exit_code, ExitCode::Passed);
}

#[test]
fn a_run_with_a_deviation_exits_with_0_and_does_not_call_itself_a_pass() {
    let results = Results::of(
        &header(),
        [asked("a"), asked("b")],
        &[finding("a", "kill", Pass), finding("b", "kill", Deviation)],
        Strictness::Lenient,
    );
    assert_eq!(results.exit_code, ExitCode::Passed);
    assert_eq!(results.verdict, Deviation);
}

#[test]
fn every_verdict_has_one_word_in_files_and_reports() {
    for verdict in Verdict::ALL {
        assert_eq!(
            serde_json::to_string(&verdict).unwrap(),
            format!("\"{}\"", verdict.word())
        );
        assert_eq!(Summary::of([verdict]).count(verdict), 1);
    }
}

#[test]
fn a_clause_that_does_not_come_to_the_same_each_time_is_inconclusive_with_the_share_of_each() {
    let results = Results::of(
        &header(),
        [asked("a"), asked("b")],
        &[
            finding("a", "kill", Pass),
            finding("a", "kill#2", Fail),
            finding("a", "kill#3", Pass),
            finding("b", "kill", Fail),
            finding("b", "reject", Pass),
            finding("b", "kill#2", Fail),
            finding("b", "reject#2", Pass),
        ],
        Strictness::Lenient,
    );
    assert_eq!(results.clauses[0].verdict, Inconclusive);
    let shares = BTreeMap::from([(Pass, 2), (Fail, 1)]);
    assert_eq!(results.clauses[0].repetitions, shares);
    assert_eq!(
        results.clauses[0].distributions["longest_gap_ms"].samples,
        3
    );
    assert_eq!(results.clauses[1].verdict, Fail, "it fails each time");
    let read = Results::from_json(&results.to_json().unwrap()).unwrap();
    assert_eq!(read, results);
}

#[rstest]
#[case::met(20, Pass, 0)]
#[case::not_met(19, Fail, 1)]
fn an_objective_has_a_verdict_of_its_own(
    #[case] at_most: u64,
    #[case] verdict: Verdict,
    #[case] code: u8,
) {
    let header = header().requiring([(Measure::DisconnectMs, at_most)].into());
    let figure = Figure {
        measure: Measure::DisconnectMs,
        walk: "kill".to_owned(),
        measured: Measured::Value(20),
        reason: "a call was lost".to_owned(),
        evidence: Vec::new(),
    };
    let findings = [finding("a", "kill", Pass)];
    let results = Results::of(&header, [asked("a")], &findings, Strictness::Lenient)
        .measuring(&header, &[figure]);
    assert_eq!(results.objectives[0].verdict, verdict);
    assert_eq!((results.verdict, results.exit_code.code()), (verdict, code));
    assert_eq!(results.summary.pass, 1, "clauses are counted by themselves");
    let read = Results::from_json(&results.to_json().unwrap()).unwrap();
    assert_eq!(read, results);
}
