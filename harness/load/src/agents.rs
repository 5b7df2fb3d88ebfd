//! Agents, who register and answer whatever comes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use node::{Input, Node, Now, Outputs, Port};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;
use sip::sdp::Formats;
use sip::{
    ClientId, Direction, EndedBy, Failure as NoResponse, Method, Request, Response, Sdp, ServerId,
    SessionId, StatusCode, Timing, UaEvent, UserAgent,
};

use crate::event::{Command, Event};
use crate::measured::{Failure, Measured};
use crate::media::Media;
use crate::plan::AgentsPlan;
use crate::registration::{Outcome, Registration};

/// How often is told how far the load has come.
const PROGRESS: Duration = Duration::from_secs(1);

/// How far apart agents register at first: a registrar is not to be flooded.
const APART: Duration = Duration::from_millis(2);

/// How far apart registrations are withdrawn at most.
const WITHDRAWN_APART: Duration = Duration::from_millis(1);

/// In which time all registrations are withdrawn.
const WITHDRAWN_WITHIN: Duration = Duration::from_secs(2);

/// How long it may take until all is over once it is to be.
const ENDS_WITHIN: Duration = Duration::from_secs(3);

/// Agents at one SIP port. They go on until they are told to end.
pub struct Agents {
    plan: AgentsPlan,
    ua: UserAgent,
    agents: Vec<Registration>,
    /// The agents by the times at which something is due in their registration.
    due: BTreeSet<(Now, usize)>,
    asked: BTreeMap<ClientId, usize>,
    calls: BTreeMap<SessionId, Call>,
    /// The calls that ring, by when they are answered.
    ringing: BTreeSet<(Now, SessionId)>,
    media: Option<Media>,
    /// What no other run has.
    run: u64,
    began: Now,
    progress: Now,
    ends: Option<Now>,
    is_over: bool,
    measured: Measured,
}

/// A call to an agent.
struct Call {
    /// When it began to ring.
    began: Now,
    /// When it is answered, while it rings.
    answered_at: Option<Now>,
    /// The offer; without one, the answer makes it.
    offer: Option<Sdp>,
    media: Option<Port>,
    version: u64,
    /// Whether the agent has hung up.
    is_hung_up: bool,
}

impl Agents {
    /// Agents who do what `plan` says. All that is random in what they send comes from `seed`.
    pub fn new(plan: AgentsPlan, seed: [u8; 32]) -> Agents {
        let mut rng = ChaCha8Rng::from_seed(seed);
        let mut for_media = [0; 32];
        rng.fill_bytes(&mut for_media);
        let run = rng.next_u64();
        let media = plan.media;
        let rng_of_media = ChaCha8Rng::from_seed(for_media);
        Agents {
            ua: UserAgent::new(plan.local, rng, Timing::default()),
            media: media.map(|ports| Media::new(plan.address(), ports, rng_of_media)),
            agents: Vec::new(),
            due: BTreeSet::new(),
            asked: BTreeMap::new(),
            calls: BTreeMap::new(),
            ringing: BTreeSet::new(),
            run,
            began: Now::ZERO,
            progress: Now::ZERO,
            ends: None,
            is_over: false,
            measured: Measured::default(),
            plan,
        }
    }

    fn start(&mut self, now: Now) {
        (self.began, self.progress) = (now, now + PROGRESS);
        if self.plan.registrars.is_empty() {
            return;
        }
        let mut due = now;
        for (place, user) in self.plan.users.iter().enumerate() {
            self.agents.push(Registration::new(user, due, self.run));
            self.due.insert((due, place));
            due += APART;
        }
    }

