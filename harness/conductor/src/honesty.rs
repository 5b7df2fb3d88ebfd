//! Whether a target's answers can be relied on: asked before a drill, in a lab of its own, of which
//! nothing is kept.
//!
//! An adapter that says yes to everything passes half of all statements without any pool behind
//! it, one that says no to everything the other half. So each verb is asked about what cannot be
//! (an agent, a group or a pool that does not exist), to which nobody honest says *done*; and
//! some are asked about what is there for certain, to which nobody honest says *no*.
//!
//! Before that, [the lab's hosts must hear each other](crate::preflight): what a silent network
//! keeps from answering is no lie.
//!
//! A lab with a [stranger](with_stranger) in it, of whom the pools were never told, is asked about
//! that one as well.

use std::time::Duration;

use actors::{Command, Operation, SECOND_POOL};
use lab::contract::ADMINISTRATOR;
use lab::{Lab, LabError};
use model::Topology;
use model::claims::Capability;
use model::journal::Event;
use model::shared::Shared;
use model::topology::{Agent, Behaviour, Participation, Pool};
use model::verb::{About, Filter, Row, Surface, Verb, VerbOutcome};
use target::binding::Binding;
use target::variables::Variable;
use target::{Target, Words};

use crate::instruction::OperationRequest;
use crate::preflight::{PreflightError, preflight};
use crate::provisioning;

/// An agent that no pool was told of.
const NO_AGENT: &str = "no-such-agent";
/// A group that does not exist.
const NO_GROUP: &str = "no-such-group";
/// What is no export.
const NO_EXPORT: &str = "no-such-export";
/// What pools are called that do not exist.
const NO_POOLS: [&str; 2] = ["no-such-pool", "no-such-partner"];

/// How long the deployment may take to start.
const TO_START: Duration = Duration::from_secs(3);
/// How long after an answer a question about what is there is asked again.
const AGAIN: Duration = Duration::from_secs(1);
/// How often it is asked.
const TIMES: usize = 10;
/// How long an answer may take: longer than any time-out that a target can reasonably have.
const TO_ANSWER: Duration = Duration::from_secs(180);

