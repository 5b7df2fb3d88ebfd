//! A walk is run against a lab that plays a part.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot be set up has failed"
)]

mod fake_lab;

use std::cell::Cell;
use std::time::Duration;

use actors::{Command, Operation};
use conductor::{ConductorError, Plan, Progress, conduct};
use fake_lab::{Blindness, FakeLab, Spoiled};
use lab::LabError;
use model::clause_result::AskedClause;
use model::drawn::Drawn;
use model::exit_code::Strictness;
use model::host::HostName;
use model::journal::event::Event;
use model::journal::{Header, Journal, Record, Spool, assemble};
use model::results::Results;
use model::topology::Pool;
use model::verb::{Filter, Verb, VerbOutcome};
use model::walk::LabKind;
use model::{Span, Stage, Tables, Topology};
use report::reports::terminal::{Colours, Layout};
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
        "callers": [{ "name": "rita" }, { "name": "cora" }],
        "groups": [
            { "name": "sales", "owner": "primary", "calls": "regular", "members": ["paul", "ben"] },
            { "name": "support", "owner": "backup", "calls": "regular", "members": ["ben"] },
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
        drawn: Drawn::default(),
        provisioning: Vec::new(),
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

// ---- running walks -------------------------------------------------------------------------

struct Conducted {
    lab: FakeLab,
    outcome: Result<(), ConductorError>,
    progress: Vec<Progress>,
    records: Vec<Record>,
    journal: Journal,
}

fn run(plan: &Plan, spoiled: Spoiled) -> Conducted {
    run_until(plan, spoiled, &|| false)
}

fn run_until(plan: &Plan, spoiled: Spoiled, cancelled: &dyn Fn() -> bool) -> Conducted {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = Spool::create(&folder.path().join("walk.spool"), "walk").unwrap();
    let mut lab = FakeLab::new(&plan.topology, spoiled);
    let mut progress = Vec::new();
    let mut watch = |update| progress.push(update);
    let outcome = conduct(&mut lab, plan, &mut spool, &mut watch, cancelled);

    let out = folder.path().join("journal.jsonl");
    let header = Header::new("reference", LabKind::Sim, 1, "00");
    assemble(&out, &header, vec![spool.finish().unwrap()]).unwrap();
    let journal = Journal::load(&out).unwrap();
    let records = journal.walks[0].records.clone();
    Conducted {
        lab,
        outcome,
        progress,
        records,
        journal,
    }
}

impl Conducted {
    /// The conductor's and the lab's own lines, and the verbs', in words.
    fn outline(&self) -> Vec<String> {
        let line = |record: &Record| {
            Some(match &record.event {
                Event::WalkBegan { .. } => "walk began".to_owned(),
                Event::StageBegan { stage } => format!("{stage} began"),
                Event::StageEnded { stage } => format!("{stage} ended"),
                Event::FaultInjected { .. } => "fault injected".to_owned(),
                Event::FaultHealed { .. } => "fault healed".to_owned(),
                Event::Restarted { hosts } if hosts.len() == 1 => "primary restarted".to_owned(),
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

    fn why_stopped(&self) -> String {
        let mut records = self.records.iter();
        let why = records.find_map(|record| match &record.event {
            Event::WalkStopped { why } => Some(why.to_string()),
            _ => None,
        });
        why.expect("the walk was stopped")
    }
}

// ---- the way through the stages -----------------------------------------------------------

#[test]
fn a_walk_goes_through_all_stages_in_order_and_leaves_nothing_behind() {
    let walk = run(
        &plan("during-outage", kill(), json!({})),
        Spoiled::default(),
    );
    walk.outcome.as_ref().unwrap();
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
    assert_eq!(walk.outline(), expected);
    assert!(walk.lab.in_force.is_empty());
}

#[test]
fn a_rehearsed_walk_has_an_outage_without_a_failover_and_fails_over_and_back_before_all_else() {
    let mut plan = plan("in-advance", kill(), json!({}));
    plan.walk.rehearsed = true;
    let walk = run(&plan, Spoiled::default());
    walk.outcome.as_ref().unwrap();
    let expected = [
        "walk began",
        "Export invoked",
        "Export ended",
        "Import invoked",
        "Import ended",
        "primary restarted",
        "FailOver invoked",
        "FailOver ended",
        "FailBack invoked",
        "FailBack ended",
        "healthy began",
        "Export invoked",
        "Export ended",
        "Import invoked",
        "Import ended",
        "healthy ended",
        "fault injected",
        "outage began",
        "FailOver invoked",
    ];
    assert_eq!(walk.outline()[..expected.len()], expected);
}

#[test]
fn whoever_signs_in_to_a_copy_has_done_so_in_a_rehearsal() {
    let act = |at: &str, what: &str, group: &str| {
        let done = json!({ what: { "agent": "ben", "group": group, "parent": "backup" } });
        json!({ "at": at, "do": done })
    };
    let steps = json!([
        act("5s", "sign-out", "sales"),
        act("2s", "sign-in", "sales"),
        act("3s", "sign-in", "support"),
    ]);
    let mut plan = plan("in-advance", kill(), json!({ "failed-over": steps }));
    plan.walk.rehearsed = true;
    let outline = run(&plan, Spoiled::default()).outline();
    let failed_over = outline.iter().position(|line| line == "FailOver ended");
    let expected = [
        "SignIn invoked",
        "SignIn ended",
        "SignOut invoked",
        "SignOut ended",
        "FailBack invoked",
    ];
    assert_eq!(
        outline[failed_over.unwrap() + 1..][..expected.len()],
        expected
    );
}

#[test]
fn a_rehearsal_that_fails_stops_the_walk() {
    let mut plan = plan("none", kill(), json!({}));
    plan.walk.rehearsed = true;
    let why = "a pool says no".to_owned();
    let spoiled = Spoiled {
        ends: Some((Verb::FailOver, VerbOutcome::Refused { why })),
        ..Spoiled::default()
    };
    let why = run(&plan, spoiled).why_stopped();
    assert!(why.contains("a pool says no"), "{why}");
}

/// However much is observed, the journal stays bounded, and says why it ends: soon, also in a walk that is to last for long.
/// Who is homed in one pool is created at both, a group at its owner; all of that before anything else.
#[test]
fn who_takes_part_is_created_before_all_else() {
    let plan = plan("none", Value::Null, json!({}));
    let plan = plan.provisioned_by(Verb::PROVISIONING.to_vec());
    let conducted = run(&plan, Spoiled::default());
    conducted.outcome.as_ref().unwrap();
    let created = conducted.records.iter().filter_map(|record| {
        let Event::VerbInvoked {
            verb, at, about, ..
        } = &record.event
        else {
            return None;
        };
        let name = about.agent.as_ref().or(about.group.as_ref())?;
        Some(format!("{} {name} at {at}", verb.word()))
    });
    assert_eq!(
        created.collect::<Vec<_>>(),
        [
            "create-agent paul at primary",
            "create-agent ben at primary",
            "create-agent paul at backup",
            "create-agent ben at backup",
            "create-group sales at primary",
            "create-group support at backup",
        ]
    );
    let outline = conducted.outline();
    let healthy = outline.iter().position(|line| line == "healthy began");
    assert_eq!(healthy, Some(13), "{outline:#?}");
}

/// A pool that gives no answer may still be starting.
#[rstest]
#[case::refused(refused(Verb::CreateGroup), 1)]
#[case::unanswered(unanswered_verb(Verb::CreateGroup), 31)]
fn who_cannot_be_created_stops_the_walk(#[case] spoiled: Spoiled, #[case] asked: usize) {
    let plan = plan("none", Value::Null, json!({}));
    let conducted = run(&plan.provisioned_by(Verb::PROVISIONING.to_vec()), spoiled);
    let of_groups = |record: &&Record| {
        let verb = Verb::CreateGroup;
        matches!(&record.event, Event::VerbInvoked { verb: invoked, .. } if *invoked == verb)
    };
    assert_eq!(conducted.records.iter().filter(of_groups).count(), asked);
    let why = conducted.why_stopped();
    assert!(
        why.contains("the creation of the group sales at the primary"),
        "{why}"
    );
}

#[rstest]
#[case::of_a_short_walk(5)]
#[case::of_a_long_walk(3_600)]
fn a_flood_of_observations_stops_the_walk(#[case] healthy: u64) {
    let mut plan = plan("none", kill(), json!({ "healthy": [call("1s", "rita")] }));
    plan.walk.stages.healthy = Span::from_secs(healthy);
    let spoiled = Spoiled {
        chatters: Some("rita"),
        ..Spoiled::default()
    };
    let walk = run(&plan, spoiled);
    let bound = 2_000 * plan.parties().count();
    let why = walk.why_stopped();
    assert!(
        why.starts_with(&format!("more than {bound} observations")),
        "{why}"
    );
    assert!(walk.began(Stage::Healthy) > 0);
    assert_eq!(walk.records.last().unwrap().event, Event::WalkEnded);
}

/// With the primary still dead, whatever else there is starts anew; healed at once, all of it does, and before that the
/// pool that stands in is away by itself.
#[rstest]
#[case::beside_a_dead_primary(Stage::FailedOver, "4s", 3, &["failover ended", "rita hangs up", "restarted", "failed-over began", "healed"])]
#[case::when_the_primary_is_back(Stage::FailedOver, "0s", 4, &["failover ended", "rita hangs up", "healed", "backup was away", "restarted", "failed-over began"])]
#[case::when_failback_is_complete(Stage::FailedBack, "4s", 4, &["failback ended", "rita hangs up", "restarted", "failed-back began"])]
fn in_a_restarted_walk_what_runs_is_started_anew_without_calls_before_the_stage(
    #[case] before: Stage,
    #[case] healed: &str,
    #[case] count: usize,
    #[case] expected: &[&str],
) {
    let outage = json!({ "fault": "kill", "hosts": ["primary"], "healed": healed });
    let mut plan = plan("none", outage, json!({}));
    plan.walk.restarted_before = Some(before);
    let walk = run(&plan, Spoiled::default());
    walk.outcome.as_ref().unwrap();
    let told = walk.records.iter().map(|record| match &record.event {
        Event::StageEnded { stage } => format!("{stage} ended"),
        Event::StageBegan { stage } => format!("{stage} began"),
        Event::Told { actor, .. } if actor == "rita" => "rita hangs up".to_owned(),
        Event::Restarted { hosts } if hosts.len() == count => "restarted".to_owned(),
        Event::Restarted { hosts } if *hosts == [HostName::BACKUP] => "backup was away".to_owned(),
        Event::FaultHealed { .. } => "healed".to_owned(),
        _ => String::new(),
    });
    let told: Vec<String> = told.filter(|line| !line.is_empty()).collect();
    let at = told.iter().position(|line| line == expected[0]).unwrap();
    assert_eq!(told[at..][..expected.len()], *expected);
}

#[test]
fn a_control_walk_has_a_healthy_stage_only() {
    let walk = run(&plan("none", json!(null), json!({})), Spoiled::default());
    let expected = [
        "walk began",
        "healthy began",
        "Export invoked",
        "Export ended",
        "healthy ended",
        "walk ended",
    ];
    assert_eq!(walk.outline(), expected);
}

#[test]
fn a_stage_begins_at_the_instant_at_which_the_one_before_ends() {
    let walk = run(&plan("none", kill(), json!({})), Spoiled::default());
    for pair in Stage::DOCUMENTED.windows(2) {
        assert_eq!(walk.ended(pair[0]), walk.began(pair[1]), "{:?}", pair);
    }
}

#[test]
fn failover_and_failback_last_from_the_order_to_its_completion() {
    let walk = run(&plan("none", kill(), json!({})), Spoiled::default());
    let length = |stage| walk.ended(stage) - walk.began(stage);
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
    let walk = run(&plan("none", kill(), json!({})), spoiled);
    let invoked = |wanted| {
        walk.at(|event| matches!(event, Event::VerbInvoked { verb, .. } if *verb == wanted))
    };
    let ended =
        |wanted| walk.at(|event| matches!(event, Event::VerbEnded { verb, .. } if *verb == wanted));
    assert_eq!(walk.began(Stage::Failover), invoked(Verb::FailOver));
    assert_eq!(walk.began(Stage::FailedOver), ended(Verb::FailOver));
    assert_eq!(walk.began(Stage::Failback), invoked(Verb::FailBack));
    assert_eq!(walk.began(Stage::FailedBack), ended(Verb::FailBack));
}

#[test]
fn the_outage_begins_when_probes_have_seen_it_and_not_before() {
    let walk = run(&plan("none", kill(), json!({})), Spoiled::default());
    let injected = walk.at(|event| matches!(event, Event::FaultInjected { .. }));
    let waited = walk.began(Stage::Outage) - injected;
    assert_eq!(injected, walk.ended(Stage::Healthy));
    assert!(
        (1..=250_000).contains(&waited),
        "{waited} µs, a sample of each probe"
    );
}

#[test]
fn the_backup_stands_in_beside_a_healed_primary_before_failback() {
    let mut plan = plan("none", kill(), json!({}));
    plan.walk.stages.failed_over = "5s".parse().unwrap();
    let walk = run(&plan, Spoiled::default());
    let healed = walk.at(|event| matches!(event, Event::FaultHealed { .. }));
    assert_eq!(healed - walk.began(Stage::FailedOver), 4_000_000);
    let fence = walk.ended(Stage::FailedOver) - healed;
    assert!((4_000_000..=4_500_000).contains(&fence), "{fence} µs");
}

#[rstest]
#[case("in-advance", Stage::Healthy, 1_000_000)]
#[case("during-outage", Stage::Outage, 1_000_000)]
#[case("after-failover", Stage::FailedOver, 500_000)]
fn the_import_is_made_in_its_stage(#[case] imports: &str, #[case] stage: Stage, #[case] at: u64) {
    let walk = run(&plan(imports, kill(), json!({})), Spoiled::default());
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
    assert_eq!(walk.at(import) - walk.began(stage), at);
}

#[test]
fn whoever_waits_is_told_of_each_stage_and_of_the_end() {
    let conducted = run(&plan("none", kill(), json!({})), Spoiled::default());
    let walk = || "walk".to_owned();
    let stages = std::iter::once(Stage::Healthy).chain(Stage::DOCUMENTED);
    let began = stages.map(|stage| Progress::StageBegan {
        walk: walk(),
        stage,
    });
    let expected: Vec<Progress> = began
        .chain([Progress::WalkEnded { walk: walk() }])
        .collect();
    assert_eq!(conducted.progress, expected);
}

#[test]
fn what_is_observed_is_written_down_in_order() {
    let walk = run(&plan("none", kill(), json!({})), Spoiled::default());
    assert!(matches!(walk.records[0].event, Event::WalkBegan { .. }));
    assert!(walk.records.is_sorted_by_key(|record| record.t_us));
    let heard = |record: &&Record| matches!(record.event, Event::Probed { .. });
    assert!(walk.records.iter().filter(heard).count() > 500);
}

// ---- the programme ------------------------------------------------------------------------

#[test]
fn steps_are_carried_out_at_their_times() {
    let stages = json!({
        "outage": [call_for("2s", "rita", "1500ms")],
        "failover": [call_for("6500ms", "cora", "400ms")],
    });
    let walk = run(&plan("none", kill(), stages), Spoiled::default());
    let outage = walk.began(Stage::Outage) / 1000;
    let rita = &walk.lab.telephoned("rita")[..2];
    assert_eq!(rita, [(outage + 2000, "call"), (outage + 3500, "hang up")]);
    let failover = walk.began(Stage::Failover) / 1000;
    let cora = &walk.lab.telephoned("cora")[..2];
    assert_eq!(
        cora,
        [(failover + 6500, "call"), (failover + 6900, "hang up")]
    );
}

#[test]
fn a_call_can_outlast_its_stage_and_is_hung_up_in_another() {
    let stages = json!({ "healthy": [call_for("1s", "rita", "10s")] });
    let walk = run(&plan("none", kill(), stages), Spoiled::default());
    let [(placed, _), (ended, what), ..] = walk.lab.telephoned("rita")[..] else {
        panic!("a call and a hang-up");
    };
    assert_eq!((ended - placed, what), (10_000, "hang up"));
    assert!(ended * 1000 > walk.began(Stage::Outage));
}

#[test]
fn a_step_that_is_due_after_its_stage_is_never_done() {
    let stages = json!({ "failover": [call("7500ms", "rita")] });
    let walk = run(&plan("none", kill(), stages), Spoiled::default());
    walk.outcome.as_ref().unwrap();
    let calls = walk.lab.telephoned("rita");
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
    let walk = run(
        &plan(imports, kill(), json!({ "outage": [step] })),
        Spoiled::default(),
    );
    let calls = walk.lab.telephoned("rita");
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
    let walk = run(&plan("none", kill(), stages), Spoiled::default());
    let verbs: Vec<(Verb, Pool, Option<Filter>, Option<Pool>)> = walk
        .lab
        .told
        .iter()
        .filter_map(|(_, _, command)| match command {
            Command::Verb(Operation {
                verb: verb @ (Verb::Modify | Verb::List),
                at,
                about,
                ..
            }) => Some((*verb, *at, about.filter, about.owner)),
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
    let walk = run(&plan("in-advance", kill(), stages), Spoiled::default());
    let told = |record: &&Record| matches!(record.event, Event::Told { .. });
    assert_eq!(
        walk.records.iter().filter(told).count(),
        walk.lab.told.len()
    );
}

#[test]
fn everybody_hangs_up_when_the_walk_is_over() {
    let stages = json!({ "failed-back": [call("5s", "rita")] });
    let walk = run(&plan("none", kill(), stages), Spoiled::default());
    let last = walk.lab.telephoned("rita").pop().unwrap();
    assert_eq!(last, (walk.ended(Stage::FailedBack) / 1000, "hang up"));
}

// ---- what is not observed -----------------------------------------------------------------

/// What is done when the last stage is over, and when all is over at the latest.
fn afterwards(imports: &str) -> Vec<&'static str> {
    let mut plan = plan(imports, kill(), json!({}));
    let list = json!({ "at": "100ms", "do": { "list": {
        "at": "backup", "surface": "shell", "of": "backup", "filter": "all" } } });
    plan.programme.after = from_value(json!([list])).unwrap();
    let conducted = run(&plan, Spoiled::default());
    conducted.outcome.unwrap();
    let records = conducted.records.iter();
    let told = records.filter_map(|record| match &record.event {
        Event::StageEnded { stage } if *stage == Stage::FailedBack => Some("over"),
        Event::VerbInvoked { verb, .. } if *verb == Verb::List => Some("listed"),
        Event::VerbInvoked { verb, .. } if *verb == Verb::RemoveExported => Some("removed"),
        Event::Restarted { hosts } if hosts.len() == 4 => Some("restarted"),
        _ => None,
    });
    told.collect()
}

#[test]
fn when_all_is_over_it_is_read_at_once_after_a_restart_and_without_copies() {
    assert_eq!(
        afterwards("in-advance"),
        ["over", "listed", "restarted", "listed", "removed", "listed"]
    );
    assert_eq!(
        afterwards("none"),
        ["over", "listed", "restarted", "listed"]
    );
}

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

fn ends(verb: Verb, outcome: VerbOutcome) -> Spoiled {
    Spoiled {
        ends: Some((verb, outcome)),
        ..Spoiled::default()
    }
}

fn refused(verb: Verb) -> Spoiled {
    let why = "not now".to_owned();
    ends(verb, VerbOutcome::Refused { why })
}

fn unanswered_verb(verb: Verb) -> Spoiled {
    let why = "connection refused".to_owned();
    ends(verb, VerbOutcome::NoAnswer { why })
}

fn never_asked(verb: Verb) -> Spoiled {
    Spoiled {
        never_asked: Some(verb),
        ..Spoiled::default()
    }
}

fn no_means() -> Option<LabError> {
    Some(LabError::NoMeans {
        what: "cut a link",
        host: HostName::PRIMARY,
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

/// Why walks stop, in the order of the stages: what is spoiled, and the line before the last one.
fn stops() -> Vec<(Spoiled, &'static str)> {
    vec![
        (a_walk_beyond_its_means(), "walk began"),
        (unregistered(), "walk began"),
        (endless(Verb::Export), "healthy ended"),
        (unanswered(), "healthy ended"),
        (a_fault_beyond_its_means(), "healthy ended"),
        (blind_to(Blindness::Faults), "fault injected"),
        (never_asked(Verb::FailOver), "outage ended"),
        (endless(Verb::FailOver), "failover ended"),
        (refused(Verb::FailOver), "failover ended"),
        (
            ends(Verb::FailOver, VerbOutcome::Unsupported),
            "failover ended",
        ),
        (blind_to(Blindness::Healing), "failed-over ended"),
        (endless(Verb::FailBack), "failback ended"),
        (unanswered_verb(Verb::FailBack), "failback ended"),
        (endless(Verb::RemoveExported), "RemoveExported invoked"),
    ]
}

fn stopped(spoiled: Spoiled) -> Conducted {
    let support = json!({ "call": { "by": "cora", "to": "support" } });
    let calls = [call("1s", "rita"), json!({ "at": "1s", "do": support })];
    run(
        &plan("in-advance", kill(), json!({ "healthy": calls })),
        spoiled,
    )
}

#[test]
fn what_the_next_stage_lacks_stops_the_walk_and_the_fault_is_healed() {
    for (spoiled, before) in stops() {
        let walk = stopped(spoiled);
        walk.outcome.as_ref().unwrap();
        let why = walk.why_stopped();
        assert!(walk.lab.in_force.is_empty(), "{why}");

        let outline = walk.outline();
        let is_stop = |line: &String| line == "walk stopped";
        let stopped = outline.iter().position(is_stop).unwrap();
        let before_that = outline[..stopped].iter().rev();
        let mut before_that = before_that.filter(|line| !line.ends_with("healed"));
        let last = before_that.next().map(String::as_str);
        assert_eq!(last, Some(before), "{why}");
        assert_eq!(outline.last().map(String::as_str), Some("walk ended"));
        assert!(matches!(
            walk.progress[..],
            [.., Progress::WalkStopped { .. }, Progress::WalkEnded { .. }]
        ));
    }
}

/// Read it aloud: each is what a newcomer is told.
#[test]
fn why_a_walk_stopped_is_told_in_plain_sentences() {
    let told: Vec<String> = stops()
        .into_iter()
        .map(|(spoiled, _)| explained(stopped(spoiled).journal))
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

/// What the terminal says of the last statement.
fn explained(journal: Journal) -> String {
    let tables = include_str!("../../../scenarios/lync-2013/tables.yaml");
    let tables: Tables = model::yaml::load("tables.yaml", tables).unwrap();
    let clause = tables.clauses.last().unwrap().id.clone();
    let asked = AskedClause {
        clause: clause.clone(),
        statement: None,
    };
    let findings = judge::judge(&journal, &tables);
    let results = Results::of(&journal.header, [asked], &findings, Strictness::Lenient);
    let layout = Layout {
        width: 100,
        colours: Colours::Off,
    };
    let text = report::reports::terminal::render(&results, &tables, "runs/latest", layout);
    let of_clause = text.lines().skip_while(|line| !line.ends_with(&clause.0));
    let of_clause: Vec<&str> = of_clause.take_while(|line| !line.is_empty()).collect();
    format!("{}\n", of_clause[1..].join("\n"))
}

#[test]
fn a_call_that_is_hung_up_within_the_healthy_stage_is_not_waited_for() {
    let stages = json!({ "healthy": [call_for("1s", "rita", "1s")] });
    let walk = run(&plan("none", kill(), stages), unanswered());
    assert_eq!(
        walk.outline().last().map(String::as_str),
        Some("walk ended")
    );
    assert!(!walk.outline().contains(&"walk stopped".to_owned()));
}

// ---- trouble ------------------------------------------------------------------------------

#[test]
fn a_lab_that_fails_leaves_no_fault_in_force() {
    let spoiled = Spoiled {
        broken_after: Some(Duration::from_secs(10)),
        ..Spoiled::default()
    };
    let walk = run(&plan("none", kill(), json!({})), spoiled);
    assert!(matches!(walk.outcome, Err(ConductorError::Lab { .. })));
    assert_eq!((walk.lab.injected, walk.lab.in_force.len()), (1, 0));
}

#[test]
fn a_walk_that_is_cancelled_leaves_no_fault_in_force() {
    let observations = Cell::new(0);
    let cancelled = || {
        observations.set(observations.get() + 1);
        observations.get() > 300
    };
    let plan = plan("none", kill(), json!({}));
    let walk = run_until(&plan, Spoiled::default(), &cancelled);
    assert!(matches!(
        walk.outcome,
        Err(ConductorError::Cancelled { .. })
    ));
    assert_eq!((walk.lab.injected, walk.lab.in_force.len()), (1, 0));
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
