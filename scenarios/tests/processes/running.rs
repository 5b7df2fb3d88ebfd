//! Pools that run already: the example target, drilled as its file says.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use model::Verdict;
use model::results::Results;
use tempfile::TempDir;

use super::pair::Loopback;
use super::process::RGDRILL;

/// The example's files.
const TARGETS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/targets");

/// How long a drill may take until something is seen of it.
const PATIENCE: Duration = Duration::from_secs(120);

/// The example on a network and in directories of its own. Its processes end with it.
struct Example(TempDir);

impl Example {
    /// With some of its file's text replaced.
    fn with(changes: &[(&str, &str)]) -> Example {
        let directory = tempfile::tempdir().unwrap();
        let scripts = directory.path().join("local-processes");
        fs::create_dir(&scripts).unwrap();
        for file in ["pools", "pool.yaml.j2", "database.yaml.j2"] {
            fs::copy(
                format!("{TARGETS}/local-processes/{file}"),
                scripts.join(file),
            )
            .unwrap();
        }
        let text = fs::read_to_string(format!("{TARGETS}/local-processes.yaml")).unwrap();
        let mut text = Loopback::new().instead_of("127.0.1.", &text);
        for (this, that) in changes {
            assert!(text.contains(this), "{this}");
            text = text.replace(this, that);
        }
        fs::write(directory.path().join("local-processes.yaml"), text).unwrap();
        Example(directory)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command
            .env("RGDRILL", RGDRILL)
            .env("LOCAL_PROCESSES", self.path("state"))
            .current_dir(self.0.path());
        command
    }

    fn certify(&self, arguments: &[&str]) -> Command {
        let mut certify = self.command(RGDRILL);
        certify
            .args([
                "certify",
                "--target",
                "local-processes.yaml",
                "--seed",
                "1",
                "--out",
                "run",
            ])
            .args(arguments);
        certify
    }

    /// The results of a drill that went to its end.
    fn drilled(&self, arguments: &[&str]) -> Results {
        let output = self.certify(arguments).output().unwrap();
        let results = fs::read_to_string(self.path("run/results.json"));
        let results = results.unwrap_or_else(|_| panic!("{}", said(&output)));
        serde_json::from_str(&results).unwrap()
    }

    /// The process of a host, and its state as the kernel has it.
    fn process(&self, host: &str) -> Option<(String, char)> {
        let pid = fs::read_to_string(self.path("state").join(format!("{host}.pid"))).ok()?;
        let pid = pid.trim().to_owned();
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let state = stat.rsplit_once(") ")?.1.chars().next()?;
        Some((pid, state))
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let ended = self
            .command(self.path("local-processes/pools"))
            .arg("end")
            .status();
        assert!(ended.is_ok_and(|status| status.success()) || thread::panicking());
    }
}

fn said(output: &Output) -> String {
    in_one_line(&String::from_utf8_lossy(&output.stderr))
}

