//! A run judged again, compared with another, run several times, and measured: what the commands
//! print, write and exit with.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot do without may panic"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

/// One walk, so that a run takes no time.
const WALK: &str = "imported-reject";

struct Run {
    _dir: TempDir,
    path: PathBuf,
    code: Option<i32>,
}

fn rgdrill(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rgdrill"));
    command.args(arguments).output().unwrap()
}

fn certify(arguments: &[&str]) -> Run {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run");
    let fixed = ["certify", "--walk", WALK, "--out", path.to_str().unwrap()];
    let output = rgdrill(&[&fixed, arguments].concat());
    let code = output.status.code();
    Run {
        _dir: dir,
        path,
        code,
    }
}

impl Run {
    fn dir(&self) -> &str {
        self.path.to_str().unwrap()
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path.join(name)).unwrap()
    }

    fn results(&self) -> Value {
        serde_json::from_str(&self.read("results.json")).unwrap()
    }

    fn recheck(&self, arguments: &[&str]) -> Option<i32> {
        rgdrill(&[&["recheck", self.dir()], arguments].concat())
            .status
            .code()
    }

    fn diff(&self, other: &Run) -> (Option<i32>, Value) {
        let output = rgdrill(&["diff", self.dir(), other.dir(), "--format", "json"]);
        let diff = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        (output.status.code(), diff)
    }

    /// Replaces a text in a file of the run, once.
    fn spoil(&self, name: &str, text: &str, by: &str) {
        let file = self.read(name);
        assert!(file.contains(text), "{name} has no `{text}`");
        fs::write(self.path.join(name), file.replacen(text, by, 1)).unwrap();
    }
}

/// The embedded reference pools, with another file that describes them.
fn target(dir: &Path, change: impl FnOnce(String) -> String) -> PathBuf {
    let reference = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/scenarios/targets/reference.yaml"
    );
    let path = dir.join("reference.yaml");
    fs::write(&path, change(fs::read_to_string(reference).unwrap())).unwrap();
    path
}

fn declaring(dir: &Path, clause: &str, expires: &str) -> PathBuf {
    target(dir, |text| {
        let declared = format!(
            "deviations:\n  - {{ clause: {clause}, reason: not built yet, expires: {expires} }}\n\nsecrets:"
        );
        text.replacen("secrets:", &declared, 1)
    })
}

// ---- recheck ------------------------------------------------------------------------------------

#[test]
fn a_run_that_nobody_touched_is_judged_the_same_again_byte_for_byte() {
    let run = certify(&["--repeat", "2", "--rto", "10m"]);
    let before = (run.read("results.json"), run.read("junit.xml"));
    for name in ["results.json", "junit.xml"] {
        fs::remove_file(run.path.join(name)).unwrap();
    }
    assert_eq!(run.recheck(&[]), run.code);
    assert_eq!((run.read("results.json"), run.read("junit.xml")), before);
}

#[test]
fn a_journal_that_is_cut_off_altered_unknown_or_missing_has_each_its_exit_code() {
    let run = certify(&[]);
    let journal = run.read("journal.jsonl");
    let path = run.path.join("journal.jsonl");

    let end = journal.trim_end().rfind('\n').unwrap();
    fs::write(&path, &journal[..=end]).unwrap();
    assert_eq!(run.recheck(&[]), Some(3), "without its seal");

    fs::write(&path, journal.replacen("\"t_us\":0", "\"t_us\":1", 1)).unwrap();
    assert_eq!(run.recheck(&[]), Some(4), "altered");

    fs::write(
        &path,
        journal.replacen("rgdrill-journal/1", "rgdrill-journal/9", 1),
    )
    .unwrap();
    let output = rgdrill(&["recheck", run.dir()]);
    assert_eq!(output.status.code(), Some(4), "of an unknown schema");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("rgdrill-journal/9"), "{said}");

    let nowhere = run.path.join("nowhere");
    let output = rgdrill(&["recheck", nowhere.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(64), "no such run");
}

// ---- what a target says of its own limits -------------------------------------------------------

#[test]
fn a_declaration_travels_with_the_run_and_expires_on_its_day() {
    let dir = tempfile::tempdir().unwrap();
    let clause = "outage.connected.regular";
    let file = declaring(dir.path(), clause, "2027-03-31");
    let file = file.to_str().unwrap();
    let asked = [
        "--clause",
        clause,
        "--target",
        file,
        "--seed",
        "1",
        "--today",
        "2027-03-31",
    ];
    let run = certify(&asked);
    assert_eq!(run.code, Some(1), "it passes against its declaration");
    let reason = &run.results()["clauses"][0]["walks"][0]["reason"];
    assert!(reason.as_str().unwrap().contains("remove the deviation"));
    assert_eq!(run.results()["judged_on"], "2027-03-31");

    assert_eq!(run.recheck(&["--today", "2027-03-31"]), Some(1));
    assert_eq!(run.recheck(&["--today", "2027-04-01"]), Some(0));
}

#[test]
fn what_is_not_claimed_is_unsupported_and_with_strict_missing() {
    let dir = tempfile::tempdir().unwrap();
    let file = target(dir.path(), |text| text.replacen("  - on-behalf\n", "", 1));
    let file = file.to_str().unwrap();
    let asked = ["--clause", "outage.*", "--target", file, "--seed", "1"];
    let run = certify(&asked);
    assert_eq!(run.code, Some(0));
    assert!(run.results()["summary"]["unsupported"].as_u64().unwrap() > 0);
    assert_eq!(run.recheck(&["--strict"]), Some(3));
}

