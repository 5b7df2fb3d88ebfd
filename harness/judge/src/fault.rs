//! The proof of the outage's faults: they count only if probes saw them begin, hold, and end.
//!
//! What probes must see is [composed](model::fault::expected_samples) from what the faults in force do. A
//! sample that shows anything else, or a probe that fell silent, leaves them unproven; the clauses
//! that depend on them are then inconclusive, never passed or failed. Those of the outage and of
//! failover need the faults with which the outage began to hold until their stage ends, all others
//! until they are healed; those of the stages after that need all faults to have ended, and all to
//! be well. Further faults may come and go meanwhile.

use std::collections::BTreeMap;

use model::Stage;
use model::fault::{ExpectedSamples, Fault, ProbeQuestion, Reading};
use model::host::HostName;
use model::journal::event::Clock;
use model::topology::Pool;

use crate::checked::{Checked, Objection, Support};
use crate::probes::{contradiction, contradiction_but_for_late_answers, late};
use crate::scope::Scope;
use timeline::call::Call;
use timeline::operation::Operation;
use timeline::position::{At, Lasting, Position};
use timeline::{InjectedFault, ProbeSample, Timeline};

/// A probe writes at least once a second; one that wrote nothing for longer than this was not
/// watching. In microseconds.
const PROBE_PAUSE_US: u64 = 2_500_000;

/// A sample tells of the quarter of a second before it, and of answers that were waited for: one
/// that ends sooner than this after the fault was injected may still tell of the time before. In
/// microseconds.
const SAMPLE_LAG_US: u64 = 600_000;

/// That, over a time, every probe was watching and saw all well.
///
/// # Errors
///
/// Inconclusive at the first sample that shows anything else.
pub(crate) fn all_well(timeline: &Timeline, from: Position, until: Position) -> Checked<()> {
    let expected = timeline.expected([]);
    let period = Period {
        begin: from,
        expected,
    };
    over(timeline, "all well", &[period], until)
}

/// That the outage's faults began, were in force as long as the stage depends on them, and ended
/// where the stage comes after that.
///
/// # Errors
///
/// Inconclusive, with the sample that contradicts.
pub(crate) fn proven(scope: &Scope<'_>) -> Checked<Support> {
    let timeline = scope.timeline;
    let Some(first) = timeline.faults.first() else {
        return Err(Objection::inconclusive(
            "no fault was injected in this walk",
        ));
    };
    let Some(outage) = timeline.stages.get(&Stage::Outage) else {
        return Err(Objection::inconclusive("the outage was never observed"));
    };
    if first.injected > outage.begin {
        let why = "the outage stage began before the fault was in force";
        return Err(Objection::inconclusive(why).at(first.injected));
    }
    let of_outage = |fault: &&InjectedFault| fault.injected <= outage.begin;
    let outages: Vec<&InjectedFault> = timeline.faults.iter().filter(of_outage).collect();
    let settled = outages.iter().map(|fault| settled(fault));
    let from = settled.fold(outage.begin, Position::max);
    let support = Support::new(String::new()).at(first.injected);
    if scope.stage <= Stage::Failover {
        held(timeline, &outages, (from, scope.end))?;
        return Ok(support);
    }
    let healed = ended(timeline, &outages, from)?;
    if scope.stage >= Stage::Failback {
        all_well(timeline, scope.begin, scope.end)?;
    }
    Ok(support.at(healed))
}

/// From when on every sample tells of the time after a fault was injected.
fn settled(fault: &InjectedFault) -> Position {
    fault.injected.later_by(SAMPLE_LAG_US)
}

/// That the outage's faults were not healed before `until`, and held until then.
fn held(
    timeline: &Timeline,
    outages: &[&InjectedFault],
    (from, until): (Position, Position),
) -> Checked<()> {
    let is_healed = |fault: &InjectedFault| fault.healed.filter(|(healed, _)| *healed < until);
    if let Some((healed, _)) = outages.iter().find_map(|fault| is_healed(fault)) {
        let why = format!("the fault was healed at {healed}, before the stage ended");
        return Err(Objection::inconclusive(why).at(healed));
    }
    let in_force = timeline.faults.iter().map(|fault| InForce {
        fault,
        until: match is_healed(fault) {
            Some(_) => held_until(timeline, fault),
            None => until,
        },
    });
    let in_force: Vec<InForce<'_>> = in_force.collect();
    over(
        timeline,
        "the fault",
        &periods(timeline, &in_force, (from, until)),
        until,
    )
}

