//! Is a certificate what it says? A function of its bytes: each check says what it found, and one
//! that fails keeps no other from being made.
//!
//! ```text
//! file ─► form ─► manifest, statement, signature        (crate evidence: are these the bytes?)
//!           └───► scenarios ─► journal ─► judgement ─► completeness    (is that what they show?)
//! ```

use std::collections::BTreeSet;
use std::path::Path;

use chrono::{DateTime, Utc};
use evidence::certificate::NotStated;
use evidence::signers::AllowedSigners;
use evidence::{Certificate, Environment, member};
use miette::IntoDiagnostic as _;
use model::claims::Date;
use model::exit_code::ExitCode;
use model::file::{FileErrors, SourceFile};
use model::file_kind::FileKind;
use model::journal::{Event, Journal, WalkJournal};
use model::repetition;
use model::results::Results;
use model::scenarios::{Scenarios, sha256};
use model::summary::Summary;
use model::walk::LabKind;
use model::{ClauseId, Tables, Verdict, Walk};
use serde::Serialize;
use target::Target;

use crate::judged::{Judged, Terms, judge_journal};
use crate::trouble::Trouble;

/// What a certificate is held against.
pub(crate) struct Against<'a> {
    /// Who may have signed it; nothing if anybody may, and nobody must.
    pub(crate) signers: Option<&'a AllowedSigners>,
    /// When: allowed signers may be so for a time.
    pub(crate) now: DateTime<Utc>,
    /// The scenarios of this release.
    pub(crate) released: &'a Scenarios,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub(crate) struct Verification {
    schema: &'static str,
    /// Whether every check holds.
    pub(crate) verified: bool,
    /// Whose signature it has: the key's fingerprint, and as whom the allowed signers know it.
    signer: Option<Signer>,
    /// Every check, in order.
    pub(crate) checks: Vec<Check>,
    /// What the drill itself came to, as far as the certificate can be read.
    pub(crate) drill: Option<DrillVerdict>,
}

/// Who signed.
#[derive(Debug, Serialize)]
struct Signer {
    fingerprint: String,
    principals: Option<String>,
}

/// One thing that must hold.
#[derive(Debug, Serialize)]
pub(crate) struct Check {
    /// Which.
    pub(crate) check: CheckName,
    /// Whether it does.
    pub(crate) outcome: Outcome,
    /// What was found.
    pub(crate) says: String,
    /// What a reader should know although it holds, or in particular.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<String>,
}

/// What must hold of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CheckName {
    /// The archive is the one that its members give.
    Form,
    /// Each member has its SHA-256.
    Manifest,
    /// The in-toto Statement says what the members do.
    Statement,
    /// It is signed by whom it should be.
    Signature,
    /// Tables, walks, topologies, programmes and target check, and are a release's or named.
    Scenarios,
    /// The journal is whole, and of these scenarios.
    Journal,
    /// The journal comes to just these results.
    Judgement,
    /// Every clause of the tables was judged.
    Completeness,
}

/// Whether something holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    /// It does.
    Holds,
    /// It does not.
    Fails,
    /// Something else is in the way.
    NotChecked,
}

/// What a drill came to, as opposed to its certificate.
#[derive(Debug, Serialize)]
pub(crate) struct DrillVerdict {
    /// The name of what was drilled.
    pub(crate) target: String,
    /// Where.
    pub(crate) lab: LabKind,
    /// With which chances.
    pub(crate) seed: u64,
    /// The verdict.
    pub(crate) verdict: Verdict,
    exit_code: ExitCode,
    /// How many clauses came to what.
    pub(crate) summary: Summary,
}

/// What a check found: what it says and its notes, or why it does not hold.
type Found = Result<(String, Vec<String>), String>;

