//! Callers, who place calls at a rate.
//!
//! - `placing`: placing calls, and what is due in each.
//! - `responses`: what others answer.
//! - `requests`: what the other ends of calls ask for.

mod placing;
mod requests;
mod responses;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use node::{Input, Node, Now, Outputs, Port, Unreachable};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;
use sip::{Direction, Glance, Message, Sdp};

use crate::call::{Call, Phase};
use crate::event::{Command, Event};
use crate::measured::Measured;
use crate::media::Media;
use crate::pace::Pace;
use crate::plan::{CallsPlan, Destination};
use crate::request::Writer;
use crate::slots::{Key, Slots};
use crate::timers::Timers;

/// How often is told how far the load has come.
const PROGRESS: Duration = Duration::from_secs(1);

/// How long calls may take to end once the load is to end.
const ENDS_WITHIN: Duration = Duration::from_secs(4);

/// Within which time the callers end all calls then.
const ENDED_WITHIN: Duration = Duration::from_millis(1_500);

/// Callers at one SIP port. They begin as soon as they are started, and tell [`Event::Over`] when the last
/// call has ended.
pub struct Callers {
    plan: CallsPlan,
    writer: Writer,
    /// The URI of each destination, for each of its next hops.
    uris: Vec<Vec<String>>,
    /// The offer of calls without media.
    without_media: Bytes,
    calls: Slots<Call>,
    timers: Timers,
    media: Option<Media>,
    /// Until when each next hop has asked not to be called.
    paused: BTreeMap<SocketAddr, Now>,
    pace: Option<Pace>,
    began: Now,
    /// How many calls were due.
    turn: usize,
    /// How many calls have had nothing come of them yet.
    calling: usize,
    /// How often was told what was measured.
    part: u32,
    progress: Now,
    /// By when all is to be over, once it is to end.
    ends: Option<Now>,
    is_over: bool,
    measured: Measured,
}

impl Callers {
    /// Callers who do what `plan` says. All that is random in what they send comes from `seed`.
    pub fn new(plan: CallsPlan, seed: [u8; 32]) -> Callers {
        let mut rng = ChaCha8Rng::from_seed(seed);
        let writer = Writer::new(plan.local, rng.next_u32());
        let discard = SocketAddr::new(plan.local.ip(), 9);
        let offer = Sdp::offer(u64::from(writer.run), discard);
        let media = plan.media;
        Callers {
            without_media: offer.with_direction(Direction::Inactive).to_bytes(),
            media: media.map(|ports| Media::new(plan.local.ip(), ports, rng)),
            paused: BTreeMap::new(),
            uris: plan.to.iter().map(Destination::uris).collect(),
            plan,
            writer,
            calls: Slots::new(),
            timers: Timers::default(),
            pace: None,
            began: Now::ZERO,
            turn: 0,
            calling: 0,
            part: 0,
            progress: Now::ZERO,
            ends: None,
            is_over: false,
            measured: Measured::default(),
        }
    }
    fn start(&mut self, now: Now) {
        let CallsPlan { rate, window, .. } = self.plan;
        self.began = now;
        self.pace = Some(Pace::new(now, rate, window));
        self.progress = now + PROGRESS;
    }

    /// Takes a message. Of most responses no more is read than to what they are.
    fn receive(&mut self, now: Now, from: SocketAddr, bytes: &Bytes, out: &mut Outputs<Event>) {
        if let Some(seen) = Glance::at(bytes)
            && let Some(key) = self.writer.key_of(seen.call_id)
        {
            match (seen.method, seen.code) {
                ("INVITE", 100..200) => return self.proceeding(now, key, seen.sequence, out),
                ("BYE", code) => return self.bye_answered(key, seen.sequence, code),
                // The INVITE's final response follows; until then nothing is to be said again.
                ("CANCEL", _) => return self.cancel_answered(now, key, seen.sequence),
                _ => {}
            }
        }
        match Message::parse(bytes) {
            Ok(Message::Response(response)) => self.response(now, from, &response, out),
            Ok(Message::Request(request)) => self.request(now, from, &request, out),
            Err(_) => self.measured.stray += 1,
        }
    }

    /// What was sent to `to` does not arrive.
    fn undeliverable(
        &mut self,
        now: Now,
        to: SocketAddr,
        why: Unreachable,
        out: &mut Outputs<Event>,
    ) {
        if self.calling == 0 {
            return;
        }
        let keys: Vec<Key> = self.calls.keys().collect();
        for key in keys {
            let Some(call) = self.calls.get_mut(key) else {
                continue;
            };
            let hops = self.plan.to.get(call.destination).map(|to| &to.hops);
            let is_there = hops.and_then(|hops| hops.get(call.hop)) == Some(&to);
            if call.phase == Phase::Calling && is_there {
                self.not_here(now, key, why.into(), out);
            }
        }
    }