/// That the outage's faults held until they were healed once failover was complete, and that
/// every probe saw all faults end before that stage did.
fn ended(timeline: &Timeline, outages: &[&InjectedFault], from: Position) -> Checked<Position> {
    let heals: Vec<Position> = outages
        .iter()
        .map(|fault| healed(fault))
        .collect::<Checked<_>>()?;
    let Some(stage) = timeline.stages.get(&Stage::FailedOver) else {
        return Err(Objection::inconclusive(
            "the failed-over stage was never reached",
        ));
    };
    let failover = timeline.stages.get(&Stage::Failover);
    let complete = failover.and_then(|stage| stage.end).unwrap_or(stage.begin);
    if let Some(healed) = heals.into_iter().find(|healed| *healed < complete) {
        let why = format!("the fault was healed at {healed}, before failover was complete");
        return Err(Objection::inconclusive(why).at(healed));
    }
    let in_force = timeline.faults.iter().map(|fault| InForce {
        fault,
        until: held_until(timeline, fault),
    });
    let in_force: Vec<InForce<'_>> = in_force.collect();
    let of_outage = in_force.iter().take(outages.len());
    let until = of_outage.map(|fault| fault.until).fold(from, Position::max);
    over(
        timeline,
        "the fault",
        &periods(timeline, &in_force, (from, until)),
        until,
    )?;
    seen_to_end(timeline, stage.end.unwrap_or(timeline.last))
}

/// When a fault was healed.
fn healed(fault: &InjectedFault) -> Checked<Position> {
    let never = || Objection::inconclusive("the fault was never healed").at(fault.injected);
    fault.healed.map(|(healed, _)| healed).ok_or_else(never)
}

/// That every probe saw all well between the last heal and the end of the stage.
fn seen_to_end(timeline: &Timeline, end: Position) -> Checked<Position> {
    let mut last = Position::default();
    for fault in timeline.faults.iter().filter(|fault| fault.injected <= end) {
        last = last.max(healed(fault)?);
    }
    let well = timeline.expected([]);
    for host in timeline.probes.iter().copied() {
        let seen_well = timeline.samples.iter().any(|sample| {
            sample.by == host
                && last <= sample.position
                && sample.position <= end
                && contradiction(&well, sample).is_none()
        });
        if !seen_well {
            let why = format!(
                "the probe on {} did not see the fault end: healed at {last}, stage over at {end}",
                host.word()
            );
            return Err(Objection::inconclusive(why).at(last));
        }
    }
    Ok(last)
}

/// Until when a fault was in force. A heal that the lab tells of as it happens ends it at once; of
/// one that it acknowledges afterwards, probes may have seen something before: there, the fault
/// ends with the first sample that shows something else, unless it was seen in force again later.
fn held_until(timeline: &Timeline, fault: &InjectedFault) -> Position {
    let Some((healed, clock)) = fault.healed else {
        return timeline.last;
    };
    if clock != Clock::Acknowledged {
        return healed;
    }
    let failed_over = timeline.stages.get(&Stage::FailedOver);
    let begin = failed_over.map_or(fault.injected, |stage| stage.begin);
    let well = timeline.expected([]);
    let beside = timeline.faults.iter().filter(|other| {
        other.injected <= healed && other.healed.is_none_or(|(healed, _)| healed >= begin)
    });
    let in_force = timeline.expected(beside.map(|fault| &fault.fault));
    let samples = || {
        let within = |sample: &&ProbeSample| begin <= sample.position && sample.position <= healed;
        timeline.samples.iter().filter(within)
    };
    let shows = |expected: &ExpectedSamples, sample: &ProbeSample| {
        contradiction(expected, sample).is_none()
    };
    // Lines of several machines are in the order in which they came, not in that of their clocks.
    let others = samples().filter(|sample| !shows(&in_force, sample));
    let Some(over) = others.min_by_key(|sample| sample.position) else {
        return healed;
    };
    let comes_back = samples().any(|sample| {
        sample.position.t_us > over.position.t_us.saturating_add(SAMPLE_LAG_US)
            && shows(&in_force, sample)
            && !shows(&well, sample)
    });
    if comes_back {
        return healed;
    }
    Position {
        n: over.position.n.saturating_sub(1),
        ..over.position
    }
}

/// Each fault, and between which instants, in microseconds, it was in force whatever probe or clock
/// is asked.
pub(crate) fn surely_in_force(timeline: &Timeline) -> impl Iterator<Item = (&Fault, (u64, u64))> {
    timeline.faults.iter().map(|fault| {
        let from_us = fault.injected.t_us.saturating_add(SAMPLE_LAG_US);
        let until = held_until(timeline, fault);
        let uncertain_us = match fault.healed {
            Some((_, Clock::Acknowledged)) => SAMPLE_LAG_US,
            Some((_, Clock::Virtual | Clock::Monotonic)) | None => 0,
        };
        (
            &fault.fault,
            (from_us, until.t_us.saturating_sub(uncertain_us)),
        )
    })
}

