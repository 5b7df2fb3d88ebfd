//! What containers log, kept beside the journal: it is for people, no verdict depends on it.
//!
//! The engine stamps each line with its own clock. The journal's time goes before it, so that both can be read side
//! by side: as precisely as that clock and this machine's agree, if they are not the same.

use std::path::PathBuf;
use std::{fs, io};

use bollard::query_parameters::{ListContainersOptionsBuilder, LogsOptionsBuilder};
use chrono::{DateTime, Utc};
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use model::{logged, printable};
use target::Secrets;

use super::engine::Engine;
use super::error::DockerError;
use super::labels::LabId;

/// How much of a log is kept, in bytes: what reports read of it.
const MOST_BYTES: usize = 16 << 20;

/// What stands at the end of a log of which not all is kept.
const CUT: &[u8] = b"\n(cut here: it is longer than what is kept)\n";

/// How many lines of a log are told with what went wrong.
const LAST_LINES: &str = "3";

/// Where logs are kept, and from when on time is counted in them: as in the journal.
#[derive(Clone, Debug)]
pub(super) struct Logs {
    /// Of each container a file.
    pub(super) directory: PathBuf,
    /// When it was zero by the lab's clock.
    pub(super) zero: DateTime<Utc>,
    /// What must not stand in them.
    pub(super) secrets: Secrets,
}

/// Writes the logs of all containers of `lab`.
pub(super) async fn keep(engine: &Engine, lab: &LabId, logs: &Logs) -> Result<(), DockerError> {
    let directory = &logs.directory;
    fs::create_dir_all(directory).map_err(|error| DockerError::Local {
        what: format!("{} could not be made", directory.display()),
        why: error.to_string(),
    })?;
    let options = ListContainersOptionsBuilder::default()
        .all(true)
        .filters(&lab.filter())
        .build();
    let containers = engine.docker().list_containers(Some(options));
    let containers = engine.ask("list containers", containers).await?;
    let written = containers.into_iter().map(async |container| {
        let name = container.names.unwrap_or_default().concat();
        let name = name.trim_start_matches('/');
        let name = name.strip_prefix(&format!("{lab}-")).unwrap_or(name);
        let path = directory.join(format!("{name}.log"));
        let id = container.id.unwrap_or_default();
        let options = LogsOptionsBuilder::default().timestamps(true);
        let text = engine.ask("give a container's log", read(engine, &id, options));
        let text = text.await?;
        let text = stamped(
            &logs.secrets.redact(&String::from_utf8_lossy(&text)),
            logs.zero,
        );
        fs::write(&path, text).map_err(|error: io::Error| DockerError::Local {
            what: format!("{} could not be written", path.display()),
            why: error.to_string(),
        })
    });
    join_all(written).await.into_iter().collect()
}

/// The last that a container has logged, as the end of a sentence; nothing where it has not.
pub(super) async fn last_words(engine: &Engine, id: &str, secrets: &Secrets) -> String {
    let options = LogsOptionsBuilder::default().tail(LAST_LINES);
    let log = engine.ask("give a container's log", read(engine, id, options));
    // Where there is none to be had, all else is said all the same.
    let log = log.await.unwrap_or_default();
    let lines = String::from_utf8_lossy(&log);
    let lines = lines.lines().map(str::trim);
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    match secrets.told(&lines.join(" / ")) {
        log if log.is_empty() => String::new(),
        log => format!("; the last that it logged: {}", printable::line(&log)),
    }
}

async fn read(
    engine: &Engine,
    id: &str,
    options: LogsOptionsBuilder,
) -> Result<Vec<u8>, bollard::errors::Error> {
    let options = options.stdout(true).stderr(true).build();
    let mut log = engine.docker().logs(id, Some(options));
    let mut text = Vec::new();
    while let Some(piece) = log.next().await {
        text.extend_from_slice(piece?.as_ref());
        if text.len() > MOST_BYTES {
            text.truncate(MOST_BYTES);
            text.extend_from_slice(CUT);
            break;
        }
    }
    Ok(text)
}

/// The lines with the time since `zero` before each that tells when it was logged.
fn stamped(text: &str, zero: DateTime<Utc>) -> String {
    let lines = text.split_inclusive('\n');
    let stamped = lines.flat_map(|line| [since(line, zero).unwrap_or_default(), line.to_owned()]);
    stamped.collect()
}

fn since(line: &str, zero: DateTime<Utc>) -> Option<String> {
    let (stamp, _) = line.split_once(' ')?;
    let stamp = DateTime::parse_from_rfc3339(stamp).ok()?;
    let after_us = (stamp.to_utc() - zero).num_microseconds()?.max(0);
    Some(logged::stamp(after_us.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_tell_when_they_were_logged_as_the_journal_does() {
        let zero = "2026-03-01T11:00:00Z".parse().unwrap();
        let text = "2026-03-01T11:00:02.345678901Z one\nno stamp\n2026-03-01T10:59:59Z early\n2026-03-01T11:01:00Z ";
        let expected = "2.345678 s 2026-03-01T11:00:02.345678901Z one\nno stamp\n\
                        0.000000 s 2026-03-01T10:59:59Z early\n60.000000 s 2026-03-01T11:01:00Z ";
        assert_eq!(stamped(text, zero), expected);
    }
}
