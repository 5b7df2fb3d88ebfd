//! Certificates, as `certify --evidence` writes them and `verify` checks them; and the commands by
//! which `harness/docs/certificate.md` checks them without rgdrill.
//!
//! Where a tool of those commands is not installed, their tests are listed as ignored.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot do without may panic"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use evidence::signing::{KeyAccess, SigningKey};
use evidence::{Certificate, Environment, Members, member, seal};
use libtest_mimic::{Arguments, Failed, Trial};
use model::file_kind::FileKind;
use report::REPORTS;
use serde_json::Value;
use tempfile::TempDir;

const TOOLS: [&str; 5] = ["jq", "sh", "sha256sum", "ssh-keygen", "tar"];
const KEYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/harness/evidence/tests/keys");
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/harness/docs/certificate.md");
const TOKEN: &str = "correct horse battery";

type Test = (&'static str, fn() -> Result<(), Failed>);

fn main() {
    let tests: [Test; 15] = [
        ("a_whole_drill_is_verified", a_whole_drill_is_verified),
        (
            "the_same_seed_gives_the_same_bytes",
            the_same_seed_gives_the_same_bytes,
        ),
        (
            "a_byte_changed_in_any_part_is_found",
            a_byte_changed_in_any_part_is_found,
        ),
        (
            "other_verdicts_are_found_whoever_seals_them",
            other_verdicts_are_found,
        ),
        (
            "a_clause_that_was_left_out_is_named",
            a_clause_that_was_left_out_is_named,
        ),
        (
            "a_walk_that_was_changed_is_named",
            a_walk_that_was_changed_is_named,
        ),
        (
            "another_yardstick_is_named_in_every_report",
            another_yardstick_is_named,
        ),
        (
            "a_journal_of_other_files_is_refused",
            a_journal_of_other_files_is_refused,
        ),
        (
            "a_journal_of_another_programme_is_refused",
            a_journal_of_another_programme_is_refused,
        ),
        (
            "an_unsigned_file_has_no_allowed_signer",
            an_unsigned_file_has_no_allowed_signer,
        ),
        (
            "a_signature_of_another_is_refused",
            a_signature_of_another_is_refused,
        ),
        ("secrets_are_in_no_form_in_it", secrets_are_in_no_form_in_it),
        (
            "a_secret_that_shows_keeps_it_from_being_written",
            a_secret_that_shows,
        ),
        (
            "wrong_usage_is_reported_before_the_drill",
            wrong_usage_is_reported_before_the_drill,
        ),
        (
            "a_full_disk_leaves_no_half_certificate",
            a_full_disk_leaves_no_half_certificate,
        ),
    ];
    let with_tools: [Test; 2] = [
        (
            "the_documented_commands_accept_it",
            the_documented_commands_accept_it,
        ),
        (
            "the_documented_commands_refuse_what_was_altered",
            the_documented_commands_refuse,
        ),
    ];
    let missing: Vec<&str> = TOOLS
        .into_iter()
        .filter(|tool| !is_installed(tool))
        .collect();
    let outside = with_tools.map(|(name, test)| {
        let kind = match missing.as_slice() {
            [] => String::new(),
            missing => format!("not installed: {}", missing.join(", ")),
        };
        Trial::test(name, test)
            .with_kind(kind)
            .with_ignored_flag(!missing.is_empty())
    });
    let inside = tests.map(|(name, test)| Trial::test(name, test));
    let all = inside.into_iter().chain(outside).collect();
    libtest_mimic::run(&Arguments::from_args(), all).exit();
}

fn is_installed(tool: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(tool).is_file())
}

fn a_whole_drill_is_verified() -> Result<(), Failed> {
    let found = verified(signed_drill(), &["--allowed-signers", &signers()]);
    holds(found["verified"] == true, &found)?;
    holds(found["drill"]["summary"]["pass"] == 64, &found)?;
    holds(
        found["signer"]["principals"] == "release@example.org",
        &found,
    )
}

fn the_same_seed_gives_the_same_bytes() -> Result<(), Failed> {
    let again = place();
    // The command line is a part of it: the same one, in another directory.
    let output = rgdrill(
        again.path(),
        &["certify", "--out", "run", "--walk", "control"],
        &["--evidence", "c.tar"],
    );
    holds(output.status.code() == Some(3), &output)?;
    holds(fs::read(again.path().join("c.tar"))? == *control_walk(), "")
}