/// Whether a fault affected a machine at that instant; nothing is said of the time over which a
/// heal was being carried out.
pub(crate) fn affected(timeline: &Timeline, host: HostName, at: Position) -> Option<bool> {
    let affects =
        |fault: &&InjectedFault| fault.fault.hosts.contains(&host) && fault.injected <= at;
    let in_force = |fault: &InjectedFault| match fault.healed {
        Some((healed, _)) if at > healed => Some(false),
        Some(_) if at > held_until(timeline, fault) => None,
        _ => Some(true),
    };
    let faults = timeline.faults.iter().filter(affects);
    let known: Vec<Option<bool>> = faults.map(in_force).collect();
    match known.contains(&Some(true)) {
        true => Some(true),
        false if known.contains(&None) => None,
        false => Some(false),
    }
}

/// Whether no fault affected a pool between two instants.
pub(crate) fn was_well(
    timeline: &Timeline,
    pool: Pool,
    (from, until): (Position, Position),
) -> bool {
    !timeline.faults.iter().any(|fault| {
        let healed = fault.healed.map(|(position, _)| position);
        fault.fault.hosts.contains(&pool.host())
            && fault.injected <= until
            && healed.is_none_or(|healed| healed >= from)
    })
}

/// So soon after failover or failback was invoked, in microseconds, pools need not have begun it.
const BEGINS_US: u64 = 500_000;

/// Whether the pool that was asked need not show yet what is: failover or failback has just been invoked, or the target
/// declares that changes take some time to show, and the pool was away lately.
pub(crate) fn may_lag(timeline: &Timeline, operation: &Operation) -> bool {
    let shows_after_us = timeline.shows_after_us;
    let since = operation.invoked.earlier_by(shows_after_us);
    let was_away =
        shows_after_us > 0 && !was_well(timeline, operation.at, (since, operation.invoked));
    let stage = timeline.stage_at(operation.invoked);
    let begins = stage.filter(|stage| matches!(stage, Stage::Failover | Stage::Failback));
    let begun = begins.and_then(|stage| timeline.stages.get(&stage));
    let has_just_begun = begun.is_some_and(|stage| {
        let passed_us = operation.invoked.t_us.saturating_sub(stage.begin.t_us);
        passed_us < BEGINS_US
    });
    was_away || has_just_begun
}

/// Whether no fault affected any pool that a call's messages pass, between two instants: the one through which it was
/// placed, the one that carries it, and those through which it alerts.
pub(crate) fn path_was_well(
    timeline: &Timeline,
    call: &Call,
    (from, until): (Position, Position),
) -> bool {
    let hop = call.answered.map(|(_, hop)| hop);
    let alerts = call.legs.iter();
    let alerting = alerts.filter_map(|leg| timeline.pool_at(leg.from.ip()));
    let mut path = hop
        .into_iter()
        .chain(timeline.carrier(call))
        .chain(alerting);
    path.all(|pool| was_well(timeline, pool, (from, until)))
}

/// A fault, and until when it was surely in force.
struct InForce<'t> {
    fault: &'t InjectedFault,
    until: Position,
}

/// From when on probes must see something, until the next period begins.
struct Period {
    begin: Position,
    expected: ExpectedSamples,
}

