//! `rgdrill database`: runs a reference pool's back-end database on a file.

use std::path::{Path, PathBuf};

use clap::Args;
use model::exit_code::ExitCode;
use reference::DatabaseConfig;
use reference::sockets::{self, DataFileError};

use super::process::config::{ConfigArg, Stdin};
use super::process::run::block_on;
use super::process::server::serve;
use crate::command_error::CommandError;

/// `rgdrill database`
#[derive(Debug, Args)]
#[command(after_help = "\
What the database has acknowledged is on the disk: it survives SIGKILL and the machine's power
failure. SIGTERM ends it cleanly. Log lines go to standard error.

harness/docs/reference.md shows a pair of pools on one machine, with every key of the configuration.")]
pub(crate) struct DatabaseArgs {
    #[command(flatten)]
    config: ConfigArg,

    /// The file that holds the data; it is created if there is none
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
}

/// Runs the database until it is told to stop.
pub(crate) fn run(args: &DatabaseArgs) -> Result<ExitCode, CommandError> {
    let config: DatabaseConfig = args.config.read(Stdin::Free)?;
    let which = format!("database of {} at {}", config.pool, config.http);
    let listen = sockets::database_ports(&config);
    let database =
        sockets::database(config, &args.data).map_err(|error| unusable(&args.data, &error))?;
    block_on(|stop| serve(&which, database, listen, stop))
}

fn unusable(path: &Path, error: &DataFileError) -> CommandError {
    let path = path.display();
    CommandError::harness(miette::miette!(
        help = "does its directory exist, may it be written, and has no other database opened it?",
        "the data file `{path}` cannot be used: {error}"
    ))
}
