//! SIP messages, as each actor sent and received them: what each end of a call was told. Read from the
//! journal when they are asked for; nothing in a [`Timeline`](crate::Timeline) depends on them.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use model::journal::event::{Direction, Event};
use model::journal::{Record, WalkJournal};

use crate::position::Position;
use crate::session::Described;

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

impl<'j> Message<'j> {
    /// The request line or status line.
    pub fn first_line(&self) -> &'j str {
        self.text.lines().next().unwrap_or_default()
    }

    /// Names and values of the header fields, in their order. The value of a folded one has the line
    /// breaks that it was folded with (RFC 3261, section 7.3.1); what is no field has no name.
    pub fn fields(&self) -> impl Iterator<Item = (&'j str, &'j str)> + use<'j> {
        fields(self.text)
    }

    /// The value of a header field under its name or its compact form, if there is one.
    pub fn field(&self, names: [&str; 2]) -> Option<&'j str> {
        field(self.text, names)
    }

    /// The body.
    pub fn body(&self) -> &'j str {
        let parts = self.text.split_once("\r\n\r\n");
        let parts = parts.or_else(|| self.text.split_once("\n\n"));
        parts.map_or("", |(_, body)| body)
    }

    /// What its session description says, if it carries one.
    pub fn described(&self) -> Described<'j> {
        Described::read(self.body())
    }

    /// The Call-ID (RFC 3261, section 8.1.1.4).
    pub fn call_id(&self) -> Option<&'j str> {
        self.field(["Call-ID", "i"])
    }

    /// Whether it is a REGISTER, or an answer to one.
    pub fn is_registration(&self) -> bool {
        let sequence = self.field(["CSeq"; 2]);
        sequence.is_some_and(|sequence| sequence.ends_with("REGISTER"))
    }

    /// Whether it is an INVITE that begins a dialog: its To has no tag.
    fn is_first_invite(&self) -> bool {
        let has_tag = |to: &str| to.to_ascii_lowercase().contains(";tag=");
        self.first_line().starts_with("INVITE ") && !self.field(["To", "t"]).is_some_and(has_tag)
    }
}

fn fields(message: &str) -> impl Iterator<Item = (&str, &str)> + use<'_> {
    let mut rest = message.split_once('\n').map_or("", |(_, rest)| rest);
    std::iter::from_fn(move || {
        let (field, after) = first_field(rest)?;
        rest = after;
        let (name, value) = field.split_once(':').unwrap_or(("", field));
        Some((name.trim(), value.trim()))
    })
}

/// The value of a message's header field under its name or its compact form, if there is one.
pub(crate) fn field<'m>(message: &'m str, names: [&str; 2]) -> Option<&'m str> {
    let is_meant = |name: &str| names.iter().any(|meant| name.eq_ignore_ascii_case(meant));
    fields(message).find_map(|(name, value)| is_meant(name).then_some(value))
}

/// Whether a message is the final answer to an INVITE, and accepts it.
pub(crate) fn answers_invite(message: &str) -> Option<bool> {
    let code = message.strip_prefix("SIP/2.0 ")?.bytes().next()?;
    let is_final = (b'2'..=b'6').contains(&code);
    let sequence = field(message, ["CSeq"; 2]).filter(|_| is_final)?;
    sequence.ends_with("INVITE").then_some(code == b'2')
}

/// The first header field of a message's head, with the lines that it goes on in, and what follows it;
/// none where the head ends.
fn first_field(head: &str) -> Option<(&str, &str)> {
    if head.is_empty() || head.starts_with(['\r', '\n']) {
        return None;
    }
    let mut ends = head.match_indices('\n').map(|(at, _)| at + 1);
    let is_folded = |end: usize| head[end..].starts_with([' ', '\t']);
    let end = ends.find(|end| !is_folded(*end)).unwrap_or(head.len());
    Some(head.split_at(end))
}

/// A walk's messages, in the order of their time.
pub fn messages(walk: &WalkJournal) -> Vec<Message<'_>> {
    let mut messages: Vec<Message<'_>> = walk.records.iter().filter_map(message).collect();
    messages.sort_by_key(|message| message.position);
    messages
}

/// A walk's messages by what they belong to, those of each in the order of their time.
#[derive(Debug, Default)]
pub struct Sorted<'j> {
    /// By the end of a call, by the call's name at that end (`<actor>/<number>`).
    ///
    /// A back-to-back user agent has a Call-ID of its own for each of its legs. The Call-IDs of an end are
    /// those of the INVITEs with which its call began: the one that an actor sends next when a next hop is
    /// tried, and the one that an actor received last when it is alerted.
    pub by_end: BTreeMap<&'j str, Vec<Message<'j>>>,
    /// What an actor received that belongs to none of its calls, by the actor: registrations' responses,
    /// and whatever else somebody sends it.
    pub outside_calls: BTreeMap<&'j str, Vec<Message<'j>>>,
}

/// Sorts a walk's messages.
pub fn sorted(walk: &WalkJournal) -> Sorted<'_> {
    let ends = Ends::of(walk);
    let mut sorted = Sorted::default();
    for message in messages(walk) {
        let call_id = message.call_id();
        let end = call_id.and_then(|call_id| ends.by_call_id.get(&(message.actor, call_id)));
        let of = match (end, message.direction) {
            (Some(end), _) => sorted.by_end.entry(end),
            (None, Direction::In) => sorted.outside_calls.entry(message.actor),
            (None, Direction::Out) => continue,
        };
        of.or_default().push(message);
    }
    sorted
}

/// Which Call-IDs are whose.
#[derive(Default)]
struct Ends<'j> {
    by_call_id: BTreeMap<(&'j str, &'j str), &'j str>,
    /// Whose INVITE each actor is about to send.
    tried: BTreeMap<&'j str, &'j str>,
    /// The Call-ID of the INVITE that each actor received last.
    received: BTreeMap<&'j str, &'j str>,
    /// The Call-IDs of INVITEs that were sent: each belongs to one attempt.
    sent: BTreeSet<&'j str>,
}

impl<'j> Ends<'j> {
    fn of(walk: &'j WalkJournal) -> Self {
        let mut records: Vec<&Record> = walk.records.iter().collect();
        records.sort_by_key(|record| Position::from(*record));
        let mut ends = Ends::default();
        for record in records {
            ends.take(record);
        }
        ends
    }

    fn take(&mut self, record: &'j Record) {
        let actor = record.host.as_str();
        match &record.event {
            Event::Tried { call, .. } => {
                self.tried.insert(actor, call);
            }
            Event::Alerted { call, .. } => {
                if let Some(call_id) = self.received.get(actor) {
                    self.by_call_id.insert((actor, call_id), call);
                }
            }
            Event::Sip { direction, .. } => {
                let first = message(record).filter(Message::is_first_invite);
                if let Some(call_id) = first.and_then(|message| message.call_id()) {
                    self.take_first_invite(actor, call_id, *direction);
                }
            }
            _ => {}
        }
    }

    fn take_first_invite(&mut self, actor: &'j str, call_id: &'j str, direction: Direction) {
        match direction {
            Direction::In => {
                self.received.insert(actor, call_id);
            }
            Direction::Out if self.sent.insert(call_id) => {
                if let Some(call) = self.tried.remove(actor) {
                    self.by_call_id.insert((actor, call_id), call);
                }
            }
            Direction::Out => {}
        }
    }
}

/// The message that a line tells of, if it tells of one.
pub fn message(record: &Record) -> Option<Message<'_>> {
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
