//! What a journal records: everything that actors saw and that the conductor and lab did.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

use crate::clause::Stage;
use crate::drawn::Drawn;
use crate::fault::FaultKind;
use crate::host::HostName;
use crate::journal::{Quality, StopReason};
use crate::load::{Actor, Measured};
use crate::packed::Packed;
use crate::programme::Step;
use crate::reach::Reach;
use crate::shared::Shared;
use crate::topology::{Pool, Topology};
use crate::verb::{About, Row, Verb, VerbOutcome};
use crate::walk::{LabKind, Walk};

/// Which clock stamped a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clock {
    /// The simulation's.
    Virtual,
    /// The engine host's monotonic clock.
    Monotonic,
    /// The harness's, when it was told that what it asked for is done.
    Acknowledged,
}

/// How an attempt ended that got no success. Definite or not is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum NoSuccess {
    /// A definite answer.
    Refused {
        /// The SIP or HTTP status code.
        code: u16,
    },
    /// The network said that nobody is there; definite.
    Unreachable,
    /// Silence; indefinite.
    TimedOut,
}

impl fmt::Display for NoSuccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoSuccess::Refused { code } => write!(f, "refused with {code}"),
            NoSuccess::Unreachable => f.write_str("unreachable"),
            NoSuccess::TimedOut => f.write_str("no answer"),
        }
    }
}

/// How a call ended, as this end saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndedBy {
    /// The other end sent a BYE.
    Bye,
    /// This end hung up.
    HungUp,
    /// This end was still in the call when it was to place the next one, and ended it for that.
    GaveWay,
    /// The other end cancelled before an answer.
    Cancelled,
    /// The dialog broke: the other end no longer knows it, or did not confirm it.
    Broken,
}

/// What a re-INVITE asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// That the other end sends no media until it is resumed (RFC 3264 section 8.4).
    Hold,
    /// That the call on hold goes on, with this end's media at another port or where it was (RFC 3264 section 8.3.1).
    Resume,
}

/// In which directions a session description has the audio (RFC 8866 section 6.7), as its author sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AudioDirection {
    /// It is sent and received.
    SendRecv,
    /// It is sent only.
    SendOnly,
    /// It is received only.
    RecvOnly,
    /// Neither.
    Inactive,
}

impl AudioDirection {
    /// As session descriptions have it.
    pub const fn word(self) -> &'static str {
        match self {
            AudioDirection::SendRecv => "sendrecv",
            AudioDirection::SendOnly => "sendonly",
            AudioDirection::RecvOnly => "recvonly",
            AudioDirection::Inactive => "inactive",
        }
    }

    /// Whether its author sends.
    pub const fn sends(self) -> bool {
        matches!(self, AudioDirection::SendRecv | AudioDirection::SendOnly)
    }
}

/// Into or out of the actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Received.
    In,
    /// Sent.
    Out,
}

