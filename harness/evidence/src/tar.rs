//! The archive: a tar file (POSIX.1-2017, `pax`, "ustar Interchange Format") of which every set of
//! members has exactly one form.
//!
//! Members are regular files, stored as they are, sorted by the bytes of their names, of mode 0644,
//! owned by 0:0, of 1970-01-01. After them come the two blocks of zeros that end an archive, and
//! nothing else. Any `tar` unpacks it; [`read`] accepts this form only, so that there is no byte in
//! which anything could be hidden or changed.

use std::iter;

use crate::member::Members;

/// Everything in an archive stands in blocks of this many bytes.
const BLOCK: usize = 512;
/// How many bytes a name may have.
const NAME: usize = 100;
/// The blocks of zeros that end an archive, in bytes.
const ENDING: usize = 2 * BLOCK;
/// What a size is written in: eleven octal digits, from this byte on.
const SIZE: std::ops::Range<usize> = 124..135;
/// Where the checksum stands: six octal digits, a zero and a blank.
const CHECKSUM: std::ops::Range<usize> = 148..156;

/// Why bytes are no archive in its one form. Offsets count bytes from the beginning of the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// The file ends too early.
    #[error("the archive breaks off at byte {offset}, within {within}")]
    BreaksOff {
        /// Where it ends.
        offset: usize,
        /// What was to be there.
        within: String,
    },
    /// The first block of a member is none.
    #[error("the header at byte {offset} is no member's: {why}")]
    NoHeader {
        /// Where it begins.
        offset: usize,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A header says what headers of certificates do not, such as a time or an owner.
    #[error(
        "the header of `{member}` was altered: byte {offset} is {found:#04x}, not {expected:#04x}"
    )]
    Header {
        /// The member.
        member: String,
        /// The byte.
        offset: usize,
        /// What it is.
        found: u8,
        /// What it must be.
        expected: u8,
    },
    /// A member stands where another should.
    #[error("`{member}` stands after `{previous}`, where its name does not belong")]
    Order {
        /// The member.
        member: String,
        /// The one before it.
        previous: String,
    },
    /// What fills a member's last block is not zero.
    #[error("the padding after `{member}` is not zero at byte {offset}")]
    Padding {
        /// The member.
        member: String,
        /// The byte.
        offset: usize,
    },
    /// What ends the archive is not two blocks of zeros.
    #[error("the archive does not end with two blocks of zeros: byte {offset} should not be")]
    Ending {
        /// The first byte that is not as it must be.
        offset: usize,
    },
    /// A name or a content is too long for this form.
    #[error("`{member}` is too large for an archive")]
    TooLarge {
        /// The member.
        member: String,
    },
}

/// The archive of these members.
///
/// # Errors
///
/// [`ArchiveError::TooLarge`]: a name of more than 100 bytes, or 8 GiB of content.
pub fn write(members: &Members) -> Result<Vec<u8>, ArchiveError> {
    let mut archive = Vec::new();
    for (name, content) in members {
        let header = header(name, content.len()).ok_or_else(|| ArchiveError::TooLarge {
            member: name.clone(),
        })?;
        archive.extend(header);
        archive.extend(content);
        archive.extend(iter::repeat_n(0, padding(content.len())));
    }
    archive.extend([0; ENDING]);
    Ok(archive)
}

/// The members of an archive, if it is just what [`write`] makes of them.
///
/// # Errors
///
/// [`ArchiveError`] names the first byte or member that is not as it must be.
pub fn read(archive: &[u8]) -> Result<Members, ArchiveError> {
    let mut members = Members::new();
    let mut rest = Rest { archive, offset: 0 };
    while !rest.is_ending() {
        let (name, content) = rest.member()?;
        if let Some((previous, _)) = members.last_key_value().filter(|(last, _)| **last >= name) {
            return Err(ArchiveError::Order {
                previous: previous.clone(),
                member: name,
            });
        }
        members.insert(name, content.to_vec());
    }
    rest.ending()?;
    Ok(members)
}

