//! The lines of a walk, whatever their hashes are: anybody can compute these. They are judged.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use model::Tables;
use model::journal::{Record, WalkJournal};

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let text = include_str!("../../../scenarios/lync-2013/tables.yaml");
    model::yaml::load("tables.yaml", text).expect("the shipped tables load")
});

fuzz_target!(|lines: &str| {
    let mut walk = WalkJournal::begin("walk");
    for line in lines.lines() {
        if let Ok(mut record) = serde_json::from_str::<Record>(line) {
            record.n = walk.records.len() as u64;
            walk.records.push(record);
        }
    }
    judge::judge_walk(&walk, &TABLES);
});
