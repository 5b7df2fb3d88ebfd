//! The command line as somebody meets it: what is printed, what is left on the disk, and the exit
//! code. Above all for bad input: one clear message with file, line and what to do.
//!
//! What is printed is compared with `snapshots/cli/<name>.snap`, which a person has read. To accept
//! another: `cargo insta review`, or `INSTA_UPDATE=always cargo test --test cli`.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot do without may panic"
)]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rstest::rstest;
use tempfile::TempDir;

/// The binary.
const RGDRILL: &str = env!("CARGO_BIN_EXE_rgdrill");

/// The scenarios that it carries with it.
const SCENARIOS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");

/// What stops a test that would wait for ever.
const LONG: Duration = Duration::from_secs(20);

/// A directory of a test's own, and rgdrill run in it.
struct Desk(TempDir);

/// What rgdrill printed, and its exit code.
struct Outcome {
    code: i32,
    printed: String,
    errors: String,
}

impl Desk {
    fn new() -> Self {
        Desk(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// The names in a directory, in order.
    fn names(&self, directory: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(directory)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    /// A built-in scenario file with something altered in it.
    fn altered(&self, path: &str, from: &str, to: &str) -> String {
        let text = fs::read_to_string(Path::new(SCENARIOS).join(path)).unwrap();
        assert!(text.contains(from), "{path} lacks {from:?}");
        let name = path.rsplit('/').next().unwrap();
        self.write(name, text.replacen(from, to, 1));
        name.to_owned()
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            .env_remove("RUST_BACKTRACE")
            .env_remove("RGDRILL_IMAGE");
        command
    }

    fn rgdrill(&self, arguments: &[&str]) -> Outcome {
        Outcome::of(self.command(RGDRILL, arguments).output().unwrap())
    }

    /// A whole run of one walk, in `run`.
    fn ran(&self) -> Outcome {
        self.rgdrill(&["certify", "--walk", "control", "--out", "run"])
    }
}

impl Outcome {
    fn of(output: Output) -> Self {
        Outcome {
            code: output.status.code().unwrap_or(-1),
            printed: String::from_utf8(output.stdout).unwrap(),
            errors: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Stopped with this exit code, with nothing on standard output, and with the message that the
    /// snapshot shows.
    fn stopped(&self, code: i32, snapshot: &str) {
        assert_eq!(self.code, code, "{}", self.errors);
        assert_eq!(self.printed, "");
        shows(snapshot, &self.errors);
    }
}

fn shows(snapshot: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/cli"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(snapshot, text));
}

// ---- completions, manual pages, progress -----------------------------------------------------

/// The commands that there are, as the help names them.
fn commands(desk: &Desk) -> Vec<String> {
    let help = desk.rgdrill(&["--help"]).printed;
    let listed = help.split("Commands:\n").nth(1).unwrap();
    let listed = listed.split("\n\n").next().unwrap().lines();
    let names = listed.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names
        .filter(|name| !name.is_empty() && *name != "help")
        .map(str::to_owned)
        .collect()
}

#[rstest]
#[case::bash("bash")]
#[case::zsh("zsh")]
#[case::fish("fish")]
fn a_shell_is_told_of_every_command(#[case] shell: &str) {
    let desk = Desk::new();
    let script = desk.rgdrill(&["completions", shell]);
    assert_eq!(script.code, 0, "{}", script.errors);
    for command in commands(&desk) {
        assert!(script.printed.contains(&command), "{command}");
    }
}

#[test]
fn bash_completes_a_command() {
    let desk = Desk::new();
    desk.write("script", desk.rgdrill(&["completions", "bash"]).printed);
    let asked = "source ./script; COMP_WORDS=(rgdrill cert); COMP_CWORD=1; \
                 _rgdrill rgdrill cert rgdrill; echo ${COMPREPLY[@]}";
    let completed = Outcome::of(desk.command("bash", &["-c", asked]).output().unwrap());
    assert_eq!(completed.printed, "certify\n", "{}", completed.errors);
}

#[test]
fn every_command_has_a_manual_page() {
    let desk = Desk::new();
    let wrote = desk.rgdrill(&["man", "--out", "man/man1"]);
    assert_eq!(wrote.code, 0, "{}", wrote.errors);
    for command in commands(&desk) {
        let page = format!("man/man1/rgdrill-{command}.1");
        assert!(desk.has(&page), "{page}");
    }
    let page = fs::read_to_string(desk.path("man/man1/rgdrill-certify.1")).unwrap();
    assert!(page.contains("Examples:"), "{page}");
}

#[test]
fn the_stages_are_shown_to_who_asks_for_them() {
    let desk = Desk::new();
    let ran = desk.rgdrill(&["certify", "--walk", "control", "--out", "run", "--verbose"]);
    assert!(ran.errors.contains("control: healthy\n"), "{}", ran.errors);
    assert!(
        ran.errors.contains("control: done (1 of 1)\n"),
        "{}",
        ran.errors
    );
}

// ---- help ---------------------------------------------------------------------------------

#[rstest]
#[case::all("help", &[])]
#[case::of_the_help_command("help-recheck", &["help", "recheck"])]
#[case::certify("help-certify", &["certify"])]
#[case::list("help-list", &["list"])]
#[case::check("help-check", &["check"])]
#[case::prove("help-prove", &["prove"])]
#[case::sweep("help-sweep", &["sweep"])]
#[case::merge("help-merge", &["merge"])]
#[case::recheck("help-recheck", &["recheck"])]
#[case::report("help-report", &["report"])]
#[case::diff("help-diff", &["diff"])]
#[case::serve("help-serve", &["serve"])]
#[case::load("help-load", &["load"])]
#[case::clean("help-clean", &["clean"])]
#[case::target("help-target", &["target"])]
#[case::target_new("help-target-new", &["target", "new"])]
#[case::target_try("help-target-try", &["target", "try"])]
#[case::verify("help-verify", &["verify"])]
#[case::completions("help-completions", &["completions"])]
#[case::man("help-man", &["man"])]
fn the_help_text_is_as_somebody_read_it(#[case] snapshot: &str, #[case] command: &[&str]) {
    let asks = command.contains(&"help");
    let option: &[&str] = if asks { &[] } else { &["--help"] };
    let outcome = Desk::new().rgdrill(&[command, option].concat());
    assert_eq!((outcome.code, outcome.errors.as_str()), (0, ""));
    shows(snapshot, &outcome.printed);
}

// ---- scenario and target files ------------------------------------------------------------

const CONTROL: &str = "lync-2013/walks/control.yaml";
const KILL: &str = "lync-2013/walks/imported-kill.yaml";
const PAIRED: &str = "lync-2013/topologies/paired.yaml";
const TABLES: &str = "lync-2013/tables.yaml";
const TARGET: &str = "targets/reference.yaml";

#[rstest]
#[case::a_misspelt_key("misspelt-key", KILL, "healed:", "heald:")]
#[case::an_unknown_clause("unknown-clause", KILL, "[\"*\"]", "[outage.conected.regular]")]
#[case::a_stage_never_reached("stage-never-reached", CONTROL, "judges: []", "judges: [outage.*]")]
#[case::no_unit("duration-without-unit", KILL, "healed: 4s", "healed: 4")]
#[case::a_host_named_twice("host-named-twice", KILL, "[primary]", "[primary, primary]")]
#[case::a_name_twice("name-used-twice", PAIRED, "{ name: rob }", "{ name: rita }")]
#[case::a_key_of_a_target("target-misspelt-key", TARGET, "capabilities:", "capabilties:")]
#[case::an_empty_claim("target-empty-claim", TARGET, "  call-on-behalf:", "  export-2:")]
fn a_file_at_fault_is_reported_with_its_line(
    #[case] snapshot: &str,
    #[case] path: &str,
    #[case] from: &str,
    #[case] to: &str,
) {
    let desk = Desk::new();
    let file = desk.altered(path, from, to);
    desk.rgdrill(&["check", &file]).stopped(64, snapshot);
}

#[test]
fn several_errors_are_reported_at_once_and_counted() {
    let desk = Desk::new();
    let walk = desk.altered(KILL, "healed: 4s", "healed: 4");
    let outcome = desk.rgdrill(&["check", &walk, "nowhere.yaml"]);
    outcome.stopped(64, "several-files-at-fault");
}

#[rstest]
#[case::missing("file-missing", "nowhere.yaml")]
#[case::a_directory("file-is-a-directory", "directory")]
#[case::not_utf_8("file-not-utf-8", "latin-1.yaml")]
fn a_file_that_cannot_be_read_is_named(#[case] snapshot: &str, #[case] file: &str) {
    let desk = Desk::new();
    fs::create_dir(desk.path("directory")).unwrap();
    desk.write("latin-1.yaml", b"walk: x\nabout: caf\xe9\n");
    desk.rgdrill(&["check", file]).stopped(64, snapshot);
}

#[test]
fn a_target_with_a_mistake_is_not_drilled() {
    let desk = Desk::new();
    let target = desk.altered(TARGET, "target: reference", "target: reference\nvendor: me");
    let outcome = desk.rgdrill(&[
        "certify", "--target", &target, "--seed", "1", "--out", "run",
    ]);
    outcome.stopped(64, "certify-target-at-fault");
    assert!(!desk.has("run"));
}

#[test]
fn files_in_order_are_named_with_what_they_are() {
    let files = [KILL, PAIRED, TABLES, TARGET].map(|file| format!("{SCENARIOS}/{file}"));
    let arguments: Vec<&str> = std::iter::once("check")
        .chain(files.iter().map(String::as_str))
        .collect();
    let outcome = Desk::new().rgdrill(&arguments);
    assert_eq!(outcome.code, 0, "{}", outcome.errors);
    shows("files-ok", &outcome.printed.replace(SCENARIOS, "scenarios"));
}

#[rstest]
#[case::missing("scenarios-missing", "nowhere")]
#[case::empty("scenarios-empty", "empty")]
fn a_directory_without_scenarios_is_told_what_belongs_in_it(
    #[case] snapshot: &str,
    #[case] directory: &str,
) {
    let desk = Desk::new();
    fs::create_dir(desk.path("empty")).unwrap();
    let outcome = desk.rgdrill(&["list", "walks", "--scenarios", directory]);
    outcome.stopped(64, snapshot);
}

// ---- what is asked for --------------------------------------------------------------------

#[rstest]
#[case::no_command("usage-unknown-command", &["certfy"])]
#[case::option("usage-unknown-option", &["certify", "--claus", "x"])]
#[case::no_files("usage-check-nothing", &["check"])]
#[case::list("usage-list-what", &["list", "clause"])]
#[case::jobs("usage-no-jobs", &["certify", "--jobs", "0"])]
#[case::walk("unknown-walk", &["certify", "--walk", "imported-kil"])]
#[case::clause("unknown-clause-pattern", &["certify", "--clause", "outage.conected.regular"])]
#[case::nothing("nothing-to-run", &["certify", "--walk", "control", "--clause", "outage.*"])]
#[case::nothing_listed("nothing-listed", &["list", "clauses", "nothing.*"])]
fn wrong_usage_is_reported_and_nothing_is_begun(
    #[case] snapshot: &str,
    #[case] arguments: &[&str],
) {
    let desk = Desk::new();
    desk.rgdrill(arguments).stopped(64, snapshot);
    assert_eq!(desk.names("."), Vec::<String>::new());
}

#[rstest]
#[case::clauses("list-clauses", &["list", "clauses", "outage.new.*", "outage.on-behalf.*"])]
#[case::walks("list-walks", &["list", "walks", "imported-*"])]
#[case::faults("list-faults", &["list", "faults"])]
fn lists_can_be_read(#[case] snapshot: &str, #[case] arguments: &[&str]) {
    let outcome = Desk::new().rgdrill(arguments);
    assert_eq!(outcome.code, 0, "{}", outcome.errors);
    shows(snapshot, &outcome.printed);
}

// ---- runs ---------------------------------------------------------------------------------

#[test]
fn a_run_that_leaves_clauses_unjudged_is_incomplete_and_says_so() {
    let desk = Desk::new();
    let outcome = desk.ran();
    assert_eq!(outcome.code, 3, "{}", outcome.errors);
    shows("incomplete", &outcome.printed);
    assert_eq!(
        desk.names("run"),
        [
            "calls.pcapng",
            "journal.jsonl",
            "junit.xml",
            "logs",
            "report.html",
            "results.json",
            "summary.md",
            "tables.yaml"
        ]
    );
}

#[test]
fn the_exit_code_is_the_one_in_the_results() {
    let desk = Desk::new();
    let outcome = desk.rgdrill(&["certify", "--walk", "control", "--format", "json"]);
    let results = model::results::Results::from_json(&outcome.printed).unwrap();
    assert_eq!(i32::from(results.exit_code.code()), outcome.code);
    let written = fs::read_to_string(desk.path("runs/latest/results.json")).unwrap();
    assert_eq!(written, outcome.printed);
}

#[test]
fn a_clause_that_fails_is_explained_with_its_evidence() {
    let desk = Desk::new();
    let target = desk.altered(TARGET, "/console/SignIn", "/console/SignUp");
    let outcome = desk.rgdrill(&[
        "certify",
        "--target",
        &target,
        "--seed",
        "1",
        "--clause",
        "outage.agents.backup",
        "--out",
        "run",
    ]);
    assert_eq!(outcome.code, 1, "{}", outcome.errors);
    shows("failed", &outcome.printed);
}

#[test]
fn a_run_directory_that_exists_is_left_alone() {
    let desk = Desk::new();
    fs::create_dir(desk.path("run")).unwrap();
    desk.write("run/mine", "");
    desk.ran().stopped(64, "run-directory-exists");
    assert_eq!(desk.names("run"), ["mine"]);
}

#[rstest]
#[case::spools("disk-full", "100", "control")]
#[case::journal("disk-full-at-the-end", "24000", "*imported-*")]
fn a_full_disk_leaves_nothing_that_looks_whole(
    #[case] snapshot: &str,
    #[case] blocks: &str,
    #[case] walks: &str,
) {
    let desk = Desk::new();
    // No file may become longer than this, as on a full disk.
    let script = r#"trap '' XFSZ; ulimit -f "$1"; shift; exec "$@""#;
    let limited = [
        "-c", script, "sh", blocks, RGDRILL, "certify", "--jobs", "1",
    ];
    let asked = ["--walk", walks, "--out", "run"];
    let arguments: Vec<&str> = limited.into_iter().chain(asked).collect();
    let mut outcome = Outcome::of(desk.command("sh", &arguments).output().unwrap());
    outcome.errors = without_progress(&outcome.errors);
    outcome.stopped(4, snapshot);
    assert!(!desk.has("run"));
}

#[rstest]
#[case::ctrl_c("INT", "interrupted")]
#[case::sigterm("TERM", "interrupted")]
fn an_interrupted_drill_leaves_nothing(#[case] signal: &str, #[case] snapshot: &str) {
    let desk = Desk::new();
    interrupted(&desk, signal, &[]).stopped(3, snapshot);
    assert!(!desk.has("run"));
}

#[test]
fn an_interrupted_drill_is_kept_if_asked_for_and_never_judged() {
    let desk = Desk::new();
    interrupted(&desk, "INT", &["--keep"]).stopped(3, "interrupted-and-kept");
    assert!(desk.has("run") && !desk.has("run/journal.jsonl") && !desk.has("run/results.json"));
    desk.rgdrill(&["recheck", "run"])
        .stopped(3, "recheck-stopped-early");
}

/// A drill that gets a signal as soon as it is under way.
fn interrupted(desk: &Desk, signal: &str, more: &[&str]) -> Outcome {
    let arguments = ["certify", "--jobs", "1", "--out", "run"];
    let arguments: Vec<&str> = arguments.iter().chain(more).copied().collect();
    let mut command = desk.command(RGDRILL, &arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let began = Instant::now();
    let under_way = || {
        desk.has("run")
            && desk
                .names("run")
                .iter()
                .any(|name| name.ends_with(".spool"))
    };
    while !under_way() {
        assert!(began.elapsed() < LONG, "the drill never began");
        thread::sleep(Duration::from_millis(5));
    }
    let sent = Command::new("kill")
        .args([&format!("-{signal}"), &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
    let mut outcome = Outcome::of(child.wait_with_output().unwrap());
    outcome.errors = without_progress(&outcome.errors);
    outcome
}

/// Standard error without the lines that a slow machine has in it.
fn without_progress(errors: &str) -> String {
    let lines = errors.lines().filter(|line| !line.contains(": done ("));
    lines.map(|line| format!("{line}\n")).collect()
}

// ---- engines ------------------------------------------------------------------------------

#[rstest]
#[case::a_drill(&["certify", "--lab", "docker"])]
#[case::a_clean(&["clean"])]
fn an_engine_that_cannot_be_reached_is_named_with_what_to_do(#[case] arguments: &[&str]) {
    let desk = Desk::new();
    let unreachable = [
        (
            "unix:///nowhere/engine.sock",
            "unix:///nowhere/engine.sock (DOCKER_HOST)",
            "start one",
        ),
        (
            "tcp://127.0.0.1:1",
            "tcp://127.0.0.1:1 (DOCKER_HOST)",
            "start one",
        ),
        ("ssh://me@engine.example", "over SSH", "ssh -NL"),
    ];
    for (host, named, advice) in unreachable {
        let mut command = desk.command(RGDRILL, arguments);
        let outcome = Outcome::of(command.env("DOCKER_HOST", host).output().unwrap());
        assert_eq!(outcome.code, 4, "{}", outcome.errors);
        let told = outcome.errors.replace(['|', '\n'], " ");
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(named) && told.contains(advice), "{told}");
    }
}

/// Whoever has set it, for servers of their own or in a pipeline, drills the reference pools all the same.
#[rstest]
#[case::another("another")]
#[case::none("")]
fn the_reference_pools_are_drilled_whatever_their_password_is(#[case] password: &str) {
    let desk = Desk::new();
    let arguments = [
        "certify",
        "--walk",
        "imported-kill",
        "--clause",
        "outage.agents.backup",
    ];
    let mut command = desk.command(RGDRILL, &arguments);
    let outcome = Outcome::of(command.env("RGDRILL_PASSWORD", password).output().unwrap());
    assert_eq!(outcome.code, 0, "{}", outcome.errors);
}

// ---- rechecks -----------------------------------------------------------------------------

#[test]
fn the_reports_of_a_run_are_written_again() {
    let desk = Desk::new();
    desk.ran();
    let files = [
        "results.json",
        "junit.xml",
        "report.html",
        "summary.md",
        "calls.pcapng",
    ];
    let files = files.map(|file| format!("run/{file}"));
    let files = files.each_ref().map(String::as_str);
    let before = files.map(|file| fs::read(desk.path(file)).unwrap());
    for file in files {
        fs::remove_file(desk.path(file)).unwrap();
    }
    let outcome = desk.rgdrill(&["report", "run"]);
    // Whatever they say: here, that no clause was judged.
    assert_eq!(outcome.code, 0, "{}", outcome.errors);
    assert_eq!(outcome.printed, files.join("\n") + "\n");
    assert_eq!(files.map(|file| fs::read(desk.path(file)).unwrap()), before);
}

#[test]
fn a_run_is_judged_again_to_the_same_verdicts() {
    let desk = Desk::new();
    let first = desk.ran();
    let results = fs::read(desk.path("run/results.json")).unwrap();
    fs::remove_file(desk.path("run/results.json")).unwrap();
    fs::remove_file(desk.path("run/junit.xml")).unwrap();
    let again = desk.rgdrill(&["recheck", "run"]);
    assert_eq!((again.code, again.printed), (first.code, first.printed));
    assert_eq!(fs::read(desk.path("run/results.json")).unwrap(), results);
    assert!(desk.has("run/junit.xml"));
}

#[rstest]
#[case::missing("recheck-missing", "nowhere")]
#[case::no_run("recheck-no-run", ".")]
#[case::a_file("recheck-a-file", "file")]
fn what_is_no_run_is_not_judged(#[case] snapshot: &str, #[case] directory: &str) {
    let desk = Desk::new();
    desk.write("file", "");
    desk.rgdrill(&["recheck", directory]).stopped(64, snapshot);
}

#[test]
fn a_journal_without_its_seal_is_incomplete() {
    let desk = Desk::new();
    desk.ran();
    spoil(&desk, "journal.jsonl", |text| {
        let (lines, _seal) = text.trim_end().rsplit_once('\n').unwrap();
        format!("{lines}\n")
    });
    recheck_stopped(&desk, 3, "recheck-unsealed");
}

#[test]
fn a_journal_that_was_altered_is_not_believed() {
    let desk = Desk::new();
    desk.ran();
    spoil(&desk, "journal.jsonl", |text| {
        text.replacen("\"t_us\":0", "\"t_us\":1", 1)
    });
    recheck_stopped(&desk, 4, "recheck-altered");
}

#[test]
fn a_run_is_judged_by_no_other_tables() {
    let desk = Desk::new();
    desk.ran();
    spoil(&desk, "tables.yaml", |text| text + "# another\n");
    recheck_stopped(&desk, 4, "recheck-other-tables");
}

/// Alters a file of the run, and takes its reports away.
fn spoil(desk: &Desk, name: &str, alter: impl FnOnce(String) -> String) {
    let path = desk.path("run").join(name);
    let text = fs::read_to_string(&path).unwrap();
    let altered = alter(text.clone());
    assert_ne!(altered, text, "nothing was altered");
    fs::write(path, altered).unwrap();
    fs::remove_file(desk.path("run/results.json")).unwrap();
}

/// The recheck ends with this code and message, and judges nothing. Numbers and hashes, which any
/// change of a walk changes, are left out.
fn recheck_stopped(desk: &Desk, code: i32, snapshot: &str) {
    let mut outcome = desk.rgdrill(&["recheck", "run"]);
    outcome.errors = without_numbers(&outcome.errors);
    outcome.stopped(code, snapshot);
    assert!(!desk.has("run/results.json"));
}

fn without_numbers(text: &str) -> String {
    let is_number = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let is_hash = bare.len() == 64 && bare.chars().all(|c| c.is_ascii_hexdigit());
        (is_hash || bare.parse::<u64>().is_ok()).then(|| bare.to_owned())
    };
    let numbers = text.split_whitespace().filter_map(is_number);
    numbers.fold(text.to_owned(), |text, number| text.replace(&number, "…"))
}

// ---- standard output ----------------------------------------------------------------------

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let desk = Desk::new();
    let script = r#"{ "$0" list clauses; echo "exit code $?" >&2; } | head -n 1"#;
    let outcome = Outcome::of(
        desk.command("sh", &["-c", script, RGDRILL])
            .output()
            .unwrap(),
    );
    assert_eq!(outcome.errors, "exit code 0\n");
    assert_eq!(outcome.printed, "outage.connected.regular\n");
}

#[cfg(target_os = "linux")]
#[test]
fn half_a_document_on_a_full_disk_is_a_failure() {
    let desk = Desk::new();
    let mut command = desk.command(RGDRILL, &["list", "clauses", "--format", "json"]);
    command.stdout(File::options().write(true).open("/dev/full").unwrap());
    Outcome::of(command.output().unwrap()).stopped(4, "standard-output-full");
}

#[test]
fn a_closed_standard_output_is_no_panic() {
    let desk = Desk::new();
    let script = r#""$0" list faults >&-"#;
    let outcome = Outcome::of(
        desk.command("sh", &["-c", script, RGDRILL])
            .output()
            .unwrap(),
    );
    assert!(!outcome.errors.contains("panicked"), "{}", outcome.errors);
}

#[test]
fn there_is_no_colour_where_there_is_no_terminal() {
    let desk = Desk::new();
    let run = desk.ran();
    let stopped = desk.rgdrill(&["recheck", "nowhere"]);
    for text in [run.printed, run.errors, stopped.errors] {
        assert!(!text.contains('\u{1b}'), "{text}");
    }
}

// ---- options that do not go together --------------------------------------------------------

#[test]
fn there_is_no_certificate_of_a_mutant() {
    let desk = Desk::new();
    let mutant = ["certify", "--mutant", "never-fenced"];
    desk.rgdrill(&[&mutant[..], &["--evidence", "c.tar"]].concat())
        .stopped(64, "certificate-of-a-mutant");
    assert!(!desk.has("c.tar") && !desk.has("runs"));
}

#[test]
fn a_proof_of_mutants_that_there_are_not_is_refused() {
    let desk = Desk::new();
    desk.rgdrill(&["prove", "sometimes-fenced"])
        .stopped(64, "no-such-mutant");
}

/// The target is one that the honesty probe refuses.
#[test]
fn that_the_run_directory_exists_is_reported_before_anything_is_asked() {
    let desk = Desk::new();
    let rows = "rows:\n          at: /rows";
    let no = format!("refused: {{ code: [200] }}\n        {rows}");
    let target = desk.altered("targets/reference.yaml", rows, &no);
    fs::create_dir(desk.path("run")).unwrap();
    let outcome = desk.rgdrill(&[
        "certify", "--target", &target, "--seed", "1", "--out", "run",
    ]);
    assert_eq!(outcome.code, 64);
    assert!(
        outcome
            .errors
            .contains("the run directory run exists already"),
        "{}",
        outcome.errors
    );
}

// ---- targets ------------------------------------------------------------------------------

#[rstest]
#[case::if_nothing_is_said(&[])]
#[case::of_containers(&["--runs", "containers"])]
#[case::of_what_runs_already(&["--runs", "addresses"])]
fn the_skeleton_of_a_target_is_in_order(#[case] runs: &[&str]) {
    let desk = Desk::new();
    let skeleton = desk.rgdrill(&[&["target", "new", "acme"], runs].concat());
    assert_eq!(skeleton.code, 0, "{}", skeleton.errors);
    let schema = format!(
        "/rgdrill/v{}/scenarios/schemas/target.json\n",
        env!("CARGO_PKG_VERSION")
    );
    assert!(
        skeleton.printed.contains(&schema),
        "the schema of this release"
    );
    desk.write("acme.yaml", &skeleton.printed);
    let checked = desk.rgdrill(&["check", "acme.yaml"]);
    assert_eq!(
        checked.printed, "acme.yaml: ok (target)\n",
        "{}",
        checked.errors
    );
}

#[test]
fn what_of_a_target_works_is_told() {
    let desk = Desk::new();
    desk.altered("targets/reference.yaml", "nothing", "nothing");
    let tried = desk.rgdrill(&["target", "try", "reference.yaml"]);
    assert_eq!(tried.code, 0, "{}", tried.errors);
    shows("target-try", &tried.printed);
}

#[test]
fn what_of_a_target_does_not_work_is_told() {
    let desk = Desk::new();
    let path = "path: /console/SignIn";
    desk.altered("targets/reference.yaml", path, "path: /console/LogOn");
    let tried = desk.rgdrill(&["target", "try", "reference.yaml"]);
    assert_eq!(tried.code, 1, "{}", tried.errors);
    let mut lines = tried.printed.lines();
    let line = lines.find(|line| line.contains("sign-in")).unwrap();
    assert!(
        line.starts_with("✗ sign-in          0 of 8 done; refused: 404"),
        "{line}"
    );
}

/// The embedded reference pools under a dial plan, as a target of one's own.
fn with_a_dial_plan(desk: &Desk, callers: &str) {
    let reference = include_str!("../targets/reference.yaml");
    let directory = format!(
        "directory:\n  agents: {{ primary: 1000-1099, backup: 2000-2099 }}\n  groups: {{ primary: +49301000-+49301999, \
         backup: [\"8001\", Front.Desk, porter_2] }}\n  callers: {callers}\n  callees: 0070-0079\n\nverbs:\n"
    );
    let target = reference.replacen("target: reference\n", "target: numbered\n", 1);
    desk.write("numbered.yaml", target.replacen("verbs:\n", &directory, 1));
}

#[test]
fn a_target_has_names_and_numbers_of_its_own() {
    let desk = Desk::new();
    with_a_dial_plan(&desk, "+4989000-+4989999");
    let certify = [
        "certify",
        "--target",
        "numbered.yaml",
        "--lab",
        "sim",
        "--out",
        "run",
    ];
    let outcome = desk.rgdrill(
        &[
            &certify[..],
            &["--clause", "outage.new.imported", "--walk", "imported-kill"],
        ]
        .concat(),
    );
    assert_eq!(outcome.code, 0, "{}", outcome.errors);
    // Of a target of one's own the seed is a fresh one.
    assert!(
        outcome.errors.contains("The seed is "),
        "{}",
        outcome.errors
    );
    let journal = fs::read_to_string(desk.path("run/journal.jsonl")).unwrap();
    let names = journal
        .lines()
        .find(|line| line.contains("walk-began"))
        .unwrap();
    let began: serde_json::Value = serde_json::from_str(names).unwrap();
    let name = |role: &str| began["drawn"]["names"][role].as_str().unwrap().to_owned();
    assert!(name("paul").starts_with("10") && name("ben").starts_with("20"));
    assert!(name("sales").starts_with("+49301") && name("carol").starts_with("007"));
    assert!(["8001", "Front.Desk", "porter_2"].contains(&name("reception").as_str()));
}

#[rstest]
#[case::a_directory_that_lists_too_few(
    "+4989000-+4989009",
    ["--seed", "1"],
    "directory-too-short"
)]
#[case::shards_without_a_seed("+4989000-+4989999", ["--shard", "1/2"], "shards-without-seed")]
fn a_drill_of_a_target_is_refused(
    #[case] callers: &str,
    #[case] arguments: [&str; 2],
    #[case] snapshot: &str,
) {
    let desk = Desk::new();
    with_a_dial_plan(&desk, callers);
    let certify = ["certify", "--target", "numbered.yaml", "--out", "run"];
    let outcome = desk.rgdrill(&[&certify[..], &arguments].concat());
    outcome.stopped(64, snapshot);
    assert!(!desk.has("run"));
}

#[test]
fn a_lab_that_the_target_does_not_name_is_refused() {
    let desk = Desk::new();
    desk.altered(
        "targets/reference.yaml",
        "labs: [sim, docker]",
        "labs: [docker]",
    );
    let certify = ["certify", "--target", "reference.yaml", "--lab", "sim"];
    desk.rgdrill(&certify).stopped(64, "lab-not-named");
}
