//! A walk is carried out against a lab that plays a part.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot be set up has failed"
)]

mod fake_lab;

use std::cell::Cell;
use std::time::Duration;

use actors::Command;
use conductor::{ConductorError, Plan, Progress, conduct};
use fake_lab::{Blindness, FakeLab, Spoiled};
use lab::LabError;
use model::journal::event::Event;
use model::journal::{Header, Journal, Record, Spool, assemble};
use model::topology::{Host, Pool};
use model::verb::{Filter, Verb};
use model::walk::LabKind;
use model::{Stage, Topology};
use rstest::rstest;
use serde_json::{Value, from_value, json};

// ---- plans --------------------------------------------------------------------------------

fn topology() -> Topology {
    let json = json!({
        "topology": "small",
        "about": "One agent in each pool.",
        "agents": [
            { "name": "paul", "home": "primary" },
            { "name": "ben", "home": "backup" },
        ],
        "callers": ["rita", "cora"],
        "groups": [
            { "name": "sales", "owner": "primary", "calls": "regular", "members": ["paul", "ben"] },
        ],
    });
    from_value(json).unwrap()
}

fn plan(imports: &str, outage: Value, stages: Value) -> Plan {
    let walk = json!({
        "walk": "walk",
        "about": "A walk.",
        "labs": ["sim"],
        "topology": "small",
        "programme": "programme",
        "imports": imports,
        "outage": outage,
        "judges": ["*"],
    });
    let programme = json!({
        "programme": "programme",
        "about": "What a test wants done.",
        "stages": stages,
    });
    Plan {
        walk: from_value(walk).unwrap(),
        topology: topology(),
        programme: from_value(programme).unwrap(),
    }
}

fn kill() -> Value {
    json!({ "fault": "kill", "hosts": ["primary"], "healed": "4s" })
}

fn call(at: &str, by: &str) -> Value {
    json!({ "at": at, "do": { "call": { "by": by, "to": "sales" } } })
}

fn call_for(at: &str, by: &str, lasting: &str) -> Value {
    json!({ "at": at, "do": { "call": { "by": by, "to": "sales", "for": lasting } } })
}

// ---- carrying out -------------------------------------------------------------------------

struct Held {
    lab: FakeLab,
    outcome: Result<(), ConductorError>,
    progress: Vec<Progress>,
    records: Vec<Record>,
}

fn hold(plan: &Plan, spoiled: Spoiled) -> Held {
    hold_until(plan, spoiled, &|| false)
}

fn hold_until(plan: &Plan, spoiled: Spoiled, cancelled: &dyn Fn() -> bool) -> Held {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = Spool::create(&folder.path().join("walk.spool"), "walk").unwrap();
    let mut lab = FakeLab::new(&plan.topology, spoiled);
    let mut progress = Vec::new();
    let mut watch = |news| progress.push(news);
    let outcome = conduct(&mut lab, plan, &mut spool, &mut watch, cancelled);

    let out = folder.path().join("journal.jsonl");
    let header = Header::new("reference", LabKind::Sim, 1, "00");
    assemble(&out, &header, vec![spool.finish().unwrap()]).unwrap();
    let mut journal = Journal::load(&out).unwrap();
    let records = journal.walks.remove(0).records;
    Held {
        lab,
        outcome,
        progress,
        records,
    }
}

impl Held {
    /// The conductor's and the lab's own lines, and the verbs', in words.
    fn outline(&self) -> Vec<String> {
        let line = |record: &Record| {
            Some(match &record.event {
                Event::WalkBegan { .. } => "walk began".to_owned(),
                Event::StageBegan { stage } => format!("{stage} began"),
                Event::StageEnded { stage } => format!("{stage} ended"),
                Event::FaultInjected { .. } => "fault injected".to_owned(),
                Event::FaultHealed { .. } => "fault healed".to_owned(),
                Event::VerbInvoked { verb, .. } => format!("{verb:?} invoked"),
                Event::VerbEnded { verb, .. } => format!("{verb:?} ended"),
                Event::WalkStopped { .. } => "walk stopped".to_owned(),
                Event::WalkEnded => "walk ended".to_owned(),
                _ => return None,
            })
        };
        self.records.iter().filter_map(line).collect()
    }