/// What happened.
///
/// A *call* is named `<actor>/<number>` by the actor at that end; the two ends of one call are
/// brought together by the caller's name, which an alerted agent is shown, and by what each end
/// hears: every actor has a voice, and all actors know each other's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Event {
    // ---- the conductor and the lab -------------------------------------------------------
    /// The walk begins: all that the judge must know of it. Always line 0.
    WalkBegan {
        /// The walk as its file says, at the pace of the target.
        #[serde(rename = "plan")]
        walk: Box<Walk>,
        /// The topology, as it was drawn.
        topology: Shared<Topology>,
        /// Who plays which of the topology's roles, and what is written. Nothing in journals of before
        /// it was drawn.
        #[serde(default, skip_serializing_if = "Drawn::is_nothing")]
        drawn: Shared<Drawn>,
        /// What is done in each stage, as it was drawn, at the pace of the target.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        steps: Option<Packed<BTreeMap<Stage, Vec<Step>>>>,
        /// The lab.
        lab: LabKind,
        /// Where each host's traffic comes from.
        addresses: BTreeMap<HostName, IpAddr>,
        /// The hosts with a probe, where not all have one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        probes: Option<BTreeSet<HostName>>,
    },
    /// A stage's precondition was observed.
    StageBegan {
        /// The stage.
        stage: Stage,
    },
    /// A stage is over.
    StageEnded {
        /// The stage.
        stage: Stage,
    },
    /// The walk is over, all faults are healed.
    WalkEnded,
    /// What the next stage needs is not there; the walk goes no further.
    WalkStopped {
        /// Why not.
        why: StopReason,
    },
    /// A fault was asked for, and the lab says that it is in force.
    FaultInjected {
        /// The kind.
        fault: FaultKind,
        /// The machines.
        hosts: Vec<HostName>,
    },
    /// A fault's end was asked for, and the lab says that it is over.
    FaultHealed {
        /// The kind.
        fault: FaultKind,
        /// The machines.
        hosts: Vec<HostName>,
    },
    /// These machines' servers were stopped and started anew, all being over.
    Restarted {
        /// The machines.
        hosts: Vec<HostName>,
    },
    /// The conductor told an actor what to do.
    Told {
        /// The actor.
        actor: String,
        /// In words, for readers.
        what: String,
    },
    /// An administrator or agent invoked a verb.
    VerbInvoked {
        /// Which.
        verb: Verb,
        /// Pairs this line with the verb's end; unique within the walk.
        id: u64,
        /// The pool that is asked.
        at: Pool,
        /// What it is about.
        about: Box<About>,
    },
    /// A verb ended.
    VerbEnded {
        /// Which.
        verb: Verb,
        /// As in the line that began it.
        id: u64,
        /// The pool that was asked.
        at: Pool,
        /// What it is about.
        about: Box<About>,
        /// How.
        #[serde(flatten)]
        outcome: VerbOutcome,
        /// What was listed; absent where the verb lists nothing or did not succeed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rows: Option<Shared<Vec<Row>>>,
    },

    /// What was measured of a part of the background load since that was last told.
    LoadMeasured {
        /// Of whom.
        #[serde(rename = "load")]
        of: Actor,
        /// The stage that it was measured in; absent: before the first, between two, or after the last.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stage: Option<Stage>,
        /// What.
        measured: Box<Measured>,
    },

    // ---- probes --------------------------------------------------------------------------
    /// What the probe on this host learned of the others in its last sample (four a second):
    /// written when something changed, and at least once a second.
    Probed {
        /// Asked of each other host's probe: is the host there?
        hosts: Shared<BTreeMap<HostName, Reach>>,
        /// Whose questions arrived here within the sample.
        heard: Shared<Vec<HostName>>,
        /// Asked of each pool's SIP port (OPTIONS): does the process answer?
        pools: Shared<BTreeMap<Pool, Reach>>,
        /// Asked of this host's own database (HTTP), where one runs: does the process answer?
        #[serde(default, skip_serializing_if = "Option::is_none")]
        database: Option<Reach>,
    },

    /// This probe's machine had no time for it: it was due so much earlier. Whoever else lives there
    /// may have been late as well.
    Starved {
        /// How much later than due.
        late_us: u64,
    },

    // ---- agents and callers --------------------------------------------------------------
    /// A pool accepted the registration.
    Registered {
        /// Which.
        pool: Pool,
        /// For how many seconds the pool keeps it, if it says so (RFC 3261 section 10.2.4).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires: Option<u32>,
        /// How many other contacts of the same user it lists.
        #[serde(default, skip_serializing_if = "is_zero")]
        others: usize,
    },
    /// A pool did not accept the registration.
    NotRegistered {
        /// Which.
        pool: Pool,
        /// How it ended.
        #[serde(flatten)]
        outcome: NoSuccess,
    },
    /// A pool acknowledged that the registration is withdrawn.
    Unregistered {
        /// Which.
        pool: Pool,
        /// Whether all of the user's were to be withdrawn, by `*` (RFC 3261 section 10.2.2).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        all: bool,
    },
    /// A pool did not withdraw the registration.
    NotUnregistered {
        /// Which.
        pool: Pool,
        /// Whether all of the user's were to be withdrawn.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        all: bool,
        /// How it ended.
        #[serde(flatten)]
        outcome: NoSuccess,
    },
    /// A call was placed. Next hops are tried one after the other.
    Placed {
        /// The call.
        call: String,
        /// Whom: a group's, agent's or callee's name.
        to: String,
    },
    /// An INVITE went to a next hop.
    Tried {
        /// The call.
        call: String,
        /// The hop.
        pool: Pool,
    },
    /// A next hop gave no success.
    HopFailed {
        /// The call.
        call: String,
        /// The hop.
        pool: Pool,
        /// How it ended.
        #[serde(flatten)]
        outcome: NoSuccess,
    },
    /// The last next hop failed, and the call with it.
    Failed {
        /// The call.
        call: String,
        /// How the last hop ended.
        #[serde(flatten)]
        outcome: NoSuccess,
    },
    /// A 2xx came.
    Answered {
        /// The call.
        call: String,
        /// The hop that it came through.
        pool: Pool,
        /// Where the other end wants media.
        media: SocketAddr,
    },
    /// An INVITE reached an agent (or callee).
    Alerted {
        /// The call, at this end.
        call: String,
        /// Whom it shows as caller: the user part of From.
        caller: String,
        /// Whose identity it asserts (P-Asserted-Identity), where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        identity: Option<String>,
        /// Whom it comes through.
        from: SocketAddr,
    },
    /// This end answered the call that it was alerted of.
    Accepted {
        /// The call, at this end.
        call: String,
    },
    /// This end refused the call that it was alerted of.
    Declined {
        /// The call, at this end.
        call: String,
        /// The status code that it gave.
        code: u16,
    },
    /// This end asks for a change of the session: it sends a re-INVITE (RFC 3261 section 14).
    Reinvited {
        /// The call, at this end.
        call: String,
        /// What it asks for.
        change: Change,
    },
    /// The other end has taken the change.
    ReinviteAnswered {
        /// The call, at this end.
        call: String,
        /// In which direction the answer has the audio. Journals of before it was looked at do not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        audio: Option<AudioDirection>,
    },
    /// The other end has refused the change; the session goes on as it was.
    ReinviteRefused {
        /// The call, at this end.
        call: String,
        /// The status code that it gave.
        code: u16,
    },
    /// A re-INVITE moved the other end's media.
    Moved {
        /// The call, at this end.
        call: String,
        /// Where the other end wants media now.
        media: SocketAddr,
    },
    /// The call is over at this end.
    Ended {
        /// The call, at this end.
        call: String,
        /// How.
        by: EndedBy,
    },

    // ---- media ---------------------------------------------------------------------------
    /// This end sends its media there from now on. What others say that they hear of it is compared
    /// with this.
    Speaking {
        /// The call, at this end.
        call: String,
        /// Where to; absent: nowhere any more.
        to: Option<SocketAddr>,
    },
    /// The first packet of a flow, or the first after its end.
    MediaStarted {
        /// The call, at this end.
        call: String,
        /// The flow's source.
        from: SocketAddr,
        /// The actor whose voice it is; absent: music, a greeting, silence.
        hears: Option<String>,
    },
    /// What came of a flow within one second; absent when nothing came.
    Media {
        /// The call, at this end.
        call: String,
        /// The flow's source.
        from: SocketAddr,
        /// Who is heard.
        hears: Option<String>,
        /// Packets that came.
        packets: u32,
        /// Packets missing by sequence number.
        lost: u32,
        /// When the first of them came.
        first_us: u64,
        /// When the last of them came.
        last_us: u64,
        /// The longest time between two packets, the one before the first included.
        longest_gap_us: u64,
        /// How they came.
        quality: Shared<Quality>,
    },
    /// A pause of more than 200 ms in a flow that went on.
    MediaGap {
        /// The call, at this end.
        call: String,
        /// The flow's source.
        from: SocketAddr,
        /// How long it was.
        gap_us: u64,
    },
    /// Nothing has come of a flow for one second, or its call is over.
    MediaEnded {
        /// The call, at this end.
        call: String,
        /// The flow's source.
        from: SocketAddr,
        /// When the last packet came.
        last_us: u64,
        /// Packets that came in all since the flow started.
        packets: u64,
    },

    /// Somebody says in RTCP who or what the source of a flow is, why it leaves, or something of an
    /// application's own (RFC 3550 section 6), or which streams come (`SSRC`) and are mixed in them (`CSRC`), or
    /// anything else that can be read in an RTP packet beside its media (RFC 8285); written when it was not said in
    /// the call before.
    SourceDescribed {
        /// The call, at this end.
        call: String,
        /// Who says so.
        from: SocketAddr,
        /// Each item: its name, and after a space what it says.
        items: Vec<String>,
    },

    // ---- the wire ------------------------------------------------------------------------
    /// A SIP message, in full, credentials redacted.
    Sip {
        /// Into or out of the actor.
        direction: Direction,
        /// The other end.
        peer: SocketAddr,
        /// As on the wire.
        message: String,
    },
    /// No secure connection comes about: one end does not trust the other. What was to be sent over it
    /// was not; definite.
    NotSecured {
        /// The other end.
        peer: SocketAddr,
        /// Why not, of the other end.
        why: String,
    },
    /// The actor's own trouble (an overflow, a malformed message of its own making).
    Trouble {
        /// What.
        what: String,
    },
}

/// Whether there is none.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_zero(number: &usize) -> bool {
    *number == 0
}