    /// Does to an agent's registration what `change` does, and notes what comes of it.
    fn registration(
        &mut self,
        now: Now,
        place: usize,
        change: impl FnOnce(
            &mut Registration,
            &AgentsPlan,
            &mut UserAgent,
        ) -> (Option<ClientId>, Option<Outcome>),
    ) {
        let Some(agent) = self.agents.get_mut(place) else {
            return;
        };
        self.due.remove(&(agent.due, place));
        let was_registered = agent.is_registered;
        let (client, outcome) = change(agent, &self.plan, &mut self.ua);
        self.asked.extend(client.map(|client| (client, place)));
        match (was_registered, agent.is_registered) {
            (false, true) => self.measured.registered += 1,
            (true, false) => self.measured.registered -= 1,
            _ => {}
        }
        if let Some(Outcome::Not(why)) = outcome {
            *self.measured.not_registered.entry(why).or_default() += 1;
        }
        if self.ends.is_none() {
            self.due.insert((agent.due, place));
        } else if agent.is_to_be_withdrawn() {
            // What was asked for before the end has been granted since.
            agent.due = now;
            self.due.insert((now, place));
        }
    }

    fn on_sip(&mut self, now: Now, event: UaEvent) {
        match event {
            UaEvent::Request {
                server, request, ..
            } => self.requested(now, server, &request),
            UaEvent::Response { client, response } => {
                self.registrar_answered(now, client, Ok(&response));
            }
            UaEvent::NoResponse { client, why } => {
                let why = match why {
                    NoResponse::TimedOut => Failure::TimedOut,
                    NoResponse::Unreachable(why) => why.into(),
                };
                self.registrar_answered(now, client, Err(why));
            }
            UaEvent::Confirmed {
                session,
                sdp: Some(sdp),
            } => self.send_to(now, session, &sdp),
            UaEvent::Reinvited { session, sdp } => self.changed(now, session, sdp),
            UaEvent::Ended { session, why } => self.ended(session, why == EndedBy::Bye),
            UaEvent::HungUp { session, .. } => self.ended(session, false),
            UaEvent::Cancelled { session } => self.cancelled(session),
            UaEvent::Malformed { .. } => self.measured.stray += 1,
            _ => {}
        }
    }

    fn registrar_answered(
        &mut self,
        now: Now,
        client: ClientId,
        answer: Result<&Response, Failure>,
    ) {
        if answer.is_ok_and(|response| response.is_provisional()) {
            return;
        }
        let Some(place) = self.asked.remove(&client) else {
            return;
        };
        self.registration(now, place, |agent, plan, ua| {
            agent.answered(now, client, answer, (plan, ua))
        });
    }

    fn requested(&mut self, now: Now, server: ServerId, request: &Request) {
        match request.method {
            Method::INVITE => self.called(now, server, request),
            Method::OPTIONS => {
                self.ua
                    .respond_with_allow(now, server, request, StatusCode::OK);
            }
            Method::BYE => {
                let code = StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST;
                self.ua.respond(now, server, Response::to(request, code));
            }
            _ => self.ua.refuse_method(now, server, request),
        }
    }

    fn called(&mut self, now: Now, server: ServerId, request: &Request) {
        let offer = request.sdp();
        let Some(session) = self.ua.accept_invite(now, server) else {
            return;
        };
        self.measured.attempted += 1;
        let Ok(offer) = offer else {
            return self.refuse(now, session, StatusCode::NOT_ACCEPTABLE_HERE);
        };
        if self.ends.is_some() {
            return self.refuse(now, session, StatusCode::BUSY_HERE);
        }
        let media = self.media.as_mut().map(|media| media.open(now));
        let Some(media) = media.map_or(Some(None), |port| port.map(Some)) else {
            return self.refuse(now, session, StatusCode::BUSY_HERE);
        };
        let answered_at = now + self.plan.ring;
        self.ua.ring(now, session, StatusCode::RINGING, None);
        self.ringing.insert((answered_at, session));
        let call = Call {
            began: now,
            answered_at: Some(answered_at),
            offer,
            media,
            version: 0,
            is_hung_up: false,
        };
        self.calls.insert(session, call);
        let at_once = self.calls.len() as u64;
        self.measured.most_at_once = self.measured.most_at_once.max(at_once);
    }

