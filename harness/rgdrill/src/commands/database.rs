//! `rgdrill database`: runs a reference pool's back-end database on a file.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use model::exit_code::ExitCode;
use node::sockets::{Clock, Listen, Sockets};
use redb::backends::FileBackend;
use reference::{Database, DatabaseConfig};
use tokio::sync::mpsc;

use super::process::config::{ConfigArg, Stdin};
use super::process::run::{Stop, block_on, log, no_sockets, until_stopped};
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
    let file = open(&args.data).map_err(|error| unusable(&args.data, &error))?;
    let backend = FileBackend::new(file).map_err(|error| unusable(&args.data, &error))?;
    let listen = Listen::at(config.http.ip()).http([config.http.port()]);
    let database =
        Database::new(Arc::new(config), backend).map_err(|error| unusable(&args.data, &error))?;
    block_on(|stop| serve(database, listen, stop))
}

async fn serve(database: Database, listen: Listen, stop: Stop) -> Result<(), CommandError> {
    let clock = Clock::starting_now();
    let sockets = Sockets::open(&listen).await.map_err(no_sockets)?;
    let (_no_commands, commands) = mpsc::channel(1);
    let running = sockets.run(database, clock, commands, |now, line| log(now, &line));
    until_stopped(stop, running).await;
    log(clock.now(), "stopped");
    Ok(())
}

/// Opens the file, or creates it, durably: a power failure could forget a file whose directory was
/// not synced, and all that was acknowledged with it.
fn open(path: &Path) -> io::Result<File> {
    let exists = path.exists();
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    if !exists {
        let directory = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        File::open(directory.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(file)
}

fn unusable(path: &Path, error: &dyn std::error::Error) -> CommandError {
    let path = path.display();
    CommandError::harness(miette::miette!(
        help = "does its directory exist, may it be written, and has no other database opened it?",
        "the data file `{path}` cannot be used: {error}"
    ))
}
