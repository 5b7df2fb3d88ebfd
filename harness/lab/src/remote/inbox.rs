//! What holders and actors have said.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use actors::RunRequest;
use model::host::HostName;
use model::journal::Event;
use model::journal::event::Clock;
use model::reach::Reach;
use model::topology::Pool;

use super::clock::RemoteClock;
use super::machines::ProcessEvent;
use super::process_id::{ProcessId, ProcessRole};
use crate::control::Report;
use crate::{LabError, Observed};

/// A command that an actor wants run.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct WantedRun {
    /// Who wants it.
    pub(super) actor: String,
    /// The id that the actor is to be told under.
    pub(super) id: u64,
    /// The command.
    pub(super) request: RunRequest,
}

/// What holders and actors have said, and nobody has asked after yet.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    /// Who is ready.
    ready: BTreeSet<ProcessId>,
    /// Orders to holders that were carried out, or why not.
    done: BTreeMap<(ProcessId, u64), Result<(), String>>,
    /// What each host's probe found last.
    probed: BTreeMap<HostName, Event>,
    /// Commands that actors want run.
    to_run: VecDeque<WantedRun>,
    /// For the journal, in the order of arrival.
    observed: VecDeque<Observed>,
}

impl Inbox {
    /// Takes in what a process says.
    ///
    /// # Errors
    ///
    /// [`LabError::Process`] if it is in trouble.
    pub(super) fn take(
        &mut self,
        event: ProcessEvent,
        clock: &mut RemoteClock,
    ) -> Result<(), LabError> {
        let (process, arrived, stamped) = match event {
            ProcessEvent::Report {
                process,
                arrived,
                stamped,
            } => (process, arrived, stamped),
            ProcessEvent::Ended { process, why } => return Err(LabError::process(process, why)),
        };
        let stamp_us = match process.role {
            ProcessRole::Holder => stamped.t_us,
            // Actors count from the lab's zero.
            ProcessRole::Workload => stamped.t_us.saturating_add(clock.epoch_us()),
        };
        clock.heard(stamp_us, arrived);
        match stamped.report {
            Report::Ready { .. } => {
                self.ready.insert(process);
            }
            Report::Done { order, error } => match (process.role, error) {
                (ProcessRole::Holder, error) => {
                    let done = error.map_or(Ok(()), Err);
                    self.done.insert((process, order), done);
                }
                // Nobody asks after what actors were told.
                (ProcessRole::Workload, None) => {}
                (ProcessRole::Workload, Some(why)) => {
                    return Err(LabError::process(process, format!("order {order}: {why}")));
                }
            },
            Report::Run { actor, id, request } => {
                self.to_run.push_back(WantedRun { actor, id, request });
            }
            Report::Trouble { what } => return Err(LabError::process(process, what)),
            Report::Observed { host, event } => {
                if matches!(event, Event::Probed { .. }) {
                    self.probed.insert(process.host, event.clone());
                }
                self.observed.push_back(Observed {
                    at: clock.at(stamp_us),
                    clock: Clock::Monotonic,
                    host,
                    event,
                });
            }
        }
        Ok(())
    }

    /// Whether these and no others are ready.
    pub(super) fn are_ready(&self, processes: &BTreeSet<ProcessId>) -> bool {
        self.ready == *processes
    }

    /// Whether all of these orders were carried out, or could not be.
    pub(super) fn has_answers(&self, orders: &[(ProcessId, u64)]) -> bool {
        orders.iter().all(|order| self.done.contains_key(order))
    }

    /// What became of these orders.
    pub(super) fn answers(&mut self, orders: &[(ProcessId, u64)]) -> Vec<Result<(), String>> {
        let answers = orders.iter().filter_map(|order| self.done.remove(order));
        answers.collect()
    }

    /// The next command that is to be run.
    pub(super) fn next_run(&mut self) -> Option<WantedRun> {
        self.to_run.pop_front()
    }

    /// The next observation for the journal.
    pub(super) fn next(&mut self) -> Option<Observed> {
        self.observed.pop_front()
    }

    /// What the probe of this host has found so far counts no more.
    pub(super) fn forget_probe(&mut self, host: HostName) {
        self.probed.remove(&host);
    }

    /// Whether the probe of `host` neither reaches nor hears `dark`, nor the other way round.
    pub(super) fn is_deaf_to(&self, host: HostName, dark: HostName) -> bool {
        let deaf = |one: HostName, other: HostName| match self.probed.get(&one) {
            Some(Event::Probed { hosts, heard, .. }) => {
                hosts.get(&other) == Some(&Reach::Silent) && !heard.contains(&other)
            }
            _ => false,
        };
        host == dark || (deaf(host, dark) && deaf(dark, host))
    }

    /// Whether a pool answers the probe of its own host.
    pub(super) fn is_up(&self, pool: Pool) -> bool {
        match self.probed.get(&pool.host()) {
            Some(Event::Probed { pools, .. }) => pools.get(&pool) == Some(&Reach::Reached),
            _ => false,
        }
    }
}
