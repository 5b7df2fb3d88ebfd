//! A command in a container.

use std::time::Duration;

use futures_util::StreamExt as _;
use target::Revealed;
use testcontainers::bollard::container::LogOutput;
use testcontainers::bollard::exec::StartExecResults;
use testcontainers::bollard::models::ExecConfig;
use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;

use super::engine::Engine;
use crate::run_here::{CommandEnd, MOST_OUTPUT};

/// Runs `command` in a container, for as long as `limit`. An engine cannot end it: one that takes longer
/// goes on, and nobody waits for it.
///
/// # Errors
///
/// Why nobody can say how it ended.
pub(super) async fn run(
    engine: &Engine,
    container: &str,
    command: &Revealed,
    limit: Duration,
) -> Result<CommandEnd, String> {
    match timeout(limit, exec(engine, container, command)).await {
        Ok(end) => end,
        Err(_) => Err(format!("it took longer than {} s", limit.as_secs_f64())),
    }
}

async fn exec(engine: &Engine, container: &str, command: &Revealed) -> Result<CommandEnd, String> {
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
    let failed = |error: testcontainers::bollard::errors::Error| error.to_string();
    let made = docker
        .create_exec(container, config)
        .await
        .map_err(failed)?;
    let started = docker.start_exec(&made.id, None).await.map_err(failed)?;
    let StartExecResults::Attached {
        mut output,
        mut input,
    } = started
    else {
        return Err("the engine did not attach to it".to_owned());
    };
    let feed = async {
        // Who does not read its input has closed it.
        let _ = input.write_all(command.stdin.as_bytes()).await;
        let _ = input.shutdown().await;
    };
    let read = async {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        while let Some(piece) = output.next().await {
            match piece.map_err(failed)? {
                LogOutput::StdErr { message } => keep(&mut stderr, &message),
                LogOutput::StdOut { message } => keep(&mut stdout, &message),
                LogOutput::StdIn { .. } | LogOutput::Console { .. } => {}
            }
        }
        Ok::<_, String>((stdout, stderr))
    };
    let ((), read) = tokio::join!(feed, read);
    let (stdout, stderr) = read?;
    let ended = docker.inspect_exec(&made.id).await.map_err(failed)?;
    let code = ended.exit_code.and_then(|code| u16::try_from(code).ok());
    let code = code.ok_or("the engine does not say how it ended")?;
    // An engine's own words for a program that is not there, or may not be run.
    match code {
        126 | 127 if stderr.is_empty() => Err(String::from_utf8_lossy(&stdout).trim().to_owned()),
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
