//! Which HTTP request goes where, and who may make it.

use bytes::Bytes;
use http::{Method, Request};
use node::{Admission, Head, LONGEST_BODY, RequestId};

use super::parts::Parts;
use crate::pool::serving::{self, AnswerWhen, FailbackRequest};
use crate::pool::turn::Turn;
use crate::protocol::LONGEST_IMPORT;
use crate::web::credentials;
use crate::web::reply::{self, Refusal, no_such_path, parse};
use crate::web::target::Target;

/// Who may use the management surfaces.
const ADMINISTRATOR: &str = "administrator";

impl Parts {
    /// Whether a request is read, and how much of it: nothing of a stranger's, and more than a
    /// description takes only of what an administrator imports, and of the partner's heartbeat, which
    /// brings its directory.
    pub(in crate::pool) fn admit(&self, head: &Head) -> Admission {
        let target = Target::of(&head.uri);
        if target.path() == ["health"] {
            return Admission::Read(0);
        }
        let Some(user) = credentials::user(&head.headers, &self.config.password) else {
            return Admission::Answer(Box::new(reply::unauthorized()));
        };
        match target.path().as_slice() {
            ["management", "import"] if self.may_manage(&user) => Admission::Read(LONGEST_IMPORT),
            ["partner", "heartbeat"] if self.is_partner(&user) => Admission::Read(LONGEST_IMPORT),
            _ => Admission::Read(LONGEST_BODY),
        }
    }

    /// Answers a request, at once or later.
    pub(super) fn serve(&mut self, turn: &mut Turn<'_>, id: RequestId, request: &Request<Bytes>) {
        let target = Target::of(request.uri());
        if target.path() == ["health"] {
            return self.answer_health(turn, id);
        }
        let Some(user) = credentials::user(request.headers(), &self.config.password) else {
            return turn.respond(id, reply::unauthorized());
        };
        let outcome = match target.path().first() {
            Some(&"partner") => self.serve_partner(turn, id, &user, &target, request.body()),
            Some(&"management") => self.serve_management(turn, id, &user, &target, request),
            Some(&"console") => self.serve_agent(turn, id, &user, &target, request.body()),
            _ => Err(no_such_path()),
        };
        if let Err(refusal) = outcome {
            turn.respond(id, refusal.response());
        }
    }

    fn answer_health(&self, turn: &mut Turn<'_>, id: RequestId) {
        let response = match self.storage.expect_loaded() {
            Ok(()) => reply::done(),
            Err(refusal) => refusal.response(),
        };
        turn.respond(id, response);
    }

    fn serve_partner(
        &mut self,
        turn: &mut Turn<'_>,
        id: RequestId,
        user: &str,
        target: &Target,
        body: &Bytes,
    ) -> Result<(), Refusal> {
        if !self.is_partner(user) {
            let error = format!("{user} is not the partner of {}", self.config.name);
            return Err(Refusal::forbidden(error));
        }
        match target.path().as_slice() {
            ["partner", "heartbeat"] => {
                let heartbeat =
                    reply::read(body).map_err(|error| Refusal::malformed(error.to_string()))?;
                self.learn(turn, heartbeat)?;
                turn.respond(id, reply::ok(&self.serving.heartbeat(&self.storage)));
            }
            ["partner", "fail-back"] => {
                let step: FailbackRequest = parse(body)?;
                self.enqueue(turn, serving::Update::Step(step, id).into());
            }
            _ => {
                let next = self.with_surfaces(|surfaces, view| {
                    surfaces.serve_partner(turn, view, id, target, body)
                })?;
                self.carry_out(turn, next);
            }
        }
        Ok(())
    }

    fn serve_management(
        &mut self,
        turn: &mut Turn<'_>,
        id: RequestId,
        user: &str,
        target: &Target,
        request: &Request<Bytes>,
    ) -> Result<(), Refusal> {
        if !self.may_manage(user) {
            return Err(Refusal::forbidden(format!("{user} is no administrator")));
        }
        let body = request.body();
        match (request.method(), target.path().as_slice()) {
            (&Method::GET, ["management", "status"]) => turn.respond(id, self.serving.status()),
            (&Method::GET, ["management", "jobs", job]) => {
                turn.respond(id, self.serving.job_status(job)?);
            }
            (&Method::POST, ["management", "fail-over"]) => {
                self.storage.expect_loaded()?;
                let (asked, answer) = (parse(body)?, answer_when(target));
                if let Some(update) = self.serving.invoke_failover(turn, id, &asked, answer)? {
                    self.enqueue(turn, update.into());
                }
            }
            (&Method::POST, ["management", "fail-back"]) => {
                self.storage.expect_loaded()?;
                let (asked, answer) = (parse(body)?, answer_when(target));
                self.serving.invoke_failback(turn, id, &asked, answer)?;
            }
            _ => {
                let next = self.with_surfaces(|surfaces, view| {
                    surfaces.serve_management(turn, view, id, target, request)
                })?;
                self.carry_out(turn, next);
            }
        }
        Ok(())
    }

    fn serve_agent(
        &mut self,
        turn: &mut Turn<'_>,
        id: RequestId,
        user: &str,
        target: &Target,
        body: &Bytes,
    ) -> Result<(), Refusal> {
        let next = self.with_surfaces(|surfaces, view| {
            surfaces.serve_agent(turn, view, id, user, target, body)
        })?;
        self.carry_out(turn, next);
        Ok(())
    }

    /// An administrator may, and the partner for one of its own.
    fn may_manage(&self, user: &str) -> bool {
        user == ADMINISTRATOR || self.is_partner(user)
    }

    fn is_partner(&self, user: &str) -> bool {
        let partner = self.config.partner_name();
        partner.is_some_and(|name| name.0 == user)
    }
}

fn answer_when(target: &Target) -> AnswerWhen {
    match target.says_yes("begin") {
        true => AnswerWhen::Begun,
        false => AnswerWhen::Done,
    }
}