/// What probes must see from one instant to another. What a fault changes is not known while it
/// begins, nor once it may have ended.
fn periods(
    timeline: &Timeline,
    faults: &[InForce<'_>],
    (from, until): (Position, Position),
) -> Vec<Period> {
    let after = |position: Position| Position {
        n: position.n.saturating_add(1),
        ..position
    };
    let changes = faults
        .iter()
        .flat_map(|InForce { fault, until }| [fault.injected, settled(fault), after(*until)]);
    let within = |change: &Position| from < *change && *change <= until;
    let mut begins: Vec<Position> = changes.filter(within).chain([from]).collect();
    begins.sort_unstable();
    begins.dedup();
    let period = |begin: Position| {
        let possible = faults.iter().filter(|f| f.fault.injected <= begin);
        let surely = |f: &&InForce<'_>| settled(f.fault) <= begin && begin <= f.until;
        let certain = possible.clone().filter(surely);
        let certain = timeline.expected(certain.map(|f| &f.fault.fault));
        let possible = timeline.expected(possible.map(|f| &f.fault.fault));
        Period {
            begin,
            expected: certain.or(&possible),
        }
    };
    begins.into_iter().map(period).collect()
}

/// That every probe was watching over these periods, and no sample contradicts what is expected, or
/// else an objection that calls it `expected`.
fn over(timeline: &Timeline, expected: &str, periods: &[Period], until: Position) -> Checked<()> {
    let mut watch = Watch::default();
    for (n, period) in periods.iter().enumerate() {
        watch.expect(period);
        let next = periods.get(n + 1).map(|next| next.begin);
        let within = |sample: &&ProbeSample| {
            let at = sample.position;
            period.begin <= at && at <= until && next.is_none_or(|next| at < next)
        };
        for sample in timeline.samples.iter().filter(within) {
            if let Some(why) = contradiction_but_for_late_answers(&period.expected, sample) {
                let (by, position) = (sample.by.word(), sample.position);
                let why =
                    format!("the probe on {by} does not show {expected} at {position}: it {why}");
                return Err(Objection::inconclusive(why).at(position));
            }
            watch.take(&period.expected, sample)?;
        }
    }
    watch.end(until)
}

/// That every probe goes on watching, and goes on to hear those whose questions must arrive.
#[derive(Default)]
struct Watch {
    watched: BTreeMap<HostName, u64>,
    heard: BTreeMap<(HostName, HostName), u64>,
    /// Since when a pool has not answered a probe that it should answer.
    late: BTreeMap<(HostName, Pool), u64>,
}

impl Watch {
    /// Watches from now on those that must be watching, and those only.
    fn expect(&mut self, Period { begin, expected }: &Period) {
        let watchers: Vec<HostName> = expected.watchers().collect();
        let mut pairs = Vec::new();
        for to in &watchers {
            for (question, reading) in expected.by(*to) {
                match (question, reading) {
                    (ProbeQuestion::Heard(from), Reading::Heard) if watchers.contains(&from) => {
                        pairs.push((from, *to));
                    }
                    _ => {}
                }
            }
        }
        self.watched.retain(|host, _| watchers.contains(host));
        self.heard.retain(|pair, _| pairs.contains(pair));
        for host in watchers {
            self.watched.entry(host).or_insert(begin.t_us);
        }
        for pair in pairs {
            self.heard.entry(pair).or_insert(begin.t_us);
        }
    }

    fn take(&mut self, expected: &ExpectedSamples, sample: &ProbeSample) -> Checked<()> {
        let now_us = sample.position.t_us;
        let late: Vec<Pool> = late(expected, sample).collect();
        self.late
            .retain(|(by, pool), _| *by != sample.by || late.contains(pool));
        for pool in late {
            let since_us = *self.late.entry((sample.by, pool)).or_insert(now_us);
            answered((sample.by, pool), since_us, now_us)?;
        }
        if let Some(last_us) = self.watched.get_mut(&sample.by) {
            watching(sample.by, *last_us, now_us)?;
            *last_us = now_us;
        }
        for from in sample.heard.iter() {
            if let Some(last_us) = self.heard.get_mut(&(*from, sample.by)) {
                received((*from, sample.by), *last_us, now_us)?;
                *last_us = now_us;
            }
        }
        Ok(())
    }

    fn end(self, until: Position) -> Checked<()> {
        for (host, last_us) in self.watched {
            watching(host, last_us, until.t_us)?;
        }
        for (pair, last_us) in self.heard {
            received(pair, last_us, until.t_us)?;
        }
        Ok(())
    }
}

/// That a pool which does not answer has not been silent for long.
fn answered((by, pool): (HostName, Pool), since_us: u64, now_us: u64) -> Checked<()> {
    not_for_long(since_us, now_us, |pause| {
        format!(
            "the probe on {} had no answer of the {pool} pool for {pause} from {}",
            by.word(),
            At(since_us)
        )
    })
}

/// That a host's questions did not stop arriving between two instants.
fn received((from, to): (HostName, HostName), last_us: u64, now_us: u64) -> Checked<()> {
    not_for_long(last_us, now_us, |pause| {
        format!(
            "the probe on {} heard nothing from {} for {pause} from {}",
            to.word(),
            from.word(),
            At(last_us)
        )
    })
}

/// That a probe did not fall silent between two instants.
fn watching(host: HostName, last_us: u64, now_us: u64) -> Checked<()> {
    not_for_long(last_us, now_us, |pause| {
        format!(
            "the probe on {} wrote no sample for {pause} after {}",
            host.word(),
            At(last_us)
        )
    })
}

/// That no more than a probe's pause lies between two instants; else why that leaves something open.
fn not_for_long(from_us: u64, until_us: u64, why: impl FnOnce(Lasting) -> String) -> Checked<()> {
    match until_us.saturating_sub(from_us) {
        pause if pause <= PROBE_PAUSE_US => Ok(()),
        pause => Err(Objection::inconclusive(why(Lasting(pause)))),
    }
}