/// What was not read yet.
struct Rest<'a> {
    archive: &'a [u8],
    offset: usize,
}

impl<'a> Rest<'a> {
    /// Whether no member is left: a header never begins with a zero.
    fn is_ending(&self) -> bool {
        self.archive.get(self.offset) == Some(&0)
    }

    /// The next `length` bytes, which are `within` something.
    fn take(
        &mut self,
        length: usize,
        within: impl Fn() -> String,
    ) -> Result<&'a [u8], ArchiveError> {
        let taken = self
            .offset
            .checked_add(length)
            .and_then(|end| self.archive.get(self.offset..end))
            .ok_or_else(|| ArchiveError::BreaksOff {
                offset: self.archive.len(),
                within: within(),
            })?;
        self.offset += length;
        Ok(taken)
    }

    /// The next member: its name and content.
    fn member(&mut self) -> Result<(String, &'a [u8]), ArchiveError> {
        let begin = self.offset;
        let block = self.take(BLOCK, || "a member's header".to_owned())?;
        let no_header = |why| ArchiveError::NoHeader { offset: begin, why };
        let name = name_of(block).ok_or_else(|| no_header("it has no readable name"))?;
        let size = size_of(block).ok_or_else(|| no_header("it has no readable size"))?;
        let expected = header(&name, size).ok_or_else(|| no_header("its name is too long"))?;
        if let Some(at) = first_difference(block, &expected) {
            return Err(ArchiveError::Header {
                member: name,
                offset: begin + at,
                found: block[at],
                expected: expected[at],
            });
        }
        let content = self.take(size, || format!("the content of `{name}`"))?;
        self.padding(&name, size)?;
        Ok((name, content))
    }

    fn padding(&mut self, name: &str, size: usize) -> Result<(), ArchiveError> {
        let begin = self.offset;
        let filler = self.take(padding(size), || format!("the padding after `{name}`"))?;
        match filler.iter().position(|byte| *byte != 0) {
            None => Ok(()),
            Some(at) => Err(ArchiveError::Padding {
                member: name.to_owned(),
                offset: begin + at,
            }),
        }
    }

    /// Two blocks of zeros, and nothing after them.
    fn ending(&mut self) -> Result<(), ArchiveError> {
        let begin = self.offset;
        let ending = self.take(ENDING, || "the blocks that end it".to_owned())?;
        let wrong = ending.iter().position(|byte| *byte != 0);
        let more = (self.offset < self.archive.len()).then_some(ENDING);
        match wrong.or(more) {
            None => Ok(()),
            Some(at) => Err(ArchiveError::Ending { offset: begin + at }),
        }
    }
}

/// A member's header; nothing if its name or size does not fit into one.
fn header(name: &str, size: usize) -> Option<[u8; BLOCK]> {
    let size = format!("{size:011o}");
    if name.is_empty() || name.len() > NAME || size.len() > SIZE.len() {
        return None;
    }
    let mut block = [0; BLOCK];
    block[..name.len()].copy_from_slice(name.as_bytes());
    block[100..107].copy_from_slice(b"0000644"); // mode
    block[108..115].copy_from_slice(b"0000000"); // owner
    block[116..123].copy_from_slice(b"0000000"); // group
    block[SIZE].copy_from_slice(size.as_bytes());
    block[136..147].copy_from_slice(b"00000000000"); // time
    block[156] = b'0'; // a regular file
    block[257..265].copy_from_slice(b"ustar\x0000"); // format and its version
    block[CHECKSUM].copy_from_slice(b"        "); // counts as blanks in its own sum
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[CHECKSUM].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    Some(block)
}

/// The name that a header gives.
fn name_of(header: &[u8]) -> Option<String> {
    let name = header.get(..NAME)?.split(|byte| *byte == 0).next()?;
    let is_name = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
    is_name.then(|| String::from_utf8_lossy(name).into_owned())
}

