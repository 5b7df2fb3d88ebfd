//! Which statements each mutant of the reference server breaks: what `rgdrill prove` expects.
//!
//! The server knows nothing of clauses, and no clause anything of the server; here the two meet.
//! Each list was thought out from the mechanism first and observed then. Where breaking one
//! mechanism breaks more than its name says, or less, the reason is given.

use model::Tables;
use model::clause::ClauseId;
use model::pattern::Pattern;
use reference::Mutant;

/// What a mutant breaks.
struct Breaks {
    /// The clauses: ids, or patterns with `*`.
    clauses: &'static [&'static str],
    /// Why these, where its name does not say.
    why: &'static str,
}

/// The clauses that go red when this mutant is drilled: exactly these, in the tables' order.
pub fn broken_by(mutant: Mutant, tables: &Tables) -> Vec<ClauseId> {
    let patterns = breaks(mutant).clauses.iter().copied();
    let patterns: Vec<Pattern> = patterns.map(Pattern::new).collect();
    let clauses = tables.clauses.iter().map(|clause| &clause.id);
    clauses
        .filter(|id| patterns.iter().any(|pattern| pattern.matches(&id.0)))
        .cloned()
        .collect()
}

/// Why the mutant breaks these clauses, where its name does not say; else nothing.
pub const fn why(mutant: Mutant) -> &'static str {
    breaks(mutant).why
}

