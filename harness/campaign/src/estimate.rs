//! How long a drill takes in real time, and why: what is said before it begins.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use drawing::{Pace, Plan};
use model::Walk;
use target::Target;

use crate::Campaign;

/// What a walk takes besides its stages: its lab, the first registrations, and reading what was kept.
const BESIDES: Duration = Duration::from_secs(15);

/// How often pools are started in a walk: first, when the outage is healed, and before what was kept is read.
const STARTS: u32 = 3;

/// How long a drill takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// All of it.
    pub lasts: Duration,
    /// The walk that takes longest, and how long.
    pub longest: (String, Duration),
    /// How much slower its walks are than they are written.
    pub pace: Pace,
}

impl Estimate {
    /// Of a campaign in real time; nothing, if it has no walks.
    pub fn of(campaign: &Campaign) -> Option<Estimate> {
        let target = &campaign.target;
        let ordered = campaign.longest_first();
        let walks = ordered.iter().map(|scheduled| {
            let plan = scheduled.plan.clone().at_the_pace_of(&target.times);
            (scheduled.plan.walk.walk.clone(), lasts(&plan.walk, target))
        });
        let walks: Vec<(String, Duration)> = walks.collect();
        let longest = walks.iter().max_by_key(|(_, lasts)| *lasts)?.clone();
        // Whoever is done first takes the next one.
        let mut done: BinaryHeap<Reverse<Duration>> = BinaryHeap::new();
        for (_, lasts) in &walks {
            let free = match done.len() < campaign.jobs {
                true => Duration::ZERO,
                false => done.pop().map_or(Duration::ZERO, |Reverse(done)| done),
            };
            done.push(Reverse(free + *lasts));
        }
        Some(Estimate {
            lasts: done.into_iter().map(|Reverse(done)| done).max()?,
            longest,
            pace: Pace::of(&target.times),
        })
    }
}

/// How long a walk takes that is at the target's pace.
fn lasts(walk: &Walk, target: &Target) -> Duration {
    let times = &target.times;
    let longer = |planned: Duration| times.fails_over_within.get().saturating_sub(planned);
    let timing = &walk.timing;
    let failing_over = match walk.outage {
        Some(_) => longer(timing.fail_over.get()) + longer(timing.fail_back.get()),
        None => Duration::ZERO,
    };
    let starting = (times.starts_within.get() + times.registers_within.get()) * STARTS;
    let load = walk
        .load
        .as_ref()
        .map_or(Duration::ZERO, |load| load.rises_within().get());
    walk.duration().get() + load + failing_over + starting + BESIDES
}

/// Groups of a walk whose calls end before any agent is alerted, by what the target declares: what becomes of such
/// calls cannot be observed.
pub fn never_alerted<'p>(
    plans: &'p [Plan],
    target: &Target,
) -> impl Iterator<Item = (&'p Walk, &'p str)> {
    let alerts_within = target.times.alerts_within;
    plans.iter().flat_map(move |plan| {
        let groups = plan.topology.groups.iter();
        let too_late = groups.filter(move |group| {
            let timeout = group.queue_timeout;
            timeout.is_some_and(|timeout| timeout <= alerts_within)
        });
        too_late.map(|group| (&plan.walk, group.name.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use model::Span;
    use model::claims::Times;
    use model::file::SourceFile;
    use model::scenarios::Scenarios;

    use super::*;

    fn scenarios() -> (Scenarios, Target) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
        let scenarios = Scenarios::read(&root.join("lync-2013")).unwrap();
        let text = std::fs::read_to_string(root.join("targets/reference.yaml")).unwrap();
        let target = Target::load(&SourceFile::new("reference.yaml", &text)).unwrap();
        (scenarios, target)
    }

    #[test]
    fn a_walk_takes_as_long_as_the_target_declares() {
        let (scenarios, mut target) = scenarios();
        let walk = &scenarios.walks["imported-kill"];
        let quick = lasts(walk, &target);
        target.times = Times {
            starts_within: Span::from_secs(10),
            fails_over_within: Span::from_secs(60),
            ..Times::default()
        };
        let timing = &walk.timing;
        let planned = timing.fail_over.get() + timing.fail_back.get();
        let longer = Duration::from_secs(2 * 60 + 3 * 10) - planned;
        assert_eq!(lasts(walk, &target), quick + longer);
    }

    #[test]
    fn calls_that_end_before_an_agent_is_alerted_are_told() {
        let (scenarios, mut target) = scenarios();
        let plans = [Plan::of(&scenarios.walks["imported-long"], &scenarios)];
        assert_eq!(never_alerted(&plans, &target).count(), 0);
        target.times.alerts_within = Span::from_secs(15);
        let told = never_alerted(&plans, &target).map(|(walk, group)| (walk.walk.as_str(), group));
        let expected = ["lounge", "kiosk"].map(|group| ("imported-long", group));
        assert_eq!(told.collect::<Vec<_>>(), expected);
    }
}