/// The size that a header gives.
fn size_of(header: &[u8]) -> Option<usize> {
    let digits = std::str::from_utf8(header.get(SIZE)?).ok()?;
    usize::from_str_radix(digits, 8).ok()
}

/// How many zeros fill the last block of a content.
const fn padding(size: usize) -> usize {
    size.wrapping_neg() % BLOCK
}

fn first_difference(one: &[u8], other: &[u8]) -> Option<usize> {
    one.iter().zip(other).position(|(one, other)| one != other)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::member;

    fn members() -> Members {
        let member = |name: &str, content: &str| (name.to_owned(), content.as_bytes().to_vec());
        Members::from([
            member(member::RESULTS, "{}\n"),
            member(member::JOURNAL, ""),
            member(member::TARGET, &"x".repeat(BLOCK)),
        ])
    }

    #[test]
    fn what_was_written_is_read() {
        let archive = write(&members()).unwrap();
        assert_eq!(archive.len(), 3 * BLOCK + BLOCK + BLOCK + ENDING);
        assert_eq!(read(&archive), Ok(members()));
    }

    #[test]
    fn any_bit_that_is_changed_is_found_or_stands_in_a_content() {
        let archive = write(&members()).unwrap();
        for (at, bit) in (0..archive.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
            let mut altered = archive.clone();
            altered[at] ^= 1 << bit;
            match read(&altered) {
                Err(_) => {}
                Ok(read) => assert_eq!(write(&read).unwrap(), altered, "byte {at}, bit {bit}"),
            }
        }
    }

    #[test]
    fn any_archive_that_breaks_off_or_goes_on_is_refused() {
        let archive = write(&members()).unwrap();
        for length in 0..archive.len() {
            assert!(read(&archive[..length]).is_err(), "{length}");
        }
        let longer = [archive.as_slice(), &[0; BLOCK]].concat();
        let end = archive.len();
        assert_eq!(read(&longer), Err(ArchiveError::Ending { offset: end }));
    }

    #[test]
    fn the_member_and_the_byte_are_named() {
        let mut archive = write(&members()).unwrap();
        archive[110] = b'1'; // the owner
        let error = read(&archive).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the header of `journal.jsonl` was altered: byte 110 is 0x31, not 0x30"
        );
    }

    #[test]
    fn members_in_another_order_are_refused() {
        let archive = write(&members()).unwrap();
        let [first, second] = [&archive[..BLOCK], &archive[BLOCK..3 * BLOCK]];
        let turned = [second, first, &archive[3 * BLOCK..]].concat();
        let error = read(&turned).unwrap_err();
        assert!(matches!(error, ArchiveError::Order { .. }), "{error}");
    }

    #[test]
    fn a_size_beyond_the_archive_is_refused() {
        let name = "journal.jsonl";
        for size in [1, BLOCK, 0o77_777_777_777] {
            let header = header(name, size).unwrap();
            let error = read(&header).unwrap_err();
            assert!(matches!(error, ArchiveError::BreaksOff { .. }), "{error}");
        }
    }

    proptest! {
        /// Blocks of an archive, in any order, with bytes changed: what is read is written just so.
        #[test]
        fn no_bytes_make_it_panic(
            blocks in proptest::collection::vec(any::<prop::sample::Index>(), 0..12),
            changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        ) {
            let archive = write(&members()).unwrap();
            let mut mixed: Vec<u8> = blocks
                .iter()
                .flat_map(|block| archive.chunks(BLOCK).nth(block.index(archive.len() / BLOCK)))
                .flatten()
                .copied()
                .collect();
            for (at, byte) in changes.iter().filter(|_| !blocks.is_empty()) {
                let at = at.index(mixed.len());
                mixed[at] = *byte;
            }
            if let Ok(members) = read(&mixed) {
                prop_assert_eq!(write(&members).unwrap(), mixed);
            }
        }
    }
}
