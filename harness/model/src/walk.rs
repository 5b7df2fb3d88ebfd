//! A walk: one way of the pools through the stages, under which fault and import.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Span;
use crate::claims::{SilentCallers, Telephones};
use crate::clause::{Clause, Condition, Stage, Tables};
use crate::fault::{Fault, FaultKind};
use crate::host::HostName;
use crate::impairment::Links;
use crate::load::Load;
use crate::pattern::Pattern;
use crate::random::Random;

/// A walk, as `walks/*.yaml` describes it. Who is busy with what meanwhile is said by its
/// [programme](crate::programme).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    /// Whether the pools have a life before the healthy stage: the outage's hosts were away for a moment without
    /// a failover, and the pools failed over and back once without a fault. The next time has to work as the
    /// first did.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rehearsed: bool,
    /// The stage, `failed-over` or `failed-back`, before which all calls are ended and whatever
    /// runs of the pools and their databases is started anew: what was reached by then has to outlast that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restarted_before: Option<Stage>,
    /// What takes the primary away; absent in a control walk, which has a healthy stage only.
    #[serde(default)]
    pub outage: Option<Outage>,
    /// How packets fare, from the first moment to the last.
    #[serde(default, skip_serializing_if = "Links::are_sound")]
    pub links: Links,
    /// What is done beside what the programme says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub random: Option<Random>,
    /// Calls in the background, from before the healthy stage to the end: measured, and not judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<Load>,
    /// Whether it is run in every drill, or only where it is asked for by name.
    #[serde(default, skip_serializing_if = "Runs::is_always")]
    pub runs: Runs,
    /// How long things take.
    #[serde(default)]
    pub timing: Timing,
    /// How long each stage lasts.
    #[serde(default)]
    pub stages: Stages,
    /// The clauses that it judges: ids, or [patterns](Pattern) with `*`. Of those that a pattern
    /// names, it judges what can be observed on it: see [`Walk::judged`].
    pub judges: Vec<String>,
    /// Why it does not judge the others, where that is not plain.
    #[serde(default)]
    pub not_judged: Option<String>,
}

/// When a walk is run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Runs {
    /// In every drill that runs the walks of its lab.
    #[default]
    Always,
    /// Only where it is asked for by its name, or a pattern for that.
    WhenNamed,
}

impl Runs {
    /// Whether it is run in every drill.
    pub const fn is_always(&self) -> bool {
        matches!(self, Runs::Always)
    }
}

/// A kind of laboratory.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
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
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Outage {
    /// The kind of fault.
    pub fault: FaultKind,
    /// The machines that it affects.
    pub hosts: Vec<HostName>,
    /// How long into the failed-over stage it is healed; a zero, in a walk that is restarted before that stage:
    /// before the restart.
    pub healed: Span,
}

/// How long things take, of the deployment and of the actors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    /// How long pools and databases take to start, as the target declares it.
    #[serde(skip_serializing_if = "Span::is_zero")]
    pub starts_within: Span,
    /// How long agents take to be registered again, as the target declares it.
    #[serde(skip_serializing_if = "Span::is_zero")]
    pub registers_within: Span,
    /// How long failover and failback take, as the target declares it.
    #[serde(skip_serializing_if = "Span::is_zero")]
    pub fails_over_within: Span,
    /// How long after a call agents are alerted, as the target declares it.
    #[serde(skip_serializing_if = "Span::is_zero")]
    pub alerts_within: Span,
    /// The wait time that failover is invoked with.
    pub fail_over: Span,
    /// The wait time that failback is invoked with; the document's default is 15 s.
    pub fail_back: Span,
    /// How long after a change it is looked at: what the target declares of its consistency.
    #[serde(skip_serializing_if = "Span::is_zero")]
    pub looks_after: Span,
    /// How long after a call its agent is not alerted again, as the target declares it.
    #[serde(skip_serializing_if = "Span::is_zero")]
    pub wrap_up: Span,
    /// How long after declining a call an agent is not alerted again, as the target declares it.
    #[serde(skip_serializing_if = "Span::is_zero")]
    pub after_decline: Span,
    /// The same, after letting it ring until the alert time was over.
    #[serde(skip_serializing_if = "Span::is_zero")]
    pub after_no_answer: Span,
    /// What the target declares of callers whom it no longer hears.
    #[serde(skip_serializing_if = "SilentCallers::are_dropped")]
    pub silent_callers: SilentCallers,
    /// Which telephones of an agent ring, as the target declares it.
    #[serde(skip_serializing_if = "Telephones::are_all")]
    pub telephones: Telephones,
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
            starts_within: Span::default(),
            registers_within: Span::default(),
            fails_over_within: Span::default(),
            alerts_within: Span::default(),
            fail_over: Span::from_secs(7),
            fail_back: Span::from_secs(6),
            looks_after: Span::default(),
            wrap_up: Span::default(),
            after_decline: Span::default(),
            after_no_answer: Span::default(),
            silent_callers: SilentCallers::default(),
            telephones: Telephones::default(),
        }
    }
}

