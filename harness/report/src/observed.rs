//! What a walk showed, as sets of words: the snapshots under `snapshots/`.
//!
//! For each stage, and in it for each (role, group, operation), the sorted *set* of outcome words.
//! No times, counts, codes or names of actors are in it, so one file serves every lab, and every
//! seed: what differs between two of them is a difference in behaviour.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use model::Stage;
use model::journal::WalkJournal;
use model::journal::event::{EndedBy, NoSuccess};
use model::topology::{Caller, Pool};
use model::verb::VerbOutcome;
use timeline::call::Party;
use timeline::media::{Flow, Stretch};
use timeline::registration::Answer;
use timeline::stage::Interval;
use timeline::{Call, Leg, Operation, Position, ReadError, Timeline};

/// A flow that ends because its call does ends at once; one that fell silent, after this long.
const SILENCE_US: u64 = 1_000_000;

/// A second of media, in packets. Of an earlier call that is heard for less than that, nothing is
/// told: where a pool that was cut off is back, it plays on until it learns that its calls are
/// served elsewhere, and how long that takes is chance. The judge calls it a flicker as well.
const EARLIER_FLICKER: u32 = 50;

/// The same for a call of this stage: a next hop that was given up may answer late, and plays until
/// its answer is acknowledged and ended.
const NEW_FLICKER: u32 = 10;

/// The snapshot's text.
///
/// # Errors
///
/// [`ReadError`] where the walk's lines tell nothing.
pub fn render(walk: &WalkJournal) -> Result<String, ReadError> {
    let timeline = Timeline::read(walk)?;
    let mut words = Words::default();
    let mut view = View {
        timeline: &timeline,
        words: &mut words,
    };
    for call in &timeline.calls {
        view.add_call(call);
    }
    for leg in timeline.legs() {
        view.add_leg(leg);
    }
    for registration in timeline.registrations.values().flatten() {
        let pool = registration.pool.word();
        let word = match &registration.answer {
            Answer::Accepted { .. } => format!("accepted-by-{pool}"),
            Answer::NotAccepted(outcome) => format!("{pool}-{}", failure(outcome)),
            Answer::Withdrawn { .. } => format!("withdrawn-from-{pool}"),
            Answer::NotWithdrawn { outcome, .. } => {
                format!("not-withdrawn-{pool}-{}", failure(outcome))
            }
        };
        view.add_of_actor(&registration.telephone, registration.position, word);
    }
    for operation in &timeline.operations {
        view.add_operation(operation);
    }
    Ok(words.in_text())
}

/// Who did what with which group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Subject {
    role: String,
    group: String,
    operation: &'static str,
}

/// What was observed of whom in each stage.
#[derive(Default)]
struct Words(BTreeMap<Stage, BTreeMap<Subject, BTreeSet<String>>>);

/// Puts what a timeline tells into words.
struct View<'a> {
    timeline: &'a Timeline,
    words: &'a mut Words,
}

/// A call, as one of its ends sees it.
#[derive(Clone, Copy)]
struct End<'a> {
    party: &'a Party,
    /// Whom the call goes to.
    to: &'a str,
    /// When it began at this end.
    began: Position,
}

