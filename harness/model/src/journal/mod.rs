//! The journal: the only thing that leaves a run. Whatever is later said of the run is derived
//! from it. Append-only; one JSON object a line; chained, and sealed.
//!
//! - [`event`]: what can be recorded, with the [`quality`] of media; [`record`]: a line of it.
//! - [`stop_reason`]: why a walk goes no further.
//! - [`header`]: the first line: which run this is.
//! - [`chain`]: the hashes that tie each line to those before it.
//! - [`recorder`]: what takes a walk's lines while it runs.
//! - [`spool`]: one walk's lines, on their way to the disk while the walk runs.
//! - [`seal`]: header, walks and seal, brought together into `journal.jsonl`.
//! - [`load`]: reads a journal, and believes no byte of it before it was checked; `lines`: in batches.
//! - [`error`]: what can go wrong.
//!
//! # The lines
//!
//! ```json
//! {"schema":"rgdrill-journal/1","rgdrill":"0.1.0","target":"reference","lab":"sim","seed":1,"tables_sha256":"…"}
//! {"walk":"imported-kill","n":0,"t_us":0,"clock":"virtual","host":"conductor","kind":"walk-began",…,"h":"…"}
//! {"walk":"imported-kill","n":1,"t_us":0,"clock":"virtual","host":"lab","kind":"told",…,"h":"…"}
//! {"kind":"sealed","header":"…","walks":[{"walk":"imported-kill","lines":2,"h":"…"}],"h":"…"}
//! ```
//!
//! - Line 1 is the [`Header`]. Then come the walks, one after the other, each of them whole, with
//!   its lines numbered from 0 without gaps. The last line is the seal.
//! - Every line ends with a newline, the last one too. No line contains one: JSON escapes it.
//! - A journal has at most 7 GiB, and a line at most 16 MiB: longer ones are neither written nor read.
//! - `h` is always a line's last member: 64 hexadecimal digits in lower case, the SHA-256 of the
//!   walk's previous `h`, as text, followed by the line without `,"h":"…"`. In place of a previous
//!   one, a walk's first line takes the SHA-256 of the walk's name. So a line can be checked by
//!   hand: `printf '%s%s' "$previous" "$line_without_h" | sha256sum`.
//! - The seal gives the SHA-256 of the header (the line without its newline), and each walk's count
//!   of lines and last `h`. Its own `h` is that of the first line of a walk named `sealed`.
//!
//! Walks run in parallel, each into a spool of its own, and are concatenated in the order of
//! the walks: so the same run gives the same file, byte for byte.
//!
//! The chain finds what was altered, lost, doubled or moved, by accident or by an edit. Whoever
//! wishes to deceive can compute it anew: against them only a signature over the file helps.

pub mod chain;
pub mod error;
pub mod event;
pub mod header;
mod lines;
pub mod load;
pub mod quality;
pub mod record;
pub mod recorder;
pub mod seal;
pub mod spool;
pub mod stop_reason;

/// The name of the file, wherever it is kept.
pub const FILE_NAME: &str = "journal.jsonl";

pub use error::JournalError;
pub use event::Event;
pub use header::Header;
pub use lines::{LONGEST_JOURNAL, may_be_read};
pub use load::{Journal, WalkJournal};
pub use quality::Quality;
pub use record::Record;
pub use recorder::Recorder;
pub use seal::assemble;
pub use spool::{Part, Spool};
pub use stop_reason::StopReason;
