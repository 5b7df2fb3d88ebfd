//! Made-up results: all clauses passed, or one of every verdict.

use std::collections::BTreeMap;
use std::path::Path;

use model::clause_result::AskedClause;
use model::exit_code::Strictness;
use model::figure::{self, Figure, Measure, Objectives};
use model::finding::{Evidence, Finding, WalkResult};
use model::journal::{Header, Journal};
use model::load::{Heard, Histogram, LoadResult, Measured, Role, StageLoad};
use model::results::Results;
use model::topology::Pool;
use model::walk::LabKind;
use model::{ClauseId, Stage, Tables, Verdict, yaml};
use report::{JudgedRun, Logs};
use timeline::ReadRun;

/// A run without a line that has these results.
pub(crate) fn with_run<T>(
    results: &Results,
    tables: &Tables,
    look: impl FnOnce(&JudgedRun<'_>) -> T,
) -> T {
    let journal = Journal {
        header: Header::new("example", LabKind::Sim, 7, "00"),
        walks: Vec::new(),
    };
    let run = &ReadRun::of(&journal);
    look(&JudgedRun {
        run,
        tables,
        results,
        logs: &Logs::none(),
    })
}

/// The project's own tables.
pub(crate) fn tables() -> Tables {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/lync-2013/tables.yaml");
    yaml::parse(&yaml::read(&path).unwrap()).unwrap()
}

/// Every clause passed in one walk.
pub(crate) fn all_pass() -> Results {
    let findings: Vec<Finding> = ids().iter().map(passed).collect();
    results(&findings)
}

/// One clause of each verdict that is no pass; the others passed.
pub(crate) fn mixed() -> Results {
    let mut findings: Vec<Finding> = Vec::new();
    for id in ids() {
        match id.0.as_str() {
            "outage.agents.backup" => findings.extend(refused(&id)),
            "outage.new.imported" => findings.push(because(
                "the fault was not proven: a probe of primary was answered at 9.120 s \
                         (line 512), 1.120 s into the outage",
                finding(&id, "imported-kill", Verdict::Inconclusive, &[512]),
            )),
            "failover.on-behalf.all" => findings.push(because(
                "the target does not claim `on-behalf`",
                finding(&id, "imported-kill", Verdict::Unsupported, &[]),
            )),
            "failed-over.configuration.imported" => findings.push(because(
                "as the target declares until 2027-03-31 (ticket 4711: the Control Panel \
                         lists imported groups): `desk` was listed at 21.004 s (line 1201)",
                finding(&id, "imported-kill", Verdict::Deviation, &[1200, 1201]),
            )),
            "failback.new.all" => findings.push(because(
                "the actors' host lost 3 events",
                finding(&id, "imported-kill", Verdict::Error, &[1999]),
            )),
            "failed-back.configuration.imported" => {}
            _ => findings.push(passed(&id)),
        }
    }
    results(&findings)
}

/// Every clause passed, and figures were measured, of which one is required to be less.
pub(crate) fn measured() -> Results {
    let figure = |measure, walk: &str, value| Figure {
        measure,
        walk: walk.to_owned(),
        measured: figure::Measured::Value(value),
        reason: "iris noticed the loss of wally's call to `branch` (wally/1) last".to_owned(),
        evidence: Vec::new(),
    };
    let figures = [
        figure(Measure::DisconnectMs, "imported-kill", 0),
        figure(Measure::DisconnectMs, "not-imported-one-way-in", 19_706),
        figure(Measure::ChangesLost, "imported-kill", 1),
        figure(Measure::RegularCallsLost, "imported-kill", 0),
    ];
    let objectives = Objectives::from([(Measure::DisconnectMs, 10_000)]);
    let header = Header::new("example", LabKind::Sim, 7, "00").requiring(objectives);
    all_pass().measuring(&header, &figures)
}

/// Every clause passed in a walk with a load, of which one kind was not borne.
pub(crate) fn loaded() -> Results {
    let measured = |registered, failed: u64| Measured {
        lasted_us: 5_000_000,
        attempted: 1_200,
        answered: 1_200 - failed,
        failed: (failed > 0)
            .then(|| ("refused with 503".to_owned(), failed))
            .into_iter()
            .collect(),
        completed: 1_190 - failed,
        cut_short: 10,
        most_at_once: 704,
        to_answer_us: Histogram::of(vec![(480, 1_100), (2_130_000, 100 - failed)]),
        heard: Heard {
            calls: 1_100,
            sent: 60_000,
            received: 59_940,
            lost: 60,
            ..Heard::default()
        },
        registered,
        ..Measured::default()
    };
    let load = |of, role, registered, failed| {
        let in_all = measured(registered, failed);
        let stages = [None, Some(Stage::Healthy), Some(Stage::Outage)];
        let stages = stages.into_iter().zip(100..).map(|(stage, n)| StageLoad {
            stage,
            n,
            measured: in_all.in_short(),
        });
        LoadResult {
            walk: "capacity".to_owned(),
            kind: "waiting".to_owned(),
            of,
            role,
            stages: stages.collect(),
            in_all,
        }
    };
    all_pass().under_load(vec![
        load(Pool::Primary, Role::Agents, 1_200, 0),
        load(Pool::Primary, Role::Callers, 0, 7),
        load(Pool::Backup, Role::Agents, 1_200, 0),
        load(Pool::Backup, Role::Callers, 0, 0),
    ])
}

/// A single clause was asked for, and passed.
pub(crate) fn single() -> Results {
    let clause = ids().swap_remove(0);
    let finding = passed(&clause);
    let asked = AskedClause {
        clause,
        statement: None,
    };
    let header = Header::new("example", LabKind::Sim, 7, "00");
    Results::of(&header, [asked], &[finding], Strictness::Lenient)
}

/// Every clause passed twice, but one that passed once and failed once.
pub(crate) fn repeated() -> Results {
    let mut findings: Vec<Finding> = ids().iter().map(passed).collect();
    for mut finding in findings.clone() {
        finding.result.walk = "imported-kill#2".to_owned();
        if finding.clause.0 == "outage.new.imported" {
            finding.result.verdict = Verdict::Fail;
            finding = because("the primary answered", finding);
        }
        findings.push(finding);
    }
    results(&findings)
}

/// Refused alike in five walks and otherwise in three, of one only that it cannot be said.
fn refused(id: &ClauseId) -> Vec<Finding> {
    let alike = [
        ("imported-freeze", 8.2, 455),
        ("imported-isolate", 8.2, 461),
        ("imported-kill", 7.7, 509),
        ("imported-reject", 8.2, 540),
        ("not-imported-kill", 8.2, 494),
    ];
    let mut findings: Vec<Finding> = alike
        .into_iter()
        .map(|(walk, at, line)| because(format!(
                "bianca's sign-in to `counter` at the backup ({at:.3} s, line {line}) was refused: \
                 404: a pool has no such path"
            ), finding(id, walk, Verdict::Fail, &[line, line + 1])))
        .collect();
    findings.insert(
        0,
        because(
            "stage lasted 2.1 s, window is 5 s",
            finding(id, "control", Verdict::Inconclusive, &[12, 400]),
        ),
    );
    for (code, walk) in [
        (403, "not-imported-freeze"),
        (409, "not-imported-isolate"),
        (503, "not-imported-power-off"),
    ] {
        findings.push(because(
            format!("bianca was refused: {code}"),
            finding(id, walk, Verdict::Fail, &[440, 441, 442, 443, 444]),
        ));
    }
    findings
}

fn passed(id: &ClauseId) -> Finding {
    because(
        "as documented",
        finding(id, "imported-kill", Verdict::Pass, &[1]),
    )
}

fn finding(clause: &ClauseId, walk: &str, verdict: Verdict, lines: &[u64]) -> Finding {
    let evidence = lines.iter().map(|&n| Evidence {
        walk: walk.to_owned(),
        n,
    });
    Finding {
        clause: clause.clone(),
        result: WalkResult {
            walk: walk.to_owned(),
            imported: walk.starts_with("imported"),
            verdict,
            reason: String::new(),
            evidence: evidence.collect(),
            figures: BTreeMap::from([("connect_ms".to_owned(), 200.25)]),
        },
    }
}

fn because(reason: impl Into<String>, mut finding: Finding) -> Finding {
    finding.result.reason = reason.into();
    finding
}

fn results(findings: &[Finding]) -> Results {
    let asked = tables().clauses.into_iter().map(|clause| AskedClause {
        clause: clause.id,
        statement: Some(clause.statement),
    });
    let header = Header::new("example", LabKind::Sim, 7, "00");
    Results::of(&header, asked, findings, Strictness::Lenient)
}

fn ids() -> Vec<ClauseId> {
    let clauses = tables().clauses.into_iter();
    clauses.map(|clause| clause.id).collect()
}