impl View<'_> {
    fn add_call(&mut self, call: &Call) {
        let end = End {
            party: &call.caller,
            to: &call.to,
            began: call.placed,
        };
        for hop in &call.hops {
            if let Some((position, outcome)) = &hop.failed {
                let word = format!("{}-{}", hop.pool.word(), failure(outcome));
                self.add_of_call(end, *position, word);
            }
        }
        if let Some((position, _)) = call.failed {
            self.add_of_call(end, position, "failed".to_owned());
        }
        if let Some((position, pool)) = call.answered {
            let word = format!("answered-through-{}", pool.word());
            self.add_of_call(end, position, word);
        }
        self.add_end(end);
    }

    fn add_leg(&mut self, leg: &Leg) {
        let timeline = self.timeline;
        let of_group = timeline.group(&leg.shows).is_some();
        let to = match call_of(timeline, leg) {
            Some(call) => &call.to,
            None if of_group => &leg.shows,
            None => return,
        };
        let end = End {
            party: &leg.party,
            to,
            began: leg.alerted,
        };
        let alerted = match leg.telephone == leg.party.actor {
            true => "alerted",
            false => "alerted-at-further-telephone",
        };
        self.add_of_call(end, leg.alerted, alerted.to_owned());
        if let Some(position) = leg.accepted {
            self.add_of_call(end, position, "accepted".to_owned());
        }
        if let Some(position) = leg.declined {
            self.add_of_call(end, position, "declined".to_owned());
        }
        self.add_end(end);
    }

    /// What both ends of a call can see: how it ended, and what was heard.
    fn add_end(&mut self, end: End<'_>) {
        if let Some((position, by)) = end.party.ended
            && let Some(word) = ending(by)
        {
            self.add_of_call(end, position, word.to_owned());
        }
        for flow in end.party.received.flows() {
            if let Some(position) = fell_silent(end.party, flow) {
                self.add_silence(end, position);
            }
        }
        let timeline = self.timeline;
        for (stage, interval) in &timeline.stages {
            self.add_heard(end, *stage, *interval);
        }
    }

    /// Who falls silent after the fault, before it is proven, is silent in the outage.
    fn add_silence(&mut self, end: End<'_>, position: Position) {
        let mut stages = self.timeline.stages.iter();
        let stage = match self.timeline.stage_at(position) {
            Some(stage) => Some(stage),
            None => stages
                .find(|(_, interval)| interval.begin > position)
                .map(|(stage, _)| *stage),
        };
        if let Some(stage) = stage {
            self.add_in_stage(end, stage, "silence".to_owned());
        }
    }

    /// What was heard in a stage, unless it was a flicker. What came before the stage began, and was
    /// told late, is not counted.
    fn add_heard(&mut self, end: End<'_>, stage: Stage, interval: Interval) {
        let mut packets: BTreeMap<String, u32> = BTreeMap::new();
        for stretch in end.party.received.stretches() {
            if interval.contains(stretch.position) && stretch.last_us >= interval.begin.t_us {
                let since_us = interval.begin.t_us;
                *packets.entry(self.hearing(stretch)).or_default() +=
                    packets_since(stretch, since_us);
            }
        }
        let flicker = match self.is_earlier(end, stage) {
            true => EARLIER_FLICKER,
            false => NEW_FLICKER,
        };
        for (word, packets) in packets {
            if packets >= flicker {
                self.add_in_stage(end, stage, word);
            }
        }
    }

    fn add_operation(&mut self, operation: &Operation) {
        let Some(ended) = &operation.ended else {
            return;
        };
        let subject = Subject {
            role: self.role(&operation.by),
            group: self.group(operation.about.group.as_deref().unwrap_or_default()),
            operation: operation.verb.word(),
        };
        let word = done(&ended.outcome).to_owned();
        self.add_at(ended.position, subject, word);
    }

    fn add_of_actor(&mut self, actor: &str, position: Position, word: String) {
        let subject = Subject {
            role: self.role(actor),
            group: String::new(),
            operation: "registration",
        };
        self.add_at(position, subject, word);
    }

    fn add_of_call(&mut self, end: End<'_>, position: Position, word: String) {
        if let Some(stage) = self.timeline.stage_at(position) {
            self.add_in_stage(end, stage, word);
        }
    }

    fn add_in_stage(&mut self, end: End<'_>, stage: Stage, word: String) {
        let operation = match self.is_earlier(end, stage) {
            true => "earlier call",
            false => "new call",
        };
        let subject = Subject {
            role: self.role(&end.party.actor),
            group: self.group(end.to),
            operation,
        };
        self.words.add(stage, subject, word);
    }

    fn add_at(&mut self, position: Position, subject: Subject, word: String) {
        if let Some(stage) = self.timeline.stage_at(position) {
            self.words.add(stage, subject, word);
        }
    }

    /// Whether a call began before this stage.
    fn is_earlier(&self, end: End<'_>, stage: Stage) -> bool {
        self.timeline.stage_at(end.began) != Some(stage)
    }

    /// Which of the topology's groups this is, or which role it is that is called.
    fn group(&self, name: &str) -> String {
        self.timeline.drawn.role(name).to_owned()
    }

    /// What an actor is, without its name.
    fn role(&self, actor: &str) -> String {
        let topology = &self.timeline.topology;
        if let Some(agent) = topology.agent(actor) {
            return format!("agent homed in {}", agent.home.word());
        }
        if let Some(agent) = topology.agent(topology.party_at(actor)) {
            let home = agent.home.word();
            return format!("further telephone of an agent homed in {home}");
        }
        let is_callee = topology.callees.iter().any(|name| name == actor);
        match topology.caller(actor) {
            Some(Caller {
                asks_first: Pool::Primary,
                ..
            }) => "caller".to_owned(),
            Some(Caller { asks_first, .. }) => format!("caller through {}", asks_first.word()),
            None if is_callee => "callee".to_owned(),
            None => actor.to_owned(),
        }
    }

    /// Whom an end hears, and from where.
    fn hearing(&self, stretch: &Stretch) -> String {
        let pool = self.timeline.pool_at(stretch.from.ip());
        match (&stretch.hears, pool) {
            (None, Some(pool)) => format!("music-from-{}", pool.word()),
            (None, None) => "sound-from-elsewhere".to_owned(),
            (Some(_), Some(pool)) => format!("voice-through-{}", pool.word()),
            (Some(_), None) => "voice-directly".to_owned(),
        }
    }
}

