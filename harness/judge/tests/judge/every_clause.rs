//! Of each of the 64 statements: a journal that passes it, and one that fails it.

use model::Verdict;
use model::clause::{
    Condition, Expectation, HeldOutcome, Modify, NewOutcome, OnBehalfOutcome, Shown,
};
use model::host::HostName;
use model::journal::event::{EndedBy, NoSuccess};
use model::journal::{Event, Header, Journal, WalkJournal};
use model::topology::Pool;
use model::verb::{Verb, VerbOutcome};
use model::walk::{Imports, LabKind};
use model::{Clause, Stage};

use crate::drill::{self, outcome, row};
use crate::script::{Script, Talk, is_of, within};
use crate::world;

#[test]
fn there_is_one_finding_for_each_statement_that_a_walk_can_observe_in_the_tables_order() {
    let tables = world::tables();
    assert_eq!(tables.clauses.len(), 64);
    for (script, silent_on) in [
        (drill::imported(), Condition::NotImported),
        (drill::not_imported(), Condition::Imported),
    ] {
        let clauses = tables.clauses.iter().filter(|c| c.condition != silent_on);
        let expected: Vec<_> = clauses.map(|clause| clause.id.clone()).collect();
        let judged: Vec<_> = script.findings().into_iter().map(|f| f.clause).collect();
        assert_eq!(judged, expected);
    }
}

#[test]
fn of_several_walks_findings_come_in_the_tables_order_and_then_in_the_walks() {
    let named = |script: Script, name: &str| WalkJournal {
        walk: name.to_owned(),
        ..script.journal()
    };
    let journal = Journal {
        header: Header::new("reference", LabKind::Sim, 1, ""),
        walks: vec![
            named(drill::imported(), "b"),
            named(drill::not_imported(), "a"),
        ],
    };
    let findings = judge::judge(&journal, &world::tables());
    let first: Vec<_> = findings
        .iter()
        .take(3)
        .map(|f| (f.clause.0.as_str(), f.result.walk.as_str()))
        .collect();
    let expected = [
        ("outage.connected.regular", "b"),
        ("outage.connected.regular", "a"),
        ("outage.connected.anonymous", "b"),
    ];
    assert_eq!(first, expected);
}

#[test]
fn each_statement_passes_where_all_is_as_documented() {
    for clause in world::tables().clauses {
        let id = &clause.id.0;
        let finding = drill::for_clause(id).finding(id);
        assert_eq!(finding.result.verdict, Verdict::Pass, "{finding:#?}");
        assert!(!finding.result.evidence.is_empty(), "{finding:#?}");
    }
}

#[test]
fn each_statement_fails_where_the_opposite_is_observed() {
    for clause in world::tables().clauses {
        let id = &clause.id.0;
        let finding = spoil(spoilable(&clause), &clause).finding(id);
        assert_eq!(finding.result.verdict, Verdict::Fail, "{finding:#?}");
        assert!(!finding.result.evidence.is_empty(), "{finding:#?}");
    }
}

/// The drill in which a clause's condition holds, and its opposite may happen: media of a pool is
/// believed only where its fault lets some out.
fn spoilable(clause: &Clause) -> Script {
    match (&clause.expect, clause.condition) {
        (
            Expectation::Connected { outcome, .. } | Expectation::InProgress { outcome },
            condition,
        ) if matches!(
            outcome,
            HeldOutcome::Disconnected | HeldOutcome::NoneInThisState
        ) =>
        {
            drill::deaf(match condition {
                Condition::NotImported => Imports::None,
                Condition::All | Condition::Imported => Imports::InAdvance,
            })
        }
        _ => drill::for_clause(&clause.id.0),
    }
}

