//! Storage that can be opened again after it failed.
//!
//! redb answers nothing more once its storage has failed to write; it has to be closed and opened
//! again, which undoes what was not committed. So the storage has to outlive the `redb::Database`
//! that was given it.

use std::io;
use std::sync::Arc;

use redb::StorageBackend;

/// A handle to storage. Closing the handle leaves the storage open. Locks are not passed on: what
/// closing a handle would release, the next handle would find taken.
#[derive(Clone, Debug)]
pub(super) struct Reopenable(Arc<dyn StorageBackend>);

impl Reopenable {
    pub(super) fn new(backend: impl StorageBackend) -> Self {
        Reopenable(Arc::new(backend))
    }
}

impl StorageBackend for Reopenable {
    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.write(offset, data)
    }
}