const fn breaks(mutant: Mutant) -> Breaks {
    match mutant {
        Mutant::DeclinesRestartQueueClock
        | Mutant::LongWaitingHoldsEndCalls
        | Mutant::LongWaitsForgotten
        | Mutant::ThirdWaitingCallStarves => these(
            &[
                "outage.new.imported",
                "failed-over.new.imported",
                "failed-back.new.all",
            ],
            "failover and failback are over before anybody has waited for long",
        ),
        Mutant::HoldsRestartQueueClock => these(
            &["failed-over.new.imported", "failed-back.new.all"],
            "in the outage nobody holds a call that waits until its queue's time is over",
        ),
        Mutant::SignOutsEndAlertingCalls => these(
            &[
                "outage.agents.backup",
                "failed-over.agents.backup",
                "failed-back.agents.backup",
            ],
            "nobody signs out while being alerted in failover and failback",
        ),
        Mutant::DeclinesLeaveTelephonesRinging => these(
            &["failed-over.new.imported"],
            "the telephone that was left rings for ever, and takes no other call",
        ),
        Mutant::GivenUpOnBehalfKeepsAgentBusy | Mutant::DeclinedOnBehalfKeepsAgentBusy => these(
            &["failed-over.new.imported", "failed-back.new.all"],
            "other stages are too short to give up, or decline, and be asked for another call",
        ),
        Mutant::AttendantSkipsBusyAgents => these(
            &[
                "outage.new.imported",
                "failed-over.new.imported",
                "failed-back.new.all",
            ],
            "no such group is called twice at once in failover and failback",
        ),
        Mutant::CallsOnBehalfMixCallees => these(
            &[
                "failed-over.on-behalf.imported",
                "failed-back.on-behalf.all",
            ],
            "in no other stage are two calls placed at once",
        ),
        Mutant::CopiesKeepSignIns | Mutant::StandInBringsSignInsBack => {
            these(&["failed-over.agents.imported"], "")
        }
        Mutant::FenceTiresOfSignIns | Mutant::LongFenceGrantsSignIn => {
            these(&["failed-over.agents.primary"], "")
        }
        Mutant::WithdrawalsRemoveAll => these(
            &["failed-over.new.imported", "failed-back.new.all"],
            "in failed-over the agent is registered anew while the call waits, and alerted late",
        ),
        Mutant::ReturnedPartnersUsersForgotten => these(
            &["failed-over.new.imported", "failed-over.on-behalf.imported"],
            "agents cannot call on behalf either until they register anew",
        ),
        Mutant::StandInIgnoresWithdrawalsOfAll
        | Mutant::StandInLetsExpireEarly
        | Mutant::StandInRingsOneOfPartners => these(&["failed-over.new.imported"], ""),
        Mutant::RestoredOwnerLetsExpireEarly | Mutant::RestoredOwnerRingsOne => {
            these(&["failed-back.new.all"], "")
        }
        Mutant::FailbackCallsOnBehalfLate => these(&["failback.on-behalf.all"], ""),
        Mutant::StoodInNeverOnBehalf => these(&["failed-back.on-behalf.all"], ""),
        Mutant::FenceTiresOfChanges => these(&["failed-over.configuration.primary"], ""),
        Mutant::FailbackTakesChanges | Mutant::FailbackTakesChangesLate => {
            these(&["failback.configuration.primary"], "")
        }
        Mutant::TakingRefusesChanges => these(&["failover.configuration.backup"], ""),
        Mutant::StandInRefusesChanges => these(&["failed-over.configuration.backup"], ""),
        Mutant::ReturningRefusesChanges => these(&["failback.configuration.backup"], ""),
        Mutant::StandingInEndsFormalGroupsChanges => these(
            &[
                "failover.configuration.backup",
                "failed-over.configuration.backup",
                "failback.configuration.backup",
                "failed-back.configuration.backup",
            ],
            "",
        ),
        Mutant::ReturningRefusesCopiesChanges => these(&["failback.configuration.imported"], ""),
        Mutant::FormalCopiesNotChanged => these(
            &[
                "failover.configuration.imported",
                "failed-over.configuration.imported",
                "failback.configuration.imported",
                "failed-back.configuration.imported",
            ],
            "",
        ),
        Mutant::RestoredOwnersFormalGroupsNotChanged => {
            these(&["failed-back.configuration.primary"], "")
        }
        Mutant::FenceEndsWithPartner => these(
            &[
                "failed-over.new.imported",
                "failed-over.on-behalf.imported",
                "failed-over.agents.primary",
                "failed-over.configuration.primary",
            ],
            "the backup does not find the telephones that register with the primary",
        ),
        Mutant::HangUpsOnHoldLost => these(
            &[
                "failed-back.connected.anonymous-imported",
                "failed-back.new.all",
            ],
            "nobody hangs up on hold before",
        ),
        Mutant::HoldersHangUpsLost => these(
            &[
                "failed-back.connected.anonymous-imported",
                "failed-back.new.all",
            ],
            "the agent stays in a call that is over",
        ),
        Mutant::CallsWithoutOfferRefused | Mutant::CallsWithoutOfferAnsweredWithNone => these(
            &[
                "*.new.imported",
                "failback.new.all",
                "failed-back.new.all",
                "outage.agents.backup",
                "failed-over.agents.backup",
            ],
            "those who call so call the backup's groups as well",
        ),
        Mutant::CopiesRefuseCallsWithoutOffer => these(&["*.new.imported"], ""),
        Mutant::LateAnswersIgnored => these(
            &[
                "failover.new.imported",
                "failed-over.new.imported",
                "failback.new.all",
            ],
            "a regular call is heard all the same once an agent has taken it, and soon in the other stages",
        ),
        Mutant::CopiesIgnoreLateAnswers => these(
            &["failover.new.imported", "failed-over.new.imported"],
            "in the outage regular calls are taken soon",
        ),
        Mutant::ChangesWithoutOfferRefused => these(
            &[
                "failed-over.connected.regular",
                "failed-over.connected.anonymous-imported",
                "failed-over.in-progress.imported",
                "failed-back.connected.regular",
                "failed-back.connected.anonymous-imported",
            ],
            "",
        ),
        Mutant::LateAnswersToChangesIgnored => these(
            &[
                "failed-over.connected.anonymous-imported",
                "failed-over.in-progress.imported",
                "failed-back.connected.regular",
                "failed-back.connected.anonymous-imported",
            ],
            "where both have held a regular call, the second who takes it back sets right what the first has lost",
        ),
        Mutant::ResumptionsInPlaceIgnored => these(
            &[
                "failed-over.connected.regular",
                "failed-over.connected.anonymous-imported",
                "failed-back.connected.regular",
                "failed-back.connected.anonymous-imported",
            ],
            "",
        ),
        Mutant::ResumptionsWhileHeldIgnored => these(
            &[
                "failed-over.connected.anonymous-imported",
                "failed-back.connected.anonymous-imported",
            ],
            "of a regular call the ends agree anew when the second takes it back",
        ),
        Mutant::HoldsKeepAgentsBusy => these(
            &["*.new.imported", "failback.new.all", "failed-back.new.all"],
            "",
        ),
        Mutant::WaitingHoldsEndCalls | Mutant::WaitingChangesRefused => these(
            &[
                "failover.new.imported",
                "failed-over.new.imported",
                "failed-over.in-progress.imported",
                "failback.new.all",
                "failed-back.new.all",
            ],
            "",
        ),
        Mutant::WaitingHoldsForgetCalls => these(
            &[
                "failover.new.imported",
                "failed-over.new.imported",
                "failback.new.all",
                "failed-back.new.all",
            ],
            "",
        ),
        Mutant::WaitingHoldsEndMusic => these(
            &[
                "failed-over.new.imported",
                "failed-over.in-progress.imported",
                "failed-back.new.all",
            ],
            "others are taken soon after they have taken the call back",
        ),
        Mutant::CopiesInheritSignIns => these(&["failover.agents.imported"], ""),
        Mutant::DescriptionsInAscii
        | Mutant::DescriptionsInLowerCase
        | Mutant::DescriptionsEscaped => these(
            &[
                "outage.configuration.*",
                "*.configuration.backup",
                "*.configuration.imported",
                "failed-back.configuration.primary",
            ],
            "from failover to failback nothing of the primary's groups is changed",
        ),
        Mutant::ChangesRefused => these(
            &[
                "outage.new.imported",
                "failed-over.new.imported",
                "failed-over.connected.*",
                "failback.connected.regular",
                "failback.connected.anonymous-imported",
                "failed-back.connected.regular",
                "failed-back.connected.anonymous-imported",
                "failback.new.all",
                "failed-back.new.all",
                "failed-over.on-behalf.imported",
                "failover.new.imported",
                "failed-over.in-progress.imported",
            ],
            "of the stage in which a call is placed, new calls are judged; later, connected ones",
        ),
        Mutant::ChangesUnanswered => these(
            &[
                "failed-over.new.imported",
                "failed-over.connected.*",
                "failback.connected.regular",
                "failback.connected.anonymous-imported",
                "failed-back.connected.regular",
                "failed-back.connected.anonymous-imported",
            ],
            "of the stage in which a call is placed, new calls are judged; later, connected ones",
        ),
        Mutant::AgentsChangesRefused => these(
            &[
                "failed-over.connected.regular",
                "failed-over.connected.anonymous-imported",
                "failed-back.connected.regular",
                "failed-back.connected.anonymous-imported",
            ],
            "of other calls the caller puts the agent on hold",
        ),
        Mutant::HoldsEndCalls => these(
            &[
                "outage.new.imported",
                "failed-over.new.imported",
                "failed-over.on-behalf.imported",
                "failed-over.connected.*",
                "failed-back.connected.regular",
                "failed-back.connected.anonymous-imported",
                "failback.new.all",
                "failed-back.new.all",
                "failover.new.imported",
            ],
            "those that are on hold in failback are ended before",
        ),
        Mutant::LongHoldsEndCalls => these(
            &["failed-over.connected.regular"],
            "others hold calls for less",
        ),
        Mutant::HoldsEndCopiesAnonymousCalls => these(
            &[
                "outage.new.imported",
                "failed-over.connected.anonymous-imported",
            ],
            "those that are on hold later are ended before",
        ),
        Mutant::HoldsNotPassedOn => these(
            &[
                "outage.new.imported",
                "failed-over.new.imported",
                "failed-over.on-behalf.imported",
                "failed-over.connected.regular",
                "failback.connected.regular",
                "failed-back.connected.regular",
                "failback.new.all",
                "failed-back.new.all",
                "failover.new.imported",
            ],
            "",
        ),
        Mutant::NewAddressesNotPassedOn => these(
            &[
                "outage.new.imported",
                "failed-over.new.imported",
                "failed-over.on-behalf.imported",
                "failed-over.connected.regular",
                "failback.connected.regular",
                "failed-back.connected.regular",
            ],
            "a call that was taken back is silent from then on",
        ),
        Mutant::HoldsAnsweredAsNone => these(
            &[
                "outage.new.imported",
                "failed-over.new.imported",
                "failed-over.on-behalf.imported",
                "failed-over.connected.*",
                "failback.connected.regular",
                "failback.connected.anonymous-imported",
                "failed-back.connected.regular",
                "failed-back.connected.anonymous-imported",
                "failback.new.all",
                "failed-back.new.all",
                "failover.new.imported",
                "failed-over.in-progress.imported",
            ],
            "",
        ),
        Mutant::HoldersGoOnHearing | Mutant::HoldersHearMusic => these(
            &[
                "outage.new.imported",
                "failed-over.connected.anonymous-imported",
                "failback.connected.anonymous-imported",
                "failed-back.connected.anonymous-imported",
            ],
            "",
        ),
        Mutant::HeldCallsStaySilent | Mutant::RelaysToFirstAddress => these(
            &[
                "outage.new.imported",
                "failed-over.connected.anonymous-imported",
                "failed-back.connected.anonymous-imported",
            ],
            "those that are on hold in failback are silent before, or are taken back where they began",
        ),
        Mutant::RegularCallsAnchored
        | Mutant::OwnersCallsAnchored
        | Mutant::AnchoredBeforeFirstFailover
        | Mutant::ParallelCallsAnchored
        | Mutant::FormalCallsAnchored
        | Mutant::DeclinedCallsAnchored => these(
            &["outage.connected.regular", "failover.connected.regular"],
            "later no regular call is left that could be lost, so the stages after are inconclusive",
        ),
        Mutant::AnonymousCallsHandedOver | Mutant::OnlyKnownGroupsAnonymous => these(
            &[
                "*.connected.anonymous",
                "*.connected.anonymous-imported",
                "*.connected.anonymous-not-imported",
                "*.new.imported",
                "*.new.all",
            ],
            "such a call is not anonymous, at any time; and one that outlives the pool is still there \
             after failback",
        ),
        Mutant::CopiesHandAnonymousCallsOver | Mutant::CopiesAgentsSpeakPastPool => these(
            &["*.new.imported", "*.connected.anonymous-imported"],
            "of the stage in which a call is placed, new calls are judged; later, connected ones",
        ),
        Mutant::StandInHandsAnonymousCallsOver => these(
            &[
                "failed-over.new.imported",
                "failback.connected.anonymous-imported",
                "failed-back.connected.anonymous-imported",
            ],
            "calls that were connected before are relayed",
        ),
        Mutant::RestoredOwnerHandsAnonymousCallsOver => these(
            &["*.new.all", "failed-back.connected.anonymous-imported"],
            "a call of failback goes on after it",
        ),
        Mutant::StandingInHandsCallsOver | Mutant::ReturnedPartnerHandsCallsOver => these(
            &["failed-over.new.imported", "*.connected.anonymous-imported"],
            "what was handed over stays so; calls of this stage are handed over as well",
        ),
        Mutant::ReturningHandsCallsOver => these(
            &[
                "failback.connected.anonymous-imported",
                "failed-back.connected.anonymous-imported",
            ],
            "what was handed over stays so",
        ),
        Mutant::RestHandsCallsOver => these(&["failed-back.connected.anonymous-imported"], ""),
        Mutant::AgentsMediaOfferedForAMoment
        | Mutant::CallersMediaOfferedForAMoment
        | Mutant::EarlyAnswerNamesAgent
        | Mutant::AgentAssertedToCaller
        | Mutant::AgentInRemotePartyId
        | Mutant::AgentInFrom
        | Mutant::AgentSpelledOutInFrom
        | Mutant::AgentsFirstNameInFrom
        | Mutant::AgentInIdentity
        | Mutant::AgentInContact
        | Mutant::AgentsPhonePassedOn
        | Mutant::AgentInCallInfo
        | Mutant::AgentInWarning
        | Mutant::AgentInHistory
        | Mutant::AgentInSessionName
        | Mutant::AgentInSessionInformation
        | Mutant::AgentInOrigin
        | Mutant::AgentsOriginPassedOn
        | Mutant::AgentsSourceDescribed
        | Mutant::AgentsCandidatePassedOn => these(
            &["outage.connected.anonymous", "*.new.imported", "*.new.all"],
            "it is told once, when an agent takes the call; what is seen in the healthy stage counts \
             for the outage",
        ),
        Mutant::AgentsAddressNumbersStream | Mutant::AgentsAddressContributes => these(
            &["outage.connected.anonymous", "*.new.imported", "*.new.all"],
            "streams are told of when an agent takes the call",
        ),
        Mutant::RelayTellsSource => these(
            &[
                "outage.connected.anonymous",
                "*.new.imported",
                "*.new.all",
                "failed-over.connected.anonymous-imported",
                "failed-back.connected.anonymous-imported",
            ],
            "it is told once in a call, and once more where an agent takes it back from hold: from another port",
        ),
        Mutant::AgentsRouteRecorded => these(
            &[
                "outage.connected.anonymous",
                "*.new.imported",
                "failed-back.new.all",
            ],
            "during failback the agent is reached through the partner, whose address it is then",
        ),
        Mutant::FenceEndsHandedOverCalls => these(
            &["failed-over.connected.regular"],
            "the primary is fenced when it is back, which is in this stage",
        ),
        Mutant::FailbackEndsHandedOverCalls => these(&["failback.connected.regular"], ""),
        Mutant::RegistrationEndsCalls => these(
            &["failed-back.connected.regular"],
            "agents register anew at the primary once it is open",
        ),
        Mutant::WithdrawalEndsCalls => these(
            &[
                "failed-over.connected.regular",
                "failed-over.connected.anonymous-imported",
            ],
            "nobody in a call withdraws in other stages",
        ),
        Mutant::RegistrationFreesAgents => these(&["failed-over.new.imported"], ""),
        Mutant::WaitingCallsMissWhoSignsIn | Mutant::WaitingCallsMissOthersAgents => {
            these(&["failed-over.new.imported", "failed-back.new.all"], "")
        }
        Mutant::UsersCallsToGroupsRefused => these(&["failed-over.new.imported"], ""),
        Mutant::StandingInEndsHeldCalls => these(&["failed-over.connected.anonymous-imported"], ""),
        Mutant::ReturningEndsHeldCalls => these(&["failback.connected.anonymous-imported"], ""),
        Mutant::RestEndsHeldCalls => these(&["failed-back.connected.anonymous-imported"], ""),
        Mutant::ReturningEndsCallsOnBehalf => these(&["failback.connected.regular"], ""),
        Mutant::RestEndsCallsOnBehalf => these(&["failed-back.connected.regular"], ""),
        Mutant::FenceKeepsCalls => these(
            &[
                "*.in-progress.not-imported",
                "*.connected.anonymous-not-imported",
                "failed-back.new.all",
            ],
            "a primary that was frozen goes on with the calls that it had, and one that was cut off \
             takes the agents of such calls for busy",
        ),
        Mutant::SilentCallersKept
        | Mutant::SilentWaitingCallersKept
        | Mutant::SilenceNoticedLate => these(
            &[
                "outage.in-progress.all",
                "failover.in-progress.all",
                "failed-over.in-progress.not-imported",
            ],
            "a primary that only cannot be reached goes on playing music, until it is fenced",
        ),
        Mutant::ReturnedPartnerEndsCopiesCalls => these(
            &[
                "failed-over.connected.regular",
                "failed-over.connected.anonymous-imported",
                "failed-over.in-progress.imported",
                "failed-over.new.imported",
                "failed-over.on-behalf.imported",
            ],
            "the primary is back while the backup stands in; a call on behalf of a copy is a call to it",
        ),
        Mutant::ReturnedPartnerEndsRegularCalls => these(
            &[
                "failed-over.connected.regular",
                "failed-over.new.imported",
                "failed-over.on-behalf.imported",
            ],
            "the primary is back while the backup stands in; a call on behalf of a copy is a regular one",
        ),
        Mutant::ReturnedPartnerEndsWaitingCalls => these(
            &[
                "failed-over.in-progress.imported",
                "failed-over.new.imported",
            ],
            "the primary is back while the backup stands in",
        ),
        Mutant::StandingInEndsRegularCalls => these(
            &["failover.new.imported", "failed-over.connected.regular"],
            "calls that begin later go on",
        ),
        Mutant::StandingInEndsAnonymousCalls => these(
            &[
                "failover.new.imported",
                "failed-over.connected.anonymous-imported",
            ],
            "calls that begin later go on",
        ),
        Mutant::StandingInEndsWaitingCalls => these(
            &["failover.new.imported", "failed-over.in-progress.imported"],
            "calls that begin later wait",
        ),
        Mutant::ReturningEndsRegularCalls => these(&["failback.connected.regular"], ""),
        Mutant::ReturningKeepsInProgressCalls | Mutant::ReturningKeepsAlertingCalls => these(
            &[
                "failback.in-progress.imported",
                "failed-back.in-progress.imported",
            ],
            "",
        ),
        Mutant::ReturningEndsAnonymousCalls => these(
            &["failback.connected.anonymous-imported"],
            "those that the primary takes meanwhile go on",
        ),
        Mutant::RestEndsCopiesCalls | Mutant::LeavingUsersCallsEnded => these(
            &[
                "failed-back.connected.regular",
                "failed-back.connected.anonymous-imported",
            ],
            "",
        ),
        Mutant::OpeningEndsCalls => these(
            &[
                "failback.connected.regular",
                "failback.new.all",
                "failed-back.connected.regular",
                "failed-back.connected.anonymous-imported",
            ],
            "the primary opens a moment before failback is complete; of anonymous calls it has only \
             those that began in failback",
        ),
        Mutant::RestEndsRegularCalls => these(&["failed-back.connected.regular"], ""),
        Mutant::RestEndsAnonymousCalls => these(&["failed-back.connected.anonymous-imported"], ""),
        Mutant::UnservedCallsTakenByLastGroup => these(
            &[
                "*.new.not-imported",
                "failed-over.in-progress.not-imported",
                "outage.agents.backup",
                "failover.agents.backup",
                "failed-over.agents.backup",
            ],
            "a call that is taken is a call in progress, of which there should be none; its own callers wait for the agent",
        ),
        Mutant::DeadOwnersCallsPassedOn => these(&["outage.new.imported"], ""),
        Mutant::TakingServesNoCopies => these(&["failover.new.imported"], ""),
        Mutant::PartnersUsersComeEarly => {
            these(&["outage.new.imported", "failover.new.imported"], "")
        }
        Mutant::FencedLate => these(&["failed-over.new.imported"], ""),
        Mutant::InformalGroupsShownSignedIn => these(
            &[
                "failed-over.agents.primary",
                "failed-over.agents.imported",
                "failed-back.agents.primary",
            ],
            "whoever withdraws a registration looks when nothing is done to pools",
        ),
        Mutant::SignOutsEndCalls => these(
            &[
                "outage.agents.backup",
                "failover.agents.backup",
                "failed-over.new.imported",
            ],
            "only there somebody signs out in a call",
        ),
        Mutant::InformalGroupsShownSignedOut => these(
            &[
                "*.agents.primary",
                "outage.agents.backup",
                "failover.agents.imported",
                "failed-over.agents.*",
                "failback.agents.imported",
            ],
            "a member of the backup's own informal groups looks in healthy and failed-over only",
        ),
        Mutant::StandInShowsInformalSignedOut => these(&["failed-over.agents.*"], ""),
        Mutant::WritesOneBehind => these(
            &[
                "outage.configuration.*",
                "failover.configuration.backup",
                "failover.configuration.imported",
                "failed-over.new.imported",
                "failed-over.on-behalf.imported",
                "failed-over.agents.primary",
                "failed-over.configuration.backup",
                "failed-over.configuration.imported",
                "failback.agents.primary",
                "failback.configuration.backup",
                "failback.configuration.imported",
                "failed-back.agents.backup",
                "failed-back.agents.imported",
                "failed-back.configuration.*",
            ],
            "what a pool has become, who is signed in and how groups are described is lost with the process",
        ),
        Mutant::NeverFenced | Mutant::OnlyProbedFenced => these(
            &[
                "failed-over.new.*",
                "failed-over.on-behalf.not-imported",
                "outage.configuration.primary",
                "failover.configuration.primary",
                "failed-over.configuration.primary",
                "*.in-progress.not-imported",
                "*.connected.anonymous-not-imported",
                "failed-over.agents.primary",
                "failed-back.new.all",
            ],
            "the primary takes calls, sign-ins and changes when it is back, and keeps the calls that it \
             had, whose agents it takes for busy; one that was frozen carries out what it was asked for \
             meanwhile and nobody waits for any more",
        ),
        Mutant::FenceOutlivesFailback => these(
            &[
                "failback.new.all",
                "failed-back.new.all",
                "failed-back.on-behalf.all",
            ],
            "agents homed in the primary are registered nowhere",
        ),
        Mutant::FailbackTakesRegistrations => these(
            &["failback.new.all"],
            "agents homed in the primary are alerted, who should be unreachable",
        ),
        Mutant::FailbackNeverOpens => these(
            &[
                "failed-back.on-behalf.all",
                "failed-back.agents.primary",
                "failed-back.configuration.primary",
                "failed-back.new.all",
            ],
            "calls are taken, and agents homed in the primary cannot be reached",
        ),
        Mutant::CopiesAlertNobody
        | Mutant::OnlyKnownCallersServed
        | Mutant::CopiesDropAnsweredCalls
        | Mutant::CopiesIntroduceCallersOnly => these(&["*.new.imported"], ""),
        Mutant::CopiesDropConnectedCalls => these(
            &["*.new.imported", "failback.connected.regular"],
            "a call that begins in the last moments of failed-over is dropped in failback",
        ),
        Mutant::CopiesMuteAgents | Mutant::CopiesMuteCallers => these(
            &["*.new.imported"],
            "no anonymous call to a copy is connected then, so that none is left to stay so",
        ),
        Mutant::CopiesRelaySilence => these(
            &["*.new.imported"],
            "no anonymous call to a copy is connected then, so that none is left to stay so",
        ),
        Mutant::CopiesAgentsFallMute
        | Mutant::CopiesLoseMost
        | Mutant::CopiesChangeCodec
        | Mutant::CopiesChangeNumbers => {
            these(&["*.new.imported", "*.connected.anonymous-imported"], "")
        }
        Mutant::RelayLosesMost
        | Mutant::RelayLosesAFifth
        | Mutant::RelayLosesMostOfAgents
        | Mutant::RelaySendsOneASecond
        | Mutant::RelaySkipsHalf
        | Mutant::RelaySendsAllTwice
        | Mutant::RelayChangesOrder
        | Mutant::RelaySendsInHeaps
        | Mutant::RelayChangesSource
        | Mutant::RelayChangesSourceOften
        | Mutant::RelayChangesTimes
        | Mutant::RelaySendsLate
        | Mutant::RelayChangesCodec => these(
            &[
                "*.new.imported",
                "*.new.all",
                "*.connected.anonymous-imported",
            ],
            "anonymous calls are relayed, at any time",
        ),
        Mutant::RelayLeavesPauses => these(
            &["outage.new.imported", "*.connected.anonymous-imported"],
            "new calls of other stages are too short for two pauses",
        ),
        Mutant::StandInLosesMost => these(
            &[
                "failed-over.new.imported",
                "failed-over.connected.anonymous-imported",
                "failback.connected.anonymous-imported",
                "failed-back.connected.anonymous-imported",
            ],
            "calls that were connected before are relayed as they should, until one is taken back from hold",
        ),
        Mutant::RestoredOwnerLosesMost => these(
            &["*.new.all", "failed-back.connected.anonymous-imported"],
            "a call of failback goes on after it",
        ),
        Mutant::MusicIsSilence => these(
            &[
                "*.new.imported",
                "*.new.all",
                "failed-over.in-progress.imported",
            ],
            "",
        ),
        Mutant::WaitingHearConversations => these(
            &[
                "outage.new.imported",
                "failed-over.new.imported",
                "failed-over.in-progress.imported",
                "failback.new.all",
                "failback.agents.backup",
                "failed-back.new.all",
                "failed-back.agents.backup",
            ],
            "it takes an anonymous call and somebody who waits at the same pool, to whichever group",
        ),
        Mutant::MusicChangesCodec | Mutant::MusicOfUnknownType => these(
            &[
                "*.new.imported",
                "*.new.all",
                "*.agents.backup",
                "failed-over.in-progress.imported",
            ],
            "a payload type is judged however short the music is that calls to the backup's groups hear",
        ),
        Mutant::CopiesMusicIsSilence => {
            these(&["*.new.imported", "failed-over.in-progress.imported"], "")
        }
        Mutant::CopiesMusicStops => these(
            &["*.new.imported"],
            "a call that has long been silent is in progress no more",
        ),
        Mutant::MusicFallsSilent => these(
            &["failed-over.in-progress.imported"],
            "of what is heard in the stage in which a call is placed, music is a part",
        ),
        Mutant::TakingAlertsNobody => these(&["failover.new.imported"], ""),
        Mutant::AnswersIgnored => these(
            &["*.new.imported", "*.new.all", "*.agents.backup"],
            "no call is connected in any stage, so that none is left to stay so",
        ),
        Mutant::StandingInForgetsPartnersAgents | Mutant::StandingInForgetsOwnAgents => {
            these(&["failed-over.new.imported"], "")
        }
        Mutant::FailbackAlertsNobody | Mutant::ReturningServesCopies => {
            these(&["failback.new.all"], "")
        }
        Mutant::FailedBackForgetsOwnAgents | Mutant::FailedBackForgetsPartnersAgents => {
            these(&["failed-back.new.all"], "")
        }
        Mutant::SecondStandInServesNoCopies => these(&["failed-over.new.imported"], ""),
        Mutant::SecondStandInTakesNoUsers => these(
            &["failed-over.new.imported", "failed-over.on-behalf.imported"],
            "who is not registered cannot be called either",
        ),
        Mutant::FencedOnceOnly => these(
            &[
                "failed-over.new.imported",
                "failed-over.agents.primary",
                "failed-over.configuration.primary",
            ],
            "the primary serves its groups as soon as it is back",
        ),
        Mutant::AgentsSpeakPastPool | Mutant::CallersSpeakPastPool => these(
            &[
                "*.connected.anonymous",
                "*.connected.anonymous-imported",
                "*.connected.anonymous-not-imported",
                "*.new.imported",
                "*.new.all",
                "failover.agents.backup",
                "failed-over.agents.backup",
                "failback.agents.backup",
                "failed-back.agents.backup",
            ],
            "calls to the backup's own groups are looked at as well",
        ),
        Mutant::RtcpPassedOn => these(
            &[
                "outage.connected.anonymous",
                "*.new.imported",
                "*.new.all",
                "failed-back.connected.anonymous-imported",
                "failover.agents.backup",
                "failed-over.agents.backup",
                "failback.agents.backup",
                "failed-back.agents.backup",
            ],
            "a report that comes before the agent is connected is not sent on; the next one comes 5 s later, which may be in the next stage",
        ),
        Mutant::StandingInEndsOwnCalls => these(
            &["failover.agents.backup", "failed-over.connected.regular"],
            "calls to the backup's own groups are looked at as well",
        ),
        Mutant::RestEndsOwnCalls => these(
            &["failed-back.agents.backup", "failed-back.connected.regular"],
            "calls to the backup's own groups are looked at as well",
        ),
        Mutant::UnservedCallsTakenByAnotherGroup | Mutant::DeadPartnersCallsTakenByAnotherGroup => {
            these(
                &[
                    "*.new.not-imported",
                    "failed-over.in-progress.not-imported",
                    "outage.agents.backup",
                    "failover.agents.backup",
                    "failed-over.agents.backup",
                ],
                "a call that is taken is a call in progress, of which there should be none; and it keeps the backup's own agents busy",
            )
        }
        Mutant::MusicComesOnceASecond => these(
            &[
                "*.new.imported",
                "*.new.all",
                "failed-over.in-progress.imported",
                "failed-back.agents.backup",
            ],
            "who calls a formal group of the backup's waits for the two seconds that are looked at in failed-back only",
        ),
        Mutant::MusicSkipsHalf
        | Mutant::MusicChangesSource
        | Mutant::MusicChangesSourceOften
        | Mutant::MusicChangesTimes => these(
            &[
                "*.new.imported",
                "*.new.all",
                "failed-over.in-progress.imported",
            ],
            "",
        ),
        Mutant::SerialAlertsAll => these(
            &["*.new.imported", "*.new.all", "*.agents.backup"],
            "calls to the backup's own groups are looked at as well",
        ),
        Mutant::AlertsShowAnotherGroup => these(
            &[
                "outage.new.not-imported",
                "*.new.imported",
                "*.new.all",
                "*.agents.backup",
            ],
            "the healthy stage's calls count in the outage",
        ),
        Mutant::ParallelAlertsOne => these(
            &["*.new.imported", "*.new.all", "failed-over.agents.backup"],
            "calls to the backup's own groups are looked at as well",
        ),
        Mutant::ReturningUsersRefusedAlone => these(
            &["outage.new.*", "failover.new.*"],
            "they are refused whether there are copies or not",
        ),
        Mutant::FailbackCallsOnBehalfOfAnonymous => these(&["failback.on-behalf.all"], ""),
        Mutant::FenceCallsOnBehalfOfAnonymous => these(&["failed-over.on-behalf.not-imported"], ""),
        Mutant::FailbackTakesFormalGroupsChanges => these(&["failback.configuration.primary"], ""),
        Mutant::FailbackGrantsSignInToAnonymous => these(&["failback.agents.primary"], ""),
        Mutant::PanelChangesFormalCopies => these(&["failed-over.configuration.imported"], ""),
        Mutant::TakingRefusesAnonymousCopiesChanges => {
            these(&["failover.configuration.imported"], "")
        }
        Mutant::ParallelAlertsOthersLate => these(
            &["*.new.imported", "*.new.all", "failed-over.agents.backup"],
            "",
        ),
        Mutant::LosersLeftRinging => these(
            &[
                "outage.new.imported",
                "failed-over.new.imported",
                "*.new.all",
                "failed-over.agents.backup",
            ],
            "in failover the caller hangs up before the others had to be told",
        ),
        Mutant::AlertedAgentsAlertedAgain => these(
            &[
                "failover.new.imported",
                "failed-over.new.imported",
                "*.new.all",
                "outage.agents.backup",
                "failed-over.agents.backup",
            ],
            "it takes two calls to one group at the same time",
        ),
        Mutant::BusyAgentsAlerted => these(
            &[
                "*.new.imported",
                "*.new.all",
                "outage.agents.backup",
                "failover.agents.backup",
                "failed-over.agents.backup",
            ],
            "calls to the backup's own groups are looked at as well",
        ),
        Mutant::CopiesBeginAtEnd => these(&["*.new.imported"], ""),
        Mutant::ImportReordersAgents => these(
            &["*.configuration.imported", "*.new.imported"],
            "it is seen in whom calls alert as well",
        ),
        Mutant::StandInNeglectsOwnGroups
        | Mutant::StandInEndsOwnCalls
        | Mutant::StandInIntroducesOwnCallersOnly
        | Mutant::StandInShowsAnotherGroup => these(&["failed-over.agents.backup"], ""),
        Mutant::SecondFailbackNeverOpens => these(
            &[
                "failed-back.on-behalf.all",
                "failed-back.agents.primary",
                "failed-back.configuration.primary",
                "failed-back.new.all",
            ],
            "",
        ),
        Mutant::StandInKeepsSdpVersions => these(
            &[
                "failed-over.new.imported",
                "failed-over.on-behalf.imported",
                "failed-over.agents.backup",
            ],
            "telephones take the agent's description for a repetition of the music's; calls to the backup's own \
             formal group are judged with its sign-ins",
        ),
        Mutant::CopiesEndLongCalls => these(
            &[
                "outage.new.imported",
                "failed-over.new.imported",
                "failed-back.connected.regular",
                "failed-back.connected.anonymous-imported",
            ],
            "half a minute after they are connected, which is in the same stage only where that is long",
        ),
        Mutant::LongRelayedCallsMute => these(
            &[
                "outage.new.imported",
                "failed-back.connected.anonymous-imported",
            ],
            "a call of a long stage falls mute in it, one of a short stage in a later one",
        ),
        Mutant::FifthRelayedCallMute => these(
            &["*.new.imported", "failed-over.connected.anonymous-imported"],
            "four calls are held, and others come and go in each stage",
        ),
        Mutant::MusicEndsAfterAWhile => these(
            &[
                "outage.new.imported",
                "failed-over.in-progress.imported",
                "failed-over.new.imported",
                "failed-back.new.all",
            ],
            "failover and failback are over before it ends; after failed-over no call in progress is left that could \
             be disconnected",
        ),
        Mutant::CopiesThirdWaitingCallEnded => these(
            &[
                "outage.new.imported",
                "failover.new.imported",
                "failed-over.new.imported",
            ],
            "later no copy is called",
        ),
        Mutant::QueuesAreStacks => these(
            &[
                "outage.new.imported",
                "failed-over.new.imported",
                "failed-back.new.all",
            ],
            "in failover and failback no two calls wait for an agent who becomes free",
        ),
        Mutant::AgentsOnBehalfAlerted => {
            these(&["failed-over.new.imported", "failed-back.new.all"], "")
        }
        Mutant::AlertsRingTooLong => these(
            &[
                "outage.new.imported",
                "failed-over.new.imported",
                "failed-back.new.all",
            ],
            "only long stages have time for it",
        ),
        Mutant::AttendantAlertsOne => these(
            &[
                "outage.new.imported",
                "failed-over.new.imported",
                "failed-back.new.all",
            ],
            "no such group is called in failover and failback",
        ),
        Mutant::ParallelAlertsTwo => these(
            &["failed-over.new.imported", "failed-back.new.all"],
            "of three, two can be reached before",
        ),
        Mutant::ClosedPoolSignsOut => these(
            &["failed-over.agents.primary", "failback.agents.primary"],
            "before, the primary is not there to be asked",
        ),
        Mutant::SignOutSignsOutOfAll => these(&["failed-over.agents.backup"], ""),
        Mutant::CopiesSignInAtAnyTime => these(
            &["outage.agents.imported", "failed-back.agents.imported"],
            "",
        ),
        Mutant::PanelChangesCopies => these(&["*.configuration.imported"], ""),
        Mutant::AgentInHex | Mutant::AgentsHostNamed => these(
            &["*.new.imported", "*.new.all", "outage.connected.anonymous"],
            "",
        ),
        Mutant::CopiesNeverTimeOut | Mutant::CopiesTimeOutEarly => these(
            &["outage.new.imported", "failed-over.new.imported"],
            "failover is over before a queue's time is",
        ),
        Mutant::OnlyAlertedCallsTimeOut => these(
            &[
                "outage.new.imported",
                "failed-over.new.imported",
                "failed-back.new.all",
            ],
            "failover and failback are over before a queue's time is",
        ),
        Mutant::StandingInRestartsQueueClock => these(
            &["failed-over.new.imported"],
            "a call that waits since the outage is to be ended in that stage",
        ),
        Mutant::RestoredOwnerNeverTimesOut => these(&["failed-back.new.all"], ""),
        Mutant::AlertedCallsNeverTimeOut
        | Mutant::AlertsRestartQueueClock
        | Mutant::TimeOutLeavesPhonesRinging => these(
            &["failed-over.new.imported", "failed-back.new.all"],
            "before failover is complete nobody of that group can be alerted",
        ),
        Mutant::AlertTimeEndsCopiesCalls => these(
            &["outage.new.imported", "failed-over.new.imported"],
            "failover is over before an alert time is",
        ),
        Mutant::WhoLetItRingNeverAskedAgain => these(
            &[
                "outage.new.imported",
                "failed-over.new.imported",
                "failed-back.new.all",
            ],
            "failover and failback are over before an alert time is",
        ),
        Mutant::RoundRobinAsksFirst => these(
            &[
                "outage.new.imported",
                "failed-over.new.imported",
                "failed-back.new.all",
            ],
            "during failover such a group is called once; in failback those whose turn it is not are in the \
             copies' calls, and nobody asks them again so soon",
        ),
        Mutant::LongestIdleAsksShortest => these(
            &[
                "outage.new.imported",
                "failed-over.new.imported",
                "failed-back.new.all",
            ],
            "during failover and failback such a group is called once",
        ),
        Mutant::ConsoleShowsFourRows => these(
            &[
                "failover.agents.primary",
                "failed-over.agents.primary",
                "failback.agents.primary",
            ],
            "an agent of four formal groups has six rows while copies are shown; those of the primary come last",
        ),
        Mutant::OnBehalfLosesCalleesHangUp => these(
            &[
                "failed-over.on-behalf.imported",
                "failed-over.new.imported",
                "failed-over.agents.backup",
                "failback.agents.backup",
                "failed-back.agents.backup",
            ],
            "agents who were not told are in the call still: they call on behalf of nobody afterwards, and are \
             alerted while they are in a call",
        ),
        Mutant::RestartFencesAgain => these(
            &[
                "failed-back.on-behalf.all",
                "failed-back.agents.primary",
                "failed-back.configuration.primary",
                "failed-back.new.all",
            ],
            "",
        ),
        Mutant::RestartStandsInAgain => these(
            &[
                "failed-back.new.all",
                "failed-back.agents.backup",
                "failed-back.agents.imported",
            ],
            "callers who ask the backup first see it, and so do those of its own groups: it does not find the \
             primary's agents",
        ),
        Mutant::DeclineEndsCall => these(&["*.new.imported", "*.new.all"], ""),
        Mutant::DeclineEndsCopiesCall => these(&["*.new.imported"], ""),
        Mutant::RestartEndsStandIn => these(
            &[
                "failed-over.new.imported",
                "failed-over.on-behalf.imported",
                "failed-over.agents.imported",
            ],
            "changes to copies do not depend on it",
        ),
        Mutant::RestartEndsFence => these(
            &[
                "failed-over.new.imported",
                "failed-over.on-behalf.imported",
                "failed-over.agents.primary",
                "failed-over.configuration.primary",
            ],
            "the backup does not find the telephones that register with the primary",
        ),
        Mutant::PartnerDiesOnce => these(
            &["outage.new.imported"],
            "a pool that stands in does so whatever it takes its partner for",
        ),
        Mutant::FailoverSignsEverybodyOut => these(
            &["outage.agents.backup"],
            "the outage answers for the healthy stage, in which the agent signed in",
        ),
        Mutant::FailbackSignsEverybodyOut => these(
            &["outage.agents.backup", "failback.agents.backup"],
            "the outage answers for the healthy stage; a stage is blamed in which an agent signed in",
        ),
        Mutant::RestServesCopies => these(
            &["failed-back.new.all"],
            "callers who ask the backup first see it",
        ),
        Mutant::CopiesServedAtAnyTime => these(
            &["failback.new.all", "failed-back.new.all"],
            "callers who ask the backup first see it",
        ),
        Mutant::StandInUsesAgentsOnce => these(
            &[
                "failed-over.new.imported",
                "failed-over.agents.backup",
                "failed-over.agents.imported",
                "failback.agents.backup",
                "failed-back.agents.backup",
            ],
            "the agents of a copy are those of groups of the backup's own as well",
        ),
        Mutant::RestoredOwnerUsesAgentsOnce => these(
            &["failback.new.all", "failed-back.new.all"],
            "the primary takes calls as soon as failback is under way",
        ),
        Mutant::RestoredOwnerEndsLongCalls => these(
            &[
                "failback.new.all",
                "failed-back.new.all",
                "failed-back.connected.regular",
                "failed-back.connected.anonymous-imported",
            ],
            "the primary takes calls as soon as failback is under way, and some go on after it",
        ),
        Mutant::RestServesAnonymousCopies => these(&["failed-back.new.all"], ""),
        Mutant::FreedAgentsNotAsked => these(&["*.new.imported", "*.new.all"], ""),
        Mutant::AlertsWithdrawnEarly => these(
            &[
                "failover.new.imported",
                "failed-over.new.imported",
                "*.new.all",
            ],
            "in the outage nobody is alerted for as long",
        ),
        Mutant::OldestWaitingCallOnly => these(&["failed-over.new.imported"], ""),
        Mutant::CopiesRingOn => these(&["*.new.imported"], ""),
        Mutant::ReturningLeavesPhonesRinging => these(&["failback.new.all"], ""),
        Mutant::LateHangUpsLost => these(
            &[
                "failed-back.new.all",
                "failed-back.connected.regular",
                "failed-back.connected.anonymous-imported",
            ],
            "only calls that were held for long are hung up so late; agents are left in them",
        ),
        Mutant::ReturningForgetsCalls => these(
            &["failed-back.new.all", "failed-back.connected.regular"],
            "agents are left in calls that their callers hang up",
        ),
        Mutant::StoodInLosesCallersHangUps => these(
            &[
                "failover.new.imported",
                "failed-over.new.imported",
                "failed-over.connected.regular",
                "failed-over.on-behalf.imported",
                "failback.new.all",
                "failed-back.new.all",
                "failed-back.connected.regular",
                "failed-back.connected.anonymous-imported",
            ],
            "it does so from the beginning of failover on, and in calls on behalf of a group as well",
        ),
        Mutant::FenceLeavesAnonymousGroups => these(
            &["failed-over.new.*", "failed-over.in-progress.not-imported"],
            "a call that is taken is a call in progress, of which there should be none",
        ),
        Mutant::RelayEchoes | Mutant::RelayLeaks | Mutant::MusicGoesOn => these(
            &[
                "*.new.imported",
                "*.new.all",
                "*.connected.anonymous-imported",
            ],
            "anonymous calls are relayed, at any time",
        ),
        Mutant::AgentInMessage => these(
            &["outage.connected.anonymous", "*.new.imported", "*.new.all"],
            "it is told once, when an agent takes the call",
        ),
        Mutant::OnBehalfFromAgent
        | Mutant::OnBehalfLosesDeclines
        | Mutant::OnBehalfRingsOn
        | Mutant::OnBehalfIsAlwaysDone
        | Mutant::OnBehalfEndsAtAnswer
        | Mutant::OnBehalfIsMute
        | Mutant::OnBehalfOfRegularGroupsOnly
        | Mutant::OnBehalfByOwnUsersOnly => these(
            &[
                "failed-over.on-behalf.imported",
                "failed-back.on-behalf.all",
            ],
            "",
        ),
        Mutant::HoldsEndCallsOnBehalf => these(
            &["failed-over.on-behalf.imported"],
            "nobody puts such a call on hold elsewhere",
        ),
        Mutant::OnBehalfByAnyAnonymousCopy => these(
            &[
                "outage.on-behalf.all",
                "failover.on-behalf.all",
                "failback.on-behalf.all",
            ],
            "after failback such calls should succeed, whichever pool makes them",
        ),
        Mutant::StandInRegistersHalf => these(
            &["failed-over.new.*", "failed-over.on-behalf.imported"],
            "agents register with the pool that stands in, with copies or without; who does not cannot be \
             called either",
        ),
        Mutant::FencedPoolTakesRegistrations => these(
            &["failed-over.new.*"],
            "agents register with the pool that stands in, with copies or without",
        ),
        Mutant::SignedOutAgentsAlerted => these(
            &[
                "*.agents.backup",
                "failed-over.agents.imported",
                "failback.agents.primary",
            ],
            "a copy is called without anybody signed in only once failover is complete, its original only \
             during failback",
        ),
        Mutant::StandInSignsOwnUsersIn => these(
            &[
                "failover.agents.imported",
                "failed-over.agents.imported",
                "failback.agents.imported",
            ],
            "",
        ),
        Mutant::RestoredOwnerRefusesOwnUsers => these(&["failed-back.agents.primary"], ""),
        Mutant::PartnersUsersRefused => these(
            &["*.agents.backup", "failed-back.agents.primary"],
            "in the healthy stage pavel and bianca are refused as well, which counts for nothing",
        ),
        Mutant::AnonymousCopiesChangesLost => these(
            &[
                "outage.configuration.imported",
                "failover.configuration.imported",
                "failed-over.configuration.imported",
                "failed-back.configuration.imported",
            ],
            "in failback no such copy is changed",
        ),
        Mutant::PassedOnCallsDeclined => these(
            &["failback.new.all", "failed-back.new.all"],
            "callers who ask the backup first are declined, which is final",
        ),
        Mutant::BrokenCallsKeepAgentsBusy => these(
            &["failed-back.new.all"],
            "the primary remembers who had calls that broke with it, where it was not killed",
        ),
        Mutant::AbandonedCallsKeepAgentsReserved => these(
            &[
                "failover.new.imported",
                "failed-over.new.imported",
                "failed-back.new.all",
            ],
            "who gives up in one stage is missed in the next, and nobody does in failback",
        ),
        Mutant::AnonymousCallersHangUpsLost => these(
            &[
                "*.new.imported",
                "*.new.all",
                "failed-back.connected.anonymous-imported",
            ],
            "agents who were not told are in the call still, and so are not asked",
        ),
        Mutant::WithdrawalsIgnored | Mutant::MovedAgentsCalledAtOldTelephone => these(
            &[
                "outage.new.not-imported",
                "*.new.imported",
                "*.new.all",
                "failed-back.agents.primary",
            ],
            "an agent of the healthy stage, whose calls count in the outage, has withdrawn a registration",
        ),
        Mutant::WithdrawalsOfAllIgnored => these(
            &[
                "outage.new.imported",
                "failed-over.new.imported",
                "failed-back.new.all",
                "failed-back.agents.primary",
            ],
            "each second time an agent withdraws all registrations",
        ),
        Mutant::WithdrawalsRefused => these(
            &["*.new.*"],
            "agents ask the backup for it in each stage, whether groups are imported or not",
        ),
        Mutant::StandInIgnoresWithdrawals => these(&["failed-over.new.imported"], ""),
        Mutant::RestoredOwnerIgnoresWithdrawals => these(
            &["failed-back.new.all"],
            "agents homed in the primary are registered there again once it is open",
        ),
        Mutant::PartnersRegistrationsNeverExpire => these(&["failed-over.new.imported"], ""),
        Mutant::DescribingEndsTimeOuts => these(&["*.configuration.*"], ""),
        Mutant::RegistrationsNeverExpire | Mutant::RegistrationsExpireEarly => these(
            &[
                "outage.new.imported",
                "failed-over.new.imported",
                "failed-back.new.all",
            ],
            "failover and failback are over before a registration expires",
        ),
        Mutant::MovedAgentsLost => these(
            &[
                "outage.new.imported",
                "failed-over.new.imported",
                "*.new.all",
            ],
            "in failover nobody moves",
        ),
        Mutant::OneTelephoneRings => these(
            &[
                "outage.new.imported",
                "failed-over.new.imported",
                "failed-back.new.all",
            ],
            "in failover and failback nobody who is called has two telephones",
        ),
        Mutant::CopiesRingOneTelephone => these(
            &["outage.new.imported", "failed-over.new.imported"],
            "in failover nobody who is called has two telephones",
        ),
        Mutant::OtherTelephonesLeftRinging => these(
            &["outage.new.imported", "failed-over.new.imported"],
            "the backup's users have their telephones ring by the backup when the primary calls them",
        ),
        Mutant::AgentsHangUpsLost => these(
            &[
                "*.new.imported",
                "*.new.all",
                "failed-back.connected.regular",
                "failed-back.connected.anonymous-imported",
            ],
            "",
        ),
        Mutant::UsersStayWithPartner => these(
            &["failed-back.new.all", "failed-back.on-behalf.all"],
            "the primary's agents are alerted all the same, through the partner, where the primary or the \
             agent's client asks it",
        ),
        Mutant::OnBehalfByAnyCopy | Mutant::OnlyKnownAgentsRefused => these(
            &[
                "outage.on-behalf.all",
                "failover.on-behalf.all",
                "failback.on-behalf.all",
            ],
            "after failback such calls should succeed, whichever pool makes them",
        ),
        Mutant::OnBehalfByOwnerOnly => these(&["failed-over.on-behalf.imported"], ""),
        Mutant::OnBehalfOfLivePartnersCopies => these(
            &["outage.on-behalf.all", "failback.on-behalf.all"],
            "in the outage the backup takes a moment to find that the primary is dead",
        ),
        Mutant::OnBehalfShowsAgent => these(
            &[
                "failed-over.on-behalf.imported",
                "failed-back.on-behalf.all",
            ],
            "",
        ),
        Mutant::RestoredOwnerNeverOnBehalf | Mutant::RestoredOwnerRefusesOwnUsersCalls => {
            these(&["failed-back.on-behalf.all"], "")
        }
        Mutant::OnBehalfOfInformalGroupsOnly => these(
            &[
                "failed-over.on-behalf.imported",
                "failed-back.on-behalf.all",
            ],
            "",
        ),
        Mutant::FailbackCallsOnBehalf => these(&["failback.on-behalf.all"], ""),
        Mutant::OnBehalfWithoutCopy => these(&["failed-over.on-behalf.not-imported"], ""),
        Mutant::FencedPoolGrantsSignIn => these(&["failed-over.agents.primary"], ""),
        Mutant::ClosedPoolSignsOwnUsersIn => these(
            &["failed-over.agents.primary", "failback.agents.primary"],
            "before, the primary is not there to grant anything",
        ),
        Mutant::DeadPoolsUsersSignedIn
        | Mutant::DeadPoolsSignInGranted
        | Mutant::DeadPartnersGroupsHidden => these(
            &[
                "outage.agents.primary",
                "failover.agents.primary",
                "failed-over.agents.primary",
            ],
            "the primary is back before failback",
        ),
        Mutant::FailbackGrantsSignIn => these(&["failback.agents.primary"], ""),
        Mutant::SignInHasNoEffect | Mutant::OnlyKnownAgentsSignedIn => these(
            &[
                "*.agents.backup",
                "failed-over.agents.imported",
                "failed-back.agents.primary",
            ],
            "only a group that asks all at once proves something by who is not asked: of the primary's one in the \
             walk with long stages",
        ),
        Mutant::DeadPartnersCopiesShown => these(&["outage.agents.imported"], ""),
        Mutant::CopiesShownBeforeFailover => these(
            &["outage.agents.imported", "failed-back.agents.imported"],
            "the primary, which is asked after failback, has never stood in",
        ),
        Mutant::LivePartnersCopiesShown | Mutant::CopiesShownAfterFailback => {
            these(&["failed-back.agents.imported"], "")
        }
        Mutant::CopiesAlwaysShown => these(
            &["outage.agents.imported", "failed-back.agents.imported"],
            "",
        ),
        Mutant::CopiesNeverShown | Mutant::CopiesRefuseSignIn => these(
            &[
                "failover.agents.imported",
                "failed-over.agents.imported",
                "failback.agents.imported",
            ],
            "",
        ),
        Mutant::ConsoleShowsGroupTwice => these(
            &[
                "*.agents.backup",
                "*.agents.primary",
                "failover.agents.imported",
                "failed-over.agents.imported",
                "failback.agents.imported",
            ],
            "it is the first row, whosever group that is of the one who looks",
        ),
        Mutant::ConsoleShowsOthersGroups => these(
            &[
                "*.agents.primary",
                "*.agents.backup",
                "failover.agents.imported",
                "failed-over.agents.imported",
                "failback.agents.imported",
            ],
            "no copy is shown to anybody in the outage and after failback",
        ),
        Mutant::OutsidersSeeFormalGroups => these(
            &[
                "*.agents.backup",
                "outage.agents.primary",
                "failed-over.agents.primary",
                "failed-back.agents.primary",
            ],
            "those of the pool that is asked; the primary's answers in the healthy stage, for which the outage \
             answers, and from when it is back on",
        ),
        Mutant::OutsidersSignIn => these(
            &[
                "outage.agents.primary",
                "outage.agents.backup",
                "failed-over.agents.backup",
                "failed-over.agents.imported",
            ],
            "it is tried in the healthy stage, for which the outage answers, and in this one",
        ),
        Mutant::PartnersMarksForgotten => these(
            &[
                "outage.agents.primary",
                "failed-over.agents.backup",
                "failed-back.agents.primary",
                "failed-back.agents.backup",
            ],
            "the outage answers for the healthy stage; in failed-over the primary, which is back, is asked for \
             its partner's groups; else nobody looks where the partner keeps a group",
        ),
        Mutant::SignInSignsInToAll => these(
            &[
                "outage.agents.backup",
                "outage.agents.imported",
                "failover.agents.backup",
                "failed-over.agents.backup",
                "failed-over.agents.imported",
                "failback.agents.backup",
                "failed-back.agents.primary",
                "failed-back.agents.backup",
            ],
            "it takes a second formal group of the agent's at the same pool, which a copy is",
        ),
        Mutant::RefusedSignInsRecorded => these(
            &["failed-over.agents.primary", "failback.agents.primary"],
            "a dead pool records nothing; one that was frozen does at the thaw",
        ),
        Mutant::SignOutsIgnored => these(
            &[
                "outage.agents.primary",
                "outage.agents.backup",
                "failover.agents.*",
                "failed-over.agents.*",
                "failback.agents.*",
                "failed-back.agents.primary",
                "failed-back.agents.backup",
            ],
            "the outage answers for the healthy stage; that mark stays, as if refused sign-ins had been \
             granted",
        ),
        Mutant::SignInsLostAtStart => these(
            &["failed-back.agents.primary", "failed-back.agents.backup"],
            "failover may sign out those who signed in before",
        ),
        Mutant::GroupListedTwice | Mutant::GhostListed => these(
            &["*.configuration.*"],
            "whichever set is asked for has its first group twice, or a ghost",
        ),
        Mutant::CopiesListedInformal => these(&["*.configuration.imported"], ""),
        Mutant::CopiesListedAsOwn | Mutant::CopiesListedAsOwnToo | Mutant::CopiesListedAtOwner => {
            these(
                &["*.configuration.backup", "*.configuration.imported"],
                "what is listed too much counts against the groups that were asked for",
            )
        }
        Mutant::ShellIgnoresOwner => these(
            &[
                "*.configuration.imported",
                "failed-back.configuration.backup",
            ],
            "the backup's own groups are listed by owner when all is over",
        ),
        Mutant::ShellShowsCopiesUnasked => these(
            &["*.configuration.backup"],
            "what is listed counts against the groups that were asked for",
        ),
        Mutant::PanelKeepsFirstDescriptions => these(
            &[
                "outage.configuration.primary",
                "*.configuration.backup",
                "failed-back.configuration.primary",
            ],
            "the outage answers for what was changed in the healthy stage",
        ),
        Mutant::ChangesReachNextGroup => these(
            &[
                "*.configuration.backup",
                "*.configuration.imported",
                "outage.configuration.primary",
                "failed-back.configuration.primary",
            ],
            "the outage answers for the healthy stage; until failback nothing more of the primary's is changed",
        ),
        Mutant::CopiesChangesReachOriginals => these(
            &["failed-back.configuration.imported"],
            "before, the owner is dead or takes no changes",
        ),
        Mutant::OriginalsChangesReachCopies => these(
            &[
                "outage.configuration.primary",
                "failed-back.configuration.primary",
            ],
            "until failback nothing of the primary's is changed but in the healthy stage, for which the \
             outage answers",
        ),
        Mutant::RefusedChangesMadeLater => these(
            &[
                "failover.configuration.primary",
                "failed-over.configuration.primary",
                "failback.configuration.primary",
            ],
            "of the changes of a group that were refused, the last one is seen",
        ),
        Mutant::ChangesLostAtStart => these(
            &[
                "outage.configuration.primary",
                "failed-back.configuration.primary",
                "failed-back.configuration.backup",
            ],
            "the outage answers for what was changed in the healthy stage",
        ),
        Mutant::CopiesChangesLostAtStart => these(
            &[
                "outage.configuration.imported",
                "failed-over.configuration.imported",
                "failed-back.configuration.imported",
            ],
            "of each copy the last change is lost, which some got in an earlier stage",
        ),
        Mutant::ImportDropsFormalGroups => these(
            &[
                "*.configuration.imported",
                "failover.agents.imported",
                "failed-over.agents.imported",
                "failback.agents.imported",
                "outage.new.imported",
                "failed-over.new.imported",
                "failed-over.on-behalf.imported",
            ],
            "a formal group is called in these stages",
        ),
        Mutant::ImportDropsAgents => these(
            &[
                "*.configuration.imported",
                "*.new.imported",
                "failover.agents.imported",
                "failed-over.agents.imported",
                "failback.agents.imported",
                "failed-over.on-behalf.imported",
            ],
            "those who are missing are not alerted, are not shown the group, and may not call on its \
             behalf",
        ),
        Mutant::ImportMakesGroupsInformal => these(
            &[
                "*.configuration.imported",
                "outage.agents.backup",
                "outage.agents.imported",
                "failover.agents.backup",
                "failover.agents.imported",
                "failed-over.agents.backup",
                "failed-over.agents.imported",
                "failback.agents.backup",
                "failback.agents.imported",
            ],
            "whoever is registered is signed in then, with a sign-in elsewhere as without",
        ),
        Mutant::ImportChangesRouting => these(
            &["*.configuration.imported", "*.new.imported"],
            "it is seen in whom calls alert as well",
        ),
        Mutant::ImportMarksDescriptions => these(&["*.configuration.imported"], ""),
        Mutant::RemovalLeavesGroup => these(&["failed-back.configuration.imported"], ""),
        Mutant::RemovalTakesOwnGroup => these(&["failed-back.configuration.backup"], ""),
        Mutant::DeadDatabaseListsNothing | Mutant::DeadPoolsChangesAcknowledged => these(
            &[
                "outage.configuration.primary",
                "failover.configuration.primary",
                "failed-over.configuration.primary",
            ],
            "the primary and its database are back before failback",
        ),
        Mutant::LivePartnersChangesAcknowledged => these(
            &[
                "outage.configuration.primary",
                "failed-over.configuration.primary",
                "failback.configuration.primary",
            ],
            "in the outage the backup takes a moment to find that the primary is dead",
        ),
        Mutant::ClosedPoolTakesChanges | Mutant::ClosedPoolChangesUntouchedGroups => these(
            &[
                "outage.configuration.primary",
                "failover.configuration.primary",
                "failed-over.configuration.primary",
                "failback.configuration.primary",
            ],
            "one that was frozen carries out, when it goes on, what was refused by its partner",
        ),
        Mutant::ChangesNeedPartner => these(
            &[
                "outage.configuration.backup",
                "failover.configuration.backup",
                "failed-over.configuration.backup",
            ],
            "the primary is back before failback",
        ),
        Mutant::StandingInEndsChanges => these(
            &[
                "failover.configuration.backup",
                "failed-over.configuration.backup",
                "failback.configuration.backup",
                "failed-back.configuration.backup",
            ],
            "",
        ),
        Mutant::ControlPanelShowsCopies
        | Mutant::ShellListsNoCopies
        | Mutant::ShellChangesNoCopies
        | Mutant::OnlyKnownGroupsChanged
        | Mutant::OnlyStagesWritten => these(&["*.configuration.imported"], ""),
        Mutant::ImportOverwritesOwner => these(
            &[
                "outage.on-behalf.all",
                "failover.on-behalf.all",
                "failback.on-behalf.all",
                "*.agents.imported",
                "*.agents.backup",
                "*.configuration.backup",
                "*.configuration.imported",
                "failback.in-progress.imported",
                "failed-back.in-progress.imported",
                "failback.new.all",
                "failed-back.new.all",
            ],
            "the backup treats the copies as its own: it calls on their behalf, takes and keeps \
             their calls at any time, shows them as its own, and has \
             nothing that belongs to the primary",
        ),
        Mutant::ImportOnceOnly => these(
            &["outage.configuration.imported"],
            "what was changed between two imports is not in the copy",
        ),
        Mutant::ImportOverwritesEverything => these(
            &[
                "*.agents.backup",
                "*.configuration.backup",
                "failed-back.on-behalf.all",
            ],
            "the backup's own groups are gone; calls to them are controls, without which nothing \
             is said of other calls",
        ),
    }
}

const fn these(clauses: &'static [&'static str], why: &'static str) -> Breaks {
    Breaks { clauses, why }
}
