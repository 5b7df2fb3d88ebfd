//! `rgdrill pool`: runs a reference pool on sockets.

use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use model::exit_code::ExitCode;
use reference::{PoolConfig, sockets};

use super::process::config::{ConfigArg, Stdin};
use super::process::run::{block_on, fresh_seed};
use super::process::server::serve;
use crate::command_error::CommandError;

/// `rgdrill pool`
#[derive(Debug, Args)]
#[command(after_help = "\
The pool speaks SIP over UDP and TCP, RTP, and HTTP (agent console, management, its partner). It
needs its database, and tries again until that is there. SIGTERM ends it, as a service is stopped:
its calls are left to themselves. Log lines go to standard error.

harness/docs/reference.md shows a pair of pools on one machine, with every key of the
configuration.

Example:
  rgdrill pool --config primary.yaml")]
pub(crate) struct PoolArgs {
    #[command(flatten)]
    config: ConfigArg,
}

/// Runs the pool until it is told to stop.
pub(crate) fn run(args: &PoolArgs) -> Result<ExitCode, CommandError> {
    let mut config: PoolConfig = args.config.read(Stdin::Free)?;
    config
        .check()
        .map_err(|error| args.config.cannot_work(error))?;
    config.wall_clock = config.wall_clock.or_else(wall_clock);
    let which = format!("pool {} at {}, {}", config.name, config.sip, config.http);
    let listen = sockets::pool_ports(&config);
    let pool = sockets::pool(config, fresh_seed()?);
    block_on(|stop| serve(&which, pool, listen, stop))
}

/// The wall-clock time, in seconds since 1970 (UTC).
fn wall_clock() -> Option<u64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Some(since.as_secs())
}
