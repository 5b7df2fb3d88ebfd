//! The command line of rgdrill: reads what is asked, puts the parts together, prints what came of it.
//!
//! Data flows one way: scenario → conductor → lab → journal → judge → report. This crate only
//! joins them.

mod certificate;
mod cli;
mod commands;
mod embedded;
mod judged;
mod objectives;
mod output;
mod progress;
mod run_dir;
mod trouble;
mod verification;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use miette::Diagnostic;

pub use embedded::{reference_target, scenarios};

use cli::{Cli, Command};
use trouble::Trouble;

/// Runs rgdrill with the arguments of this process, prints, and gives the exit code.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => return wrong_usage(&usage),
    };
    match run(&cli) {
        Ok(code) => ExitCode::from(code.code()),
        Err(trouble) => {
            output::complain(&trouble.report);
            ExitCode::from(trouble.code.code())
        }
    }
}

/// An option that a command would ignore.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("`{0}` reads no scenarios, so --scenarios would change nothing")]
#[diagnostic(help(
    "leave it out; what was held before is judged with the tables that it was held with, which its directory or certificate has"
))]
struct NoScenarios(&'static str);

fn run(cli: &Cli) -> Result<model::exit_code::ExitCode, Trouble> {
    if let (Some(_), Some(command)) = (&cli.scenarios, cli.command.without_scenarios()) {
        return Err(Trouble::usage(NoScenarios(command)));
    }
    let scenarios = || embedded::scenarios_or(cli.scenarios.as_deref());
    match &cli.command {
        Command::Certify(certify) => commands::certify::run(certify, &scenarios()?),
        Command::List(list) => commands::list::run(list, &scenarios()?),
        Command::Check(check) => commands::check::run(check, &scenarios()?),
        Command::Prove(args) => commands::prove::run(args, &scenarios()?),
        Command::Recheck(recheck) => commands::recheck::run(recheck),
        Command::Diff(args) => commands::diff::run(args),
        Command::Clean(args) => commands::clean::run(args),
        Command::Verify(args) => commands::verify::run(args),
        Command::Pool(args) => commands::pool::run(args),
        Command::Database(args) => commands::database::run(args),
        Command::Actors(args) => commands::actors::run(args),
        Command::Holder(args) => commands::holder::run(args),
    }
}

/// `--help` and `--version` are no mistake; everything else is wrong usage, exit code 64.
fn wrong_usage(usage: &clap::Error) -> ExitCode {
    // Nothing is left to be done if even this cannot be printed.
    let _ = usage.print();
    match usage.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
        _ => ExitCode::from(model::exit_code::ExitCode::Usage.code()),
    }
}
