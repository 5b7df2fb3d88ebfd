//! A node's process, and what outlives it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use rand_chacha::ChaCha8Rng;

use super::Disk;
use super::backlog::Backlog;
use super::ids::{ConnectionId, HostId, NodeId};
use crate::{Node, Now, StreamId};

/// What a node's process gets when it starts.
#[derive(Debug)]
pub struct Boot {
    /// The only randomness that it has: another at each start, and for each node.
    pub seed: [u8; 32],
    /// The address of its host.
    pub address: IpAddr,
    /// The node's disk, as its earlier processes left it.
    pub disk: Disk,
}

/// Builds a node anew each time that its process starts.
pub type NodeFactory<C, E> = Box<dyn FnMut(Boot) -> Box<dyn Node<Command = C, Event = E>> + Send>;

/// A node as the simulation keeps it: what outlives its processes.
pub(super) struct NodeRecord<C, E> {
    pub(super) host: HostId,
    pub(super) name: String,
    pub(super) factory: NodeFactory<C, E>,
    pub(super) disk: Disk,
    /// How long the disk takes to sync.
    pub(super) sync_rng: ChaCha8Rng,
    /// How often a process was started.
    pub(super) boots: u32,
    pub(super) process: Option<Process<C, E>>,
}

/// One process of a node: what is meant for it is lost once it has died.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Incarnation {
    pub(super) node: NodeId,
    boot: u32,
}

/// A process that has started and not died. It may be frozen.
pub(super) struct Process<C, E> {
    pub(super) node: Box<dyn Node<Command = C, Event = E>>,
    /// When the earliest of its timers is due that matters; see `execution`.
    pub(super) timer: Option<Now>,
    /// While it is frozen: what waits for the thaw.
    pub(super) frozen: Option<Backlog<C, E>>,
    /// The TCP connections that it opened.
    pub(super) streams: BTreeMap<StreamId, ConnectionId>,
    /// Outputs before this instant wait for the disk.
    pub(super) synced_at: Now,
    /// How many batches of outputs wait for the disk.
    pub(super) unreleased: usize,
    /// When it last got an input, and how many it has got at that instant.
    pub(super) last_input: (Now, u32),
}

impl<C, E> NodeRecord<C, E> {
    /// The present process, or if there is none, the one that died last.
    pub(super) const fn incarnation(&self, node: NodeId) -> Incarnation {
        Incarnation {
            node,
            boot: self.boots,
        }
    }

    /// The process `who`, if it still lives.
    pub(super) fn alive(&mut self, who: Incarnation) -> Option<&mut Process<C, E>> {
        self.process.as_mut().filter(|_| who.boot == self.boots)
    }
}

impl<C, E> Process<C, E> {
    pub(super) fn new(node: Box<dyn Node<Command = C, Event = E>>) -> Self {
        Process {
            node,
            timer: None,
            frozen: None,
            streams: BTreeMap::new(),
            synced_at: Now::ZERO,
            unreleased: 0,
            last_input: (Now::ZERO, 0),
        }
    }
}
