//! The machines of pools that run already: provisioned, broken and mended by the target's commands.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use model::fault::FaultKind;
use model::host::HostName;
use model::topology::Pool;
use target::files::RenderedFile;
use target::{Invocation, MachineCommand, Revealed, Running, Secrets, Target, Variables};
use tempfile::TempDir;
use tokio::runtime::Handle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::broken::{BrokenMachine, BrokenMachines};
use crate::LabError;
use crate::run_here::run_here;

/// How long a command that was begun may go on when nobody wants the lab any more. One that breaks a machine may
/// have handed on what it does, to another machine or a service: ended half-way, it would be done after the mending.
const TO_FINISH: Duration = Duration::from_secs(2);

/// The machines.
pub(super) struct Machines {
    pub(super) running: Running,
    pub(super) target: Arc<Target>,
    pub(super) secrets: Secrets,
    /// Which of them are broken.
    pub(super) broken: BrokenMachines,
    /// Where commands are run.
    pub(super) directory: PathBuf,
    pub(super) runtime: Handle,
    /// Tells that nobody wants the lab any more.
    pub(super) cancelled: CancellationToken,
}

impl Machines {
    /// Provisions a pool with these files. They are there until what is returned is dropped.
    pub(super) fn provision(
        &self,
        pool: Pool,
        files: &[RenderedFile],
    ) -> Result<TempDir, LabError> {
        let cannot = |why: String| match self.cancelled.is_cancelled() {
            true => LabError::Cancelled,
            false => LabError::Machines(format!("the {pool} pool cannot be provisioned: {why}")),
        };
        let directory = tempfile::Builder::new().prefix("rgdrill-").tempdir();
        let directory = directory.map_err(|error| cannot(error.to_string()))?;
        for file in files {
            let written = write(directory.path(), file);
            written.map_err(|error| cannot(format!("{}: {error}", file.path)))?;
        }
        let variables = self.variables(pool.host()).map_err(cannot)?;
        let variables = variables.with_files(directory.path());
        let command = &self.running.provision.command;
        self.run_unless_cancelled(command, &variables)
            .map_err(cannot)?;
        Ok(directory)
    }

    /// Takes a host away; `mends` is what brings it back. Gives the reason if its command did not do it, or was given
    /// up half-way.
    pub(super) fn take_away(
        &self,
        host: HostName,
        fault: FaultKind,
        (breaks, mends): (&MachineCommand, &MachineCommand),
    ) -> Result<(), String> {
        let variables = self.variables(host)?;
        self.broken.add(BrokenMachine {
            host,
            fault,
            mended_by: self.words(mends, &variables)?,
        });
        self.run_unless_cancelled(breaks, &variables)
    }

    /// Mends a host, whoever waits for it. Gives the reason if its command did not do it.
    pub(super) fn mend(
        &self,
        host: HostName,
        fault: FaultKind,
        command: &MachineCommand,
    ) -> Result<(), String> {
        let variables = self.variables(host)?;
        self.runtime.block_on(self.run(command, &variables))?;
        self.broken.remove(host, fault);
        Ok(())
    }

    /// A command as it is given in a shell, without its secrets.
    fn words(&self, command: &MachineCommand, variables: &Variables) -> Result<String, String> {
        let invocation = command.invocation(variables);
        let invocation = invocation.map_err(|error| error.to_string())?;
        let revealed = invocation.reveal(&self.secrets);
        let revealed = revealed.map_err(|error| error.to_string())?;
        Ok(self.shown(&revealed))
    }

    fn shown(&self, command: &Revealed) -> String {
        let arguments = command.arguments.iter().map(|argument| quoted(argument));
        self.secrets
            .redact(&arguments.collect::<Vec<_>>().join(" "))
    }

    fn variables(&self, host: HostName) -> Result<Variables, String> {
        let machine = self.running.machine(host);
        let (host, address) = machine.ok_or("the target's file gives no address of it")?;
        Ok(Variables::of_host(&host, address, &self.target.words))
    }

    /// Runs a command, unless nobody wants the lab any more. If that comes to pass meanwhile, it may end if it does so
    /// soon.
    fn run_unless_cancelled(
        &self,
        command: &MachineCommand,
        variables: &Variables,
    ) -> Result<(), String> {
        let given_up = || Err("nobody waits for it any more".to_owned());
        if self.cancelled.is_cancelled() {
            return given_up();
        }
        self.runtime.block_on(async {
            let late = async {
                self.cancelled.cancelled().await;
                sleep(TO_FINISH).await;
            };
            tokio::select! {
                biased;
                done = self.run(command, variables) => done,
                () = late => given_up(),
            }
        })
    }

    async fn run(&self, command: &MachineCommand, variables: &Variables) -> Result<(), String> {
        let invocation = command.invocation(variables);
        let invocation: Invocation = invocation.map_err(|error| error.to_string())?;
        let limit = invocation.timeout.get();
        let revealed = invocation.reveal(&self.secrets);
        let revealed = revealed.map_err(|error| error.to_string())?;
        let end = run_here(&revealed, Some(&self.directory), limit);
        let why = match end.await {
            Ok(end) if end.code == 0 => return Ok(()),
            Ok(end) => {
                let said = self.secrets.told(&String::from_utf8_lossy(&end.stderr));
                format!("exit code {}: {said}", end.code)
            }
            Err(why) => self.secrets.told(&why),
        };
        let words = self.shown(&revealed);
        Err(format!("`{words}`: {}", why.trim_end_matches([':', ' '])))
    }
}

/// An argument as it is written in a shell.
fn quoted(argument: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    match !argument.is_empty() && argument.chars().all(is_plain) {
        true => argument.to_owned(),
        false => format!("'{}'", argument.replace('\'', r"'\''")),
    }
}

/// Writes a file that nobody else may read: there may be passwords in it.
fn write(directory: &Path, file: &RenderedFile) -> std::io::Result<()> {
    let path = directory.join(&file.path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let mode = if file.executable { 0o700 } else { 0o600 };
    let mut options = fs::OpenOptions::new();
    let opened = options.write(true).create(true).truncate(true).mode(mode);
    opened.open(path)?.write_all(&file.content)
}
