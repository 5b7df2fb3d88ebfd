//! Pace: walks are written for quick pools. What a target declares of its own times makes a walk
//! slower, in the same proportion throughout: stages, offsets, and how long calls last. Who looks at
//! something waits besides until it is consistent. The judge's windows do not change: they are the
//! document's.

use std::collections::BTreeMap;
use std::time::Duration;

use model::Span;
use model::claims::{InvitesWithoutOffer, Telephones, Times};
use model::programme::{Act, Offers, Resumption, Step};
use model::topology::Pool;

use crate::plan::Plan;

/// How soon walks expect a pool to have noticed that its partner is dead.
const NOTICED: Duration = Duration::from_millis(1_500);

/// How soon walks expect an agent to be registered again.
const REGISTERED: Duration = Duration::from_secs(5);

/// How long asking a pool for a change may take.
const TO_ASK: Duration = Duration::from_millis(500);

/// How long a change and its reading may take, besides what the target declares.
const TO_CHANGE: Duration = Duration::from_secs(1);

/// The shortest call that walks expect an agent to answer, and the shortest time from one to the next.
const SHORTEST_CALL: Duration = Duration::from_secs(1);

impl Plan {
    /// The same plan for a target that takes this long.
    #[must_use]
    pub fn at_the_pace_of(mut self, times: &Times) -> Plan {
        if times.is_quick() {
            return self;
        }
        let pace = Pace::of(times);
        // What is changed takes a moment itself.
        let looks_after = match times.consistent_within.get() {
            Duration::ZERO => Duration::ZERO,
            consistent => consistent + TO_ASK,
        };
        let slower = |span: Span| Span::from_millis(scaled(span, pace.permille));
        let slower_stage = |span: Span| {
            let span = slower(span).get() + looks_after;
            Span::from_millis(millis(span))
        };
        let (stages, timing) = (&mut self.walk.stages, &mut self.walk.timing);
        for stage in [
            &mut stages.healthy,
            &mut stages.outage,
            &mut stages.failed_over,
            &mut stages.failed_back,
            &mut timing.fail_over,
            &mut timing.fail_back,
        ] {
            *stage = slower_stage(*stage);
        }
        if let Some(outage) = &mut self.walk.outage {
            outage.healed = slower(outage.healed);
        }
        for step in self.programme.stages.values_mut().flatten() {
            step.at = slower(step.at);
            match &mut step.act {
                Act::Call {
                    lasting: Some(lasting),
                    ..
                } => *lasting = slower(*lasting),
                // Signing out comes after what shows that signing in had an effect.
                Act::List { .. } | Act::GetGroups { .. } | Act::SignOut { .. } => {
                    step.at = Span::from_millis(millis(step.at.get() + looks_after));
                }
                _ => {}
            }
        }
        for steps in self.programme.stages.values_mut() {
            keep_changes_apart(steps, looks_after);
        }
        self.walk.timing.alerts_within = times.alerts_within;
        self.walk.timing.starts_within = times.starts_within;
        self.walk.timing.registers_within = times.registers_within;
        self.walk.timing.fails_over_within = times.fails_over_within;
        self.walk.timing.looks_after = times.consistent_within;
        self.walk.timing.wrap_up = times.wrap_up;
        self.walk.timing.after_decline = times.after_decline;
        self.walk.timing.after_no_answer = times.after_no_answer;
        self.walk.timing.silent_callers = times.silent_callers;
        self.walk.timing.telephones = times.telephones;
        if times.telephones == Telephones::Configured {
            for steps in self.programme.stages.values_mut() {
                steps.retain(|step| !step.act.is_of_registration());
            }
        }
        if times.invites_without_offer == InvitesWithoutOffer::Refused {
            let steps = self.programme.stages.values_mut().flatten();
            steps.for_each(|step| make_offer(&mut step.act));
        }
        self
    }
}

/// Whoever sends an INVITE in an act makes an offer in it.
fn make_offer(act: &mut Act) {
    match act {
        Act::Call { offers, .. } => *offers = Offers::Caller,
        Act::Resume { how, .. } if *how == Resumption::WithoutOffer => {
            *how = Resumption::Elsewhere;
        }
        _ => {}
    }
}

/// A change is read back before the next one of the same copy of a group, which would be read in its
/// place.
fn keep_changes_apart(steps: &mut [Step], looks_after: Duration) {
    if looks_after.is_zero() {
        return;
    }
    let mut order: Vec<&mut Step> = steps.iter_mut().collect();
    order.sort_by_key(|step| step.at);
    let mut free_at: BTreeMap<(String, Pool), Duration> = BTreeMap::new();
    for step in order {
        let Act::Modify { group, parent, .. } = &step.act else {
            continue;
        };
        let copy = (group.clone(), *parent);
        let at = free_at
            .get(&copy)
            .map_or(step.at.get(), |free| step.at.get().max(*free));
        step.at = Span::from_millis(millis(at));
        free_at.insert(copy, at + looks_after + TO_CHANGE);
    }
}

