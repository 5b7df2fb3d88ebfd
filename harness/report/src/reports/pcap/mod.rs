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
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};

use model::journal::event::{Direction, Event};
use model::journal::{Record, WalkJournal};
use timeline::position::{Lasting, Position};
use timeline::{ReadWalk, sip};

use self::addresses::Addresses;
use crate::report::{Content, JudgedRun, Nature, Report};
use crate::reports::interest::by_interest;

/// The report.
pub const REPORT: Report = Report {
    name: "pcap",
    file: "calls.pcapng",
    about: "the calls as packets, for Wireshark and sngrep: SIP messages, and a packet for each second of media",
    nature: Nature::View,
    content: Content::Bytes(write),
};

/// A day, in microseconds.
const DAY_US: u64 = 24 * 60 * 60 * 1_000_000;

/// A packet that was seen, or that stands for several.
struct Packet<'j> {
    at_us: u64,
    from: SocketAddr,
    to: SocketAddr,
    payload: Payload<'j>,
}

/// What is in a packet.
enum Payload<'j> {
    /// A SIP message.
    Message(&'j str),
    /// An RTP header, which stands for what a line sums up.
    Media(rtp::Header, &'j Event),
}

/// Packets of at most so many walks are written: a megabyte each, or so.
const MOST_WALKS: usize = 60;

/// The file, a walk after the other.
fn write(run: &JudgedRun<'_>, file: &mut dyn Write) -> io::Result<()> {
    let mut chosen = by_interest(run);
    chosen.truncate(MOST_WALKS);
    chosen.sort_unstable();
    let walks: Vec<&ReadWalk<'_>> = chosen.iter().map(|day| &run.run.walks[*day]).collect();
    let program = format!("rgdrill {}", run.run.header.rgdrill);
    file.write_all(&block::section(&program))?;
    for walk in &walks {
        let about = timeline::walk(walk.journal).map_or("", |plan| &plan.about);
        file.write_all(&block::interface(walk.name(), about))?;
    }
    let hosts: BTreeSet<(String, IpAddr)> = walks.iter().flat_map(|walk| hosts(walk)).collect();
    for (host, address) in hosts {
        file.write_all(&block::name(address, &host))?;
    }
    for (interface, (day, walk)) in (0..).zip(chosen.into_iter().zip(walks)) {
        for packet in packets(walk.journal) {
            file.write_all(&packet.block(interface, day as u64 * DAY_US))?;
        }
    }
    Ok(())
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

/// The packets of a walk, in the order of their time.
fn packets(walk: &WalkJournal) -> Vec<Packet<'_>> {
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
    packets.sort_by_key(|packet| packet.at_us);
    packets
}

fn of_message<'j>(message: &sip::Message<'j>, addresses: &Addresses) -> Packet<'j> {
    let own = addresses.of_actor(message.actor, message.peer);
    let (from, to) = match message.direction {
        Direction::Out => (own, message.peer),
        Direction::In => (message.peer, own),
    };
    Packet {
        at_us: message.position.t_us,
        from,
        to,
        payload: Payload::Message(message.text),
    }
}

/// A second of media, as one packet.
fn of_media<'j>(
    record: &'j Record,
    addresses: &Addresses,
    flows: &mut rtp::Flows,
) -> Option<Packet<'j>> {
    let Event::Media {
        from,
        packets: 1..,
        first_us,
        quality,
        ..
    } = &record.event
    else {
        return None;
    };
    let to = addresses.of_media(&record.host, *from);
    let header = flows.next(*from, to, *first_us, quality);
    Some(Packet {
        at_us: *first_us,
        from: *from,
        to,
        payload: Payload::Media(header, &record.event),
    })
}

impl Packet<'_> {
    /// Its block in the file, in a walk that begins then.
    fn block(&self, interface: u32, begin_us: u64) -> Vec<u8> {
        let at_us = begin_us + self.at_us;
        let (payload, comment) = match &self.payload {
            Payload::Message(text) => (text.as_bytes(), None),
            Payload::Media(header, event) => (header.as_slice(), comment(event)),
        };
        let bytes = datagram::udp(self.from, self.to, payload);
        block::packet(interface, at_us, &bytes, comment.as_deref())
    }
}

/// What a packet stands for.
fn comment(event: &Event) -> Option<String> {
    let Event::Media {
        hears,
        packets,
        lost,
        first_us,
        last_us,
        longest_gap_us,
        ..
    } = event
    else {
        return None;
    };
    let whom = hears.as_deref().unwrap_or("music or silence");
    let lasted = Lasting(last_us.saturating_sub(*first_us));
    let gap = Lasting(*longest_gap_us);
    Some(format!(
        "stands for {packets} packets in {lasted}: {whom}; {lost} lost, longest gap {gap}"
    ))
}
