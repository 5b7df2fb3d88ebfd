//! Reading the configuration of a process.

use std::io::{self, Read};
use std::path::PathBuf;

use clap::Args;
use miette::{Diagnostic, IntoDiagnostic as _};
use model::environment;
use model::file::SourceFile;
use model::yaml;
use serde::de::DeserializeOwned;

use crate::command_error::CommandError;

/// The variable that can hold a whole configuration.
const VARIABLE: &str = "RGDRILL_CONFIG";

/// Where the configuration is.
#[derive(Clone, Debug, Args)]
pub(crate) struct ConfigArg {
    /// The configuration, YAML or JSON; `-` takes the text of the variable RGDRILL_CONFIG or, where
    /// that is not set, standard input
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

/// Whether a configuration may come on standard input.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stdin {
    /// It may.
    Free,
    /// No: that is where orders come from.
    Orders,
}

/// A configuration that its type allows, and that still cannot work.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{file}: {why}")]
#[diagnostic(help("see the page `The reference pair by hand` (harness/docs/reference.md)"))]
struct CannotWork {
    file: String,
    why: String,
}

/// There is no configuration to be read.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("`--config -` asks for the variable {VARIABLE}, which is not set")]
#[diagnostic(help("set it, or name a file; standard input is for orders"))]
struct NoVariable;

impl ConfigArg {
    /// Reads the configuration.
    pub(crate) fn read<T: DeserializeOwned>(&self, stdin: Stdin) -> Result<T, CommandError> {
        let file = self.source(stdin)?;
        yaml::parse(&file).map_err(CommandError::usage)
    }

    /// What to tell if a configuration cannot work because of `why`.
    pub(crate) fn cannot_work(&self, why: impl ToString) -> CommandError {
        CommandError::usage(CannotWork {
            file: self.config.display().to_string(),
            why: why.to_string(),
        })
    }

    fn source(&self, stdin: Stdin) -> Result<SourceFile, CommandError> {
        if self.config.as_os_str() != "-" {
            return yaml::read(&self.config).map_err(CommandError::usage);
        }
        if let Some(text) = environment::variable(VARIABLE) {
            return Ok(SourceFile::new(VARIABLE, text));
        }
        if stdin == Stdin::Orders {
            return Err(CommandError::usage(NoVariable));
        }
        let mut text = String::new();
        io::stdin()
            .read_to_string(&mut text)
            .into_diagnostic()
            .map_err(CommandError::usage)?;
        Ok(SourceFile::new("standard input", text))
    }
}
