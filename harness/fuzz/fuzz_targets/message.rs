//! A SIP message.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use sip::Message;

fuzz_target!(|data: &[u8]| {
    let _ = Message::parse(&Bytes::copy_from_slice(data));
});
