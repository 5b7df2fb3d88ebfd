//! The proof of the fault: it counts only if probes saw it begin, hold, and end.
//!
//! Each kind of fault has its [`signature`](crate::signature). A sample that shows anything else, or
//! a probe that fell silent, leaves the fault unproven; the clauses that depend on it are then
//! inconclusive, never passed or failed. Those of the outage and of failover need it to hold until
//! their stage ends, all others until it is healed; those of the stages after that need it to have
//! ended, and all to be well.

use std::collections::BTreeMap;

use model::Stage;
use model::host::HostName;
use model::journal::event::Clock;
use model::walk::FaultKind;

use crate::checked::{Checked, Objection, Support};
use crate::scope::Scope;
use crate::signature::{Passage, Picture};
use timeline::position::{At, Lasting, Position};
use timeline::{Fault, ProbeSample, Timeline};

/// A probe writes at least once a second; one that wrote nothing for longer than this was not
/// watching. In microseconds.
const PROBE_PAUSE_US: u64 = 2_500_000;

/// A sample tells of the quarter of a second before it, and of answers that were waited for: one
/// that ends sooner than this after the fault was injected may still tell of the time before. In
/// microseconds.
const ROUND_US: u64 = 600_000;

/// That, over a time, every probe was watching and saw all well.
///
/// # Errors
///
/// Inconclusive at the first sample that shows anything else.
pub(crate) fn all_well(timeline: &Timeline, from: Position, until: Position) -> Checked<()> {
    over(timeline, &Picture::ALL_WELL, None, (from, until))
}

/// That the fault began, was in force as long as the stage depends on it, and ended where the
/// stage comes after it.
///
/// # Errors
///
/// Inconclusive, with the sample that contradicts.
pub(crate) fn proven(scope: &Scope<'_>) -> Checked<Support> {
    let timeline = scope.timeline;
    let Some(fault) = &timeline.fault else {
        return Err(Objection::inconclusive(
            "no fault was injected in this walk",
        ));
    };
    let Some(outage) = timeline.stages.get(&Stage::Outage) else {
        return Err(Objection::inconclusive("the outage was never observed"));
    };
    if fault.injected > outage.begin {
        let why = "the outage stage began before the fault was in force";
        return Err(Objection::inconclusive(why).at(fault.injected));
    }
    let settled = Position {
        t_us: fault.injected.t_us.saturating_add(ROUND_US),
        n: fault.injected.n,
    };
    let from = settled.max(outage.begin);
    let support = Support::new(String::new()).at(fault.injected);
    if scope.stage <= Stage::Failover {
        held(timeline, fault, from, scope.end)?;
        return Ok(support);
    }
    let healed = ended(timeline, fault, from)?;
    if scope.stage >= Stage::Failback {
        all_well(timeline, scope.begin, scope.end)?;
    }
    Ok(support.at(healed))
}

/// That the fault was not healed before `until`, and held until then.
fn held(timeline: &Timeline, fault: &Fault, from: Position, until: Position) -> Checked<()> {
    if let Some((healed, _)) = fault.healed.filter(|(healed, _)| *healed < until) {
        let why = format!("the fault was healed at {healed}, before the stage ended");
        return Err(Objection::inconclusive(why).at(healed));
    }
    over(
        timeline,
        &Picture::of(fault),
        Some(fault.kind),
        (from, until),
    )
}

/// That the fault held until it was healed within the failed-over stage, and that every probe saw
/// it end before that stage did.
fn ended(timeline: &Timeline, fault: &Fault, from: Position) -> Checked<Position> {
    let Some((healed, clock)) = fault.healed else {
        return Err(Objection::inconclusive("the fault was never healed").at(fault.injected));
    };
    let Some(stage) = timeline.stages.get(&Stage::FailedOver) else {
        return Err(Objection::inconclusive(
            "the failed-over stage was never reached",
        ));
    };
    if healed < stage.begin {
        let why = format!("the fault was healed at {healed}, before failover was complete");
        return Err(Objection::inconclusive(why).at(healed));
    }
    let end = stage.end.unwrap_or(timeline.last);
    let held_until = held_until(timeline, fault, (stage.begin, (healed, clock)));
    over(
        timeline,
        &Picture::of(fault),
        Some(fault.kind),
        (from, held_until),
    )?;
    let all = hosts(timeline);
    for host in &all {
        let seen_well = timeline.samples.iter().any(|sample| {
            sample.by == *host
                && healed <= sample.position
                && sample.position <= end
                && Picture::ALL_WELL.contradiction(sample, &all).is_none()
        });
        if !seen_well {
            let why = format!(
                "the probe on {} did not see the fault end: healed at {healed}, stage over at {end}",
                host.word()
            );
            return Err(Objection::inconclusive(why).at(healed));
        }
    }
    Ok(healed)
}

