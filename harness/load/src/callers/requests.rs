//! What the other ends of calls ask for.

use std::net::SocketAddr;

use node::{Now, Outputs};
use sip::sdp::Formats;
use sip::{Direction, Method, Name, Request, Response, Sdp, StatusCode, refusal_of, respond};

use super::{Callers, port, session};
use crate::call::Phase;
use crate::event::Event;
use crate::request::ALLOW;
use crate::slots::Key;

impl Callers {
    pub(super) fn request(
        &mut self,
        now: Now,
        from: SocketAddr,
        request: &Request,
        out: &mut Outputs<Event>,
    ) {
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
                _ => {
                    self.measured.cut_short += 1;
                    self.measured.outcome.cut_short += u64::from(call.part == self.part);
                }
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
}
