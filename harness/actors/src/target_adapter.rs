//! Turns a verb into HTTP exchanges with a pool, and reads the replies: the target's bindings, its
//! secrets, and the walk's timing.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use model::topology::Pool;
use model::verb::{Row, VerbOutcome};
use model::walk::Timing;
use node::sockets::{Identity, Tls, TlsError, Trust};
use sip::Transport;
use sip::digest::Credentials;
use target::binding::BoundVerb;
use target::{
    BindError, CommandBinding, HttpBinding, Reading, Secrets, SipDomain, SipTransport, Target,
    Variables, Words,
};

use crate::AddressBook;
use crate::operation::Operation;
use crate::run::RunRequest;

/// How a target's verbs are carried out: its file, as an actor uses it.
pub struct TargetAdapter {
    target: Target,
    secrets: Secrets,
    timing: Timing,
    commands: Commands,
}

/// Whether somebody runs the commands that verbs are bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commands {
    /// Nobody does.
    NotRun,
    /// Whoever has the machines does.
    Run,
}

/// An HTTP request to a pool.
pub(crate) struct PoolRequest {
    pub(crate) to: SocketAddr,
    pub(crate) request: Request<Bytes>,
    /// How long to wait for the reply.
    pub(crate) timeout: Duration,
}

/// Why a request cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PoolRequestError {
    /// The target's template cannot be filled in.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The address book does not have the pool.
    #[error("the pool that is to be asked has no address")]
    NoAddress,
}

impl TargetAdapter {
    /// The adapter of `target`, with its `secrets`; failover and failback take as long as `timing`
    /// says. Nobody runs commands.
    pub fn new(target: Target, secrets: Secrets, timing: Timing) -> TargetAdapter {
        TargetAdapter {
            target,
            secrets,
            timing,
            commands: Commands::NotRun,
        }
    }

    /// The same adapter, where commands are run, or are not.
    #[must_use]
    pub fn with_commands(self, commands: Commands) -> TargetAdapter {
        TargetAdapter { commands, ..self }
    }

    /// Whether somebody runs commands.
    pub(crate) const fn runs_commands(&self) -> bool {
        matches!(self.commands, Commands::Run)
    }

    /// What the target binds the operation's verb to, if to anything.
    pub(crate) fn bound(&self, operation: &Operation) -> Option<BoundVerb<'_>> {
        self.target.bound(operation.verb, operation.about.surface)
    }

    /// What `agent`, homed in `home`, answers with when its registration or a call is challenged.
    pub(crate) fn credentials(&self, agent: &str, home: Pool) -> Option<Credentials> {
        let (user, password) = self.target.credentials(agent, home, &self.secrets)?;
        Some(Credentials { user, password })
    }

    /// By which transport its servers are asked.
    pub(crate) fn transport(&self) -> Transport {
        match self.target.transport {
            SipTransport::Udp => Transport::Udp,
            SipTransport::Tcp => Transport::Tcp,
            SipTransport::Tls => Transport::Tls,
        }
    }

    /// The SIP domain of its users, if they have one.
    pub(crate) fn domain(&self) -> Option<SipDomain> {
        self.target.domain.clone()
    }

    /// With what connections to its pools are encrypted; nothing if they are not.
    ///
    /// # Errors
    ///
    /// [`TlsError`], if a certificate or a key is none.
    pub fn tls(&self, address_book: &AddressBook) -> Result<Option<Tls>, TlsError> {
        let Some(tls) = &self.target.tls else {
            return Ok(None);
        };
        let (ca, pinned) = (tls.ca.as_deref(), tls.pinned.as_deref());
        let trust = match pinned {
            Some(pinned) => Trust::Pinned(pinned),
            None => Trust::Issuers(ca.unwrap_or_default()),
        };
        let key = tls.own.as_ref().map(|own| own.key(&self.secrets));
        let key = key
            .transpose()
            .map_err(|error| TlsError::Own(error.to_string()))?;
        let own = tls
            .own
            .as_ref()
            .zip(key.as_ref())
            .map(|(own, key)| Identity {
                certificate: &own.certificate,
                key,
            });
        let named = address_book
            .pools
            .iter()
            .filter_map(|(pool, address)| Some((address.sip.ip(), tls.names.get(pool)?.clone())));
        Tls::new(trust, own, &named.collect()).map(Some)
    }

    /// Where agents and callers find the pools: of those that are asked over TLS, at the port for that.
    #[must_use]
    pub fn of_telephones(&self, mut address_book: AddressBook) -> AddressBook {
        if let Some(tls) = &self.target.tls {
            for pool in address_book.pools.values_mut() {
                pool.sip.set_port(tls.port);
            }
        }
        address_book
    }

    /// What the caller `name` answers with when its calls are challenged: as the target says of
    /// callers; nothing if it does not.
    pub(crate) fn caller_credentials(&self, name: &str) -> Option<Credentials> {
        let (user, password) = self.target.caller_credentials(name, &self.secrets)?;
        Some(Credentials { user, password })
    }

    /// The target's own words.
    pub(crate) fn words(&self) -> &Words {
        &self.target.words
    }

    /// The request that `http` makes of `operation`, with the variables `captured` from earlier
    /// replies.
    pub(crate) fn request(
        &self,
        http: &HttpBinding,
        operation: &Operation,
        captured: &BTreeMap<String, String>,
        address_book: &AddressBook,
    ) -> Result<PoolRequest, PoolRequestError> {
        let (verb, at) = (operation.verb, operation.at);
        let variables = Variables::new(verb, at, &operation.about, &self.timing, self.words());
        let request = http.request(&variables.with_captured(captured), &self.secrets)?;
        let port = || Some(address_book.pools.get(&at)?.http.port());
        let to = address_book
            .host(http.at.of(at))
            .zip(http.port.or_else(port))
            .ok_or(PoolRequestError::NoAddress)?;
        Ok(PoolRequest {
            to: to.into(),
            request,
            timeout: http.timeout.get(),
        })
    }

    /// What `command` makes of `operation`, to be run, with the variables `captured` from earlier replies.
    pub(crate) fn run_request(
        &self,
        command: &CommandBinding,
        operation: &Operation,
        captured: &BTreeMap<String, String>,
    ) -> Result<RunRequest, PoolRequestError> {
        let (verb, at) = (operation.verb, operation.at);
        let variables = Variables::new(verb, at, &operation.about, &self.timing, self.words());
        Ok(RunRequest {
            at: command.at.of(at),
            invocation: command.invocation(&variables.with_captured(captured))?,
        })
    }

    /// What no journal may show.
    pub(crate) const fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// `reading` without any secret in what goes into the journal, and with not too much of what the
    /// pool said.
    pub(crate) fn redacted(&self, reading: Reading) -> Reading {
        let redact = |text: String| self.secrets.redact(&text);
        let told = |why: String| self.secrets.told(&why);
        let rows = reading.rows.map(|rows| {
            let redact_row = |row: Row| Row {
                group: redact(row.group),
                value: row.value.map(redact),
                details: row
                    .details
                    .into_iter()
                    .map(|(name, value)| (name, redact(value)))
                    .collect(),
                ..row
            };
            rows.into_iter().map(redact_row).collect()
        });
        let outcome = match reading.outcome {
            VerbOutcome::Refused { why } => VerbOutcome::Refused { why: told(why) },
            VerbOutcome::NoAnswer { why } => VerbOutcome::NoAnswer { why: told(why) },
            outcome => outcome,
        };
        Reading {
            outcome,
            rows,
            captured: reading.captured,
        }
    }
}