/// One byte of each header, content and padding, and of what ends the archive.
fn a_byte_changed_in_any_part_is_found() -> Result<(), Failed> {
    let file = control_walk();
    let members = members_of(file);
    let mut at = 0;
    let mut places = Vec::new();
    for (name, content) in &members {
        let end = at + 512 + content.len();
        let next = end.next_multiple_of(512);
        places.extend([
            (at, ""),
            (at + 101, name),
            (at + 140, name),
            (at + 150, name),
        ]);
        places.extend([
            (at + 400, name.as_str()),
            (at + 512 + content.len() / 2, ""),
        ]);
        places.extend((next > end).then_some((next - 1, name.as_str())));
        at = next;
    }
    places.extend([(at + 3, ""), (at + 600, ""), (file.len() - 1, "")]);
    for (at, name) in places {
        let mut altered = file.clone();
        altered[at] ^= 1;
        let found = verify_bytes(&altered);
        let failed = failed_checks(&found);
        let is_found = ["form", "manifest", "statement"]
            .iter()
            .any(|check| failed.contains(check));
        holds(
            is_found && found["verified"] == false,
            format!("byte {at}: {found:#}"),
        )?;
        holds(
            found.to_string().contains(name),
            format!("byte {at} of {name}: {found:#}"),
        )?;
    }
    Ok(())
}

/// Whoever can write a manifest can make any file look whole: the journal says otherwise.
fn other_verdicts_are_found() -> Result<(), Failed> {
    let forged = resealed(drill(), |members| {
        let results = String::from_utf8_lossy(&members[member::RESULTS]).into_owned();
        let other = results.replacen("\"verdict\": \"pass\"", "\"verdict\": \"unsupported\"", 2);
        members.insert(member::RESULTS.to_owned(), other.into_bytes());
    });
    let found = verify_bytes(&forged);
    holds(failed_checks(&found) == ["judgement"], &found)?;
    holds(found.to_string().contains("`results.json`"), &found)
}

fn a_clause_that_was_left_out_is_named() -> Result<(), Failed> {
    let found = verify_bytes(control_walk());
    holds(failed_checks(&found) == ["completeness"], &found)?;
    holds(
        found.to_string().contains("outage.connected.regular"),
        &found,
    )
}

fn a_walk_that_was_changed_is_named() -> Result<(), Failed> {
    let changed = resealed(control_walk(), |members| {
        let walk = members.get_mut("scenarios/walks/control.yaml").unwrap();
        walk.extend(b"# for this pool\n");
    });
    let found = verify_bytes(&changed);
    let scenarios = &found["checks"][4];
    holds(scenarios["outcome"] == "holds", &found)?;
    let note = "`scenarios/walks/control.yaml` differs from this release's";
    holds(scenarios["notes"].to_string().contains(note), &found)
}

/// Wider windows, and a walk that is not there: all 64 clauses pass, and nobody is to take it for a
/// pass of this release's scenarios.
fn another_yardstick_is_named() -> Result<(), Failed> {
    let place = place();
    let scenarios = copied_scenarios(place.path());
    let tables = scenarios.join("tables.yaml");
    let softer = fs::read_to_string(&tables)?.replace("gap: 1s ", "gap: 1100ms ");
    fs::write(&tables, softer)?;
    fs::remove_file(scenarios.join("walks/imported-lossy.yaml"))?;
    let output = command(place.path())
        .args(["certify", "--scenarios", scenarios.to_str().unwrap()])
        .args(["--out", "run", "--evidence", "c.tar"])
        .output()?;
    holds(output.status.code() == Some(0), &output)?;
    let differs = ["the tables' windows", "walk imported-lossy (left out)"];
    let read = |name: &str| fs::read_to_string(place.path().join("run").join(name));
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    for report in [printed, read("junit.xml")?, read("results.json")?] {
        let in_a_line = report.split_whitespace().collect::<Vec<_>>().join(" ");
        let plain = in_a_line.replace("&apos;", "'");
        holds(differs.iter().all(|name| plain.contains(name)), &plain)?;
    }
    let file = fs::read(place.path().join("c.tar"))?;
    let found = verify_bytes(&file);
    holds(found["verified"] == true, &found)?;
    let named = serde_json::json!(differs);
    holds(found["yardstick"]["differs"] == named, &found)?;
    let certificate = Certificate::open(file.as_slice(), REPORTS)?;
    let statement = evidence::statement::Statement::of(certificate.members())?;
    holds(statement.predicate.result.word() == "WARNED", "")?;
    let annotated = &statement.predicate.configuration[0].annotations["differs"];
    holds(annotated == &differs, format!("{annotated:?}"))?;
    if TOOLS.into_iter().all(is_installed) {
        holds(
            !by_hand(&file).status.success(),
            "the page's commands accept it",
        )?;
    }
    Ok(())
}