    fn answer(&mut self, now: Now, session: SessionId) {
        let Some(call) = self.calls.get_mut(&session) else {
            return;
        };
        call.answered_at = None;
        let began = call.began;
        let offer = call.offer.take();
        match self.describe(session, offer.as_ref()) {
            Some(sdp) => {
                self.measured.answered += 1;
                self.measured.to_answer_us.record_time(now.since(began));
                self.ua.answer(now, session, sdp);
                if let Some(offer) = offer {
                    self.send_to(now, session, &offer);
                }
            }
            None => {
                self.refuse(now, session, StatusCode::NOT_ACCEPTABLE_HERE);
                self.forget(session, false);
            }
        }
    }

    fn refuse(&mut self, now: Now, session: SessionId, code: StatusCode) {
        let refused = Failure::Refused(code.into_u16());
        *self.measured.failed.entry(refused).or_default() += 1;
        self.ua.refuse(now, session, code);
    }

    /// What this end of a call describes, to this offer or as one; nothing if the offer is of no use.
    fn describe(&mut self, session: SessionId, offer: Option<&Sdp>) -> Option<Sdp> {
        let call = self.calls.get_mut(&session)?;
        call.version += 1;
        let number = 1 + u64::from(self.plan.local.port());
        let (at, is_silent) = match (call.media, &self.media) {
            (Some(port), Some(media)) => (media.at(port), false),
            _ => ((self.plan.address(), 9).into(), true),
        };
        let sdp = match offer {
            None => Sdp::offer_of(Formats::Telephone, number, at),
            Some(offer) if offer.is_without_audio() => offer.refusal(number),
            Some(offer) => offer.answer_of(Formats::Telephone, number, at).ok()?,
        };
        let sdp = sdp.reoriginated(number, call.version);
        Some(match is_silent {
            true => sdp.with_direction(Direction::Inactive),
            false => sdp,
        })
    }

    fn changed(&mut self, now: Now, session: SessionId, offer: Option<Sdp>) {
        match self.describe(session, offer.as_ref()) {
            Some(sdp) => {
                self.ua.answer_reinvite(now, session, Ok(sdp));
                if let Some(offer) = offer {
                    self.send_to(now, session, &offer);
                }
            }
            None => {
                let refusal = Err(StatusCode::NOT_ACCEPTABLE_HERE);
                self.ua.answer_reinvite(now, session, refusal);
            }
        }
    }

    fn send_to(&mut self, now: Now, session: SessionId, peer: &Sdp) {
        let call = self.calls.get(&session);
        if let (Some(port), Some(media)) = (call.and_then(|call| call.media), &mut self.media) {
            media.send_to(now, port, peer);
        }
    }

    /// A call is over: by the caller's BYE, which was answered, or because nobody was there any more.
    fn ended(&mut self, session: SessionId, is_in_order: bool) {
        let Some(call) = self.calls.get(&session) else {
            return;
        };
        match (call.is_hung_up, is_in_order) {
            // Agents hang up when all is to end, whether it is confirmed or not.
            (true, _) => {}
            (false, true) => self.measured.completed += 1,
            (false, false) => self.measured.not_confirmed += 1,
        }
        self.forget(session, true);
    }

    /// The caller has given up, or somebody else has answered.
    fn cancelled(&mut self, session: SessionId) {
        self.measured.given_up += u64::from(self.calls.contains_key(&session));
        self.forget(session, false);
    }

    fn forget(&mut self, session: SessionId, was_answered: bool) {
        let Some(call) = self.calls.remove(&session) else {
            return;
        };
        if let Some(at) = call.answered_at {
            self.ringing.remove(&(at, session));
        }
        if let (Some(port), Some(media)) = (call.media, &mut self.media) {
            media.close(port, was_answered.then_some(&mut self.measured.heard));
        }
    }

