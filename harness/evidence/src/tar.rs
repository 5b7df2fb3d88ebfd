//! The archive: a tar file (POSIX.1-2017, `pax`, "ustar Interchange Format") of which every set of
//! members has exactly one form.
//!
//! Members are regular files, stored as they are, sorted by the bytes of their names, of mode 0644,
//! owned by 0:0, of 1970-01-01. After them come the two blocks of zeros that end an archive, and
//! nothing else. Any `tar` unpacks it; [`read`] accepts this form only, so that there is no byte in
//! which anything could be hidden or changed.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Read};
use std::iter;

use model::bounded::Size;

use crate::member::Members;

/// The longest archive that is read: a journal, and what goes with it.
pub const LONGEST: Size = Size::gib(8);

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
    /// The system does not give what is in it.
    #[error("{0}")]
    Unreadable(ErrorKind),
    /// It is longer than certificates are.
    #[error("the archive has more than {limit}, the most that is read")]
    TooLong {
        /// The most.
        limit: Size,
    },
    /// A member is longer than such members are.
    #[error("`{member}` has more than {limit}, the most that is read of it")]
    LongMember {
        /// The member.
        member: String,
        /// The most.
        limit: Size,
    },
    /// No archive has such a member.
    #[error("certificates have no member `{member}`")]
    Unknown {
        /// The member.
        member: String,
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

/// The members of an archive, if it is just what [`write`] makes of them. `limit` says how long each
/// member may be, and of which name there is none; no member that is longer is read.
///
/// # Errors
///
/// [`ArchiveError`] names the first byte or member that is not as it must be.
pub fn read(
    archive: impl Read,
    limit: impl Fn(&str) -> Option<Size>,
) -> Result<Members, ArchiveError> {
    read_each(archive, limit, |_, content| {
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes)?;
        Ok(bytes)
    })
}

/// As [`read`], with what `taken` makes of each member while it is read, so that one need not be in memory as a
/// whole. What it leaves of a content is skipped.
///
/// # Errors
///
/// As [`read`], and [`ArchiveError::Unreadable`] for whatever `taken` cannot read.
pub fn read_each<R: Read, T>(
    archive: R,
    limit: impl Fn(&str) -> Option<Size>,
    mut taken: impl FnMut(&str, &mut Content<'_, R>) -> io::Result<T>,
) -> Result<BTreeMap<String, T>, ArchiveError> {
    let mut members = BTreeMap::new();
    let mut rest = Rest { archive, offset: 0 };
    loop {
        let begin = rest.offset;
        let header = rest.take(BLOCK, || "a member's header".to_owned())?;
        if header.first() == Some(&0) {
            rest.ending(&header)?;
            return Ok(members);
        }
        let (name, size) = named(&header, begin)?;
        if let Some((previous, _)) = members.last_key_value().filter(|(last, _)| **last >= name) {
            return Err(ArchiveError::Order {
                previous: String::clone(previous),
                member: name,
            });
        }
        let mut content = rest.content(&name, size, limit(&name))?;
        let made = taken(&name, &mut content).map_err(unreadable)?;
        content.finish(&name)?;
        members.insert(name, made);
    }
}

/// Name and size of the member whose header this is.
fn named(block: &[u8], begin: usize) -> Result<(String, usize), ArchiveError> {
    let no_header = |why| ArchiveError::NoHeader { offset: begin, why };
    let name = name_of(block).ok_or_else(|| no_header("it has no readable name"))?;
    let size = size_of(block).ok_or_else(|| no_header("it has no readable size"))?;
    let expected = header(&name, size).ok_or_else(|| no_header("its name is too long"))?;
    match first_difference(block, &expected) {
        None => Ok((name, size)),
        Some(at) => Err(ArchiveError::Header {
            member: name,
            offset: begin + at,
            found: block[at],
            expected: expected[at],
        }),
    }
}

fn unreadable(error: io::Error) -> ArchiveError {
    ArchiveError::Unreadable(error.kind())
}

/// What was not read yet.
struct Rest<R> {
    archive: R,
    offset: usize,
}

impl<R: Read> Rest<R> {
    /// The next `length` bytes, which are `within` something.
    fn take(
        &mut self,
        length: usize,
        within: impl Fn() -> String,
    ) -> Result<Vec<u8>, ArchiveError> {
        let mut taken = Vec::new();
        (&mut self.archive)
            .take(length as u64)
            .read_to_end(&mut taken)
            .map_err(unreadable)?;
        self.offset += taken.len();
        if self.offset as u64 > LONGEST.0 {
            return Err(ArchiveError::TooLong { limit: LONGEST });
        }
        match taken.len() == length {
            true => Ok(taken),
            false => Err(ArchiveError::BreaksOff {
                offset: self.offset,
                within: within(),
            }),
        }
    }

    /// The content of a member, if it is not too long.
    fn content(
        &mut self,
        name: &str,
        size: usize,
        limit: Option<Size>,
    ) -> Result<Content<'_, R>, ArchiveError> {
        let member = || name.to_owned();
        let limit = limit.ok_or_else(|| ArchiveError::Unknown { member: member() })?;
        if size as u64 > limit.0 {
            let member = member();
            return Err(ArchiveError::LongMember { member, limit });
        }
        Ok(Content {
            size,
            left: size,
            rest: self,
        })
    }

    /// Two blocks of zeros, the first of which was read, and nothing after them.
    fn ending(&mut self, first: &[u8]) -> Result<(), ArchiveError> {
        let begin = self.offset - first.len();
        let second = self.take(ENDING - BLOCK, || "the blocks that end it".to_owned())?;
        let mut ending = first.iter().chain(&second);
        let wrong = ending.position(|byte| *byte != 0);
        match wrong {
            Some(at) => Err(ArchiveError::Ending { offset: begin + at }),
            None => self.end(),
        }
    }

    fn end(&mut self) -> Result<(), ArchiveError> {
        let offset = self.offset;
        match self.take(1, String::new) {
            Err(ArchiveError::BreaksOff { .. }) => Ok(()),
            Err(error) => Err(error),
            Ok(_) => Err(ArchiveError::Ending { offset }),
        }
    }
}

