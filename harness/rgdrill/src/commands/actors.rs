//! `rgdrill actors`: runs agents, callers and the administrator of a drill on sockets.

use std::sync::Arc;

use ::actors::{Commands, TargetAdapter};
use clap::Args;
use lab::control::ActorsConfig;
use lab::process::{actors, seed::Seed};
use miette::Diagnostic;
use model::environment;
use model::exit_code::ExitCode;
use model::yaml;
use target::{MissingSecrets, Target};

use super::process::config::{ConfigArg, Stdin};
use super::process::ordered::{OrdersArgs, failed};
use super::process::run::{block_on, fresh_seed};
use crate::command_error::CommandError;
use crate::embedded;

/// `rgdrill actors`
#[derive(Debug, Args)]
#[command(after_help = "\
Orders come on standard input, reports go to standard output: one JSON object a line, numbered
from 1 in each direction.

  {\"n\":1,\"do\":\"heartbeat\"}
  {\"n\":2,\"do\":\"command\",\"actor\":\"rita\",\"command\":{\"call\":{\"to\":\"sales\"}}}
  {\"n\":3,\"do\":\"command\",\"actor\":\"rita\",\"command\":\"hang-up\"}

Without a heartbeat for 10 s, at the end of standard input and on SIGTERM the actors hang up, and
the process exits. The secrets of the target's file come from
its configuration or the environment.

harness/docs/reference.md shows actors beside a pair of pools, with every key of the
configuration.

Example:
  rgdrill actors --config actors.yaml")]
pub(crate) struct ActorsArgs {
    #[command(flatten)]
    config: ConfigArg,

    #[command(flatten)]
    orders: OrdersArgs,
}

/// The target's secrets are not there.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error(transparent)]
#[diagnostic(help("the target's file names the variables that hold its secrets: set them"))]
struct NoSecrets(#[from] MissingSecrets);

/// Runs the actors until told to stop.
pub(crate) fn run(args: &ActorsArgs) -> Result<ExitCode, CommandError> {
    let config: ActorsConfig = args.config.read(Stdin::Orders)?;
    let adapter = adapter(&config)?;
    let seed = match config.seed {
        Some(seed) => Seed::from(seed),
        None => Seed::from(fresh_seed()?),
    };
    block_on(async |mut stop| {
        let streams = args.orders.streams();
        let running = actors::run(config, adapter, seed, streams, stop.told());
        running.await.map_err(failed)
    })
}

/// How pools are asked: as the target says, or as the reference pools want it.
fn adapter(config: &ActorsConfig) -> Result<Arc<TargetAdapter>, CommandError> {
    let target: Target = match &config.target {
        // Whoever wrote the configuration has checked it, under the name that its file has there.
        Some(text) => yaml::load("target", text).map_err(CommandError::usage)?,
        None => embedded::reference_target().map_err(CommandError::usage)?,
    };
    let secrets = target
        .secrets(|name| {
            let given = config.secrets.get(name).cloned();
            given.or_else(|| environment::variable(name))
        })
        .map_err(|missing| CommandError::usage(NoSecrets(missing)))?;
    let adapter = TargetAdapter::new(target, secrets, config.timing);
    Ok(Arc::new(adapter.with_commands(Commands::Run)))
}
