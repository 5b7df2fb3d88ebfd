//! What a harness and the processes of a lab say to each other, in both directions.

#![no_main]

use lab::control::{Order, Reader, Stamped};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|lines: Vec<String>| {
    let mut orders = Reader::default();
    let mut reports = Reader::default();
    for line in lines {
        let _ = orders.read::<Order>(&line);
        let _ = reports.read::<Stamped>(&line);
    }
});