// ---- objectives and repetitions -----------------------------------------------------------------

#[test]
fn an_objective_that_is_not_met_fails_the_run_and_what_is_measured_is_reported_without_any() {
    let asked = ["--clause", "outage.*"];
    let plain = certify(&asked);
    assert_eq!(plain.code, Some(0));
    let results = plain.results();
    assert_eq!(results["figures"].as_array().unwrap().len(), 11);
    assert_eq!(results.get("objectives"), None);

    let met = certify(&[
        "--clause",
        "outage.*",
        "--rto",
        "1h",
        "--max-regular-lost",
        "0",
    ]);
    assert_eq!(met.code, Some(0));
    let not_met = certify(&["--clause", "outage.*", "--rto", "1ms"]);
    assert_eq!(not_met.code, Some(1));
    assert_eq!(not_met.results()["objectives"][0]["verdict"], "fail");
    assert_eq!(not_met.results()["verdict"], "fail");
    assert!(not_met.read("junit.xml").contains("objectives"));
}

#[test]
fn the_first_repetition_is_the_walk_alone_and_the_second_that_of_the_next_seed() {
    let asked = ["--clause", "outage.*"];
    let twice = certify(&["--clause", "outage.*", "--repeat", "2", "--seed", "5"]);
    let next = certify(&[asked[0], asked[1], "--seed", "6"]);
    let second = format!("{WALK}#2");
    let times = |journal: &str, walk: &str| -> Vec<Value> {
        let lines = journal
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        let of_walk = lines.filter(|line: &Value| line["walk"] == walk);
        of_walk
            .map(|line| json!([line["t_us"], line["host"], line["kind"]]))
            .collect()
    };
    let repeated = times(&twice.read("journal.jsonl"), &second);
    assert!(!repeated.is_empty());
    assert_eq!(repeated, times(&next.read("journal.jsonl"), WALK));
    let clause = &twice.results()["clauses"][0];
    assert_eq!(clause["repetitions"], json!({ "pass": 2 }));
}

// ---- diff ---------------------------------------------------------------------------------------

#[test]
fn two_runs_that_are_alike_differ_in_nothing() {
    let (one, other) = (certify(&[]), certify(&[]));
    let (code, diff) = one.diff(&other);
    assert_eq!(code, Some(0));
    assert_eq!(diff["regressed"], false);
    for part in ["clauses", "objectives", "figures"] {
        assert_eq!(diff[part], json!([]), "{part}");
    }
}

#[test]
fn what_regressed_is_listed_and_gives_exit_code_1_and_the_other_way_round_it_is_resolved() {
    let (good, bad) = (certify(&[]), certify(&[]));
    let passes = "\"id\": \"outage.connected.regular\",\n      \"verdict\": \"pass\"";
    bad.spoil("results.json", passes, &passes.replace("pass", "fail"));
    let (code, diff) = good.diff(&bad);
    assert_eq!(code, Some(1));
    assert_eq!(
        diff["clauses"],
        json!([{
            "id": "outage.connected.regular", "change": "new", "direction": "regressed",
            "before": "pass", "after": "fail",
        }])
    );
    let (code, diff) = bad.diff(&good);
    assert_eq!(code, Some(0));
    assert_eq!(diff["clauses"][0]["change"], "resolved");
    assert_eq!(diff["clauses"][0]["direction"], "improved");
}

#[test]
fn runs_that_cannot_be_read_are_not_compared() {
    let (one, other) = (certify(&[]), certify(&[]));
    other.spoil("results.json", "rgdrill-results/1", "rgdrill-results/9");
    assert_eq!(one.diff(&other).0, Some(4));
    fs::remove_file(other.path.join("results.json")).unwrap();
    assert_eq!(one.diff(&other).0, Some(64));
    let output = rgdrill(&["diff", one.dir(), one.dir(), "--tolerance", "much"]);
    assert_eq!(output.status.code(), Some(64));
}

// ---- honesty ------------------------------------------------------------------------------------

/// Replaces how the answers to a verb are read, in the file that describes the reference pools.
fn misread(dir: &Path, verb: &str, read: &str) -> PathBuf {
    target(dir, |text| {
        let begin = text.find(&format!("\n  {verb}:\n")).unwrap();
        let at = begin + text[begin..].find("      read: *answer\n").unwrap();
        let rest = &text[at + "      read: *answer\n".len()..];
        format!("{}      read: {read}\n{rest}", &text[..at])
    })
}

#[test]
fn an_adapter_that_takes_every_answer_for_a_yes_is_refused() {
    let everything = "{ done: { code: [200, 400, 401, 403, 404, 409, 410, 422, 503] } }";
    for verb in ["sign-in", "modify", "call-on-behalf", "fail-back", "import"] {
        let dir = tempfile::tempdir().unwrap();
        let file = misread(dir.path(), verb, everything);
        let output = rgdrill(&["certify", "--target", file.to_str().unwrap()]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(64), "{verb}: {said}");
        assert!(said.contains(&format!("`{verb}` says yes to")), "{said}");
    }
}

#[test]
fn an_adapter_that_takes_every_answer_for_a_no_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let file = target(dir.path(), |text| {
        let list = "rows:\n          at: /rows";
        text.replacen(
            list,
            &format!("refused: {{ code: [200] }}\n        {list}"),
            1,
        )
    });
    let output = rgdrill(&["certify", "--target", file.to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(64), "{said}");
    assert!(said.contains("`list` does not say yes to"), "{said}");
}
