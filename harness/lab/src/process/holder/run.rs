//! A holder's process.

use node::sockets::{Clock, Listen, Sockets};

use super::links::Links;
use crate::control::{HolderConfig, Order, Report};
use crate::process::ProcessError;
use crate::process::reports::ReportQueue;
use crate::process::seed::Seed;
use crate::process::session::{Session, Streams};

/// Holds a host until `stop`, or until nobody gives orders any more; then heals what is cut.
///
/// # Errors
///
/// [`ProcessError`].
pub async fn run(
    config: HolderConfig,
    streams: Streams,
    stop: impl Future<Output = ()>,
) -> Result<(), ProcessError> {
    let clock = Clock::since(config.epoch_us).map_err(ProcessError::NoClock)?;
    let own = config.probe.ip();
    let listen = Listen::at(own).udp([config.probe.port()]);
    let sockets = Sockets::open(&listen).await?;
    let mut links = Links::of(own)?;
    let (reports, writer) = ReportQueue::open(clock, streams.reports);
    let addresses = vec![own];
    reports.report(Report::Ready { addresses });
    let probe = run_probe(sockets, config, clock, reports.clone());
    let session = Session::open(streams.orders, streams.heartbeat);
    let session = session.serve(stop, &reports, async |order| {
        execute(&mut links, order).await
    });
    let ended = tokio::select! {
        ended = session => ended,
        () = probe => Ok(()),
    };
    if let Err(error) = links.heal_all().await {
        let what = format!("not everything is healed: {error}");
        reports.report(Report::Trouble { what });
    }
    drop(reports);
    writer.end().await;
    Ok(ended?)
}

async fn run_probe(
    sockets: Sockets<actors::Command>,
    config: HolderConfig,
    clock: Clock,
    reports: ReportQueue,
) {
    let host = config.host.word();
    let seed = Seed::from(config.seed).of(host);
    let address_book = config.address_book.into();
    let probe = actors::Probe::new(config.host, config.probe, address_book, seed);
    let report = |now, event| {
        let host = host.to_owned();
        reports.report_at(now, Report::Observed { host, event });
    };
    sockets.run_without_commands(probe, clock, report).await;
}

async fn execute(links: &mut Links, order: Order) -> Result<(), String> {
    let done = match order {
        Order::Heartbeat => return Ok(()),
        Order::Command { .. } => return Err("a holder has no actors".to_owned()),
        Order::Cut { peer, how } => links.cut(peer, how).await,
        Order::Heal { peer } => links.heal(peer).await,
        Order::HealAll => links.heal_all().await,
        Order::Impair { impairment } => links.impair(&impairment).await,
    };
    done.map_err(|error| error.to_string())
}
