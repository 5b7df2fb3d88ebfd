//! Variants: other ways of a pool that are as right as the one it has, by which a drill proves that
//! it condemns nobody for what the document leaves open.
//!
//! A variant is one small switch in a mechanism, as a mutant is, off unless a pool's configuration
//! asks for it ([`crate::PoolConfig::variant`]). What a target with it has to declare is observed
//! from outside, as with any other pool.
//!
//! To add one: a row below, and a question `config.varies(Variant::…)` where the mechanism decides;
//! one that only takes longer is a line in [`Variant::adjust`].

use std::time::Duration;

use crate::config::Timing;
use crate::named::named;

named! {
    /// Another right way. They are in the order of how messages are written, calls, media,
    /// refusals, registrations, pairing, surfaces.
    Variant: "variant",

    /// SIP headers have their compact names (RFC 3261 section 7.3.3).
    CompactHeaders = "compact-headers",
    /// SIP headers are folded over two lines (RFC 3261 section 7.3.1).
    FoldedHeaders = "folded-headers",
    /// SIP headers come in another order, and their names in capitals.
    HeadersInAnotherOrder = "headers-in-another-order",
    /// Contacts have a display name and parameters.
    ContactsWithParameters = "contacts-with-parameters",
    /// The pool records itself in the route of its own calls (RFC 3261 section 12.1).
    RouteRecorded = "route-recorded",

    /// Callers and groups are shown to agents with display names.
    DisplayNames = "display-names",
    /// Agents are shown the group as the caller, and the caller as the asserted identity (RFC 3325).
    GroupShownAsCaller = "group-shown-as-caller",
    /// Two identities are asserted, the second of which is a `tel:` URI (RFC 3325 section 9.1).
    TwoIdentitiesAsserted = "two-identities-asserted",
    /// The caller is told in Remote-Party-ID, and From is anonymous.
    CallerInRemotePartyId = "caller-in-remote-party-id",
    /// A call rings (180) for a moment before it is answered.
    RingsBeforeAnswer = "rings-before-answer",
    /// A call rings (180) for 1.6 s before it is answered.
    RingsForLong = "rings-for-long",
    /// Music is early media (183) before the call is answered.
    EarlyMedia = "early-media",
    /// A call is heard of only after 600 ms, so that its INVITE is sent twice.
    SlowToTakeCalls = "slow-to-take-calls",
    /// Callers are greeted for three seconds before any agent is alerted.
    GreetsCallers = "greets-callers",
    /// Callers who wait are kept, even if nothing has been heard of them for long.
    KeepsSilentCallers = "keeps-silent-callers",
    /// Agents are alerted half a second after the answer.
    AlertsLate = "alerts-late",
    /// Groups that ask in turn go on after the agent who took the last call, not after whoever was asked.
    TurnsFollowAnswers = "turns-follow-answers",
    /// Whoever was asked to take a call has not been idle, whether taking it or not.
    AlertsCountAsCalls = "alerts-count-as-calls",
    /// Media is handed over without an offer first (RFC 3725 flow III).
    HandsOverWithoutOffer = "hands-over-without-offer",
    /// Whoever holds a call and asks for an offer is offered what there is: that nothing is sent.
    OffersWhatThereIs = "offers-what-there-is",
    /// INVITEs without an offer are refused (488), to begin a call or to change one.
    RefusesInvitesWithoutOffer = "refuses-invites-without-offer",
    /// Nobody is alerted for a caller who holds the call.
    HeldCallsSeekNobody = "held-calls-seek-nobody",

    /// Music begins 200 ms after the answer.
    MusicSoonAfterAnswer = "music-soon-after-answer",
    /// Music begins a second and a half after the answer.
    MusicLongAfterAnswer = "music-long-after-answer",
    /// Callers are sent comfort noise (RFC 3389) for a second before the music.
    ComfortNoiseBeforeMusic = "comfort-noise-before-music",
    /// Callers hear silence, as packets, for a second before the music.
    SilenceBeforeMusic = "silence-before-music",
    /// Music comes in packets of 30 ms.
    PacketsOf30Ms = "packets-of-30-ms",
    /// Whoever is put on hold in an anonymous call hears music.
    HoldMusic = "hold-music",
    /// What the pool relays is a stream of its own, with another source and other numbers.
    RelaysItsOwnStream = "relays-its-own-stream",

    /// A pool that is fenced redirects calls to its partner (302).
    FencedRedirects = "fenced-redirects",
    /// A pool that is fenced forbids calls (403).
    FencedForbids = "fenced-forbids",
    /// A pool that is fenced is busy (486).
    FencedIsBusy = "fenced-is-busy",
    /// A pool that is fenced says when to come again (503 with Retry-After).
    FencedSaysWhen = "fenced-says-when",
    /// Calls to a number that nobody serves now are not found (404).
    UnservedNotFound = "unserved-not-found",
    /// Calls to a number that nobody serves now are forbidden (403).
    UnservedForbidden = "unserved-forbidden",
    /// Calls to a number that nobody serves now meet an error of the server (500).
    UnservedMeetsError = "unserved-meets-error",

    /// Registrations are challenged, with MD5 (RFC 7616).
    ChallengesWithMd5 = "challenges-with-md5",
    /// Registrations are challenged, with SHA-256 (RFC 8760).
    ChallengesWithSha256 = "challenges-with-sha-256",
    /// Registrations are refused that are to last less than 20 s (423).
    WantsLongRegistrations = "wants-long-registrations",
    /// Registrations last 3 s, whatever is asked for.
    GrantsShortRegistrations = "grants-short-registrations",
    /// A registration takes the place of the one that the user had with another telephone.
    RegistrationsReplaceOthers = "registrations-replace-others",
    /// A user who is registered with one telephone is not registered with another (403).
    TakesOneTelephone = "takes-one-telephone",
    /// Of an agent's telephones the one rings that has registered last.
    RingsLastTelephone = "rings-last-telephone",
    /// The partner's users are not found (404) while they may not register.
    PartnersUsersNotFound = "partners-users-not-found",
    /// The partner's users are told to come later (480) while they may not register.
    PartnersUsersUnavailable = "partners-users-unavailable",
    /// A pool that begins to take a user's registrations says for 27 s that it cannot yet (503).
    RegistersLate = "registers-late",
    /// A pool that is fenced redirects registrations to its partner (302).
    FencedRedirectsRegistrations = "fenced-redirects-registrations",

    /// A dead partner is noticed after 4 s.
    PartnerNoticedLate = "partner-noticed-late",
    /// The heartbeat has a second between its beats, and a dead partner is noticed after 3 s.
    SlowHeartbeat = "slow-heartbeat",
    /// Failover and failback take 3 s longer than they were to take.
    FailoverTakesLonger = "failover-takes-longer",
    /// Failover and failback take a minute and a half longer than they were to take.
    FailoverTakesLong = "failover-takes-long",

    /// For two seconds after a call its agent is asked by nobody.
    AgentsWrapUp = "agents-wrap-up",
    /// For ten seconds an agent is asked by nobody who has declined a call, or let it ring.
    LeavesAgentsAlone = "leaves-agents-alone",

    /// The agent console and the management surfaces answer after 600 ms.
    SlowSurfaces = "slow-surfaces",
    /// The agent console shows what was so one and a half seconds ago.
    ConsoleLags = "console-lags",
    /// What a listing has read is listed again for a second and a half.
    ListingsCached = "listings-cached",
    /// Rows come in another order.
    RowsInAnotherOrder = "rows-in-another-order",
    /// Rows have more fields, and answers as well.
    RowsWithMoreFields = "rows-with-more-fields",
    /// Surfaces refuse with 409, in other words.
    RefusesWithConflict = "refuses-with-conflict",
    /// Surfaces refuse with 423, in other words.
    RefusesAsLocked = "refuses-as-locked",
    /// Whoever is signed in to a group cannot sign in to it once more.
    RefusesSecondSignIn = "refuses-second-sign-in",
    /// Failover signs agents out of copies when it is complete, and not when it begins.
    FailoverSignsOutAtEnd = "failover-signs-out-at-end",
    /// Agents are signed out of copies when failback is complete, and not only in the next failover.
    FailbackSignsOutOfCopies = "failback-signs-out-of-copies",
}

impl Variant {
    /// Makes of how long things take what the variant makes of it.
    pub(crate) fn adjust(self, timing: &mut Timing) {
        match self {
            Variant::PartnerNoticedLate => timing.dead_after = 8,
            Variant::SlowHeartbeat => timing.heartbeat = Duration::from_secs(1),
            Variant::GrantsShortRegistrations => timing.register_expires = Duration::from_secs(3),
            Variant::WantsLongRegistrations => timing.register_expires = Duration::from_secs(60),
            _ => {}
        }
    }
}
