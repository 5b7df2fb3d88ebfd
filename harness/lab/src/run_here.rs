//! A command of the target's, run on this machine.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use actors::RunEnd;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use target::{Revealed, Secrets};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// How much of each of its outputs is kept, in bytes: what comes after is dropped.
pub(crate) const MOST_OUTPUT: usize = 1 << 20;

/// How long what it wrote is waited for once it has ended: a server that it started may have its
/// outputs open for ever.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// How a command ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CommandEnd {
    /// Its exit code, or 128 and the number of the signal that ended it.
    pub(crate) code: u16,
    /// What it wrote to standard output.
    pub(crate) stdout: Vec<u8>,
    /// What it wrote to standard error.
    pub(crate) stderr: Vec<u8>,
}

/// How a command ended, for an actor: without secrets in what it wrote.
pub(crate) fn told(end: Result<CommandEnd, String>, secrets: &Secrets) -> RunEnd {
    let redacted = |text: &[u8]| secrets.redact(&String::from_utf8_lossy(text));
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

/// The end of a command for a pool that a fault cuts off from whoever gives it.
pub(crate) fn out_of_reach() -> RunEnd {
    RunEnd::Unknown {
        why: "the host cannot be reached".to_owned(),
    }
}

/// Runs a command in this directory (in this process's own, if none is given), in a process group of
/// its own: whoever interrupts the drill does not interrupt it. One that takes too long, or that nobody waits for
/// any more, is killed with all of its group: what it has started would do later what nobody wants.
///
/// # Errors
///
/// Why nobody can say how it ended.
pub(crate) async fn run_here(
    command: &Revealed,
    directory: Option<&Path>,
    limit: Duration,
) -> Result<CommandEnd, String> {
    let [program, arguments @ ..] = command.arguments.as_slice() else {
        return Err("it has no program".to_owned());
    };
    // A path with a `/` in it is relative to that directory, too, on every system.
    let path = match directory {
        Some(directory) if program.contains('/') => directory.join(program),
        _ => program.into(),
    };
    let mut child = Command::new(path);
    child
        .args(arguments)
        .envs(&command.environment)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    if let Some(directory) = directory {
        child.current_dir(directory);
    }
    let child = child.spawn();
    let mut child = child.map_err(|error| format!("cannot start `{program}`: {error}"))?;
    let mut group = Group::of(&child);
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let feed = async {
        if let Some(mut stdin) = stdin {
            // Who does not read its input has closed it.
            let _ = stdin.write_all(command.stdin.as_bytes()).await;
        }
    };
    let mut end = CommandEnd::default();
    let done = async {
        let status = {
            let said = async {
                tokio::join!(
                    read(stdout, &mut end.stdout),
                    read(stderr, &mut end.stderr),
                    feed
                );
            };
            tokio::pin!(said);
            let ended = tokio::select! {
                status = child.wait() => Some(status),
                () = &mut said => None,
            };
            match ended {
                // What is not said by then is nobody's to wait for.
                Some(status) => {
                    group.is_over();
                    let _ = timeout(LAST_WORDS, said).await;
                    status
                }
                None => child.wait().await,
            }
        };
        group.is_over();
        end.code = code_of(status.map_err(|error| error.to_string())?);
        Ok(end)
    };
    match timeout(limit, done).await {
        Ok(end) => end,
        Err(_) => Err(format!("it took longer than {} s", limit.as_secs_f64())),
    }
}

/// The process group of a command that has not ended. Dropped, it is killed.
struct Group(Option<Pid>);

impl Group {
    /// Its leader is the command.
    fn of(command: &Child) -> Group {
        let leader = command.id().and_then(|id| i32::try_from(id).ok());
        Group(leader.map(Pid::from_raw))
    }

    /// The command has ended: the servers that it has started are meant to go on.
    fn is_over(&mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            // All of it may have ended.
            let _ = killpg(leader, Signal::SIGKILL);
        }
    }
}