/// Why a target is not drilled.
#[derive(Debug, thiserror::Error)]
pub enum HonestyError {
    /// It says yes to what cannot be.
    #[error("the target's `{}` says yes to {question}", verb.word())]
    SaysYes {
        /// The verb.
        verb: Verb,
        /// What it was asked.
        question: String,
    },
    /// It says no, or nothing that can be read, to what is there for certain.
    #[error("the target's `{}` does not say yes to {question}: {answer}", verb.word())]
    SaysNo {
        /// The verb.
        verb: Verb,
        /// What it was asked.
        question: String,
        /// What it said.
        answer: String,
    },
    /// The lab's hosts did not hear each other, or no longer when a question had no answer.
    #[error(transparent)]
    Network(#[from] PreflightError),
    /// The lab's own trouble.
    #[error("the lab failed before the drill")]
    Lab(#[from] LabError),
}

/// The topology with an agent in it whom the pools are not to be told of.
#[must_use]
pub fn with_stranger(topology: &Topology) -> Topology {
    let mut topology = topology.clone();
    topology.agents.push(Agent {
        name: NO_AGENT.to_owned(),
        home: Pool::Primary,
        behaviour: Behaviour::Ignore,
    });
    topology
}

/// The target with other names for its pools, under which there are none: for
/// [`ask_of_no_pool`].
#[must_use]
pub fn of_no_pool(target: &Target) -> Target {
    let [primary, backup] = NO_POOLS.map(str::to_owned);
    Target {
        words: Words {
            primary,
            backup,
            ..target.words.clone()
        },
        ..target.clone()
    }
}

/// Asks about agents and groups that do not exist, and about groups that do.
///
/// # Errors
///
/// [`HonestyError`]. That it says yes to what cannot be comes first.
pub fn ask(lab: &mut dyn Lab, topology: &Topology, target: &Target) -> Result<(), HonestyError> {
    put_all(
        lab,
        topology,
        &possible(topology, target),
        &impossible(topology, target),
    )
}

/// As [`ask`], in a lab that has no stranger in it: nothing is asked of one.
///
/// # Errors
///
/// As [`ask`].
pub fn ask_without_stranger(
    lab: &mut dyn Lab,
    topology: &Topology,
    target: &Target,
) -> Result<(), HonestyError> {
    let mut impossible = impossible(topology, target);
    impossible.retain(|question| question.by != NO_AGENT);
    let mut answerable = provisioning(topology, target);
    answerable.extend(possible(topology, target));
    put_all(lab, topology, &answerable, &impossible)
}

/// A question that had no answer is held against the target only where the lab's hosts still hear
/// each other.
fn put_all(
    lab: &mut dyn Lab,
    topology: &Topology,
    possible: &[HonestyQuestion],
    impossible: &[HonestyQuestion],
) -> Result<(), HonestyError> {
    preflight(lab, topology)?;
    let mut inquiry = Inquiry::begin(lab)?;
    let answered = inquiry.put_until_answered(possible)?;
    if answered.is_err() {
        preflight(inquiry.lab, topology)?;
    }
    for question in impossible {
        inquiry.expect_refusal(question)?;
    }
    answered
}

/// Asks about pools that do not exist. The lab's actors have the target [of no pool](of_no_pool).
/// Verbs whose binding names no pool are not asked: they would do what they are for.
///
/// # Errors
///
/// [`HonestyError::SaysYes`], or the lab's own.
pub fn ask_of_no_pool(
    lab: &mut dyn Lab,
    topology: &Topology,
    target: &Target,
) -> Result<(), HonestyError> {
    preflight(lab, topology)?;
    let mut inquiry = Inquiry::begin(lab)?;
    for question in of_pools(target) {
        inquiry.expect_refusal(&question)?;
    }
    Ok(())
}

/// Something that a pool is asked.
#[derive(Clone, Debug)]
struct HonestyQuestion {
    /// Who asks.
    by: String,
    verb: Verb,
    at: Pool,
    about: About,
    /// The same in words.
    words: String,
    /// What a listing must have in it.
    expected: Vec<String>,
}

impl HonestyQuestion {
    fn new(by: &str, verb: Verb, at: Pool, about: About, words: String) -> HonestyQuestion {
        HonestyQuestion {
            by: by.to_owned(),
            verb,
            at,
            about,
            words,
            expected: Vec::new(),
        }
    }

    fn by_administrator(verb: Verb, at: Pool, about: About, words: String) -> HonestyQuestion {
        HonestyQuestion::new(ADMINISTRATOR, verb, at, about, words)
    }

    fn by_agent(agent: &Agent, verb: Verb, about: About, words: String) -> HonestyQuestion {
        let about = About {
            agent: Some(agent.name.clone()),
            ..about
        };
        HonestyQuestion::new(&agent.name, verb, agent.home, about, words)
    }
}

// ---- the questions ------------------------------------------------------------------------------

/// About what is there for certain.
fn possible(topology: &Topology, target: &Target) -> Vec<HonestyQuestion> {
    let mut questions = Vec::new();
    for surface in surfaces(target) {
        let about = About {
            owner: Some(Pool::Primary),
            surface: Some(surface),
            filter: Some(Filter::Default),
            ..About::default()
        };
        let words = format!("a listing of the primary's groups ({})", surface.word());
        let groups = topology.groups.iter();
        let groups = groups.filter(|group| group.owner == Pool::Primary);
        questions.push(HonestyQuestion {
            expected: groups.map(|group| group.name.clone()).collect(),
            ..HonestyQuestion::by_administrator(Verb::List, Pool::Primary, about, words)
        });
    }
    if target.capabilities.contains(&Capability::AgentConsole)
        && let Some(agent) = topology.agents.first()
    {
        let words = format!("agent {}, who asks for the agent groups", agent.name);
        let about = About::default();
        questions.push(HonestyQuestion::by_agent(
            agent,
            Verb::GetGroups,
            about,
            words,
        ));
    }
    questions
}

/// That who takes part is created, where the target's verbs do that.
fn provisioning(topology: &Topology, target: &Target) -> Vec<HonestyQuestion> {
    let creations = provisioning::creations(topology, &target.provisioning());
    let questions = creations.into_iter().map(|creation| {
        let OperationRequest {
            verb, at, about, ..
        } = creation.request;
        HonestyQuestion::by_administrator(verb, at, about, creation.words)
    });
    questions.collect()
}

/// About agents and groups that do not exist.
fn impossible(topology: &Topology, target: &Target) -> Vec<HonestyQuestion> {
    let mut questions = Vec::new();
    for surface in surfaces(target) {
        let about = About {
            surface: Some(surface),
            value: Some("asked by the honesty probe".to_owned()),
            ..membership(NO_GROUP, Pool::Primary)
        };
        let words = format!(
            "a change of a group that does not exist ({})",
            surface.word()
        );
        let at = Pool::Primary;
        questions.push(HonestyQuestion::by_administrator(
            Verb::Modify,
            at,
            about,
            words,
        ));
    }
    questions.extend(import_of_no_export(target));
    if target.capabilities.contains(&Capability::AgentConsole) {
        questions.push(strangers(Verb::GetGroups, About::default()));
        for verb in [Verb::SignIn, Verb::SignOut] {
            questions.extend(of_groups(topology, verb, |about| about));
        }
    }
    if target.capabilities.contains(&Capability::OnBehalf) {
        let callee = topology
            .callees
            .first()
            .or(topology.callers.first().map(|caller| &caller.name));
        questions.extend(of_groups(topology, Verb::CallOnBehalf, |about| About {
            parent: None,
            callee: callee.cloned(),
            ..about
        }));
    }
    questions
}

/// An import of something that is no export, where the binding says what is imported.
fn import_of_no_export(target: &Target) -> Option<HonestyQuestion> {
    let binding = target.verbs.get(&Verb::Import)?;
    let about = About {
        value: Some(NO_EXPORT.to_owned()),
        ..copies()
    };
    let words = "what is no export".to_owned();
    let question = HonestyQuestion::by_administrator(Verb::Import, Pool::Backup, about, words);
    binding.speaks_of(Variable::Export).then_some(question)
}

/// The stranger about a group that exists, and an agent who exists about one that does not.
fn of_groups(
    topology: &Topology,
    verb: Verb,
    complete: impl Fn(About) -> About,
) -> Vec<HonestyQuestion> {
    let mut groups = topology.groups.iter();
    let formal = groups.find(|group| group.participation == Participation::Formal);
    let group = formal.or(topology.groups.first());
    let of_stranger =
        group.map(|group| strangers(verb, complete(membership(&group.name, group.owner))));
    let of_no_group = topology.agents.first().map(|agent| {
        let about = complete(membership(NO_GROUP, agent.home));
        let words = format!("agent {} about a group that does not exist", agent.name);
        HonestyQuestion::by_agent(agent, verb, about, words)
    });
    of_stranger.into_iter().chain(of_no_group).collect()
}

/// A question of the agent who does not exist.
fn strangers(verb: Verb, about: About) -> HonestyQuestion {
    let stranger = Agent {
        name: NO_AGENT.to_owned(),
        home: Pool::Primary,
        behaviour: Behaviour::Ignore,
    };
    let words = "an agent who does not exist".to_owned();
    HonestyQuestion::by_agent(&stranger, verb, about, words)
}

/// About pools that do not exist.
fn of_pools(target: &Target) -> Vec<HonestyQuestion> {
    let procedures = [
        (Verb::FailOver, Pool::Backup),
        (Verb::FailBack, Pool::Backup),
        (Verb::Export, Pool::Primary),
        (Verb::RemoveExported, Pool::Backup),
    ];
    let names_a_pool = |verb: Verb| {
        let binding = target.verbs.get(&verb);
        binding.is_some_and(speaks_of_a_pool)
    };
    procedures
        .into_iter()
        .filter(|(verb, _)| names_a_pool(*verb))
        .map(|(verb, at)| {
            let words = "a pool that does not exist".to_owned();
            HonestyQuestion::by_administrator(verb, at, copies(), words)
        })
        .collect()
}

fn speaks_of_a_pool(binding: &Binding) -> bool {
    [
        Variable::Pool,
        Variable::Partner,
        Variable::Owner,
        Variable::Parent,
    ]
    .into_iter()
    .any(|variable| binding.speaks_of(variable))
}

/// The primary's groups, in the backup.
fn copies() -> About {
    About {
        owner: Some(Pool::Primary),
        parent: Some(Pool::Backup),
        ..About::default()
    }
}

fn membership(group: &str, pool: Pool) -> About {
    About {
        owner: Some(pool),
        parent: Some(pool),
        group: Some(group.to_owned()),
        ..About::default()
    }
}

fn surfaces(target: &Target) -> impl Iterator<Item = Surface> + '_ {
    let claimed = target.capabilities.iter();
    claimed.filter_map(|capability| capability.surface())
}

// ---- putting them -------------------------------------------------------------------------------

/// Puts questions one after the other.
struct Inquiry<'a> {
    lab: &'a mut dyn Lab,
    asked: u64,
}