/// How much slower a target's walks are than they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How long they last, in thousandths of what is written: 1,000 and more.
    pub permille: u64,
    /// By which of its times, as it stands in the target's file, if they are slower.
    pub because: Option<(&'static str, Span)>,
}

impl Pace {
    /// The pace of a target that takes this long.
    pub fn of(times: &Times) -> Pace {
        let ratio = |slow: Duration, quick: Duration| millis(slow) * 1_000 / millis(quick);
        let beside_a_call = |span: Span| ratio(SHORTEST_CALL + span.get(), SHORTEST_CALL);
        let (alerts, wrap_up) = (times.alerts_within, times.wrap_up);
        let (notices, registers) = (times.notices_dead_partner, times.registers_within);
        let all = [
            (
                "notices-dead-partner",
                notices,
                ratio(notices.get(), NOTICED),
            ),
            (
                "registers-within",
                registers,
                ratio(registers.get(), REGISTERED),
            ),
            ("alerts-within", alerts, beside_a_call(alerts)),
            ("wrap-up", wrap_up, beside_a_call(wrap_up)),
        ];
        let slowest = all.into_iter().max_by_key(|(.., permille)| *permille);
        match slowest.filter(|(.., permille)| *permille > 1_000) {
            Some((name, span, permille)) => Pace {
                permille,
                because: Some((name, span)),
            },
            None => Pace {
                permille: 1_000,
                because: None,
            },
        }
    }
}

fn scaled(span: Span, permille: u64) -> u64 {
    millis(span.get()) * permille / 1_000
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use model::Stage;
    use rstest::rstest;
    use serde_json::{from_value, json};

    use super::*;

    const fn ms(millis: u64) -> Span {
        Span::from_millis(millis)
    }

    #[rstest]
    #[case(Telephones::All, true)]
    #[case(Telephones::One, true)]
    #[case(Telephones::Configured, false)]
    fn where_telephones_are_configured_nothing_is_done_with_registrations(
        #[case] telephones: Telephones,
        #[case] done: bool,
    ) {
        let times = Times {
            telephones,
            ..Times::default()
        };
        let plan = crate::draw::tests::plan().at_the_pace_of(&times);
        let mut steps = plan.programme.stages.values().flatten();
        assert_eq!(steps.any(|step| step.act.is_of_registration()), done);
        assert_eq!(plan.walk.timing.telephones, telephones);
    }

    #[rstest]
    #[case(InvitesWithoutOffer::Answered, 2)]
    #[case(InvitesWithoutOffer::Refused, 0)]
    fn where_invites_without_offer_are_refused_none_is_sent(
        #[case] invites_without_offer: InvitesWithoutOffer,
        #[case] sent: usize,
    ) {
        let times = Times {
            invites_without_offer,
            ..Times::default()
        };
        let mut plan = crate::draw::tests::plan();
        let steps = plan.programme.stages.get_mut(&Stage::Healthy).unwrap();
        let further = [
            json!({ "at": "4s", "do": { "call": { "by": "bart", "to": "sales", "offers": "called" } } }),
            json!({ "at": "5s", "do": { "resume": { "by": "bart", "how": "without-offer" } } }),
        ];
        steps.extend(further.map(|step| from_value::<Step>(step).unwrap()));
        let planned = steps.len();
        let plan = plan.at_the_pace_of(&times);
        let steps = &plan.programme.stages[&Stage::Healthy];
        assert_eq!(steps.len(), planned);
        let makes_none = |step: &&Step| match step.act {
            Act::Call { offers, .. } => offers == Offers::Called,
            Act::Resume { how, .. } => how == Resumption::WithoutOffer,
            _ => false,
        };
        assert_eq!(steps.iter().filter(makes_none).count(), sent);
    }

    #[rstest]
    #[case::quick(Times::default(), 1_000)]
    #[case::as_quick_as_walks_expect(
        Times { notices_dead_partner: ms(1_500), ..Times::default() }, 1_000)]
    #[case::slow_to_notice(Times { notices_dead_partner: ms(4_500), ..Times::default() }, 3_000)]
    #[case::slow_to_register(Times { registers_within: ms(30_000), ..Times::default() }, 6_000)]
    #[case::greets(Times { alerts_within: ms(1_500), ..Times::default() }, 2_500)]
    #[case::wraps_up(Times { wrap_up: ms(2_000), ..Times::default() }, 3_000)]
    #[case::consistency_is_waited_for(
        Times { consistent_within: ms(2_000), ..Times::default() }, 1_000)]
    fn the_slowest_time_sets_the_pace(#[case] times: Times, #[case] expected: u64) {
        let pace = Pace::of(&times);
        assert_eq!(
            (pace.permille, pace.because.is_some()),
            (expected, expected > 1_000)
        );
    }
}