    /// When a line was written, in microseconds.
    fn at(&self, wanted: impl Fn(&Event) -> bool) -> u64 {
        let mut records = self.records.iter();
        records.find(|record| wanted(&record.event)).unwrap().t_us
    }

    fn began(&self, wanted: Stage) -> u64 {
        self.at(|event| matches!(event, Event::StageBegan { stage } if *stage == wanted))
    }

    fn ended(&self, wanted: Stage) -> u64 {
        self.at(|event| matches!(event, Event::StageEnded { stage } if *stage == wanted))
    }

    fn why_stopped(&self) -> &str {
        let mut records = self.records.iter();
        let why = records.find_map(|record| match &record.event {
            Event::WalkStopped { why } => Some(why.as_str()),
            _ => None,
        });
        why.expect("the walk was stopped")
    }
}

// ---- the way through the stages -----------------------------------------------------------

#[test]
fn a_walk_goes_through_all_stages_in_order_and_leaves_nothing_behind() {
    let held = hold(
        &plan("during-outage", kill(), json!({})),
        Spoiled::default(),
    );
    held.outcome.as_ref().unwrap();
    let expected = [
        "walk began",
        "healthy began",
        "Export invoked",
        "Export ended",
        "healthy ended",
        "fault injected",
        "outage began",
        "Import invoked",
        "Import ended",
        "FailOver invoked",
        "outage ended",
        "failover began",
        "FailOver ended",
        "failover ended",
        "failed-over began",
        "fault healed",
        "FailBack invoked",
        "failed-over ended",
        "failback began",
        "FailBack ended",
        "failback ended",
        "failed-back began",
        "failed-back ended",
        "RemoveExported invoked",
        "RemoveExported ended",
        "walk ended",
    ];
    assert_eq!(held.outline(), expected);
    assert!(held.lab.in_force.is_empty());
}

#[test]
fn a_control_walk_has_a_healthy_stage_only() {
    let held = hold(&plan("none", json!(null), json!({})), Spoiled::default());
    let expected = [
        "walk began",
        "healthy began",
        "Export invoked",
        "Export ended",
        "healthy ended",
        "walk ended",
    ];
    assert_eq!(held.outline(), expected);
}

#[test]
fn a_stage_begins_at_the_instant_at_which_the_one_before_ends() {
    let held = hold(&plan("none", kill(), json!({})), Spoiled::default());
    for pair in Stage::DOCUMENTED.windows(2) {
        assert_eq!(held.ended(pair[0]), held.began(pair[1]), "{:?}", pair);
    }
}

#[test]
fn failover_and_failback_last_from_the_order_to_its_completion() {
    let held = hold(&plan("none", kill(), json!({})), Spoiled::default());
    let length = |stage| held.ended(stage) - held.began(stage);
    assert_eq!(length(Stage::Failover), 7_000_000);
    assert_eq!(length(Stage::Failback), 6_000_000);
}

#[test]
fn a_stage_begins_with_the_order_and_its_answer_however_late_they_are_heard_of() {
    let late = Duration::from_millis(40);
    let spoiled = Spoiled {
        late,
        ..Spoiled::default()
    };
    let held = hold(&plan("none", kill(), json!({})), spoiled);
    let invoked = |wanted| {
        held.at(|event| matches!(event, Event::VerbInvoked { verb, .. } if *verb == wanted))
    };
    let ended =
        |wanted| held.at(|event| matches!(event, Event::VerbEnded { verb, .. } if *verb == wanted));
    assert_eq!(held.began(Stage::Failover), invoked(Verb::FailOver));
    assert_eq!(held.began(Stage::FailedOver), ended(Verb::FailOver));
    assert_eq!(held.began(Stage::Failback), invoked(Verb::FailBack));
    assert_eq!(held.began(Stage::FailedBack), ended(Verb::FailBack));
}

