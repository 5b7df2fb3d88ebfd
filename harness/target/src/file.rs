//! The file as a whole.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Deserializer, de};

use crate::binding::{Binding, BoundVerb};
use crate::runs::Runs;
use crate::secret::{Declaration, MissingSecrets, Secrets};
use crate::template::{Scope, Template};
use crate::tls::SipTls;
use crate::variables::Variables;
use crate::words::Words;
use model::claims::{Capability, Claims, Deviation, Times};
use model::directory::Directory;
use model::host::{Host, HostName, TargetHosts};
use model::topology::Pool;
use model::verb::{Surface, Verb};
use model::walk::LabKind;

/// An implementation, as its `target.yaml` describes it.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(title = "rgdrill: target")]
pub struct Target {
    /// Its name, which is also the file's.
    pub target: String,
    /// The version of this format.
    #[schemars(extend("const" = Target::SCHEMA))]
    pub schema: String,
    /// What it is, in a sentence for readers of the report.
    pub about: String,
    /// The labs that it works in.
    pub labs: Vec<LabKind>,
    /// What runs when it is drilled.
    pub runs: Runs,
    /// Where its pools listen.
    pub ports: Ports,
    /// What it calls pools and surfaces.
    #[serde(default)]
    pub words: Words,
    /// What it claims to have. Clauses that need anything else are *unsupported*.
    pub capabilities: Vec<Capability>,
    /// Where it says that it fails.
    #[serde(default)]
    pub deviations: Vec<Deviation>,
    /// How long things take with it, where walks are otherwise too quick.
    #[serde(default)]
    pub times: Times,
    /// By which transport agents and callers send SIP to its pools, and are reached.
    #[serde(default)]
    pub transport: SipTransport,
    /// How that is encrypted, if it is to be.
    #[serde(default)]
    pub tls: Option<SipTls>,
    /// The SIP domain whose users agents, callers and groups are; without one, their addresses name
    /// machines.
    #[serde(default)]
    pub domain: Option<SipDomain>,
    /// What its agents, groups, callers and callees are called. Without it their names are drawn.
    #[serde(default)]
    pub directory: Directory,
    /// What agents and callers answer with when they are challenged (RFC 3261 section 22).
    #[serde(default)]
    pub sip_digest: Option<SipDigest>,
    /// The secrets that its templates use: environment variables.
    #[serde(default)]
    pub secrets: BTreeMap<String, Declaration>,
    /// How each verb is carried out.
    #[schemars(schema_with = "verbs")]
    pub verbs: BTreeMap<Verb, Binding>,
}

/// Where a pool listens, at its own address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Ports {
    /// SIP over UDP.
    #[serde(deserialize_with = "port")]
    #[schemars(range(min = 1, max = 65_535))]
    pub sip: u16,
    /// HTTP: where its verbs are sent.
    #[serde(deserialize_with = "port")]
    #[schemars(range(min = 1, max = 65_535))]
    pub http: u16,
}

pub(crate) fn port<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let number = u64::deserialize(deserializer)?;
    match u16::try_from(number) {
        Ok(port) if port > 0 => Ok(port),
        _ => Err(de::Error::custom(format_args!(
            "{number} is no port: write a number from 1 to 65535"
        ))),
    }
}

/// How SIP travels (RFC 3261 section 18). By `udp` and `tcp`, a request that is too large for a datagram
/// goes over TCP, and so does one to an address that says so (`;transport=tcp`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SipTransport {
    /// In datagrams.
    #[default]
    Udp,
    /// Over connections.
    Tcp,
    /// Over connections that are encrypted, as `tls` says: nothing goes in the clear.
    Tls,
}

/// A SIP domain (RFC 3261 section 6): what stands behind the `@` of everybody's address of record, and of
/// whom a request is for. Requests go to the addresses of the pools all the same.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SipDomain {
    /// Its name, such as `voice.example`.
    #[serde(deserialize_with = "domain")]
    pub name: String,
    /// How a request gets to a pool.
    #[serde(default)]
    pub reached: Reached,
}

/// How a request for somebody in a domain gets to a pool (RFC 3261 section 8.1.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reached {
    /// It is sent there, and says nothing of it.
    #[default]
    Directly,
    /// It is sent there, and says so in a Route with `lr`, as to an outbound proxy.
    ByRoute,
}

/// A name as RFC 3261 section 25.1 has it (`hostname`), no address.
fn domain<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    let is_label = |label: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let ends = !label.starts_with('-') && !label.ends_with('-');
        (1..=63).contains(&label.len()) && ends && label.bytes().all(allowed)
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    let is_name = last.starts_with(|first: char| first.is_ascii_alphabetic());
    match is_name && name.len() <= 253 && name.split('.').all(is_label) {
        true => Ok(name),
        false => Err(de::Error::custom(format_args!(
            "`{name}` is no domain: write a name such as `voice.example`, without `sip:` and port, and no address"
        ))),
    }
}

