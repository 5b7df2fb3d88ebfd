//! `rgdrill pool`: runs a reference pool on sockets.

use std::sync::Arc;

use clap::Args;
use model::exit_code::ExitCode;
use node::Port;
use node::sockets::{Clock, Listen, Sockets};
use reference::{Pool, PoolConfig};
use sip::WithTcp;
use tokio::sync::mpsc;

use super::process::config::{ConfigArg, Stdin};
use super::process::run::{Stop, block_on, fresh_seed, log, no_sockets, until_stopped, wall_clock};
use crate::command_error::CommandError;

/// `rgdrill pool`
#[derive(Debug, Args)]
#[command(after_help = "\
The pool speaks SIP over UDP and TCP, RTP, and HTTP (agent console, management, its partner). It needs its
database, and tries again until that is there. SIGTERM ends it, as a service is stopped: its calls
are left to themselves. Log lines go to standard error.

harness/docs/reference.md shows a pair of pools on one machine, with every key of the configuration.")]
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
    if config.sip.ip() != config.http.ip() {
        let why = "`sip` and `http` have different addresses: a pool has one";
        return Err(args.config.cannot_work(why));
    }
    config.wall_clock = config.wall_clock.or_else(wall_clock);
    block_on(|stop| serve(config, stop))
}

async fn serve(config: PoolConfig, stop: Stop) -> Result<(), CommandError> {
    let clock = Clock::starting_now();
    let sockets = Sockets::open(&listen(&config)).await.map_err(no_sockets)?;
    let begun = format!("pool {} at {}, {}", config.name, config.sip, config.http);
    log(clock.now(), &begun);
    let port = Port(config.sip.port());
    let pool = WithTcp::new(Pool::new(Arc::new(config), fresh_seed()?), port);
    let (_no_commands, commands) = mpsc::channel(1);
    let running = sockets.run(pool, clock, commands, |now, line| log(now, &line));
    until_stopped(stop, running).await;
    log(clock.now(), "stopped");
    Ok(())
}

/// Media takes the even ports of the range only.
fn listen(config: &PoolConfig) -> Listen {
    let media = config.rtp.first..=config.rtp.last;
    Listen::at(config.sip.ip())
        .udp([config.sip.port()])
        .tcp([config.sip.port()])
        .udp(media.filter(|port| port.is_multiple_of(2)))
        .http([config.http.port()])
}
