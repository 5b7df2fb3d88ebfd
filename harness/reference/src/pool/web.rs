//! Which HTTP request goes where, and who may make it.

use bytes::Bytes;
use http::{Method, Request};
use node::RequestId;
use serde::de::DeserializeOwned;

use super::core::Core;
use super::job::Answer;
use super::turn::Turn;
use crate::web::credentials;
use crate::web::reply::{self, Refusal};
use crate::web::target::Target;

/// Who may use the management surfaces.
const ADMINISTRATOR: &str = "administrator";

impl Core {
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
            Some(&"partner") => self.serve_partner(turn, id, &user, &target, request),
            Some(&"management") => self.serve_management(turn, id, &user, &target, request),
            Some(&"console") => self.serve_agent(turn, id, &user, &target, request.body()),
            _ => Err(no_such_path()),
        };
        if let Err(refusal) = outcome {
            turn.respond(id, refusal.response());
        }
    }

    fn answer_health(&self, turn: &mut Turn<'_>, id: RequestId) {
        let response = match self.storage.is_loaded() {
            true => reply::done(),
            false => Refusal::unavailable("the database is not loaded").response(),
        };
        turn.respond(id, response);
    }

    fn serve_partner(
        &mut self,
        turn: &mut Turn<'_>,
        id: RequestId,
        user: &str,
        target: &Target,
        request: &Request<Bytes>,
    ) -> Result<(), Refusal> {
        if self.config.partner_name().is_none_or(|name| name.0 != user) {
            let error = format!("{user} is not the partner of {}", self.here());
            return Err(Refusal::forbidden(error));
        }
        let body = request.body();
        match target.path().as_slice() {
            ["partner", "heartbeat"] => {
                let answer = self.answer_heartbeat(turn, body)?;
                turn.respond(id, answer);
                Ok(())
            }
            ["partner", "fail-back"] => self.take_step(turn, id, parse(body)?),
            ["partner", "sign-in"] => self.sign_in_for_partner(turn, id, parse(body)?),
            ["partner", "call-on-behalf"] => self.call_for_partner(turn, id, parse(body)?),
            _ => Err(no_such_path()),
        }
    }

    fn serve_management(
        &mut self,
        turn: &mut Turn<'_>,
        id: RequestId,
        user: &str,
        target: &Target,
        request: &Request<Bytes>,
    ) -> Result<(), Refusal> {
        let is_partner = self
            .config
            .partner_name()
            .is_some_and(|name| name.0 == user);
        if user != ADMINISTRATOR && !is_partner {
            return Err(Refusal::forbidden(format!("{user} is no administrator")));
        }
        let body = request.body();
        let answer = match target.says_yes("begin") {
            true => Answer::WhenBegun,
            false => Answer::WhenDone,
        };
        match (request.method(), target.path().as_slice()) {
            (&Method::GET, ["management", "status"]) => {
                turn.respond(id, self.status());
                Ok(())
            }
            (&Method::GET, ["management", "jobs", job]) => {
                turn.respond(id, self.job_status(job)?);
                Ok(())
            }
            (&Method::POST, ["management", "fail-over"]) => {
                self.expect_loaded()?;
                self.fail_over(turn, id, &parse(body)?, answer)
            }
            (&Method::POST, ["management", "fail-back"]) => {
                self.expect_loaded()?;
                self.fail_back(turn, id, &parse(body)?, answer)
            }
            (&Method::POST, ["management", "export"]) => self.export(turn, id, parse(body)?),
            (&Method::POST, ["management", "import"]) => self.import(turn, id, parse(body)?),
            (&Method::GET, ["management", surface, kind]) => {
                self.list(turn, id, surface, kind, target)
            }
            (&Method::PUT, ["management", surface, kind, name]) => {
                self.describe_object(turn, id, (surface, kind, name), target, parse(body)?)
            }
            _ => Err(no_such_path()),
        }
    }

    fn serve_agent(
        &mut self,
        turn: &mut Turn<'_>,
        id: RequestId,
        user: &str,
        target: &Target,
        body: &Bytes,
    ) -> Result<(), Refusal> {
        if self.config.user(user).is_none() {
            return Err(Refusal::forbidden(format!("{user} is no user")));
        }
        self.expect_loaded()?;
        match target.path().as_slice() {
            ["console", operation] => self.serve_console(turn, id, user, operation, body),
            _ => Err(no_such_path()),
        }
    }

    /// Whoever asks a pool that does not know its record asks too early.
    pub(super) fn expect_loaded(&self) -> Result<(), Refusal> {
        match self.storage.is_loaded() {
            true => Ok(()),
            false => Err(Refusal::unavailable("the database is not loaded")),
        }
    }
}

/// Reads a body; an empty one counts as an empty object.
pub(super) fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refusal> {
    reply::read_or_empty(body).map_err(|error| Refusal::malformed(error.to_string()))
}

/// 404.
pub(super) fn no_such_path() -> Refusal {
    Refusal::unknown("a pool has no such path")
}
