//! Who writes, seals and verifies reports asks the registry: a report that is in it takes part in
//! all of that.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot do without may panic"
)]

use std::fs;
use std::path::Path;

use chrono::DateTime;
use evidence::signature::SignaturePolicy;
use evidence::signing::KeyAccess;
use evidence::verify::{CheckName, CheckOutcome};
use evidence::{
    Certificate, Destination, Environment, Materials, Verification, VerificationPolicy, seal,
    verify,
};
use judge::Policy;
use model::exit_code::Strictness;
use model::journal::{Header, assemble};
use model::scenarios::Scenarios;
use model::walk::LabKind;
use model::yaml;
use report::run_dir::{JOURNAL, StoredRun, stored};
use report::{Content, JudgedRun, Logs, Nature, REPORTS, Registry, Report, reports};
use target::Target;
use timeline::ReadRun;

/// A report that no release has.
const COUNT: Report = Report {
    name: "count",
    file: "count.txt",
    about: "how many clauses were asked for",
    nature: Nature::Record,
    content: Content::Text(|run| Ok(run.results.clauses.len().to_string())),
};

const WITH_COUNT: Registry<'static> = Registry::new(&[reports::results::REPORT, COUNT]);

fn scenarios() -> Scenarios {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/lync-2013");
    Scenarios::read(&path).unwrap()
}

/// The certificate of a run without walks, whose reports are these.
fn certificate(reports: Registry<'_>) -> Vec<u8> {
    let place = tempfile::tempdir().unwrap();
    let (dir, scenarios) = (place.path(), scenarios());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/targets/reference.yaml");
    let target = yaml::read(&path).unwrap();
    let header = Header::new("reference", LabKind::Sim, 1, &scenarios.tables_sha256);
    assemble(&dir.join(JOURNAL), &header, Vec::new()).unwrap();
    stored::keep_tables(dir, &scenarios.tables_text).unwrap();
    let run = StoredRun::load(dir).unwrap();
    let policy = Policy {
        strictness: Strictness::Lenient,
        today: "2020-01-01".parse().unwrap(),
    };
    let read = ReadRun::of(&run.journal);
    let judged = JudgedRun {
        run: &read,
        tables: &run.tables,
        results: &judge::results(&read, &run.tables, policy),
        logs: &Logs::none(),
    };
    reports.write(&judged, dir).unwrap();
    let secrets = Target::load(&target).unwrap().secrets(|_| None).unwrap();
    let file = dir.join("c.tar");
    let materials = Materials {
        dir,
        reports,
        scenarios: &scenarios,
        target: &target,
        environment: &Environment::new(LabKind::Sim, 1, Strictness::Lenient, Vec::new()),
        secrets: &secrets,
    };
    let destination = Destination::prepare(file.clone(), None, KeyAccess::default()).unwrap();
    destination.write(&materials).unwrap();
    fs::read(file).unwrap()
}

fn verified(file: &[u8], reports: Registry<'_>) -> Verification {
    let policy = VerificationPolicy {
        signature: SignaturePolicy {
            signers: None,
            identity: None,
            revoked: None,
            at: DateTime::UNIX_EPOCH,
        },
        today: "2020-01-01".parse().unwrap(),
        released: &scenarios(),
        reports,
    };
    verify(file, &policy).unwrap()
}

fn failed(verification: &Verification) -> Vec<CheckName> {
    let checks = verification.checks.iter();
    checks
        .filter(|check| check.outcome == CheckOutcome::Failed)
        .map(|check| check.check)
        .collect()
}

#[test]
fn a_report_of_the_registry_is_written_sealed_and_verified() {
    let file = certificate(WITH_COUNT);
    let opened = Certificate::open(file.as_slice(), WITH_COUNT).unwrap();
    assert_eq!(opened.member(COUNT.file), b"64");
    // No walk was run, so none of the clauses was judged.
    let verification = verified(&file, WITH_COUNT);
    assert_eq!(failed(&verification), [CheckName::Completeness]);
}

#[test]
fn another_report_than_the_journal_gives_is_found_whoever_seals_it() {
    let limit = |name: &str| evidence::member::longest(name, WITH_COUNT);
    let mut members = evidence::tar::read(certificate(WITH_COUNT).as_slice(), limit).unwrap();
    members.retain(|name, _| {
        ![evidence::member::MANIFEST, evidence::member::STATEMENT].contains(&name.as_str())
    });
    members.insert(COUNT.file.to_owned(), b"65".to_vec());
    let verification = verified(&seal(members, None).unwrap(), WITH_COUNT);
    let found = failed(&verification);
    assert_eq!(found, [CheckName::Judgement, CheckName::Completeness]);
}

#[test]
fn a_report_that_this_release_has_not_is_no_member() {
    let verification = verified(&certificate(WITH_COUNT), REPORTS);
    assert_eq!(failed(&verification), [CheckName::Form]);
    let says = &verification.checks[0].says;
    assert_eq!(says, "certificates have no member `count.txt`");
}

/// It was made by a release that had no such report, and is as good as it was then.
#[test]
fn a_report_that_the_certificate_has_not_is_noted() {
    let only_results = Registry::new(&[reports::results::REPORT]);
    let verification = verified(&certificate(only_results), WITH_COUNT);
    assert_eq!(failed(&verification), [CheckName::Completeness]);
    let checks = verification.checks.iter();
    let notes: Vec<&str> = checks
        .filter(|check| check.check == CheckName::Judgement)
        .flat_map(|check| check.notes.iter().map(String::as_str))
        .collect();
    assert_eq!(notes, ["it has no `count.txt`"]);
}
