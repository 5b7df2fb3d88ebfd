//! `rgdrill holder`: holds a host's network, runs its probe, and cuts it off from others.

use clap::Args;
use lab::control::{HolderConfig, Order, Report};
use model::exit_code::ExitCode;
use node::sockets::{Clock, Listen, Sockets};
use tokio::sync::mpsc;

use super::process::config::{ConfigArg, Stdin};
use super::process::cuts::Cuts;
use super::process::outbox::Outbox;
use super::process::run::{Stop, block_on, no_sockets};
use super::process::session::{Session, SessionArgs};
use crate::command_error::CommandError;
use crate::output;

/// `rgdrill holder`
#[derive(Debug, Args)]
#[command(after_help = "\
Orders come on standard input, reports go to standard output: one JSON object a line, numbered from
1 in each direction.

  {\"n\":1,\"do\":\"heartbeat\"}
  {\"n\":2,\"do\":\"cut\",\"peer\":\"198.18.7.21\",\"how\":\"silent\"}      or \"reject\"
  {\"n\":3,\"do\":\"mend\",\"peer\":\"198.18.7.21\"}
  {\"n\":4,\"do\":\"mend-all\"}
  {\"n\":5,\"do\":\"impair\",\"impairment\":{\"loss\":\"1%\",\"delay\":\"20ms\"}}

Cutting and impairing take the capability NET_ADMIN, impairing a kernel with netem as well. Without a heartbeat for 10 s, at the end of standard input
and on SIGTERM the holder mends what it cut and exits.")]
pub(crate) struct HolderArgs {
    #[command(flatten)]
    config: ConfigArg,

    #[command(flatten)]
    session: SessionArgs,
}

/// Holds the host until told to stop.
pub(crate) fn run(args: &HolderArgs) -> Result<ExitCode, CommandError> {
    let config = args.config.read(Stdin::Orders)?;
    block_on(|stop| hold(config, args.session, stop))
}

async fn hold(config: HolderConfig, args: SessionArgs, stop: Stop) -> Result<(), CommandError> {
    let clock = Clock::since(config.epoch_us)
        .map_err(|error| CommandError::harness(miette::miette!("no monotonic clock: {error}")))?;
    let own = config.probe.ip();
    let listen = Listen::at(own).udp([config.probe.port()]);
    let sockets = Sockets::open(&listen).await.map_err(no_sockets)?;
    let mut cuts =
        Cuts::of(own).map_err(|error| CommandError::harness(miette::miette!("{error}")))?;
    let (outbox, writing) = Outbox::open(clock);
    let addresses = vec![own];
    outbox.report(Report::Ready { addresses });
    let probing = probe(sockets, config, clock, outbox.clone());
    let session =
        Session::open(args).serve(stop, &outbox, async |order| obey(&mut cuts, order).await);
    let ended = tokio::select! {
        ended = session => ended,
        () = probing => Ok(()),
    };
    if let Err(error) = cuts.mend_all().await {
        output::status(&format!("not everything is mended: {error}"));
    }
    drop(outbox);
    writing.end().await;
    Ok(ended?)
}

/// Runs the host's probe.
async fn probe(
    sockets: Sockets<actors::Command>,
    config: HolderConfig,
    clock: Clock,
    outbox: Outbox,
) {
    let (_no_commands, commands) = mpsc::channel(1);
    let host = config.host.word();
    let probe = actors::Probe::new(config.host, config.probe, config.network.into());
    let tell = |now, event| {
        let host = host.to_owned();
        outbox.report_at(now, Report::Observed { host, event });
    };
    sockets.run(probe, clock, commands, tell).await;
}

async fn obey(cuts: &mut Cuts, order: Order) -> Result<(), String> {
    let done = match order {
        Order::Heartbeat => return Ok(()),
        Order::Command { .. } => return Err("a holder has no actors".to_owned()),
        Order::Cut { peer, how } => cuts.cut(peer, how).await,
        Order::Mend { peer } => cuts.mend(peer).await,
        Order::MendAll => cuts.mend_all().await,
        Order::Impair { impairment } => {
            let impaired = cuts.impair(&impairment).await;
            return impaired.map_err(|error| error.to_string());
        }
    };
    done.map_err(|error| error.to_string())
}
