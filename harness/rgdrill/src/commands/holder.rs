//! `rgdrill holder`: owns a host's network, runs its probe, and cuts it off from others.

use clap::Args;
use lab::process::holder;
use model::exit_code::ExitCode;

use super::process::config::{ConfigArg, Stdin};
use super::process::ordered::{OrdersArgs, failed};
use super::process::run::block_on;
use crate::command_error::CommandError;

/// `rgdrill holder`
#[derive(Debug, Args)]
#[command(after_help = "\
Orders come on standard input, reports go to standard output: one JSON object a line, numbered
from 1 in each direction.

  {\"n\":1,\"do\":\"heartbeat\"}
  {\"n\":2,\"do\":\"cut\",\"peer\":\"198.18.7.21\",\"how\":\"silent\"}      or \"reject\"
  {\"n\":3,\"do\":\"heal\",\"peer\":\"198.18.7.21\"}
  {\"n\":4,\"do\":\"heal-all\"}
  {\"n\":5,\"do\":\"impair\",\"impairment\":{\"loss\":\"1%\",\"delay\":\"20ms\"}}

Cutting and impairing take the capability NET_ADMIN, impairing a kernel with netem as well.
Without a heartbeat for 10 s, at the end of standard input and on SIGTERM the holder heals what it
cut and exits.

Example:
  rgdrill holder --config holder.yaml")]
pub(crate) struct HolderArgs {
    #[command(flatten)]
    config: ConfigArg,

    #[command(flatten)]
    orders: OrdersArgs,
}

/// Holds the host until told to stop.
pub(crate) fn run(args: &HolderArgs) -> Result<ExitCode, CommandError> {
    let config = args.config.read(Stdin::Orders)?;
    block_on(async |mut stop| {
        let streams = args.orders.streams();
        let running = holder::run(config, streams, stop.told());
        running.await.map_err(failed)
    })
}
