//! What callers and agents share: a user agent, a voice, and calls.
//!
//! Everything on the wire is journalled: each SIP message in full, each flow of RTP summed up.
//! A party is patient: it never hangs up by itself, whatever it hears or does not hear.
//!
//! - `placing`: the calls that are placed from here.
//! - `alerted`: the calls that come here.

mod alerted;
mod placing;

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use model::journal::event::{Direction, EndedBy, Event};
use model::topology::Behaviour;
use node::{Input, Now, Outputs};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use sip::sdp::Sdp;
use sip::{ClientId, Failure, Request, Response, SessionId, StatusCode, UaEvent, UserAgent};

use self::alerted::Alerted;
use self::placing::Placing;
use crate::call::{Call, wanted_at};
use crate::hops::{self, Hops};
use crate::media::Media;
use crate::redact::redacted;
use crate::{Command, Place};

/// A user agent that places and takes calls.
pub(crate) struct Party {
    place: Place,
    habits: Habits,
    user_agent: UserAgent,
    random: ChaCha8Rng,
    media: Media,
    /// How many calls there have been.
    numbered: u64,
    placing: Option<Placing>,
    alerted: BTreeMap<SessionId, Alerted>,
    answered: Option<(SessionId, Call)>,
    replies: VecDeque<Reply>,
}

/// What a party is like.
pub(crate) struct Habits {
    /// The pools that it asks to carry its calls, in order.
    pub(crate) hops: Hops,
    /// How long it waits for a silent one.
    pub(crate) next_hop: Duration,
    /// What it does when alerted.
    pub(crate) behaviour: Behaviour,
}

/// What came of a request outside of any call.
pub(crate) struct Reply {
    pub(crate) client: ClientId,
    pub(crate) outcome: Result<Box<Response>, Failure>,
}

impl Party {
    pub(crate) fn new(place: Place, habits: Habits) -> Party {
        let draws = |stream| {
            let mut draws = ChaCha8Rng::from_seed(place.seed);
            draws.set_stream(stream);
            draws
        };
        let user_agent = UserAgent::new(place.sip_address(), draws(0), sip::Timing::default())
            .with_contact_user(&place.name);
        Party {
            user_agent,
            random: draws(1),
            media: Media::new(place.rtp, &place.name, draws(2)),
            place,
            habits,
            numbered: 0,
            placing: None,
            alerted: BTreeMap::new(),
            answered: None,
            replies: VecDeque::new(),
        }
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// Takes one input. Those that are nothing to a party are left alone.
    pub(crate) fn handle(&mut self, now: Now, input: Input<Command>, out: &mut Outputs<Event>) {
        self.media.tick(now, out);
        match input {
            Input::Datagram { at, from, bytes } if at == self.place.rtp => {
                return self.media.receive(now, from, &bytes, out);
            }
            Input::Datagram { at, from, bytes } if at == self.place.sip => {
                self.receive(now, from, &bytes, out);
            }
            Input::Undeliverable { at, to, why } if at == self.place.sip => {
                self.user_agent.undeliverable(now, to, why);
            }
            Input::Command(Command::Call { to }) => self.call(now, to, out),
            Input::Command(Command::HangUp) => self.hang_up(now, out),
            Input::Command(Command::Behave(behaviour)) => self.habits.behaviour = behaviour,
            _ => {}
        }
        self.tick(now, out);
        self.settle(now, out);
    }

    /// When [`Input::Deadline`] is wanted.
    pub(crate) fn deadline(&self) -> Option<Now> {
        let gives_up = self.placing.as_ref().and_then(|placing| placing.give_up);
        let accepts = self.alerted.values().filter_map(|alerted| alerted.accept);
        accepts
            .chain(gives_up)
            .chain(self.user_agent.deadline())
            .chain(self.media.deadline())
            .min()
    }

    /// Sends a request outside of any call; [`Party::poll_reply`] tells what comes of it.
    pub(crate) fn request(&mut self, now: Now, request: Request, to: SocketAddr) -> ClientId {
        self.user_agent.request(now, request, to)
    }

    /// What came of requests outside of any call, in order.
    pub(crate) fn poll_reply(&mut self) -> Option<Reply> {
        self.replies.pop_front()
    }

    /// Sends what the user agent wants sent, and follows up what it tells.
    pub(crate) fn settle(&mut self, now: Now, out: &mut Outputs<Event>) {
        loop {
            while let Some(transmit) = self.user_agent.poll_transmit() {
                out.event(Event::Sip {
                    direction: Direction::Out,
                    peer: transmit.to,
                    message: redacted(&transmit.bytes),
                });
                out.datagram(self.place.sip, transmit.to, transmit.bytes);
            }
            let Some(event) = self.user_agent.poll_event() else {
                return;
            };
            self.follow(now, event, out);
        }
    }

    fn receive(&mut self, now: Now, from: SocketAddr, bytes: &Bytes, out: &mut Outputs<Event>) {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return; // a keep-alive (RFC 5626 section 3.5.1)
        }
        out.event(Event::Sip {
            direction: Direction::In,
            peer: from,
            message: redacted(bytes),
        });
        self.user_agent.receive(now, from, bytes);
    }

    fn tick(&mut self, now: Now, out: &mut Outputs<Event>) {
        let due = |deadline: Option<Now>| deadline.is_some_and(|deadline| deadline <= now);
        if due(self.user_agent.deadline()) {
            self.user_agent.tick(now);
        }
        // An answer that comes at the last moment has come in time.
        self.settle(now, out);
        if due(self.placing.as_ref().and_then(|placing| placing.give_up)) {
            self.abandon_hop(now, out);
        }
        let accepts = self.alerted.iter().find(|(_, alerted)| due(alerted.accept));
        if let Some(session) = accepts.map(|(session, _)| *session) {
            self.accept(now, session, out);
        }
    }