fn a_journal_of_other_files_is_refused() -> Result<(), Failed> {
    let other_seed = resealed(control_walk(), |members| {
        let mut environment = Environment::from_json(&members[member::ENVIRONMENT]).unwrap();
        environment.seed = 7;
        let json = environment.to_json().unwrap();
        members.insert(member::ENVIRONMENT.to_owned(), json);
    });
    let other_tables = resealed(control_walk(), |members| {
        members
            .get_mut(member::TABLES)
            .unwrap()
            .extend(b"# softer\n");
    });
    for (forged, member) in [
        (other_seed, member::ENVIRONMENT),
        (other_tables, member::TABLES),
    ] {
        let found = verify_bytes(&forged);
        holds(failed_checks(&found).contains(&"journal"), &found)?;
        let why = format!("its header does not match `{member}`");
        holds(found.to_string().contains(&why), &found)?;
    }
    Ok(())
}

/// What is done is drawn again, and compared.
fn a_journal_of_another_programme_is_refused() -> Result<(), Failed> {
    let programme = member::of_scenario(FileKind::Programme, "full");
    let forged = resealed(control_walk(), |members| {
        let text = String::from_utf8_lossy(&members[&programme]).into_owned();
        let other = text.replacen("at: 600ms", "at: 650ms", 1);
        assert_ne!(other, text);
        members.insert(programme.clone(), other.into_bytes());
    });
    let found = verify_bytes(&forged);
    holds(failed_checks(&found).contains(&"journal"), &found)?;
    let why = format!(
        "in the healthy stage of walk `control` it was not done what `{programme}` says, as seed 1 draws it"
    );
    holds(found.to_string().contains(&why), &found)
}

fn an_unsigned_file_has_no_allowed_signer() -> Result<(), Failed> {
    holds(verified(drill(), &[])["verified"] == true, "")?;
    let found = verified(drill(), &["--allowed-signers", &signers()]);
    holds(failed_checks(&found) == ["signature"], &found)
}

fn a_signature_of_another_is_refused() -> Result<(), Failed> {
    let place = place();
    let key = fs::read_to_string(format!("{KEYS}/ed25519.pub"))?;
    let allowed = place.path().join("signers");
    fs::write(
        &allowed,
        format!("release@example.org namespaces=\"git\" {key}"),
    )?;
    let found = verified(
        signed_drill(),
        &["--allowed-signers", allowed.to_str().unwrap()],
    );
    holds(failed_checks(&found) == ["signature"], &found)?;
    holds(found.to_string().contains("not for the namespace"), &found)
}

/// A target whose every request carries a token, as many vendors' do.
fn secrets_are_in_no_form_in_it() -> Result<(), Failed> {
    let place = place();
    let target = target_with_token(place.path());
    let output = command(place.path())
        .args([
            "certify", "--walk", "control", "--target", &target, "--seed", "1",
        ])
        .args(["--out", "run", "--evidence", "c.tar"])
        .env("DRILL_TOKEN", TOKEN)
        .output()?;
    holds(output.status.code() == Some(3), &output)?;
    let file = fs::read(place.path().join("c.tar"))?;
    let text = String::from_utf8_lossy(&file);
    holds(text.contains("DRILL_TOKEN"), "the target names its secret")?;
    let target = target::Target::load(&model::yaml::read(Path::new(&target))?)?;
    let secrets = target.secrets(|_| Some(TOKEN.to_owned()))?;
    holds(
        !text.contains(TOKEN) && secrets.shown_in(&file).is_none(),
        "the secret is in the certificate",
    )
}

/// The last look, where nothing else has kept a secret out: here, a walk that quotes it.
fn a_secret_that_shows() -> Result<(), Failed> {
    let place = place();
    let scenarios = copied_scenarios(place.path());
    let walk = scenarios.join("walks/control.yaml");
    fs::write(&walk, fs::read_to_string(&walk)? + &format!("# {TOKEN}\n"))?;
    let target = target_with_token(place.path());
    let output = command(place.path())
        .args([
            "certify",
            "--scenarios",
            scenarios.to_str().unwrap(),
            "--walk",
            "control",
        ])
        .args([
            "--target",
            &target,
            "--seed",
            "1",
            "--out",
            "run",
            "--evidence",
            "c.tar",
        ])
        .env("DRILL_TOKEN", TOKEN)
        .output()?;
    holds(output.status.code() == Some(4), &output)?;
    let errors = String::from_utf8_lossy(&output.stderr).replace(['\n', ' ', '│', '|'], "");
    holds(errors.contains("containsthesecretDRILL_TOKEN"), &output)?;
    holds(!place.path().join("c.tar").exists(), "it was written")
}