/// Makes the opposite of what is expected happen, within the stage.
fn spoil(script: Script, clause: &Clause) -> Script {
    let stage = clause.stage;
    match clause.expect {
        Expectation::Connected { outcome, .. } | Expectation::InProgress { outcome } => {
            held(script, stage, outcome)
        }
        Expectation::New { outcome } => new(script, stage, outcome),
        Expectation::OnBehalf { outcome } => on_behalf(script, stage, outcome),
        Expectation::Agents { groups, shown, .. } => script.changing(|record| {
            let Event::VerbEnded { verb, rows, .. } = &mut record.event else {
                return;
            };
            if let (Verb::GetGroups, Some(rows)) = (verb, rows) {
                let set = judged(groups);
                match shown {
                    Shown::Shown => rows.retain(|row| (row.owner, row.parent) != set),
                    Shown::NotShown => rows.push(row("desk", set.0, set.1)),
                }
            }
        }),
        Expectation::Configuration { groups, modify, .. } => script.changing(|record| {
            let Event::VerbEnded {
                verb: Verb::Modify,
                about,
                outcome: ended,
                ..
            } = &mut record.event
            else {
                return;
            };
            let owner = if about.group.as_deref() == Some("sales") {
                Pool::Primary
            } else {
                Pool::Backup
            };
            if (owner, about.parent.unwrap_or(owner)) == judged(groups) {
                *ended = outcome(modify == Modify::Refused);
            }
        }),
    }
}

fn judged(groups: model::clause::GroupSet) -> (Pool, Pool) {
    match groups {
        model::clause::GroupSet::OwnedByPrimary => (Pool::Primary, Pool::Primary),
        model::clause::GroupSet::OwnedByBackup => (Pool::Backup, Pool::Backup),
        model::clause::GroupSet::Imported => (Pool::Primary, Pool::Backup),
    }
}

fn held(script: Script, stage: Stage, outcome: HeldOutcome) -> Script {
    let (begin, end) = world::stage(stage);
    match outcome {
        HeldOutcome::StayConnected | HeldOutcome::StayConnectedAtBackup => {
            let pause = (begin + 2.0, begin + 4.0);
            let ends = ["rita/1", "amos/1", "ivan/1"];
            ends.into_iter()
                .fold(script, |script, call| script.deaf(call, pause))
        }
        HeldOutcome::Disconnected | HeldOutcome::NoneInThisState => script
            .without(|record| {
                matches!(
                    record.event,
                    Event::Ended {
                        by: EndedBy::Bye,
                        ..
                    }
                )
            })
            .adding(|script| {
                let primary = world::media(HostName::PRIMARY);
                script.talk(&Talk {
                    caller: "anna/1",
                    agent: "boris/1",
                    source: primary,
                    since: begin,
                    until: end,
                });
                script.hears("iris/1", primary, None, (begin, end));
                script.hears(
                    "ivan/1",
                    world::media(HostName::BACKUP),
                    None,
                    (32.2, end.max(33.0)),
                );
            }),
    }
}

fn new(script: Script, stage: Stage, outcome: NewOutcome) -> Script {
    let call = format!("cora/{}", stage as u32 * 10 + 2);
    let (begin, _) = world::stage(stage);
    let script = script.without(|record| is_of(record, &call));
    script.adding(|script| match outcome {
        NewOutcome::Disconnected => {
            script.welcomed(
                &call,
                "sales",
                Pool::Backup,
                (begin + 1.5, begin + 1.8, begin + 3.0),
            );
        }
        _ => script.refused(&call, "sales", (begin + 1.5, begin + 2.2)),
    })
}

fn on_behalf(script: Script, stage: Stage, expected: OnBehalfOutcome) -> Script {
    let span = world::stage(stage);
    let begin = span.0;
    match expected {
        OnBehalfOutcome::Disabled | OnBehalfOutcome::Fails => script.adding(|script| {
            let alerted = Event::Alerted {
                call: "carol/spoilt".to_owned(),
                caller: "bianca".to_owned(),
                identity: Some("sales".to_owned()),
                from: world::media(HostName::BACKUP),
            };
            script.line(begin + 0.58, "carol", alerted);
        }),
        OnBehalfOutcome::Succeeds => {
            script
                .without(|record| record.host == "carol")
                .changing(|record| {
                    let inside = within(record, span);
                    if let Event::VerbEnded {
                        verb: Verb::CallOnBehalf,
                        outcome,
                        ..
                    } = &mut record.event
                        && inside
                    {
                        *outcome = VerbOutcome::Refused {
                            why: "disabled".to_owned(),
                        };
                    }
                })
        }
    }
}

/// A silent hop is as good as a refusing one: nobody gave a success.
#[test]
fn a_new_call_whose_hops_all_time_out_is_disconnected() {
    drill::not_imported()
        .changing(|record| {
            if let Event::Failed { outcome, .. } | Event::HopFailed { outcome, .. } =
                &mut record.event
            {
                *outcome = NoSuccess::TimedOut;
            }
        })
        .gives("outage.new.not-imported", Verdict::Pass, "timed out");
}