/// Checks a certificate.
///
/// # Errors
///
/// Only the harness's own trouble: whatever the file holds is a finding.
pub(crate) fn verify(file: &[u8], against: &Against<'_>) -> Result<Verification, Trouble> {
    let certificate = match Certificate::open(file) {
        Ok(certificate) => certificate,
        Err(error) => return Ok(Verification::of_no_certificate(&error.to_string())),
    };
    let (signer, signature) = signature(&certificate, against);
    let mut checks = vec![
        Check::made(CheckName::Form, form(&certificate)),
        Check::made(CheckName::Manifest, manifest(&certificate)),
        Check::made(CheckName::Statement, statement(&certificate)),
        Check::made(CheckName::Signature, signature),
    ];
    checks.extend(contents(&certificate, against)?);
    Ok(Verification {
        schema: Verification::SCHEMA,
        verified: checks.iter().all(|check| check.outcome == Outcome::Holds),
        signer,
        checks,
        drill: results(&certificate).ok().map(DrillVerdict::of),
    })
}

fn form(certificate: &Certificate) -> Found {
    let count = certificate.members().len();
    plain(format!("{count} members, which give the same bytes again"))
}

fn manifest(certificate: &Certificate) -> Found {
    let count = certificate.check_manifest().map_err(|e| e.to_string())?;
    plain(format!("{count} members have the SHA-256 that it lists"))
}

fn statement(certificate: &Certificate) -> Found {
    let statement = certificate.check_statement().map_err(|e| e.to_string())?;
    let result = statement.predicate.result.word();
    plain(format!("{result}, of this manifest and this target"))
}

fn signature(certificate: &Certificate, against: &Against<'_>) -> (Option<Signer>, Found) {
    let signature = match certificate.check_signature(against.signers, against.now) {
        Ok(Some(signature)) => signature,
        Ok(None) => {
            let says = "none: whoever had this file could have made it".to_owned();
            return (None, plain(says));
        }
        Err(NotStated::Unsigned) => {
            let says = "it is not signed, and an allowed signer's signature was asked for";
            return (None, Err(says.to_owned()));
        }
        Err(error) => return (None, Err(error.to_string())),
    };
    let fingerprint = &signature.fingerprint;
    let says = match &signature.principals {
        Some(principals) => format!("by {principals}, with {fingerprint}"),
        None => {
            format!("by {fingerprint}, whoever that is: --allowed-signers says whom you believe")
        }
    };
    let signer = Signer {
        fingerprint: signature.fingerprint,
        principals: signature.principals,
    };
    (Some(signer), plain(says))
}

/// The checks of what the members say, each of which needs what the one before it has read.
fn contents(certificate: &Certificate, against: &Against<'_>) -> Result<Vec<Check>, Trouble> {
    let mut checks = Checks::default();
    let used = checks.read(CheckName::Scenarios, scenarios(certificate, against));
    let journal = used.as_ref().map(|used| journal(certificate, used));
    let journal = journal.and_then(|found| checks.read(CheckName::Journal, found));
    if let (Some(used), Some(journal)) = (&used, &journal) {
        let judged = judge_journal(
            journal,
            &used.scenarios.tables,
            Terms {
                strictness: used.environment.strictness(),
                today: judged_on(certificate, against)?,
            },
        )?;
        let same = judgement(certificate, &judged);
        checks.made.push(Check::made(CheckName::Judgement, same));
        let complete = completeness(&judged.results, &used.scenarios.tables);
        checks
            .made
            .push(Check::made(CheckName::Completeness, complete));
    }
    Ok(checks.finish())
}

/// The day on which the drill was judged: declared deviations may have expired since.
fn judged_on(certificate: &Certificate, against: &Against<'_>) -> Result<Date, Trouble> {
    let results = std::str::from_utf8(certificate.member(member::RESULTS)).ok();
    let results = results.and_then(|text| Results::from_json(text).ok());
    let stated = results.and_then(|results| results.judged_on);
    let now = || against.now.format("%Y-%m-%d").to_string().parse();
    stated
        .map_or_else(now, Ok)
        .into_diagnostic()
        .map_err(Trouble::harness)
}

