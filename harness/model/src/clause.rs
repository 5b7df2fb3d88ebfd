//! The oracle: the documented statements, typed.
//!
//! `scenarios/lync-2013/tables.yaml` is loaded into [`Tables`]; the judge reads nothing else to
//! know what is expected.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Span;
use crate::impairment::Percent;

/// A stage of the drill, in order. [`Stage::Healthy`] comes before the documented ones: it is the
/// steady state that every walk must show first, and no clause speaks of it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// All is well.
    Healthy,
    /// The primary pool is out; nobody has invoked failover.
    Outage,
    /// From failover invoked to failover complete.
    Failover,
    /// The backup pool stands in for the primary.
    FailedOver,
    /// From failback invoked to failback complete.
    Failback,
    /// Normal service again.
    FailedBack,
}

impl Stage {
    /// The stage after this one, if it is not the last.
    pub const fn next(self) -> Option<Stage> {
        match self {
            Stage::Healthy => Some(Stage::Outage),
            Stage::Outage => Some(Stage::Failover),
            Stage::Failover => Some(Stage::FailedOver),
            Stage::FailedOver => Some(Stage::Failback),
            Stage::Failback => Some(Stage::FailedBack),
            Stage::FailedBack => None,
        }
    }
}

/// What a row of the document's tables is about; one checker of the judge for each.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Activity {
    /// Calls connected to an agent.
    Connected,
    /// Calls answered by the response group application, not yet connected to an agent.
    InProgress,
    /// New calls to a response group.
    New,
    /// Calls that agents place on behalf of a response group.
    OnBehalf,
    /// Agents' sign-in and agent information.
    Agents,
    /// Viewing and changing configuration.
    Configuration,
}

/// How it was seen whether a statement holds.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Observation {
    /// In the messages and media of calls, by those who had them.
    OnTheWire,
    /// In what the target's verbs answered; of a target with an adapter, what the adapter says. Where a
    /// sign-in is granted or refused, calls show besides whether it has an effect.
    Answered,
}

/// `<stage>.<activity>.<case>`, the same in every file, test name, report and certificate.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct ClauseId(pub String);

/// Under which condition a statement holds.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// Whether or not the response groups were imported.
    All,
    /// Only if they were.
    Imported,
    /// Only if they were not.
    NotImported,
}

/// Where in the document a statement stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The document's identifier.
    pub document: String,
    /// The table's heading.
    pub table: String,
    /// The row, as the document names it.
    pub row: String,
    /// The column, as the document names it.
    pub column: String,
}

/// One documented statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Clause {
    /// `<stage>.<activity>.<case>`.
    pub id: ClauseId,
    /// The stage that it speaks of; never [`Stage::Healthy`].
    pub stage: Stage,
    /// The row group that it belongs to.
    pub activity: Activity,
    /// The last part of the id.
    pub case: String,
    /// Whether it depends on the import.
    pub condition: Condition,
    /// What must be observed, typed.
    pub expect: Expectation,
    /// The statement in this project's own words, one sentence.
    pub statement: String,
    /// Where the document says it.
    pub source: Source,
    /// Other legitimate readings, any one of which passes.
    #[serde(default)]
    pub alternatives: Vec<Alternative>,
    /// How this project reads it where the document is silent or doubtful.
    #[serde(default)]
    pub note: Option<String>,
}

/// A legitimate other reading of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Alternative {
    /// What may be observed instead.
    pub expect: Expectation,
    /// Why that reading is legitimate.
    pub why: String,
}

/// What must be observed, one variant for each activity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum Expectation {
    /// Of calls that were connected to an agent before the stage.
    Connected {
        /// Which of them.
        calls: CallKind,
        /// What becomes of them.
        outcome: HeldOutcome,
    },
    /// Of calls that were in progress before the stage.
    InProgress {
        /// What becomes of them.
        outcome: HeldOutcome,
    },
    /// Of calls begun within the stage.
    New {
        /// What becomes of them.
        outcome: NewOutcome,
    },
    /// Of calls that an agent places on behalf of a response group.
    OnBehalf {
        /// What becomes of them.
        outcome: OnBehalfOutcome,
    },
    /// Of the agent console.
    Agents {
        /// Which groups.
        groups: GroupSet,
        /// Whether the console shows them.
        shown: Shown,
        /// What signing in to them gives; absent where there is nothing to sign in to.
        #[serde(default)]
        sign_in: Option<SignIn>,
    },
    /// Of the management surfaces.
    Configuration {
        /// Which groups.
        groups: GroupSet,
        /// What the Control Panel shows of them.
        control_panel: View,
        /// What the Management Shell shows of them.
        shell: View,
        /// What changing them gives.
        modify: Modify,
    },
}

