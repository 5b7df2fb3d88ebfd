//! That agents homed in the primary are unreachable: the pool treats them as unavailable.
//!
//! All of this must be seen within the stage, of calls that were placed in it:
//!
//! - no agent homed in the primary is alerted;
//! - a call waits at a group of which such an agent is a signed-in member, receives music from the
//!   pool all the while, for at least the window, although that agent is free and a probe from the
//!   pool reaches the agent's machine (where the pool's host has no probe: the one on the agent's
//!   machine gets answers from the pool);
//! - a member homed in the backup *is* alerted.
//!
//! Of a group with informal participation, being signed in is being registered, as the agent was
//! in the healthy stage; formal groups count for nothing here. A call stops waiting when it is
//! accepted or ends.

use model::Stage;
use model::host::HostName;
use model::reach::Reach;
use model::topology::{Participation, Pool};

use crate::checked::{Checked, Objection, Support};
use crate::scope::Scope;
use timeline::call::{Call, Leg};
use timeline::media::MediaFrom;
use timeline::position::{Lasting, Position};
use timeline::{ProbeSample, Timeline};

/// Judges that agents homed in the primary are unreachable through `pool`.
pub(crate) fn primary_agents(scope: &Scope<'_>, pool: Pool) -> Checked {
    if let Some((call, leg)) = first_alerted(scope, Pool::Primary) {
        let why = format!(
            "{} alerted {}, who is homed in the primary, at {}",
            call.words(),
            leg.party.actor,
            leg.alerted
        );
        return Err(Objection::fail(why).at(call.placed).at(leg.alerted));
    }
    scope.lasts(scope.windows.unreachable)?;
    let waited = scope.attempts().find_map(|call| waits(scope, call, pool));
    let Some((agent, waited)) = waited else {
        let why = format!(
            "no call waited {} with music while a free, signed-in agent homed in the primary \
             could have been alerted",
            scope.windows.unreachable
        );
        return Err(Objection::inconclusive(why));
    };
    let Some((call, leg)) = first_alerted(scope, Pool::Backup) else {
        let why = "no control: no agent homed in the backup was alerted";
        return Err(Objection::inconclusive(why));
    };
    let alerted_us = leg.alerted.t_us.saturating_sub(call.placed.t_us);
    let reason = format!(
        "{agent} was not alerted for {}, while {} was",
        Lasting(waited.us),
        leg.party.actor
    );
    Ok(Support::new(reason)
        .at(waited.call)
        .at(waited.probe)
        .at(leg.alerted)
        .measured("unreachable_ms", waited.us)
        .measured("alerted_ms", alerted_us))
}

/// The first alert, by a call of this stage, of an agent homed in a pool.
fn first_alerted<'s>(scope: &Scope<'s>, home: Pool) -> Option<(&'s Call, &'s Leg)> {
    let homed_here = |leg: &&Leg| scope.timeline.home(&leg.party.actor) == Some(home);
    scope.attempts().find_map(|call| {
        let mut legs = call.legs.iter().filter(homed_here);
        let leg = legs.find(|leg| scope.contains(leg.alerted))?;
        Some((call, leg))
    })
}

/// A time over which an agent could have been alerted and was not.
struct Waited {
    us: u64,
    call: Position,
    probe: Position,
}

/// That this call waited for the window, and for whom.
fn waits<'s>(scope: &Scope<'s>, call: &Call, pool: Pool) -> Option<(&'s str, Waited)> {
    let timeline = scope.timeline;
    let agent = free_member(scope, call)?;
    let accepted = call.accepted();
    let ended = call.caller.ended.map(|(position, _)| position);
    let until = accepted.into_iter().chain(ended).chain([scope.end]).min()?;
    let mut addresses = timeline.addresses_of(pool);
    let (address, music) = addresses.find_map(|address| {
        let music = call.caller.received.first(MediaFrom::Address(address))?;
        Some((address, music))
    })?;
    let (us, _) = call.caller.received.longest_run(
        MediaFrom::Address(address),
        (music.first_us, until.t_us),
        scope.gap_us(),
    )?;
    let before = |sample: &ProbeSample| sample.position.t_us < music.first_us;
    let samples = &timeline.samples[timeline.samples.partition_point(before)..];
    let mut meanwhile = samples.iter().take_while(|sample| sample.position <= until);
    let probe = meanwhile.find(|sample| reaches_the_agents(timeline, sample, pool))?;
    let waited = Waited {
        us,
        call: call.placed,
        probe: probe.position,
    };
    (us >= scope.unreachable_us()).then_some((agent, waited))
}

/// Whether a sample shows that the pool's host and the agents' machine reach each other.
fn reaches_the_agents(timeline: &Timeline, sample: &ProbeSample, pool: Pool) -> bool {
    match timeline.probes.contains(&pool.host()) {
        true => {
            let found = sample.hosts.get(&HostName::CLIENTS);
            sample.by == pool.host() && found == Some(&Reach::Reached)
        }
        false => {
            let found = sample.pools.get(&pool);
            sample.by == HostName::CLIENTS && found == Some(&Reach::Reached)
        }
    }
}

/// A member of the called group, homed in the primary, signed in and free.
fn free_member<'s>(scope: &Scope<'s>, call: &Call) -> Option<&'s str> {
    let timeline = scope.timeline;
    let healthy = timeline.stages.get(&Stage::Healthy)?.end?;
    let group = timeline.group(&call.to)?;
    if group.participation == Participation::Formal {
        return None;
    }
    let members = group.members.iter().map(String::as_str);
    members
        .filter(|agent| timeline.home(agent) == Some(Pool::Primary))
        .filter(|agent| timeline.registered(agent, healthy))
        .find(|agent| !timeline.busy(agent, call.placed))
}