#[test]
fn the_outage_begins_when_probes_have_seen_it_and_not_before() {
    let held = hold(&plan("none", kill(), json!({})), Spoiled::default());
    let injected = held.at(|event| matches!(event, Event::FaultInjected { .. }));
    let waited = held.began(Stage::Outage) - injected;
    assert_eq!(injected, held.ended(Stage::Healthy));
    assert!(
        (1..=250_000).contains(&waited),
        "{waited} µs, a round of probes"
    );
}

#[test]
fn the_backup_stands_in_beside_a_healed_primary_before_failback() {
    let mut plan = plan("none", kill(), json!({}));
    plan.walk.stages.failed_over = "5s".parse().unwrap();
    let held = hold(&plan, Spoiled::default());
    let healed = held.at(|event| matches!(event, Event::FaultHealed { .. }));
    assert_eq!(healed - held.began(Stage::FailedOver), 4_000_000);
    let fence = held.ended(Stage::FailedOver) - healed;
    assert!((4_000_000..=4_500_000).contains(&fence), "{fence} µs");
}

#[rstest]
#[case("in-advance", Stage::Healthy, 1_000_000)]
#[case("during-outage", Stage::Outage, 500_000)]
#[case("after-failover", Stage::FailedOver, 500_000)]
fn the_import_is_made_in_its_stage(#[case] imports: &str, #[case] stage: Stage, #[case] at: u64) {
    let held = hold(&plan(imports, kill(), json!({})), Spoiled::default());
    let import = |event: &Event| {
        matches!(
            event,
            Event::VerbInvoked {
                verb: Verb::Import,
                at: Pool::Backup,
                ..
            }
        )
    };
    assert_eq!(held.at(import) - held.began(stage), at);
}

#[test]
fn whoever_waits_is_told_of_each_stage_and_of_the_end() {
    let held = hold(&plan("none", kill(), json!({})), Spoiled::default());
    let walk = || "walk".to_owned();
    let stages = std::iter::once(Stage::Healthy).chain(Stage::DOCUMENTED);
    let began = stages.map(|stage| Progress::StageBegan {
        walk: walk(),
        stage,
    });
    let expected: Vec<Progress> = began
        .chain([Progress::WalkEnded { walk: walk() }])
        .collect();
    assert_eq!(held.progress, expected);
}

#[test]
fn what_is_observed_is_written_down_in_order() {
    let held = hold(&plan("none", kill(), json!({})), Spoiled::default());
    assert!(matches!(held.records[0].event, Event::WalkBegan { .. }));
    assert!(held.records.is_sorted_by_key(|record| record.t_us));
    let heard = |record: &&Record| matches!(record.event, Event::Probed { .. });
    assert!(held.records.iter().filter(heard).count() > 500);
}

// ---- the programme ------------------------------------------------------------------------

#[test]
fn steps_are_carried_out_at_their_times() {
    let stages = json!({
        "outage": [call_for("2s", "rita", "1500ms")],
        "failover": [call_for("6500ms", "cora", "400ms")],
    });
    let held = hold(&plan("none", kill(), stages), Spoiled::default());
    let outage = held.began(Stage::Outage) / 1000;
    let rita = &held.lab.telephoned("rita")[..2];
    assert_eq!(rita, [(outage + 2000, "call"), (outage + 3500, "hang up")]);
    let failover = held.began(Stage::Failover) / 1000;
    let cora = &held.lab.telephoned("cora")[..2];
    assert_eq!(
        cora,
        [(failover + 6500, "call"), (failover + 6900, "hang up")]
    );
}

#[test]
fn a_call_can_outlast_its_stage_and_is_hung_up_in_another() {
    let stages = json!({ "healthy": [call_for("1s", "rita", "10s")] });
    let held = hold(&plan("none", kill(), stages), Spoiled::default());
    let [(placed, _), (ended, what), ..] = held.lab.telephoned("rita")[..] else {
        panic!("a call and a hang-up");
    };
    assert_eq!((ended - placed, what), (10_000, "hang up"));
    assert!(ended * 1000 > held.began(Stage::Outage));
}

#[test]
fn a_step_that_is_due_after_its_stage_is_never_done() {
    let stages = json!({ "failover": [call("7500ms", "rita")] });
    let held = hold(&plan("none", kill(), stages), Spoiled::default());
    held.outcome.as_ref().unwrap();
    let calls = held.lab.telephoned("rita");
    assert!(
        calls.iter().all(|(_, what)| *what == "hang up"),
        "{calls:?}"
    );
}

