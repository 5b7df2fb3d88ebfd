//! The connections to a port: how many there are, and which one goes for another. Each port has its
//! own, so that a flood over one leaves the others usable.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time;

use super::accept::accept;

/// How long is waited for a connection to end before another one is looked for that may go.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// The connections to one port.
#[derive(Clone)]
pub(super) struct Connections {
    places: Arc<Semaphore>,
    open: Arc<Mutex<Open>>,
}

#[derive(Default)]
struct Open {
    last: u64,
    connections: BTreeMap<u64, Connection>,
}

struct Connection {
    /// When something came on it last.
    active: Instant,
    /// Whether somebody on it waits for the node's answer.
    awaited: bool,
    evicted: Arc<Notify>,
}

/// The place of one connection; dropped, it is free for another.
pub(super) struct Place {
    id: u64,
    connections: Connections,
    evicted: Arc<Notify>,
    _permit: Option<OwnedSemaphorePermit>,
}

/// Somebody on a connection waits for the node's answer, until this is dropped.
pub(super) struct Awaited<'a>(&'a Place);

impl Connections {
    /// At most so many.
    pub(super) fn at_most(most: usize) -> Self {
        Connections {
            places: Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS))),
            open: Arc::default(),
        }
    }

    /// The next connection that somebody opens, and its place. Whatever goes wrong, it goes on: where
    /// no descriptor is left, the connection goes that has been idle for the longest time.
    pub(super) async fn accept(&self, listener: &TcpListener) -> (TcpStream, SocketAddr, Place) {
        let (stream, from) = accept(listener, || self.evict_idle()).await;
        (stream, from, self.place().await)
    }

    /// A place for one more connection. If there is none, the connection goes that has been idle for
    /// the longest time; while all are awaited, it waits.
    pub(super) async fn place(&self) -> Place {
        loop {
            if let Ok(permit) = Arc::clone(&self.places).try_acquire_owned() {
                return self.enter(Some(permit));
            }
            self.evict_idle();
            let freed = Arc::clone(&self.places).acquire_owned();
            match time::timeout(LOOK_AGAIN, freed).await {
                // The semaphore is never closed.
                Ok(permit) => return self.enter(permit.ok()),
                Err(_) => continue,
            }
        }
    }

    fn enter(&self, permit: Option<OwnedSemaphorePermit>) -> Place {
        let evicted = Arc::new(Notify::new());
        let mut open = self.open();
        open.last += 1;
        let id = open.last;
        let connection = Connection {
            active: Instant::now(),
            awaited: false,
            evicted: Arc::clone(&evicted),
        };
        open.connections.insert(id, connection);
        Place {
            id,
            connections: self.clone(),
            evicted,
            _permit: permit,
        }
    }

    /// Has the connection closed that has been idle for the longest time, if there is one.
    fn evict_idle(&self) {
        let mut open = self.open();
        let idle = open.connections.iter().filter(|(_, one)| !one.awaited);
        let oldest = idle.min_by_key(|(_, one)| one.active).map(|(id, _)| *id);
        if let Some(connection) = oldest.and_then(|id| open.connections.remove(&id)) {
            connection.evicted.notify_one();
        }
    }

    /// A panic elsewhere leaves the list whole.
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Something has come on this connection.
    pub(super) fn active(&self) {
        self.change(|connection| connection.active = Instant::now());
    }

    /// Somebody on this connection waits for the node's answer from now on.
    pub(super) fn awaited(&self) -> Awaited<'_> {
        self.change(|connection| connection.awaited = true);
        Awaited(self)
    }

    /// Waits until this connection has to go.
    pub(super) async fn evicted(&self) {
        self.evicted.notified().await;
    }

    fn change(&self, change: impl FnOnce(&mut Connection)) {
        if let Some(connection) = self.connections.open().connections.get_mut(&self.id) {
            change(connection);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.open().connections.remove(&self.id);
    }
}

impl Drop for Awaited<'_> {
    fn drop(&mut self) {
        self.0.change(|connection| {
            connection.awaited = false;
            connection.active = Instant::now();
        });
    }
}