fn wrong_usage_is_reported_before_the_drill() -> Result<(), Failed> {
    let place = place();
    fs::write(place.path().join("there"), "")?;
    let encrypted = format!("{KEYS}/encrypted");
    let wrong: [&[&str]; 6] = [
        &["certify", "--evidence", "there"],
        &["certify", "--evidence", "nowhere/c.tar"],
        &["certify", "--evidence", "c.tar", "--sign", "nobody"],
        &["certify", "--evidence", "c.tar", "--sign", &encrypted],
        &["certify", "--sign", &encrypted],
        &["certify", "--evidence", "c.tar", "--mutant", "never-fenced"],
    ];
    for arguments in wrong {
        let output = rgdrill(place.path(), arguments, &["--out", "run"]);
        holds(output.status.code() == Some(64), &output)?;
        holds(!place.path().join("run").exists(), "it was run")?;
    }
    let missing = rgdrill(place.path(), &["verify", "nowhere.tar"], &[]);
    holds(missing.status.code() == Some(64), &missing)?;
    let folder = rgdrill(place.path(), &["verify", "."], &[]);
    holds(folder.status.code() == Some(4), &folder)
}

/// A file may have no more bytes than the journal has, so the archive does not fit.
fn a_full_disk_leaves_no_half_certificate() -> Result<(), Failed> {
    let place = place();
    let journal = members_of(control_walk())[member::JOURNAL].len();
    let blocks = journal.div_ceil(512) + 1;
    let script = format!(
        "trap '' XFSZ; ulimit -f {blocks}; exec '{}' certify --walk control --out run --evidence c.tar",
        env!("CARGO_BIN_EXE_rgdrill")
    );
    let output = Command::new("sh")
        .args(["-c", &script])
        .current_dir(place.path())
        .output()?;
    holds(output.status.code() == Some(4), &output)?;
    let errors = String::from_utf8_lossy(&output.stderr);
    holds(
        errors.contains("cannot write the certificate c.tar"),
        &output,
    )?;
    let left: Vec<_> = fs::read_dir(place.path())?.flatten().collect();
    holds(left.len() == 1, format!("{left:?}"))
}

fn the_documented_commands_accept_it() -> Result<(), Failed> {
    let output = by_hand(signed_drill());
    holds(output.status.success(), &output)?;
    let said = String::from_utf8_lossy(&output.stdout);
    holds(
        said.contains("Good \"rgdrill\" signature for release@example.org"),
        &output,
    )?;
    holds(said.contains("PASSED"), &output)
}

fn the_documented_commands_refuse() -> Result<(), Failed> {
    let members = members_of(signed_drill());
    for name in members.keys() {
        let mut altered = members.clone();
        let content = altered.get_mut(name).unwrap();
        let middle = content.len() / 2;
        content[middle] ^= 1;
        let output = by_hand(&evidence::tar::write(&altered)?);
        holds(
            !output.status.success(),
            format!("`{name}` was altered: {output:?}"),
        )?;
    }
    Ok(())
}

/// Runs the commands of the page, in a directory with `drill.tar` and `signers`.
fn by_hand(certificate: &[u8]) -> Output {
    let place = place();
    fs::write(place.path().join("drill.tar"), certificate).unwrap();
    fs::copy(signers(), place.path().join("signers")).unwrap();
    let page = fs::read_to_string(PAGE).unwrap();
    let commands = page.split("<!-- commands: ").skip(1).map(|part| {
        let code = part.split_once("```sh\n").unwrap().1;
        code.split_once("```").unwrap().0
    });
    let script = "set -eu\n".to_owned() + &commands.collect::<String>();
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).current_dir(place.path());
    shell.output().unwrap()
}

/// The certificate of a whole drill.
fn drill() -> &'static Vec<u8> {
    static FILE: OnceLock<Vec<u8>> = OnceLock::new();
    FILE.get_or_init(|| certified(&[]))
}

