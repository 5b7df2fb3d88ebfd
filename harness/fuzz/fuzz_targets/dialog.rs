//! Datagrams to a telephone that takes every call: transactions and dialogs.

#![no_main]

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use node::Now;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;
use sip::{Method, Sdp, Timing, UaEvent, UserAgent};

fuzz_target!(|datagrams: Vec<Vec<u8>>| {
    let own = |last, port| SocketAddr::from(([198, 18, 0, last], port));
    let rng = ChaCha8Rng::from_seed([1; 32]);
    let mut agent = UserAgent::new(own(1, 5060), rng, Timing::default()).as_telephone();
    let mut now = Now::ZERO;
    for datagram in datagrams {
        agent.receive(now, own(9, 5060), &Bytes::from(datagram));
        while let Some(event) = agent.poll_event() {
            match event {
                UaEvent::Request {
                    server, request, ..
                } if request.method == Method::INVITE => {
                    if let Some(session) = agent.accept_invite(now, server) {
                        agent.answer(now, session, Sdp::offer(1, own(1, 4000)));
                    }
                }
                UaEvent::Request {
                    server, request, ..
                } => agent.refuse_method(now, server, &request),
                _ => {}
            }
        }
        while agent.poll_transmit().is_some() {}
        now += Duration::from_millis(300);
        agent.tick(now);
    }
});
