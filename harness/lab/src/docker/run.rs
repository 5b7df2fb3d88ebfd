//! The command of a verb, on its way: in a container, or on this machine.

use actors::RunEnd;
use target::command::Where;
use target::{Invocation, Revealed, Secrets};

use super::engine::Engine;
use super::exec;
use crate::run_here::{CommandEnd, run_here, told};

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
        told(end, &self.secrets)
    }

    async fn run(&self, command: &Revealed) -> Result<CommandEnd, String> {
        let limit = self.invocation.timeout.get();
        match (self.invocation.path, &self.container) {
            (Where::Here, _) => run_here(command, None, limit).await,
            (Where::Container, Some(container)) => {
                let end = exec::run(&self.engine, container, command, limit).await;
                end.map_err(|error| error.to_string())
            }
            (Where::Container, None) => Err("there is no container to run it in".to_owned()),
        }
    }
}
