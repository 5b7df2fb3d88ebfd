//! What a step of the programme means: who is told what.

use actors::Command;
use lab::contract::ADMINISTRATOR;
use model::programme::Act;
use model::topology::Pool;
use model::verb::{About, Filter, Surface, Verb};

use crate::plan::Plan;

/// What somebody is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    /// Who.
    pub(crate) actor: String,
    /// What.
    pub(crate) what: What,
    /// The same in words, for readers of the journal.
    pub(crate) words: String,
}

/// What somebody can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// To do something with a telephone.
    Telephone(Command),
    /// To have something done by a pool.
    Invoke(Errand),
}

/// Something that a pool is asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Errand {
    /// What.
    pub(crate) verb: Verb,
    /// The pool that is asked.
    pub(crate) at: Pool,
    /// What it is about.
    pub(crate) about: About,
}

impl Order {
    /// What `act` means in this plan.
    pub(crate) fn of(act: &Act, plan: &Plan) -> Order {
        match act {
            Act::Call { by, to, .. } => {
                let call = Command::Call { to: to.clone() };
                Order::telephone(by, call, format!("call {to}"))
            }
            Act::HangUp { by } => Order::hang_up(by),
            Act::Behave { agent, how } => {
                Order::telephone(agent, Command::Behave(*how), format!("behave: {how:?}"))
            }
            Act::List {
                at,
                surface,
                of,
                filter,
            } => Order::list(*at, *surface, *of, *filter),
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
                let surface = surface_word(*surface);
                let (pool, parent) = (at.word(), parent.word());
                let words =
                    format!("change {group} in {parent} to `{value}`, in {surface} of {pool}");
                Order::administrator(Verb::Modify, *at, about, words)
            }
            Act::GetGroups { agent } => {
                let words = "look at the agent console".to_owned();
                Order::console(plan, agent, Verb::GetGroups, About::default(), words)
            }
            Act::SignIn {
                agent,
                group,
                parent,
            } => {
                let words = format!("sign in to {group} in {}", parent.word());
                let about = membership(plan, group, *parent);
                Order::console(plan, agent, Verb::SignIn, about, words)
            }
            Act::SignOut {
                agent,
                group,
                parent,
            } => {
                let words = format!("sign out of {group} in {}", parent.word());
                let about = membership(plan, group, *parent);
                Order::console(plan, agent, Verb::SignOut, about, words)
            }
            Act::CallOnBehalf {
                agent,
                group,
                callee,
            } => {
                let about = About {
                    owner: plan.owner(group),
                    group: Some(group.clone()),
                    callee: Some(callee.clone()),
                    ..About::default()
                };
                let words = format!("call {callee} on behalf of {group}");
                Order::console(plan, agent, Verb::CallOnBehalf, about, words)
            }
        }
    }

    /// A party ends whatever call it has.
    pub(crate) fn hang_up(party: &str) -> Order {
        Order::telephone(party, Command::HangUp, "hang up".to_owned())
    }

    /// The administrator lists groups.
    fn list(at: Pool, surface: Surface, of: Pool, filter: Filter) -> Order {
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
        let surface = surface_word(surface);
        let words = format!(
            "list groups of {}{which}, in {surface} of {}",
            of.word(),
            at.word()
        );
        Order::administrator(Verb::List, at, about, words)
    }

    /// The administrator has a pool do something.
    pub(crate) fn administrator(verb: Verb, at: Pool, about: About, words: String) -> Order {
        Order {
            actor: ADMINISTRATOR.to_owned(),
            what: What::Invoke(Errand { verb, at, about }),
            words,
        }
    }

    /// An agent does something in the agent console, at home first.
    fn console(plan: &Plan, agent: &str, verb: Verb, about: About, words: String) -> Order {
        let about = About {
            agent: Some(agent.to_owned()),
            ..about
        };
        let at = plan.home(agent);
        Order {
            actor: agent.to_owned(),
            what: What::Invoke(Errand { verb, at, about }),
            words,
        }
    }

    fn telephone(party: &str, command: Command, words: String) -> Order {
        Order {
            actor: party.to_owned(),
            what: What::Telephone(command),
            words,
        }
    }
}

impl Errand {
    /// What shows whether a change was made: a listing in the same surface that includes copies,
    /// where the surface can show them.
    pub(crate) fn reading_back(&self) -> Option<Order> {
        let (Some(surface), Some(parent)) = (self.about.surface, self.about.parent) else {
            return None;
        };
        let filter = match surface {
            Surface::ControlPanel => Filter::Default,
            Surface::Shell => Filter::All,
        };
        (self.verb == Verb::Modify).then(|| Order::list(self.at, surface, parent, filter))
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

const fn surface_word(surface: Surface) -> &'static str {
    match surface {
        Surface::ControlPanel => "the Control Panel",
        Surface::Shell => "the Management Shell",
    }
}