/// Who an agent is to a server that challenges. Its templates can speak of what those of the
/// verb `get-groups` can: of the agent, and of secrets.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SipDigest {
    /// The user.
    pub user: Template,
    /// The password.
    pub password: Template,
    /// Who callers are, where they are challenged as well. `{agent}` is a caller's own name.
    #[serde(default)]
    pub callers: Option<Credentials>,
    /// Who some agents and callers are of whom that is not so, by their names in `directory`.
    #[serde(default)]
    pub by_name: BTreeMap<String, Credentials>,
}

/// Who somebody is to a server that challenges.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Credentials {
    /// The user.
    pub user: Template,
    /// The password.
    pub password: Template,
}

impl Target {
    /// The version of the format that is read.
    pub const SCHEMA: &'static str = "rgdrill-target/1";

    /// How a verb is carried out through `surface`; nothing if it is not bound.
    pub fn bound(&self, verb: Verb, surface: Option<Surface>) -> Option<BoundVerb<'_>> {
        self.verbs.get(&verb)?.bound(surface)
    }

    /// The verbs by which its pools learn who takes part in a walk.
    pub fn provisioning(&self) -> Vec<Verb> {
        let verbs = Verb::PROVISIONING.into_iter();
        verbs.filter(|verb| self.verbs.contains_key(verb)).collect()
    }

    /// The environment variables with its secrets.
    pub fn secret_names(&self) -> impl Iterator<Item = &str> {
        self.secrets.keys().map(String::as_str)
    }

    /// Its secrets, as `environment` (in a process: `std::env::var`) has them, else their defaults.
    ///
    /// # Errors
    ///
    /// [`MissingSecrets`] names all that have neither.
    pub fn secrets(
        &self,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Secrets, MissingSecrets> {
        Secrets::resolve(&self.secrets, environment)
    }

    /// Who `agent`, homed in `home`, is to a registrar that challenges: user and password, if the file
    /// says so.
    pub fn credentials(
        &self,
        agent: &str,
        home: Pool,
        secrets: &Secrets,
    ) -> Option<(String, String)> {
        let digest = self.sip_digest.as_ref()?;
        let templates = match digest.by_name.get(agent) {
            Some(own) => (&own.user, &own.password),
            None => (&digest.user, &digest.password),
        };
        self.filled(templates, agent, home, secrets)
    }

    /// What the caller `name` answers with when its calls are challenged: user and password. Nothing if
    /// the target does not say.
    pub fn caller_credentials(&self, name: &str, secrets: &Secrets) -> Option<(String, String)> {
        let digest = self.sip_digest.as_ref()?;
        let own = digest.by_name.get(name).or(digest.callers.as_ref())?;
        self.filled((&own.user, &own.password), name, Pool::Primary, secrets)
    }

    fn filled(
        &self,
        (user, password): (&Template, &Template),
        name: &str,
        home: Pool,
        secrets: &Secrets,
    ) -> Option<(String, String)> {
        let variables = Variables::of_agent(name, home, &self.words);
        let scope = Scope {
            variables: &variables,
            secrets,
        };
        Some((user.fill(scope).ok()?, password.fill(scope).ok()?))
    }

    /// The hosts that it has beside those of its pools.
    pub fn hosts(&self) -> TargetHosts {
        match &self.runs {
            Runs::Embedded => TargetHosts {
                database: true,
                further: Vec::new(),
            },
            Runs::Containers(containers) => {
                let further = containers.further_hosts.iter();
                TargetHosts {
                    database: !containers.database.is_empty(),
                    further: further
                        .map(|(name, further)| Host::new(*name, further.site))
                        .collect(),
                }
            }
            Runs::Addresses(running) => {
                let further = running.further_hosts.iter();
                TargetHosts {
                    database: running.hosts.contains_key(&HostName::PRIMARY_DATABASE),
                    further: further
                        .map(|(name, further)| Host::new(*name, further.site))
                        .collect(),
                }
            }
        }
    }

    /// What it says of its own limits.
    pub fn claims(&self) -> Claims {
        Claims {
            capabilities: self.capabilities.clone(),
            deviations: self.deviations.clone(),
            times: self.times,
        }
    }

    /// The JSON Schema of its file, for editors and for other tools.
    pub fn json_schema() -> Schema {
        schemars::schema_for!(Target)
    }
}

/// The schema of [`Target::verbs`]: each verb, and no other key.
fn verbs(generator: &mut schemars::SchemaGenerator) -> Schema {
    let binding = generator.subschema_for::<Binding>();
    let verbs: serde_json::Map<_, _> = Verb::ALL
        .into_iter()
        .map(|verb| (verb.word().to_owned(), binding.clone().to_value()))
        .collect();
    schemars::json_schema!({
        "type": "object",
        "properties": verbs,
        "additionalProperties": false,
    })
}
