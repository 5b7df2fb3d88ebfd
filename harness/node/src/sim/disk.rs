//! Storage that loses what was not synced.

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use redb::StorageBackend;

/// How many bytes are remembered as unsynced at once.
const PAGE: usize = 4096;

/// The disk of a node, as a handle that can be cloned.
///
/// It keeps what was written and not synced apart, as an operating system's page cache does: a
/// process's death leaves it, a power failure drops all of it. (That a power failure may also
/// save a part of it, or tear a write, is not modelled.) It belongs to the node, and outlives the
/// node's processes; the handle of a process dies with it, so that nothing written by a
/// destructor, which a killed process never runs, reaches the disk.
///
/// Hand it to [`redb::Builder::create_with_backend`].
#[derive(Clone)]
pub struct Disk {
    device: Arc<Device>,
    generation: u64,
}

struct Device {
    syncs: AtomicU64,
    state: Mutex<State>,
}

struct State {
    /// What survives a power failure.
    durable: Vec<u8>,
    /// What readers see.
    cached: Vec<u8>,
    /// The pages in which the two may differ.
    unsynced: BTreeSet<usize>,
    /// No byte can be written at or beyond this offset.
    capacity: u64,
    /// The handles of this generation are valid.
    generation: u64,
}

impl Disk {
    /// An empty disk without limit.
    pub fn new() -> Self {
        let state = State {
            durable: Vec::new(),
            cached: Vec::new(),
            unsynced: BTreeSet::new(),
            capacity: u64::MAX,
            generation: 0,
        };
        let device = Device {
            syncs: AtomicU64::new(0),
            state: Mutex::new(state),
        };
        Disk {
            device: Arc::new(device),
            generation: 0,
        }
    }

    /// From now on no byte can be written at or beyond the offset `limit`:
    /// [`io::ErrorKind::StorageFull`]. What is there already stays and can be read.
    pub fn fill_up(&self, limit: u64) {
        self.state().capacity = limit;
    }

    /// Lifts the limit of [`Disk::fill_up`].
    pub fn make_room(&self) {
        self.fill_up(u64::MAX);
    }

    /// Drops what was not synced, as a power failure does. All handles but those made later by
    /// [`Disk::hand_over`] fail from now on.
    pub fn lose_power(&self) {
        let mut state = self.state();
        state.cached = state.durable.clone();
        state.unsynced.clear();
        state.generation += 1;
    }

    /// A handle for the node's next process. All earlier handles fail from now on; they can still
    /// be used to fill the disk up, to make room, and to hand over again.
    #[must_use]
    pub fn hand_over(&self) -> Disk {
        let mut state = self.state();
        state.generation += 1;
        Disk {
            device: Arc::clone(&self.device),
            generation: state.generation,
        }
    }

    /// All earlier handles fail from now on: the process that holds them is dead.
    pub(super) fn revoke(&self) {
        self.state().generation += 1;
    }

    /// How often the disk was synced since this was last asked.
    pub(super) fn take_syncs(&self) -> u64 {
        if self.device.syncs.load(Ordering::Relaxed) == 0 {
            return 0;
        }
        self.device.syncs.swap(0, Ordering::Relaxed)
    }

    /// A panic while the lock was held cannot leave a state half changed that matters: what
    /// panicked was a node, and the simulation ends with it.
    fn state(&self) -> MutexGuard<'_, State> {
        self.device
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn own_state(&self) -> io::Result<MutexGuard<'_, State>> {
        let state = self.state();
        if state.generation == self.generation {
            return Ok(state);
        }
        Err(io::Error::new(
            io::ErrorKind::BrokenPipe,
            "the process that opened this disk is dead",
        ))
    }
}

impl Default for Disk {
    fn default() -> Self {
        Disk::new()
    }
}

impl fmt::Debug for Disk {
    /// The lengths, not the contents.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Disk")
            .field("len", &state.cached.len())
            .field("unsynced_pages", &state.unsynced.len())
            .finish_non_exhaustive()
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.own_state()?.cached.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.own_state()?;
        let range = byte_range(offset, out.len())?;
        let bytes = state.cached.get(range).ok_or_else(out_of_range)?;
        out.copy_from_slice(bytes);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut state = self.own_state()?;
        let new = usize::try_from(len).map_err(|_| out_of_range())?;
        let old = state.cached.len();
        if new > old {
            state.check_capacity(new)?;
        }
        state.cached.resize(new, 0);
        state.mark_unsynced(old.min(new)..old.max(new));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.own_state()?.sync();
        self.device.syncs.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.own_state()?;
        let range = byte_range(offset, data.len())?;
        state.check_capacity(range.end)?;
        let target = state
            .cached
            .get_mut(range.clone())
            .ok_or_else(out_of_range)?;
        target.copy_from_slice(data);
        state.mark_unsynced(range);
        Ok(())
    }
}

impl State {
    fn check_capacity(&self, end: usize) -> io::Result<()> {
        if end as u64 <= self.capacity {
            return Ok(());
        }
        Err(io::Error::new(
            io::ErrorKind::StorageFull,
            "the disk is full",
        ))
    }

    fn mark_unsynced(&mut self, bytes: Range<usize>) {
        if !bytes.is_empty() {
            self.unsynced
                .extend(bytes.start / PAGE..=(bytes.end - 1) / PAGE);
        }
    }

