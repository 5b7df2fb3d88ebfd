//! Pipelines: the commands that `harness/docs/pipelines.md` shows do what it says, so does the action
//! for workflows, and the files under `.github` are what GitHub's schemas ask for.
//!
//! Where the program is not installed that knows the schemas, the tests that need it are listed as ignored.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot do without may panic"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};
use tempfile::TempDir;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// What knows the schemas (from PyPI).
const CHECKER: &str = "check-jsonschema";

/// As many shards as the page has.
const SHARDS: std::ops::RangeInclusive<u32> = 1..=3;

/// The files under `.github`, with the schemas that they keep to.
const FILES: [(&str, &str); 7] = [
    ("github-workflows", "workflows/ci.yml"),
    ("github-workflows", "workflows/certify.yml"),
    ("github-workflows", "workflows/release.yml"),
    ("github-actions", "actions/certify/action.yml"),
    ("dependabot", "dependabot.yml"),
    ("github-issue-config", "ISSUE_TEMPLATE/config.yml"),
    ("github-issue-forms", "ISSUE_TEMPLATE/wrong-verdict.yml"),
];

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = vec![
        Trial::test("every_command_of_the_page_does_what_it_says", page),
        Trial::test("the_action_fails_as_the_drill_does_and_shows_it", action),
        Trial::test("every_file_is_checked", every_file_is_checked),
    ];
    let is_missing = !is_installed();
    let of_schemas = FILES.map(|(schema, file)| {
        let path = github().join(file);
        (file.to_owned(), schema, path)
    });
    let forms = ["trouble", "my-target"].map(|form| {
        let file = format!("ISSUE_TEMPLATE/{form}.yml");
        let path = github().join(&file);
        (file, "github-issue-forms", path)
    });
    for (file, schema, path) in of_schemas.into_iter().chain(forms) {
        let name = format!("schema::{file}");
        let trial = Trial::test(name, move || valid(schema, &path));
        trials.push(trial.with_ignored_flag(is_missing));
    }
    for (mark, schema) in [("workflow", "github-workflows"), ("gitlab", "gitlab-ci")] {
        let trial = Trial::test(format!("schema::page::{mark}"), move || {
            example(mark, schema)
        });
        trials.push(trial.with_ignored_flag(is_missing));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn github() -> PathBuf {
    Path::new(ROOT).join(".github")
}

fn is_installed() -> bool {
    let mut command = Command::new(CHECKER);
    let quiet = command.arg("--version").stdin(Stdio::null());
    quiet.output().is_ok_and(|output| output.status.success())
}

fn the_page() -> String {
    fs::read_to_string(Path::new(ROOT).join("harness/docs/pipelines.md")).unwrap()
}

// ---- schemas ------------------------------------------------------------------------------

fn valid(schema: &str, path: &Path) -> Result<(), Failed> {
    let schema = format!("vendor.{schema}");
    let mut command = Command::new(CHECKER);
    let output = command
        .args(["--builtin-schema", &schema])
        .arg(path)
        .output()?;
    succeeded(&output)
}

/// The example that stands after this mark on the page.
fn example(mark: &str, schema: &str) -> Result<(), Failed> {
    let page = the_page();
    let begin = format!("<!-- {mark} -->\n```yaml\n");
    let (_, rest) = page
        .split_once(&begin)
        .ok_or("the page has no such example")?;
    let (text, _) = rest.split_once("\n```").ok_or("it does not end")?;
    let desk = tempfile::tempdir()?;
    let path = desk.path().join("example.yml");
    fs::write(&path, text)?;
    valid(schema, &path)
}

/// A file that is added is checked, too.
fn every_file_is_checked() -> Result<(), Failed> {
    let forms = 2;
    let files = yaml_files(&github());
    match files == FILES.len() + forms {
        true => Ok(()),
        false => Err(format!("{files} files under .github: FILES has others").into()),
    }
}

fn yaml_files(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap();
    let counts = entries.map(|entry| match entry.unwrap().path() {
        path if path.is_dir() => yaml_files(&path),
        path => usize::from(path.extension().is_some_and(|ending| ending == "yml")),
    });
    counts.sum()
}

fn succeeded(output: &Output) -> Result<(), Failed> {
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&said).into_owned().into()),
    }
}

// ---- commands -----------------------------------------------------------------------------

/// A directory in which `rgdrill` drills three walks for one clause, in simulation, whatever it is asked for:
/// what a page and an action do with it is the same.
fn desk() -> TempDir {
    let desk = tempfile::tempdir().unwrap();
    let program = desk.path().join("rgdrill");
    let walks = "--walk imported-kill --walk imported-freeze --walk imported-isolate";
    let script = format!(
        r#"#!/usr/bin/env bash
[ "$1" = certify ] || exec {program} "$@"
exec {program} "${{@/docker/sim}}" {walks} --clause outage.connected.regular
"#,
        program = env!("CARGO_BIN_EXE_rgdrill"),
    );
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    desk
}

