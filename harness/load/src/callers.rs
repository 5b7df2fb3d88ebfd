//! Callers, who place calls at a rate.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use node::{Input, Node, Now, Outputs, Port, Unreachable};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;
use sip::sdp::Formats;
use sip::types::header::typed::RetryAfter;
use sip::{
    Direction, Message, Method, Name, Request, Response, Sdp, StatusCode, refusal_of, respond,
};

use crate::call::{Again, Call, GIVE_UP, Phase, Unanswered};
use crate::event::{Command, Event};
use crate::measured::{Failure, Measured};
use crate::media::Media;
use crate::pace::Pace;
use crate::plan::CallsPlan;
use crate::request::{ALLOW, Of, Remote, Writer};
use crate::slots::{Key, Slots};
use crate::timers::{Deadline, Timers};

/// How often is told how far the load has come.
const PROGRESS: Duration = Duration::from_secs(1);

/// How many calls are begun before what has come meanwhile is looked at.
const AT_ONE_TIME: usize = 64;

/// How long calls may take to end once the load is to end.
const ENDS_WITHIN: Duration = Duration::from_secs(4);

/// Within which time the callers end all calls then.
const ENDED_WITHIN: Duration = Duration::from_millis(1_500);

/// The pause of who asks for one and does not say how long (RFC 3261 section 21.5.4).
const PAUSE: Duration = Duration::from_secs(1);