#[rstest]
#[case("none", 0)]
#[case("during-outage", 1)]
fn a_step_for_other_imports_is_left_out(#[case] imports: &str, #[case] placed: usize) {
    let mut step = call_for("1s", "rita", "1s");
    step["only"] = json!(["during-outage"]);
    let held = hold(
        &plan(imports, kill(), json!({ "outage": [step] })),
        Spoiled::default(),
    );
    let calls = held.lab.telephoned("rita");
    assert_eq!(
        calls.iter().filter(|(_, what)| *what == "call").count(),
        placed
    );
}

#[test]
fn a_change_is_read_back_in_the_same_surface() {
    let modify = json!({ "modify": {
        "at": "backup", "surface": "shell", "group": "sales", "parent": "primary", "value": "new",
    } });
    let stages = json!({ "outage": [{ "at": "1s", "do": modify }] });
    let held = hold(&plan("none", kill(), stages), Spoiled::default());
    let verbs: Vec<(Verb, Pool, Option<Filter>, Option<Pool>)> = held
        .lab
        .told
        .iter()
        .filter_map(|(_, _, command)| match command {
            Command::Verb {
                verb: verb @ (Verb::Modify | Verb::List),
                at,
                about,
                ..
            } => Some((*verb, *at, about.filter, about.owner)),
            _ => None,
        })
        .collect();
    let primary = Some(Pool::Primary);
    let expected = [
        (Verb::Modify, Pool::Backup, None, primary),
        (Verb::List, Pool::Backup, Some(Filter::All), primary),
    ];
    assert_eq!(verbs, expected);
}

#[test]
fn everything_that_somebody_is_told_is_in_the_journal() {
    let stages = json!({ "healthy": [call("1s", "rita")] });
    let held = hold(&plan("in-advance", kill(), stages), Spoiled::default());
    let told = |record: &&Record| matches!(record.event, Event::Told { .. });
    assert_eq!(
        held.records.iter().filter(told).count(),
        held.lab.told.len()
    );
}

#[test]
fn everybody_hangs_up_when_the_walk_is_over() {
    let stages = json!({ "failed-back": [call("5s", "rita")] });
    let held = hold(&plan("none", kill(), stages), Spoiled::default());
    let last = held.lab.telephoned("rita").pop().unwrap();
    assert_eq!(last, (held.ended(Stage::FailedBack) / 1000, "hang up"));
}

// ---- what is not observed -----------------------------------------------------------------

fn unregistered() -> Spoiled {
    Spoiled {
        unregistered: Some("ben"),
        ..Spoiled::default()
    }
}

fn unanswered() -> Spoiled {
    Spoiled {
        unanswered: Some("rita"),
        ..Spoiled::default()
    }
}

fn blind_to(blindness: Blindness) -> Spoiled {
    Spoiled {
        blind_to: Some(blindness),
        ..Spoiled::default()
    }
}

fn endless(verb: Verb) -> Spoiled {
    Spoiled {
        endless: Some(verb),
        ..Spoiled::default()
    }
}

fn refused(verb: Verb) -> Spoiled {
    Spoiled {
        refused: Some(verb),
        ..Spoiled::default()
    }
}

fn no_means() -> Option<LabError> {
    Some(LabError::NoMeans {
        what: "cut a link",
        host: Host::Primary,
        why: "it may not".to_owned(),
    })
}

fn a_fault_beyond_its_means() -> Spoiled {
    Spoiled {
        no_means: no_means(),
        ..Spoiled::default()
    }
}

fn a_walk_beyond_its_means() -> Spoiled {
    Spoiled {
        lacks: no_means(),
        ..Spoiled::default()
    }
}

