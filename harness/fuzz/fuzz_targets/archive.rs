//! A certificate: its archive, and its journal, which is read with it.

#![no_main]

use evidence::Certificate;
use libfuzzer_sys::fuzz_target;
use report::REPORTS;

fuzz_target!(|data: &[u8]| {
    if let Ok(certificate) = Certificate::open(data, REPORTS) {
        let _ = certificate.check_manifest();
        let _ = certificate.check_statement();
    }
});
