//! What a walk showed, as sets of words: the snapshots under `snapshots/`.
//!
//! For each stage, and in it for each (role, group, operation), the sorted *set* of outcome words.
//! No times, counts, codes or names of actors are in it, so one file serves every lab, and every
//! seed: what differs between two of them is a difference in behaviour.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

use model::journal::event::{EndedBy, NoSuccess};
use model::journal::{Event, Record, WalkJournal};
use model::topology::{Host, Pool};
use model::verb::VerbOutcome;
use model::{Stage, Topology};

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
pub fn render(walk: &WalkJournal) -> String {
    let mut observed = Observed::default();
    // Actors on other machines, and stages that they begin, may have been written down later.
    let mut records: Vec<&Record> = walk.records.iter().collect();
    records.sort_by_key(|record| record.t_us);
    for record in records {
        observed.take(record);
    }
    observed.in_text()
}

/// Who did what with which group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Subject {
    role: String,
    group: String,
    operation: &'static str,
}

/// A call that is under way, as its own end sees it.
struct Call {
    /// Whom it goes to.
    to: String,
    /// The stage in which it began.
    begun: Option<Stage>,
    /// Where media comes from at present.
    flows: BTreeSet<SocketAddr>,
}

#[derive(Default)]
struct Observed {
    topology: Option<Topology>,
    addresses: BTreeMap<Host, IpAddr>,
    stage: Option<Stage>,
    /// Who fell silent in which call while no stage was: after the fault, before it was proven.
    silenced: Vec<(String, String)>,
    /// When the stage began.
    since_us: u64,
    /// By the name that the actor at that end gave it.
    calls: BTreeMap<String, Call>,
    /// Whom each caller called last.
    called: BTreeMap<String, String>,
    /// How many packets each call has heard in this stage, by the word for what they carry.
    heard: BTreeMap<(String, String), u32>,
    words: BTreeMap<Stage, BTreeMap<Subject, BTreeSet<String>>>,
}

impl Observed {
    fn take(&mut self, record: &Record) {
        let actor = record.host.as_str();
        match &record.event {
            Event::WalkBegan {
                topology,
                addresses,
                ..
            } => {
                self.topology = Some(topology.as_ref().clone());
                self.addresses.clone_from(addresses);
            }
            Event::StageBegan { stage } => {
                self.stage = Some(*stage);
                self.since_us = record.t_us;
                self.heard.clear();
                for (actor, call) in std::mem::take(&mut self.silenced) {
                    self.of_call(&actor, &call, "silence".to_owned());
                }
            }
            Event::StageEnded { .. } => self.stage = None,
            Event::Placed { call, to } => {
                self.called.insert(actor.to_owned(), to.clone());
                self.begin(call, to.clone());
            }
            Event::Alerted { call, caller, .. } => {
                let to = self
                    .called
                    .get(caller)
                    .cloned()
                    .unwrap_or_else(|| caller.clone());
                self.begin(call, to);
                self.of_call(actor, call, "alerted".to_owned());
            }
            Event::MediaEnded {
                call,
                from,
                last_us,
                ..
            } => {
                let fell_silent = record.t_us >= last_us + SILENCE_US;
                if self.flow_ended(call, *from) && fell_silent {
                    match self.stage {
                        Some(_) => self.of_call(actor, call, "silence".to_owned()),
                        None => self.silenced.push((actor.to_owned(), call.clone())),
                    }
                }
            }
            // What came of it before the stage began is told late.
            Event::Media { last_us, .. } if *last_us < self.since_us => {}
            event => self.outcome(actor, event),
        }
    }

    fn begin(&mut self, call: &str, to: String) {
        let call_begun = Call {
            to,
            begun: self.stage,
            flows: BTreeSet::new(),
        };
        self.calls.insert(call.to_owned(), call_begun);
    }

    /// Forgets a flow. True if it was the call's last one.
    fn flow_ended(&mut self, call: &str, from: SocketAddr) -> bool {
        self.calls.get_mut(call).is_some_and(|call| {
            call.flows.remove(&from);
            call.flows.is_empty()
        })
    }

