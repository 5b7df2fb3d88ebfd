//! A verb as a command: the arguments that it is run with, and what its exit means.

use std::collections::BTreeMap;
use std::fmt;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::http::At;
use crate::reading::{Answer, Convention, Reading, Rules};
use crate::secret::Secrets;
use crate::template::{BindError, Placeholder, Template, unless_left_out};
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
    /// At which host.
    #[serde(default)]
    pub at: At,
    /// In which container of that host, by its name; the first, if nothing is said.
    #[serde(default)]
    pub container: Option<String>,
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
pub(super) fn timeout() -> Span {
    Span::from_secs(30)
}

pub(super) fn program_and_arguments<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Template>, D::Error> {
    let run = Vec::deserialize(deserializer)?;
    if run.is_empty() {
        return Err(de::Error::custom("a command has at least a program"));
    }
    Ok(run)
}

/// Where a command is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Where {
    /// In a container of the host's.
    Container,
    /// On the machine on which rgdrill runs; of pools that run already, in the directory of the target's
    /// file.
    Here,
}

/// A command with everything filled in but secrets, of which it has the names: so it can go by ways
/// that others read, to whoever runs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Invocation {
    /// Where it is run.
    pub path: Where,
    /// In which container of the host, if not in the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The program and its arguments.
    pub arguments: Vec<Text>,
    /// Environment variables that it is given.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, Text>,
    /// What it is given on standard input.
    #[serde(default)]
    pub stdin: Text,
    /// How long it may run.
    pub timeout: Span,
}

/// Environment variables with everything filled in but their secrets.
pub(super) fn filled(
    environment: &IndexMap<String, Template>,
    variables: &Variables,
) -> Result<BTreeMap<String, Text>, BindError> {
    let environment = environment.iter();
    environment
        .map(|(name, value)| Ok((name.clone(), value.text(variables)?)))
        .collect()
}

/// A text in which secrets stand by their names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(pub(super) Vec<Piece>);

/// A part of a [`Text`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Piece {
    /// As it stands.
    Plain(String),
    /// The secret of this name.
    Secret(String),
}

/// A command, ready to be run.
#[derive(Clone, PartialEq, Eq)]
pub struct Revealed {
    /// The program and its arguments.
    pub arguments: Vec<String>,
    /// Environment variables that it is given.
    pub environment: BTreeMap<String, String>,
    /// What it is given on standard input.
    pub stdin: String,
}

impl fmt::Debug for Revealed {
    /// The program alone: all else may contain a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Revealed")
            .field("program", &self.arguments.first())
            .finish_non_exhaustive()
    }
}

impl Invocation {
    /// The command with its secrets.
    ///
    /// # Errors
    ///
    /// [`BindError::Absent`] of a secret that is not declared.
    pub fn reveal(&self, secrets: &Secrets) -> Result<Revealed, BindError> {
        let environment = self.environment.iter();
        let environment =
            environment.map(|(name, value)| Ok((name.clone(), value.reveal(secrets)?)));
        let arguments = self.arguments.iter();
        Ok(Revealed {
            arguments: arguments
                .map(|argument| argument.reveal(secrets))
                .collect::<Result<_, _>>()?,
            environment: environment.collect::<Result<_, BindError>>()?,
            stdin: self.stdin.reveal(secrets)?,
        })
    }
}

impl Text {
    fn reveal(&self, secrets: &Secrets) -> Result<String, BindError> {
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Plain(text) => Ok(text.as_str()),
            Piece::Secret(name) => secrets
                .value(name)
                .ok_or_else(|| BindError::Absent(Placeholder::Secret(name.clone()))),
        });
        pieces.collect()
    }
}

impl CommandBinding {
    /// The command with everything filled in but its secrets.
    ///
    /// # Errors
    ///
    /// [`BindError::Absent`].
    pub fn invocation(&self, variables: &Variables) -> Result<Invocation, BindError> {
        let arguments = self.run.iter();
        let arguments =
            arguments.filter_map(|argument| unless_left_out(argument.text(variables)).transpose());
        let stdin = self.stdin.as_ref().map(|stdin| stdin.text(variables));
        Ok(Invocation {
            path: self.path,
            container: self.container.clone(),
            arguments: arguments.collect::<Result<_, _>>()?,
            environment: filled(&self.environment, variables)?,
            stdin: stdin.transpose()?.unwrap_or_default(),
            timeout: self.timeout,
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
