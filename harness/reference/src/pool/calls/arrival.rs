//! A call comes in for a response group and is answered.

use std::net::SocketAddr;
use std::time::Duration;

use sip::{Name, Request, Response, Sdp, ServerId, SessionId, StatusCode, user_of};

use super::application::Calls;
use super::call::{CallId, CallState, Group, GroupCall, Treatment};
use super::context::{Context, circumstances};
use super::leg::{LocalMedia, Origin};
use super::treatment::closed_action;
use crate::mutant::Mutant;
use crate::store::object::ObjectKey;
use crate::variant::Variant;

/// Who calls if nobody says so.
const UNKNOWN_CALLER: &str = "anonymous";

/// How long a call rings, or has early media, where it is not answered at once.
const RINGS: Duration = Duration::from_millis(400);

/// The same, where that is long.
const RINGS_FOR_LONG: Duration = Duration::from_millis(1_600);

impl Calls {
    /// Answers a call to a workflow. It is answered at once: callers wait on the pool's music.
    pub(in crate::pool) fn serve_call(
        &mut self,
        cx: &mut Context<'_, '_>,
        server: ServerId,
        request: &Request,
        workflow: &ObjectKey,
    ) {
        if self.table.len() >= self.config.limits.calls || !self.media.has_port() {
            let refusal = Response::overloaded(request);
            return cx.ua.respond(cx.now(), server, refusal);
        }
        if self.answers_with_nothing(cx, server, request) {
            return;
        }
        let Some(session) = cx.ua.accept_invite(cx.now(), server) else {
            return;
        };
        if let Err(code) = self.try_answer(cx, session, request, workflow) {
            cx.ua.refuse(cx.now(), session, code);
        }
    }

    fn try_answer(
        &mut self,
        cx: &mut Context<'_, '_>,
        session: SessionId,
        request: &Request,
        workflow: &ObjectKey,
    ) -> Result<(), StatusCode> {
        let (group, first) = self.begin_with(cx, workflow).ok_or(StatusCode::NOT_FOUND)?;
        let offer = request.sdp().map_err(|_| StatusCode::NOT_ACCEPTABLE_HERE)?;
        let is_refused = match self.config.mutant {
            Some(Mutant::CallsWithoutOfferRefused) => true,
            Some(Mutant::CopiesRefuseCallsWithoutOffer) => group.is_copy(&self.config),
            _ => self.config.varies(Variant::RefusesInvitesWithoutOffer),
        };
        if is_refused && offer.is_none() {
            return Err(StatusCode::NOT_ACCEPTABLE_HERE);
        }
        let caller = request.from_uri().map(|uri| user_of(&uri).to_owned());
        let is_user = |caller: &String| self.config.user(caller).is_some();
        if self.config.has(Mutant::UsersCallsToGroupsRefused)
            && caller.as_ref().is_some_and(is_user)
        {
            return Err(StatusCode::FORBIDDEN);
        }
        let mut end = self
            .new_local_media(cx)
            .ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
        let Some(sdp) = self.describe(&mut end, offer.as_ref()) else {
            self.media.release(end.port);
            return Err(StatusCode::NOT_ACCEPTABLE_HERE);
        };
        self.announce_first_agent(cx, session, (&group, &first), &sdp);
        let state = self.begin_answer(cx, session, first, sdp);
        let caller = caller.filter(|user| !user.is_empty());
        let caller = caller.unwrap_or_else(|| UNKNOWN_CALLER.to_owned());
        cx.turn.log(format!("{caller} calls {}", group.name));
        let id = self.table.add(GroupCall {
            group,
            caller,
            a_leg: end.of(session),
            state,
            connected: None,
            due: None,
        });
        // What only rings is heard once it is answered.
        if let Some(offer) = offer
            && !self.rings_first()
        {
            self.a_leg_takes_media(cx, id, &offer);
        }
        self.reschedule(cx, id);
        Ok(())
    }

    /// Whether a mutant answers a call without an offer with none.
    fn answers_with_nothing(
        &self,
        cx: &mut Context<'_, '_>,
        server: ServerId,
        request: &Request,
    ) -> bool {
        let is_without = matches!(request.sdp(), Ok(None));
        if !is_without || !self.config.has(Mutant::CallsWithoutOfferAnsweredWithNone) {
            return false;
        }
        let mut answer = Response::to(request, StatusCode::OK);
        let contact = format!("<sip:{}>", self.config.sip);
        answer.headers.insert(Name::CONTACT, contact);
        cx.ua.respond(cx.now(), server, answer);
        true
    }

    /// Whether a call rings before it is answered.
    fn rings_first(&self) -> bool {
        matches!(
            self.config.variant,
            Some(Variant::RingsBeforeAnswer | Variant::RingsForLong)
        )
    }