    fn end(&mut self, now: Now) {
        if self.ends.is_some() {
            return;
        }
        self.ends = Some(now + ENDS_WITHIN);
        self.due.clear();
        let sessions: Vec<SessionId> = self.calls.keys().copied().collect();
        for session in sessions {
            let Some(call) = self.calls.get_mut(&session) else {
                continue;
            };
            call.is_hung_up = true;
            let rings = call.answered_at.is_some();
            self.ua.hang_up(now, session);
            if rings {
                self.measured.given_up += 1;
                self.forget(session, false);
            }
        }
        let agents = u32::try_from(self.agents.len()).unwrap_or(u32::MAX);
        let apart = WITHDRAWN_APART.min(WITHDRAWN_WITHIN / agents.max(1));
        let mut due = now;
        for (place, agent) in self.agents.iter_mut().enumerate() {
            agent.due = due;
            self.due.insert((due, place));
            due += apart;
        }
    }

    fn tick(&mut self, now: Now, out: &mut Outputs<Event>) {
        while let Some((at, session)) = self.ringing.first().copied()
            && at <= now
        {
            self.ringing.pop_first();
            self.answer(now, session);
        }
        while let Some((at, place)) = self.due.first().copied()
            && at <= now
        {
            let ends = self.ends.is_some();
            self.registration(now, place, |agent, plan, ua| match ends {
                true => (agent.withdraw(now, plan, ua), None),
                false => agent.tick(now, plan, ua),
            });
        }
        if let Some(media) = &mut self.media {
            media.tick(now, out);
        }
    }

    /// Tells what was measured, and begins anew.
    fn measure(&mut self, now: Now, out: &mut Outputs<Event>) {
        self.count(now);
        self.began = now;
        out.event(Event::Measured(Box::new(self.measured.take())));
    }

    fn count(&mut self, now: Now) {
        self.measured.at_once = self.calls.len() as u64;
        self.measured.lasted_us = u64::try_from(now.since(self.began).as_micros()).unwrap_or(0);
    }

    fn tell(&mut self, now: Now, out: &mut Outputs<Event>) {
        self.count(now);
        let is_over = self.ends.is_some_and(|ends| {
            let is_done = self.calls.is_empty() && self.measured.registered == 0;
            is_done || ends <= now
        });
        if is_over {
            self.is_over = true;
            out.event(Event::Over(Box::new(self.measured.clone())));
        } else if self.progress <= now {
            self.progress = now + PROGRESS;
            out.event(Event::Progress(Box::new(self.measured.clone())));
        }
    }
}

impl Node for Agents {
    type Command = Command;
    type Event = Event;

    fn handle(&mut self, now: Now, input: Input<Command>, out: &mut Outputs<Event>) {
        let own = Port(self.plan.local.port());
        match input {
            Input::Start => self.start(now),
            Input::Datagram { at, from, bytes } if at == own => self.ua.receive(now, from, &bytes),
            Input::Datagram { at, from, bytes } => {
                if let Some(media) = &mut self.media {
                    media.receive(now, at, from, &bytes);
                }
            }
            Input::Undeliverable { at, to, why } if at == own => {
                self.ua.undeliverable(now, to, why);
            }
            Input::Command(Command::End) => self.end(now),
            Input::Command(Command::Measure) => self.measure(now, out),
            Input::Deadline => self.ua.tick(now),
            _ => {}
        }
        self.tick(now, out);
        loop {
            while let Some(transmit) = self.ua.poll_transmit() {
                out.datagram(own, transmit.to, transmit.bytes);
            }
            let Some(event) = self.ua.poll_event() else {
                break;
            };
            self.on_sip(now, event);
        }
        if !self.is_over {
            self.tell(now, out);
        }
    }

    fn deadline(&self) -> Option<Now> {
        let due = self.due.first().map(|(at, _)| *at);
        let answer = self.ringing.first().map(|(at, _)| *at);
        let media = self.media.as_ref().and_then(Media::deadline);
        let progress = Some(self.progress);
        [self.ua.deadline(), due, answer, media, progress, self.ends]
            .into_iter()
            .flatten()
            .min()
            .filter(|_| !self.is_over)
    }
}