/// The files that the drill was held with.
struct Used {
    scenarios: Scenarios,
    target: Target,
    environment: Environment,
}

fn scenarios(certificate: &Certificate, against: &Against<'_>) -> Result<(Used, Found), String> {
    let members = certificate.members().iter();
    let files: Vec<(FileKind, &str, SourceFile)> = members
        .filter_map(|(name, content)| {
            let (kind, scenario) = member::scenario(name)?;
            Some((kind, scenario, text(name, content)))
        })
        .map(|(kind, scenario, file)| Ok((kind, scenario, file?)))
        .collect::<Result<_, String>>()?;
    let texts = files.iter().map(|(_, _, file)| (file.name(), file.text()));
    let scenarios = Scenarios::load(texts).map_err(|wrong| first(&wrong))?;
    let used = Used {
        scenarios,
        target: target(certificate)?,
        environment: Environment::from_json(certificate.member(member::ENVIRONMENT))
            .map_err(|error| format!("`{}`: {error}", member::ENVIRONMENT))?,
    };
    let found = compare(&used, &files, against.released);
    Ok((used, found))
}

/// The target. Its file has had its name, by which the results know it.
fn target(certificate: &Certificate) -> Result<Target, String> {
    let file = text(member::TARGET, certificate.member(member::TARGET))?;
    let name = results(certificate)?.target;
    let named = SourceFile::new(format!("{name}.yaml"), file.text());
    Target::load(&named).map_err(|wrong| first(&wrong))
}

/// Whether the scenarios are those of this release; and by name those that are not.
fn compare(used: &Used, files: &[(FileKind, &str, SourceFile)], released: &Scenarios) -> Found {
    let mut notes = Vec::new();
    for (kind, name, file) in files {
        match released.source(*kind, name) {
            Some(ours) if ours.text() == file.text() => {}
            Some(_) => notes.push(format!("`{}` is not this release's", file.name())),
            None => notes.push(format!("`{}` is in no release", file.name())),
        }
    }
    let here = env!("CARGO_PKG_VERSION");
    let held_by = &used.environment.rgdrill;
    let says = match notes.len() {
        0 => format!("{} files, all as rgdrill {here} has them", files.len()),
        changed => format!(
            "{changed} of {} files are not rgdrill {here}'s",
            files.len()
        ),
    };
    if held_by != here {
        notes.push(format!("the drill was held by rgdrill {held_by}"));
    }
    Ok((says, notes))
}

fn journal(certificate: &Certificate, used: &Used) -> Result<(Journal, Found), String> {
    let bytes = certificate.member(member::JOURNAL);
    let journal = Journal::parse(Path::new(member::JOURNAL), bytes).map_err(|e| e.to_string())?;
    let found = belongs(&journal, used).map(|()| {
        let lines: usize = journal.walks.iter().map(|walk| walk.records.len()).sum();
        let walks = journal.walks.len();
        (
            format!("{lines} lines of {walks} walks, unbroken and sealed"),
            left_out(&journal, &used.scenarios),
        )
    });
    Ok((journal, found))
}

/// Whether a journal is of these files: what its header and its walks' first lines say.
fn belongs(journal: &Journal, used: &Used) -> Result<(), String> {
    let Used {
        scenarios,
        target,
        environment,
    } = used;
    let header = &journal.header;
    let same = [
        (
            member::TABLES,
            header.tables_sha256 == scenarios.tables_sha256,
        ),
        (member::TARGET, header.target == target.target),
        (
            member::TARGET,
            header.claims.is_none() || header.claims == Some(target.claims()),
        ),
        (member::ENVIRONMENT, header.rgdrill == environment.rgdrill),
        (member::ENVIRONMENT, header.lab == environment.lab),
        (member::ENVIRONMENT, header.seed == environment.seed),
    ];
    if let Some((member, _)) = same.iter().find(|(_, is_same)| !is_same) {
        return Err(format!("the header is not of this `{member}`"));
    }
    for walk in &journal.walks {
        follows(walk, scenarios)?;
    }
    Ok(())
}

