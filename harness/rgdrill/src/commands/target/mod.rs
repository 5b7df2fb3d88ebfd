//! `rgdrill target`: the file of an implementation of one's own.
//!
//! - `new`: a skeleton of it.
//! - `trial`: what of it works, and how quickly; [`findings`]: as a table; [`pace`]: how quickly.

mod findings;
mod new;
mod pace;
mod trial;

use clap::{Args, Subcommand};
use model::exit_code::ExitCode;

use self::new::NewArgs;
use self::trial::TrialArgs;
use crate::command_error::CommandError;

/// `rgdrill target`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rgdrill target new > my-target.yaml          a skeleton with everything that can be said
  rgdrill check my-target.yaml                 what is wrong with it, with line and column
  rgdrill target try my-target.yaml            what of it works, and how quickly
  rgdrill certify --target my-target.yaml      the drill")]
pub(crate) struct TargetArgs {
    #[command(subcommand)]
    command: TargetCommand,
}

#[derive(Debug, Subcommand)]
enum TargetCommand {
    /// Write the commented skeleton of a target's file to standard output.
    New(NewArgs),
    /// Bring the pair up without a fault, use everything once, and say what works and how quickly.
    Try(TrialArgs),
}

/// Does what is asked.
pub(crate) fn run(args: &TargetArgs) -> Result<ExitCode, CommandError> {
    match &args.command {
        TargetCommand::New(args) => new::run(args),
        TargetCommand::Try(args) => trial::run(args),
    }
}