    /// Begins nothing more, and ends what there is: one call after the other, for the receivers of so many
    /// requests at once would lose some.
    fn end(&mut self, now: Now) {
        if self.ends.is_some() {
            return;
        }
        self.ends = Some(now + ENDS_WITHIN);
        self.pace = None;
        let keys: Vec<Key> = self.calls.keys().collect();
        let apart = ENDED_WITHIN / u32::try_from(keys.len().max(1)).unwrap_or(u32::MAX);
        let mut due = now;
        for key in keys {
            let Some(call) = self.calls.get_mut(key) else {
                continue;
            };
            call.is_unwanted = true;
            if matches!(call.phase, Phase::Proceeding | Phase::Talking) {
                self.timers.set(key, &mut call.deadline, due);
                due += apart;
            }
        }
    }

    /// What has not ended by now is left to itself.
    fn leave(&mut self) {
        let keys: Vec<Key> = self.calls.keys().collect();
        for key in keys {
            if let Some(call) = self.remove(key)
                && !call.is_counted
            {
                match call.remote {
                    Some(_) => self.measured.not_confirmed += 1,
                    None => self.measured.given_up += 1,
                }
            }
        }
    }

    /// Tells what was measured, and begins anew. A pause that a next hop had asked for does not outlast that: what
    /// cannot be borne at one time may be at another, and is told of it.
    fn measure(&mut self, now: Now, out: &mut Outputs<Event>) {
        self.count(now);
        self.paused.clear();
        self.part += 1;
        self.began = now;
        out.event(Event::Measured(Box::new(self.measured.take())));
    }

    fn count(&mut self, now: Now) {
        self.measured.at_once = self.calls.len() as u64;
        self.measured.lasted_us = u64::try_from(now.since(self.began).as_micros()).unwrap_or(0);
    }

    fn tell(&mut self, now: Now, out: &mut Outputs<Event>) {
        self.count(now);
        let due = self.pace.as_ref().and_then(Pace::due);
        if due.is_none() && self.calls.len() == 0 {
            self.is_over = true;
            out.event(Event::Over(Box::new(self.measured.clone())));
        } else if self.progress <= now {
            self.progress = now + PROGRESS;
            out.event(Event::Progress(Box::new(self.measured.clone())));
        }
    }
}

impl Node for Callers {
    type Command = Command;
    type Event = Event;

    fn handle(&mut self, now: Now, input: Input<Command>, out: &mut Outputs<Event>) {
        let own = port(self.plan.local);
        match input {
            Input::Start => self.start(now),
            Input::Datagram { at, from, bytes } if at == own => {
                self.receive(now, from, &bytes, out);
            }
            Input::Datagram { at, from, bytes } => {
                if let Some(media) = &mut self.media {
                    media.receive(now, at, from, &bytes);
                }
            }
            Input::Undeliverable { at, to, why } if at == own => {
                self.undeliverable(now, to, why, out);
            }
            Input::Command(Command::End) => self.end(now),
            Input::Command(Command::Measure) => self.measure(now, out),
            _ => {}
        }
        while let Some((at, key)) = self.timers.pop(now) {
            if let Some(call) = self.calls.get_mut(key)
                && self.timers.is_due(now, at, key, &mut call.deadline)
            {
                self.call_due(now, key, out);
            }
        }
        if self.ends.is_some_and(|ends| ends <= now) {
            self.leave();
        }
        self.begin_calls(now, out);
        if let Some(media) = &mut self.media {
            media.tick(now, out);
        }
        if !self.is_over {
            self.tell(now, out);
        }
    }

    fn deadline(&self) -> Option<Now> {
        let call = self.pace.as_ref().and_then(Pace::due);
        let media = self.media.as_ref().and_then(Media::deadline);
        let progress = (!self.is_over).then_some(self.progress);
        [call, self.timers.next(), media, progress, self.ends]
            .into_iter()
            .flatten()
            .min()
            .filter(|_| !self.is_over)
    }
}

fn port(at: SocketAddr) -> Port {
    Port(at.port())
}

/// The number of a call's session in its descriptions.
fn session(key: Key) -> u64 {
    u64::from(key.generation) << 32 | u64::from(key.slot)
}