    /// Answers a call, or lets it ring first.
    fn begin_answer(
        &self,
        cx: &mut Context<'_, '_>,
        session: SessionId,
        first: Treatment,
        answer: Sdp,
    ) -> CallState {
        let now = cx.now();
        let (code, early) = match self.config.variant {
            Some(Variant::RingsBeforeAnswer | Variant::RingsForLong) => (StatusCode::RINGING, None),
            Some(Variant::EarlyMedia) => (StatusCode::SESSION_PROGRESS, Some(answer.clone())),
            _ => {
                cx.ua.answer(now, session, answer);
                return CallState::Answered(first);
            }
        };
        cx.ua.ring(now, session, code, early);
        let rings = match self.config.varies(Variant::RingsForLong) {
            true => RINGS_FOR_LONG,
            false => RINGS,
        };
        CallState::Early {
            first,
            answer: Box::new(answer),
            until: now + rings,
        }
    }

    /// A call has rung, or its caller has been greeted, for long enough.
    pub(super) fn open(&mut self, cx: &mut Context<'_, '_>, id: CallId) {
        let Some(call) = self.table.get_mut(id) else {
            return;
        };
        match &call.state {
            CallState::Early { first, answer, .. } => {
                let (first, answer) = (first.clone(), answer.as_ref().clone());
                call.state = CallState::Answered(first);
                let session = call.a_leg.session;
                cx.ua.answer(cx.now(), session, answer);
                let rang = self.rings_first();
                let caller = cx.ua.session(session).filter(|_| rang);
                if let Some(offer) = caller.and_then(|caller| caller.remote_sdp().cloned()) {
                    self.a_leg_takes_media(cx, id, &offer);
                }
            }
            CallState::Greeted { first, .. } => {
                let first = first.clone();
                self.treat(cx, id, first);
            }
            _ => {}
        }
    }

    /// How long callers are greeted before their call goes anywhere.
    fn greeting(&self) -> Option<Duration> {
        match self.config.variant {
            Some(Variant::GreetsCallers) => Some(Duration::from_millis(3_000)),
            Some(Variant::AlertsLate) => Some(Duration::from_millis(500)),
            _ => None,
        }
    }

    fn treat(&mut self, cx: &mut Context<'_, '_>, id: CallId, first: Treatment) {
        match first {
            Treatment::Queue(queue) => self.enter_queue(cx, id, &queue),
            Treatment::Action(action) => self.act(cx, id, &action),
        }
    }

    /// Which group it is, and what is done first.
    fn begin_with(
        &self,
        cx: &mut Context<'_, '_>,
        workflow: &ObjectKey,
    ) -> Option<(Group, Treatment)> {
        let object = cx.store.object(workflow)?;
        let workflow = object.workflow()?;
        let group = Group {
            name: object.name.clone(),
            owner: object.owner.clone(),
            agents: workflow.agents,
        };
        let first =
            match closed_action(cx.now(), self.config.wall_clock, cx.store, object, workflow) {
                Some(action) => Treatment::Action(action),
                None => Treatment::Queue(workflow.queue.clone()),
            };
        Some((group, first))
    }

    /// The pool's end of a session to be, with a port for its media.
    pub(super) fn new_local_media(&mut self, cx: &mut Context<'_, '_>) -> Option<LocalMedia> {
        let port = self.media.take_port(cx.now())?;
        let origin = Origin::new(cx, &self.config);
        Some(LocalMedia { port, origin })
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

    /// The A leg of a call takes media there: it hears music, unless it holds the call.
    pub(super) fn a_leg_takes_media(&mut self, cx: &mut Context<'_, '_>, id: CallId, sdp: &Sdp) {
        let Some(call) = self.table.get_mut(id) else {
            return;
        };
        call.a_leg.describes(sdp);
        let (is_deaf, session) = (call.a_leg.is_deaf(), call.a_leg.session);
        let about = circumstances(&self.config, cx, &call.group, 0);
        let Some(port) = call.a_leg.port else {
            return;
        };
        self.media.expect(port, sdp.rtp());
        let is_quiet = self.config.has(Mutant::WaitingHoldsEndMusic)
            && self.table.held_at.contains_key(&session);
        match is_deaf || is_quiet {
            true => self.media.stop(port),
            false => self.media.play_music(cx.turn, (port, sdp.rtp()), about),
        }
    }

    /// A caller has acknowledged the answer, or an end our answer to its change of the session.
    pub(super) fn confirmed(
        &mut self,
        cx: &mut Context<'_, '_>,
        session: SessionId,
        sdp: Option<Sdp>,
    ) {
        let Some(id) = self.table.of_session(session) else {
            return;
        };
        let Some(call) = self.table.get(id) else {
            return;
        };
        let CallState::Answered(first) = &call.state else {
            return self.change_confirmed(cx, id, session, sdp);
        };
        let first = first.clone();
        let is_ignored = match self.config.mutant {
            Some(Mutant::LateAnswersIgnored) => true,
            Some(Mutant::CopiesIgnoreLateAnswers) => call.group.is_copy(&self.config),
            _ => false,
        };
        if let Some(answer) = sdp.filter(|_| !is_ignored) {
            self.a_leg_takes_media(cx, id, &answer);
        }
        match self.greeting() {
            Some(greeting) => {
                let until = cx.now() + greeting;
                if let Some(call) = self.table.get_mut(id) {
                    call.state = CallState::Greeted { first, until };
                }
                self.reschedule(cx, id);
            }
            None => self.treat(cx, id, first),
        }
    }
}