/// Until when the fault was in force. A heal that the lab tells of as it happens ends it at once;
/// of one that it acknowledges afterwards, probes may have seen something before: there, the fault
/// ends with the first sample that shows something else, unless it was seen in force again later.
fn held_until(
    timeline: &Timeline,
    fault: &Fault,
    (begin, (healed, clock)): (Position, (Position, Clock)),
) -> Position {
    if clock != Clock::Acknowledged {
        return healed;
    }
    let all = hosts(timeline);
    let picture = Picture::of(fault);
    let samples = || {
        let within = |sample: &&ProbeSample| begin <= sample.position && sample.position <= healed;
        timeline.samples.iter().filter(within)
    };
    let shows =
        |picture: &Picture<'_>, sample: &ProbeSample| picture.contradiction(sample, &all).is_none();
    let Some(over) = samples().find(|sample| !shows(&picture, sample)) else {
        return healed;
    };
    let comes_back = samples().any(|sample| {
        sample.position.t_us > over.position.t_us.saturating_add(ROUND_US)
            && shows(&picture, sample)
            && !shows(&Picture::ALL_WELL, sample)
    });
    if comes_back {
        return healed;
    }
    Position {
        n: over.position.n.saturating_sub(1),
        ..over.position
    }
}

/// Between which instants, in microseconds, the fault was in force whatever probe or clock is asked.
/// Nothing where none was injected.
pub(crate) fn surely_in_force(timeline: &Timeline) -> Option<(u64, u64)> {
    let fault = timeline.fault.as_ref()?;
    let from_us = fault.injected.t_us.saturating_add(ROUND_US);
    let Some((healed, clock)) = fault.healed else {
        return Some((from_us, timeline.last.t_us));
    };
    let failed_over = timeline.stages.get(&Stage::FailedOver);
    let begin = failed_over.map_or(fault.injected, |span| span.begin);
    let until = held_until(timeline, fault, (begin, (healed, clock)));
    let uncertain_us = match clock {
        Clock::Acknowledged => ROUND_US,
        Clock::Virtual | Clock::Monotonic => 0,
    };
    Some((from_us, until.t_us.saturating_sub(uncertain_us)))
}

/// Whether a machine was struck at that instant; nothing is said of the time over which the heal
/// was being carried out.
pub(crate) fn struck(timeline: &Timeline, host: HostName, at: Position) -> Option<bool> {
    let fault = timeline.fault.as_ref();
    let fault = fault.filter(|fault| fault.hosts.contains(&host));
    let Some(fault) = fault.filter(|fault| fault.injected <= at) else {
        return Some(false);
    };
    let Some((healed, clock)) = fault.healed else {
        return Some(true);
    };
    let failed_over = timeline.stages.get(&Stage::FailedOver);
    let begin = failed_over.map_or(fault.injected, |span| span.begin);
    if at <= held_until(timeline, fault, (begin, (healed, clock))) {
        return Some(true);
    }
    (at > healed).then_some(false)
}

/// That every probe was watching over a time, and no sample contradicts the picture.
fn over(
    timeline: &Timeline,
    picture: &Picture<'_>,
    kind: Option<FaultKind>,
    (from, until): (Position, Position),
) -> Checked<()> {
    let all = hosts(timeline);
    let mut watch = Watch::begin(picture.watchers(kind, &all), picture, from);
    let within = |sample: &&ProbeSample| from <= sample.position && sample.position <= until;
    for sample in timeline.samples.iter().filter(within) {
        if let Some(why) = picture.contradiction(sample, &all) {
            let (by, position) = (sample.by.word(), sample.position);
            let why = format!("the probe on {by} contradicts at {position}: it {why}");
            return Err(Objection::inconclusive(why).at(position));
        }
        watch.take(sample)?;
    }
    watch.end(until)
}

/// That every probe goes on watching, and goes on hearing those whose questions must arrive.
struct Watch {
    watched: BTreeMap<HostName, u64>,
    heard: BTreeMap<(HostName, HostName), u64>,
}

impl Watch {
    fn begin(watchers: Vec<HostName>, picture: &Picture<'_>, from: Position) -> Self {
        let open = |from: HostName, to: HostName| picture.passage(from, to) == Some(Passage::Open);
        let pairs = watchers.iter().flat_map(|to| {
            let others = watchers.iter().filter(move |from| *from != to);
            others.map(move |from| (*from, *to))
        });
        Watch {
            heard: pairs
                .filter(|(from, to)| open(*from, *to))
                .map(|pair| (pair, from.t_us))
                .collect(),
            watched: watchers.iter().map(|host| (*host, from.t_us)).collect(),
        }
    }

    fn take(&mut self, sample: &ProbeSample) -> Checked<()> {
        let now_us = sample.position.t_us;
        if let Some(last_us) = self.watched.get_mut(&sample.by) {
            watching(sample.by, *last_us, now_us)?;
            *last_us = now_us;
        }
        for from in &sample.heard {
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

/// That a host's questions did not stop arriving between two instants.
fn received((from, to): (HostName, HostName), last_us: u64, now_us: u64) -> Checked<()> {
    let pause = now_us.saturating_sub(last_us);
    if pause <= PROBE_PAUSE_US {
        return Ok(());
    }
    Err(Objection::inconclusive(format!(
        "the probe on {} heard nothing from {} for {} from {}",
        to.word(),
        from.word(),
        Lasting(pause),
        At(last_us)
    )))
}

/// That a probe did not fall silent between two instants.
fn watching(host: HostName, last_us: u64, now_us: u64) -> Checked<()> {
    let pause = now_us.saturating_sub(last_us);
    if pause <= PROBE_PAUSE_US {
        return Ok(());
    }
    Err(Objection::inconclusive(format!(
        "the probe on {} was not watching for {} from {}",
        host.word(),
        Lasting(pause),
        At(last_us)
    )))
}

/// All machines of the walk.
fn hosts(timeline: &Timeline) -> Vec<HostName> {
    timeline.addresses.keys().copied().collect()
}
