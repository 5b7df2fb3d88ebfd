//! A lane for each call: what its caller waited for, heard, and how it ended.

use timeline::position::At;
use timeline::{Call, Timeline};

use super::lane::{Lane, Look};
use super::{media, outcome};

/// The calls, in the order in which they were placed.
pub(super) fn lanes(timeline: &Timeline) -> Vec<Lane> {
    let calls = timeline.calls.iter();
    calls.map(|call| lane(timeline, call)).collect()
}

fn lane(timeline: &Timeline, call: &Call) -> Lane {
    let mut lane = Lane {
        label: format!("{} → {}", call.caller.actor, call.to),
        words: told(timeline, call),
        is_call: true,
        ..Lane::default()
    };
    let over = call.over().unwrap_or(timeline.last);
    let decided = call.decided().unwrap_or(over);
    let words = format!("waits for an answer (line {})", call.placed.n);
    lane.add(Look::Waits, (call.placed.t_us, decided.t_us), words);
    if let Some((answered, pool)) = call.answered {
        let words = format!("in a call, answered through the {}", pool.word());
        lane.add(Look::InCall, (answered.t_us, over.t_us), words);
    }
    media::add(&mut lane, timeline, &call.caller);
    if let Some((at, by)) = call.caller.ended {
        let words = format!("{} (line {})", outcome::ended_words(by), at.n);
        lane.add(Look::Ended, (at.t_us, at.t_us), words);
    }
    if let Some((at, how)) = &call.failed {
        let words = format!("failed: {how} (line {})", at.n);
        lane.add(Look::Refused, (at.t_us, at.t_us), words);
    }
    lane
}

/// All of a call but who is called by whom, in a sentence.
fn told(timeline: &Timeline, call: &Call) -> String {
    let role = |name| timeline.drawn.role(name);
    let (caller, to) = (role(&call.caller.actor), role(&call.to));
    let mut words = format!("({caller}, {to}) placed at {}", At(call.placed.t_us));
    if let Some((answered, pool)) = call.answered {
        let at = At(answered.t_us);
        words.push_str(&format!(", answered through the {} at {at}", pool.word()));
    }
    if let Some((leg, since_us)) = call.connected() {
        let (agent, at) = (&leg.party.actor, At(since_us));
        words.push_str(&format!(", talks with {agent} from {at}"));
    }
    if let Some((at, how)) = &call.failed {
        let at = At(at.t_us);
        words.push_str(&format!(", failed at {at}: {how}"));
    }
    if let Some((at, by)) = call.caller.ended {
        let (at, by) = (At(at.t_us), outcome::ended_words(by));
        words.push_str(&format!(", {by} at {at}"));
    }
    words
}
