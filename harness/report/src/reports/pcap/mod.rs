//! `calls.pcapng`: the calls for tools that read packets, such as Wireshark and sngrep.
//!
//! - Every SIP message of a call, as a UDP datagram between the addresses of the walk, at its time.
//!   Registrations are left out. A message that went over TCP stands in a datagram as well.
//! - For each second of a flow of media one RTP packet without payload: actors write down sums, not
//!   packets. Its comment says what it stands for.
//!
//! Each walk is an interface, with the walk's name, and has a day of its own: the n-th begins at
//! midnight of the n-th day of 1970, so that the time of day is the time within the walk, and walks
//! with the same addresses do not mix.
//!
//! - `block`: the file's format. `datagram`: IP and UDP. `rtp`: RTP headers.
//! - `addresses`: where actors are.

mod addresses;
mod block;
mod datagram;
mod rtp;

use std::net::SocketAddr;

use model::journal::event::{Direction, Event};
use model::journal::{Record, WalkJournal};
use model::parallel;
use timeline::position::{Lasting, Position};
use timeline::{ReadWalk, sip};

use self::addresses::Addresses;
use crate::report::{JudgedRun, Nature, Report};

/// The report.
pub const REPORT: Report = Report {
    name: "pcap",
    file: "calls.pcapng",
    about: "the calls as packets, for Wireshark and sngrep: SIP messages, and a packet for each second of media",
    nature: Nature::View,
    render: |run| Ok(render(run)),
};

/// A day, in microseconds.
const DAY_US: u64 = 24 * 60 * 60 * 1_000_000;

/// A packet that was seen, or that stands for several.
struct Packet {
    at_us: u64,
    from: SocketAddr,
    to: SocketAddr,
    payload: Vec<u8>,
    comment: Option<String>,
}

/// The file.
fn render(run: &JudgedRun<'_>) -> Vec<u8> {
    let walks = &run.run.walks;
    let mut file = block::section(&format!("rgdrill {}", run.run.header.rgdrill));
    for walk in walks {
        let about = timeline::walk(walk.journal).map_or("", |plan| &plan.about);
        file.extend(block::interface(walk.name(), about));
    }
    for (host, address) in walks.iter().filter_map(hosts).flatten() {
        file.extend(block::name(address, &host));
    }
    let numbered: Vec<(u32, &ReadWalk<'_>)> = (0..).zip(walks).collect();
    for blocks in parallel::map(&numbered, |(number, walk)| of_walk(*number, walk)) {
        file.extend(blocks);
    }
    file
}

/// The names of a walk's machines.
fn hosts(walk: &ReadWalk<'_>) -> Option<Vec<(String, std::net::IpAddr)>> {
    let timeline = walk.timeline.as_ref().ok()?;
    let hosts = timeline.addresses.iter();
    Some(
        hosts
            .map(|(host, at)| (host.word().to_owned(), *at))
            .collect(),
    )
}

/// The packets of a walk, in the order of their time.
fn of_walk(number: u32, walk: &ReadWalk<'_>) -> Vec<u8> {
    let mut packets = packets(walk.journal);
    packets.sort_by_key(|packet| packet.at_us);
    let mut blocks = Vec::new();
    for packet in packets {
        let at_us = u64::from(number) * DAY_US + packet.at_us;
        let bytes = datagram::udp(packet.from, packet.to, &packet.payload);
        block::packet(
            &mut blocks,
            number,
            at_us,
            &bytes,
            packet.comment.as_deref(),
        );
    }
    blocks
}

fn packets(walk: &WalkJournal) -> Vec<Packet> {
    let mut addresses = Addresses::of(walk);
    let mut flows = rtp::Flows::default();
    let mut records: Vec<&Record> = walk.records.iter().collect();
    records.sort_by_key(|record| Position::from(*record));
    let mut packets = Vec::new();
    for record in records {
        if let Some(message) = sip::message(record) {
            addresses.take(&message);
            if !message.is_registration() {
                packets.push(of_message(&message, &addresses));
            }
        }
        packets.extend(of_media(record, &addresses, &mut flows));
    }
    packets
}

fn of_message(message: &sip::Message<'_>, addresses: &Addresses) -> Packet {
    let own = addresses.of_actor(message.actor, message.peer);
    let (from, to) = match message.direction {
        Direction::Out => (own, message.peer),
        Direction::In => (message.peer, own),
    };
    Packet {
        at_us: message.position.t_us,
        from,
        to,
        payload: message.text.as_bytes().to_vec(),
        comment: None,
    }
}

/// A second of media, as one packet.
fn of_media(record: &Record, addresses: &Addresses, flows: &mut rtp::Flows) -> Option<Packet> {
    let Event::Media {
        from,
        hears,
        packets: packets @ 1..,
        lost,
        first_us,
        last_us,
        longest_gap_us,
        quality,
        ..
    } = &record.event
    else {
        return None;
    };
    let to = addresses.of_media(&record.host, *from);
    let whom = hears.as_deref().unwrap_or("music or silence");
    let (lasted, gap) = (
        Lasting(last_us.saturating_sub(*first_us)),
        Lasting(*longest_gap_us),
    );
    Some(Packet {
        at_us: *first_us,
        from: *from,
        to,
        payload: flows.next(*from, to, *first_us, quality),
        comment: Some(format!(
            "stands for {packets} packets in {lasted}: {whom}; {lost} lost, longest gap {gap}"
        )),
    })
}
