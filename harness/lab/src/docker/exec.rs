//! A command in a container.

use std::time::Duration;

use bollard::container::LogOutput;
use bollard::errors::Error;
use bollard::exec::StartExecResults;
use bollard::models::ExecConfig;
use futures_util::StreamExt as _;
use target::Revealed;
use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;

use super::engine::Engine;
use super::error::{DockerError, not_run};
use crate::run_here::{CommandEnd, MOST_OUTPUT};

/// Why nobody can say how a command ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoEnd {
    /// Its program is not there, or may not be run.
    #[error("{0}")]
    NotRun(String),
    /// It goes on.
    #[error("it took longer than {} s", .0.as_secs_f64())]
    Late(Duration),
    /// The engine, which was to run it.
    #[error(transparent)]
    Engine(DockerError),
    /// The engine says too little, or breaks off.
    #[error("{0}")]
    Unheard(String),
}

impl From<DockerError> for NoEnd {
    fn from(error: DockerError) -> Self {
        match error.not_run() {
            Some(why) => NoEnd::NotRun(why),
            None => NoEnd::Engine(error),
        }
    }
}

/// Runs `command` in a container, for as long as `limit`. An engine cannot end it: one that takes longer
/// goes on, and nobody waits for it.
///
/// # Errors
///
/// [`NoEnd`].
pub(super) async fn run(
    engine: &Engine,
    container: &str,
    command: &Revealed,
    limit: Duration,
) -> Result<CommandEnd, NoEnd> {
    match timeout(limit, exec(engine, container, command)).await {
        Ok(end) => end,
        Err(_) => Err(NoEnd::Late(limit)),
    }
}

async fn exec(engine: &Engine, container: &str, command: &Revealed) -> Result<CommandEnd, NoEnd> {
    let docker = engine.docker();
    let environment = command.environment.iter();
    let config = ExecConfig {
        attach_stdin: Some(!command.stdin.is_empty()),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        env: Some(
            environment
                .map(|(name, value)| format!("{name}={value}"))
                .collect(),
        ),
        cmd: Some(command.arguments.clone()),
        ..ExecConfig::default()
    };
    let made = docker.create_exec(container, config);
    let made = engine.ask("prepare a command in a container", made).await?;
    let started = docker.start_exec(&made.id, None);
    let started = engine.ask("run a command in a container", started).await?;
    let StartExecResults::Attached {
        mut output,
        mut input,
    } = started
    else {
        let why = "the engine did not attach to it".to_owned();
        return Err(NoEnd::Unheard(why));
    };
    let feed = async {
        // Who does not read its input has closed it.
        let _ = input.write_all(command.stdin.as_bytes()).await;
        let _ = input.shutdown().await;
    };
    let read = async {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        while let Some(piece) = output.next().await {
            match piece? {
                LogOutput::StdErr { message } => keep(&mut stderr, &message),
                LogOutput::StdOut { message } => keep(&mut stdout, &message),
                LogOutput::StdIn { .. } | LogOutput::Console { .. } => {}
            }
        }
        Ok::<_, Error>((stdout, stderr))
    };
    let ((), read) = tokio::join!(feed, read);
    let (stdout, stderr) = read.map_err(|error| NoEnd::Unheard(error.to_string()))?;
    let ended = docker.inspect_exec(&made.id);
    let ended = engine.ask("tell how a command ended", ended).await?;
    let code = ended.exit_code.and_then(|code| u16::try_from(code).ok());
    let Some(code) = code else {
        let why = "the engine does not say how it ended".to_owned();
        return Err(NoEnd::Unheard(why));
    };
    // An engine's own words for a program that is not there, or may not be run.
    match code {
        126 | 127 if stderr.is_empty() => {
            let said = String::from_utf8_lossy(&stdout);
            let why = not_run(&said).unwrap_or_else(|| said.trim().to_owned());
            Err(NoEnd::NotRun(why))
        }
        code => Ok(CommandEnd {
            code,
            stdout,
            stderr,
        }),
    }
}

fn keep(kept: &mut Vec<u8>, more: &[u8]) {
    let room = MOST_OUTPUT.saturating_sub(kept.len());
    kept.extend_from_slice(&more[..more.len().min(room)]);
}