    fn sync(&mut self) {
        let len = self.cached.len();
        self.durable.resize(len, 0);
        for page in std::mem::take(&mut self.unsynced) {
            let bytes = (page * PAGE).min(len)..((page + 1) * PAGE).min(len);
            self.durable[bytes.clone()].copy_from_slice(&self.cached[bytes]);
        }
    }
}

fn byte_range(offset: u64, len: usize) -> io::Result<Range<usize>> {
    let start = usize::try_from(offset).map_err(|_| out_of_range())?;
    let end = start.checked_add(len).ok_or_else(out_of_range)?;
    Ok(start..end)
}

fn out_of_range() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidInput,
        "offset beyond the end of the disk",
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use redb::{Database, ReadableDatabase, TableDefinition};

    use super::*;

    const TABLE: TableDefinition<'_, u64, u64> = TableDefinition::new("numbers");

    /// What a process does with its disk.
    #[derive(Clone, Debug)]
    enum Operation {
        SetLen(usize),
        Write(usize, Vec<u8>),
        Sync,
    }

    fn operation() -> impl Strategy<Value = Operation> {
        prop_oneof![
            (0_usize..20_000).prop_map(Operation::SetLen),
            (
                0_usize..20_000,
                proptest::collection::vec(any::<u8>(), 1..5000)
            )
                .prop_map(|(offset, bytes)| Operation::Write(offset, bytes)),
            Just(Operation::Sync),
        ]
    }

    fn contents(disk: &Disk) -> Vec<u8> {
        let mut bytes = vec![0; disk.len().unwrap() as usize];
        disk.read(0, &mut bytes).unwrap();
        bytes
    }

    proptest! {
        #[test]
        fn a_power_failure_brings_back_exactly_what_was_synced_last(
            operations in proptest::collection::vec(operation(), 0..20),
        ) {
            let disk = Disk::new();
            let mut synced = Vec::new();
            for operation in operations {
                match operation {
                    Operation::SetLen(len) => disk.set_len(len as u64).unwrap(),
                    Operation::Write(offset, bytes) => {
                        let fits = offset + bytes.len() <= disk.len().unwrap() as usize;
                        prop_assert_eq!(disk.write(offset as u64, &bytes).is_ok(), fits);
                    }
                    Operation::Sync => {
                        disk.sync_data().unwrap();
                        synced = contents(&disk);
                    }
                }
            }
            disk.lose_power();
            prop_assert_eq!(contents(&disk.hand_over()), synced);
        }
    }

    #[test]
    fn a_process_that_died_leaves_what_it_wrote_to_the_next() {
        let disk = Disk::new();
        disk.set_len(3).unwrap();
        disk.write(0, b"abc").unwrap();
        assert_eq!(contents(&disk.hand_over()), b"abc");
    }

    #[test]
    fn a_dead_process_can_no_longer_write() {
        let disk = Disk::new();
        disk.set_len(3).unwrap();
        let next = disk.hand_over();
        let error = disk.write(0, b"abc").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
        assert_eq!(contents(&next), [0, 0, 0]);
    }

    #[test]
    fn a_full_disk_can_be_read_but_not_grow_until_there_is_room() {
        let disk = Disk::new();
        disk.set_len(10).unwrap();
        disk.fill_up(10);
        disk.write(0, b"within").unwrap();
        assert_eq!(
            disk.set_len(11).unwrap_err().kind(),
            io::ErrorKind::StorageFull
        );
        disk.fill_up(4);
        assert_eq!(
            disk.write(2, b"beyond").unwrap_err().kind(),
            io::ErrorKind::StorageFull
        );
        assert_eq!(&contents(&disk)[..6], b"within");
        disk.make_room();
        disk.set_len(11).unwrap();
    }

    #[test]
    fn syncs_are_counted_once() {
        let disk = Disk::new();
        disk.sync_data().unwrap();
        disk.sync_data().unwrap();
        assert_eq!((disk.take_syncs(), disk.take_syncs()), (2, 0));
    }

    fn insert(database: &Database, number: u64) -> Result<(), redb::Error> {
        let transaction = database.begin_write()?;
        transaction.open_table(TABLE)?.insert(number, number)?;
        transaction.commit()?;
        Ok(())
    }

    fn has(database: &Database, number: u64) -> bool {
        let table = database.begin_read().unwrap().open_table(TABLE).unwrap();
        table.get(number).unwrap().is_some()
    }

    fn open(disk: &Disk) -> Database {
        Database::builder()
            .create_with_backend(disk.clone())
            .unwrap()
    }

    #[test]
    fn a_database_keeps_its_commits_over_a_power_failure() {
        let disk = Disk::new();
        let database = open(&disk);
        insert(&database, 1).unwrap();
        disk.lose_power();
        assert!(insert(&database, 2).is_err());
        drop(database);
        let database = open(&disk.hand_over());
        assert!(has(&database, 1));
        assert!(!has(&database, 2));
    }

    #[test]
    fn a_database_on_a_full_disk_refuses_to_commit() {
        let disk = Disk::new();
        let database = open(&disk);
        insert(&database, 1).unwrap();
        disk.fill_up(0);
        assert!(insert(&database, 2).is_err());
    }
}
