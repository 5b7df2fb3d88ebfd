//! Processes that only serve: pools and databases.

use model::printable;
use node::sockets::{Clock, Listen, Sockets};
use node::{Node, Now};

use super::run::{Stop, no_sockets};
use crate::command_error::CommandError;
use crate::output;

/// Runs `node` on these ports until told to stop. The log says which it is, and what it tells.
pub(crate) async fn serve<N>(
    which: &str,
    node: N,
    listen: Listen,
    mut stop: Stop,
) -> Result<(), CommandError>
where
    N: Node<Event = String, Command: Send + 'static>,
{
    let clock = Clock::starting_now();
    let sockets = Sockets::open(&listen).await.map_err(no_sockets)?;
    let sockets = sockets.watched(move |slow| log(clock.now(), &slow.to_string()));
    log(clock.now(), which);
    let running = sockets.run_without_commands(node, clock, |now, line| log(now, &line));
    tokio::select! {
        () = stop.told() => {}
        () = running => {}
    }
    log(clock.now(), "stopped");
    Ok(())
}

/// A log line, with its time since the start.
fn log(now: Now, line: &str) {
    output::status(&format!("{now} {}", printable::line(line)));
}
