//! `environment.json`: what a drill was run on and with. It is the word of those who ran the
//! drill: it does not follow from the journal.

use std::collections::BTreeMap;

use model::exit_code::Strictness;
use model::walk::LabKind;
use serde::{Deserialize, Serialize};

/// What a drill was run on and with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// [`Environment::SCHEMA`].
    pub schema: String,
    /// The version of rgdrill.
    pub rgdrill: String,
    /// The lab.
    pub lab: LabKind,
    /// The container engine, with its version; nothing in simulation.
    pub engine: Option<String>,
    /// The kernel that the containers ran on, with its version; nothing in simulation.
    pub kernel: Option<String>,
    /// The images that hosts were started from: reference to digest (`sha256:…`).
    pub images: BTreeMap<String, String>,
    /// The RNG seed.
    pub seed: u64,
    /// Whether neither deviations nor unsupported clauses may pass.
    pub strict: bool,
    /// The command line, as it was given.
    pub command: Vec<String>,
}

/// Why a member is no [`Environment`].
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// It is not JSON, or lacks what environments have.
    #[error("it is not an environment: {0}")]
    Malformed(#[from] serde_json::Error),
    /// It is of another version of the format.
    #[error(
        "it is of schema `{found}`; this rgdrill reads {}",
        Environment::SCHEMA
    )]
    UnknownSchema {
        /// The schema that it names.
        found: String,
    },
}

impl Environment {
    /// The version of the format that is written, and the only one that is read.
    pub const SCHEMA: &'static str = "rgdrill-environment/1";

    /// The environment of a drill without containers, run by this version of rgdrill.
    pub fn new(lab: LabKind, seed: u64, strictness: Strictness, command: Vec<String>) -> Self {
        Environment {
            schema: Environment::SCHEMA.to_owned(),
            rgdrill: env!("CARGO_PKG_VERSION").to_owned(),
            lab,
            engine: None,
            kernel: None,
            images: BTreeMap::new(),
            seed,
            strict: strictness == Strictness::Strict,
            command,
        }
    }

    /// How strictly the drill was judged.
    pub const fn strictness(&self) -> Strictness {
        if self.strict {
            Strictness::Strict
        } else {
            Strictness::Lenient
        }
    }

    /// The member: indented, with a newline at its end.
    ///
    /// # Errors
    ///
    /// None that these types can cause; the JSON writer's own.
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|json| (json + "\n").into_bytes())
    }

    /// Reads the member.
    ///
    /// # Errors
    ///
    /// [`EnvironmentError`].
    pub fn from_json(json: &[u8]) -> Result<Self, EnvironmentError> {
        let environment: Environment = serde_json::from_slice(json)?;
        if environment.schema != Environment::SCHEMA {
            return Err(EnvironmentError::UnknownSchema {
                found: environment.schema,
            });
        }
        Ok(environment)
    }
}