/// The walks for this lab that were not held.
fn left_out(journal: &Journal, scenarios: &Scenarios) -> Vec<String> {
    let held: BTreeSet<&str> = journal
        .walks
        .iter()
        .map(|walk| walk.walk.as_str())
        .collect();
    let for_this_lab = |walk: &&Walk| walk.labs.contains(&journal.header.lab);
    let walks = scenarios.walks.values().filter(for_this_lab);
    walks
        .filter(|walk| !held.contains(walk.walk.as_str()))
        .map(|walk| format!("walk `{}` was not held", walk.walk))
        .collect()
}

/// Whether a walk was held as its file says.
fn follows(walk: &WalkJournal, scenarios: &Scenarios) -> Result<(), String> {
    let name = &walk.walk;
    let first = walk.records.first().map(|record| &record.event);
    let Some(Event::WalkBegan { plan, topology, .. }) = first else {
        return Err(format!("walk `{name}` does not say how it was planned"));
    };
    let member = |kind, name: &str| member::of_scenario(kind, name);
    let (walk, _) = repetition::parts(name);
    if scenarios.walks.get(walk) != Some(plan) {
        let file = member(FileKind::Walk, walk);
        return Err(format!("walk `{name}` was not held as `{file}` says"));
    }
    if scenarios.topologies.get(&plan.topology) != Some(topology) {
        let file = member(FileKind::Topology, &plan.topology);
        return Err(format!("walk `{name}` was not held with `{file}`"));
    }
    Ok(())
}

/// Whether the journal, judged again, comes to the members that say what it came to.
fn judgement(certificate: &Certificate, judged: &Judged) -> Found {
    let again = [
        (member::RESULTS, &judged.json, sha256(&judged.json)),
        (member::JUNIT, &judged.junit, sha256(&judged.junit)),
    ];
    for (name, text, sha256) in again {
        if certificate.member(name) != text.as_bytes() {
            return Err(format!(
                "judged again, the journal does not come to `{name}`, but to one of SHA-256 {sha256}{}",
                differing(certificate, &judged.results)
            ));
        }
    }
    plain("judged again, the journal comes to the same, byte for byte".to_owned())
}

/// Which clauses have another verdict when judged again.
fn differing(certificate: &Certificate, again: &Results) -> String {
    let Ok(said) = results(certificate) else {
        return String::new();
    };
    let verdict = |id: &ClauseId| {
        let mut clauses = said.clauses.iter();
        clauses.find(|clause| clause.id == *id).map(|c| c.verdict)
    };
    let other = again
        .clauses
        .iter()
        .filter(|clause| verdict(&clause.id) != Some(clause.verdict))
        .map(|clause| format!("; {} comes to {}", clause.id, clause.verdict));
    other.collect()
}

/// Whether each clause of the tables was judged; which it was to, is another matter.
fn completeness(results: &Results, tables: &Tables) -> Found {
    let is_judged = |id: &ClauseId| {
        let mut clauses = results.clauses.iter();
        clauses.any(|clause| clause.id == *id && clause.verdict != Verdict::NotJudged)
    };
    let missing: Vec<&str> = tables
        .clauses
        .iter()
        .filter(|clause| !is_judged(&clause.id))
        .map(|clause| clause.id.0.as_str())
        .collect();
    let all = tables.clauses.len();
    if missing.is_empty() {
        return plain(format!("all {all} clauses of the tables were judged"));
    }
    Err(format!(
        "{} of {all} clauses were not judged: {}",
        missing.len(),
        missing.join(", ")
    ))
}

fn results(certificate: &Certificate) -> Result<Results, String> {
    let file = text(member::RESULTS, certificate.member(member::RESULTS))?;
    Results::from_json(file.text()).map_err(|error| format!("`{}`: {error}", member::RESULTS))
}