/// How a question was answered.
struct Answer {
    outcome: VerbOutcome,
    rows: Vec<Row>,
}

impl<'a> Inquiry<'a> {
    /// Waits until the deployment has started.
    fn begin(lab: &'a mut dyn Lab) -> Result<Self, HonestyError> {
        let mut inquiry = Inquiry { lab, asked: 0 };
        inquiry.pass(TO_START)?;
        Ok(inquiry)
    }

    fn pass(&mut self, time: Duration) -> Result<(), LabError> {
        let until = self.lab.now() + time;
        while self.lab.next(until)?.is_some() {}
        Ok(())
    }

    /// Asks what no honest target says yes to.
    fn expect_refusal(&mut self, question: &HonestyQuestion) -> Result<(), HonestyError> {
        let answer = self.put(question)?;
        let lists_nothing = question.verb == Verb::GetGroups && answer.rows.is_empty();
        if answer.outcome == VerbOutcome::Done && !lists_nothing {
            return Err(HonestyError::SaysYes {
                verb: question.verb,
                question: question.words.clone(),
            });
        }
        Ok(())
    }

    /// Asks what every honest target says yes to, a few times, for it may still be starting. The
    /// inner result is what came of it.
    fn put_until_answered(
        &mut self,
        questions: &[HonestyQuestion],
    ) -> Result<Result<(), HonestyError>, LabError> {
        for question in questions {
            let mut objection = None;
            for _ in 0..TIMES {
                objection = objection_to(question, &self.put(question)?);
                if objection.is_none() {
                    break;
                }
                self.pass(AGAIN)?;
            }
            if let Some(answer) = objection {
                return Ok(Err(HonestyError::SaysNo {
                    verb: question.verb,
                    question: question.words.clone(),
                    answer,
                }));
            }
        }
        Ok(Ok(()))
    }

