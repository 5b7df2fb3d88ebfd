//! A load in the background of a walk, in simulation: what of it is in the journal, and in the results.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot do without may panic"
)]

use std::sync::Arc;

use campaign::labs::{LabFactory, MutantFactory, SimFactory};
use campaign::{Campaign, observe};
use drawing::Plan;
use judge::Policy;
use model::exit_code::Strictness;
use model::figure::{Measure, WalkFigure};
use model::journal::{Event, Header, Journal};
use model::load::{Load, LoadResult, Role};
use model::results::Results;
use model::topology::Pool;
use model::walk::LabKind;
use model::{Scenarios, Stage};
use reference::Mutant;
use timeline::ReadRun;
use tokio_util::sync::CancellationToken;

/// Two kinds of calls, of which two a second are placed to each pool's groups.
fn load() -> Load {
    let kinds = serde_json::json!({ "kinds": [
        { "name": "waiting", "groups": 2, "agents": 2, "calls": "regular", "rate": 1, "for": "2s" },
        { "name": "relayed", "groups": 2, "agents": 2, "calls": "anonymous", "rate": 1, "for": "1s",
          "answered-after": "300ms" },
    ] });
    serde_json::from_value(kinds).unwrap()
}

/// The journal of the walk of this name, with a load or without.
fn walked(walk: &str, load: Option<Load>) -> Journal {
    walked_at(Arc::new(SimFactory), walk, load)
}

fn walked_at(labs: Arc<dyn LabFactory>, walk: &str, load: Option<Load>) -> Journal {
    let scenarios = rgdrill::scenarios().unwrap();
    let target = Arc::new(rgdrill::reference_target().unwrap());
    let mut plan = Plan::of(&scenarios.walks[walk], &scenarios);
    plan.walk.load = load;
    let drill = Campaign {
        plans: vec![plan],
        labs,
        secrets: target.secrets(|_| None).unwrap(),
        header: Header::new(&target.target, LabKind::Sim, 1, &scenarios.tables_sha256),
        target,
        seed: 1,
        jobs: 1,
    };
    observe(&drill, &CancellationToken::new()).unwrap()
}

fn results(journal: &Journal, scenarios: &Scenarios) -> Results {
    let policy = Policy {
        strictness: Strictness::Strict,
        today: "2026-01-01".parse().unwrap(),
    };
    judge::results(&ReadRun::of(journal), &scenarios.tables, policy)
}

fn is_of_load(event: &Event) -> bool {
    matches!(event, Event::LoadMeasured { .. })
}

#[test]
fn every_call_is_counted_and_each_part_has_one_line_for_each_stage() {
    let scenarios = rgdrill::scenarios().unwrap();
    let journal = walked("control", Some(load()));
    let lines = journal.walks[0].records.iter();
    let told = lines.filter(|record| is_of_load(&record.event)).count();
    // Of callers and agents, of both pools, of both kinds: before, in, and after the healthy stage.
    assert_eq!(told, 2 * 2 * 2 * 3);
    let results = results(&journal, &scenarios);
    assert_eq!(results.load.len(), 2 * 2 * 2);
    let callers = results
        .load
        .iter()
        .filter(|load| load.role == Role::Callers);
    for LoadResult { in_all, stages, .. } in callers {
        assert!(in_all.attempted >= 9, "{in_all:?}");
        let became = in_all.answered + in_all.failed_in_all() + in_all.given_up;
        assert_eq!(in_all.attempted, became, "{in_all:?}");
        assert_eq!((in_all.failed_in_all(), in_all.held_back), (0, 0));
        assert_eq!(in_all.completed, in_all.answered, "{in_all:?}");
        assert_eq!(in_all.to_answer_us.count, in_all.answered);
        assert_eq!((in_all.heard.silent, in_all.heard.lost), (0, 0));
        let healthy = stages
            .iter()
            .find(|part| part.stage == Some(Stage::Healthy));
        // One a second.
        let lasts = scenarios.walks["control"].stages.healthy.get();
        assert_eq!(healthy.unwrap().measured.attempted, lasts.as_secs());
    }
    let agents = results.load.iter().filter(|load| load.role == Role::Agents);
    let signed_in = agents.map(|load| load.stages[1].measured.registered);
    assert_eq!(signed_in.collect::<Vec<_>>(), [4, 4, 4, 4]);
}

#[test]
fn the_same_seed_gives_the_same_journal_with_a_load_as_well() {
    assert_eq!(
        walked("control", Some(load())),
        walked("control", Some(load()))
    );
}

/// What the one walk says of calls of the load that failed.
fn failed(results: &Results) -> &WalkFigure {
    let mut figures = results.figures.iter();
    let failed = figures.find(|figure| figure.name == Measure::LoadCallsFailed);
    let walks = &failed.unwrap().walks;
    assert_eq!(walks.len(), 1);
    &walks[0]
}

#[test]
fn a_backup_that_answers_the_load_and_alerts_nobody_does_not_bear_it() {
    let scenarios = rgdrill::scenarios().unwrap();
    let labs = Arc::new(MutantFactory(Mutant::CopiesAlertNobody));
    let journal = walked_at(labs, "imported-kill", Some(load()));
    let results = results(&journal, &scenarios);
    let failed = failed(&results);
    assert!(failed.value.is_some_and(|value| value > 3), "{failed:?}");
    let because = "answered by the pool, and by no agent";
    assert!(failed.reason.contains(because), "{}", failed.reason);
}

/// What is stated of the drill's own groups and calls holds beside those of the load.
#[test]
fn the_statements_hold_under_a_load_and_the_backup_bears_that_of_both_pools() {
    let scenarios = rgdrill::scenarios().unwrap();
    let results = results(&walked("imported-kill", Some(load())), &scenarios);
    let judged = results
        .clauses
        .iter()
        .filter(|clause| !clause.walks.is_empty());
    let wrong = judged.filter(|clause| clause.verdict != model::Verdict::Pass);
    let wrong: Vec<_> = wrong.map(|clause| (&clause.id, &clause.walks)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let failed = failed(&results);
    assert_eq!(failed.value, Some(0), "{}", failed.reason);
    let of_primary = results.load.iter().find(|load| {
        load.role == Role::Callers && load.of == Pool::Primary && load.kind == "waiting"
    });
    let borne = of_primary.unwrap().stages.iter();
    let borne = borne.filter(|part| part.stage == Some(Stage::FailedOver));
    assert!(borne.map(|part| part.measured.answered).sum::<u64>() >= 9);
}

/// Journals of walks without a load are as they always were: no key and no line of it is there.
#[test]
fn a_walk_without_a_load_says_nothing_of_one() {
    let journal = walked("control", None);
    let records = &journal.walks[0].records;
    assert!(!records.iter().any(|record| is_of_load(&record.event)));
    let first = serde_json::to_string(&records[0].event).unwrap();
    for key in ["\"load\"", "\"runs\""] {
        assert!(!first.contains(key), "{key}");
    }
    let scenarios = rgdrill::scenarios().unwrap();
    let results = results(&journal, &scenarios).to_json().unwrap();
    assert!(!results.contains("\"load"), "{results}");
}

/// But for what the seed draws for the load itself.
#[test]
fn a_load_changes_nobody_else_who_takes_part() {
    let first = |load: Option<Load>| {
        let journal = walked("control", load);
        match journal.walks[0].records[0].event.clone() {
            Event::WalkBegan {
                topology,
                drawn,
                steps,
                ..
            } => (topology, drawn.names.clone(), steps),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(first(None), first(Some(load())));
}
