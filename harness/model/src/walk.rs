//! A walk: how one drill takes the deployment through the stages, under which fault and import.

use serde::{Deserialize, Serialize};

use crate::Span;
use crate::topology::Host;

/// A walk, as `walks/*.yaml` describes it. Who is busy with what meanwhile is said by its
/// [programme](crate::programme).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Walk {
    /// Its name, which is also the file's.
    pub walk: String,
    /// What it is for, in a sentence.
    pub about: String,
    /// The labs that it is for.
    pub labs: Vec<LabKind>,
    /// The topology's name.
    pub topology: String,
    /// The programme's name.
    pub programme: String,
    /// When the primary's groups are imported into the backup.
    pub imports: Imports,
    /// What takes the primary away; absent in a control walk, which has a healthy stage only.
    #[serde(default)]
    pub outage: Option<Outage>,
    /// How long things take.
    #[serde(default)]
    pub timing: Timing,
    /// How long each stage lasts.
    #[serde(default)]
    pub stages: Stages,
    /// The clauses that it judges: ids, or patterns with `*`.
    pub judges: Vec<String>,
    /// Why it does not judge the others, where that is not plain.
    #[serde(default)]
    pub not_judged: Option<String>,
}

/// A kind of laboratory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabKind {
    /// The embedded reference pools in virtual time.
    Sim,
    /// Containers.
    Docker,
    /// Whatever already runs.
    External,
}

/// When the primary's groups are imported into the backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Imports {
    /// Never.
    None,
    /// In the healthy stage.
    InAdvance,
    /// In the outage stage.
    DuringOutage,
    /// In the failed-over stage.
    AfterFailover,
}

/// What takes the primary away, and when it comes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Outage {
    /// The kind of fault.
    pub fault: FaultKind,
    /// The machines that it strikes.
    pub hosts: Vec<Host>,
    /// How long into the failed-over stage it is healed.
    pub healed: Span,
}

/// A fault that takes machines away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// The process dies, its host is up: the port is closed.
    Kill,
    /// The host is silent.
    PowerOff,
    /// The process is stopped, its connections stay open.
    Freeze,
    /// The hosts are cut off from all others, silently.
    Isolate,
    /// The hosts are cut off from all others, with an ICMP answer.
    Reject,
    /// Nothing that the hosts send arrives anywhere; what is sent to them does.
    OneWayOut,
    /// Nothing that is sent to the hosts arrives; what they send does.
    OneWayIn,
}

/// How long things take, of the deployment and of the actors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Timing {
    /// How often partners exchange their heartbeat.
    pub heartbeat: Span,
    /// After how many lost heartbeats the partner counts as dead.
    pub dead_after: u32,
    /// How long a caller or agent waits for a silent next hop before the next.
    pub next_hop: Span,
    /// How long a registration lasts.
    pub register_expires: Span,
    /// How often it is refreshed.
    pub register_refresh: Span,
    /// How soon a failed registration is tried again.
    pub register_retry: Span,
    /// The wait time that failover is invoked with.
    pub fail_over: Span,
    /// The wait time that failback is invoked with; the document's default is 15 s.
    pub fail_back: Span,
}

impl Default for Timing {
    fn default() -> Self {
        Timing {
            heartbeat: Span::from_millis(500),
            dead_after: 3,
            next_hop: Span::from_secs(2),
            register_expires: Span::from_secs(10),
            register_refresh: Span::from_secs(4),
            register_retry: Span::from_secs(1),
            fail_over: Span::from_secs(7),
            fail_back: Span::from_secs(6),
        }
    }
}

/// How long each stage lasts. Failover and failback last as long as their verbs do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Stages {
    /// The steady state.
    pub healthy: Span,
    /// From the outage to failover invoked.
    pub outage: Span,
    /// From failover complete to failback invoked.
    pub failed_over: Span,
    /// After failback complete.
    pub failed_back: Span,
}

impl Default for Stages {
    fn default() -> Self {
        Stages {
            healthy: Span::from_secs(5),
            outage: Span::from_secs(8),
            failed_over: Span::from_secs(10),
            failed_back: Span::from_secs(6),
        }
    }
}