    fn follow(&mut self, now: Now, event: UaEvent, out: &mut Outputs<Event>) {
        match event {
            UaEvent::Request {
                server,
                request,
                from,
            } => self.requested(now, server, &request, from, out),
            UaEvent::Response { client, response } => {
                let outcome = Ok(response);
                self.replies.push_back(Reply { client, outcome });
            }
            UaEvent::NoResponse { client, why } => {
                let outcome = Err(why);
                self.replies.push_back(Reply { client, outcome });
            }
            UaEvent::Progress { session, .. } => self.hop_works(session),
            UaEvent::Answered { session, sdp } => self.hop_answered(now, session, sdp, out),
            UaEvent::Refused { session, code, .. } => self.hop_refused(now, session, code, out),
            UaEvent::Failed { session, why } => {
                self.hop_failed(now, session, hops::no_response(why), out);
            }
            UaEvent::Confirmed { session, sdp } => self.described(now, session, sdp.as_ref(), out),
            UaEvent::Reinvited { session, sdp } => self.reinvited(now, session, sdp, out),
            UaEvent::Cancelled { session } => self.cancelled(session, out),
            UaEvent::Ended { session, why } => self.ended(session, why, out),
            // Nothing follows from these; what was on the wire is journalled. A party takes every
            // INVITE and sends no re-INVITE; what becomes of a call that it has ended is not its
            // business any more, and the user agent itself answers what it cannot read.
            UaEvent::Ack { .. }
            | UaEvent::Cancel { .. }
            | UaEvent::Reanswered { .. }
            | UaEvent::HungUp { .. }
            | UaEvent::Forked { .. }
            | UaEvent::Malformed { .. } => {}
        }
    }

    // ---- the call that is answered --------------------------------------------------------

    /// The other end described its media.
    fn described(
        &mut self,
        now: Now,
        session: SessionId,
        sdp: Option<&Sdp>,
        out: &mut Outputs<Event>,
    ) {
        let (Some(call), Some(sdp)) = (answered(&mut self.answered, session), sdp) else {
            return;
        };
        if let Some(media) = call.moved(sdp) {
            let call = call.name.clone();
            out.event(Event::Moved { call, media });
        }
        self.media.speak(now, wanted_at(sdp), out);
    }

    /// A re-INVITE: with an offer, which is answered; or without, then this end offers, and the
    /// answer comes with the ACK.
    fn reinvited(
        &mut self,
        now: Now,
        session: SessionId,
        offer: Option<Sdp>,
        out: &mut Outputs<Event>,
    ) {
        let rtp = self.place.rtp_address();
        let Some(call) = answered(&mut self.answered, session) else {
            let gone = Err(StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST);
            return self.user_agent.answer_reinvite(now, session, gone);
        };
        let own = match &offer {
            Some(offer) => call.answer(offer, rtp),
            None => Ok(call.offer(rtp)),
        };
        let acceptable = own.is_ok();
        let own = own.map_err(|_| StatusCode::NOT_ACCEPTABLE_HERE);
        self.user_agent.answer_reinvite(now, session, own);
        if acceptable {
            self.described(now, session, offer.as_ref(), out);
        }
    }

    fn ended(&mut self, session: SessionId, why: sip::EndedBy, out: &mut Outputs<Event>) {
        let by = match why {
            sip::EndedBy::Bye => EndedBy::Bye,
            sip::EndedBy::NoAck | sip::EndedBy::NotThere => EndedBy::Broken,
        };
        if let Some((_, call)) = self.answered.take_if(|(answered, _)| *answered == session) {
            self.over(call, by, out);
        }
    }

    // ---- all calls ------------------------------------------------------------------------

    /// Ends whatever calls there are.
    fn hang_up(&mut self, now: Now, out: &mut Outputs<Event>) {
        if let Some(placing) = self.placing.take() {
            self.user_agent.cancel(now, placing.session);
            self.over(placing.call, EndedBy::HungUp, out);
        }
        for session in self.alerted.keys().copied().collect::<Vec<_>>() {
            self.decline(now, session, StatusCode::TEMPORARILY_UNAVAILABLE, out);
        }
        if let Some((session, call)) = self.answered.take() {
            self.user_agent.hang_up(now, session);
            self.over(call, EndedBy::HungUp, out);
        }
    }

    /// The call that has media is over.
    fn over(&mut self, call: Call, by: EndedBy, out: &mut Outputs<Event>) {
        self.media.close(out);
        let call = call.name;
        out.event(Event::Ended { call, by });
    }

    /// The call that keeps this end busy. Those that are left ringing do not.
    fn occupied_by(&self) -> Option<&Call> {
        let placing = self.placing.as_ref().map(|placing| &placing.call);
        let answered = self.answered.as_ref().map(|(_, call)| call);
        let accepting = self
            .alerted
            .values()
            .filter(|alerted| alerted.accept.is_some());
        placing
            .into_iter()
            .chain(answered)
            .chain(accepting.map(|alerted| &alerted.call))
            .next()
    }

    fn new_call(&mut self) -> Call {
        self.numbered += 1;
        let name = format!("{}/{}", self.place.name, self.numbered);
        // RFC 4566 wants a number; 32 bits are what every implementation reads.
        Call::new(name, u64::from(self.random.next_u32()))
    }
}

/// The answered call, if it is `session`.
fn answered(answered: &mut Option<(SessionId, Call)>, session: SessionId) -> Option<&mut Call> {
    let (_, call) = answered
        .as_mut()
        .filter(|(answered, _)| *answered == session)?;
    Some(call)
}