/// How long each stage lasts. Failover and failback last as long as their verbs do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
            failed_back: Span::from_secs(10),
        }
    }
}

impl Walk {
    /// The longest that a walk may last that is run unless others are named: simulations stay quick,
    /// container drills affordable.
    pub const LONGEST: Span = Span::from_secs(180);
    /// The longest that one may last which is run only where it is named.
    pub const LONGEST_WHEN_NAMED: Span = Span::from_secs(7_200);
    /// How long calls must still go to the backup after the primary is back and before failback:
    /// it shows that a primary that returns does not serve before it may.
    pub const FENCE: Span = Span::from_secs(4);

    /// The stages before which pools can be started anew.
    pub const RESTARTS: [Stage; 2] = [Stage::FailedOver, Stage::FailedBack];

    /// Whether the backup bears the load of both pools while it stands in: where the primary's groups were imported
    /// before. It does not without a load.
    pub fn backup_bears_both_loads(&self) -> bool {
        let imported = matches!(self.imports, Imports::InAdvance | Imports::DuringOutage);
        self.load.is_some() && self.outage.is_some() && imported
    }

    /// The longest that it may last.
    pub const fn longest(&self) -> Span {
        match self.runs {
            Runs::WhenNamed => Walk::LONGEST_WHEN_NAMED,
            Runs::Always => Walk::LONGEST,
        }
    }

    /// The stages that it goes through, in order.
    pub fn reached(&self) -> impl Iterator<Item = Stage> + '_ {
        std::iter::once(Stage::Healthy)
            .chain(Stage::DOCUMENTED)
            .filter(|stage| self.reaches(*stage))
    }

    /// Whether it gets to the stage: without an outage there is only the healthy one.
    pub fn reaches(&self, stage: Stage) -> bool {
        stage == Stage::Healthy || self.outage.is_some()
    }

    /// How long the stage lasts, if it is reached.
    pub fn length(&self, stage: Stage) -> Span {
        match stage {
            Stage::Healthy => self.stages.healthy,
            Stage::Outage => self.stages.outage,
            Stage::Failover => self.timing.fail_over,
            Stage::FailedOver => self.stages.failed_over,
            Stage::Failback => self.timing.fail_back,
            Stage::FailedBack => self.stages.failed_back,
        }
    }

    /// How long it lasts, from the first stage to the last.
    pub fn duration(&self) -> Span {
        self.reached().map(|stage| self.length(stage)).sum()
    }

    /// The clauses that it judges, in the tables' order: those that `judges` names and that can be
    /// observed on it.
    pub fn judged<'t>(&self, tables: &'t Tables) -> Vec<&'t Clause> {
        let patterns: Vec<Pattern> = self.judges.iter().map(Pattern::new).collect();
        tables
            .clauses
            .iter()
            .filter(|clause| patterns.iter().any(|pattern| pattern.matches(&clause.id.0)))
            .filter(|clause| self.can_observe(clause))
            .collect()
    }

    /// Whether the clause's stage is reached and its condition can hold for an attempt that it
    /// speaks of.
    pub fn can_observe(&self, clause: &Clause) -> bool {
        self.reaches(clause.stage) && self.can_hold(clause)
    }

    /// Whether the clause's condition can hold. It is decided for each attempt when it begins, and
    /// calls that are held were begun before the stage.
    pub(crate) fn can_hold(&self, clause: &Clause) -> bool {
        let import = self.imports.stage();
        match clause.condition {
            Condition::All => true,
            Condition::NotImported => import.is_none_or(|import| import >= clause.stage),
            Condition::Imported if clause.activity.is_of_held_calls() => {
                import.is_some_and(|import| import < clause.stage)
            }
            Condition::Imported => import.is_some_and(|import| import <= clause.stage),
        }
    }
}

impl Imports {
    /// The stage in which the import is made, if it ever is.
    pub const fn stage(self) -> Option<Stage> {
        match self {
            Imports::None => None,
            Imports::InAdvance => Some(Stage::Healthy),
            Imports::DuringOutage => Some(Stage::Outage),
            Imports::AfterFailover => Some(Stage::FailedOver),
        }
    }

    /// The word that files and reports use.
    pub const fn word(self) -> &'static str {
        match self {
            Imports::None => "none",
            Imports::InAdvance => "in-advance",
            Imports::DuringOutage => "during-outage",
            Imports::AfterFailover => "after-failover",
        }
    }
}

impl LabKind {
    /// The word that files and reports use.
    pub const fn word(self) -> &'static str {
        match self {
            LabKind::Sim => "sim",
            LabKind::Docker => "docker",
            LabKind::External => "external",
        }
    }
}

impl From<&Outage> for Fault {
    fn from(outage: &Outage) -> Fault {
        Fault {
            kind: outage.fault,
            hosts: outage.hosts.clone(),
        }
    }
}

impl fmt::Display for Imports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl fmt::Display for LabKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
