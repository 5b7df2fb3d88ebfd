//! What was found when a target was tried: what works, what does not and why, and how long it took.

use std::fmt::Write as _;

use model::claims::Capability;
use model::clause::CallKind;
use model::printable::line;
use model::verb::{Verb, VerbOutcome};
use model::walk::LabKind;
use target::Target;
use timeline::position::{At, Lasting};
use timeline::registration::Answer;

use timeline::{Call, Operation, Timeline};

use super::pace;

/// What was found.
pub(super) struct Findings {
    pub(super) text: String,
    /// Whether everything that the target claims was done at least once.
    pub(super) all_work: bool,
}

/// One line of the table.
struct Line {
    what: String,
    found: String,
    works: bool,
}

/// What a walk without a fault tells of `target`.
pub(super) fn of(target: &Target, lab: LabKind, timeline: &Timeline) -> Findings {
    let mut lines = vec![registrations(timeline)];
    for kind in [CallKind::Regular, CallKind::Anonymous] {
        if kind == CallKind::Regular || claims(target, Capability::AnonymousCalls) {
            lines.push(calls(timeline, kind));
        }
    }
    for verb in Verb::ALL {
        let is_provisioning = target.provisioning().contains(&verb);
        let is_claimed = is_provisioning
            || Capability::ALL.iter().any(|capability| {
                capability.verbs().contains(&verb) && claims(target, *capability)
            });
        if is_claimed {
            lines.extend(operations(timeline, verb));
        }
    }
    let mut text = format!(
        "`{}` in the lab `{}`, with nothing broken:\n\n",
        target.target,
        lab.word()
    );
    for Line { what, found, works } in &lines {
        let mark = if *works { "✓" } else { "✗" };
        // A text takes any of it.
        let _ = writeln!(text, "{mark} {what:<16} {}", line(found));
    }
    text.push_str(&unclaimed(target));
    text.push_str(&pace::of(timeline));
    if let Some((at, why)) = &timeline.stopped {
        let _ = writeln!(
            text,
            "\nIt went no further after {}: {}",
            At(at.t_us),
            line(&why.to_string())
        );
    }
    Findings {
        all_work: timeline.stopped.is_none() && lines.iter().all(|line| line.works),
        text,
    }
}

fn claims(target: &Target, capability: Capability) -> bool {
    target.capabilities.contains(&capability)
}

fn registrations(timeline: &Timeline) -> Line {
    let accepted = |agent: &str| {
        let mut registrations = timeline.registrations_of(agent).iter();
        let accepted = registrations.find(|one| one.is_accepted());
        accepted.map(|registration| registration.position.t_us)
    };
    let agents: Vec<&str> = timeline.topology.agent_names().collect();
    let first: Vec<u64> = agents.iter().filter_map(|agent| accepted(agent)).collect();
    let refused = timeline.registrations.iter().flat_map(|(agent, known)| {
        let refused = known.iter().filter_map(|one| match &one.answer {
            Answer::NotAccepted(outcome) => Some((one.position, outcome)),
            _ => None,
        });
        refused.map(move |(position, outcome)| (position, agent, outcome))
    });
    let refused = refused.min_by_key(|(position, ..)| *position);
    let refused = refused.map(|(_, agent, outcome)| format!("; {agent}: {outcome}"));
    let last = first
        .iter()
        .max()
        .map(|us| format!(", the last after {}", Lasting(*us)));
    let works = first.len() == agents.len();
    Line {
        what: "registrations".to_owned(),
        found: format!(
            "{} of {} agents{}{}",
            first.len(),
            agents.len(),
            last.unwrap_or_default(),
            refused.filter(|_| !works).unwrap_or_default()
        ),
        works,
    }
}

/// Calls to groups of this kind: some are meant to be left to ring.
fn calls(timeline: &Timeline, kind: CallKind) -> Line {
    let is_meant = |call: &&Call| {
        let group = timeline.topology.group(&call.to);
        group.is_some_and(|group| group.calls == kind)
    };
    let calls: Vec<&Call> = timeline.calls.iter().filter(is_meant).collect();
    let answered = calls.iter().filter(|call| call.answered.is_some()).count();
    let alerted = calls.iter().filter(|call| !call.legs.is_empty()).count();
    let accepted = |call: &&&Call| call.legs.iter().any(|leg| leg.accepted.is_some());
    let connected = calls.iter().filter(accepted).count();
    let failed = calls.iter().find_map(|call| call.failed.as_ref());
    let failed = failed.map_or_else(String::new, |(_, why)| format!("; one failed: {why}"));
    Line {
        what: match kind {
            CallKind::Regular => "regular calls",
            CallKind::Anonymous => "anonymous calls",
        }
        .to_owned(),
        found: format!(
            "{} placed, {answered} answered, {alerted} alerted an agent, {connected} accepted{failed}",
            calls.len()
        ),
        works: connected > 0,
    }
}

/// How often a verb was done, and why it was not.
fn operations(timeline: &Timeline, verb: Verb) -> Option<Line> {
    let all = timeline.operations.iter();
    let operations: Vec<&Operation> = all.filter(|one| one.verb == verb).collect();
    if operations.is_empty() {
        return None;
    }
    let outcomes = || {
        operations
            .iter()
            .filter_map(|one| Some(&one.ended.as_ref()?.outcome))
    };
    let done = outcomes()
        .filter(|outcome| **outcome == VerbOutcome::Done)
        .count();
    let took = operations.iter().filter_map(|one| {
        let ended = one.done()?;
        Some(ended.t_us.saturating_sub(one.invoked.t_us))
    });
    let took = took
        .max()
        .map_or_else(String::new, |us| format!(", within {}", Lasting(us)));
    // Some are asked for what must be refused.
    let why = outcomes().find_map(|outcome| match outcome {
        VerbOutcome::NoAnswer { why } => Some(format!("; one had no answer: {why}")),
        VerbOutcome::Refused { why } if done == 0 => Some(format!("; refused: {why}")),
        VerbOutcome::Unsupported if done == 0 => Some("; unsupported".to_owned()),
        _ => None,
    });
    Some(Line {
        what: verb.word().to_owned(),
        found: format!(
            "{done} of {} done{took}{}",
            operations.len(),
            why.unwrap_or_default()
        ),
        works: done > 0,
    })
}

/// What the target does not claim, which leaves clauses unsupported.
fn unclaimed(target: &Target) -> String {
    let missing = Capability::ALL.iter().filter(|one| !claims(target, **one));
    let missing: Vec<&str> = missing.map(|one| one.word()).collect();
    match missing.is_empty() {
        true => String::new(),
        false => format!(
            "\nNot claimed, so that their clauses are unsupported: {}\n",
            missing.join(", ")
        ),
    }
}
