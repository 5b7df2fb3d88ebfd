//! What happened in a walk, as lanes to look at: hosts, administrators, agents, calls, one below the
//! other over one axis of time.
//!
//! - `lane`: a lane and the bars in it.
//! - `hosts`, `people`, `calls`: which lanes there are.
//! - `media`: what an end heard, as bars.
//! - `outcome`: how things ended, in words.

mod calls;
mod hosts;
mod lane;
mod media;
mod outcome;
mod people;

use model::Verdict;
use model::results::Results;
use model::verb::Verb;
use timeline::position::At;
use timeline::{ReadWalk, Timeline};

use crate::reports::wording::{in_words, mark};

pub(super) use lane::{Lane, milliseconds};
pub(super) use media::heard_words;
pub(super) use outcome::ended_words;

/// A walk, drawn.
pub(super) struct WalkView<'a> {
    /// Its number in the journal.
    pub(super) number: usize,
    pub(super) name: &'a str,
    pub(super) about: &'a str,
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) verdict: Verdict,
    pub(super) mark: char,
    pub(super) verdict_words: String,
    /// How long it lasted, in milliseconds.
    pub(super) lasted: u64,
    pub(super) stages: Vec<Band>,
    pub(super) faults: Vec<Band>,
    /// When failover and failback were invoked and done.
    pub(super) turns: Vec<Band>,
    pub(super) ticks: Vec<(f64, String)>,
    pub(super) groups: Vec<(&'static str, Vec<Lane>)>,
}

/// A time with a name.
pub(super) struct Band {
    pub(super) name: String,
    pub(super) from: u64,
    pub(super) to: u64,
    /// Where it begins, in hundredths of the whole.
    pub(super) percent: f64,
    pub(super) words: String,
}

impl<'a> WalkView<'a> {
    pub(super) fn of(number: usize, walk: &ReadWalk<'a>, results: &Results) -> Self {
        let plan = timeline::walk(walk.journal);
        let verdict = verdict(walk.name(), results);
        let mut view = WalkView {
            number,
            name: walk.name(),
            about: plan.map_or("", |plan| &plan.about),
            facts: Vec::new(),
            verdict,
            mark: mark(verdict),
            verdict_words: in_words(verdict),
            lasted: 1,
            stages: Vec::new(),
            faults: Vec::new(),
            turns: Vec::new(),
            ticks: Vec::new(),
            groups: Vec::new(),
        };
        match &walk.timeline {
            Ok(timeline) => view.draw(timeline),
            Err(error) => view.facts.push(("Unreadable", error.to_string())),
        }
        view
    }

    /// About how many bytes of the page it takes.
    pub(super) fn size(&self) -> usize {
        const OF_LANE: usize = 160;
        const OF_PATH: usize = 24;
        let lanes = self.groups.iter().flat_map(|(_, lanes)| lanes);
        let sizes = lanes.map(|lane| {
            let paths = lane.paths.iter().map(|(_, path)| OF_PATH + path.len());
            OF_LANE + lane.label.len() + lane.words.len() + paths.sum::<usize>()
        });
        sizes.sum()
    }

    fn draw(&mut self, timeline: &Timeline) {
        self.lasted = milliseconds(timeline.last.t_us).max(1);
        self.stages = self.stages_of(timeline);
        self.faults = self.faults_of(timeline);
        self.turns = self.turns_of(timeline);
        self.ticks = ticks(self.lasted);
        self.facts = self.facts_of(timeline);
        self.groups = vec![
            ("Hosts", hosts::lanes(timeline)),
            ("Administrators", people::administrators(timeline)),
            ("Agents and callees", people::agents(timeline)),
            ("Calls", calls::lanes(timeline)),
        ];
        for lane in self.groups.iter_mut().flat_map(|(_, lanes)| lanes) {
            lane.draw(self.lasted);
        }
    }

    fn band(&self, name: String, from_us: u64, to_us: u64) -> Band {
        let (from, to) = (milliseconds(from_us), milliseconds(to_us));
        Band {
            words: format!("{name}: {} to {}", At(from_us), At(to_us)),
            name,
            from,
            to: to.max(from + 1),
            percent: percent(from, self.lasted),
        }
    }

    fn stages_of(&self, timeline: &Timeline) -> Vec<Band> {
        let stages = timeline.stages.iter();
        let band = stages.map(|(stage, interval)| {
            let end = interval.end.unwrap_or(timeline.last);
            self.band(stage.word().to_owned(), interval.begin.t_us, end.t_us)
        });
        band.collect()
    }

    fn faults_of(&self, timeline: &Timeline) -> Vec<Band> {
        let faults = timeline.faults.iter().map(|fault| {
            let hosts: Vec<&str> = fault.fault.hosts.iter().map(|host| host.word()).collect();
            let name = format!("{} of {}", fault.fault.kind, hosts.join(", "));
            let healed = fault.healed.map_or(timeline.last, |(healed, _)| healed);
            self.band(name, fault.injected.t_us, healed.t_us)
        });
        faults.collect()
    }

    fn turns_of(&self, timeline: &Timeline) -> Vec<Band> {
        let turns = timeline.operations.iter().filter_map(|operation| {
            let name = match operation.verb {
                Verb::FailOver => "failover",
                Verb::FailBack => "failback",
                _ => return None,
            };
            let ended = operation.ended_at().unwrap_or(timeline.last);
            Some(self.band(name.to_owned(), operation.invoked.t_us, ended.t_us))
        });
        turns.collect()
    }

    fn facts_of(&self, timeline: &Timeline) -> Vec<(&'static str, String)> {
        let words = |bands: &[Band]| {
            let words = bands.iter().map(|band| band.words.as_str());
            words.collect::<Vec<&str>>().join("; ")
        };
        let mut facts = vec![
            ("Stages", words(&self.stages)),
            ("Faults", words(&self.faults)),
            ("Carried out", words(&self.turns)),
        ];
        if let Some((position, why)) = &timeline.stopped {
            facts.push(("Stopped", format!("at {}: {why}", At(position.t_us))));
        }
        let troubles = timeline.troubles.iter().map(|trouble| {
            let at = At(trouble.position.t_us);
            format!("{} at {at}: {}", trouble.actor, trouble.what)
        });
        facts.push(("Trouble", troubles.collect::<Vec<_>>().join("; ")));
        facts.retain(|(_, words)| !words.is_empty());
        facts
    }
}

/// The worst that a walk says of any clause.
fn verdict(walk: &str, results: &Results) -> Verdict {
    let findings = results.clauses.iter().flat_map(|clause| &clause.walks);
    let of_walk = findings.filter(|finding| finding.walk == walk);
    Verdict::worst(of_walk.map(|finding| finding.verdict))
}

/// Where something is, in hundredths of the whole, to two decimals.
fn percent(at: u64, whole: u64) -> f64 {
    let hundredths = at.saturating_mul(10_000) / whole.max(1);
    f64::from(u32::try_from(hundredths).unwrap_or(u32::MAX)) / 100.0
}

/// Some ten round seconds over the whole time.
fn ticks(lasted: u64) -> Vec<(f64, String)> {
    const STEPS: [u64; 9] = [1, 2, 5, 10, 30, 60, 300, 600, 3_600];
    let fits = |step: &&u64| lasted / (**step * 1_000) <= 12;
    let step = STEPS.iter().find(fits).copied().unwrap_or(36_000);
    let times = (0..=lasted / 1_000).step_by(usize::try_from(step).unwrap_or(usize::MAX));
    times
        .map(|second| (percent(second * 1_000, lasted), format!("{second} s")))
        .collect()
}
