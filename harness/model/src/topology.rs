//! Who takes part in a drill: two paired pools, their response groups, agents and callers, and the
//! hosts that they live on.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Span;
use crate::clause::CallKind;
use crate::host::{Host, HostName, Site};

/// The administrator's name. All other actors are named by the topology.
pub const ADMINISTRATOR: &str = "administrator";

/// One of the two paired pools. Each is the other's partner.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Pool {
    /// The pool that the drill takes away.
    Primary,
    /// Its paired backup pool.
    Backup,
}

/// A paired deployment, as `topologies/*.yaml` describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Topology {
    /// The name that walks refer to.
    pub topology: String,
    /// What it is for, in a sentence.
    pub about: String,
    /// Those who can be alerted, in the order in which serial routing asks them.
    pub agents: Vec<Agent>,
    /// Those who call; each has one call at a time.
    pub callers: Vec<Caller>,
    /// The names of those outside who are called: neither agents nor callers.
    #[serde(default)]
    pub callees: Vec<String>,
    /// Further telephones of agents, each of whom has one without being told so. They are registered when a
    /// programme says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub telephones: Vec<Telephone>,
    /// The response groups.
    pub groups: Vec<Group>,
    /// Further machines, beside the pools', their databases' and the clients'. A target's are added.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<Host>,
}

/// An agent: a user homed in a pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Agent {
    /// The user part of the agent's address of record.
    pub name: String,
    /// The pool that the agent is homed in.
    pub home: Pool,
    /// What the agent does when alerted, until a walk says otherwise.
    #[serde(default)]
    pub behaviour: Behaviour,
}

/// A further telephone of an agent: another contact of the same address of record (RFC 3261 section 10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Telephone {
    /// What it is called; no message names it.
    pub name: String,
    /// The agent's name.
    pub of: String,
    /// What the agent does when it rings, until a walk says otherwise.
    #[serde(default)]
    pub behaviour: Behaviour,
}

/// Somebody who calls groups, and is nobody's agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Caller {
    /// The user part of the caller's address.
    pub name: String,
    /// The pool that the caller's calls go to first; the other is the next hop.
    #[serde(default = "primary")]
    pub asks_first: Pool,
}

/// The pool that most clients ask first.
fn primary() -> Pool {
    Pool::Primary
}

/// What an agent or a callee does when alerted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Behaviour {
    /// Accepts after this long.
    AcceptAfter(Span),
    /// Declines at once, with 603.
    Decline,
    /// Declines after this long, with 603, and does not ring before: as somebody behind a gateway whose
    /// network takes its time.
    DeclineAfter(Span),
    /// Lets it ring.
    Ignore,
}

impl Default for Behaviour {
    fn default() -> Self {
        Behaviour::AcceptAfter(Span::from_millis(300))
    }
}

impl fmt::Display for Behaviour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Behaviour::AcceptAfter(time) => write!(f, "accept after {time}"),
            Behaviour::Decline => f.write_str("decline"),
            Behaviour::DeclineAfter(time) => write!(f, "decline after {time}"),
            Behaviour::Ignore => f.write_str("ignore"),
        }
    }
}

/// How agents of a group come to be signed in to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Participation {
    /// By being signed in to the telephone system.
    #[default]
    Informal,
    /// By hand, in the agent console.
    Formal,
}

/// In which order the agents of a group are alerted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Routing {
    /// All at once.
    #[default]
    Parallel,
    /// One after the other, always from the first.
    Serial,
    /// One after the other, from the one after the last who was asked.
    RoundRobin,
    /// One after the other, from the one who has been idle the longest.
    LongestIdle,
    /// All at once, whatever their presence.
    Attendant,
}

/// A response group: a workflow with one queue and one agent group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Group {
    /// The user part of the address that is called.
    pub name: String,
    /// The pool that it belongs to.
    pub owner: Pool,
    /// Whether agents' identities are hidden from callers.
    pub calls: CallKind,
    /// Whether agents sign in by hand.
    #[serde(default)]
    pub participation: Participation,
    /// In which order agents are alerted.
    #[serde(default)]
    pub routing: Routing,
    /// How long an agent is alerted before the next; 10 s to 600 s.
    #[serde(default = "alert_time")]
    pub alert_time: Span,
    /// How long a call waits for an agent before the pool ends it; 10 s to 65535 s. Where nothing is said,
    /// for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue_timeout: Option<Span>,
    /// The names of its agents.
    pub members: Vec<String>,
}

/// The documented default of the agent alert time.
fn alert_time() -> Span {
    Span::from_secs(20)
}

