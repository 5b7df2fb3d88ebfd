//! What is signed: an in-toto Statement (version 1) with the predicate
//! <https://in-toto.io/attestation/test-result/v0.1>.
//!
//! - Its *subject* is what was drilled: the target's file, and each image with its digest.
//! - Its *configuration* is the manifest, and with it every other member of the certificate.
//! - A drill by another yardstick than the release's is *warned* at best, and the annotation
//!   `differs` of its configuration names what is not the release's.
//! - Its tests are the clauses. A clause without a result (inconclusive, error, not judged) is
//!   listed as failed, for the predicate knows no such thing and a policy must not take it for a
//!   pass; `results.json` says which it was.

use std::collections::BTreeMap;

use model::Verdict;
use model::exit_code::ExitCode;
use model::outline::Outline;
use model::results::ResultsError;
use model::yardstick::Yardstick;
use serde::{Deserialize, Serialize};

use crate::environment::{Environment, EnvironmentError};
use crate::manifest::sha256;
use crate::member::{ENVIRONMENT, MANIFEST, Members, RESULTS, TARGET};

/// The type of in-toto Statements.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
/// The type of the predicate.
pub const PREDICATE_TYPE: &str = "https://in-toto.io/attestation/test-result/v0.1";

/// An in-toto Statement about a drill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    /// What was drilled.
    pub subject: Vec<Descriptor>,
    predicate_type: String,
    /// The result of the drill.
    pub predicate: TestResult,
}

/// A resource and its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Descriptor {
    /// Its name: a member's, or an image's reference.
    pub name: String,
    /// Algorithm (`sha256`) to hexadecimal digits.
    pub digest: BTreeMap<String, String>,
    /// What else is to be said of it: for the manifest, what of the scenarios is not the release's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, Vec<String>>,
}

/// The predicate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TestResult {
    /// The result as a whole.
    pub result: Outcome,
    /// The manifest.
    pub configuration: Vec<Descriptor>,
    /// Clauses that passed.
    pub passed_tests: Vec<String>,
    /// Clauses that deviated as declared, or need what the target lacks.
    pub warned_tests: Vec<String>,
    /// All others.
    pub failed_tests: Vec<String>,
}

/// The result of a drill, in the predicate's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Outcome {
    /// Exit code 0, and every clause passed.
    Passed,
    /// Exit code 0, with deviations or something unsupported, or by another yardstick than the
    /// release's.
    Warned,
    /// Any other exit code.
    Failed,
}

/// Why there is nothing to state of these members.
#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    /// A member is not there.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// `results.json` cannot be read.
    #[error("`{RESULTS}`: {0}")]
    Results(#[from] ResultsError),
    /// `environment.json` cannot be read.
    #[error("`{ENVIRONMENT}`: {0}")]
    Environment(#[from] EnvironmentError),
    /// The JSON writer's own error.
    #[error("cannot write the statement: {0}")]
    Write(#[from] serde_json::Error),
}

impl Statement {
    /// What is to be said of these members, among which the manifest is.
    ///
    /// # Errors
    ///
    /// [`StatementError`].
    pub fn of(members: &Members) -> Result<Self, StatementError> {
        let member = |name: &'static str| members.get(name).ok_or(StatementError::Missing(name));
        let results = Outline::from_json(&String::from_utf8_lossy(member(RESULTS)?))?;
        let environment = Environment::from_json(member(ENVIRONMENT)?)?;
        let described = |name: &'static str| {
            member(name).map(|content| Descriptor::sha256(name, &sha256(content)))
        };
        let images = environment
            .images
            .iter()
            .map(|(reference, digest)| Descriptor::of_image(reference, digest));
        Ok(Statement {
            kind: STATEMENT_TYPE.to_owned(),
            subject: [described(TARGET)?].into_iter().chain(images).collect(),
            predicate_type: PREDICATE_TYPE.to_owned(),
            predicate: TestResult::of(&results, described(MANIFEST)?),
        })
    }

    /// The envelope's payload: one line, with a newline at its end.
    ///
    /// # Errors
    ///
    /// None that these types can cause; the JSON writer's own.
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_string(self).map(|json| (json + "\n").into_bytes())
    }
}

impl TestResult {
    fn of(results: &Outline, manifest: Descriptor) -> Self {
        let listed = |class: Outcome| {
            let clauses = results.clauses.iter();
            clauses
                .filter(|clause| Outcome::of_clause(clause.verdict) == class)
                .map(|clause| clause.id.to_string())
                .collect()
        };
        TestResult {
            result: Outcome::of_run(results),
            configuration: vec![manifest.differing(results)],
            passed_tests: listed(Outcome::Passed),
            warned_tests: listed(Outcome::Warned),
            failed_tests: listed(Outcome::Failed),
        }
    }
}

impl Outcome {
    fn of_run(results: &Outline) -> Self {
        let yardstick = results.yardstick.as_ref();
        let is_released = yardstick.is_none_or(Yardstick::is_released);
        match (results.exit_code, results.verdict) {
            (ExitCode::Passed, Verdict::Pass) if is_released => Outcome::Passed,
            (ExitCode::Passed, _) => Outcome::Warned,
            _ => Outcome::Failed,
        }
    }

    const fn of_clause(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Outcome::Passed,
            Verdict::Deviation | Verdict::Unsupported => Outcome::Warned,
            Verdict::Fail | Verdict::Inconclusive | Verdict::Error | Verdict::NotJudged => {
                Outcome::Failed
            }
        }
    }

    /// The word that the predicate uses.
    pub const fn word(self) -> &'static str {
        match self {
            Outcome::Passed => "PASSED",
            Outcome::Warned => "WARNED",
            Outcome::Failed => "FAILED",
        }
    }
}

impl Descriptor {
    fn sha256(name: &str, digits: &str) -> Self {
        Descriptor {
            name: name.to_owned(),
            digest: BTreeMap::from([("sha256".to_owned(), digits.to_owned())]),
            annotations: BTreeMap::new(),
        }
    }

    /// An image, whose digest an engine gives as `algorithm:digits`.
    fn of_image(reference: &str, digest: &str) -> Self {
        let (algorithm, digits) = digest.split_once(':').unwrap_or(("sha256", digest));
        Descriptor {
            name: reference.to_owned(),
            digest: BTreeMap::from([(algorithm.to_owned(), digits.to_owned())]),
            annotations: BTreeMap::new(),
        }
    }

    /// The same resource, with what of it is not the release's.
    fn differing(mut self, results: &Outline) -> Self {
        let yardstick = results.yardstick.as_ref();
        if let Some(differs) = yardstick.filter(|yardstick| !yardstick.is_released()) {
            let differs = differs.differs.clone();
            self.annotations.insert("differs".to_owned(), differs);
        }
        self
    }
}
