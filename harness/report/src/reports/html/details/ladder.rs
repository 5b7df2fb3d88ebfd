//! The ladder of a call: the messages of all its ends, and what else they noticed.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use model::journal::event::Direction;
use serde::Serialize;
use timeline::call::Party;
use timeline::sip::{Message, Sorted};
use timeline::{Call, Timeline};

use super::super::walk::{ended_words, heard_words};

/// The very message was sent before: it is a retransmission.
const AGAIN: u8 = 1;
/// A request to which its sender never had an answer.
const UNANSWERED: u8 = 2;

/// A call, message by message.
#[derive(Serialize)]
pub(super) struct Ladder<'a> {
    title: String,
    /// The call's names at its ends.
    ends: Vec<&'a str>,
    /// Who takes part, from left to right.
    columns: Vec<String>,
    messages: Vec<Arrow>,
    notes: Vec<Note<'a>>,
}

/// A message: when (in microseconds after the one before it), between which columns, what is to be said of it, and its text's
/// number. A message is seen at one end, that of the actor who wrote it down.
#[derive(Serialize)]
struct Arrow(u64, usize, usize, u8, usize);

/// What an end noticed: when (in microseconds after what was noticed before), in which column, what.
#[derive(Serialize)]
struct Note<'a>(u64, usize, Cow<'a, str>);

/// The texts of messages, each once.
#[derive(Default)]
pub(super) struct Texts<'a> {
    numbers: BTreeMap<&'a str, usize>,
    all: Vec<&'a str>,
}

impl<'a> Texts<'a> {
    fn number(&mut self, text: &'a str) -> usize {
        let next = self.all.len();
        let number = *self.numbers.entry(text).or_insert(next);
        if number == next {
            self.all.push(text);
        }
        number
    }

    pub(super) fn in_order(self) -> Vec<&'a str> {
        self.all
    }
}

/// Who takes part, in the order in which they come in.
struct Columns<'t> {
    timeline: &'t Timeline,
    names: Vec<String>,
}

impl Columns<'_> {
    fn number(&mut self, name: &str) -> usize {
        let known = self.names.iter().position(|known| known == name);
        known.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        })
    }

    /// Whose machine it is; the address where it is nobody's.
    fn peer(&mut self, peer: SocketAddr) -> usize {
        let mut hosts = self.timeline.addresses.iter();
        match hosts.find(|(_, address)| **address == peer.ip()) {
            Some((host, _)) => self.number(host.word()),
            None => self.number(&peer.to_string()),
        }
    }
}

impl<'a> Ladder<'a> {
    pub(super) fn of(
        timeline: &'a Timeline,
        call: &'a Call,
        sorted: &Sorted<'a>,
        texts: &mut Texts<'a>,
    ) -> Self {
        let legs = call.legs.iter().map(|leg| &leg.party);
        let parties: Vec<&Party> = [&call.caller].into_iter().chain(legs).collect();
        let mut columns = Columns {
            timeline,
            names: vec![
                call.caller.actor.clone(),
                "primary".to_owned(),
                "backup".to_owned(),
            ],
        };
        let mut messages: Vec<&Message<'a>> = parties
            .iter()
            .filter_map(|party| sorted.by_end.get(party.id.as_str()))
            .flatten()
            .collect();
        messages.sort_by_key(|message| message.position);
        let mut marks = Marks::of(&messages);
        let mut last_us = 0;
        let arrows = messages
            .iter()
            .map(|message| {
                let (actor, peer) = (columns.number(message.actor), columns.peer(message.peer));
                let (from, to) = match message.direction {
                    Direction::Out => (actor, peer),
                    Direction::In => (peer, actor),
                };
                let text = texts.number(message.text);
                let after_us = after(&mut last_us, message.position.t_us);
                Arrow(after_us, from, to, marks.next(message), text)
            })
            .collect();
        let ends = parties.iter().map(|party| party.id.as_str()).collect();
        let mut notes = Vec::new();
        for party in parties {
            let column = columns.number(&party.actor);
            notes.extend(noticed(timeline, party, column));
        }
        notes.sort_by_key(|note: &Note<'_>| note.0);
        let mut last_us = 0;
        for note in &mut notes {
            note.0 = after(&mut last_us, note.0);
        }
        Ladder {
            title: call.words().replace('`', ""),
            ends,
            columns: columns.names,
            messages: arrows,
            notes,
        }
    }
}

/// How long after the last this is; which then is the last. Small numbers compress well.
fn after(last_us: &mut u64, at_us: u64) -> u64 {
    at_us - std::mem::replace(last_us, at_us)
}

/// What an end heard, and how the call ended there.
fn noticed<'a>(timeline: &Timeline, party: &'a Party, column: usize) -> Vec<Note<'a>> {
    let mut notes = Vec::new();
    let mut last: Option<(SocketAddr, Option<&str>)> = None;
    for stretch in party.received.stretches() {
        let heard = (stretch.from, stretch.hears.as_deref());
        if last != Some(heard) {
            let words = heard_words(timeline, heard.1, heard.0);
            notes.push(Note(stretch.first_us, column, words.into()));
            last = Some(heard);
        }
    }
    for flow in party.received.flows() {
        for gap in &flow.gaps {
            let words = format!("hears nothing for {} ms", gap.us / 1_000);
            notes.push(Note(gap.from_us, column, words.into()));
        }
    }
    if let Some((at, by)) = party.ended {
        notes.push(Note(at.t_us, column, ended_words(by).into()));
    }
    notes
}

/// What is known of a call's messages as a whole.
struct Marks<'m> {
    /// The transactions whose requests were answered, by who sent the request.
    answered: BTreeSet<(&'m str, Transaction<'m>)>,
    /// The messages that were seen so far.
    seen: BTreeSet<(&'m str, Direction, SocketAddr, &'m str)>,
}

/// What a response has in common with its request (RFC 3261, section 17.1.3).
type Transaction<'m> = (Option<&'m str>, Option<&'m str>);

impl<'m> Marks<'m> {
    fn of(messages: &[&Message<'m>]) -> Self {
        let answers = messages
            .iter()
            .filter(|message| message.direction == Direction::In && is_response(message));
        Marks {
            answered: answers
                .map(|message| (message.actor, transaction(message)))
                .collect(),
            seen: BTreeSet::new(),
        }
    }

    /// The marks of the next message.
    fn next(&mut self, message: &Message<'m>) -> u8 {
        let Message {
            actor,
            direction,
            peer,
            text,
            ..
        } = *message;
        let again = match self.seen.insert((actor, direction, peer, text)) {
            true => 0,
            false => AGAIN,
        };
        let wants_answer = direction == Direction::Out
            && !is_response(message)
            && !message.first_line().starts_with("ACK ");
        match wants_answer && !self.answered.contains(&(actor, transaction(message))) {
            true => again | UNANSWERED,
            false => again,
        }
    }
}

fn is_response(message: &Message<'_>) -> bool {
    message.first_line().starts_with("SIP/2.0")
}

fn transaction<'j>(message: &Message<'j>) -> Transaction<'j> {
    (branch(message), method(message))
}

fn branch<'j>(message: &Message<'j>) -> Option<&'j str> {
    let via = message.field(["Via", "v"])?;
    let (_, branch) = via.split_once("branch=")?;
    branch.split([';', ',', ' ']).next()
}

fn method<'j>(message: &Message<'j>) -> Option<&'j str> {
    message.field(["CSeq"; 2])?.split_whitespace().last()
}
