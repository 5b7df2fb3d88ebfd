//! `rgdrill load`: calls by the thousand, and agents who answer them, on sockets.

mod args;
mod progress;
mod running;
mod table;

use std::future;
use std::time::Duration;

use ::load::{Agents, Callers, Measured};
use miette::IntoDiagnostic as _;
use model::exit_code::ExitCode;
use serde::{Serialize, Serializer};
use tokio::{runtime, time};
use tokio_util::sync::CancellationToken;

use self::args::Plan;
use self::progress::{Shown, show};
use self::running::Running;
use super::process::run::fresh_seed;
use crate::cli::format::Format;
use crate::command_error::CommandError;
use crate::output;
use crate::signals::{Leaves, cancelled_by_signals};

pub(crate) use self::args::LoadArgs;

/// What the document at the end is.
const SCHEMA: &str = "rgdrill-load/1";

/// How long callers wait for all agents to be registered.
const AGENTS_REGISTER: Duration = Duration::from_secs(10);

/// What was measured.
#[derive(Debug, Serialize)]
struct Results {
    schema: &'static str,
    interrupted: bool,
    /// No agent was registered when it ended, though each had asked.
    #[serde(skip)]
    never_registered: bool,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "document")]
    calls: Option<Measured>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "document")]
    agents: Option<Measured>,
}

/// What was measured, as results of walks have it.
fn document<S: Serializer>(measured: &Option<Measured>, serializer: S) -> Result<S::Ok, S::Error> {
    let document = measured.as_ref().map(model::load::Measured::from);
    document.serialize(serializer)
}

/// Runs the load, and prints what was measured.
pub(crate) fn run(args: &LoadArgs) -> Result<ExitCode, CommandError> {
    let plan = args.plan().map_err(CommandError::usage)?;
    node::sockets::take_all_descriptors();
    let stopped = cancelled_by_signals(Leaves::Nothing)?;
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CommandError::harness(miette::miette!("no event loop: {error}")))?;
    let results = runtime.block_on(measure(plan, &stopped, args.quiet))?;
    let text = match args.format {
        Format::Json => serde_json::to_string_pretty(&results)
            .into_diagnostic()
            .map_err(CommandError::harness)?,
        Format::Text => table::render(&results),
    };
    output::write(&(text.trim_end().to_owned() + "\n"))?;
    Ok(exit_code(&results))
}

/// Runs agents, and callers once they are registered; both until the callers are done, or until they are
/// stopped.
async fn measure(
    plan: Plan,
    stopped: &CancellationToken,
    is_quiet: bool,
) -> Result<Results, CommandError> {
    let Plan {
        calls,
        agents,
        window,
    } = plan;
    let rate = calls.as_ref().map_or(0.0, |plan| plan.rate);
    let answering = match agents {
        Some(plan) => {
            let expected = match plan.registrars.is_empty() {
                true => 0,
                false => plan.users.len() as u64,
            };
            let (local, media) = (plan.local, plan.media);
            let running = Running::start(Agents::new(plan, fresh_seed()?), local, media, rate)?;
            if calls.is_some() {
                let registered = running.wait(|agents| agents.registered >= expected);
                tokio::select! {
                    _ = time::timeout(AGENTS_REGISTER, registered) => {}
                    () = stopped.cancelled() => {}
                }
                let registered = running.measured().registered;
                if registered < expected && !stopped.is_cancelled() {
                    output::status(&format!(
                        "warning: {registered} of {expected} agents are registered after {} s, and calls begin",
                        AGENTS_REGISTER.as_secs()
                    ));
                }
            }
            Some((running, expected))
        }
        None => None,
    };
    let calling = match calls {
        Some(plan) => {
            let (local, media) = (plan.local, plan.media);
            let callers = Callers::new(plan, fresh_seed()?);
            Some(Running::start(callers, local, media, rate)?)
        }
        None => None,
    };
    let shown = Shown {
        calls: calling.as_ref().map(Running::told),
        agents: answering.as_ref().map(|(agents, _)| agents.told()),
    };
    let shown = async {
        match is_quiet {
            true => future::pending().await,
            false => show(shown).await,
        }
    };
    let done = async {
        match (&calling, window) {
            (Some(calling), _) => calling.over().await,
            (None, Some(window)) => {
                time::sleep(window).await;
                Ok(())
            }
            (None, None) => future::pending().await,
        }
    };
    tokio::select! {
        done = done => done?,
        () = stopped.cancelled() => {}
        () = shown => {}
    }
    let never_registered = answering.as_ref().is_some_and(|(agents, expected)| {
        let agents = agents.measured();
        *expected > 0 && agents.registered == 0 && !agents.not_registered.is_empty()
    });
    // Whoever has called ends the calls, if they are not over; agents end what is left then.
    if let Some(calling) = &calling {
        calling.end();
        calling.over().await?;
    }
    let answering = answering.map(|(answering, _)| answering);
    if let Some(answering) = &answering {
        answering.end();
        answering.over().await?;
    }
    Ok(Results {
        schema: SCHEMA,
        never_registered,
        interrupted: stopped.is_cancelled(),
        calls: calling.as_ref().map(Running::measured),
        agents: answering.as_ref().map(Running::measured),
    })
}

/// Of agents alone, that they were told to end is no interruption: nothing else ends them.
fn exit_code(results: &Results) -> ExitCode {
    let measured = [&results.calls, &results.agents];
    let is_clean = measured.into_iter().flatten().all(Measured::is_clean);
    let calls = results.calls.as_ref();
    if !is_clean || results.never_registered {
        ExitCode::Failed
    } else if results.interrupted && calls.is_some() {
        ExitCode::Incomplete
    } else if calls.is_some_and(|calls| !calls.is_whole()) {
        ExitCode::Inconclusive
    } else {
        ExitCode::Passed
    }
}