/// The same, signed.
fn signed_drill() -> &'static Vec<u8> {
    static FILE: OnceLock<Vec<u8>> = OnceLock::new();
    FILE.get_or_init(|| {
        let key = fs::read(format!("{KEYS}/ed25519")).unwrap();
        let key = SigningKey::read(&key, KeyAccess::default()).unwrap();
        seal(unsealed(members_of(drill())), Some(&key)).unwrap()
    })
}

/// The certificate of the walk without an outage: small, and not complete.
fn control_walk() -> &'static Vec<u8> {
    static FILE: OnceLock<Vec<u8>> = OnceLock::new();
    FILE.get_or_init(|| certified(&["--walk", "control"]))
}

fn certified(arguments: &[&str]) -> Vec<u8> {
    let place = place();
    let what = [&["certify", "--out", "run"], arguments].concat();
    let output = rgdrill(place.path(), &what, &["--evidence", "c.tar"]);
    fs::read(place.path().join("c.tar")).unwrap_or_else(|_| fail(&output))
}

#[expect(
    clippy::panic,
    reason = "a test without a certificate has nothing to test"
)]
fn fail(output: &Output) -> ! {
    panic!("no certificate: {output:?}")
}

/// All members of a file, the journal among them.
fn members_of(file: &[u8]) -> Members {
    evidence::tar::read(file, |name| member::longest(name, REPORTS)).unwrap()
}

/// A certificate whose members were changed, and sealed again.
fn resealed(file: &[u8], change: impl FnOnce(&mut Members)) -> Vec<u8> {
    let mut members = unsealed(members_of(file));
    change(&mut members);
    seal(members, None).unwrap()
}

fn unsealed(mut members: Members) -> Members {
    members.remove(member::MANIFEST);
    members.remove(member::STATEMENT);
    members
}

/// The reference's target file, with a token in a header of each request.
fn target_with_token(place: &Path) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/targets/reference.yaml");
    let text = fs::read_to_string(file).unwrap();
    let text = text.replace(
        "secrets:\n",
        "secrets:\n  DRILL_TOKEN:\n    about: For all requests.\n",
    );
    let header = "    http:\n      headers: { x-token: \"administrator:{secret:DRILL_TOKEN}\" }\n";
    let path = place.join("reference.yaml");
    fs::write(&path, text.replace("    http:\n", header)).unwrap();
    path.to_str().unwrap().to_owned()
}

fn copied_scenarios(place: &Path) -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/lync-2013");
    let to = place.join("scenarios");
    for folder in ["", "programmes", "topologies", "walks"] {
        fs::create_dir_all(to.join(folder)).unwrap();
        for entry in fs::read_dir(from.join(folder)).unwrap().flatten() {
            if entry.path().is_file() {
                fs::copy(entry.path(), to.join(folder).join(entry.file_name())).unwrap();
            }
        }
    }
    to
}

/// The file of allowed signers that has the tests' key.
fn signers() -> String {
    static PLACE: OnceLock<TempDir> = OnceLock::new();
    let place = PLACE.get_or_init(|| {
        let place = place();
        let key = fs::read_to_string(format!("{KEYS}/ed25519.pub")).unwrap();
        let line = format!("release@example.org namespaces=\"rgdrill\" {key}");
        fs::write(place.path().join("signers"), line).unwrap();
        place
    });
    place.path().join("signers").to_str().unwrap().to_owned()
}

/// What `rgdrill verify --format json` says of these bytes.
fn verified(file: &[u8], options: &[&str]) -> Value {
    let place = place();
    fs::write(place.path().join("c.tar"), file).unwrap();
    let arguments = ["verify", "c.tar", "--format", "json"];
    let output = rgdrill(place.path(), &arguments, options);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let code = if found["verified"] == true { 0 } else { 1 };
    assert_eq!(output.status.code(), Some(code), "{found:#}");
    found
}

fn verify_bytes(file: &[u8]) -> Value {
    verified(file, &[])
}

fn failed_checks(found: &Value) -> Vec<&str> {
    let checks = found["checks"].as_array().unwrap().iter();
    checks
        .filter(|check| check["outcome"] == "fails")
        .map(|check| check["check"].as_str().unwrap())
        .collect()
}

fn rgdrill(place: &Path, arguments: &[&str], more: &[&str]) -> Output {
    command(place).args(arguments).args(more).output().unwrap()
}

fn command(place: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rgdrill"));
    command.current_dir(place);
    command
}

fn place() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn holds(condition: bool, found: impl std::fmt::Debug) -> Result<(), Failed> {
    if condition {
        return Ok(());
    }
    Err(format!("{found:?}").into())
}
