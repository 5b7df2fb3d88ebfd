//! What servers logged meanwhile, where the run directory has it.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Component, Path, PathBuf};

use model::logged;
use model::printable;

/// The most bytes of a file that are read.
const MOST: u64 = 16 << 20;

/// The most files of a walk that are read.
const MOST_FILES: usize = 16;

/// The most lines of a file that are kept.
const MOST_LINES: usize = 2_000;

/// The most characters of a line that are kept.
const LONGEST: usize = 300;

/// What servers logged in a run.
#[derive(Clone, Debug)]
pub struct Logs {
    directory: Option<PathBuf>,
}

/// A line that a server logged.
#[derive(Clone, Debug)]
pub(crate) struct LogLine {
    /// When, in microseconds since the walk's lab was started.
    pub(crate) t_us: u64,
    /// Who: the host, and which of its containers if a target has several.
    pub(crate) server: String,
    /// What, fit to be shown.
    pub(crate) text: String,
}

impl Logs {
    /// Nothing that anybody logged is known.
    pub const fn none() -> Logs {
        Logs { directory: None }
    }

    /// What the directory of a run has, if it has anything.
    pub fn of_run(run_dir: &Path) -> Logs {
        Logs {
            directory: Some(run_dir.join(logged::DIR)),
        }
    }

    /// What the servers of a walk logged within these spans, by time. A span is from and until when, in microseconds;
    /// they are in order, and none overlaps another. `None`: nothing is known of the walk.
    pub(crate) fn of_walk(&self, walk: &str, spans: &[(u64, u64)]) -> Option<Vec<LogLine>> {
        let mut names = Path::new(walk).components();
        // A walk's name is anybody's: it must not lead elsewhere.
        let name = match (names.next(), names.next()) {
            (Some(Component::Normal(name)), None) => name,
            _ => return None,
        };
        let directory = self.directory.as_ref()?.join(name);
        // No link is followed: a run directory may be anybody's.
        let is_there = directory.symlink_metadata().is_ok_and(|of| of.is_dir());
        let files = std::fs::read_dir(directory)
            .ok()
            .filter(|_| is_there)?
            .flatten();
        let mut files: Vec<(String, PathBuf)> = files
            .filter_map(|file| Some((file.file_name().into_string().ok()?, file.path())))
            .filter(|(name, _)| logged::is_of_server(name))
            .collect();
        files.sort();
        files.truncate(MOST_FILES);
        let mut lines: Vec<LogLine> = files
            .iter()
            .flat_map(|(name, path)| read(&server(name), path, spans))
            .collect();
        lines.sort_by_key(|line| line.t_us);
        Some(lines)
    }
}

/// Who logs into a file: the host, and which of its containers if a target has several.
fn server(file: &str) -> String {
    let stem = file.trim_end_matches(".log");
    stem.replacen("-workload", "", 1)
}

/// The lines of a file that were logged within these spans. One without a time of its own goes with that before it.
fn read(server: &str, path: &Path, spans: &[(u64, u64)]) -> Vec<LogLine> {
    // What is no file could keep a reader waiting for ever.
    if !path.symlink_metadata().is_ok_and(|of| of.is_file()) {
        return Vec::new();
    }
    let Ok(file) = File::open(path) else {
        return Vec::new();
    };
    let mut t_us = 0;
    let lines = BufReader::new(file.take(MOST)).split(b'\n');
    let is_wanted = |t_us: u64| {
        let begun = spans.partition_point(|(from, _)| *from <= t_us);
        begun
            .checked_sub(1)
            .is_some_and(|last| t_us <= spans[last].1)
    };
    let lines = lines.map_while(Result::ok).filter_map(|line| {
        let line = String::from_utf8_lossy(&line);
        let text = match logged::read(&line) {
            Some((at_us, text)) => {
                t_us = at_us;
                text
            }
            None => &line,
        };
        let text = text.trim_end();
        (is_wanted(t_us) && !text.is_empty()).then(|| {
            let text: String = text.chars().take(LONGEST).collect();
            LogLine {
                t_us,
                server: server.to_owned(),
                text: printable::line(&text).into_owned(),
            }
        })
    });
    lines.take(MOST_LINES).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A run of the walk `kill`, in which this was logged.
    fn run(files: &[(&str, &str)]) -> (tempfile::TempDir, Logs) {
        let run = tempfile::tempdir().unwrap();
        let walk = run.path().join("logs/kill");
        fs::create_dir_all(&walk).unwrap();
        for (name, text) in files {
            fs::write(walk.join(name), text).unwrap();
        }
        let logs = Logs::of_run(run.path());
        (run, logs)
    }

    fn texts(logs: &Logs, spans: &[(u64, u64)]) -> Vec<(u64, String, String)> {
        let lines = logs.of_walk("kill", spans).unwrap().into_iter();
        lines
            .map(|line| (line.t_us, line.server, line.text))
            .collect()
    }

    #[test]
    fn lines_of_servers_are_found_by_time() {
        let (_run, logs) = run(&[
            (
                "primary-workload.log",
                "1.000000 s starts\n2.000000 s dies\nat line 7\n\n2.100000 s \n9.000000 s late\n",
            ),
            (
                "backup-workload-asterisk.log",
                "2.500000 s alone\u{1b}[31m\n",
            ),
            ("backup-holder.log", "2.500000 s nothing\n"),
        ]);
        let found = texts(&logs, &[(0, 1_500_000), (1_900_000, 3_000_000)]);
        let line = |t_us, server: &str, text: &str| (t_us, server.to_owned(), text.to_owned());
        let expected = [
            line(1_000_000, "primary", "starts"),
            line(2_000_000, "primary", "dies"),
            line(2_000_000, "primary", "at line 7"),
            line(2_500_000, "backup-asterisk", "alone\\u001b[31m"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn no_name_of_a_walk_leads_out_of_the_directory() {
        let (run, logs) = run(&[]);
        fs::write(
            run.path().join("primary-workload.log"),
            "1.000000 s secret\n",
        )
        .unwrap();
        for walk in ["..", ".", "", "kill/..", "/etc", "kill/../.."] {
            assert!(logs.of_walk(walk, &[]).is_none(), "{walk}");
        }
        assert!(logs.of_walk("isolate", &[]).is_none());
        assert!(Logs::none().of_walk("kill", &[]).is_none());
    }

    #[test]
    fn no_link_is_followed() {
        let (run, logs) = run(&[("backup-workload.log", "1.000000 s starts\n")]);
        let secret = run.path().join("secret");
        fs::write(&secret, "1.000000 s secret\n").unwrap();
        let link = run.path().join("logs/kill/primary-workload.log");
        std::os::unix::fs::symlink(secret, link).unwrap();
        let elsewhere = run.path().join("logs/isolate");
        std::os::unix::fs::symlink(run.path().join("logs/kill"), elsewhere).unwrap();
        let found = texts(&logs, &[(0, 9_000_000)]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(logs.of_walk("isolate", &[(0, 9_000_000)]).is_none());
    }

    #[test]
    fn long_lines_are_cut() {
        let (_run, logs) = run(&[("primary-workload.log", &"x".repeat(100_000))]);
        assert_eq!(texts(&logs, &[(0, 0)])[0].2.len(), LONGEST);
    }
}
