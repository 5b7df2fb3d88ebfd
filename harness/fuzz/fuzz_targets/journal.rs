//! A journal's bytes, of which hashes tell which lines are whole.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use model::journal::Journal;

fuzz_target!(|data: &[u8]| {
    let _ = Journal::read(Path::new("journal.jsonl"), data);
});
