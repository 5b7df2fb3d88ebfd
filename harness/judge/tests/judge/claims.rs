//! What a target says of its own limits, applied to what was found.

use model::Verdict;
use model::claims::{Capability, Claims, Date, Deviation, Times};
use model::finding::Finding;

use crate::drill;
use crate::script::is_of;
use crate::world;

const CLAUSE: &str = "outage.connected.regular";

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn declaring(clause: &str) -> Claims {
    Claims {
        capabilities: Capability::ALL.to_vec(),
        deviations: vec![Deviation {
            clause: clause.to_owned(),
            reason: "media is anchored".to_owned(),
            expires: day("2027-03-31"),
        }],
        times: Times::default(),
    }
}

/// The finding on the clause, where it passes or fails, under these claims.
fn finding(passes: bool, claims: &Claims, today: &str) -> Finding {
    let script = drill::imported();
    let script = if passes {
        script
    } else {
        script.deaf("rita/1", (8.0, 40.0))
    };
    let findings = judge::with_claims(script.findings(), &world::tables(), claims, day(today));
    let found = findings.into_iter().find(|f| f.clause.0 == CLAUSE);
    found.unwrap()
}

#[test]
fn a_failure_that_is_declared_is_a_deviation_and_says_why_and_until_when() {
    let found = finding(false, &declaring("outage.connected.*"), "2027-03-31");
    assert_eq!(found.result.verdict, Verdict::Deviation);
    assert!(
        found
            .result
            .reason
            .ends_with("declared until 2027-03-31: media is anchored"),
        "{}",
        found.result.reason
    );
}

#[test]
fn a_failure_whose_declaration_has_expired_is_a_failure_and_says_so() {
    let found = finding(false, &declaring(CLAUSE), "2027-04-01");
    assert_eq!(found.result.verdict, Verdict::Fail);
    assert!(
        found.result.reason.contains("expired on 2027-03-31"),
        "{}",
        found.result.reason
    );
}

#[test]
fn a_clause_that_passes_against_its_declaration_is_a_failure_until_it_expires() {
    let found = finding(true, &declaring(CLAUSE), "2027-03-31");
    assert_eq!(found.result.verdict, Verdict::Fail);
    assert!(
        found.result.reason.contains("remove the deviation"),
        "{}",
        found.result.reason
    );
    let found = finding(true, &declaring(CLAUSE), "2027-04-01");
    assert_eq!(found.result.verdict, Verdict::Pass);
}

#[test]
fn a_declaration_of_another_clause_changes_nothing() {
    let found = finding(false, &declaring("failback.*"), "2027-01-01");
    assert_eq!(found.result.verdict, Verdict::Fail);
}

#[test]
fn what_is_not_proven_stays_inconclusive_under_a_declaration() {
    let findings = drill::imported()
        .without(|record| is_of(record, "rita/1") || is_of(record, "ben/1"))
        .findings();
    let before = findings
        .iter()
        .find(|f| f.clause.0 == CLAUSE)
        .unwrap()
        .result
        .verdict;
    assert_eq!(before, Verdict::Inconclusive);
    let claims = declaring(CLAUSE);
    let findings = judge::with_claims(findings, &world::tables(), &claims, day("2027-01-01"));
    let after = findings.iter().find(|f| f.clause.0 == CLAUSE).unwrap();
    assert_eq!(after.result.verdict, Verdict::Inconclusive);
}

#[test]
fn what_needs_a_capability_that_is_not_claimed_is_unsupported_and_nothing_else_is() {
    let claims = Claims {
        capabilities: vec![
            Capability::Failover,
            Capability::Import,
            Capability::OnBehalf,
        ],
        deviations: Vec::new(),
        times: Times::default(),
    };
    let tables = world::tables();
    let found = drill::imported().findings();
    let found = judge::with_claims(found, &tables, &claims, day("2027-01-01"));
    for finding in found {
        let clause = tables
            .clauses
            .iter()
            .find(|c| c.id == finding.clause)
            .unwrap();
        let expected = match claims.lacks(clause) {
            Some(_) => Verdict::Unsupported,
            None => Verdict::Pass,
        };
        assert_eq!(finding.result.verdict, expected, "{}", finding.clause);
    }
}
