//! Running until told to stop.

use std::thread;
use std::time::Duration;

use model::exit_code::ExitCode;
use node::sockets::SocketsError;
use tokio::runtime;
use tokio::sync::watch;

use crate::command_error::CommandError;
use crate::signals::on_end;

/// How long a process may take to end once it is told to: half of what container engines wait before
/// they kill it, ten times what actors take to hang up.
const ENDS_WITHIN: Duration = Duration::from_secs(5);

/// Tells that the process is to end: SIGTERM, SIGINT or SIGHUP came.
#[derive(Clone)]
pub(crate) struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Waits until it is told.
    pub(crate) async fn told(&mut self) {
        // The sender lives as long as the process.
        let _ = self.0.wait_for(|told| *told).await;
    }
}

/// Does `work` on one thread. It is given what tells it to end.
pub(crate) fn block_on<F>(work: impl FnOnce(Stop) -> F) -> Result<ExitCode, CommandError>
where
    F: Future<Output = Result<(), CommandError>>,
{
    let stop = stopped_by_signals()?;
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CommandError::harness(miette::miette!("no event loop: {error}")))?;
    runtime.block_on(work(stop))?;
    Ok(ExitCode::Passed)
}

/// Ends a process that cannot end by itself any more.
fn leave() {
    std::process::exit(i32::from(ExitCode::HarnessFailed.code()));
}

/// The first signal asks for the end; the second one, or that nothing has come of the first, forces it.
fn stopped_by_signals() -> Result<Stop, CommandError> {
    let (tell, told) = watch::channel(false);
    on_end(move |_| {
        if tell.send_replace(true) {
            leave();
        }
        // Signals are handled on a thread of their own, which has to be free for the next one.
        thread::spawn(|| {
            thread::sleep(ENDS_WITHIN);
            leave();
        });
    })?;
    Ok(Stop(told))
}

/// A seed that no process had before: SIP tags and Call-IDs must not come twice (RFC 3261
/// section 19.3).
pub(crate) fn fresh_seed() -> Result<[u8; 32], CommandError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)
        .map_err(|error| CommandError::harness(miette::miette!("no randomness: {error}")))?;
    Ok(seed)
}

/// A port that is taken, or an address that is not this machine's: the environment's fault.
pub(crate) fn no_sockets(error: SocketsError) -> CommandError {
    CommandError::harness(miette::miette!(
        help = "is the address one of this machine's, and is no other process there?",
        "{error}"
    ))
}
