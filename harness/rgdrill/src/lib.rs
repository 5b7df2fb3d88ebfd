//! The command line of rgdrill: reads what is asked, puts the parts together, prints the result.
//!
//! Data flows one way: scenario → conductor → lab → journal → judge → report. This crate only
//! joins them.

mod advice;
mod broken;
mod cli;
mod command_error;
mod commands;
mod embedded;
mod output;
mod progress;
mod signals;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

pub use embedded::{reference_target, scenarios};

use cli::{Cli, Command};
use command_error::CommandError;

/// Runs rgdrill with the arguments of this process, prints, and gives the exit code.
pub fn main() -> ExitCode {
    signals::survive_file_limits();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => return wrong_usage(&usage),
    };
    match run(&cli) {
        Ok(code) => ExitCode::from(code.code()),
        Err(error) => {
            output::error(&error.report);
            ExitCode::from(error.code.code())
        }
    }
}

fn run(cli: &Cli) -> Result<model::exit_code::ExitCode, CommandError> {
    match &cli.command {
        Command::Certify(args) => commands::certify::run(args),
        Command::List(args) => commands::list::run(args),
        Command::Check(args) => commands::check::run(args),
        Command::Target(args) => commands::target::run(args),
        Command::Prove(args) => commands::prove::run(args),
        Command::Sweep(args) => commands::sweep::run(args),
        Command::Merge(args) => commands::merge::run(args),
        Command::Recheck(args) => commands::recheck::run(args),
        Command::Report(args) => commands::report::run(args),
        Command::Diff(args) => commands::diff::run(args),
        Command::Serve(args) => commands::serve::run(args),
        Command::Clean(args) => commands::clean::run(args),
        Command::Verify(args) => commands::verify::run(args),
        Command::Completions(args) => commands::completions::run(args),
        Command::Man(args) => commands::man::run(args),
        Command::Load(args) => commands::load::run(args),
        Command::Pool(args) => commands::pool::run(args),
        Command::Database(args) => commands::database::run(args),
        Command::Actors(args) => commands::actors::run(args),
        Command::Holder(args) => commands::holder::run(args),
    }
}

/// `--help` and `--version` are no mistake; everything else is wrong usage, exit code 64.
fn wrong_usage(usage: &clap::Error) -> ExitCode {
    output::usage(usage);
    match usage.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
        _ => ExitCode::from(model::exit_code::ExitCode::Usage.code()),
    }
}
