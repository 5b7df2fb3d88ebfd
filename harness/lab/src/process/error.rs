//! Why a process ends otherwise than it should.

use std::io;

use node::sockets::SocketsError;

use super::holder::LinkError;
use super::session::SessionError;

/// Why a holder or actors cannot run, or go on.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// Times cannot be told.
    #[error("no monotonic clock: {0}")]
    NoClock(#[source] io::Error),
    /// Its ports cannot be opened.
    #[error(transparent)]
    Sockets(#[from] SocketsError),
    /// The kernel lets no links be cut.
    #[error(transparent)]
    Links(#[from] LinkError),
    /// Its session with whoever gives orders broke off.
    #[error(transparent)]
    Session(#[from] SessionError),
}
