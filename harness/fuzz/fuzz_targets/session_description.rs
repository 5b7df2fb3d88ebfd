//! A session description, and the answer to it.

#![no_main]

use std::net::SocketAddr;

use libfuzzer_sys::fuzz_target;
use sip::Sdp;

fuzz_target!(|data: &[u8]| {
    if let Ok(offer) = Sdp::parse(data) {
        let _ = offer.answer(1, SocketAddr::from(([198, 18, 0, 1], 4000)));
    }
});
