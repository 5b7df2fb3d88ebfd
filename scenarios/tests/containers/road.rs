//! A network between rgdrill and its engine: a port of this machine that leads to the engine's
//! socket, as a tunnel from elsewhere does.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// Where engines listen unless told otherwise.
const SOCKET: &str = "/var/run/docker.sock";

/// A port that leads to the engine.
pub(crate) struct Road {
    at: SocketAddr,
    closed: Arc<AtomicBool>,
    stalled: Arc<AtomicBool>,
    travellers: Arc<Mutex<Vec<TcpStream>>>,
}

impl Road {
    pub(crate) fn open() -> Road {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let road = Road {
            at: listener.local_addr().unwrap(),
            closed: Arc::default(),
            stalled: Arc::default(),
            travellers: Arc::default(),
        };
        let (closed, travellers) = (Arc::clone(&road.closed), Arc::clone(&road.travellers));
        let stalled = Arc::clone(&road.stalled);
        thread::spawn(move || {
            for near in listener.incoming() {
                if closed.load(Ordering::SeqCst) {
                    return;
                }
                let near = near.unwrap();
                travellers.lock().unwrap().push(near.try_clone().unwrap());
                join(near, UnixStream::connect(SOCKET).unwrap(), &stalled);
            }
        });
        road
    }

    /// What `DOCKER_HOST` has to be.
    pub(crate) fn host(&self) -> String {
        format!("tcp://{}", self.at)
    }

    /// Lets everybody on, and nothing through any more.
    pub(crate) fn stall(&self) {
        self.stalled.store(true, Ordering::SeqCst);
    }

    /// Lets nobody through any more, and ends whatever passes.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        // It takes one more to notice.
        let _ = TcpStream::connect(self.at);
        for traveller in self.travellers.lock().unwrap().drain(..) {
            let _ = traveller.shutdown(Shutdown::Both);
        }
    }
}

/// Carries bytes between the two, each direction until its own end.
fn join(near: TcpStream, far: UnixStream, stalled: &Arc<AtomicBool>) {
    let (near_too, far_too) = (near.try_clone().unwrap(), far.try_clone().unwrap());
    let (stalled, stalled_too) = (Arc::clone(stalled), Arc::clone(stalled));
    thread::spawn(move || {
        carry(&near, &far, &stalled);
        let _ = far.shutdown(Shutdown::Write);
    });
    thread::spawn(move || {
        carry(&far_too, &near_too, &stalled_too);
        let _ = near_too.shutdown(Shutdown::Write);
    });
}

/// A connection that breaks carries nothing more; one that is stalled takes in, and keeps, what comes.
fn carry(mut from: impl Read, mut to: impl Write, stalled: &AtomicBool) {
    let mut carried = [0; 1 << 16];
    while let Ok(length @ 1..) = from.read(&mut carried) {
        if stalled.load(Ordering::SeqCst) {
            let _ = io::copy(&mut from, &mut io::sink());
            thread::park();
        }
        if to.write_all(&carried[..length]).is_err() {
            return;
        }
    }
}
