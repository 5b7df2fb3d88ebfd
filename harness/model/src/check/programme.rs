//! Every step of a programme has its actors and its time, in each walk that uses it.

use std::collections::BTreeMap;

use miette::Diagnostic;

use super::complaints::Complaints;
use super::names;
use crate::Span;
use crate::clause::Stage;
use crate::file::{FileError, SourceFile};
use crate::nearest;
use crate::programme::{Act, Programme, Step};
use crate::topology::{Participation, Topology};
use crate::walk::Walk;
use crate::yaml_path::YamlPath;

/// What is wrong with a programme.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum BadProgramme {
    #[error("there is no {role} `{name}` in the topology `{topology}`")]
    #[diagnostic(help("{advice}"))]
    Nobody {
        role: &'static str,
        name: String,
        topology: String,
        advice: String,
    },
    #[error("`{agent}` is no member of `{group}`, so a refusal would prove nothing")]
    #[diagnostic(help("choose one of its members: {members}"))]
    NoMember {
        agent: String,
        group: String,
        members: String,
    },
    #[error("`{agent}` is a member of `{group}`, so that signing in is no intrusion")]
    #[diagnostic(help("choose an agent who is none, or let the agent `sign-in`"))]
    Member { agent: String, group: String },
    #[error("what is read when all is over is a listing or an agent's console, not `{act}`")]
    #[diagnostic(help("choose `list` or `get-groups`"))]
    NoReading { act: &'static str },
    #[error("the step comes {at} after all is over, where readings are to be done by {limit}")]
    #[diagnostic(help("let it come earlier"))]
    LateReading { at: Span, limit: Span },
    #[error(
        "`{by}` puts a call on hold, and neither takes it back nor hangs up in this stage or the next"
    )]
    #[diagnostic(help(
        "add a later `resume: {{ by: {by} }}`, or a `hang-up`: what a call on hold comes to is judged where it goes on"
    ))]
    NotResumed { by: String },
    #[error("nobody signs in to `{group}` by hand: it is informal")]
    #[diagnostic(help("choose a group with `participation: formal`"))]
    Informal { group: String },
    #[error("the step is done in no walk at all: `only` is empty")]
    #[diagnostic(help("leave `only` out for all walks, or name times of import"))]
    Never,
    #[error(
        "the step comes {at} into the stage `{stage}`, which in the walk `{walk}` lasts {length}"
    )]
    #[diagnostic(help("let it come earlier, or lengthen the stage in the walk"))]
    TooLate {
        at: Span,
        stage: Stage,
        walk: String,
        length: Span,
    },
    #[error("the stage `{stage}` is never reached: no walk that uses this programme has an outage")]
    #[diagnostic(help("remove it, or give a walk an `outage:`"))]
    NeverReached { stage: Stage },
}

/// A walk that uses the programme, with its topology where that is known.
pub(crate) struct Use<'a> {
    pub(crate) walk: &'a Walk,
    pub(crate) topology: Option<&'a Topology>,
}

/// All that is wrong with the programme itself, and in the walks that use it.
pub(crate) fn check(programme: &Programme, file: &SourceFile, uses: &[Use<'_>]) -> Vec<FileError> {
    let mut complaints = Complaints::about(file);
    let name = YamlPath::top().key("programme");
    names::check_file_name(&mut complaints, &name, &programme.programme);
    check_stages(&mut complaints, programme, uses);
    check_times(&mut complaints, programme, uses);
    for topology in topologies(uses) {
        let cast = Cast { topology };
        for (place, _, step) in steps(programme) {
            cast.check(&mut complaints, &place.key("do"), &step.act);
        }
        for (n, step) in programme.after.iter().enumerate() {
            let place = YamlPath::top().key("after").item(n);
            cast.check(&mut complaints, &place.key("do"), &step.act);
        }
    }
    check_holds(&mut complaints, programme);
    check_after(&mut complaints, programme);
    complaints.into_errors()
}

/// When all is over nothing is done but to read, soon.
fn check_after(complaints: &mut Complaints<'_>, programme: &Programme) {
    let limit = Programme::READINGS_END;
    for (n, step) in programme.after.iter().enumerate() {
        let place = YamlPath::top().key("after").item(n);
        if !matches!(step.act, Act::List { .. } | Act::GetGroups { .. }) {
            let act = step.act.word();
            complaints.at(&place.clone().key("do"), BadProgramme::NoReading { act });
        }
        if step.at > limit {
            let at = step.at;
            complaints.at(&place.key("at"), BadProgramme::LateReading { at, limit });
        }
    }
}

/// The topologies that the programme is played in, each once.
fn topologies<'a>(uses: &[Use<'a>]) -> impl Iterator<Item = &'a Topology> {
    let by_name: BTreeMap<&str, &Topology> = uses
        .iter()
        .filter_map(|used| used.topology)
        .map(|topology| (topology.topology.as_str(), topology))
        .collect();
    by_name.into_values()
}