/// The commands of each section, as a shell takes them.
fn sections(page: &str) -> Vec<Vec<String>> {
    let mut sections: Vec<Vec<String>> = Vec::new();
    for section in page.split("\n## ") {
        let lines = section.lines().map(str::trim);
        let commands = lines.filter_map(|line| {
            let line = ["$ ", "- ", "sh '"].iter().fold(line, |line, prefix| {
                line.strip_prefix(prefix).unwrap_or(line)
            });
            let line = line.trim_end_matches('\'').replace("/runs/", "runs/");
            line.starts_with("rgdrill ").then_some(line)
        });
        let commands: Vec<String> = commands.collect();
        if !commands.is_empty() && !sections.contains(&commands) {
            sections.push(commands);
        }
    }
    sections
}

fn page() -> Result<(), Failed> {
    let sections = sections(&the_page());
    // The first command alone; shards; and those of three pipelines: Jenkins' are those of the second.
    assert_eq!(sections.len(), 5, "{sections:#?}");
    for commands in sections {
        let desk = desk();
        for command in &commands {
            let shards = if command.contains("--shard") {
                SHARDS
            } else {
                1..=1
            };
            for shard in shards {
                in_shell(&desk, command, shard)?;
            }
        }
        let verdict = fs::read_to_string(desk.path().join("drill/results.json"))?;
        assert!(
            verdict.contains("\"exit_code\": 0"),
            "{commands:#?}: {verdict}"
        );
    }
    Ok(())
}

/// Runs a command as the job of this shard, by whatever name that is known to the pipeline.
fn in_shell(desk: &TempDir, command: &str, shard: u32) -> Result<(), Failed> {
    let outputs = format!("bazel-testlogs/drill/shard_{shard}_of_3/test.outputs");
    fs::create_dir_all(desk.path().join(&outputs))?;
    let path = std::env::var("PATH").unwrap_or_default();
    let mut shell = Command::new("sh");
    shell
        .args(["-c", command])
        .current_dir(desk.path())
        .env("PATH", format!("{}:{path}", desk.path().display()))
        .env("K", shard.to_string())
        .env("TEST_UNDECLARED_OUTPUTS_DIR", outputs);
    if command.contains("CI_NODE") {
        shell.env("CI_NODE_INDEX", shard.to_string());
        shell.env("CI_NODE_TOTAL", "3");
    } else {
        shell.env("TEST_SHARD_INDEX", (shard - 1).to_string());
        shell.env("TEST_TOTAL_SHARDS", "3");
    }
    succeeded(&shell.output()?)
        .map_err(|said| format!("{command}: {}", said.message().unwrap_or_default()).into())
}

/// The step of the action that drills or merges, with these inputs.
fn step(desk: &TempDir, inputs: &[(&str, &str)]) -> Output {
    Command::new(github().join("actions/certify/drill"))
        .current_dir(desk.path())
        .env("PROGRAM", desk.path().join("rgdrill"))
        .env("GITHUB_OUTPUT", desk.path().join("outputs"))
        .env("GITHUB_STEP_SUMMARY", desk.path().join("page"))
        .envs(inputs.iter().copied())
        .output()
        .unwrap()
}

fn action() -> Result<(), Failed> {
    let desk = &desk();
    let read = |name: &str| fs::read_to_string(desk.path().join(name)).unwrap();
    let (first, second) = (("SHARD", "1/2"), ("SHARD", "2/2"));
    succeeded(&step(desk, &[first, ("OUT", "shard-1")]))?;
    let alone = step(desk, &[("MERGE", "shard-*"), ("OUT", "alone")]);
    assert_eq!(alone.status.code(), Some(3), "a shard is missing");
    succeeded(&step(desk, &[second, ("OUT", "shard-2"), ("LAB", "sim")]))?;
    succeeded(&step(
        desk,
        &[("MERGE", "shard-1\nshard-2\n"), ("OUT", "drill")],
    ))?;
    assert_eq!(
        read("outputs"),
        "exit-code=3\nexit-code=3\nexit-code=3\nexit-code=0\n"
    );
    let page = read("page");
    let verdicts = page.lines().filter(|line| line.starts_with("## "));
    assert_eq!(verdicts.count(), 4, "{page}");

    let failed = step(desk, &[("ARGUMENTS", "--rto\n1ms\n"), ("OUT", "failed")]);
    assert_eq!(failed.status.code(), Some(1));
    let shard = [first, ("ARGUMENTS", "--rto\n1ms"), ("OUT", "failed-shard")];
    assert_eq!(
        step(desk, &shard).status.code(),
        Some(1),
        "what a shard finds counts"
    );
    let usage = step(desk, &[("ARGUMENTS", "--no such"), ("OUT", "none"), first]);
    assert_eq!(usage.status.code(), Some(64));
    Ok(())
}
