//! What an engine, or whoever has machines, must be able to do.

use std::time::{Duration, Instant};

use actors::{Command, RunEnd, RunRequest};
use model::host::HostName;
use model::topology::Pool;
use model::walk::LabKind;
use node::Now;

use super::process_id::ProcessId;
use crate::control::{ActorsConfig, HolderConfig, Order, Stamped};
use crate::{Addresses, LabError};

/// The machines of one lab.
///
/// Dropped without [`remove`](Machines::remove) they may leave something behind.
pub trait Machines {
    /// The kind of lab that they make.
    fn kind(&self) -> LabKind;

    /// The hosts' addresses.
    fn addresses(&self) -> Addresses;

    /// Starts a holder for each of these hosts.
    ///
    /// # Errors
    ///
    /// [`LabError::Machines`].
    fn start_holders(&mut self, holders: Vec<HolderConfig>) -> Result<(), LabError>;

    /// Starts what runs on these hosts, whose holders run.
    ///
    /// # Errors
    ///
    /// [`LabError::Machines`].
    fn start_servers(&mut self, hosts: &[HostName]) -> Result<(), LabError>;

    /// Whether a server runs on this host, or is to.
    fn has_server(&self, host: HostName) -> bool {
        Pool::BOTH
            .iter()
            .any(|pool| [pool.host(), pool.database()].contains(&host))
    }

    /// Has a command run, and the actor told how it ended, whenever that is.
    ///
    /// # Errors
    ///
    /// [`LabError::Machines`] if the actors take no orders any more.
    fn run(&mut self, actor: String, id: u64, request: RunRequest) -> Result<(), LabError> {
        let _ = request;
        let why = "this lab runs no commands".to_owned();
        let end = RunEnd::Unknown { why };
        let command = Command::Ran { id, end };
        let actors = ProcessId::workload(HostName::CLIENTS);
        self.tell(actors, &Order::Command { actor, command })?;
        Ok(())
    }

    /// Starts all actors in one process on `host`, whose holder runs. No further process is started
    /// after it.
    ///
    /// # Errors
    ///
    /// [`LabError::Machines`].
    fn start_actors(&mut self, host: HostName, actors: &ActorsConfig) -> Result<(), LabError>;

    /// The server of a host dies at once, without a word.
    ///
    /// # Errors
    ///
    /// [`LabError::Machines`].
    fn kill(&mut self, host: HostName) -> Result<(), LabError>;

    /// The server of a host, which was killed, is started anew with the disk that it left.
    ///
    /// # Errors
    ///
    /// [`LabError::Machines`].
    fn restart(&mut self, host: HostName) -> Result<(), LabError>;

    /// The server of a host is stopped; its connections stay open.
    ///
    /// # Errors
    ///
    /// [`LabError::Machines`].
    fn freeze(&mut self, host: HostName) -> Result<(), LabError>;

    /// The server of a host, which was frozen, goes on.
    ///
    /// # Errors
    ///
    /// [`LabError::Machines`].
    fn thaw(&mut self, host: HostName) -> Result<(), LabError>;

    /// Sends an order to a holder or the actors, and gives its number. What becomes of it is
    /// reported.
    ///
    /// # Errors
    ///
    /// [`LabError::Process`] if it takes none any more.
    fn tell(&mut self, process: ProcessId, order: &Order) -> Result<u64, LabError>;

    /// Waits for what a holder or the actors say next; gives nothing if that is nothing for as long
    /// as `limit`.
    ///
    /// # Errors
    ///
    /// [`LabError::Machines`] if nobody is left who could say anything.
    fn receive(&mut self, limit: Duration) -> Result<Option<ProcessEvent>, LabError>;

    /// The time here, by which [`receive`](Machines::receive) measures its limit.
    fn now(&self) -> Instant {
        Instant::now()
    }

    /// Nothing has been heard of any of them for too long: whoever removes them need not wait for them either.
    fn are_not_heard(&mut self);

    /// Removes everything, having kept what servers, holders and actors have logged. It is called
    /// once, whatever state they are in, and has nobody to complain to. It is `now` by the lab's clock.
    fn remove(&mut self, now: Now);
}

/// What comes from a process.
#[derive(Clone, Debug, PartialEq)]
pub enum ProcessEvent {
    /// It reported something.
    Report {
        /// Which one.
        process: ProcessId,
        /// When that came, by the [time here](Machines::now).
        arrived: Instant,
        /// The report.
        stamped: Stamped,
    },
    /// Nothing more will come.
    Ended {
        /// Which one.
        process: ProcessId,
        /// Why.
        why: String,
    },
}