/// What was told, however its lines were broken.
fn in_one_line(told: &str) -> String {
    told.split_whitespace()
        .filter(|word| !matches!(*word, "│" | "|"))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Every clause that the walks judge passes: all of imported groups, and all that need no import. Where
/// this machine had no time and nothing could be concluded, it is drilled once more.
pub(crate) fn are_drilled() {
    let walks = ["--walk", "control", "--walk", "imported-kill"];
    let mut example = Example::with(&[]);
    let mut results = example.drilled(&walks);
    let concluded = results.summary.inconclusive == 0;
    if !concluded {
        example = Example::with(&[]);
        results = example.drilled(&walks);
    }
    let judged = results
        .clauses
        .iter()
        .filter(|clause| !clause.walks.is_empty());
    let others: Vec<String> = judged
        .clone()
        .filter(|clause| clause.verdict != Verdict::Pass)
        .map(|clause| format!("{} {}: {:?}", clause.id, clause.verdict, clause.walks))
        .collect();
    assert!(others.is_empty(), "{}", others.join("\n"));
    assert!(judged.count() > 40);
    judged_again(&example);
}

/// The journal says which hosts have a probe: whoever has it alone comes to the same.
fn judged_again(example: &Example) {
    let before = fs::read(example.path("run/results.json")).unwrap();
    let again = example
        .command(RGDRILL)
        .args(["recheck", "run"])
        .output()
        .unwrap();
    assert_ne!(again.status.code(), Some(4), "{}", said(&again));
    assert_eq!(fs::read(example.path("run/results.json")).unwrap(), before);
}

/// Walks without means are left out where others judge the same; asked for by name, they say why nothing
/// can be concluded.
pub(crate) fn lack_a_command() {
    let example = Example::with(&[]);
    let results = example.drilled(&["--walk", "imported-isolate"]);
    let walks: Vec<_> = results
        .clauses
        .iter()
        .flat_map(|clause| &clause.walks)
        .collect();
    assert!(!walks.is_empty());
    for walk in walks {
        assert_eq!(walk.verdict, Verdict::Inconclusive);
        let why = "the target's file has no command `isolate`";
        assert!(walk.reason.contains(why), "{}", walk.reason);
    }
    assert_eq!(example.process("primary"), None, "nothing was begun");
}

pub(crate) fn do_not_answer() {
    let provision = "[local-processes/pools, provision, \"{host}\", \"{files}\"]";
    let example = Example::with(&[(provision, "[\"true\"]")]);
    // Nothing else is drilled, or tried, in their place.
    let mut tried = example.command(RGDRILL);
    tried.args(["target", "try", "local-processes.yaml"]);
    for mut command in [example.certify(&["--walk", "control"]), tried] {
        do_not_answer_to(&mut command);
    }
    assert!(!example.path("run").exists());
}

fn do_not_answer_to(command: &mut Command) {
    let output = command.output().unwrap();
    let said = said(&output);
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("the primary pool does not answer"), "{said}");
    assert!(said.contains("OPTIONS over UDP"), "{said}");
    assert!(said.contains(".30:16000 to 127."), "{said}");
    assert!(said.contains(".11:5060; it was found closed"), "{said}");
    assert!(said.contains("the environment's trouble"), "{said}");
}

/// Ctrl-C comes while the primary is frozen: it goes on before rgdrill ends.
pub(crate) fn are_mended_when_interrupted() {
    let example = Example::with(&[]);
    let mut certify = example.certify(&["--walk", "imported-freeze", "--all-walks"]);
    let certify = certify.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut certify = Running(certify.unwrap());
    let frozen = until_frozen(&example, &mut certify);
    signal(&certify.0.id().to_string(), "INT");
    assert_eq!(certify.0.wait().unwrap().code(), Some(3));
    let (pid, state) = example.process("primary").unwrap();
    assert_eq!(pid, frozen);
    assert_ne!(state, 'T', "it goes on");
}

/// Ctrl-C comes while the primary is frozen, and it cannot be made to go on.
pub(crate) fn are_named_that_cannot_be_mended() {
    let thaw = "[local-processes/pools, thaw, \"{host}\"]";
    let example = Example::with(&[(thaw, "[\"false\", \"{host}\"]")]);
    let mut certify = example.certify(&["--walk", "imported-freeze", "--all-walks"]);
    let certify = certify.stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let mut certify = Running(certify.unwrap());
    until_frozen(&example, &mut certify);
    signal(&certify.0.id().to_string(), "INT");
    let mut told = String::new();
    let stderr = certify.0.stderr.take();
    stderr.unwrap().read_to_string(&mut told).unwrap();
    let told = in_one_line(&told);
    assert_eq!(certify.0.wait().unwrap().code(), Some(4), "{told}");
    for said in ["broken: host primary (`freeze`)", "`false primary`"] {
        assert!(told.contains(said), "{told}");
    }
}

/// Waits until the primary is frozen; gives its process.
fn until_frozen(example: &Example, certify: &mut Running) -> String {
    let late = Instant::now() + PATIENCE;
    loop {
        match example.process("primary") {
            Some((pid, 'T')) => return pid,
            _ => assert!(Instant::now() < late, "the primary is never frozen"),
        }
        assert_eq!(certify.0.try_wait().unwrap(), None, "the drill has ended");
        thread::sleep(Duration::from_millis(20));
    }
}

fn signal(pid: &str, name: &str) {
    let sent = Command::new("kill")
        .args([&format!("-{name}"), pid])
        .status();
    assert!(sent.unwrap().success());
}

/// A process that is killed when the test is done with it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
