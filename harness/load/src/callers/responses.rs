//! What others answer to calls.

use std::net::SocketAddr;
use std::time::Duration;

use node::{Now, Outputs};
use sip::types::header::typed::RetryAfter;
use sip::{Method, Name, Response, StatusCode};

use super::placing::way;
use super::{Callers, port};
use crate::call::{Call, Phase};
use crate::event::Event;
use crate::measured::Failure;
use crate::request::{Of, Remote};
use crate::slots::Key;

/// The pause of who asks for one and does not say how long (RFC 3261 section 21.5.4).
const PAUSE: Duration = Duration::from_secs(1);

/// The longest pause that is kept.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

impl Callers {
    pub(super) fn response(
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
        let code = response.code.into_u16();
        match method {
            Method::INVITE if code < 200 => self.proceeding(now, key, sequence, out),
            Method::INVITE => self.invite_answered(now, (key, sequence), from, response, out),
            Method::BYE => self.bye_answered(key, sequence, code),
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
                        // No other request of this load has that number, whoever else has answered.
                        let sequence = sequence + remote.number();
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
        let known = call.as_ref();
        let known = known.and_then(|call| way(&self.plan, &self.uris, call));
        let ack = match known {
            Some((_, uri)) => self.writer.ack_refusal(of, uri, to),
            None => {
                let uri = response.to_uri().map(|uri| sip::uri_text(&uri));
                self.writer.ack_refusal(of, &uri.unwrap_or_default(), to)
            }
        };
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
        let call = self.calls.get_mut(key);
        let hop = call.and_then(|call| way(&self.plan, &self.uris, call));
        if let Some((hop, _)) = hop {
            let until = self.paused.entry(hop).or_default();
            *until = (*until).max(now + pause);
        }
    }

    pub(super) fn proceeding(
        &mut self,
        now: Now,
        key: Key,
        sequence: u32,
        out: &mut Outputs<Event>,
    ) {
        let patience = self.plan.patience;
        let Some(call) = self.calls.get_mut(key) else {
            return;
        };
        if call.phase != Phase::Calling || call.sequence != sequence {
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
            let took = now.since(call.began);
            self.measured.answered += 1;
            self.measured.to_answer_us.record_time(took);
            if call.part == self.part {
                self.measured.outcome.answered += 1;
                self.measured.outcome.to_answer_us.record_time(took);
            }
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

    pub(super) fn bye_answered(&mut self, key: Key, sequence: u32, code: u16) {
        if code < 200 {
            return;
        }
        let call = self.calls.get_mut(key);
        let Some(call) = call.filter(|call| call.phase == Phase::Ending) else {
            self.measured.stray += 1;
            return;
        };
        if call.sequence != sequence {
            return;
        }
        if !call.is_counted {
            match code {
                200..300 => self.measured.completed += 1,
                _ => self.measured.not_confirmed += 1,
            }
        }
        self.remove(key);
    }

    pub(super) fn cancel_answered(&mut self, now: Now, key: Key, sequence: u32) {
        if let Some(call) = self.calls.get_mut(key)
            && call.phase == Phase::Cancelling
            && call.sequence == sequence
            && let Some(again) = &call.again
        {
            let until = again.until.max(now);
            self.timers.set(key, &mut call.deadline, until);
        }
    }
}
