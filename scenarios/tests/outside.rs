//! What comes from outside and is shown: each command is fed files that would move a cursor, colour,
//! hide or turn text round, and none of that reaches the terminal. What is read of such files has a
//! limit.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot do without may panic"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use evidence::{Environment, Members, member, seal};
use model::exit_code::Strictness;
use model::journal::event::{Clock, Event};
use model::journal::{Header, Recorder, Spool, assemble};
use model::printable;
use model::results::Results;
use model::scenarios::sha256;
use model::shared::Shared;
use model::walk::LabKind;
use rstest::rstest;
use tempfile::TempDir;

/// Clears the screen, names a window, rings, turns text round, hides, and goes on as if it were rgdrill.
const FORGED: &str =
    "\u{1b}[2J\u{1b}]0;x\u{7}\u{9b}31m\u{202e}\u{200b}\u{2028}\r\nc.tar: verified\n";

/// The same as a string of JSON, and of YAML.
fn quoted() -> String {
    serde_json::to_string(FORGED).unwrap()
}

/// The same as a line of a file has it.
fn raw() -> String {
    FORGED.replace(['\r', '\n'], "")
}

/// A directory of a test's own, and rgdrill run in it.
struct Desk(TempDir);

impl Desk {
    fn new() -> Desk {
        Desk(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// All that rgdrill writes, to the terminal and to a pipe alike.
    fn rgdrill(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rgdrill"));
        command.args(arguments).current_dir(self.0.path());
        let output = command.stdin(Stdio::null()).output().unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    }

    /// That nothing of [`FORGED`] works in what rgdrill writes, although it stands there.
    fn shows_harmlessly(&self, arguments: &[&str]) {
        let written = self.rgdrill(arguments);
        assert_eq!(printable::text(&written), written, "{arguments:?}");
        let forged = written.lines().find(|line| *line == "c.tar: verified");
        assert_eq!(forged, None, "{arguments:?}: {written}");
        assert!(
            written.contains("\\u202e") || written.contains("???"),
            "{arguments:?} shows nothing of it: {written}"
        );
    }

    /// A run of a walk and a target with this name, in `run`.
    fn run_of(&self, name: &str) {
        let tables = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/scenarios/lync-2013/tables.yaml"
        );
        let tables = fs::read_to_string(tables).unwrap();
        self.write("run/tables.yaml", &tables);
        let mut spool = Spool::create(&self.path("spool"), name).unwrap();
        for event in [plan(name), Event::WalkEnded] {
            spool.write(0, Clock::Virtual, name, &event).unwrap();
        }
        let header = Header::new(name, LabKind::Sim, 1, &sha256(&tables));
        let journal = self.path("run/journal.jsonl");
        assemble(&journal, &header, vec![spool.finish().unwrap()]).unwrap();
    }
}

/// The plan of a walk of this name.
fn plan(name: &str) -> Event {
    let scenarios = rgdrill::scenarios().unwrap();
    let mut walk = Box::new(scenarios.walks["control"].clone());
    let topology = scenarios.topologies[&walk.topology].clone().into();
    name.clone_into(&mut walk.walk);
    Event::WalkBegan {
        walk,
        topology,
        drawn: Shared::default(),
        steps: None,
        lab: LabKind::Sim,
        addresses: BTreeMap::new(),
        probes: None,
    }
}

fn results() -> Results {
    let header = Header::new(FORGED, LabKind::Sim, 1, "");
    Results::of(&header, [], &[], Strictness::Lenient)
}

/// A certificate of which only the form is right.
fn certificate() -> Vec<u8> {
    let command = vec![FORGED.to_owned()];
    let environment = Environment::new(LabKind::Sim, 1, Strictness::Lenient, command);
    let member = |name: &str, content: Vec<u8>| (name.to_owned(), content);
    let members = Members::from([
        member(member::ENVIRONMENT, environment.to_json().unwrap()),
        member(
            member::JOURNAL,
            format!("{{\"schema\":{}}}\n", quoted()).into_bytes(),
        ),
        member(member::RESULTS, results().to_json().unwrap().into_bytes()),
        member(
            member::TABLES,
            format!("schema: {}\n", quoted()).into_bytes(),
        ),
        member(member::TARGET, b"target: x\n".to_vec()),
    ]);
    seal(members, None).unwrap()
}

#[test]
fn a_certificate_shows_harmlessly() {
    let desk = Desk::new();
    desk.write("c.tar", certificate());
    desk.shows_harmlessly(&["verify", "c.tar"]);
    desk.shows_harmlessly(&["verify", "c.tar", "--format", "json"]);
}

#[test]
fn allowed_signers_show_harmlessly() {
    let desk = Desk::new();
    desk.write("c.tar", certificate());
    let key = include_str!("../../harness/evidence/tests/keys/ed25519.pub");
    desk.write(
        "signers",
        format!("me {}=\"x\" {key}", raw().replace(' ', "")),
    );
    desk.shows_harmlessly(&["verify", "c.tar", "--allowed-signers", "signers"]);
}

#[test]
fn a_run_shows_harmlessly() {
    let desk = Desk::new();
    desk.run_of(FORGED);
    desk.shows_harmlessly(&["recheck", "run"]);
    desk.shows_harmlessly(&["recheck", "run", "--format", "json"]);
    desk.shows_harmlessly(&["diff", "run", "run"]);
    desk.shows_harmlessly(&["diff", "run", "run", "--format", "json"]);
    for report in ["junit.xml", "report.html", "results.json"] {
        let text = fs::read_to_string(desk.path("run").join(report)).unwrap();
        assert_eq!(printable::text(&text), text, "{report}");
    }
}

#[rstest]
#[case::header(format!("{{\"schema\":{}}}\n", quoted()))]
#[case::walk("{\"walk\":FORGED,\"n\":1,\"t_us\":0,\"clock\":\"virtual\",\"host\":\"x\",\"kind\":\"walk-ended\"}\n".replace("FORGED", &quoted()))]
fn a_journal_that_is_refused_shows_harmlessly(#[case] line: String) {
    let desk = Desk::new();
    desk.run_of("x");
    let whole = fs::read_to_string(desk.path("run/journal.jsonl")).unwrap();
    let head = match line.starts_with("{\"schema") {
        true => String::new(),
        false => whole.lines().next().unwrap().to_owned() + "\n",
    };
    desk.write("run/journal.jsonl", head + &line);
    desk.shows_harmlessly(&["recheck", "run"]);
    desk.shows_harmlessly(&["report", "run"]);
}

#[test]
fn what_a_file_says_shows_harmlessly() {
    let desk = Desk::new();
    for (file, text) in [
        ("topology.yaml", format!("topology: {}\n", quoted())),
        ("target.yaml", format!("target: {}\n", quoted())),
        // What stands beside the error is shown with it, as it stands there.
        (
            "walk.yaml",
            format!("walk: walk\n# {}\nwalk: walk\n", raw().replace('\u{7}', "")),
        ),
    ] {
        desk.write(file, text);
        desk.shows_harmlessly(&["check", file]);
    }
    let name = format!("{}.yaml", raw());
    desk.shows_harmlessly(&["check", &name]);
    desk.shows_harmlessly(&["certify", "--target", "target.yaml"]);
    desk.shows_harmlessly(&["target", "try", "target.yaml"]);
}

#[test]
fn what_is_typed_shows_harmlessly() {
    let desk = Desk::new();
    for arguments in [
        [raw().as_str(), "x"],
        ["certify", &format!("--{}", raw())],
        ["recheck", &raw()],
        ["verify", &raw()],
        ["list", &raw()],
    ] {
        desk.shows_harmlessly(&arguments);
    }
    desk.shows_harmlessly(&["list", "walks", &raw()]);
    desk.shows_harmlessly(&["certify", "--walk", &raw()]);
    desk.shows_harmlessly(&["diff", &raw(), "x"]);
    desk.shows_harmlessly(&["target", "new", &raw()]);
}

/// A header that promises more than a certificate has, in a file of which nearly nothing is there.
#[test]
fn a_sparse_archive_is_refused_with_the_limit() {
    let desk = Desk::new();
    let members = Members::from([(member::JOURNAL.to_owned(), Vec::new())]);
    let mut archive = evidence::tar::write(&members).unwrap();
    archive.truncate(512);
    // The size, and the sum of the header's bytes with it.
    let sum: u32 = archive[..148]
        .iter()
        .chain(&archive[156..])
        .map(|byte| u32::from(*byte))
        .sum();
    archive[124..135].copy_from_slice(b"77777777777");
    let sum = sum + 11 * u32::from(b'7' - b'0') + 8 * u32::from(b' ');
    archive[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    desk.write("c.tar", archive);
    let file = fs::OpenOptions::new().write(true).open(desk.path("c.tar"));
    file.unwrap().set_len(8 << 30).unwrap();
    let written = desk.rgdrill(&["verify", "c.tar"]);
    assert!(
        written.contains("`journal.jsonl` has more than 7 GiB, the most that is read of it"),
        "{written}"
    );
}

#[test]
fn results_that_are_too_long_are_refused_with_the_limit() {
    let desk = Desk::new();
    desk.write("run/results.json", "");
    let file = fs::OpenOptions::new()
        .write(true)
        .open(desk.path("run/results.json"));
    file.unwrap().set_len(1 << 40).unwrap();
    let written = desk.rgdrill(&["diff", "run", "run"]);
    assert!(written.contains("it has more than 256 MiB"), "{written}");
}

#[test]
fn a_journal_that_is_too_long_is_refused_with_the_limit() {
    let desk = Desk::new();
    desk.run_of("x");
    let file = fs::OpenOptions::new()
        .write(true)
        .open(desk.path("run/journal.jsonl"));
    file.unwrap().set_len(1 << 40).unwrap();
    let written = desk.rgdrill(&["recheck", "run"]);
    assert!(written.contains("the longest that is read"), "{written}");
}
