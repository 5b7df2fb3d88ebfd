//! SIP messages, as each actor sent and received them: what ladders are drawn from. Read from the
//! journal when they are asked for; nothing in a [`Timeline`](crate::Timeline) depends on them.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use model::journal::event::{Direction, Event};
use model::journal::{Record, WalkJournal};

use crate::position::Position;

/// A SIP message at an actor's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'j> {
    /// When it was sent or received.
    pub position: Position,
    /// Who sent or received it.
    pub actor: &'j str,
    /// Which of both.
    pub direction: Direction,
    /// The other end.
    pub peer: SocketAddr,
    /// As on the wire, credentials redacted.
    pub text: &'j str,
}

/// A walk's messages by Call-ID (RFC 3261, section 8.1.1.4), those of each in the order of their
/// time. A back-to-back user agent has a Call-ID of its own for each of its legs.
pub fn ladders(walk: &WalkJournal) -> BTreeMap<&str, Vec<Message<'_>>> {
    let mut messages: Vec<Message<'_>> = walk.records.iter().filter_map(message).collect();
    messages.sort_by_key(|message| message.position);
    let mut ladders: BTreeMap<&str, Vec<Message<'_>>> = BTreeMap::new();
    for message in messages {
        if let Some(call_id) = call_id(message.text) {
            ladders.entry(call_id).or_default().push(message);
        }
    }
    ladders
}

fn message(record: &Record) -> Option<Message<'_>> {
    let Event::Sip {
        direction,
        peer,
        message,
    } = &record.event
    else {
        return None;
    };
    Some(Message {
        position: record.into(),
        actor: &record.host,
        direction: *direction,
        peer: *peer,
        text: message,
    })
}

/// The value of the header field `Call-ID`, or of its compact form `i`.
fn call_id(message: &str) -> Option<&str> {
    let fields = message.lines().skip(1).take_while(|line| !line.is_empty());
    fields
        .filter_map(|line| line.split_once(':'))
        .find_map(|(name, value)| {
            let name = name.trim_end();
            let is_call_id = name.eq_ignore_ascii_case("Call-ID") || name.eq_ignore_ascii_case("i");
            is_call_id.then_some(value.trim())
        })
}
