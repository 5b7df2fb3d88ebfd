//! A lane for each host: what probes saw of it, and of the pool's process on it.

use model::host::HostName;
use model::reach::Reach;
use model::topology::Pool;
use timeline::{ProbeSample, Timeline};

use super::lane::{Lane, Look};

/// Where a question was answered, and where not.
#[derive(Clone, Copy)]
enum Of {
    Host,
    Process,
}

/// The hosts, as the probe beside the clients sees them; the clients' as the backup's does.
pub(super) fn lanes(timeline: &Timeline) -> Vec<Lane> {
    let hosts = timeline.topology.host_names();
    hosts.map(|host| lane(timeline, host)).collect()
}

fn lane(timeline: &Timeline, host: HostName) -> Lane {
    let by = match host {
        HostName::CLIENTS => HostName::BACKUP,
        _ => HostName::CLIENTS,
    };
    let mut lane = Lane {
        label: host.word().to_owned(),
        ..Lane::default()
    };
    let samples: Vec<&ProbeSample> = timeline.samples.iter().filter(|s| s.by == by).collect();
    let seen = samples
        .iter()
        .map(|s| (s.position.t_us, s.hosts.get(&host).copied()));
    add(&mut lane, Of::Host, seen.collect(), timeline);
    if let Some(pool) = Pool::BOTH.into_iter().find(|pool| pool.host() == host) {
        let seen = samples
            .iter()
            .map(|s| (s.position.t_us, s.pools.get(&pool).copied()));
        add(&mut lane, Of::Process, seen.collect(), timeline);
    }
    let down = lane.bars.iter().filter(|bar| bar.look == Look::HostDown);
    let down = down.map(|bar| format!("{} to {} ms: {}", bar.from, bar.to, bar.words));
    lane.words = match down.collect::<Vec<String>>() {
        down if down.is_empty() => format!("always reached by the probe of {by}"),
        down => down.join("; "),
    };
    lane
}

/// Adds what was seen, each state from its first sample to the first of another.
fn add(lane: &mut Lane, of: Of, seen: Vec<(u64, Option<Reach>)>, timeline: &Timeline) {
    let mut begun: Option<(u64, Reach)> = None;
    let last = (timeline.last.t_us, None);
    for (at_us, reach) in seen.into_iter().chain([last]) {
        if begun.map(|(_, known)| known) == reach {
            continue;
        }
        if let Some((begun_us, known)) = begun {
            let look = match (of, known) {
                (Of::Host, Reach::Reached) => Look::HostUp,
                (Of::Host, _) => Look::HostDown,
                (Of::Process, Reach::Reached) => Look::ProcessUp,
                (Of::Process, _) => Look::ProcessDown,
            };
            let whose = match of {
                Of::Host => "host",
                Of::Process => "its SIP port",
            };
            lane.add(look, (begun_us, at_us), format!("{whose} {known}"));
        }
        begun = reach.map(|reach| (at_us, reach));
    }
}
