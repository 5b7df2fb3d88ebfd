//! Mutants: named defects, by which a drill proves that its red means something.
//!
//! A mutant is one small switch in the mechanism that it breaks, off unless a pool's configuration
//! asks for it ([`crate::PoolConfig::mutant`]). The pool knows nothing of what is judged: which
//! statements a mutant breaks is observed from outside, as with any other pool.
//!
//! To add one: a row below, and a question `config.has(Mutant::…)` where the mechanism decides.

use crate::named::named;

named! {
    /// A defect. They are in the order of calls, agents, configuration, and what is under all of it.
    Mutant: "mutant",

    /// Media of regular calls stays anchored in the pool: nothing is handed over.
    RegularCallsAnchored = "regular-calls-anchored",
    /// A pool that stands in describes a session in the version of the first time, as if nothing had changed.
    StandInKeepsSdpVersions = "stand-in-keeps-sdp-versions",
    /// Media of regular calls to a pool's own groups stays anchored in the pool.
    OwnersCallsAnchored = "owners-calls-anchored",
    /// Media of regular calls stays anchored in the pool until it has been failed over for the first time.
    AnchoredBeforeFirstFailover = "anchored-before-first-failover",
    /// Media of regular calls that alert several agents at once stays anchored in the pool.
    ParallelCallsAnchored = "parallel-calls-anchored",
    /// Media of regular calls to formal groups stays anchored in the pool.
    FormalCallsAnchored = "formal-calls-anchored",
    /// Media of regular calls that an agent has declined before another took them stays anchored in the pool.
    DeclinedCallsAnchored = "declined-calls-anchored",
    /// Anonymous calls are handed over like regular ones.
    AnonymousCallsHandedOver = "anonymous-calls-handed-over",
    /// Anonymous calls to copies are handed over like regular ones.
    CopiesHandAnonymousCallsOver = "copies-hand-anonymous-calls-over",
    /// Once a pool stands in, anonymous calls to copies are handed over like regular ones.
    StandInHandsAnonymousCallsOver = "stand-in-hands-anonymous-calls-over",
    /// A pool that has been failed back hands anonymous calls over like regular ones.
    RestoredOwnerHandsAnonymousCallsOver = "restored-owner-hands-anonymous-calls-over",
    /// A pool that stands in leaves the media of anonymous calls to copies.
    StandingInHandsCallsOver = "standing-in-hands-calls-over",
    /// When its partner is back, the pool that stands in leaves the media of anonymous calls to copies.
    ReturnedPartnerHandsCallsOver = "returned-partner-hands-calls-over",
    /// During failback, the pool that stood in leaves the media of anonymous calls to copies.
    ReturningHandsCallsOver = "returning-hands-calls-over",
    /// A pool that no longer stands in leaves the media of anonymous calls to copies.
    RestHandsCallsOver = "rest-hands-calls-over",
    /// Agents in anonymous calls are told to send their media straight to the caller.
    AgentsSpeakPastPool = "agents-speak-past-pool",
    /// Agents in anonymous calls to copies are told to send their media straight to the caller.
    CopiesAgentsSpeakPastPool = "copies-agents-speak-past-pool",
    /// Callers of anonymous groups are told to send their media straight to the agent.
    CallersSpeakPastPool = "callers-speak-past-pool",
    /// Callers of anonymous groups are offered the agent's media, until the pool has thought better of it.
    AgentsMediaOfferedForAMoment = "agents-media-offered-for-a-moment",
    /// Agents in anonymous calls are offered the caller's media, until the pool has thought better of it.
    CallersMediaOfferedForAMoment = "callers-media-offered-for-a-moment",
    /// A 183 before the answer to an anonymous call names the agent who will be asked first.
    EarlyAnswerNamesAgent = "early-answer-names-agent",
    /// Callers of anonymous groups are told in P-Asserted-Identity who took the call.
    AgentAssertedToCaller = "agent-asserted-to-caller",
    /// Callers of anonymous groups are told in Remote-Party-ID who took the call.
    AgentInRemotePartyId = "agent-in-remote-party-id",
    /// Callers of anonymous groups are shown the agent as the display name in From.
    AgentInFrom = "agent-in-from",
    /// Callers of anonymous groups are shown the agent's name as people write it, in From.
    AgentSpelledOutInFrom = "agent-spelled-out-in-from",
    /// The pool shows anonymous callers the agent's first name as its own.
    AgentsFirstNameInFrom = "agents-first-name-in-from",
    /// Callers of anonymous groups get a token (RFC 8224) in which the agent is called.
    AgentInIdentity = "agent-in-identity",
    /// Callers of anonymous groups get the agent's name in Contact.
    AgentInContact = "agent-in-contact",
    /// Callers of anonymous groups get the User-Agent that the agent's phone sends.
    AgentsPhonePassedOn = "agents-phone-passed-on",
    /// Callers of anonymous groups get the agent's name in hexadecimal digits, in a header of the pool's own.
    AgentInHex = "agent-in-hex",
    /// Callers of anonymous groups get the address of the agent's phone as a host name, in a header of the pool's own.
    AgentsHostNamed = "agents-host-named",
    /// Callers of anonymous groups get a picture of the agent in Call-Info.
    AgentInCallInfo = "agent-in-call-info",
    /// Callers of anonymous groups are told in a Warning to whom they are connected.
    AgentInWarning = "agent-in-warning",
    /// Callers of anonymous groups see in History-Info to whom the call went.
    AgentInHistory = "agent-in-history",
    /// Callers of anonymous groups get a Record-Route with the address of the agent's phone.
    AgentsRouteRecorded = "agents-route-recorded",
    /// Callers of anonymous groups are sent a MESSAGE that tells who took the call.
    AgentInMessage = "agent-in-message",
    /// Session descriptions for callers of anonymous groups have the agent as the session's name.
    AgentInSessionName = "agent-in-session-name",
    /// Session descriptions for callers of anonymous groups tell of the agent in their `i=` line.
    AgentInSessionInformation = "agent-in-session-information",
    /// Session descriptions for callers of anonymous groups have the agent as the origin's user.
    AgentInOrigin = "agent-in-origin",
    /// Session descriptions for callers of anonymous groups keep the address of the agent's origin.
    AgentsOriginPassedOn = "agents-origin-passed-on",
    /// Session descriptions for callers of anonymous groups keep the canonical name of the agent's source.
    AgentsSourceDescribed = "agents-source-described",
    /// Session descriptions for callers of anonymous groups keep a candidate of the agent's.
    AgentsCandidatePassedOn = "agents-candidate-passed-on",
    /// What agents' phones say of themselves in RTCP is sent on to callers of anonymous groups.
    RtcpPassedOn = "rtcp-passed-on",
    /// What callers hear bears, in a header extension, the address from which it came to the pool.
    RelayTellsSource = "relay-tells-source",
    /// What callers of anonymous groups hear has the address of the agent's phone as its source (SSRC).
    AgentsAddressNumbersStream = "agents-address-numbers-stream",
    /// What callers of anonymous groups hear has the address of the agent's phone as a contributing source (CSRC).
    AgentsAddressContributes = "agents-address-contributes",
    /// A pool that is fenced ends the calls that it had handed over as well.
    FenceEndsHandedOverCalls = "fence-ends-handed-over-calls",
    /// A pool that is asked to take calls again first ends those that it had handed over.
    FailbackEndsHandedOverCalls = "failback-ends-handed-over-calls",
    /// When an agent registers anew, the calls that the agent had are ended.
    RegistrationEndsCalls = "registration-ends-calls",
    /// When an agent's last telephone withdraws its registration, the calls that the agent had are ended.
    WithdrawalEndsCalls = "withdrawal-ends-calls",
    /// An agent who registers anew is taken for idle, in a call or not.
    RegistrationFreesAgents = "registration-frees-agents",
    /// A pool that begins to stand in ends the calls to copies that are on hold.
    StandingInEndsHeldCalls = "standing-in-ends-held-calls",
    /// During failback, the pool that stood in ends the calls to copies that are on hold.
    ReturningEndsHeldCalls = "returning-ends-held-calls",
    /// A pool that no longer stands in ends the calls to copies that are on hold.
    RestEndsHeldCalls = "rest-ends-held-calls",
    /// During failback, the pool that stood in ends the calls on behalf of copies.
    ReturningEndsCallsOnBehalf = "returning-ends-calls-on-behalf",
    /// A pool that no longer stands in ends the calls on behalf of copies.
    RestEndsCallsOnBehalf = "rest-ends-calls-on-behalf",
    /// Calls that wait already are not offered to an agent who signs in to their group.
    WaitingCallsMissWhoSignsIn = "waiting-calls-miss-who-signs-in",
    /// Calls that wait already are not offered to an agent who comes from a call to another group.
    WaitingCallsMissOthersAgents = "waiting-calls-miss-others-agents",
    /// Users of the pool who call a group are refused.
    UsersCallsToGroupsRefused = "users-calls-to-groups-refused",
    /// A pool that is fenced keeps its calls.
    FenceKeepsCalls = "fence-keeps-calls",
    /// Callers from whom nothing is heard any more are kept waiting.
    SilentCallersKept = "silent-callers-kept",
    /// Callers from whom nothing is heard any more are kept while they wait for an agent.
    SilentWaitingCallersKept = "silent-waiting-callers-kept",
    /// That nothing is heard of a caller any more is noticed after a minute only.
    SilenceNoticedLate = "silence-noticed-late",
    /// When its partner is back, the pool that stands in ends the calls to copies.
    ReturnedPartnerEndsCopiesCalls = "returned-partner-ends-copies-calls",
    /// When its partner is back, the pool that stands in ends regular calls to copies.
    ReturnedPartnerEndsRegularCalls = "returned-partner-ends-regular-calls",
    /// When its partner is back, the pool that stands in ends calls to copies that are in progress.
    ReturnedPartnerEndsWaitingCalls = "returned-partner-ends-waiting-calls",
    /// When failover is complete, regular calls that copies took before are ended.
    StandingInEndsRegularCalls = "standing-in-ends-regular-calls",
    /// When failover is complete, anonymous calls that copies took before are ended.
    StandingInEndsAnonymousCalls = "standing-in-ends-anonymous-calls",
    /// When failover is complete, calls in progress that copies took before are ended.
    StandingInEndsWaitingCalls = "standing-in-ends-waiting-calls",
    /// When failback begins, regular calls to copies are ended as well.
    ReturningEndsRegularCalls = "returning-ends-regular-calls",
    /// When failback begins, calls to copies that are in progress are kept.
    ReturningKeepsInProgressCalls = "returning-keeps-in-progress-calls",
    /// When failback begins, calls to copies that alert an agent are kept.
    ReturningKeepsAlertingCalls = "returning-keeps-alerting-calls",
    /// When failback begins, anonymous calls to copies are ended as well.
    ReturningEndsAnonymousCalls = "returning-ends-anonymous-calls",
    /// A pool that no longer stands in ends what is left of calls to copies.
    RestEndsCopiesCalls = "rest-ends-copies-calls",
    /// When failback is complete, regular calls to copies are ended.
    RestEndsRegularCalls = "rest-ends-regular-calls",
    /// When failback is complete, anonymous calls to copies are ended.
    RestEndsAnonymousCalls = "rest-ends-anonymous-calls",
    /// When failover is complete, the pool that stands in ends the calls to its own groups.
    StandingInEndsOwnCalls = "standing-in-ends-own-calls",
    /// When failback is complete, the pool that stood in ends the calls to its own groups.
    RestEndsOwnCalls = "rest-ends-own-calls",
    /// When failback is complete, the calls of agents who register with the partner again are ended.
    LeavingUsersCallsEnded = "leaving-users-calls-ended",
    /// No call to a copy may be connected for longer than half a minute.
    CopiesEndLongCalls = "copies-end-long-calls",
    /// An anonymous call is relayed for 25 s, and mute then.
    LongRelayedCallsMute = "long-relayed-calls-mute",
    /// Of calls to copies, four are relayed at once; the fifth is mute.
    FifthRelayedCallMute = "fifth-relayed-call-mute",
    /// Who declines ends the caller's call.
    DeclineEndsCall = "decline-ends-call",
    /// Who declines a call to a copy ends it for the caller.
    DeclineEndsCopiesCall = "decline-ends-copies-call",
    /// When failback is complete, the primary ends the calls that it has and begins anew.
    OpeningEndsCalls = "opening-ends-calls",
    /// A call to a group that nobody serves is taken by a group of the pool's own.
    UnservedCallsTakenByAnotherGroup = "unserved-calls-taken-by-another-group",
    /// A call to a group that nobody serves is taken by the last of the pool's own groups.
    UnservedCallsTakenByLastGroup = "unserved-calls-taken-by-last-group",
    /// While its partner is dead, a pool takes calls to the partner's groups with one of its own.
    DeadPartnersCallsTakenByAnotherGroup = "dead-partners-calls-taken-by-another-group",
    /// Before failover, a copy's calls are passed to its owner even when that is dead.
    DeadOwnersCallsPassedOn = "dead-owners-calls-passed-on",
    /// While failover is under way, copies take no calls.
    TakingServesNoCopies = "taking-serves-no-copies",
    /// The partner's users may register, and are alerted, before the pool stands in.
    PartnersUsersComeEarly = "partners-users-come-early",
    /// Nothing fences a pool: one that is back serves before failback.
    NeverFenced = "never-fenced",
    /// The fence outlives failback: neither calls nor registrations are taken afterwards.
    FenceOutlivesFailback = "fence-outlives-failback",
    /// During failback, the primary takes its users' registrations.
    FailbackTakesRegistrations = "failback-takes-registrations",
    /// The primary says that failback is complete, and does not open.
    FailbackNeverOpens = "failback-never-opens",
    /// Music ends after a quarter of a minute, and the call waits on.
    MusicEndsAfterAWhile = "music-ends-after-a-while",
    /// A copy's queue holds two calls; a third is disconnected.
    CopiesThirdWaitingCallEnded = "copies-third-waiting-call-ended",
    /// Calls to copies wait for ever, whatever their queue's time-out.
    CopiesNeverTimeOut = "copies-never-time-out",
    /// Calls to copies are ended after half of their queue's time-out.
    CopiesTimeOutEarly = "copies-time-out-early",
    /// After failback, calls to the primary's groups wait for ever, whatever their queue's time-out.
    RestoredOwnerNeverTimesOut = "restored-owner-never-times-out",
    /// A queue's time-out ends only calls that alert somebody.
    OnlyAlertedCallsTimeOut = "only-alerted-calls-time-out",
    /// A queue's time-out ends only calls that alert nobody.
    AlertedCallsNeverTimeOut = "alerted-calls-never-time-out",
    /// A call that alerts an agent has waited for no time so far.
    AlertsRestartQueueClock = "alerts-restart-queue-clock",
    /// When failover is complete, calls to copies have waited for no time so far.
    StandingInRestartsQueueClock = "standing-in-restarts-queue-clock",
    /// A call that an agent declines has waited for no time so far.
    DeclinesRestartQueueClock = "declines-restart-queue-clock",
    /// A call that its caller holds while it waits has waited for no time so far.
    HoldsRestartQueueClock = "holds-restart-queue-clock",
    /// A call that waits ends when its caller takes it back after more than five seconds on hold.
    LongWaitingHoldsEndCalls = "long-waiting-holds-end-calls",
    /// Nobody is asked any more to take a call that has waited for twenty seconds.
    LongWaitsForgotten = "long-waits-forgotten",
    /// Nobody is ever asked to take a call that begins to wait behind two others.
    ThirdWaitingCallStarves = "third-waiting-call-starves",
    /// When a queue's time-out ends a call, the phones that it alerts go on ringing.
    TimeOutLeavesPhonesRinging = "time-out-leaves-phones-ringing",
    /// When an alert time is over, so is the call to a copy.
    AlertTimeEndsCopiesCalls = "alert-time-ends-copies-calls",
    /// Who lets an alert time run out is never asked again.
    WhoLetItRingNeverAskedAgain = "who-let-it-ring-never-asked-again",
    /// Groups that ask their agents in turn ask them in their order, from the first.
    RoundRobinAsksFirst = "round-robin-asks-first",
    /// Groups that ask who has been idle the longest ask who has been idle the shortest.
    LongestIdleAsksShortest = "longest-idle-asks-shortest",
    /// Calls to copies wait, and no agent is alerted.
    CopiesAlertNobody = "copies-alert-nobody",
    /// While failover is under way, calls to copies wait, and no agent is alerted.
    TakingAlertsNobody = "taking-alerts-nobody",
    /// A call to a copy ends when an agent answers it.
    CopiesDropAnsweredCalls = "copies-drop-answered-calls",
    /// A call to a copy ends two seconds after an agent has answered it.
    CopiesDropConnectedCalls = "copies-drop-connected-calls",
    /// Of an anonymous call to a copy, the agent's voice is not sent on.
    CopiesMuteAgents = "copies-mute-agents",
    /// Of an anonymous call to a copy, the caller's voice is not sent on.
    CopiesMuteCallers = "copies-mute-callers",
    /// Of an anonymous call to a copy, what is sent on is silence.
    CopiesRelaySilence = "copies-relay-silence",
    /// Callers of anonymous groups hear themselves as well.
    RelayEchoes = "relay-echoes",
    /// What an agent says in an anonymous call is sent to the caller of another one as well.
    RelayLeaks = "relay-leaks",
    /// Music goes on when an agent has taken an anonymous call.
    MusicGoesOn = "music-goes-on",
    /// Of an anonymous call to a copy, the agent's voice is not sent on for every other second and a half.
    CopiesAgentsFallMute = "copies-agents-fall-mute",
    /// Of three packets that are sent on, one arrives.
    RelayLosesMost = "relay-loses-most",
    /// Of five packets that are sent on, one is lost.
    RelayLosesAFifth = "relay-loses-a-fifth",
    /// Of three packets of an agent that are sent on, one arrives.
    RelayLosesMostOfAgents = "relay-loses-most-of-agents",
    /// A packet a second is sent on.
    RelaySendsOneASecond = "relay-sends-one-a-second",
    /// Each second packet is sent on, and numbered as if there were no others.
    RelaySkipsHalf = "relay-skips-half",
    /// Each packet is sent on twice, as if it were two.
    RelaySendsAllTwice = "relay-sends-all-twice",
    /// Of two packets, the second is sent on first.
    RelayChangesOrder = "relay-changes-order",
    /// Packets are sent on in heaps of 600 ms.
    RelaySendsInHeaps = "relay-sends-in-heaps",
    /// What is sent on is A-law, which nobody offered.
    RelayChangesCodec = "relay-changes-codec",
    /// What is sent on has another source (SSRC) in each packet.
    RelayChangesSource = "relay-changes-source",
    /// What is sent on has another source (SSRC) after each 16 packets.
    RelayChangesSourceOften = "relay-changes-source-often",
    /// What is sent on has time stamps that have nothing to do with each other.
    RelayChangesTimes = "relay-changes-times",
    /// What is sent on is 800 ms late.
    RelaySendsLate = "relay-sends-late",
    /// Of each five seconds that are sent on, nine tenths of a second are left out, and the rest numbered as if there
    /// was no more.
    RelayLeavesPauses = "relay-leaves-pauses",
    /// Of an anonymous call to a copy, what is sent on has numbers that have nothing to do with each other.
    CopiesChangeNumbers = "copies-change-numbers",
    /// Of an anonymous call to a copy, one of three packets is sent on.
    CopiesLoseMost = "copies-lose-most",
    /// Of an anonymous call to a copy, what is sent on is A-law, which nobody offered.
    CopiesChangeCodec = "copies-change-codec",
    /// A pool that stands in sends on one of three packets of calls that it connects from then on.
    StandInLosesMost = "stand-in-loses-most",
    /// A pool that has been failed back sends on one of three packets.
    RestoredOwnerLosesMost = "restored-owner-loses-most",
    /// Who waits hears silence, in packets.
    MusicIsSilence = "music-is-silence",
    /// Who waits at a copy hears silence, in packets.
    CopiesMusicIsSilence = "copies-music-is-silence",
    /// Who waits hears silence after two seconds of music.
    MusicFallsSilent = "music-falls-silent",
    /// Who waits at a copy hears nothing after half a second of music.
    CopiesMusicStops = "copies-music-stops",
    /// Music comes as a packet a second.
    MusicComesOnceASecond = "music-comes-once-a-second",
    /// Of music, each second packet is left out, and the others numbered as if there were no others.
    MusicSkipsHalf = "music-skips-half",
    /// Music is A-law, which nobody offered.
    MusicChangesCodec = "music-changes-codec",
    /// What an agent says in an anonymous call is heard by somebody who waits, beside the music.
    WaitingHearConversations = "waiting-hear-conversations",
    /// Music has another source (SSRC) in each packet.
    MusicChangesSource = "music-changes-source",
    /// Music has another source (SSRC) after each 16 packets.
    MusicChangesSourceOften = "music-changes-source-often",
    /// Music has time stamps that have nothing to do with each other.
    MusicChangesTimes = "music-changes-times",
    /// Music has a payload type of which nobody was told.
    MusicOfUnknownType = "music-of-unknown-type",
    /// Of a regular call to a copy, only the caller is told where the other end is.
    CopiesIntroduceCallersOnly = "copies-introduce-callers-only",
    /// That an agent has answered changes nothing: the caller goes on hearing music.
    AnswersIgnored = "answers-ignored",
    /// The pool that stands in alerts none of its partner's users.
    StandingInForgetsPartnersAgents = "standing-in-forgets-partners-agents",
    /// The pool that stands in alerts none of its own users for calls to copies.
    StandingInForgetsOwnAgents = "standing-in-forgets-own-agents",
    /// During failback, the primary alerts nobody.
    FailbackAlertsNobody = "failback-alerts-nobody",
    /// After failback, the primary alerts none of its own users.
    FailedBackForgetsOwnAgents = "failed-back-forgets-own-agents",
    /// After failback, the primary alerts none of its partner's users.
    FailedBackForgetsPartnersAgents = "failed-back-forgets-partners-agents",
    /// During failback, the backup goes on to serve copies.
    ReturningServesCopies = "returning-serves-copies",
    /// A pool that stands in for the second time serves no copies.
    SecondStandInServesNoCopies = "second-stand-in-serves-no-copies",
    /// A pool that stands in for the second time registers none of its partner's users.
    SecondStandInTakesNoUsers = "second-stand-in-takes-no-users",
    /// A pool is fenced once and never again.
    FencedOnceOnly = "fenced-once-only",
    /// A pool that is failed back for the second time takes calls, and nothing else, for ever.
    SecondFailbackNeverOpens = "second-failback-never-opens",
    /// A pool that was failed back is fenced again when it is started anew.
    RestartFencesAgain = "restart-fences-again",
    /// A pool that no longer stands in does so again when it is started anew.
    RestartStandsInAgain = "restart-stands-in-again",
    /// A pool that stands in does so no longer when it is started anew.
    RestartEndsStandIn = "restart-ends-stand-in",
    /// A pool that is fenced is open when it is started anew, and hears nothing of it.
    RestartEndsFence = "restart-ends-fence",
    /// A pool notices once that its partner is dead, and never again.
    PartnerDiesOnce = "partner-dies-once",
    /// A pool that has stood in once goes on to serve copies for ever.
    RestServesCopies = "rest-serves-copies",
    /// A pool serves the copies that it has whenever it is asked for them.
    CopiesServedAtAnyTime = "copies-served-at-any-time",
    /// Once its partner has stood in for it, a pool declines what the partner passes on to it.
    PassedOnCallsDeclined = "passed-on-calls-declined",
    /// A pool that has stood in once goes on to serve copies of anonymous groups for ever.
    RestServesAnonymousCopies = "rest-serves-anonymous-copies",
    /// A pool that starts serves its groups for a second before it heeds what its partner says.
    FencedLate = "fenced-late",
    /// A pool that is fenced serves its anonymous groups all the same.
    FenceLeavesAnonymousGroups = "fence-leaves-anonymous-groups",
    /// An agent stays busy after a call that the pool ended.
    BrokenCallsKeepAgentsBusy = "broken-calls-keep-agents-busy",
    /// An agent stays reserved when the caller gives up while the agent is alerted.
    AbandonedCallsKeepAgentsReserved = "abandoned-calls-keep-agents-reserved",
    /// Once a pool stands in, an agent stays busy after the first call to a copy.
    StandInUsesAgentsOnce = "stand-in-uses-agents-once",
    /// After failback, an agent stays busy after the first call.
    RestoredOwnerUsesAgentsOnce = "restored-owner-uses-agents-once",
    /// An agent who had a call when another one began to wait is not asked to take that.
    FreedAgentsNotAsked = "freed-agents-not-asked",
    /// Of the calls in a queue, only the one that has waited longest alerts agents.
    OldestWaitingCallOnly = "oldest-waiting-call-only",
    /// Of the calls in a queue, the one that came last is served first.
    QueuesAreStacks = "queues-are-stacks",
    /// A group that alerts everybody at once alerts two at most.
    ParallelAlertsTwo = "parallel-alerts-two",
    /// A group that alerts everybody, whatever their presence, alerts one.
    AttendantAlertsOne = "attendant-alerts-one",
    /// A group that alerts everybody at once alerts the first only.
    ParallelAlertsOne = "parallel-alerts-one",
    /// A group that alerts everybody at once alerts the first, and the others a second and a half later.
    ParallelAlertsOthersLate = "parallel-alerts-others-late",
    /// A group that alerts one after the other alerts everybody at once.
    SerialAlertsAll = "serial-alerts-all",
    /// Copies that alert one after the other begin with the last.
    CopiesBeginAtEnd = "copies-begin-at-end",
    /// Agents are alerted for three seconds longer than the group's alert time.
    AlertsRingTooLong = "alerts-ring-too-long",
    /// Who is alerted is shown the first of the pool's groups, whichever was called.
    AlertsShowAnotherGroup = "alerts-show-another-group",
    /// Attendant groups do not alert who is in a call.
    AttendantSkipsBusyAgents = "attendant-skips-busy-agents",
    /// When an agent signs out, calls that alert the agent end.
    SignOutsEndAlertingCalls = "sign-outs-end-alerting-calls",
    /// When an agent declines at one telephone, the agent's others go on ringing.
    DeclinesLeaveTelephonesRinging = "declines-leave-telephones-ringing",
    /// An agent who gives up a call on behalf of a group while the callee's telephone rings stays busy.
    GivenUpOnBehalfKeepsAgentBusy = "given-up-on-behalf-keeps-agent-busy",
    /// An agent whose call on behalf of a group is declined stays busy.
    DeclinedOnBehalfKeepsAgentBusy = "declined-on-behalf-keeps-agent-busy",
    /// Of two calls on behalf of groups that are placed at once, the first goes to the second's callee.
    CallsOnBehalfMixCallees = "calls-on-behalf-mix-callees",
    /// An agent who is in a call on behalf of a group is alerted by others.
    AgentsOnBehalfAlerted = "agents-on-behalf-alerted",
    /// An agent is alerted for two seconds and a half only, and then again.
    AlertsWithdrawnEarly = "alerts-withdrawn-early",
    /// When the caller gives up, the phones that a copy's call alerts go on ringing.
    CopiesRingOn = "copies-ring-on",
    /// When failback ends calls to copies, the phones that they alert go on ringing.
    ReturningLeavesPhonesRinging = "returning-leaves-phones-ringing",
    /// A pool that stands in alerts nobody for calls to its own groups.
    StandInNeglectsOwnGroups = "stand-in-neglects-own-groups",
    /// A pool that stands in ends connected calls to its own groups after a second.
    StandInEndsOwnCalls = "stand-in-ends-own-calls",
    /// Of regular calls to its own groups, a pool that stands in tells only the caller where the other end is.
    StandInIntroducesOwnCallersOnly = "stand-in-introduces-own-callers-only",
    /// A pool that stands in shows its own groups' agents another group than was called.
    StandInShowsAnotherGroup = "stand-in-shows-another-group",
    /// A hang-up is not passed on when the call has lasted for twelve seconds.
    LateHangUpsLost = "late-hang-ups-lost",
    /// When an end hangs up that has the other on hold, the other is not told.
    HoldersHangUpsLost = "holders-hang-ups-lost",
    /// When an end hangs up that the other has on hold, the other is not told.
    HangUpsOnHoldLost = "hang-ups-on-hold-lost",
    /// When failback begins, the pool that stood in forgets the calls to copies that it has handed over.
    ReturningForgetsCalls = "returning-forgets-calls",
    /// A pool that has stood in does not pass on that a caller has hung up.
    StoodInLosesCallersHangUps = "stood-in-loses-callers-hang-ups",
    /// A pool that has been failed back ends its calls after four seconds and a half.
    RestoredOwnerEndsLongCalls = "restored-owner-ends-long-calls",
    /// When one agent has answered, the others' phones go on ringing.
    LosersLeftRinging = "losers-left-ringing",
    /// An agent whom one call alerts is alerted by others as well.
    AlertedAgentsAlertedAgain = "alerted-agents-alerted-again",
    /// An agent who is in a call is alerted by others.
    BusyAgentsAlerted = "busy-agents-alerted",
    /// When the caller of an anonymous call hangs up, the agent is not told.
    AnonymousCallersHangUpsLost = "anonymous-callers-hang-ups-lost",
    /// When an agent hangs up, the caller is not told.
    AgentsHangUpsLost = "agents-hang-ups-lost",
    /// A change of a connected call is refused (488).
    ChangesRefused = "changes-refused",
    /// A change of a connected call that its agent asks for is refused (488).
    AgentsChangesRefused = "agents-changes-refused",
    /// A change of a connected call is not answered.
    ChangesUnanswered = "changes-unanswered",
    /// A call is ended when somebody puts it on hold.
    HoldsEndCalls = "holds-end-calls",
    /// An anonymous call to a copy is ended when somebody puts it on hold.
    HoldsEndCopiesAnonymousCalls = "holds-end-copies-anonymous-calls",
    /// A call that was on hold for more than five seconds is ended when it is taken back.
    LongHoldsEndCalls = "long-holds-end-calls",
    /// That a regular call is put on hold is not passed on.
    HoldsNotPassedOn = "holds-not-passed-on",
    /// Where an end of a regular call receives media from now on is not passed on.
    NewAddressesNotPassedOn = "new-addresses-not-passed-on",
    /// Whoever holds an anonymous call is sent the other's media all the same.
    HoldersGoOnHearing = "holders-go-on-hearing",
    /// Whoever holds a call is answered that media goes on both ways, though none comes.
    HoldsAnsweredAsNone = "holds-answered-as-none",
    /// Whoever holds an anonymous call hears the music that is for the other.
    HoldersHearMusic = "holders-hear-music",
    /// An anonymous call that was on hold stays silent when it is taken back.
    HeldCallsStaySilent = "held-calls-stay-silent",
    /// Media of an anonymous call is sent to where it was wanted first.
    RelaysToFirstAddress = "relays-to-first-address",
    /// A call whose INVITE makes no offer is refused (488).
    CallsWithoutOfferRefused = "calls-without-offer-refused",
    /// A call to a copy whose INVITE makes no offer is refused (488).
    CopiesRefuseCallsWithoutOffer = "copies-refuse-calls-without-offer",
    /// A call whose INVITE makes no offer is answered with none.
    CallsWithoutOfferAnsweredWithNone = "calls-without-offer-answered-with-none",
    /// The answer that is in a caller's ACK is ignored.
    LateAnswersIgnored = "late-answers-ignored",
    /// The answer that is in the ACK of a caller of a copy is ignored.
    CopiesIgnoreLateAnswers = "copies-ignore-late-answers",
    /// A change of a call that makes no offer is refused (488).
    ChangesWithoutOfferRefused = "changes-without-offer-refused",
    /// The answer that is in the ACK of a change is ignored.
    LateAnswersToChangesIgnored = "late-answers-to-changes-ignored",
    /// That a call is taken back from hold is ignored where media goes to the same place as before.
    ResumptionsInPlaceIgnored = "resumptions-in-place-ignored",
    /// That a call is taken back from hold is ignored while the other end holds it, too.
    ResumptionsWhileHeldIgnored = "resumptions-while-held-ignored",
    /// An agent stays busy after a call that was on hold.
    HoldsKeepAgentsBusy = "holds-keep-agents-busy",
    /// A call that waits is ended when its caller holds it.
    WaitingHoldsEndCalls = "waiting-holds-end-calls",
    /// A change of a call that waits is refused (488).
    WaitingChangesRefused = "waiting-changes-refused",
    /// A call that its caller has held while it waited alerts nobody any more.
    WaitingHoldsForgetCalls = "waiting-holds-forget-calls",
    /// A caller who has held a call while it waited hears no music any more.
    WaitingHoldsEndMusic = "waiting-holds-end-music",
    /// After failback, the primary's users go on registering with the backup.
    UsersStayWithPartner = "users-stay-with-partner",
    /// A pool that stands in registers every second one of its partner's users only.
    StandInRegistersHalf = "stand-in-registers-half",
    /// A pool that is fenced takes registrations of its own users.
    FencedPoolTakesRegistrations = "fenced-pool-takes-registrations",
    /// Registrations that are withdrawn are kept, though the withdrawal is acknowledged.
    WithdrawalsIgnored = "withdrawals-ignored",
    /// A pool that stands in keeps registrations that are withdrawn.
    StandInIgnoresWithdrawals = "stand-in-ignores-withdrawals",
    /// A pool that was failed back keeps registrations that are withdrawn.
    RestoredOwnerIgnoresWithdrawals = "restored-owner-ignores-withdrawals",
    /// Who withdraws all registrations at once (`Contact: *`) is registered still, though that is acknowledged.
    WithdrawalsOfAllIgnored = "withdrawals-of-all-ignored",
    /// Registrations are not withdrawn before they expire: that is refused.
    WithdrawalsRefused = "withdrawals-refused",
    /// Registrations never expire.
    RegistrationsNeverExpire = "registrations-never-expire",
    /// Registrations of the partner's users never expire.
    PartnersRegistrationsNeverExpire = "partners-registrations-never-expire",
    /// Registrations expire 5 s before the time that was granted.
    RegistrationsExpireEarly = "registrations-expire-early",
    /// An agent who moves to another telephone is called at the first one.
    MovedAgentsCalledAtOldTelephone = "moved-agents-called-at-old-telephone",
    /// An agent who has withdrawn one telephone's registration is called at no other.
    MovedAgentsLost = "moved-agents-lost",
    /// Who withdraws one telephone's registration is registered with no other.
    WithdrawalsRemoveAll = "withdrawals-remove-all",
    /// While the partner is dead, a pool refuses users of its own who come back.
    ReturningUsersRefusedAlone = "returning-users-refused-alone",
    /// Who withdraws all registrations at once (`Contact: *`) with a pool that stands in is registered still.
    StandInIgnoresWithdrawalsOfAll = "stand-in-ignores-withdrawals-of-all",
    /// When its partner is back, the pool that stands in forgets where the partner's users are.
    ReturnedPartnersUsersForgotten = "returned-partners-users-forgotten",
    /// With a pool that stands in, registrations of the partner's users expire 5 s before the time that was granted.
    StandInLetsExpireEarly = "stand-in-lets-expire-early",
    /// With a pool that was failed back, registrations expire 5 s before the time that was granted.
    RestoredOwnerLetsExpireEarly = "restored-owner-lets-expire-early",
    /// Of an agent's telephones one rings.
    OneTelephoneRings = "one-telephone-rings",
    /// Of an agent's telephones one rings for calls to copies.
    CopiesRingOneTelephone = "copies-ring-one-telephone",
    /// Of the telephones of its partner's users a pool that stands in rings one.
    StandInRingsOneOfPartners = "stand-in-rings-one-of-partners",
    /// A pool that was failed back rings one of its users' telephones.
    RestoredOwnerRingsOne = "restored-owner-rings-one",
    /// When an agent has answered at one telephone, the others go on ringing.
    OtherTelephonesLeftRinging = "other-telephones-left-ringing",
    /// Whoever has a copy of a group may call on its behalf.
    OnBehalfByAnyCopy = "on-behalf-by-any-copy",
    /// Only a group's owner may call on its behalf.
    OnBehalfByOwnerOnly = "on-behalf-by-owner-only",
    /// Calls on behalf of a group show the agent who makes them.
    OnBehalfShowsAgent = "on-behalf-shows-agent",
    /// Calls on behalf of a group have the agent in From, and only assert the group.
    OnBehalfFromAgent = "on-behalf-from-agent",
    /// Calls on behalf of a group end when the callee answers.
    OnBehalfEndsAtAnswer = "on-behalf-ends-at-answer",
    /// In calls on behalf of a group, agent and callee do not hear each other.
    OnBehalfIsMute = "on-behalf-is-mute",
    /// Calls on behalf of a group are made for regular groups only.
    OnBehalfOfRegularGroupsOnly = "on-behalf-of-regular-groups-only",
    /// Calls on behalf of a group are made for a pool's own users only.
    OnBehalfByOwnUsersOnly = "on-behalf-by-own-users-only",
    /// Anonymous groups are called on behalf of at any time by whoever has a copy.
    OnBehalfByAnyAnonymousCopy = "on-behalf-by-any-anonymous-copy",
    /// A pool that was failed back calls on behalf of its groups no more.
    RestoredOwnerNeverOnBehalf = "restored-owner-never-on-behalf",
    /// A pool that was failed back refuses its own users' calls on behalf.
    RestoredOwnerRefusesOwnUsersCalls = "restored-owner-refuses-own-users-calls",
    /// That the callee hangs up a call on behalf is not passed on.
    OnBehalfLosesCalleesHangUp = "on-behalf-loses-callees-hang-up",
    /// That the callee declines a call on behalf is not passed on.
    OnBehalfLosesDeclines = "on-behalf-loses-declines",
    /// When the agent gives up a call on behalf, the callee's telephone rings on.
    OnBehalfRingsOn = "on-behalf-rings-on",
    /// A call on behalf that came to nothing is reported as done.
    OnBehalfIsAlwaysDone = "on-behalf-is-always-done",
    /// Calls on behalf end when one of the two puts the other on hold.
    HoldsEndCallsOnBehalf = "holds-end-calls-on-behalf",
    /// Nobody calls on behalf of a formal group.
    OnBehalfOfInformalGroupsOnly = "on-behalf-of-informal-groups-only",
    /// A pool that stands in calls on behalf of groups of which it has no copy.
    OnBehalfWithoutCopy = "on-behalf-without-copy",
    /// A pool calls on behalf of the copies that it has for as long as it takes their owner to live.
    OnBehalfOfLivePartnersCopies = "on-behalf-of-live-partners-copies",
    /// During failback, the primary calls on behalf of its groups.
    FailbackCallsOnBehalf = "failback-calls-on-behalf",
    /// Four seconds into failback, the primary calls on behalf of its groups.
    FailbackCallsOnBehalfLate = "failback-calls-on-behalf-late",
    /// A pool whose groups are given back calls on behalf of the anonymous ones.
    FailbackCallsOnBehalfOfAnonymous = "failback-calls-on-behalf-of-anonymous",
    /// A fenced pool calls on behalf of its anonymous groups.
    FenceCallsOnBehalfOfAnonymous = "fence-calls-on-behalf-of-anonymous",
    /// A pool that has stood in calls on behalf of its own groups no more.
    StoodInNeverOnBehalf = "stood-in-never-on-behalf",

    /// Signing in to a group of a pool that does not answer is granted.
    DeadPoolsSignInGranted = "dead-pools-sign-in-granted",
    /// During failback, the primary lets agents sign in to its groups.
    FailbackGrantsSignIn = "failback-grants-sign-in",
    /// A pool whose groups are given back lets agents sign in to the anonymous ones.
    FailbackGrantsSignInToAnonymous = "failback-grants-sign-in-to-anonymous",
    /// A pool that is fenced lets agents sign in to its groups.
    FencedPoolGrantsSignIn = "fenced-pool-grants-sign-in",
    /// A pool that is not open lets its own users sign in to its groups.
    ClosedPoolSignsOwnUsersIn = "closed-pool-signs-own-users-in",
    /// Signing in to a group of a pool that does not answer is granted to that pool's users.
    DeadPoolsUsersSignedIn = "dead-pools-users-signed-in",
    /// Signing in to a formal group is written down, and alerts nobody.
    SignInHasNoEffect = "sign-in-has-no-effect",
    /// When an agent signs out of a group, the agent's calls are ended.
    SignOutsEndCalls = "sign-outs-end-calls",
    /// The agent console leaves a dead partner's groups out.
    DeadPartnersGroupsHidden = "dead-partners-groups-hidden",
    /// The agent console shows everybody as signed out of informal groups.
    InformalGroupsShownSignedOut = "informal-groups-shown-signed-out",
    /// The agent console shows everybody as signed in to informal groups, registered or not.
    InformalGroupsShownSignedIn = "informal-groups-shown-signed-in",
    /// A pool that stands in shows everybody as signed out of informal groups.
    StandInShowsInformalSignedOut = "stand-in-shows-informal-signed-out",
    /// The agent console shows imported groups at all times.
    CopiesAlwaysShown = "copies-always-shown",
    /// The agent console shows imported groups as soon as their owner is dead.
    DeadPartnersCopiesShown = "dead-partners-copies-shown",
    /// The agent console shows imported groups for as long as their owner lives.
    LivePartnersCopiesShown = "live-partners-copies-shown",
    /// The agent console shows imported groups until the pool stands in for the first time.
    CopiesShownBeforeFailover = "copies-shown-before-failover",
    /// The agent console goes on to show imported groups once the pool has stood in.
    CopiesShownAfterFailback = "copies-shown-after-failback",
    /// The agent console never shows imported groups.
    CopiesNeverShown = "copies-never-shown",
    /// Signing in to imported groups is refused.
    CopiesRefuseSignIn = "copies-refuse-sign-in",
    /// The agent console shows a group twice.
    ConsoleShowsGroupTwice = "console-shows-group-twice",
    /// A console shows four rows at most.
    ConsoleShowsFourRows = "console-shows-four-rows",
    /// The agent console shows an agent the groups of others as well.
    ConsoleShowsOthersGroups = "console-shows-others-groups",
    /// The agent console shows the pool's own formal groups to agents who are in none.
    OutsidersSeeFormalGroups = "outsiders-see-formal-groups",
    /// Signing in to a group is granted to those who are no members of it.
    OutsidersSignIn = "outsiders-sign-in",
    /// The agent console shows agents as signed out of groups that the partner keeps.
    PartnersMarksForgotten = "partners-marks-forgotten",
    /// Signing in to one group signs the agent in to all others that the pool keeps.
    SignInSignsInToAll = "sign-in-signs-in-to-all",
    /// A sign-in that is refused is written down all the same.
    RefusedSignInsRecorded = "refused-sign-ins-recorded",
    /// A pool that is fenced, or not open yet, has agents sign out of its own groups.
    ClosedPoolSignsOut = "closed-pool-signs-out",
    /// Who signs out of one group is signed out of all that the pool keeps.
    SignOutSignsOutOfAll = "sign-out-signs-out-of-all",
    /// Agents can sign in to copies at any time.
    CopiesSignInAtAnyTime = "copies-sign-in-at-any-time",
    /// The Control Panel, which does not show copies, changes them.
    PanelChangesCopies = "panel-changes-copies",
    /// The Control Panel changes copies of formal groups.
    PanelChangesFormalCopies = "panel-changes-formal-copies",
    /// Copies of anonymous groups cannot be changed while a failover runs.
    TakingRefusesAnonymousCopiesChanges = "taking-refuses-anonymous-copies-changes",
    /// Signing out is granted, and changes nothing.
    SignOutsIgnored = "sign-outs-ignored",
    /// Agents of formal groups are alerted whether they are signed in or not.
    SignedOutAgentsAlerted = "signed-out-agents-alerted",
    /// A pool that stands in signs only its own users in to copies.
    StandInSignsOwnUsersIn = "stand-in-signs-own-users-in",
    /// A pool that has been failed back signs none of its own users in.
    RestoredOwnerRefusesOwnUsers = "restored-owner-refuses-own-users",
    /// Only a pool's own users may sign in to the groups that it owns.
    PartnersUsersRefused = "partners-users-refused",
    /// A pool that is to stand in signs everybody out, of its own groups as well.
    FailoverSignsEverybodyOut = "failover-signs-everybody-out",
    /// A pool that no longer stands in signs everybody out, of its own groups as well.
    FailbackSignsEverybodyOut = "failback-signs-everybody-out",
    /// Whoever is signed in to the partner's groups is signed in to the copies when failover begins.
    CopiesInheritSignIns = "copies-inherit-sign-ins",
    /// Whoever signed in to a copy in an earlier failover is signed in to it still in the next.
    CopiesKeepSignIns = "copies-keep-sign-ins",
    /// Whoever signed in to a copy in an earlier failover is signed in to it again once the pool stands in.
    StandInBringsSignInsBack = "stand-in-brings-sign-ins-back",
    /// A pool that starts signs everybody out of its own groups.
    SignInsLostAtStart = "sign-ins-lost-at-start",
    /// A pool that has been fenced for four and a half seconds lets agents sign in to its groups.
    FenceTiresOfSignIns = "fence-tires-of-sign-ins",
    /// A pool that has been fenced for half a minute lets agents sign in to its groups.
    LongFenceGrantsSignIn = "long-fence-grants-sign-in",

    /// What a database that does not answer holds is listed as nothing.
    DeadDatabaseListsNothing = "dead-database-lists-nothing",
    /// A change to a group of a dead pool is acknowledged by its partner.
    DeadPoolsChangesAcknowledged = "dead-pools-changes-acknowledged",
    /// A pool that is not open takes changes to its own groups.
    ClosedPoolTakesChanges = "closed-pool-takes-changes",
    /// A pool that is not open takes changes to those of its groups that were never changed.
    ClosedPoolChangesUntouchedGroups = "closed-pool-changes-untouched-groups",
    /// Changes to the groups of a partner that lives are acknowledged, and left at that.
    LivePartnersChangesAcknowledged = "live-partners-changes-acknowledged",
    /// While its partner is dead, a pool refuses changes to its own groups.
    ChangesNeedPartner = "changes-need-partner",
    /// A pool that has been fenced for four and a half seconds takes changes to its own groups.
    FenceTiresOfChanges = "fence-tires-of-changes",
    /// During failback, the primary takes changes to its own groups.
    FailbackTakesChanges = "failback-takes-changes",
    /// Two seconds into failback, the primary takes changes to its own groups.
    FailbackTakesChangesLate = "failback-takes-changes-late",
    /// A pool whose groups are given back takes changes to the formal ones.
    FailbackTakesFormalGroupsChanges = "failback-takes-formal-groups-changes",
    /// While failover is under way, the backup refuses changes to its own groups.
    TakingRefusesChanges = "taking-refuses-changes",
    /// A pool that stands in refuses changes to its own groups.
    StandInRefusesChanges = "stand-in-refuses-changes",
    /// During failback, the backup refuses changes to its own groups.
    ReturningRefusesChanges = "returning-refuses-changes",
    /// Once a pool has stood in, it refuses changes to formal groups of its own.
    StandingInEndsFormalGroupsChanges = "standing-in-ends-formal-groups-changes",
    /// During failback, copies cannot be changed.
    ReturningRefusesCopiesChanges = "returning-refuses-copies-changes",
    /// Copies of formal groups cannot be changed.
    FormalCopiesNotChanged = "formal-copies-not-changed",
    /// After failback, formal groups cannot be changed.
    RestoredOwnersFormalGroupsNotChanged = "restored-owners-formal-groups-not-changed",
    /// Once a pool has stood in, it refuses changes to its own groups.
    StandingInEndsChanges = "standing-in-ends-changes",
    /// The Control Panel shows imported groups.
    ControlPanelShowsCopies = "control-panel-shows-copies",
    /// The Management Shell lists own groups only, whatever it is asked for.
    ShellListsNoCopies = "shell-lists-no-copies",
    /// The Management Shell cannot change imported groups.
    ShellChangesNoCopies = "shell-changes-no-copies",
    /// Of descriptions, letters that ASCII does not have are lost.
    DescriptionsInAscii = "descriptions-in-ascii",
    /// The queue of a group that is described times out no more.
    DescribingEndsTimeOuts = "describing-ends-time-outs",
    /// Descriptions are kept in lower case.
    DescriptionsInLowerCase = "descriptions-in-lower-case",
    /// What XML escapes stays escaped in descriptions.
    DescriptionsEscaped = "descriptions-escaped",
    /// Listings have their first group twice.
    GroupListedTwice = "group-listed-twice",
    /// Listings have a group that there is not.
    GhostListed = "ghost-listed",
    /// Listings have the pool that keeps a copy as its owner.
    CopiesListedAsOwn = "copies-listed-as-own",
    /// Listings have each copy a second time, as a group of the pool's own.
    CopiesListedAsOwnToo = "copies-listed-as-own-too",
    /// Listings have copies of formal groups as informal.
    CopiesListedInformal = "copies-listed-informal",
    /// Listings have a copy's owner as the pool that keeps it.
    CopiesListedAtOwner = "copies-listed-at-owner",
    /// The Management Shell lists everything, whichever owner it is asked for.
    ShellIgnoresOwner = "shell-ignores-owner",
    /// The Management Shell lists imported groups without being asked for them.
    ShellShowsCopiesUnasked = "shell-shows-copies-unasked",
    /// The Control Panel goes on to show the descriptions that it has shown first.
    PanelKeepsFirstDescriptions = "panel-keeps-first-descriptions",
    /// A change of one group changes the next one as well.
    ChangesReachNextGroup = "changes-reach-next-group",
    /// A change of a copy is made to its original as well.
    CopiesChangesReachOriginals = "copies-changes-reach-originals",
    /// A change of a group is made to its copy as well.
    OriginalsChangesReachCopies = "originals-changes-reach-copies",
    /// Changes that a closed pool has refused are made when it opens.
    RefusedChangesMadeLater = "refused-changes-made-later",
    /// What is written reaches the database with the next that is written.
    WritesOneBehind = "writes-one-behind",
    /// A pool that starts describes its own groups as it did when it was installed.
    ChangesLostAtStart = "changes-lost-at-start",
    /// A pool that starts forgets what copies were changed to.
    CopiesChangesLostAtStart = "copies-changes-lost-at-start",
    /// Changes to copies of anonymous groups are acknowledged, and not made.
    AnonymousCopiesChangesLost = "anonymous-copies-changes-lost",

    /// Calls to copies wait, and no agent is alerted, but for callers who are known from drills.
    OnlyKnownCallersServed = "only-known-callers-served",
    /// Anonymous calls are handed over, but for those to groups that are known from drills.
    OnlyKnownGroupsAnonymous = "only-known-groups-anonymous",
    /// Signing in to a formal group alerts nobody, but for agents who are known from drills.
    OnlyKnownAgentsSignedIn = "only-known-agents-signed-in",
    /// Whoever has a copy of a group may call on its behalf, but for an agent who is known from drills.
    OnlyKnownAgentsRefused = "only-known-agents-refused",
    /// The Management Shell changes no imported groups but one that is known from drills.
    OnlyKnownGroupsChanged = "only-known-groups-changed",
    /// The Management Shell writes nothing into imported groups but what names a stage of a drill.
    OnlyStagesWritten = "only-stages-written",
    /// Nothing fences a pool that no probe of a drill has asked.
    OnlyProbedFenced = "only-probed-fenced",
    /// A pool that is fenced takes its groups back when its partner dies.
    FenceEndsWithPartner = "fence-ends-with-partner",

    /// Import makes the destination the owner without being asked to.
    ImportOverwritesOwner = "import-overwrites-owner",
    /// Import silently replaces whatever the destination has.
    ImportOverwritesEverything = "import-overwrites-everything",
    /// Import does nothing where groups of the same owner are there already.
    ImportOnceOnly = "import-once-only",
    /// Import leaves formal groups out.
    ImportDropsFormalGroups = "import-drops-formal-groups",
    /// Import leaves the last agent of each group out.
    ImportDropsAgents = "import-drops-agents",
    /// Import turns the order of agents round.
    ImportReordersAgents = "import-reorders-agents",
    /// Import makes formal groups informal.
    ImportMakesGroupsInformal = "import-makes-groups-informal",
    /// Import has all groups alert everybody at once.
    ImportChangesRouting = "import-changes-routing",
    /// Import marks what it imports in the description.
    ImportMarksDescriptions = "import-marks-descriptions",
    /// The removal of what was exported leaves one of the groups.
    RemovalLeavesGroup = "removal-leaves-group",
    /// The removal of what was exported removes a group of the pool's own as well.
    RemovalTakesOwnGroup = "removal-takes-own-group",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mutant_is_found_by_its_name_and_configured_by_it() {
        for &mutant in Mutant::ALL {
            assert_eq!(Mutant::named(mutant.name()), Some(mutant));
            let text = serde_json::to_string(&mutant).unwrap();
            assert_eq!(text, format!("\"{}\"", mutant.name()));
        }
    }

    #[test]
    fn every_name_says_in_lower_case_what_is_broken() {
        for mutant in Mutant::ALL {
            let plain = |c: char| c.is_ascii_lowercase() || c == '-';
            assert!(mutant.name().chars().all(plain), "{}", mutant.name());
            assert!(mutant.about().len() > 20, "{}", mutant.about());
        }
    }
}