/// The content of a member, as it is read.
pub struct Content<'a, R> {
    size: usize,
    /// How much of it was not read yet.
    left: usize,
    rest: &'a mut Rest<R>,
}

impl<R: Read> Read for Content<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(self.left);
        let read = self.rest.archive.read(&mut buffer[..most])?;
        self.left -= read;
        self.rest.offset += read;
        Ok(read)
    }
}

impl<R: Read> Content<'_, R> {
    /// Skips what is left of it, and what fills its last block.
    fn finish(mut self, name: &str) -> Result<(), ArchiveError> {
        io::copy(&mut self, &mut io::sink()).map_err(unreadable)?;
        if self.left > 0 {
            return Err(ArchiveError::BreaksOff {
                offset: self.rest.offset,
                within: format!("the content of `{name}`"),
            });
        }
        let begin = self.rest.offset;
        let filler = padding(self.size);
        let filler = self
            .rest
            .take(filler, || format!("the padding after `{name}`"))?;
        match filler.iter().position(|byte| *byte != 0) {
            None => Ok(()),
            Some(at) => Err(ArchiveError::Padding {
                member: name.to_owned(),
                offset: begin + at,
            }),
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

    fn read(archive: &[u8]) -> Result<Members, ArchiveError> {
        super::read(archive, |_| Some(Size::gib(8)))
    }

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

    /// A header may promise what its file does not have.
    #[test]
    fn a_member_that_is_too_long_is_not_read() {
        let header = header("journal.jsonl", 0o77_777_777_777).unwrap();
        let endless = header.chain(std::io::repeat(b'x'));
        let error = super::read(endless, |_| Some(Size::mib(1))).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`journal.jsonl` has more than 1 MiB, the most that is read of it"
        );
    }

    /// Whoever takes less of a content than there is gets the next member all the same.
    #[test]
    fn what_is_left_of_a_content_is_skipped() {
        let archive = write(&members()).unwrap();
        let begun = read_each(
            archive.as_slice(),
            |_| Some(Size::gib(8)),
            |_, content| {
                let mut first = Vec::new();
                content.take(2).read_to_end(&mut first)?;
                Ok(first)
            },
        );
        let first: Vec<Vec<u8>> = begun.unwrap().into_values().collect();
        assert_eq!(first, [&b""[..], b"{}", b"xx"]);
    }

    #[test]
    fn an_archive_without_end_is_refused_at_its_first_blocks() {
        let error = super::read(std::io::repeat(0), |_| None).unwrap_err();
        assert_eq!(error, ArchiveError::Ending { offset: ENDING });
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
