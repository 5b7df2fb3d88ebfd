//! `rgdrill database`: runs a reference pool's back-end database on a file.

use std::path::{Path, PathBuf};

use clap::Args;
use model::exit_code::ExitCode;
use reference::DatabaseConfig;
use reference::data_file::{self, DataFileError};
use reference::sockets;

use super::process::config::{ConfigArg, Stdin};
use super::process::run::block_on;
use super::process::server::serve;
use crate::command_error::CommandError;

/// `rgdrill database`
#[derive(Debug, Args)]
#[command(after_help = "\
What the database has acknowledged is on the disk: it survives SIGKILL and the machine's power
failure. SIGTERM ends it cleanly. Log lines go to standard error.

harness/docs/reference.md shows a pair of pools on one machine, with every key of the
configuration.

Example:
  rgdrill database --config primary-database.yaml --data primary.redb")]
pub(crate) struct DatabaseArgs {
    #[command(flatten)]
    config: ConfigArg,

    /// The file that holds the data, of this database alone; it is created if there is none
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
}

/// Runs the database until it is told to stop.
pub(crate) fn run(args: &DatabaseArgs) -> Result<ExitCode, CommandError> {
    let config: DatabaseConfig = args.config.read(Stdin::Free)?;
    let which = format!("database of {} at {}", config.pool, config.http);
    let listen = sockets::database_ports(&config);
    let database =
        data_file::open(config, &args.data).map_err(|error| unusable(&args.data, &error))?;
    block_on(|stop| serve(&which, database, listen, stop))
}

fn unusable(path: &Path, error: &DataFileError) -> CommandError {
    let help = match error {
        DataFileError::InUse => {
            "stop the other database first, or give this one a file of its own with --data"
        }
        DataFileError::Emptied | DataFileError::Damaged { .. } | DataFileError::Database(_) => {
            "put a copy of it back; or remove it, so that the database begins anew, and import an \
             export of its pool's groups"
        }
        DataFileError::File(_) | DataFileError::Backend(_) => {
            "does its directory exist, and may it be written?"
        }
    };
    let path = path.display();
    CommandError::harness(miette::miette!(
        help = help,
        "the data file `{path}` cannot be used: {error}"
    ))
}