/// All steps, each with its place and its stage.
fn steps(programme: &Programme) -> impl Iterator<Item = (YamlPath, Stage, &Step)> {
    programme.stages.iter().flat_map(|(&stage, steps)| {
        let place = YamlPath::top().key("stages").key(stage.word());
        steps
            .iter()
            .enumerate()
            .map(move |(n, step)| (place.clone().item(n), stage, step))
    })
}

/// Some walk reaches each stage.
fn check_stages(complaints: &mut Complaints<'_>, programme: &Programme, uses: &[Use<'_>]) {
    for &stage in programme.stages.keys() {
        if !uses.is_empty() && !uses.iter().any(|used| used.walk.reaches(stage)) {
            let place = YamlPath::top().key("stages").key(stage.word());
            complaints.at(&place, BadProgramme::NeverReached { stage });
        }
    }
}

/// Each step comes before its stage is over, in all walks that do it.
fn check_times(complaints: &mut Complaints<'_>, programme: &Programme, uses: &[Use<'_>]) {
    for (place, stage, step) in steps(programme) {
        if step.only.as_ref().is_some_and(Vec::is_empty) {
            complaints.at(&place.clone().key("only"), BadProgramme::Never);
        }
        let too_short = uses
            .iter()
            .map(|used| used.walk)
            .filter(|walk| walk.reaches(stage) && step.applies(walk.imports))
            .find(|walk| step.at >= walk.length(stage));
        if let Some(walk) = too_short {
            let problem = BadProgramme::TooLate {
                at: step.at,
                stage,
                walk: walk.walk.clone(),
                length: walk.length(stage),
            };
            complaints.at(&place.key("at"), problem);
        }
    }
}

/// Whoever holds a call takes it back in the same stage or the next, or hangs up.
fn check_holds(complaints: &mut Complaints<'_>, programme: &Programme) {
    for (place, stage, step) in steps(programme) {
        let Act::Hold { by } = &step.act else {
            continue;
        };
        let is_its_end = |later: &Step| {
            let ends = match &later.act {
                Act::Resume { by: same, .. } | Act::HangUp { by: same } => same == by,
                _ => false,
            };
            ends && later.only == step.only
        };
        let within = programme.stages[&stage].iter();
        let mut within = within.filter(|later| later.at > step.at);
        let next = stage.next().and_then(|next| programme.stages.get(&next));
        let mut next = next.into_iter().flatten();
        if !within.any(is_its_end) && !next.any(is_its_end) {
            let by = by.clone();
            complaints.at(&place.key("do"), BadProgramme::NotResumed { by });
        }
    }
}

/// Who can play in a programme.
struct Cast<'a> {
    topology: &'a Topology,
}

