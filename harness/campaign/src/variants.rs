//! What a target with each variant of the reference server has to declare: with that, every
//! statement passes.
//!
//! The server knows nothing of what targets declare; here the two meet. Most variants need no
//! declaration: what the document leaves open is nobody's to declare.

use std::time::Duration;

use model::Span;
use model::claims::{InvitesWithoutOffer, SilentCallers, Telephones, Times};
use reference::Variant;
use target::Target;

/// What such a target declares of its times.
pub const fn declares(variant: Variant) -> Times {
    let quick = Times {
        starts_within: Span::ZERO,
        registers_within: Span::ZERO,
        fails_over_within: Span::ZERO,
        notices_dead_partner: Span::ZERO,
        consistent_within: Span::ZERO,
        alerts_within: Span::ZERO,
        wrap_up: Span::ZERO,
        after_decline: Span::ZERO,
        after_no_answer: Span::ZERO,
        silent_callers: SilentCallers::Dropped,
        telephones: Telephones::All,
        invites_without_offer: InvitesWithoutOffer::Answered,
    };
    match variant {
        Variant::PartnerNoticedLate => Times {
            notices_dead_partner: Span::from_secs(4),
            ..quick
        },
        Variant::SlowHeartbeat => Times {
            notices_dead_partner: Span::from_secs(3),
            ..quick
        },
        Variant::RegistersLate => Times {
            registers_within: Span::from_secs(30),
            ..quick
        },
        Variant::FailoverTakesLong => Times {
            fails_over_within: Span::from_secs(100),
            ..quick
        },
        Variant::GreetsCallers => Times {
            alerts_within: Span::from_millis(3_000),
            ..quick
        },
        Variant::RingsForLong => Times {
            alerts_within: Span::from_millis(1_600),
            ..quick
        },
        // Where one pool passes a call to the other, both take their time.
        Variant::SlowToTakeCalls => Times {
            alerts_within: Span::from_millis(1_200),
            ..quick
        },
        Variant::AgentsWrapUp => Times {
            wrap_up: Span::from_secs(2),
            ..quick
        },
        Variant::LeavesAgentsAlone => Times {
            after_decline: Span::from_secs(10),
            after_no_answer: Span::from_secs(10),
            ..quick
        },
        Variant::KeepsSilentCallers => Times {
            silent_callers: SilentCallers::Kept,
            ..quick
        },
        Variant::RingsLastTelephone => Times {
            telephones: Telephones::One,
            ..quick
        },
        Variant::RefusesInvitesWithoutOffer => Times {
            invites_without_offer: InvitesWithoutOffer::Refused,
            ..quick
        },
        Variant::SlowSurfaces => Times {
            consistent_within: Span::from_secs(1),
            ..quick
        },
        Variant::ConsoleLags | Variant::ListingsCached => Times {
            consistent_within: Span::from_secs(2),
            ..quick
        },
        _ => quick,
    }
}

/// What it declares, in words for people; empty if it is nothing.
pub fn in_words(variant: Variant) -> String {
    let times = declares(variant);
    let all = [
        ("starts-within", times.starts_within),
        ("registers-within", times.registers_within),
        ("fails-over-within", times.fails_over_within),
        ("notices-dead-partner", times.notices_dead_partner),
        ("consistent-within", times.consistent_within),
        ("alerts-within", times.alerts_within),
        ("wrap-up", times.wrap_up),
        ("after-decline", times.after_decline),
        ("after-no-answer", times.after_no_answer),
    ];
    let declared = all.iter().filter(|(_, span)| span.get() > Duration::ZERO);
    let mut declared: Vec<String> = declared
        .map(|(name, span)| format!("`{name}: {span}`"))
        .collect();
    if times.silent_callers == SilentCallers::Kept {
        declared.push("`silent-callers: kept`".to_owned());
    }
    if times.telephones == Telephones::One {
        declared.push("`telephones: one`".to_owned());
    }
    if times.invites_without_offer == InvitesWithoutOffer::Refused {
        declared.push("`invites-without-offer: refused`".to_owned());
    }
    declared.join(", ")
}

/// Clauses on which nothing is concluded with this variant, by what its target declares.
pub const fn leaves_open(variant: Variant) -> &'static [&'static str] {
    match variant {
        Variant::KeepsSilentCallers => &[
            "outage.in-progress.all",
            "failover.in-progress.all",
            "failed-over.in-progress.not-imported",
        ],
        _ => &[],
    }
}

/// The same target, as it would be declared with this variant.
pub fn declared(target: &Target, variant: Variant) -> Target {
    let mut target = target.clone();
    target.times = declares(variant);
    target
}
