//! `calls.pcapng`: the calls for tools that read packets, such as Wireshark and sngrep.
//!
//! - Every SIP message of a call, as a UDP datagram between the addresses of the walk, at its time.
//!   Registrations are left out. A message that went over TCP stands in a datagram as well.
//! - For each second of a flow of media one RTP packet without payload: actors write down sums, not
//!   packets. Its comment says what it stands for.
//!
//! Each walk is an interface, with the walk's name, and has a day of its own: the n-th begins at
//! midnight of the n-th day of 1970, so that the time of day is the time within the walk, and walks
//! with the same addresses do not mix. Of a run of very many walks, those have their packets here that did
//! not pass, then others as far as there is room.
//!
//! - `block`: the file's format. `datagram`: IP and UDP. `rtp`: RTP headers.
//! - `addresses`: where actors are.

mod addresses;
mod block;
mod datagram;
mod rtp;

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use model::journal::event::{Direction, Event};
use model::journal::{Record, WalkJournal};
use model::parallel;
use timeline::position::{Lasting, Position};
use timeline::{ReadWalk, sip};

use self::addresses::Addresses;
use crate::report::{JudgedRun, Nature, Report};
use crate::reports::interest::by_interest;

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

/// Packets of at most so many walks are written: a megabyte each, or so.
const MOST_WALKS: usize = 60;

/// The file.
fn render(run: &JudgedRun<'_>) -> Vec<u8> {
    let mut chosen = by_interest(run);
    chosen.truncate(MOST_WALKS);
    chosen.sort_unstable();
    let chosen: Vec<(u32, u64, &ReadWalk<'_>)> = (0_u32..)
        .zip(chosen)
        .map(|(interface, day)| (interface, day as u64, &run.run.walks[day]))
        .collect();
    // Room for all of it at once: to grow in, a file of this length would take as much again.
    let records = chosen.iter().flat_map(|(_, _, walk)| &walk.journal.records);
    let mut file = Vec::with_capacity(records.map(longest).sum());
    file.extend(block::section(&format!(
        "rgdrill {}",
        run.run.header.rgdrill
    )));
    for (_, _, walk) in &chosen {
        let about = timeline::walk(walk.journal).map_or("", |plan| &plan.about);
        file.extend(block::interface(walk.name(), about));
    }
    let hosts: BTreeSet<(String, IpAddr)> =
        chosen.iter().flat_map(|(_, _, walk)| hosts(walk)).collect();
    for (host, address) in hosts {
        file.extend(block::name(address, &host));
    }
    for walks in chosen.chunks(parallel::cores().get()) {
        let blocks = parallel::map(walks, |(interface, day, walk)| {
            of_walk(*interface, *day * DAY_US, walk)
        });
        for blocks in blocks {
            file.extend(blocks);
        }
    }
    file
}

/// How many bytes the packet of a line takes at most, if it has one.
fn longest(record: &Record) -> usize {
    /// Of the block, its comment, and the headers of all protocols.
    const BESIDES: usize = 384;
    match &record.event {
        Event::Sip { message, .. } => message.len() + BESIDES,
        Event::Media { .. } => BESIDES,
        _ => 0,
    }
}

/// The names of a walk's machines.
fn hosts(walk: &ReadWalk<'_>) -> Vec<(String, IpAddr)> {
    let hosts = walk
        .timeline
        .iter()
        .flat_map(|timeline| &timeline.addresses);
    hosts
        .map(|(host, at)| (host.word().to_owned(), *at))
        .collect()
}

/// The packets of a walk that begins then, in the order of their time.
fn of_walk(interface: u32, begin_us: u64, walk: &ReadWalk<'_>) -> Vec<u8> {
    let mut packets = packets(walk.journal);
    packets.sort_by_key(|packet| packet.at_us);
    let mut blocks = Vec::new();
    for packet in packets {
        let at_us = begin_us + packet.at_us;
        let bytes = datagram::udp(packet.from, packet.to, &packet.payload);
        let comment = packet.comment.as_deref();
        block::packet(&mut blocks, interface, at_us, &bytes, comment);
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