impl Cast<'_> {
    /// Everybody whom the act names is there, and can do it.
    fn check(&self, complaints: &mut Complaints<'_>, place: &YamlPath, act: &Act) {
        let place = place.clone().key(act.word());
        match act {
            Act::Call { by, to, .. } => {
                self.check_caller(complaints, &place, by);
                self.check_called(complaints, &place, to);
            }
            Act::HangUp { by } | Act::Hold { by } | Act::Resume { by, .. } => {
                let parties = self.topology.party_names();
                self.check_name(
                    complaints,
                    place.key("by"),
                    "agent, caller or callee",
                    by,
                    parties,
                );
            }
            Act::Behave { agent, .. } => {
                let alerted = self.topology.agent_names().chain(self.callees());
                let place = place.key("agent");
                self.check_name(complaints, place, "agent or callee", agent, alerted);
            }
            Act::GetGroups { agent, .. } => self.check_agent(complaints, &place, agent),
            Act::Register { telephone }
            | Act::Unregister { telephone }
            | Act::LetExpire { telephone } => {
                let further = self.topology.telephone_names();
                let known = self.topology.agent_names().chain(further);
                let place = place.key("telephone");
                self.check_name(complaints, place, "agent or telephone", telephone, known);
            }
            Act::List { .. } => {}
            Act::Modify { group, .. } => self.check_group(complaints, &place, group),
            Act::SignIn { agent, group, .. } | Act::SignOut { agent, group, .. } => {
                self.check_member(complaints, &place, agent, group);
                self.check_formal(complaints, &place, group);
            }
            Act::Intrude { agent, group, .. } => {
                self.check_outsider(complaints, &place, agent, group);
                self.check_formal(complaints, &place, group);
            }
            Act::CallOnBehalf {
                agent,
                group,
                callee,
                ..
            } => {
                self.check_member(complaints, &place, agent, group);
                self.check_callee(complaints, &place, callee);
            }
        }
    }

    /// Callers call, and agents too.
    fn check_caller(&self, complaints: &mut Complaints<'_>, place: &YamlPath, by: &str) {
        let callers = self.callers().chain(self.topology.agent_names());
        self.check_name(complaints, place.clone().key("by"), "caller", by, callers);
    }

    /// Groups, agents and callees are called.
    fn check_called(&self, complaints: &mut Complaints<'_>, place: &YamlPath, to: &str) {
        let called = self
            .groups()
            .chain(self.topology.agent_names())
            .chain(self.callees());
        let role = "group, agent or callee";
        self.check_name(complaints, place.clone().key("to"), role, to, called);
    }

    /// There is such an agent.
    fn check_agent(&self, complaints: &mut Complaints<'_>, place: &YamlPath, agent: &str) {
        let place = place.clone().key("agent");
        self.check_name(
            complaints,
            place,
            "agent",
            agent,
            self.topology.agent_names(),
        );
    }

    /// There is such a group.
    fn check_group(&self, complaints: &mut Complaints<'_>, place: &YamlPath, group: &str) {
        let place = place.clone().key("group");
        self.check_name(complaints, place, "group", group, self.groups());
    }

    /// There is such a callee.
    fn check_callee(&self, complaints: &mut Complaints<'_>, place: &YamlPath, callee: &str) {
        let place = place.clone().key("callee");
        self.check_name(complaints, place, "callee", callee, self.callees());
    }

    /// The agent is a member of the group; both are there.
    fn check_member(
        &self,
        complaints: &mut Complaints<'_>,
        place: &YamlPath,
        agent: &str,
        group: &str,
    ) {
        self.check_agent(complaints, place, agent);
        self.check_group(complaints, place, group);
        let (Some(_), Some(known)) = (self.topology.agent(agent), self.topology.group(group))
        else {
            return;
        };
        if !known.has_member(agent) {
            let problem = BadProgramme::NoMember {
                agent: agent.to_owned(),
                group: group.to_owned(),
                members: known.members.join(", "),
            };
            complaints.at(&place.clone().key("agent"), problem);
        }
    }

    /// The agent is no member of the group; both are there.
    fn check_outsider(
        &self,
        complaints: &mut Complaints<'_>,
        place: &YamlPath,
        agent: &str,
        group: &str,
    ) {
        self.check_agent(complaints, place, agent);
        self.check_group(complaints, place, group);
        let known = self.topology.group(group);
        if known.is_some_and(|known| known.has_member(agent)) {
            let (agent, group) = (agent.to_owned(), group.to_owned());
            let problem = BadProgramme::Member { agent, group };
            complaints.at(&place.clone().key("agent"), problem);
        }
    }

    /// The group is formal, if it is there.
    fn check_formal(&self, complaints: &mut Complaints<'_>, place: &YamlPath, group: &str) {
        let informal = self
            .topology
            .group(group)
            .is_some_and(|group| group.participation == Participation::Informal);
        if informal {
            let group = group.to_owned();
            complaints.at(
                &place.clone().key("group"),
                BadProgramme::Informal { group },
            );
        }
    }

    /// The name is one of those that can stand here.
    fn check_name<'n>(
        &self,
        complaints: &mut Complaints<'_>,
        place: YamlPath,
        role: &'static str,
        name: &str,
        known: impl Iterator<Item = &'n str>,
    ) {
        let known: Vec<&str> = known.collect();
        if !known.contains(&name) {
            let problem = BadProgramme::Nobody {
                role,
                name: name.to_owned(),
                topology: self.topology.topology.clone(),
                advice: nearest::advice(name, known),
            };
            complaints.at(&place, problem);
        }
    }

    /// The names of the callers.
    fn callers(&self) -> impl Iterator<Item = &str> {
        self.topology.caller_names()
    }

    /// The names of the callees.
    fn callees(&self) -> impl Iterator<Item = &str> {
        self.topology.callees.iter().map(String::as_str)
    }

    /// The names of the groups.
    fn groups(&self) -> impl Iterator<Item = &str> {
        self.topology.groups.iter().map(|group| group.name.as_str())
    }
}
