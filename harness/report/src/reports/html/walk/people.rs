//! A lane for each administrator, agent and callee: what they had done, where they were registered,
//! when they were alerted and what they heard.

use std::collections::BTreeSet;

use model::topology::Pool;
use timeline::registration::Answer;
use timeline::{Leg, Operation, Timeline};

use super::lane::{Lane, Look};
use super::{media, outcome};

/// Those who use a pool's verbs and are no agents.
pub(super) fn administrators(timeline: &Timeline) -> Vec<Lane> {
    let is_agent = |name: &str| timeline.topology.agent(name).is_some();
    let names: BTreeSet<&str> = timeline
        .operations
        .iter()
        .map(|operation| operation.by.as_str())
        .filter(|name| !is_agent(name))
        .collect();
    let lanes = names.into_iter().map(|name| {
        let mut lane = Lane {
            label: name.to_owned(),
            ..Lane::default()
        };
        let count = add_operations(&mut lane, timeline, name);
        lane.words = format!("{count} operations");
        lane
    });
    lanes.collect()
}

/// The agents, their further telephones, and whoever else was alerted.
pub(super) fn agents(timeline: &Timeline) -> Vec<Lane> {
    let agents = timeline.topology.agent_names();
    let agents: Vec<&str> = agents.chain(timeline.topology.telephone_names()).collect();
    let alerted: BTreeSet<&str> = timeline.legs().map(|leg| leg.telephone.as_str()).collect();
    let others = alerted.into_iter().filter(|name| !agents.contains(name));
    let names = agents.iter().copied().chain(others);
    names.map(|name| lane(timeline, name)).collect()
}

fn lane(timeline: &Timeline, name: &str) -> Lane {
    let mut lane = Lane {
        label: named(timeline, name),
        ..Lane::default()
    };
    add_registrations(&mut lane, timeline, name);
    let mut alerted = 0_usize;
    for leg in timeline.legs().filter(|leg| leg.telephone == name) {
        alerted += 1;
        add_leg(&mut lane, timeline, leg);
    }
    let operations = add_operations(&mut lane, timeline, name);
    lane.words = format!("alerted {alerted} times, {operations} operations");
    lane
}

/// A name with the role that its bearer plays.
fn named(timeline: &Timeline, name: &str) -> String {
    match timeline.drawn.role(name) {
        role if role == name => name.to_owned(),
        role => format!("{name} ({role})"),
    }
}

fn add_operations(lane: &mut Lane, timeline: &Timeline, by: &str) -> usize {
    let operations = timeline
        .operations
        .iter()
        .filter(|operation| operation.by == by);
    let mut count = 0;
    for operation in operations {
        count += 1;
        let (ended, (look, how)) = match &operation.ended {
            Some(end) => (end.position, outcome::of_verb(&end.outcome)),
            None => (timeline.last, (Look::Unanswered, "never ended".to_owned())),
        };
        let words = format!("{}: {how}", told(operation));
        lane.add(look, (operation.invoked.t_us, ended.t_us), words);
    }
    count
}

/// `modify laundry-augsburg through the Management Shell at the backup (line 12)`
fn told(operation: &Operation) -> String {
    let about = &operation.about;
    let mut words = operation.verb.word().to_owned();
    if let Some(group) = &about.group {
        words.push(' ');
        words.push_str(group);
    }
    if let Some(surface) = about.surface {
        words.push_str(" through the ");
        words.push_str(surface.title());
    }
    format!(
        "{words} at the {} (line {})",
        operation.at.word(),
        operation.invoked.n
    )
}

fn add_registrations(lane: &mut Lane, timeline: &Timeline, telephone: &str) {
    let mut begun: Option<(u64, Pool)> = None;
    let mut expires_us = u64::MAX;
    let end = |lane: &mut Lane, begun: Option<(u64, Pool)>, at_us: u64| {
        if let Some((begun_us, pool)) = begun {
            let look = match pool {
                Pool::Primary => Look::AtPrimary,
                Pool::Backup => Look::AtBackup,
            };
            let words = format!("registered with the {}", pool.word());
            lane.add(look, (begun_us, at_us), words);
        }
    };
    for registration in timeline.registrations_by(telephone) {
        let at_us = registration.position.t_us;
        if expires_us < at_us {
            end(lane, begun.take(), expires_us);
        }
        if let Answer::Accepted { lasting_us, .. } = registration.answer {
            expires_us = lasting_us.map_or(u64::MAX, |us| at_us.saturating_add(us));
        }
        let with = begun.map(|(_, pool)| pool);
        match registration.is_accepted() {
            true if with == Some(registration.pool) => {}
            true => {
                end(lane, begun, at_us);
                begun = Some((at_us, registration.pool));
            }
            false if with == Some(registration.pool) => {
                end(lane, begun, at_us);
                begun = None;
            }
            false => {}
        }
    }
    end(lane, begun, timeline.last.t_us.min(expires_us));
}

fn add_leg(lane: &mut Lane, timeline: &Timeline, leg: &Leg) {
    let over = leg.over().unwrap_or(timeline.last);
    let answered = leg.accepted.unwrap_or(over);
    let how = match (leg.accepted, leg.declined) {
        (Some(_), _) => "accepted",
        (None, Some(_)) => "declined",
        (None, None) => "not answered",
    };
    let words = format!(
        "alerted, shown {} (line {}): {how}",
        leg.shows, leg.alerted.n
    );
    lane.add(Look::Alerted, (leg.alerted.t_us, answered.t_us), words);
    if let Some(accepted) = leg.accepted {
        let words = match leg.party.ended {
            Some((_, by)) => format!("in a call, {}", outcome::ended_words(by)),
            None => "in a call, to the end of the walk".to_owned(),
        };
        lane.add(Look::InCall, (accepted.t_us, over.t_us), words);
    }
    media::add(lane, timeline, &leg.party);
}
