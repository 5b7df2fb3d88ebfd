//! What a pool and a database need to run as processes, on real networks and disks.

use std::convert::Infallible;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::sync::Arc;

use node::sockets::Listen;
use node::{Node, Port};
use redb::backends::FileBackend;
use sip::WithTcp;

use crate::{Database, DatabaseConfig, DatabaseError, Pool, PoolConfig};

/// Why a file cannot hold a database's data.
#[derive(Debug, thiserror::Error)]
pub enum DataFileError {
    /// It cannot be read, written or created.
    #[error(transparent)]
    File(#[from] io::Error),
    /// Another process has it.
    #[error(transparent)]
    Backend(#[from] redb::DatabaseError),
    /// It holds something else.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// A pool that speaks SIP over TCP as well. All chances come from `seed`.
pub fn pool(
    config: PoolConfig,
    seed: [u8; 32],
) -> impl Node<Command = Infallible, Event = String> + use<> {
    let port = Port(config.sip.port());
    WithTcp::new(Pool::new(Arc::new(config), seed), port)
}

/// The ports of a pool. Media takes the even ones of its range only.
pub fn pool_ports(config: &PoolConfig) -> Listen {
    let media = config.rtp.first..=config.rtp.last;
    Listen::at(config.sip.ip())
        .udp([config.sip.port()])
        .tcp([config.sip.port()])
        .udp(media.filter(|port| port.is_multiple_of(2)))
        .http([config.http.port()])
}

/// A database whose data is in the file `data`, which is created if there is none.
///
/// # Errors
///
/// [`DataFileError`].
pub fn database(config: DatabaseConfig, data: &Path) -> Result<Database, DataFileError> {
    let backend = FileBackend::new(open_durably(data)?)?;
    Ok(Database::new(Arc::new(config), backend)?)
}

/// The port of a database.
pub fn database_ports(config: &DatabaseConfig) -> Listen {
    Listen::at(config.http.ip()).http([config.http.port()])
}

/// Opens the file, or creates it, durably: a power failure could forget a file whose directory was
/// not synced, and all that was acknowledged with it.
fn open_durably(path: &Path) -> io::Result<File> {
    let exists = path.exists();
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    if !exists {
        let directory = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        File::open(directory.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(file)
}