/// Whether the agent's identity is hidden from the caller.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum CallKind {
    /// Media flows between caller and agent; the pool is out of its path.
    Regular,
    /// The pool stays in the middle of signalling and media until the call ends.
    Anonymous,
}

/// What becomes of calls that were there before the stage.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum HeldOutcome {
    /// RTP at both ends until the stage ends, without a gap over [`Windows::gap`].
    StayConnected,
    /// As [`HeldOutcome::StayConnected`], of calls that have reached the backup pool.
    StayConnectedAtBackup,
    /// A BYE, or no RTP for at least [`Windows::silence`] and until the stage ends.
    Disconnected,
    /// No such call exists any more.
    NoneInThisState,
}

/// What becomes of calls begun within the stage.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum NewOutcome {
    /// No 2xx from any next hop, or ended before any agent is alerted.
    Disconnected,
    /// Greeting or music from the backup pool.
    ConnectToBackup,
    /// As [`NewOutcome::ConnectToBackup`]; agents homed in the primary are unreachable.
    ConnectToBackupPrimaryAgentsUnreachable,
    /// Greeting or music from the primary pool.
    ConnectToPrimary,
    /// As [`NewOutcome::ConnectToPrimary`]; agents homed in the primary are unreachable.
    ConnectToPrimaryPrimaryAgentsUnreachable,
}

/// What becomes of calls on behalf of a response group.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum OnBehalfOutcome {
    /// The pool refuses the feature before any call exists.
    Disabled,
    /// An attempted call ends in an error.
    Fails,
    /// The callee is called with the group's identity.
    Succeeds,
}

/// Response groups by owner and parent, as rows of the agent console and of listings.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum GroupSet {
    /// Owned by the primary pool, with the primary as parent.
    OwnedByPrimary,
    /// Owned by the backup pool.
    OwnedByBackup,
    /// Owned by the primary pool, with the backup as parent.
    Imported,
}

/// Whether the agent console has a row.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Shown {
    /// A row is there.
    Shown,
    /// No row is there.
    NotShown,
}

/// What signing in to a group gives.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum SignIn {
    /// A definite refusal.
    Refused,
    /// The groups' list shows it, and where the parent takes calls the agent is alerted.
    Works,
}

/// What a management surface shows of a group.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum View {
    /// It is listed.
    Viewed,
    /// Listed while the owner's back-end database is up, an error while it is down.
    AsDatabaseAvailable,
    /// It is not listed.
    NotViewed,
}

/// What changing a group's configuration gives.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Modify {
    /// The change is seen on re-reading.
    Works,
    /// Refused, and unchanged when read back later.
    Refused,
    /// The change works through the Management Shell.
    WorksInShell,
}

/// Over which time things are observed; the document gives none, so these are this project's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Windows {
    /// A connected call has no gap in its media longer than this.
    pub gap: Span,
    /// Media that does not come for this long, and until the stage ends, is a disconnection.
    pub silence: Span,
    /// An agent who is not alerted for this long while others are is unreachable.
    pub unreachable: Span,
    /// A caller who waits for this long while an agent could be alerted, and none is, was forgotten.
    pub alert: Span,
    /// Whoever is left in a call, or left ringing, is told within this that it is over.
    pub told: Span,
    /// How media comes that can be listened to.
    pub media: MediaBounds,
}

