//! Header, walks and seal, brought together into `journal.jsonl`.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::chain::{Chain, Hash};
use super::lines::may_be_read;
use super::{Header, JournalError, Part};

/// The last line of a journal, without its `h`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// [`Seal::NAME`].
    pub kind: String,
    /// The hash of the header, without its newline.
    pub header: Hash,
    /// All walks, in order.
    pub walks: Vec<SealedWalk>,
}

/// What the seal says of one walk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedWalk {
    /// The walk's name.
    pub walk: String,
    /// How many lines it has.
    pub lines: u64,
    /// The last line's `h`; without any line, what the first would have built on.
    pub h: Hash,
}

impl Seal {
    /// Its kind, and the name of the chain whose only line it is.
    pub const NAME: &'static str = "sealed";
    /// How the line begins, and no other does.
    pub(super) const BEGINNING: &'static [u8] = br#"{"kind":"sealed","#;
}

/// Writes the journal of a run to `out`: the header, the walks in the order of `parts`, the seal.
///
/// The file appears whole or not at all: it is written under another name beside `out`, brought to
/// the disk, and renamed. Then the spools that it was made of are removed.
///
/// # Errors
///
/// [`JournalError::WalkTwice`], [`JournalError::Outgrown`], [`JournalError::Read`] for a spool that is gone, or
/// [`JournalError::Write`]. The spools are then left as they are, and so is a file that was at
/// `out` before.
pub fn assemble(out: &Path, header: &Header, parts: Vec<Part>) -> Result<(), JournalError> {
    let mut names = BTreeSet::new();
    if let Some(part) = parts.iter().find(|part| !names.insert(&part.walk)) {
        let walk = part.walk.clone();
        return Err(JournalError::WalkTwice { walk });
    }
    may_be_read(parts.iter().map(|part| part.length).sum())?;

    let unfinished = unfinished(out);
    if let Err(error) = write(&unfinished, out, header, &parts) {
        // What is left of it is of no use; if it cannot be removed, its name says so.
        let _ = fs::remove_file(&unfinished);
        return Err(error);
    }
    for part in &parts {
        // Its lines are safe; a spool that stays behind does no harm.
        let _ = fs::remove_file(&part.path);
    }
    Ok(())
}

/// The name that the file at `out` has until it is whole; in the same folder, for only within a
/// file system is renaming atomic.
fn unfinished(out: &Path) -> PathBuf {
    let mut name = OsString::from(out.as_os_str());
    name.push(".unfinished");
    PathBuf::from(name)
}

/// Writes all of the journal to `unfinished`, and gives it the name `out`.
fn write(
    unfinished: &Path,
    out: &Path,
    header: &Header,
    parts: &[Part],
) -> Result<(), JournalError> {
    let write_error = || JournalError::write(out);
    let file = File::create(unfinished).map_err(write_error())?;
    let mut file = BufWriter::new(file);

    let head = encode(header).map_err(write_error())?;
    file.write_all(&head).map_err(write_error())?;
    file.write_all(b"\n").map_err(write_error())?;
    for part in parts {
        let mut spool = File::open(&part.path).map_err(JournalError::read(&part.path))?;
        io::copy(&mut spool, &mut file).map_err(write_error())?;
    }
    let seal = seal(&head, parts).map_err(write_error())?;
    file.write_all(&seal).map_err(write_error())?;
    file.write_all(b"\n").map_err(write_error())?;

    let file = file
        .into_inner()
        .map_err(|error| write_error()(error.into_error()))?;
    file.sync_all().map_err(write_error())?;
    fs::rename(unfinished, out).map_err(write_error())?;
    sync_folder(out).map_err(write_error())
}

/// The last line, with its `h`.
fn seal(head: &[u8], parts: &[Part]) -> io::Result<Vec<u8>> {
    let walks = parts.iter().map(|part| SealedWalk {
        walk: part.walk.clone(),
        lines: part.lines,
        h: part.last,
    });
    let mut line = encode(&Seal {
        kind: Seal::NAME.to_owned(),
        header: Hash::of(head),
        walks: walks.collect(),
    })?;
    Chain::begin(Seal::NAME).add(&mut line);
    Ok(line)
}

fn encode(line: &impl Serialize) -> io::Result<Vec<u8>> {
    serde_json::to_vec(line).map_err(io::Error::from)
}

/// Brings the new name of `file` to the disk: it is in the folder, not in the file.
fn sync_folder(file: &Path) -> io::Result<()> {
    match file.parent() {
        Some(folder) if folder != Path::new("") => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::walk::LabKind;

    /// `/dev/full` is a disk without any room.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_leaves_neither_a_journal_nor_half_of_one() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("journal.jsonl");
        std::os::unix::fs::symlink("/dev/full", unfinished(&out)).unwrap();
        let header = Header::new("reference", LabKind::Sim, 1, "00");

        let error = assemble(&out, &header, Vec::new()).unwrap_err();

        assert_eq!(
            error.to_string(),
            format!("cannot write {}", out.display()),
            "the error names the file"
        );
        let JournalError::Write { source, .. } = error else {
            panic!("a failure to write: {error:?}");
        };
        assert_eq!(source.kind(), io::ErrorKind::StorageFull);
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    }
}
