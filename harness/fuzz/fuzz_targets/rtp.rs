//! An RTP packet, and the flow that it is part of.

#![no_main]

use std::net::SocketAddr;

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use node::Now;
use sip::rtp::{Packet, Receiver};

fuzz_target!(|packets: Vec<Vec<u8>>| {
    let mut flow = Receiver::new(SocketAddr::from(([198, 18, 0, 1], 4000)), 1);
    for packet in packets {
        if let Ok(packet) = Packet::parse(&Bytes::from(packet)) {
            flow.arrived(Now::ZERO, &packet);
        }
    }
});