/// How media comes that can be listened to, on average over the time in which it is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MediaBounds {
    /// What is heard for less than this is not judged.
    pub judged: Span,
    /// At most so many of the packets that were sent are missing, by their numbers.
    pub loss: Percent,
    /// At most so many of the packets come after others that were sent later.
    pub out_of_order: Percent,
    /// At most so many of the packets begin an RTP stream anew; tables of before [`MediaBounds::stream`] say so.
    #[serde(default = "Percent::all")]
    pub restarts: Percent,
    /// How long an RTP stream lasts before another begins, at least, but for a few when a call is handed over. Tables
    /// of before that was looked at do not say.
    #[serde(default)]
    pub stream: Option<Span>,
    /// At least so much audio comes as time passes, the longest pause left out.
    pub rate: Percent,
    /// At least so much of a voice is sent on, the longest pause and what is lost left out. Tables of before that
    /// was looked at do not say.
    #[serde(default)]
    pub voice: Option<Percent>,
    /// At most so much more audio comes than time passes.
    pub excess: Percent,
    /// Packets take at most so much longer than the quickest of the same second.
    pub delay: Span,
    /// A voice is under way for at most so long. Tables of before that was looked at do not say.
    #[serde(default)]
    pub latency: Option<Span>,
    /// Who waits for so long hears something, and not silence only.
    pub sound: Span,
}

/// The documented statements, complete and well-formed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Tables {
    /// `rgdrill-tables/1`.
    #[schemars(extend("const" = Tables::SCHEMA))]
    pub schema: String,
    /// The document, as it is cited.
    pub document: String,
    /// The windows of observation.
    pub windows: Windows,
    /// All statements, in the order of the document's columns and rows.
    pub clauses: Vec<Clause>,
}

impl Stage {
    /// The documented stages, in order.
    pub const DOCUMENTED: [Stage; 5] = [
        Stage::Outage,
        Stage::Failover,
        Stage::FailedOver,
        Stage::Failback,
        Stage::FailedBack,
    ];

    /// The word that ids and files use.
    pub const fn word(self) -> &'static str {
        match self {
            Stage::Healthy => "healthy",
            Stage::Outage => "outage",
            Stage::Failover => "failover",
            Stage::FailedOver => "failed-over",
            Stage::Failback => "failback",
            Stage::FailedBack => "failed-back",
        }
    }
}

impl Activity {
    /// All of them, in the document's order.
    pub const ALL: [Activity; 6] = [
        Activity::Connected,
        Activity::InProgress,
        Activity::New,
        Activity::OnBehalf,
        Activity::Agents,
        Activity::Configuration,
    ];

    /// The word that ids and files use.
    pub const fn word(self) -> &'static str {
        match self {
            Activity::Connected => "connected",
            Activity::InProgress => "in-progress",
            Activity::New => "new",
            Activity::OnBehalf => "on-behalf",
            Activity::Agents => "agents",
            Activity::Configuration => "configuration",
        }
    }

    /// How it is seen whether statements about it hold.
    pub const fn observation(self) -> Observation {
        match self {
            Activity::Connected | Activity::InProgress | Activity::New | Activity::OnBehalf => {
                Observation::OnTheWire
            }
            Activity::Agents | Activity::Configuration => Observation::Answered,
        }
    }

    /// Whether it speaks of calls that were there before the stage, not of what is begun in it.
    pub const fn is_of_held_calls(self) -> bool {
        matches!(self, Activity::Connected | Activity::InProgress)
    }
}

impl ClauseId {
    /// The activity that it speaks of, if it has the form of an id.
    pub fn activity(&self) -> Option<Activity> {
        let word = self.0.split('.').nth(1)?;
        let mut all = Activity::ALL.into_iter();
        all.find(|activity| activity.word() == word)
    }
}

impl Condition {
    /// The word that files and reports use.
    pub const fn word(self) -> &'static str {
        match self {
            Condition::All => "all",
            Condition::Imported => "imported",
            Condition::NotImported => "not-imported",
        }
    }
}

impl Expectation {
    /// The activity that such an observation is made of.
    pub const fn activity(&self) -> Activity {
        match self {
            Expectation::Connected { .. } => Activity::Connected,
            Expectation::InProgress { .. } => Activity::InProgress,
            Expectation::New { .. } => Activity::New,
            Expectation::OnBehalf { .. } => Activity::OnBehalf,
            Expectation::Agents { .. } => Activity::Agents,
            Expectation::Configuration { .. } => Activity::Configuration,
        }
    }
}

impl Tables {
    /// What the first key, `schema`, must say.
    pub const SCHEMA: &str = "rgdrill-tables/1";

    /// The statement with this id.
    pub fn clause(&self, id: &ClauseId) -> Option<&Clause> {
        self.clauses.iter().find(|clause| clause.id == *id)
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl fmt::Display for Activity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl fmt::Display for ClauseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