/// How many of a stretch's packets came from then on, if they came evenly.
fn packets_since(stretch: &Stretch, since_us: u64) -> u32 {
    let whole_us = stretch.last_us.saturating_sub(stretch.first_us);
    let since_us = stretch.last_us.saturating_sub(since_us);
    match since_us < whole_us {
        true => {
            let packets = u64::from(stretch.packets) * since_us / whole_us;
            u32::try_from(packets).unwrap_or(stretch.packets)
        }
        false => stretch.packets,
    }
}

/// The call that somebody was alerted by. None, where a caller called whom nobody is alerted of
/// any more: an INVITE to a next hop that was given up may be served late, when the hop is back,
/// and whether it is, and who is alerted then, is chance.
fn call_of<'a>(timeline: &'a Timeline, leg: &Leg) -> Option<&'a Call> {
    let mut calls = timeline.calls.iter().rev();
    let call = calls.find(|c| c.caller.actor == leg.shows && c.placed < leg.alerted)?;
    let ended = call.caller.ended.map(|(position, _)| position);
    let failed = call.failed.as_ref().map(|(position, _)| *position);
    let is_over = ended.or(failed).is_some_and(|over| over < leg.alerted);
    let is_called = match timeline.group(&call.to) {
        Some(group) => group.has_member(&leg.party.actor),
        None => call.to == leg.party.actor,
    };
    let is_connected = timeline.legs().any(|other| {
        other.shows == leg.shows
            && other.party.actor != leg.party.actor
            && other
                .accepted
                .is_some_and(|at| call.placed < at && at < leg.alerted)
    });
    (!is_over && is_called && !is_connected).then_some(call)
}

/// When an end of a call fell silent with this flow: nothing had come of it for a while, and no
/// other flow went on.
fn fell_silent(party: &Party, flow: &Flow) -> Option<Position> {
    let ended = flow.ended?;
    let goes_on = |other: &Flow| {
        let is_over = other.ended.is_some_and(|over| over <= ended);
        other.began < ended && !is_over
    };
    let is_alone = !party.received.flows().iter().any(goes_on);
    (is_alone && ended.t_us >= flow.last_us + SILENCE_US).then_some(ended)
}

impl Words {
    fn add(&mut self, stage: Stage, subject: Subject, word: String) {
        let subjects = self.0.entry(stage).or_default();
        subjects.entry(subject).or_default().insert(word);
    }

    fn in_text(&self) -> String {
        let mut text = String::new();
        for (stage, subjects) in &self.0 {
            let _ = writeln!(text, "{stage}:");
            for (subject, words) in subjects {
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                let _ = writeln!(text, "  {}: {}", subject.in_text(), words.join(", "));
            }
        }
        text
    }
}

impl Subject {
    fn in_text(&self) -> String {
        let parts = [self.role.as_str(), self.group.as_str(), self.operation];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(" / ")
    }
}

const fn failure(outcome: &NoSuccess) -> &'static str {
    match outcome {
        NoSuccess::Refused { .. } => "refused",
        NoSuccess::Unreachable => "unreachable",
        NoSuccess::TimedOut => "silent",
    }
}

/// What the far end did to the call; what this end did of its own accord is no observation.
const fn ending(by: EndedBy) -> Option<&'static str> {
    match by {
        EndedBy::Bye => Some("ended-by-the-other-end"),
        EndedBy::Cancelled => Some("cancelled"),
        EndedBy::Broken => Some("broken"),
        EndedBy::GaveWay => Some("not-ended-before-the-next-call"),
        EndedBy::HungUp => None,
    }
}

const fn done(outcome: &VerbOutcome) -> &'static str {
    match outcome {
        VerbOutcome::Done => "done",
        VerbOutcome::Refused { .. } => "refused",
        VerbOutcome::Unsupported => "unsupported",
        VerbOutcome::NoAnswer { .. } => "no-answer",
    }
}
