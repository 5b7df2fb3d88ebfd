//! Instructions: what a step of the programme means for whom.

use actors::Command;
use lab::contract::ADMINISTRATOR;
use model::programme::{Act, Offers, Resumption};
use model::topology::Pool;
use model::verb::{About, Filter, Surface, Verb};

use drawing::Plan;

/// What an actor is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Instruction {
    /// Who.
    pub(crate) actor: String,
    /// What.
    pub(crate) task: Task,
    /// The same in words, for readers of the journal.
    pub(crate) words: String,
}

/// What an actor can be told to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// Something with its telephone.
    Telephone(Command),
    /// To ask a pool for an operation.
    Operation(OperationRequest),
}

/// An operation that a pool is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OperationRequest {
    /// Which.
    pub(crate) verb: Verb,
    /// The pool that is asked.
    pub(crate) at: Pool,
    /// The pool that is asked if that one gives no answer.
    pub(crate) fallback: Option<Pool>,
    /// What it is about.
    pub(crate) about: About,
}

impl Instruction {
    /// What `act` means in this plan.
    pub(crate) fn of(act: &Act, plan: &Plan) -> Instruction {
        match act {
            Act::Call { by, to, offers, .. } => {
                let (to, offers) = (to.clone(), *offers);
                let words = match offers {
                    Offers::Caller => format!("call {to}"),
                    Offers::Called => format!("call {to}, without an offer"),
                };
                Instruction::telephone(by, Command::Call { to, offers }, words)
            }
            Act::HangUp { by } => Instruction::hang_up(by),
            Act::Hold { by } => Instruction::telephone(by, Command::Hold, "hold".to_owned()),
            Act::Resume { by, how } => {
                let words = match how {
                    Resumption::Elsewhere => "resume",
                    Resumption::InPlace => "resume in place",
                    Resumption::WithoutOffer => "resume without an offer",
                };
                Instruction::telephone(by, Command::Resume(*how), words.to_owned())
            }
            Act::Behave { agent, how } => {
                Instruction::telephone(agent, Command::Behave(*how), format!("behave: {how}"))
            }
            Act::Register { telephone } => {
                Instruction::telephone(telephone, Command::Register, "register".to_owned())
            }
            Act::Unregister { telephone } => {
                let words = "withdraw the registration".to_owned();
                Instruction::telephone(telephone, Command::Unregister, words)
            }
            Act::LetExpire { telephone } => {
                let words = "let the registration expire".to_owned();
                Instruction::telephone(telephone, Command::LetExpire, words)
            }
            Act::List {
                at,
                surface,
                of,
                filter,
            } => Instruction::list(*at, *surface, *of, *filter),
            Act::Modify {
                at,
                surface,
                group,
                parent,
                value,
            } => {
                let about = About {
                    owner: plan.owner(group),
                    parent: Some(*parent),
                    surface: Some(*surface),
                    group: Some(group.clone()),
                    value: Some(value.clone()),
                    ..About::default()
                };
                let (surface, pool, parent) = (surface.title(), at.word(), parent.word());
                let words =
                    format!("change {group} in {parent} to `{value}`, in the {surface} of {pool}");
                Instruction::administrator(Verb::Modify, *at, about, words)
            }
            Act::GetGroups { agent, at } => {
                let words = "look at the agent console".to_owned();
                let console = Console::of(plan, agent, *at);
                console.ask(Verb::GetGroups, About::default(), words)
            }
            Act::SignIn {
                agent,
                group,
                parent,
                at,
            } => {
                let words = format!("sign in to {group} in {}", parent.word());
                let about = membership(plan, group, *parent);
                Console::of(plan, agent, *at).ask(Verb::SignIn, about, words)
            }
            Act::Intrude {
                agent,
                group,
                parent,
            } => {
                let words = format!(
                    "sign in to {group} in {}, being no member of it",
                    parent.word()
                );
                let about = membership(plan, group, *parent);
                Console::of(plan, agent, None).ask(Verb::SignIn, about, words)
            }
            Act::SignOut {
                agent,
                group,
                parent,
                at,
            } => {
                let words = format!("sign out of {group} in {}", parent.word());
                let about = membership(plan, group, *parent);
                Console::of(plan, agent, *at).ask(Verb::SignOut, about, words)
            }
            Act::CallOnBehalf {
                agent,
                group,
                callee,
                at,
            } => {
                let about = About {
                    owner: plan.owner(group),
                    group: Some(group.clone()),
                    callee: Some(callee.clone()),
                    ..About::default()
                };
                let words = format!("call {callee} on behalf of {group}");
                Console::of(plan, agent, *at).ask(Verb::CallOnBehalf, about, words)
            }
        }
    }

