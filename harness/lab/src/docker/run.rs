//! The command of a verb, on its way: in a container, or on this machine.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use actors::RunEnd;
use target::command::Where;
use target::{Invocation, Revealed, Secrets};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use tokio::time::timeout;

use super::engine::Engine;
use super::exec::{self, ExecEnd, MOST_OUTPUT};

/// A command that is to be run.
pub(super) struct CommandRun {
    pub(super) engine: Engine,
    pub(super) secrets: Secrets,
    /// The container that it is for, if there is one.
    pub(super) container: Option<String>,
    pub(super) invocation: Invocation,
}

impl CommandRun {
    /// Runs it; gives how it ended, without secrets in what it wrote.
    pub(super) async fn end(self) -> RunEnd {
        let end = match self.invocation.reveal(&self.secrets) {
            Ok(command) => self.run(&command).await,
            Err(error) => Err(error.to_string()),
        };
        let redacted = |text: &[u8]| self.secrets.redact(&String::from_utf8_lossy(text));
        match end {
            Ok(end) => RunEnd::Exited {
                code: end.code,
                stdout: redacted(&end.stdout),
                stderr: redacted(&end.stderr),
            },
            Err(why) => RunEnd::Unknown {
                why: redacted(why.as_bytes()),
            },
        }
    }

    async fn run(&self, command: &Revealed) -> Result<ExecEnd, String> {
        let limit = self.invocation.timeout.get();
        match (self.invocation.path, &self.container) {
            (Where::Here, _) => run_here(command, limit).await,
            (Where::Container, Some(container)) => {
                exec::run(&self.engine, container, command, limit).await
            }
            (Where::Container, None) => Err("there is no container to run it in".to_owned()),
        }
    }
}

/// On this machine. One that takes too long is killed.
async fn run_here(command: &Revealed, limit: Duration) -> Result<ExecEnd, String> {
    let [program, arguments @ ..] = command.arguments.as_slice() else {
        return Err("it has no program".to_owned());
    };
    let child = Command::new(program)
        .args(arguments)
        .envs(&command.environment)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    let mut child = child.map_err(|error| format!("cannot start `{program}`: {error}"))?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let feed = async {
        if let Some(mut stdin) = stdin {
            // Who does not read its input has closed it.
            let _ = stdin.write_all(command.stdin.as_bytes()).await;
        }
    };
    let done = async {
        let ((), stdout, stderr, status) =
            tokio::join!(feed, read(stdout), read(stderr), child.wait());
        let status = status.map_err(|error| error.to_string())?;
        Ok(ExecEnd {
            code: code_of(status),
            stdout,
            stderr,
        })
    };
    match timeout(limit, done).await {
        Ok(end) => end,
        Err(_) => Err(format!("it took longer than {} s", limit.as_secs_f64())),
    }
}

/// What is written to one of its outputs: as much as is kept; the rest is read and dropped.
async fn read(output: Option<impl tokio::io::AsyncRead + Unpin>) -> Vec<u8> {
    let mut kept = Vec::new();
    if let Some(mut output) = output {
        let most = u64::try_from(MOST_OUTPUT).unwrap_or(u64::MAX);
        // Output that ends in an error ends there.
        let _ = (&mut output).take(most).read_to_end(&mut kept).await;
        let _ = tokio::io::copy(&mut output, &mut tokio::io::sink()).await;
    }
    kept
}

/// Its exit code, or 128 and the number of the signal that ended it.
fn code_of(status: ExitStatus) -> u16 {
    use std::os::unix::process::ExitStatusExt as _;
    let code = status.code();
    let code = code.or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u16::try_from(code).ok())
        .unwrap_or(u16::MAX)
}