impl Routing {
    /// The word that files use.
    pub const fn word(self) -> &'static str {
        match self {
            Routing::Parallel => "parallel",
            Routing::Serial => "serial",
            Routing::RoundRobin => "round-robin",
            Routing::LongestIdle => "longest-idle",
            Routing::Attendant => "attendant",
        }
    }
}

impl Topology {
    /// How many further machines there can be: a lab's network has no more addresses.
    pub const MOST_HOSTS: usize = 200;

    /// All machines: the pools', their databases', the clients', then the further ones.
    pub fn all_hosts(&self) -> impl Iterator<Item = &Host> {
        Host::PAIRED.iter().chain(&self.hosts)
    }

    /// The names of all machines, in the same order.
    pub fn host_names(&self) -> impl Iterator<Item = HostName> {
        self.all_hosts().map(|host| host.name)
    }

    /// The machines that speak for a pool: its own, and the further ones of its site.
    pub fn speaking_for(&self, pool: Pool) -> impl Iterator<Item = HostName> {
        let further = self.hosts.iter();
        let further = further.filter(move |host| host.site.pool() == Some(pool));
        std::iter::once(pool.host()).chain(further.map(|host| host.name))
    }

    /// The names of the agents.
    pub fn agent_names(&self) -> impl Iterator<Item = &str> {
        self.agents.iter().map(|agent| agent.name.as_str())
    }

    /// The names of the callers.
    pub fn caller_names(&self) -> impl Iterator<Item = &str> {
        self.callers.iter().map(|caller| caller.name.as_str())
    }

    /// The names of agents' further telephones.
    pub fn telephone_names(&self) -> impl Iterator<Item = &str> {
        self.telephones
            .iter()
            .map(|telephone| telephone.name.as_str())
    }

    /// The names of all that rings: of agents, callers and callees, each for the one telephone, then those of
    /// further telephones.
    pub fn party_names(&self) -> impl Iterator<Item = &str> {
        let callees = self.callees.iter().map(String::as_str);
        let callers = self.caller_names();
        let further = self.telephone_names();
        self.agent_names()
            .chain(callers)
            .chain(callees)
            .chain(further)
    }

    /// Who is at this telephone: the agent whose further one it is, else whoever it is named after.
    pub fn party_at<'t>(&'t self, telephone: &'t str) -> &'t str {
        let mut further = self.telephones.iter();
        let further = further.find(|further| further.name == telephone);
        further.map_or(telephone, |further| &further.of)
    }

    /// The caller of this name.
    pub fn caller(&self, name: &str) -> Option<&Caller> {
        self.callers.iter().find(|caller| caller.name == name)
    }

    /// The agent of this name.
    pub fn agent(&self, name: &str) -> Option<&Agent> {
        self.agents.iter().find(|agent| agent.name == name)
    }

    /// The response group of this name.
    pub fn group(&self, name: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.name == name)
    }
}

impl Group {
    /// The shortest agent alert time that the document allows.
    pub const SHORTEST_ALERT: Span = Span::from_secs(10);
    /// The longest agent alert time that the document allows.
    pub const LONGEST_ALERT: Span = Span::from_secs(600);
    /// The shortest time-out of a queue that the document allows.
    pub const SHORTEST_QUEUE_TIMEOUT: Span = Span::from_secs(10);
    /// The longest time-out of a queue that the document allows.
    pub const LONGEST_QUEUE_TIMEOUT: Span = Span::from_secs(65_535);

    /// Whether this agent is one of its members.
    pub fn has_member(&self, agent: &str) -> bool {
        self.members.iter().any(|member| member == agent)
    }
}

impl Pool {
    /// Both pools.
    pub const BOTH: [Pool; 2] = [Pool::Primary, Pool::Backup];

    /// The paired pool.
    pub const fn partner(self) -> Pool {
        match self {
            Pool::Primary => Pool::Backup,
            Pool::Backup => Pool::Primary,
        }
    }

    /// The part of the deployment that it goes down with.
    pub const fn site(self) -> Site {
        match self {
            Pool::Primary => Site::Primary,
            Pool::Backup => Site::Backup,
        }
    }

    /// The machine that the pool runs on.
    pub const fn host(self) -> HostName {
        match self {
            Pool::Primary => HostName::PRIMARY,
            Pool::Backup => HostName::BACKUP,
        }
    }

    /// The machine that the pool's back-end database runs on.
    pub const fn database(self) -> HostName {
        match self {
            Pool::Primary => HostName::PRIMARY_DATABASE,
            Pool::Backup => HostName::BACKUP_DATABASE,
        }
    }

    /// The word that files and reports use.
    pub const fn word(self) -> &'static str {
        match self {
            Pool::Primary => "primary",
            Pool::Backup => "backup",
        }
    }
}

impl fmt::Display for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
