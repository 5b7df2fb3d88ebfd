//! Placing calls, and what is due in each.

use std::net::SocketAddr;

use node::{Now, Outputs};
use sip::Sdp;
use sip::sdp::Formats;

use super::{Callers, port, session};
use crate::call::{Again, Call, GIVE_UP, Phase, Unanswered};
use crate::event::Event;
use crate::measured::Failure;
use crate::plan::CallsPlan;
use crate::request::Of;
use crate::slots::Key;
use crate::timers::Deadline;

/// How many calls are begun before what has come meanwhile is looked at.
const AT_ONE_TIME: usize = 64;

impl Callers {
    /// Begins the calls that are due.
    pub(super) fn begin_calls(&mut self, now: Now, out: &mut Outputs<Event>) {
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
        let is_open = |hop: &SocketAddr| self.paused.get(hop).is_none_or(|until| *until <= now);
        let to = self.plan.to.get(destination);
        let hop = to.and_then(|to| to.hops.iter().position(is_open));
        let Some(hop) = hop else {
            self.measured.held_back += 1;
            return;
        };
        if self.calls.len() >= self.plan.most {
            self.measured.too_many += 1;
            return;
        }
        let media = self.media.as_mut().map(|media| media.open(now));
        let Some(media) = media.map_or(Some(None), |port| port.map(Some)) else {
            self.measured.too_many += 1;
            return;
        };
        let key = self.calls.insert(Call {
            phase: Phase::Calling,
            began: now,
            part: self.part,
            destination,
            hop,
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
        let Some((hop, uri)) = way(&self.plan, &self.uris, call) else {
            return;
        };
        call.sequence += 1;
        call.version += 1;
        let sdp = match (call.media, &self.media) {
            (Some(port), Some(media)) => offer(key, call.version, media.at(port)).to_bytes(),
            _ => self.without_media.clone(),
        };
        let sequence = call.sequence;
        let bytes = self.writer.invite(Of { key, sequence }, uri, &sdp);
        out.datagram(port(self.plan.local), hop, bytes.clone());
        let is_last = call.hop + 1 == to.hops.len();
        let within = if is_last { GIVE_UP } else { self.plan.next_hop };
        let again = Again::invite(now, bytes, within);
        self.timers.set(key, &mut call.deadline, again.due(now));
        call.again = Some(again);
    }

    /// A next hop has nothing to say to a call, or refuses it: the next one is tried, if there is one.
    pub(super) fn not_here(&mut self, now: Now, key: Key, why: Failure, out: &mut Outputs<Event>) {
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
    pub(super) fn unanswered(&mut self, key: Key, why: Unanswered) {
        let Some(call) = self.remove(key) else {
            return;
        };
        if call.is_counted {
            return;
        }
        match why {
            _ if call.is_unwanted => self.measured.given_up += 1,
            Unanswered::GivenUp => self.measured.given_up += 1,
            Unanswered::Failed(why) => {
                *self.measured.failed.entry(why).or_default() += 1;
                self.measured.outcome.failed += u64::from(call.part == self.part);
            }
        }
    }

    pub(super) fn remove(&mut self, key: Key) -> Option<Call> {
        let call = self.calls.remove(key)?;
        if call.phase == Phase::Calling {
            self.calling -= 1;
        }
        if let (Some(port), Some(media)) = (call.media, &mut self.media) {
            let was_answered = call.remote.is_some();
            let silent = self.measured.heard.silent;
            media.close(port, was_answered.then_some(&mut self.measured.heard));
            if call.part == self.part {
                self.measured.outcome.silent += self.measured.heard.silent - silent;
            }
        }
        Some(call)
    }

    /// Does what is due in a call.
    pub(super) fn call_due(&mut self, now: Now, key: Key, out: &mut Outputs<Event>) {
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
        let hop = way(&self.plan, &self.uris, call).map(|(hop, _)| hop);
        let to = call.remote.as_ref().map(|remote| remote.next_hop).or(hop);
        let Some(again) = &mut call.again else {
            return;
        };
        if again.until > now {
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
            let failed = &mut self.measured.failed;
            *failed.entry(Failure::NotAnswered).or_default() += 1;
            self.measured.outcome.not_answered += u64::from(call.part == self.part);
        }
    }

    pub(super) fn cancel(&mut self, now: Now, key: Key, out: &mut Outputs<Event>) {
        let Some(call) = self.calls.get_mut(key) else {
            return;
        };
        let Some((hop, uri)) = way(&self.plan, &self.uris, call) else {
            return;
        };
        let sequence = call.sequence;
        let bytes = self.writer.cancel(Of { key, sequence }, uri);
        out.datagram(port(self.plan.local), hop, bytes.clone());
        let again = Again::other(now, bytes);
        self.timers.set(key, &mut call.deadline, again.due(now));
        call.again = Some(again);
        call.phase = Phase::Cancelling;
    }

    pub(super) fn hang_up(&mut self, now: Now, key: Key, out: &mut Outputs<Event>) {
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
}

/// The next hop that a call has been sent to, and the URI in it.
pub(super) fn way<'a>(
    plan: &CallsPlan,
    uris: &'a [Vec<String>],
    call: &Call,
) -> Option<(SocketAddr, &'a str)> {
    let hop = plan.to.get(call.destination)?.hops.get(call.hop)?;
    let uri = uris.get(call.destination)?.get(call.hop)?;
    Some((*hop, uri))
}

/// The offer of a call's media.
fn offer(key: Key, version: u32, at: SocketAddr) -> Sdp {
    Sdp::offer_of(Formats::Telephone, session(key), at)
        .reoriginated(session(key), u64::from(version))
}
