//! The registration of one agent: at the first registrar that takes it, and refreshed in time.

use std::time::Duration;

use node::Now;
use sip::{
    Authentication, ClientId, Method, Name, Request, Response, StatusCode, UserAgent, uri, uri_in,
    uri_text,
};

use crate::measured::Failure;
use crate::plan::AgentsPlan;

/// How long the last registrar may say nothing: as long as a request lasts (RFC 3261 section 17.1.2.2, timer F).
const LAST_HOP: Duration = Duration::from_secs(32);

/// How long it takes until a registration is tried again that no registrar took.
const RETRY: Duration = Duration::from_secs(2);

/// How often a registrar is asked in one attempt: plainly, and with an answer to its challenge.
const TIMES: u32 = 3;

/// One agent's registration.
pub(crate) struct Registration {
    user: String,
    /// When it is tried or refreshed next, or the present registrar is given up.
    pub(crate) due: Now,
    asked: Option<Asked>,
    authentication: Option<Authentication>,
    /// What no other run has: its messages are not to be taken for this one's (section 10.2).
    run: u64,
    sequence: u32,
    registrar: usize,
    pub(crate) is_registered: bool,
}

/// A REGISTER that was sent.
struct Asked {
    client: ClientId,
    times: u32,
    expires: Duration,
}

/// What came of a REGISTER.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The agent is registered.
    Registered,
    /// The agent is not.
    Not(Failure),
    /// The registrar is asked once more.
    AskedAgain,
    /// The registration is withdrawn.
    Withdrawn,
}

impl Registration {
    /// The registration of `user`, which begins at `due`, in the run of this number.
    pub(crate) fn new(user: &str, due: Now, run: u64) -> Registration {
        Registration {
            user: user.to_owned(),
            due,
            asked: None,
            authentication: None,
            run,
            sequence: 0,
            registrar: 0,
            is_registered: false,
        }
    }

    /// Begins what is due: an attempt, or, where a registrar has said nothing, the one at the next. Then
    /// that it said nothing is told.
    pub(crate) fn tick(
        &mut self,
        now: Now,
        plan: &AgentsPlan,
        ua: &mut UserAgent,
    ) -> (Option<ClientId>, Option<Outcome>) {
        match self.asked.take() {
            None => {
                // It is refreshed where it is, and else begins at the first.
                if !self.is_registered {
                    self.registrar = 0;
                }
                (self.ask(now, plan, ua, plan.expires, 1), None)
            }
            Some(_) => {
                let client = self.next_registrar(now, plan, ua);
                (client, Some(Outcome::Not(Failure::TimedOut)))
            }
        }
    }

    /// Whether it is there, and nothing is under way that ends it.
    pub(crate) fn is_to_be_withdrawn(&self) -> bool {
        let asked = self.asked.as_ref();
        self.is_registered && asked.is_none_or(|asked| !asked.expires.is_zero())
    }

    /// Withdraws it, if there is one.
    pub(crate) fn withdraw(
        &mut self,
        now: Now,
        plan: &AgentsPlan,
        ua: &mut UserAgent,
    ) -> Option<ClientId> {
        match self.is_registered {
            true => self.ask(now, plan, ua, Duration::ZERO, 1),
            false => None,
        }
    }

    /// A registrar has answered, or cannot be asked.
    pub(crate) fn answered(
        &mut self,
        now: Now,
        client: ClientId,
        answer: Result<&Response, Failure>,
        (plan, ua): (&AgentsPlan, &mut UserAgent),
    ) -> (Option<ClientId>, Option<Outcome>) {
        let Some(asked) = self.asked.take_if(|asked| asked.client == client) else {
            return (None, None);
        };
        let why = match answer {
            Ok(response) if response.is_success() => {
                self.is_registered = !asked.expires.is_zero();
                let granted = response.granted(plan.local);
                let granted = granted.map(|seconds| Duration::from_secs(seconds.into()));
                let granted = granted.unwrap_or(asked.expires);
                self.due = now + granted.min(asked.expires).max(RETRY) / 2;
                return match self.is_registered {
                    true => (None, Some(Outcome::Registered)),
                    false => (None, Some(Outcome::Withdrawn)),
                };
            }
            Ok(response) => {
                if asked.times < TIMES && self.challenged(response, plan) {
                    let client = self.ask(now, plan, ua, asked.expires, asked.times + 1);
                    return (client, Some(Outcome::AskedAgain));
                }
                Failure::Refused(response.code.into_u16())
            }
            Err(why) => why,
        };
        if asked.expires.is_zero() {
            self.is_registered = false;
            return (None, Some(Outcome::Withdrawn));
        }
        let client = self.next_registrar(now, plan, ua);
        (client, Some(Outcome::Not(why)))
    }

    /// Whether there is an answer to a challenge.
    fn challenged(&mut self, response: &Response, plan: &AgentsPlan) -> bool {
        let challenges = [
            StatusCode::UNAUTHORIZED,
            StatusCode::PROXY_AUTHENTICATION_REQUIRED,
        ];
        if !challenges.contains(&response.code) {
            return false;
        }
        let Some(by) = plan.credentials.get(&self.user).cloned() else {
            return false;
        };
        let authentication = self
            .authentication
            .get_or_insert_with(|| Authentication::new(by));
        let mut request = Request::new(Method::REGISTER, uri("", plan.local));
        authentication.retry(response, &mut request, "0")
    }

    fn next_registrar(
        &mut self,
        now: Now,
        plan: &AgentsPlan,
        ua: &mut UserAgent,
    ) -> Option<ClientId> {
        self.is_registered = false;
        self.registrar += 1;
        if self.registrar < plan.registrars.len() {
            return self.ask(now, plan, ua, plan.expires, 1);
        }
        self.due = now + RETRY;
        None
    }

    fn ask(
        &mut self,
        now: Now,
        plan: &AgentsPlan,
        ua: &mut UserAgent,
        expires: Duration,
        times: u32,
    ) -> Option<ClientId> {
        let registrar = *plan.registrars.get(self.registrar)?;
        self.sequence += 1;
        let (user, sequence) = (&self.user, self.sequence);
        let of = |name: &str| match &plan.domain {
            Some(domain) => uri_in(domain, name),
            None => uri(name, registrar),
        };
        let mut request = Request::new(Method::REGISTER, of(""));
        let own = format!("<{}>", uri_text(&of(user)));
        let seconds = expires.as_secs().to_string();
        for (name, value) in [
            (Name::MAX_FORWARDS, "70"),
            (Name::FROM, &format!("{own};tag={:08x}{sequence}", self.run)),
            (Name::TO, &own),
            (
                Name::CALL_ID,
                &format!("{user}-{:016x}@{}", self.run, plan.address()),
            ),
            (Name::CSEQ, &format!("{sequence} REGISTER")),
            (Name::CONTACT, &format!("<sip:{user}@{}>", plan.local)),
            (Name::EXPIRES, &seconds),
        ] {
            request.headers.insert(name, value);
        }
        if let Some(authentication) = &mut self.authentication {
            authentication.authorize(&mut request, &format!("{sequence:08x}"));
        }
        let client = ua.request(now, request, registrar);
        self.asked = Some(Asked {
            client,
            times,
            expires,
        });
        let is_last = self.registrar + 1 >= plan.registrars.len();
        self.due = now
            + match is_last {
                true => LAST_HOP,
                false => plan.next_hop,
            };
        Some(client)
    }
}