/// The longest pause that is kept.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Callers at one SIP port. They begin as soon as they are started, and tell [`Event::Over`] when the last
/// call has ended.
pub struct Callers {
    plan: CallsPlan,
    writer: Writer,
    /// The offer of calls without media.
    without_media: Bytes,
    calls: Slots<Call>,
    timers: Timers,
    media: Option<Media>,
    /// Until when each destination has asked not to be called.
    paused: Vec<Now>,
    pace: Option<Pace>,
    began: Now,
    /// How many calls were due.
    turn: usize,
    /// How many calls have had nothing come of them yet.
    calling: usize,
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
        let writer = Writer {
            local: plan.local,
            run: rng.next_u32(),
        };
        let discard = SocketAddr::new(plan.local.ip(), 9);
        let offer = Sdp::offer(u64::from(writer.run), discard);
        let media = plan.media;
        Callers {
            without_media: offer.with_direction(Direction::Inactive).to_bytes(),
            media: media.map(|ports| Media::new(plan.local.ip(), ports, rng)),
            paused: vec![Now::ZERO; plan.to.len()],
            plan,
            writer,
            calls: Slots::new(),
            timers: Timers::default(),
            pace: None,
            began: Now::ZERO,
            turn: 0,
            calling: 0,
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

    /// Begins the calls that are due.
    fn begin_calls(&mut self, now: Now, out: &mut Outputs<Event>) {
        for _ in 0..AT_ONE_TIME {
            let Some(missed) = self.pace.as_mut().and_then(|pace| pace.take(now)) else {
                return;
            };
            self.measured.missed += missed;
            self.turn = (self.turn + 1) % self.plan.to.len().max(1);
            self.begin_call(now, self.turn, out);
        }
    }

    fn begin_call(&mut self, now: Now, destination: usize, out: &mut Outputs<Event>) {
        let is_paused = self
            .paused
            .get(destination)
            .is_none_or(|until| now < *until);
        if is_paused || self.calls.len() >= self.plan.most {
            self.measured.held_back += 1;
            return;
        }
        let media = self.media.as_mut().map(|media| media.open(now));
        let Some(media) = media.map_or(Some(None), |port| port.map(Some)) else {
            self.measured.held_back += 1;
            return;
        };
        let key = self.calls.insert(Call {
            phase: Phase::Calling,
            began: now,
            destination,
            hop: 0,
            sequence: 0,
            is_counted: false,
            is_unwanted: false,
            remote: None,
            media,
            version: 0,
            deadline: Deadline::default(),
            again: None,
        });
        self.measured.attempted += 1;
        self.measured.most_at_once = self.measured.most_at_once.max(self.calls.len() as u64);
        self.calling += 1;
        self.invite(now, key, out);
    }

    /// Sends a call's INVITE to its next hop.
    fn invite(&mut self, now: Now, key: Key, out: &mut Outputs<Event>) {
        let Some(call) = self.calls.get_mut(key) else {
            return;
        };
        let Some(to) = self.plan.to.get(call.destination) else {
            return;
        };
        let Some(hop) = to.hops.get(call.hop).copied() else {
            return;
        };
        call.sequence += 1;
        call.version += 1;
        let sdp = match (call.media, &self.media) {
            (Some(port), Some(media)) => offer(key, call.version, media.at(port)).to_bytes(),
            _ => self.without_media.clone(),
        };
        let sequence = call.sequence;
        let bytes = self.writer.invite(Of { key, sequence }, &to.uri(hop), &sdp);
        out.datagram(port(self.plan.local), hop, bytes.clone());
        let is_last = call.hop + 1 == to.hops.len();
        let within = if is_last { GIVE_UP } else { self.plan.next_hop };
        let again = Again::invite(now, bytes, within);
        self.timers.set(key, &mut call.deadline, again.due(now));
        call.again = Some(again);
    }

    /// A next hop has nothing to say to a call, or refuses it: the next one is tried, if there is one.
    fn not_here(&mut self, now: Now, key: Key, why: Failure, out: &mut Outputs<Event>) {
        let Some(call) = self.calls.get_mut(key) else {
            return;
        };
        let hops = self
            .plan
            .to
            .get(call.destination)
            .map_or(0, |to| to.hops.len());
        // Nobody anywhere will take what is refused so (section 21.6).
        let is_for_all = matches!(why, Failure::Refused(600..));
        let is_left = call.is_unwanted || call.is_counted;
        if is_left || is_for_all || call.hop + 1 >= hops {
            return self.unanswered(key, Unanswered::Failed(why));
        }
        call.hop += 1;
        if call.phase != Phase::Calling {
            call.phase = Phase::Calling;
            self.calling += 1;
        }
        self.invite(now, key, out);
    }

    /// A call is over that was not answered.
    fn unanswered(&mut self, key: Key, why: Unanswered) {
        let Some(call) = self.remove(key) else {
            return;
        };
        if call.is_counted {
            return;
        }
        match why {
            _ if call.is_unwanted => self.measured.given_up += 1,
            Unanswered::GivenUp => self.measured.given_up += 1,
            Unanswered::Failed(why) => *self.measured.failed.entry(why).or_default() += 1,
        }
    }

    fn remove(&mut self, key: Key) -> Option<Call> {
        let call = self.calls.remove(key)?;
        if call.phase == Phase::Calling {
            self.calling -= 1;
        }
        if let (Some(port), Some(media)) = (call.media, &mut self.media) {
            let was_answered = call.remote.is_some();
            media.close(port, was_answered.then_some(&mut self.measured.heard));
        }
        Some(call)
    }

    /// Does what is due in a call.
    fn call_due(&mut self, now: Now, key: Key, out: &mut Outputs<Event>) {
        let Some(call) = self.calls.get_mut(key) else {
            return;
        };
        let from = port(self.plan.local);
        match call.phase {
            Phase::Talking => return self.hang_up(now, key, out),
            Phase::Proceeding => {
                self.count_not_answered(key);
                return self.cancel(now, key, out);
            }
            Phase::Calling | Phase::Cancelling | Phase::Ending => {}
        }
        let Some(again) = &mut call.again else {
            return;
        };
        if again.until > now {
            let hop = self.plan.to.get(call.destination).map(|to| &to.hops);
            let hop = hop.and_then(|hops| hops.get(call.hop)).copied();
            let to = call.remote.as_ref().map(|remote| remote.next_hop).or(hop);
            if let Some(to) = to {
                out.datagram(from, to, again.bytes.clone());
            }
            again.repeat();
            let due = again.due(now);
            return self.timers.set(key, &mut call.deadline, due);
        }
        match call.phase {
            Phase::Ending => {
                self.measured.not_confirmed += u64::from(!call.is_counted);
                self.remove(key);
            }
            Phase::Cancelling => self.unanswered(key, Unanswered::GivenUp),
            _ => self.not_here(now, key, Failure::TimedOut, out),
        }
    }

    /// It rings and rings.
    fn count_not_answered(&mut self, key: Key) {
        if let Some(call) = self.calls.get_mut(key)
            && !call.is_unwanted
        {
            call.is_counted = true;
            *self
                .measured
                .failed
                .entry(Failure::NotAnswered)
                .or_default() += 1;
        }
    }

    fn cancel(&mut self, now: Now, key: Key, out: &mut Outputs<Event>) {
        let Some(call) = self.calls.get_mut(key) else {
            return;
        };
        let Some(to) = self.plan.to.get(call.destination) else {
            return;
        };
        let Some(hop) = to.hops.get(call.hop).copied() else {
            return;
        };
        let sequence = call.sequence;
        let bytes = self.writer.cancel(Of { key, sequence }, &to.uri(hop));
        out.datagram(port(self.plan.local), hop, bytes.clone());
        let again = Again::other(now, bytes);
        self.timers.set(key, &mut call.deadline, again.due(now));
        call.again = Some(again);
        call.phase = Phase::Cancelling;
    }

    fn hang_up(&mut self, now: Now, key: Key, out: &mut Outputs<Event>) {
        let Some(call) = self.calls.get_mut(key) else {
            return;
        };
        let Some(remote) = &call.remote else { return };
        call.sequence += 1;
        let sequence = call.sequence;
        let bytes = self.writer.bye(Of { key, sequence }, remote);
        out.datagram(port(self.plan.local), remote.next_hop, bytes.clone());
        let again = Again::other(now, bytes);
        self.timers.set(key, &mut call.deadline, again.due(now));
        call.again = Some(again);
        call.phase = Phase::Ending;
    }

    fn receive(&mut self, now: Now, from: SocketAddr, bytes: &Bytes, out: &mut Outputs<Event>) {
        match Message::parse(bytes) {
            Ok(Message::Response(response)) => self.response(now, from, &response, out),
            Ok(Message::Request(request)) => self.request(now, from, &request, out),
            Err(_) => self.measured.stray += 1,
        }
    }

    fn response(
        &mut self,
        now: Now,
        from: SocketAddr,
        response: &Response,
        out: &mut Outputs<Event>,
    ) {
        let Some(key) = self.writer.key_of(response.call_id()) else {
            self.measured.stray += 1;
            return;
        };
        let (sequence, method) = response.cseq();
        match method {
            Method::INVITE => self.invite_answered(now, (key, sequence), from, response, out),
            Method::BYE if !response.is_provisional() => self.bye_answered(key, sequence, response),
            // The INVITE's final response follows; until then nothing is to be said again.
            Method::CANCEL => self.cancel_answered(now, key, sequence),
            _ => {}
        }
    }

    fn invite_answered(
        &mut self,
        now: Now,
        (key, sequence): (Key, u32),
        from: SocketAddr,
        response: &Response,
        out: &mut Outputs<Event>,
    ) {
        let of = Of { key, sequence };
        let own = port(self.plan.local);
        let code = response.code.into_u16();
        let call = self.calls.get_mut(key);
        let is_open = |call: &&mut Call| {
            let waits = matches!(
                call.phase,
                Phase::Calling | Phase::Proceeding | Phase::Cancelling
            );
            waits && call.sequence == sequence
        };
        let call = match (call, code) {
            (Some(call), 100..200) if is_open(&call) => return self.proceeding(now, key, out),
            (_, 100..200) => return,
            (call, 200..300) => {
                let remote = Remote::of(response, from);
                out.datagram(own, remote.next_hop, self.writer.ack(of, &remote));
                match call {
                    Some(call) if is_open(&call) => {
                        return self.answered(now, key, remote, response, out);
                    }
                    Some(call)
                        if call
                            .remote
                            .as_ref()
                            .is_some_and(|known| known.is_peer(&remote)) => {}
                    // Another one has answered as well, or nobody waits any more: that call is ended.
                    _ => {
                        let sequence = sequence + 1;
                        let bye = self.writer.bye(Of { key, sequence }, &remote);
                        out.datagram(own, remote.next_hop, bye);
                    }
                }
                self.measured.stray += 1;
                return;
            }
            (call, _) => call,
        };
        // What is refused is acknowledged each time, by whoever the URI in To says that it was for.
        let to = response.header(&Name::TO).unwrap_or_default();
        let uri = match &call {
            Some(call) => self.plan.to.get(call.destination).map(|to| to.uri(from)),
            None => response.to_uri().map(|uri| sip::uri_text(&uri)),
        };
        let ack = self.writer.ack_refusal(of, &uri.unwrap_or_default(), to);
        out.datagram(own, from, ack);
        if !call.is_some_and(|call| is_open(&call)) {
            self.measured.stray += 1;
            return;
        }
        if response.code == StatusCode::SERVICE_UNAVAILABLE {
            self.pause(now, key, response);
        }
        self.not_here(now, key, Failure::Refused(code), out);
    }

    /// Whoever has too much to do asks not to be called for a while (section 21.5.4).
    fn pause(&mut self, now: Now, key: Key, response: &Response) {
        let asked = response.headers.decoded::<RetryAfter>(&Name::RETRY_AFTER);
        let pause = match asked {
            Some(Ok(retry)) => Duration::from_secs(retry.value.into()).min(LONGEST_PAUSE),
            Some(Err(_)) => PAUSE,
            None => return,
        };
        let destination = self.calls.get_mut(key).map(|call| call.destination);
        if let Some(until) = destination.and_then(|place| self.paused.get_mut(place)) {
            *until = (*until).max(now + pause);
        }
    }

    fn proceeding(&mut self, now: Now, key: Key, out: &mut Outputs<Event>) {
        let patience = self.plan.patience;
        let Some(call) = self.calls.get_mut(key) else {
            return;
        };
        if call.phase != Phase::Calling {
            return;
        }
        call.phase = Phase::Proceeding;
        call.again = None;
        self.calling -= 1;
        if call.is_unwanted {
            return self.cancel(now, key, out);
        }
        let due = (call.began + patience).max(now);
        self.timers.set(key, &mut call.deadline, due);
    }

    fn answered(
        &mut self,
        now: Now,
        key: Key,
        remote: Remote,
        response: &Response,
        out: &mut Outputs<Event>,
    ) {
        let hold = self.plan.hold;
        let Some(call) = self.calls.get_mut(key) else {
            return;
        };
        if call.phase == Phase::Calling {
            self.calling -= 1;
        }
        call.phase = Phase::Talking;
        call.again = None;
        call.remote = Some(Box::new(remote));
        let is_wanted = !call.is_unwanted && !call.is_counted;
        if call.is_unwanted && !call.is_counted {
            self.measured.given_up += 1;
            call.is_counted = true;
        }
        if is_wanted {
            self.measured.answered += 1;
            self.measured
                .to_answer_us
                .record_time(now.since(call.began));
            if let (Some(port), Some(media)) = (call.media, &mut self.media)
                && let Ok(Some(sdp)) = response.sdp()
            {
                media.send_to(now, port, &sdp);
            }
        }
        if is_wanted && !hold.is_zero() {
            let due = now + hold;
            return self.timers.set(key, &mut call.deadline, due);
        }
        self.hang_up(now, key, out);
    }

    fn bye_answered(&mut self, key: Key, sequence: u32, response: &Response) {
        let call = self.calls.get_mut(key);
        let Some(call) = call.filter(|call| call.phase == Phase::Ending) else {
            self.measured.stray += 1;
            return;
        };
        if call.sequence != sequence {
            return;
        }
        if !call.is_counted {
            match response.is_success() {
                true => self.measured.completed += 1,
                false => self.measured.not_confirmed += 1,
            }
        }
        self.remove(key);
    }

    fn cancel_answered(&mut self, now: Now, key: Key, sequence: u32) {
        if let Some(call) = self.calls.get_mut(key)
            && call.phase == Phase::Cancelling
            && call.sequence == sequence
            && let Some(again) = &call.again
        {
            let until = again.until.max(now);
            self.timers.set(key, &mut call.deadline, until);
        }
    }

    fn request(&mut self, now: Now, from: SocketAddr, request: &Request, out: &mut Outputs<Event>) {
        if request.method == Method::ACK {
            return self.acknowledged(now, request);
        }
        let key = self.writer.key_of(request.call_id());
        let key = key.filter(|_| request.is_in_dialog());
        let response = match (&request.method, key) {
            (&Method::OPTIONS, _) => Response::to(request, StatusCode::OK),
            (&Method::BYE, Some(key)) => self.ended(key, request),
            (&Method::INVITE, Some(key)) => self.changed(now, key, request),
            (&Method::INVITE, None) => Response::to(request, StatusCode::BUSY_HERE),
            (&Method::BYE | &Method::CANCEL, _) => {
                Response::to(request, StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST)
            }
            (method, _) => Response::to(request, refusal_of(method)),
        };
        let mut response = response;
        response.headers.insert(Name::ALLOW, ALLOW);
        let tag = format!("{:08x}", self.writer.run);
        let transmit = respond(from, response, &tag);
        out.datagram(port(self.plan.local), transmit.to, transmit.bytes);
    }

    /// The other end has ended a call; or says so again.
    fn ended(&mut self, key: Key, request: &Request) -> Response {
        let call = self.calls.get_mut(key);
        let Some(call) = call.filter(|call| call.remote.is_some()) else {
            let code = match self.calls.is_past(key) {
                true => StatusCode::OK,
                false => StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST,
            };
            return Response::to(request, code);
        };
        if !call.is_counted {
            // Both ends may hang up at once.
            match call.phase {
                Phase::Ending => self.measured.completed += 1,
                _ => self.measured.cut_short += 1,
            }
        }
        self.remove(key);
        Response::to(request, StatusCode::OK)
    }

    /// The other end changes a call's media (section 14.2). An answer that is lost is given again when the
    /// INVITE comes again.
    fn changed(&mut self, now: Now, key: Key, request: &Request) -> Response {
        let refused = |code| Response::to(request, code);
        let call = self.calls.get_mut(key);
        let Some(call) = call.filter(|call| call.remote.is_some()) else {
            return refused(StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST);
        };
        let Ok(theirs) = request.sdp() else {
            return refused(StatusCode::NOT_ACCEPTABLE_HERE);
        };
        call.version += 1;
        let (session, version) = (session(key), call.version);
        let (at, direction) = match (call.media, &self.media) {
            (Some(port), Some(media)) => (media.at(port), Direction::SendRecv),
            _ => (
                SocketAddr::new(self.plan.local.ip(), 9),
                Direction::Inactive,
            ),
        };
        let ours = match &theirs {
            None => Ok(Sdp::offer(session, at).with_direction(direction)),
            Some(offer) if offer.is_without_audio() => Ok(offer.refusal(session)),
            Some(offer) => offer.answer_of(Formats::Telephone, session, at),
        };
        let Ok(ours) = ours else {
            return refused(StatusCode::NOT_ACCEPTABLE_HERE);
        };
        let ours = match direction {
            Direction::Inactive => ours.with_direction(Direction::Inactive),
            _ => ours,
        };
        if let (Some(theirs), Some(port), Some(media)) = (theirs, call.media, &mut self.media) {
            media.send_to(now, port, &theirs);
        }
        if let Some(remote) = &mut call.remote
            && let Some(contact) = request.contact()
        {
            remote.retarget(&contact);
        }
        let mut response = Response::to(request, StatusCode::OK);
        let contact = format!("<sip:{}>", self.plan.local);
        response.headers.insert(Name::CONTACT, contact);
        response.set_sdp(&ours.reoriginated(session, u64::from(version)));
        response
    }

    /// Our answer had an offer, and this has the answer to that.
    fn acknowledged(&mut self, now: Now, request: &Request) {
        let key = self.writer.key_of(request.call_id());
        let call = key.and_then(|key| self.calls.get_mut(key));
        if let Some(port) = call.and_then(|call| call.media)
            && let Some(media) = &mut self.media
            && let Ok(Some(theirs)) = request.sdp()
        {
            media.send_to(now, port, &theirs);
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

    fn tell(&mut self, now: Now, out: &mut Outputs<Event>) {
        self.measured.at_once = self.calls.len() as u64;
        self.measured.lasted_us = u64::try_from(now.since(self.began).as_micros()).unwrap_or(0);
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

/// The offer of a call's media.
fn offer(key: Key, version: u32, at: SocketAddr) -> Sdp {
    Sdp::offer_of(Formats::Telephone, session(key), at)
        .reoriginated(session(key), u64::from(version))
}