fn text(name: &str, content: &[u8]) -> Result<SourceFile, String> {
    let text = std::str::from_utf8(content).map_err(|_| format!("`{name}` is no text"))?;
    Ok(SourceFile::new(name, text))
}

/// The first of a file's complaints, with its place.
fn first(wrong: &FileErrors) -> String {
    let Some(error) = wrong.iter().next() else {
        return wrong.to_string();
    };
    match error.place() {
        Some(place) => format!(
            "`{}`, line {}, column {}: {error}",
            error.file(),
            place.line,
            place.column
        ),
        None => format!("`{}`: {error}", error.file()),
    }
}

/// Nothing to note.
fn plain(says: String) -> Found {
    Ok((says, Vec::new()))
}

/// The checks that were made so far.
#[derive(Default)]
struct Checks {
    made: Vec<Check>,
}

impl Checks {
    /// Writes down what a check found, and gives what it read to the next one.
    fn read<T>(&mut self, check: CheckName, read: Result<(T, Found), String>) -> Option<T> {
        let (value, found) = match read {
            Ok((value, found)) => (Some(value), found),
            Err(why) => (None, Err(why)),
        };
        self.made.push(Check::made(check, found));
        value
    }

    /// All checks; those that could not be made say so.
    fn finish(mut self) -> Vec<Check> {
        let all = CheckName::OF_CONTENTS;
        for check in all.into_iter().skip(self.made.len()) {
            self.made.push(Check::not_made(check));
        }
        self.made
    }
}

impl Check {
    fn made(check: CheckName, found: Found) -> Self {
        let (outcome, says, notes) = match found {
            Ok((says, notes)) => (Outcome::Holds, says, notes),
            Err(says) => (Outcome::Fails, says, Vec::new()),
        };
        Check {
            check,
            outcome,
            says,
            notes,
        }
    }

    fn not_made(check: CheckName) -> Self {
        Check {
            check,
            outcome: Outcome::NotChecked,
            says: "not checked, as what it needs cannot be read".to_owned(),
            notes: Vec::new(),
        }
    }
}

impl CheckName {
    const ALL: [CheckName; 8] = [
        CheckName::Form,
        CheckName::Manifest,
        CheckName::Statement,
        CheckName::Signature,
        CheckName::Scenarios,
        CheckName::Journal,
        CheckName::Judgement,
        CheckName::Completeness,
    ];

    /// Those of what the members say.
    const OF_CONTENTS: [CheckName; 4] = [
        CheckName::Scenarios,
        CheckName::Journal,
        CheckName::Judgement,
        CheckName::Completeness,
    ];

    /// The word that reports use.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            CheckName::Form => "form",
            CheckName::Manifest => "manifest",
            CheckName::Statement => "statement",
            CheckName::Signature => "signature",
            CheckName::Scenarios => "scenarios",
            CheckName::Journal => "journal",
            CheckName::Judgement => "judgement",
            CheckName::Completeness => "completeness",
        }
    }
}

impl Verification {
    const SCHEMA: &'static str = "rgdrill-verification/1";

    /// Of a file whose members cannot be believed to be all that it has.
    fn of_no_certificate(why: &str) -> Self {
        let rest = CheckName::ALL.into_iter().skip(1).map(Check::not_made);
        let form = Check::made(CheckName::Form, Err(why.to_owned()));
        Verification {
            schema: Verification::SCHEMA,
            verified: false,
            signer: None,
            checks: [form].into_iter().chain(rest).collect(),
            drill: None,
        }
    }
}

impl DrillVerdict {
    fn of(results: Results) -> Self {
        DrillVerdict {
            target: results.target,
            lab: results.lab,
            seed: results.seed,
            verdict: results.verdict,
            exit_code: results.exit_code,
            summary: results.summary,
        }
    }
}
