//! Which request goes to which surface.

use bytes::Bytes;
use http::{Method, Request};
use node::RequestId;

use super::state::{Next, Surfaces, View};
use crate::pool::turn::Turn;
use crate::web::reply::{Refusal, no_such_path, parse};
use crate::web::target::Target;

impl Surfaces {
    /// Serves a request of an administrator, or of the partner for one of its own.
    pub(in crate::pool) fn serve_management(
        &mut self,
        turn: &mut Turn<'_>,
        view: View<'_>,
        client: RequestId,
        target: &Target,
        request: &Request<Bytes>,
    ) -> Result<Next, Refusal> {
        let body = request.body();
        match (request.method(), target.path().as_slice()) {
            (&Method::POST, ["management", "export"]) => {
                self.export(turn, view, client, parse(body)?)
            }
            (&Method::POST, ["management", "import"]) => self.import(view, client, parse(body)?),
            (&Method::GET, ["management", surface, kind]) => {
                self.list(turn, client, surface, kind, target)?;
                Ok(Next::Nothing)
            }
            (&Method::PUT, ["management", surface, kind, name]) => {
                let names = (*surface, *kind, *name);
                self.describe_object(turn, view, client, names, target, parse(body)?)
            }
            _ => Err(no_such_path()),
        }
    }

    /// Serves a request of an agent.
    pub(in crate::pool) fn serve_agent(
        &mut self,
        turn: &mut Turn<'_>,
        view: View<'_>,
        client: RequestId,
        agent: &str,
        target: &Target,
        body: &Bytes,
    ) -> Result<Next, Refusal> {
        if self.config.user(agent).is_none() {
            return Err(Refusal::forbidden(format!("{agent} is no user")));
        }
        view.storage.expect_loaded()?;
        match target.path().as_slice() {
            ["console", operation] => {
                self.serve_console(turn, view, client, agent, operation, body)
            }
            _ => Err(no_such_path()),
        }
    }

    /// Serves what the partner asks for one of its agents.
    pub(in crate::pool) fn serve_partner(
        &mut self,
        turn: &mut Turn<'_>,
        view: View<'_>,
        client: RequestId,
        target: &Target,
        body: &Bytes,
    ) -> Result<Next, Refusal> {
        match target.path().as_slice() {
            ["partner", "sign-in"] => Ok(self.sign_in_for_partner(turn, client, parse(body)?)),
            ["partner", "call-on-behalf"] => self.place_call(turn, view, client, parse(body)?),
            _ => Err(no_such_path()),
        }
    }
}