    fn outcome(&mut self, actor: &str, event: &Event) {
        match event {
            Event::HopFailed {
                call,
                pool,
                outcome,
            } => {
                self.of_call(actor, call, format!("{}-{}", pool.word(), failure(outcome)));
            }
            Event::Failed { call, .. } => self.of_call(actor, call, "failed".to_owned()),
            Event::Answered { call, pool, .. } => {
                self.of_call(actor, call, format!("answered-through-{}", pool.word()));
            }
            Event::Accepted { call } => self.of_call(actor, call, "accepted".to_owned()),
            Event::Declined { call, .. } => self.of_call(actor, call, "declined".to_owned()),
            Event::Ended { call, by } => {
                if let Some(word) = ending(*by) {
                    self.of_call(actor, call, word.to_owned());
                }
            }
            Event::MediaStarted { call, from, .. } => {
                if let Some(call) = self.calls.get_mut(call) {
                    call.flows.insert(*from);
                }
            }
            Event::Media {
                call,
                from,
                hears,
                packets,
                ..
            } => self.heard(actor, call, *from, hears.as_deref(), *packets),
            Event::Registered { pool } => {
                self.of_actor(
                    actor,
                    "registration",
                    format!("accepted-by-{}", pool.word()),
                );
            }
            Event::NotRegistered { pool, outcome } => {
                let word = format!("{}-{}", pool.word(), failure(outcome));
                self.of_actor(actor, "registration", word);
            }
            Event::VerbEnded {
                verb,
                about,
                outcome,
                ..
            } => {
                let role = self.role(actor);
                let group = about.group.clone().unwrap_or_default();
                self.add(role, group, verb.word(), done(outcome).to_owned());
            }
            _ => {}
        }
    }

    /// Something was heard. It is told only if it is no flicker.
    fn heard(
        &mut self,
        actor: &str,
        call: &str,
        from: SocketAddr,
        hears: Option<&str>,
        packets: u32,
    ) {
        let word = self.hearing(from.ip(), hears);
        let heard = self
            .heard
            .entry((call.to_owned(), word.clone()))
            .or_default();
        *heard += packets;
        let heard = *heard;
        let flicker = match self.is_earlier(call) {
            true => EARLIER_FLICKER,
            false => NEW_FLICKER,
        };
        if heard >= flicker {
            self.of_call(actor, call, word);
        }
    }

    /// Whether a call began before this stage.
    fn is_earlier(&self, call: &str) -> bool {
        let call = self.calls.get(call);
        call.is_some_and(|call| call.begun != self.stage)
    }

    fn of_call(&mut self, actor: &str, call: &str, word: String) {
        let Some(Call { to, begun, .. }) = self.calls.get(call) else {
            return;
        };
        let operation = if *begun == self.stage {
            "new call"
        } else {
            "earlier call"
        };
        let (role, group) = (self.role(actor), to.clone());
        self.add(role, group, operation, word);
    }

    fn of_actor(&mut self, actor: &str, operation: &'static str, word: String) {
        let role = self.role(actor);
        self.add(role, String::new(), operation, word);
    }

    fn add(&mut self, role: String, group: String, operation: &'static str, word: String) {
        let Some(stage) = self.stage else { return };
        let subject = Subject {
            role,
            group,
            operation,
        };
        self.words
            .entry(stage)
            .or_default()
            .entry(subject)
            .or_default()
            .insert(word);
    }

    /// What an actor is, without its name.
    fn role(&self, actor: &str) -> String {
        let Some(topology) = &self.topology else {
            return String::new();
        };
        if let Some(agent) = topology.agents.iter().find(|agent| agent.name == actor) {
            return format!("agent homed in {}", agent.home.word());
        }
        let is = |names: &[String]| names.iter().any(|name| name == actor);
        let role = match actor {
            _ if is(&topology.callers) => "caller",
            _ if is(&topology.callees) => "callee",
            _ => actor,
        };
        role.to_owned()
    }

    /// Whom an end hears, and from where.
    fn hearing(&self, from: IpAddr, hears: Option<&str>) -> String {
        let pool = Pool::BOTH
            .into_iter()
            .find(|pool| self.addresses.get(&pool.host()) == Some(&from));
        match (hears, pool) {
            (None, Some(pool)) => format!("music-from-{}", pool.word()),
            (None, None) => "sound-from-elsewhere".to_owned(),
            (Some(_), Some(pool)) => format!("voice-through-{}", pool.word()),
            (Some(_), None) => "voice-directly".to_owned(),
        }
    }

    fn in_text(&self) -> String {
        let mut text = String::new();
        for (stage, subjects) in &self.words {
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
