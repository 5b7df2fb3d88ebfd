//! A call comes in for a response group and is answered.

use std::net::SocketAddr;

use rand::Rng;
use sip::{Request, Sdp, ServerId, SessionId, StatusCode};

use super::call::{CallId, CallState, Group, GroupCall, LocalMedia, Origin, Treatment};
use crate::pool::core::Core;
use crate::pool::register::user_of;
use crate::pool::turn::Turn;
use crate::store::object::ObjectKey;

/// Who calls if nobody says so.
const UNKNOWN_CALLER: &str = "anonymous";

impl Core {
    /// Answers a call to a workflow. It is answered at once: callers wait on the pool's music.
    pub(in crate::pool) fn serve_call(
        &mut self,
        turn: &mut Turn<'_>,
        server: ServerId,
        request: &Request,
        workflow: &ObjectKey,
    ) {
        let Some(session) = self.ua.accept_invite(turn.now, server) else {
            return;
        };
        if let Err(code) = self.try_answer(turn, session, request, workflow) {
            self.ua.refuse(turn.now, session, code);
        }
    }

    fn try_answer(
        &mut self,
        turn: &mut Turn<'_>,
        session: SessionId,
        request: &Request,
        workflow: &ObjectKey,
    ) -> Result<(), StatusCode> {
        let (group, first) = self
            .begin_with(turn, workflow)
            .ok_or(StatusCode::NOT_FOUND)?;
        let offer = request.sdp().map_err(|_| StatusCode::NOT_ACCEPTABLE_HERE)?;
        let mut end = self
            .new_local_media(turn)
            .ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
        let Some(sdp) = self.describe(&mut end, offer.as_ref()) else {
            self.media.release(end.port);
            return Err(StatusCode::NOT_ACCEPTABLE_HERE);
        };
        self.ua.answer(turn.now, session, sdp);
        let caller = request.from_uri().and_then(|uri| user_of(&uri));
        let caller = caller.unwrap_or_else(|| UNKNOWN_CALLER.to_owned());
        turn.log(format!("{caller} calls {}", group.name));
        let id = self.calls.add(GroupCall {
            group,
            caller,
            a_leg: end.of(session),
            state: CallState::Answered(first),
            due: None,
        });
        if let Some(offer) = offer {
            self.a_leg_takes_media(turn, id, &offer);
        }
        self.reschedule(id);
        Ok(())
    }

    /// Which group it is, and what is done first.
    fn begin_with(&self, turn: &Turn<'_>, workflow: &ObjectKey) -> Option<(Group, Treatment)> {
        let object = self.store.object(workflow)?;
        let workflow = object.workflow()?;
        let group = Group {
            name: object.name.clone(),
            owner: object.owner.clone(),
            agents: workflow.agents,
        };
        let first = match self.closed_action(turn.now, object, workflow) {
            Some(action) => Treatment::Action(action),
            None => Treatment::Queue(workflow.queue.clone()),
        };
        Some((group, first))
    }

    /// The pool's end of a session to be, with a port for its media.
    pub(super) fn new_local_media(&mut self, turn: &Turn<'_>) -> Option<LocalMedia> {
        let port = self.media.take_port(turn.now)?;
        let origin = self.new_origin();
        Some(LocalMedia { port, origin })
    }

    /// An origin that no other session has. RFC 8866 asks for a number; many a reader takes 63
    /// bits at most.
    pub(super) fn new_origin(&mut self) -> Origin {
        Origin {
            session: self.rng.next_u64() >> 2,
            version: 0,
        }
    }

    /// What the pool says of its own media on a leg: an answer to an offer, or else an offer.
    pub(super) fn describe(&self, end: &mut LocalMedia, offer: Option<&Sdp>) -> Option<Sdp> {
        let rtp = SocketAddr::new(self.config.sip.ip(), end.port);
        let origin = end.origin.next();
        let sdp = match offer {
            Some(offer) => offer.answer(origin.session, rtp).ok()?,
            None => Sdp::offer(origin.session, rtp),
        };
        Some(sdp.reoriginated(origin.session, origin.version))
    }

    /// The A leg of a call takes media there: it hears music.
    pub(super) fn a_leg_takes_media(&mut self, turn: &Turn<'_>, id: CallId, sdp: &Sdp) {
        let Some(call) = self.calls.get_mut(id) else {
            return;
        };
        call.a_leg.remote = Some(sdp.rtp());
        if let Some(port) = call.a_leg.port {
            self.media.expect(port, sdp.rtp());
            self.play_music(turn, port, sdp.rtp());
        }
    }

    /// A caller has acknowledged the answer, or an end our answer to its change of the session.
    pub(in crate::pool) fn confirmed(
        &mut self,
        turn: &mut Turn<'_>,
        session: SessionId,
        sdp: Option<Sdp>,
    ) {
        let Some(id) = self.calls.of_session(session) else {
            return;
        };
        let Some(call) = self.calls.get(id) else {
            return;
        };
        let CallState::Answered(first) = &call.state else {
            return;
        };
        let first = first.clone();
        if let Some(answer) = sdp {
            self.a_leg_takes_media(turn, id, &answer);
        }
        match first {
            Treatment::Queue(queue) => self.enter_queue(turn, id, &queue),
            Treatment::Action(action) => self.act(turn, id, &action),
        }
    }
}
