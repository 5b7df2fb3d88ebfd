//! Accepting connections for as long as a port is open.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::time;

/// How long accepting pauses at first after it failed, and at most: descriptors become free when
/// connections end, here or in other processes, and nobody should turn a processor until then.
const PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// The next connection that somebody opens. Whatever goes wrong, it goes on, and pauses after each time
/// that it `failed`: the connection that could not be accepted waits, and would be refused again at once.
pub async fn accept(listener: &TcpListener, failed: impl Fn()) -> (TcpStream, SocketAddr) {
    let mut pause = PAUSE;
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(_) => {
                failed();
                time::sleep(pause).await;
                pause = (2 * pause).min(LONGEST_PAUSE);
            }
        }
    }
}