/// What is written to one of its outputs: as much as is kept; the rest is read and dropped.
async fn read(output: Option<impl AsyncRead + Unpin>, kept: &mut Vec<u8>) {
    if let Some(mut output) = output {
        let most = u64::try_from(MOST_OUTPUT).unwrap_or(u64::MAX);
        // Output that ends in an error ends there.
        let _ = (&mut output).take(most).read_to_end(kept).await;
        let _ = tokio::io::copy(&mut output, &mut tokio::io::sink()).await;
    }
}

/// Its exit code, or 128 and the number of the signal that ended it.
fn code_of(status: ExitStatus) -> u16 {
    use std::os::unix::process::ExitStatusExt as _;
    let code = status.code();
    let code = code.or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u16::try_from(code).ok())
        .unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Instant;

    use nix::sys::stat::Mode;
    use nix::unistd::mkfifo;

    use super::*;

    fn ended(arguments: &[&str], directory: Option<&Path>) -> Result<CommandEnd, String> {
        ended_within(Duration::from_secs(5), arguments, directory)
    }

    fn ended_within(
        limit: Duration,
        arguments: &[&str],
        directory: Option<&Path>,
    ) -> Result<CommandEnd, String> {
        let command = Revealed {
            arguments: arguments.iter().map(|word| (*word).to_owned()).collect(),
            environment: BTreeMap::from([("DRILL".to_owned(), "yes".to_owned())]),
            stdin: "given".to_owned(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(run_here(&command, directory, limit))
    }

    #[test]
    fn what_it_wrote_and_how_it_ended_are_told() {
        let script = "cat; echo $DRILL; echo why >&2; exit 3";
        let end = ended(&["sh", "-c", script], None).unwrap();
        let expected = CommandEnd {
            code: 3,
            stdout: b"givenyes\n".to_vec(),
            stderr: b"why\n".to_vec(),
        };
        assert_eq!(end, expected);
        assert_eq!(ended(&["sh", "-c", "kill -9 $$"], None).unwrap().code, 137);
    }

    #[test]
    fn a_program_that_is_not_there_is_told() {
        let why = ended(&["./no-such-program"], Some(Path::new("/"))).unwrap_err();
        assert!(
            why.starts_with("cannot start `./no-such-program`: "),
            "{why}"
        );
    }

    #[test]
    fn it_is_run_in_the_directory_that_is_given() {
        let end = ended(&["pwd"], Some(Path::new("/"))).unwrap();
        assert_eq!(end.stdout, b"/\n");
        let end = ended(&["bin/pwd"], Some(Path::new("/"))).unwrap();
        assert_eq!(end.stdout, b"/\n");
    }

    /// The reader of the pipe sees its end when the last process that could write into it is gone.
    #[test]
    fn what_a_command_has_started_that_takes_too_long_goes_with_it() {
        let directory = tempfile::tempdir().unwrap();
        let pipe = directory.path().join("pipe");
        mkfifo(&pipe, Mode::S_IRWXU).unwrap();
        let reader = std::thread::spawn(move || std::fs::read_to_string(pipe).unwrap());
        let script = "{ echo begun; sleep 30; echo done; } >pipe & wait";
        let limit = Duration::from_secs(1);
        let why = ended_within(limit, &["sh", "-c", script], Some(directory.path())).unwrap_err();
        assert_eq!(why, "it took longer than 1 s");
        let began = Instant::now();
        assert_eq!(reader.join().unwrap(), "begun\n");
        assert!(began.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn a_server_that_it_leaves_behind_is_not_waited_for() {
        let began = Instant::now();
        let end = ended(&["sh", "-c", "echo up; sleep 30 & echo $!"], None).unwrap();
        assert!(began.elapsed() < Duration::from_secs(4));
        let said = String::from_utf8(end.stdout).unwrap();
        let (up, server) = said.split_once('\n').unwrap();
        assert_eq!(up, "up");
        let killed = std::process::Command::new("kill")
            .arg(server.trim())
            .status();
        assert!(killed.unwrap().success());
    }
}
