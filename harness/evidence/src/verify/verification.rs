//! The result of verifying a certificate: every check with its outcome, and the drill's own verdict.

use model::Verdict;
use model::exit_code::ExitCode;
use model::outline::Outline;
use model::summary::Summary;
use model::walk::LabKind;
use model::yardstick::Yardstick;
use serde::Serialize;

/// The result of verifying a certificate.
#[derive(Clone, Debug, Serialize)]
pub struct Verification {
    schema: &'static str,
    /// Whether every check passed.
    pub verified: bool,
    /// Whose signature it has.
    pub signer: Option<Signer>,
    /// Every check, in order.
    pub checks: Vec<Check>,
    /// What of the scenarios in the certificate is not this release's, as far as they can be read.
    pub yardstick: Option<Yardstick>,
    /// The result of the drill itself, as far as the certificate can be read.
    pub drill: Option<DrillSummary>,
}

/// Who signed.
#[derive(Clone, Debug, Serialize)]
pub struct Signer {
    /// The key's fingerprint.
    pub fingerprint: String,
    /// As whom the allowed signers know it.
    pub principals: Option<String>,
}

/// One check of a certificate.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// Which.
    pub check: CheckName,
    /// Whether it passed.
    pub outcome: CheckOutcome,
    /// What was found.
    pub says: String,
    /// What a reader should know, too, whether it passed or not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// What is checked of a certificate: the statement that must be true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckName {
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
    /// The journal gives just these reports.
    Judgement,
    /// Every clause of the tables was judged.
    Completeness,
}

/// Whether a check passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum CheckOutcome {
    /// It did.
    #[serde(rename = "holds")]
    Passed,
    /// It did not.
    #[serde(rename = "fails")]
    Failed,
    /// What it needs cannot be read.
    #[serde(rename = "not-checked")]
    NotChecked,
}

/// The result of a drill, as opposed to its certificate's.
#[derive(Clone, Debug, Serialize)]
pub struct DrillSummary {
    /// The name of what was drilled.
    pub target: String,
    /// Where.
    pub lab: LabKind,
    /// The RNG seed.
    pub seed: u64,
    /// The verdict.
    pub verdict: Verdict,
    /// What the drill exited with.
    pub exit_code: ExitCode,
    /// How many clauses have which verdict.
    pub summary: Summary,
}

/// What a check that passed has found.
pub(super) struct CheckFinding {
    pub(super) says: String,
    pub(super) notes: Vec<String>,
}

/// What a check found, or why it failed.
pub(super) type Found = Result<CheckFinding, String>;

/// A finding with nothing to note.
pub(super) fn found(says: String) -> Found {
    let notes = Vec::new();
    Ok(CheckFinding { says, notes })
}

/// The checks of what the members say that were made so far.
#[derive(Default)]
pub(super) struct Checks {
    made: Vec<Check>,
}

impl Checks {
    /// Adds a check that was made.
    pub(super) fn made(&mut self, check: CheckName, found: Found) {
        self.made.push(Check::made(check, found));
    }

    /// Adds a check that reads something, and gives what it read to the next one.
    pub(super) fn read<T>(
        &mut self,
        check: CheckName,
        read: Result<(T, Found), String>,
    ) -> Option<T> {
        let (value, found) = match read {
            Ok((value, found)) => (Some(value), found),
            Err(why) => (None, Err(why)),
        };
        self.made(check, found);
        value
    }

    /// All checks; those that could not be made say so.
    pub(super) fn finish(mut self) -> Vec<Check> {
        let all = CheckName::OF_CONTENTS;
        for check in all.into_iter().skip(self.made.len()) {
            self.made.push(Check::not_made(check));
        }
        self.made
    }
}

impl Check {
    pub(super) fn made(check: CheckName, found: Found) -> Self {
        let (outcome, CheckFinding { says, notes }) = match found {
            Ok(finding) => (CheckOutcome::Passed, finding),
            Err(says) => {
                let notes = Vec::new();
                (CheckOutcome::Failed, CheckFinding { says, notes })
            }
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
            outcome: CheckOutcome::NotChecked,
            says: "not checked: what it needs cannot be read".to_owned(),
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
    pub const fn word(self) -> &'static str {
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

    /// Of a certificate that was opened: all checks, in order, and the results that it has.
    pub(super) fn of(
        checks: Vec<Check>,
        signer: Option<Signer>,
        yardstick: Option<Yardstick>,
        drill: Option<Outline>,
    ) -> Self {
        Verification {
            schema: Verification::SCHEMA,
            verified: checks
                .iter()
                .all(|check| check.outcome == CheckOutcome::Passed),
            signer,
            checks,
            yardstick,
            drill: drill.map(DrillSummary::of),
        }
    }

    /// Of a file whose members cannot be believed to be all that it has.
    pub(super) fn of_no_certificate(why: &str) -> Self {
        let rest = CheckName::ALL.into_iter().skip(1).map(Check::not_made);
        let form = Check::made(CheckName::Form, Err(why.to_owned()));
        Verification::of([form].into_iter().chain(rest).collect(), None, None, None)
    }
}

impl DrillSummary {
    fn of(results: Outline) -> Self {
        DrillSummary {
            target: results.target,
            lab: results.lab,
            seed: results.seed,
            verdict: results.verdict,
            exit_code: results.exit_code,
            summary: results.summary,
        }
    }
}
