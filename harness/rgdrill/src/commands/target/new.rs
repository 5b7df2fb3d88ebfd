//! `rgdrill target new`: a skeleton that checks, with what is to be filled in.

use clap::Args;
use model::exit_code::ExitCode;
use model::file::SourceFile;
use target::Target;

use crate::command_error::CommandError;
use crate::output;

/// A target whose pools are containers.
const SKELETON: &str = include_str!("skeleton.yaml");

/// The name that stands in it.
const NAME: &str = "my-target";

/// `rgdrill target new`
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rgdrill target new acme > acme.yaml
  rgdrill check acme.yaml
  rgdrill target try acme.yaml

harness/docs/bring-your-own.md explains every part.")]
pub(super) struct NewArgs {
    /// The target's name, which is also the file's.
    #[arg(value_name = "NAME", default_value = NAME)]
    name: String,
}

/// Prints it, if a file of this name could be a target's.
pub(super) fn run(args: &NewArgs) -> Result<ExitCode, CommandError> {
    let text = SKELETON.replace(NAME, &args.name);
    let file = SourceFile::new(format!("{}.yaml", args.name), &text);
    Target::load(&file).map_err(CommandError::usage)?;
    output::write(&text)?;
    Ok(ExitCode::Passed)
}
