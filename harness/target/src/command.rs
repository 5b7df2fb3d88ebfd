//! A verb as a command: the arguments that it is run with, and what its exit means.

use std::collections::BTreeMap;
use std::fmt;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};

use crate::http::At;
use crate::reading::{Answer, Convention, Reading, Rules};
use crate::secret::Secrets;
use crate::template::{BindError, Scope, Template, unless_left_out};
use crate::variables::Variables;
use crate::words::Words;
use model::Span;
use model::yaml_path::YamlPath;

/// A verb as a command. Never a shell's: a list of arguments, each of which stays one argument
/// whatever its placeholders stand for.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CommandBinding {
    /// Where it is run.
    #[serde(rename = "in")]
    pub path: Where,
    /// In which pool's container.
    #[serde(default)]
    pub at: At,
    /// The program and its arguments. An argument with an optional variable that has no value is
    /// left out.
    #[serde(deserialize_with = "program_and_arguments")]
    #[schemars(length(min = 1))]
    pub run: Vec<Template>,
    /// Environment variables that it is given. Secrets belong here, for everyone on the machine can
    /// see a program's arguments.
    #[serde(default)]
    pub environment: IndexMap<String, Template>,
    /// What it is given on standard input.
    #[serde(default)]
    pub stdin: Option<Template>,
    /// How long it may run; then it is ended, and the outcome is indefinite.
    #[serde(default = "timeout")]
    pub timeout: Span,
    /// What its exit and its standard output mean.
    #[serde(default)]
    pub read: Rules,
}

/// Longer than a program needs to start and ask a question; not to fail over.
fn timeout() -> Span {
    Span::from_secs(30)
}

fn program_and_arguments<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Template>, D::Error> {
    let run = Vec::deserialize(deserializer)?;
    if run.is_empty() {
        return Err(de::Error::custom("a command has at least a program"));
    }
    Ok(run)
}

/// Where a command is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Where {
    /// In the pool's container.
    Container,
    /// On the machine on which rgdrill runs.
    Here,
}

/// A command, ready to be run.
#[derive(Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The program and its arguments.
    pub arguments: Vec<String>,
    /// Environment variables that it is given.
    pub environment: BTreeMap<String, String>,
    /// What it is given on standard input.
    pub stdin: String,
}

impl fmt::Debug for Invocation {
    /// The program alone: all else may contain a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invocation")
            .field("program", &self.arguments.first())
            .finish_non_exhaustive()
    }
}

impl CommandBinding {
    /// The command with everything filled in.
    ///
    /// # Errors
    ///
    /// [`BindError::Absent`].
    pub fn invocation(
        &self,
        variables: &Variables,
        secrets: &Secrets,
    ) -> Result<Invocation, BindError> {
        let scope = Scope { variables, secrets };
        let arguments = self
            .run
            .iter()
            .filter_map(|argument| unless_left_out(argument.fill(scope)).transpose())
            .collect::<Result<_, _>>()?;
        let environment = self
            .environment
            .iter()
            .map(|(name, value)| Ok((name.clone(), value.fill(scope)?)))
            .collect::<Result<_, _>>()?;
        let stdin = self.stdin.as_ref().map(|stdin| stdin.fill(scope));
        Ok(Invocation {
            arguments,
            environment,
            stdin: stdin.transpose()?.unwrap_or_default(),
        })
    }

    /// What an exit means. Of a refusal without JSON, what the command wrote to standard error is
    /// the reason. `words` are the target's own for pools.
    pub fn read(&self, exit: u16, stdout: &[u8], stderr: &[u8], words: &Words) -> Reading {
        let answer = Answer::new(Convention::Exit, exit, stdout).with_explanation(stderr);
        self.read.read(&answer, words)
    }

    /// All templates in it, with their places.
    pub(super) fn templates(&self, path: &YamlPath) -> Vec<(YamlPath, &Template)> {
        let key = |key| path.clone().key(key);
        let run = self.run.iter().enumerate();
        let environment = self.environment.iter();
        let stdin = self.stdin.iter();
        run.map(|(n, argument)| (key("run").item(n), argument))
            .chain(environment.map(|(name, value)| (key("environment").key(name), value)))
            .chain(stdin.map(|stdin| (key("stdin"), stdin)))
            .collect()
    }
}
