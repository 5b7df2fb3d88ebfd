//! What a target says of its own limits.

use model::claims::{Capability, Claims, Date, Deviation, Times};
use model::clause::{CallKind, Clause, Condition, Expectation, HeldOutcome, Source};
use model::{Activity, ClauseId, Stage};
use rstest::rstest;

use crate::common::vendor;

fn clause(stage: Stage, activity: Activity, condition: Condition, expect: Expectation) -> Clause {
    Clause {
        id: ClauseId("id".to_owned()),
        stage,
        activity,
        case: "all".to_owned(),
        condition,
        expect,
        statement: String::new(),
        source: Source {
            document: String::new(),
            table: String::new(),
            row: String::new(),
            column: String::new(),
        },
        alternatives: Vec::new(),
        note: None,
    }
}

#[rstest]
#[case(
    Stage::Failback,
    Condition::All,
    CallKind::Regular,
    Some(Capability::Failover)
)]
#[case(
    Stage::Outage,
    Condition::Imported,
    CallKind::Regular,
    Some(Capability::Import)
)]
#[case(
    Stage::Outage,
    Condition::All,
    CallKind::Anonymous,
    Some(Capability::AnonymousCalls)
)]
#[case(Stage::Outage, Condition::All, CallKind::Regular, None)]
fn a_clause_that_needs_what_is_not_claimed_lacks_it(
    #[case] stage: Stage,
    #[case] condition: Condition,
    #[case] calls: CallKind,
    #[case] lacks: Option<Capability>,
) {
    let expect = Expectation::Connected {
        calls,
        outcome: HeldOutcome::StayConnected,
    };
    let clause = clause(stage, Activity::Connected, condition, expect);
    let claims = |capabilities: &[Capability]| Claims {
        capabilities: capabilities.to_vec(),
        deviations: Vec::new(),
        times: Times::default(),
    };
    assert_eq!(claims(&[]).lacks(&clause), lacks);
    assert_eq!(claims(&Capability::ALL).lacks(&clause), None);
}

#[test]
fn a_failure_is_a_deviation_while_the_declaration_counts() {
    let claims = vendor().claims();
    let clause = ClauseId("failed-over.new.imported".to_owned());
    let day = |text: &str| text.parse::<Date>().unwrap();
    let covering = claims.deviation(&clause, day("2027-03-31"));
    assert_eq!(
        covering.map(|deviation: &Deviation| deviation.reason.as_str()),
        Some("Queues are not copied before release 9.")
    );
    assert_eq!(claims.deviation(&clause, day("2027-04-01")), None);
    let other = ClauseId("failed-over.new.not-imported".to_owned());
    assert_eq!(claims.deviation(&other, day("2027-03-31")), None);
}

#[test]
fn claims_are_kept_as_json() {
    let claims = vendor().claims();
    let json = serde_json::to_string(&claims).unwrap();
    assert_eq!(serde_json::from_str::<Claims>(&json).unwrap(), claims);
}