#[rstest]
#[case(
    a_walk_beyond_its_means(),
    "host primary cannot cut a link: it may not",
    "walk began"
)]
#[case(
    a_fault_beyond_its_means(),
    "host primary cannot cut a link: it may not",
    "healthy ended"
)]
#[case(unregistered(), "agent ben to be registered at backup", "walk began")]
#[case(
    unanswered(),
    "the call of rita to sales to be answered and heard",
    "healthy ended"
)]
#[case(
    endless(Verb::Export),
    "the end of the order to export the primary's groups",
    "healthy ended"
)]
#[case(
    blind_to(Blindness::Faults),
    "the probe on primary to find the pool primary closed; it found reached",
    "fault injected"
)]
#[case(
    endless(Verb::FailOver),
    "the end of the order to fail over",
    "failover ended"
)]
#[case(
    refused(Verb::FailOver),
    "told to fail over to the backup, in disaster mode, the pool refused: not now",
    "failover ended"
)]
#[case(
    blind_to(Blindness::Healing),
    "the probe on primary to find the pool primary reached; it found closed",
    "failed-over ended"
)]
#[case(
    refused(Verb::FailBack),
    "told to fail back to the primary",
    "failback ended"
)]
fn what_is_not_observed_in_time_stops_the_walk_and_the_fault_is_healed(
    #[case] spoiled: Spoiled,
    #[case] why: &str,
    #[case] before: &str,
) {
    let stages = json!({ "healthy": [call("1s", "rita")] });
    let held = hold(&plan("none", kill(), stages), spoiled);
    held.outcome.as_ref().unwrap();
    assert!(held.why_stopped().contains(why), "{}", held.why_stopped());
    assert!(held.lab.in_force.is_empty());

    let outline = held.outline();
    let stopped = outline
        .iter()
        .position(|line| line == "walk stopped")
        .unwrap();
    let before_that = outline[..stopped].iter().rev();
    let mut before_that = before_that.filter(|line| !line.ends_with("healed"));
    assert_eq!(before_that.next().map(String::as_str), Some(before));
    assert_eq!(outline.last().map(String::as_str), Some("walk ended"));
    assert!(matches!(
        held.progress[..],
        [.., Progress::WalkStopped { .. }, Progress::WalkEnded { .. }]
    ));
}

#[test]
fn a_call_that_is_hung_up_within_the_healthy_stage_is_not_waited_for() {
    let stages = json!({ "healthy": [call_for("1s", "rita", "1s")] });
    let held = hold(&plan("none", kill(), stages), unanswered());
    assert_eq!(
        held.outline().last().map(String::as_str),
        Some("walk ended")
    );
    assert!(!held.outline().contains(&"walk stopped".to_owned()));
}

// ---- trouble ------------------------------------------------------------------------------

#[test]
fn a_lab_that_fails_leaves_no_fault_in_force() {
    let spoiled = Spoiled {
        broken_after: Some(Duration::from_secs(10)),
        ..Spoiled::default()
    };
    let held = hold(&plan("none", kill(), json!({})), spoiled);
    assert!(matches!(held.outcome, Err(ConductorError::Lab { .. })));
    assert_eq!((held.lab.injected, held.lab.in_force.len()), (1, 0));
}

#[test]
fn a_walk_that_is_cancelled_leaves_no_fault_in_force() {
    let observations = Cell::new(0);
    let cancelled = || {
        observations.set(observations.get() + 1);
        observations.get() > 300
    };
    let plan = plan("none", kill(), json!({}));
    let held = hold_until(&plan, Spoiled::default(), &cancelled);
    assert!(matches!(
        held.outcome,
        Err(ConductorError::Cancelled { .. })
    ));
    assert_eq!((held.lab.injected, held.lab.in_force.len()), (1, 0));
}

/// `/dev/full` is a disk without any room.
#[cfg(target_os = "linux")]
#[test]
fn a_journal_that_cannot_be_written_leaves_no_fault_in_force() {
    let mut spool = Spool::create("/dev/full".as_ref(), "walk").unwrap();
    let plan = plan("none", kill(), json!({}));
    let mut lab = FakeLab::new(&plan.topology, Spoiled::default());
    let outcome = conduct(&mut lab, &plan, &mut spool, &mut |_| {}, &|| false);
    assert!(matches!(outcome, Err(ConductorError::Journal(_))));
    assert_eq!((lab.injected, lab.in_force.len()), (1, 0));
}
