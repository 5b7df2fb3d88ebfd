//! What turns a verb into HTTP exchanges with a pool, and reads the answers: the target's
//! bindings, its secrets, and the walk's timing.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use model::verb::{Row, VerbOutcome};
use model::walk::Timing;
use target::binding::BoundVerb;
use target::{BindError, HttpBinding, Reading, Secrets, Target, Variables, Words};

use crate::Network;
use crate::errands::Errand;

/// How a target's verbs are carried out.
pub struct Desk {
    target: Target,
    secrets: Secrets,
    timing: Timing,
}

/// A question to a pool.
pub(crate) struct Question {
    pub(crate) to: SocketAddr,
    pub(crate) request: Request<Bytes>,
    /// How long to wait for the answer.
    pub(crate) timeout: Duration,
}

/// Why there is no question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoQuestion {
    /// The target's file and what is known do not make one.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The pool is nowhere.
    #[error("the pool that is to be asked has no address")]
    NoAddress,
}

impl Desk {
    /// The desk for `target`, with its `secrets`; failover and failback take as long as `timing`
    /// says.
    pub fn new(target: Target, secrets: Secrets, timing: Timing) -> Desk {
        Desk {
            target,
            secrets,
            timing,
        }
    }

    /// How `errand` is carried out, if the target binds its verb.
    pub(crate) fn way(&self, errand: &Errand) -> Option<BoundVerb<'_>> {
        self.target.bound(errand.verb, errand.about.surface)
    }

    /// The target's own words.
    pub(crate) fn words(&self) -> &Words {
        &self.target.words
    }

    /// The question that `http` makes of `errand`. `captured` is what earlier answers brought.
    pub(crate) fn question(
        &self,
        http: &HttpBinding,
        errand: &Errand,
        captured: &BTreeMap<String, String>,
        network: &Network,
    ) -> Result<Question, NoQuestion> {
        let (verb, at) = (errand.verb, errand.at);
        let variables = Variables::new(verb, at, &errand.about, &self.timing, self.words());
        let request = http.request(&variables.with_captured(captured), &self.secrets)?;
        let pool = network
            .pools
            .get(&http.at.of(at))
            .ok_or(NoQuestion::NoAddress)?;
        Ok(Question {
            to: pool.http,
            request,
            timeout: http.timeout.get(),
        })
    }

    /// `reading` without any secret in what goes into the journal.
    pub(crate) fn redacted(&self, reading: Reading) -> Reading {
        let redact = |text: String| self.secrets.redact(&text);
        let rows = reading.rows.map(|rows| {
            let redact_row = |row: Row| Row {
                group: redact(row.group),
                value: row.value.map(redact),
                ..row
            };
            rows.into_iter().map(redact_row).collect()
        });
        let outcome = match reading.outcome {
            VerbOutcome::Refused { why } => VerbOutcome::Refused { why: redact(why) },
            VerbOutcome::NoAnswer { why } => VerbOutcome::NoAnswer { why: redact(why) },
            outcome => outcome,
        };
        Reading {
            outcome,
            rows,
            captured: reading.captured,
        }
    }
}