    fn put(&mut self, question: &HonestyQuestion) -> Result<Answer, LabError> {
        self.asked += 1;
        let id = self.asked;
        let fallback = (question.by != ADMINISTRATOR).then_some(question.at.partner());
        let command = Command::Verb(Operation {
            id,
            verb: question.verb,
            at: question.at,
            fallback,
            about: question.about.clone(),
        });
        self.lab.command(&question.by, command)?;
        let until = self.lab.now() + TO_ANSWER;
        while let Some(observed) = self.lab.next(until)? {
            if let Event::VerbEnded {
                id: ended,
                outcome,
                rows,
                ..
            } = observed.event
                && ended % SECOND_POOL == id
            {
                // Where there is no answer the partner is asked, and its answer is the one that counts.
                let is_first = ended == id && fallback.is_some();
                if is_first && matches!(outcome, VerbOutcome::NoAnswer { .. }) {
                    continue;
                }
                let rows = rows.map(Shared::into_own).unwrap_or_default();
                return Ok(Answer { outcome, rows });
            }
        }
        let why = "nothing was heard of it".to_owned();
        Ok(Answer {
            outcome: VerbOutcome::NoAnswer { why },
            rows: Vec::new(),
        })
    }
}

/// What is wrong with an answer to what is there for certain.
fn objection_to(question: &HonestyQuestion, answer: &Answer) -> Option<String> {
    match &answer.outcome {
        VerbOutcome::Refused { why } => Some(format!("it refuses ({why})")),
        VerbOutcome::Unsupported => Some("it says that it lacks this".to_owned()),
        VerbOutcome::NoAnswer { why } => Some(format!("it gives no answer ({why})")),
        VerbOutcome::Done => {
            let is_listed = |group: &str| answer.rows.iter().any(|row| row.group == group);
            let mut expected = question.expected.iter();
            let missing = expected.find(|group| !is_listed(group))?;
            Some(format!("it does not list the group `{missing}`"))
        }
    }
}
