//! What servers log, kept beside the journal: it is for people, no verdict depends on it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use model::host::HostName;
use model::logged;
use node::Now;

use crate::remote::ProcessRole;

/// What pools and databases log, on its way to a directory that has it once the lab has gone: a file for
/// each host, each line after the time since the lab was started.
#[derive(Debug)]
pub(super) struct Log {
    directory: PathBuf,
    of_hosts: BTreeMap<HostName, String>,
}

impl Log {
    /// On its way into `directory`, which need not be there yet.
    pub(super) fn into(directory: PathBuf) -> Log {
        Log {
            directory,
            of_hosts: BTreeMap::new(),
        }
    }

    /// A line that was logged on `host`.
    pub(super) fn add(&mut self, at: Now, host: HostName, line: &str) {
        let text = self.of_hosts.entry(host).or_default();
        // A text takes all that it is given.
        let _ = writeln!(text, "{}{line}", logged::stamp(at.as_micros()));
    }

    fn write(&self) -> std::io::Result<()> {
        if self.of_hosts.is_empty() {
            return Ok(());
        }
        fs::create_dir_all(&self.directory)?;
        self.of_hosts.iter().try_for_each(|(host, text)| {
            let file = logged::file(*host, ProcessRole::Workload.word());
            fs::write(self.directory.join(file), text)
        })
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        // No verdict depends on it: without it, the drill goes on all the same.
        let _ = self.write();
    }
}
