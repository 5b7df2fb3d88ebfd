//! What a target says of its own limits, applied to what was found.

use model::Verdict;
use model::claims::{Capability, Claims, Date, Deviation, Times};
use model::finding::Finding;
use model::host::HostName;
use model::journal::event::Direction;
use model::journal::{Event, Header, Journal};
use model::walk::LabKind;

use crate::drill;
use crate::script::{Script, is_of};
use crate::world;

const CLAUSE: &str = "outage.connected.regular";
/// Where a new call is placed to a group of anonymous calls.
const ANONYMOUS_AS_WELL: &str = "failover.new.imported";

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
    for finding in findings(drill::imported(), &claims) {
        let clause = tables
            .clauses
            .iter()
            .find(|c| c.id == finding.clause)
            .unwrap();
        let is_lacking = claims.lacks(clause).is_some() || clause.id.0 == ANONYMOUS_AS_WELL;
        let expected = match is_lacking {
            true => Verdict::Unsupported,
            false => Verdict::Pass,
        };
        assert_eq!(finding.result.verdict, expected, "{}", finding.clause);
    }
}

/// The findings of a run of a target that claims this.
fn findings(script: Script, claims: &Claims) -> Vec<Finding> {
    let journal = Journal {
        header: Header::new("lean", LabKind::Sim, 1, "").claiming(claims.clone()),
        walks: vec![script.journal()],
    };
    let found = judge::judge(&journal, &world::tables());
    judge::with_claims(found, &world::tables(), claims, day("2027-01-01"))
}

#[test]
fn of_a_target_without_anonymous_calls_nothing_is_asked_but_that_they_connect() {
    let capabilities = Capability::ALL.into_iter();
    let lean = Claims {
        capabilities: capabilities
            .filter(|capability| *capability != Capability::AnonymousCalls)
            .collect(),
        deviations: Vec::new(),
        times: Times::default(),
    };
    // In failover amos has an anonymous call.
    let verdict = |script: Script| {
        let mut found = findings(script, &lean).into_iter();
        let found = found.find(|finding| finding.clause.0 == ANONYMOUS_AS_WELL);
        found.unwrap().result
    };
    let names_an_agent = drill::imported().adding(|script| {
        let message = "SIP/2.0 200 OK\r\nCall-ID: amos/1\r\nContact: <sip:berta@pool>\r\n";
        let peer = HostName::BACKUP;
        script.signals("amos", Direction::In, peer, message.to_owned(), 17.5);
    });
    let result = verdict(names_an_agent.clone());
    assert_eq!(result.verdict, Verdict::Unsupported);
    assert_eq!(result.reason, "the target does not claim `anonymous-calls`");
    let silent = names_an_agent
        .without(|record| matches!(record.event, Event::Media { .. }) && is_of(record, "cora/22"));
    assert_eq!(verdict(silent).verdict, Verdict::Fail);
}