    /// A party ends whatever call it has.
    pub(crate) fn hang_up(party: &str) -> Instruction {
        Instruction::telephone(party, Command::HangUp, "hang up".to_owned())
    }

    /// The administrator lists groups.
    fn list(at: Pool, surface: Surface, of: Pool, filter: Filter) -> Instruction {
        let about = About {
            owner: Some(of),
            surface: Some(surface),
            filter: Some(filter),
            ..About::default()
        };
        let which = match filter {
            Filter::Default => String::new(),
            Filter::All => ", all".to_owned(),
            Filter::Owner(owner) => format!(", of owner {}", owner.word()),
        };
        let words = format!(
            "list groups of {}{which}, in the {} of {}",
            of.word(),
            surface.title(),
            at.word()
        );
        Instruction::administrator(Verb::List, at, about, words)
    }

    /// The administrator asks a pool for an operation.
    pub(crate) fn administrator(verb: Verb, at: Pool, about: About, words: String) -> Instruction {
        Instruction {
            actor: ADMINISTRATOR.to_owned(),
            task: Task::Operation(OperationRequest {
                verb,
                at,
                fallback: None,
                about,
            }),
            words,
        }
    }

    fn telephone(party: &str, command: Command, words: String) -> Instruction {
        Instruction {
            actor: party.to_owned(),
            task: Task::Telephone(command),
            words,
        }
    }
}

/// An agent's console.
struct Console<'a> {
    agent: &'a str,
    /// The pool that is asked.
    at: Pool,
    /// The pool that is asked if that one gives no answer.
    fallback: Option<Pool>,
}

impl<'a> Console<'a> {
    /// The console of an agent, at one pool, or else at home and then at its partner.
    fn of(plan: &Plan, agent: &'a str, at: Option<Pool>) -> Console<'a> {
        let home = plan.home(agent);
        Console {
            agent,
            at: at.unwrap_or(home),
            fallback: at.is_none().then_some(home.partner()),
        }
    }

    /// The agent asks for an operation.
    fn ask(self, verb: Verb, about: About, words: String) -> Instruction {
        let words = match self.fallback {
            Some(_) => words,
            None => format!("{words}, asking the {} only", self.at.word()),
        };
        let about = About {
            agent: Some(self.agent.to_owned()),
            ..about
        };
        Instruction {
            actor: self.agent.to_owned(),
            task: Task::Operation(OperationRequest {
                verb,
                at: self.at,
                fallback: self.fallback,
                about,
            }),
            words,
        }
    }
}

impl OperationRequest {
    /// What shows whether a change was made: a listing in the same surface that includes copies,
    /// where the surface can show them.
    pub(crate) fn reading_back(&self) -> Option<Instruction> {
        let (Some(surface), Some(parent)) = (self.about.surface, self.about.parent) else {
            return None;
        };
        let filter = match surface {
            Surface::ControlPanel => Filter::Default,
            Surface::Shell => Filter::All,
        };
        (self.verb == Verb::Modify).then(|| Instruction::list(self.at, surface, parent, filter))
    }
}

fn membership(plan: &Plan, group: &str, parent: Pool) -> About {
    About {
        owner: plan.owner(group),
        parent: Some(parent),
        group: Some(group.to_owned()),
        ..About::default()
    }
}
