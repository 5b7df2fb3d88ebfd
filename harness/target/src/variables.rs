//! What a template can speak of, and what it stands for in one invocation of a verb.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::path::Path;
use std::str::FromStr;

use crate::template::Placeholder;
use crate::words::Words;
use model::Span;
use model::clause::CallKind;
use model::host::Host;
use model::topology::{Group, Participation, Pool};
use model::verb::{About, Filter, Verb};
use model::walk::Timing;

/// Something that a template can speak of, in braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Variable {
    /// The pool that is asked.
    Pool,
    /// Its partner: the pool that is failed over or back, when the backup is asked to.
    Partner,
    /// Whose groups; in a listing, the pool whose groups are listed.
    Owner,
    /// The pool in which the copy of the group resides.
    Parent,
    /// Through which management surface.
    Surface,
    /// The owner that a listing asks for. Has no value in a listing that asks for none.
    FilterOwner,
    /// `true` in a listing that asks for all. Has no value in others.
    ShowAll,
    /// The group's name.
    Group,
    /// The agent's name.
    Agent,
    /// The name of who is called.
    Callee,
    /// The value that a change sets.
    Value,
    /// The wait time of failover or failback, with its unit: `7s`.
    WaitTime,
    /// The same in whole seconds, rounded up: `7`.
    WaitSeconds,
    /// Of an agent who is to be created: the pool that the agent is homed in.
    Home,
    /// Of a group that is to be created: the names of its agents, with a comma between them.
    Members,
    /// In which order these are alerted: `parallel`, `serial`, `round-robin`, `longest-idle` or `attendant`.
    Routing,
    /// Whether they are hidden from callers: `true` or `false`.
    Anonymous,
    /// Whether they sign in by hand: `true` or `false`.
    Formal,
    /// How long an agent is alerted, in seconds.
    AlertSeconds,
    /// How long a call waits for an agent before it is ended, in seconds. Has no value where it waits for ever.
    QueueSeconds,
    /// The name of the host that a command is about.
    Host,
    /// The address of that host.
    Address,
    /// The directory of the files that were rendered for a command.
    Files,
    /// What is imported: what the last export captured under this name, unless the import says
    /// otherwise.
    Export,
}

/// A word that no [`Variable`] has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownVariable;

impl Variable {
    /// All of them.
    pub const ALL: [Variable; 24] = [
        Variable::Pool,
        Variable::Partner,
        Variable::Owner,
        Variable::Parent,
        Variable::Surface,
        Variable::FilterOwner,
        Variable::ShowAll,
        Variable::Group,
        Variable::Agent,
        Variable::Callee,
        Variable::Value,
        Variable::WaitTime,
        Variable::WaitSeconds,
        Variable::Home,
        Variable::Members,
        Variable::Routing,
        Variable::Anonymous,
        Variable::Formal,
        Variable::AlertSeconds,
        Variable::QueueSeconds,
        Variable::Host,
        Variable::Address,
        Variable::Files,
        Variable::Export,
    ];

    /// The word that files use.
    pub const fn word(self) -> &'static str {
        match self {
            Variable::Pool => "pool",
            Variable::Partner => "partner",
            Variable::Owner => "owner",
            Variable::Parent => "parent",
            Variable::Surface => "surface",
            Variable::FilterOwner => "filter-owner",
            Variable::ShowAll => "show-all",
            Variable::Group => "group",
            Variable::Agent => "agent",
            Variable::Callee => "callee",
            Variable::Value => "value",
            Variable::WaitTime => "wait-time",
            Variable::WaitSeconds => "wait-seconds",
            Variable::Home => "home",
            Variable::Members => "members",
            Variable::Routing => "routing",
            Variable::Anonymous => "anonymous",
            Variable::Formal => "formal",
            Variable::AlertSeconds => "alert-seconds",
            Variable::QueueSeconds => "queue-seconds",
            Variable::Host => "host",
            Variable::Address => "address",
            Variable::Files => "files",
            Variable::Export => Variable::EXPORT,
        }
    }

    /// The name under which an export is captured.
    pub(super) const EXPORT: &'static str = "export";

    /// Whether it means anything where `verb` is invoked.
    pub const fn is_of(self, verb: Verb) -> bool {
        match self {
            Variable::Pool | Variable::Partner => true,
            Variable::WaitTime | Variable::WaitSeconds => {
                matches!(verb, Verb::FailOver | Verb::FailBack)
            }
            Variable::Owner => !matches!(
                verb,
                Verb::FailOver | Verb::FailBack | Verb::GetGroups | Verb::CreateAgent
            ),
            Variable::Parent => matches!(
                verb,
                Verb::Import | Verb::RemoveExported | Verb::Modify | Verb::SignIn | Verb::SignOut
            ),
            Variable::Surface => matches!(verb, Verb::List | Verb::Modify),
            Variable::FilterOwner | Variable::ShowAll => matches!(verb, Verb::List),
            Variable::Group => matches!(
                verb,
                Verb::Modify
                    | Verb::SignIn
                    | Verb::SignOut
                    | Verb::CallOnBehalf
                    | Verb::CreateGroup
            ),
            Variable::Agent => matches!(
                verb,
                Verb::GetGroups
                    | Verb::SignIn
                    | Verb::SignOut
                    | Verb::CallOnBehalf
                    | Verb::CreateAgent
            ),
            Variable::Home => matches!(verb, Verb::CreateAgent),
            Variable::Members
            | Variable::Routing
            | Variable::Anonymous
            | Variable::Formal
            | Variable::AlertSeconds
            | Variable::QueueSeconds => matches!(verb, Verb::CreateGroup),
            Variable::Host | Variable::Address | Variable::Files => false,
            Variable::Callee => matches!(verb, Verb::CallOnBehalf),
            Variable::Value => matches!(verb, Verb::Modify),
            Variable::Export => matches!(verb, Verb::Import),
        }
    }

    /// Whether it may have no value. What is made of it alone (a parameter of a query, a member of
    /// a JSON object, an argument of a command) is then left out.
    pub const fn is_optional(self) -> bool {
        matches!(
            self,
            Variable::FilterOwner | Variable::ShowAll | Variable::QueueSeconds
        )
    }
}

impl FromStr for Variable {
    type Err = UnknownVariable;

    fn from_str(word: &str) -> Result<Self, UnknownVariable> {
        Variable::ALL
            .into_iter()
            .find(|variable| variable.word() == word)
            .ok_or(UnknownVariable)
    }
}

impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What templates stand for in one invocation of a verb.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variables {
    values: BTreeMap<Variable, String>,
    captured: BTreeMap<String, String>,
}

impl Variables {
    /// The values for `verb`, invoked at the pool `at`. `words` are the target's own for pools and
    /// surfaces.
    pub fn new(verb: Verb, at: Pool, about: &About, timing: &Timing, words: &Words) -> Variables {
        let pool = |pool: Pool| words.pool(pool).to_owned();
        let wait = match verb {
            Verb::FailOver => Some(timing.fail_over),
            Verb::FailBack => Some(timing.fail_back),
            _ => None,
        };
        let filter_owner = match about.filter {
            Some(Filter::Owner(owner)) => Some(owner),
            _ => None,
        };
        let shows_all = about.filter == Some(Filter::All);

        let values = [
            (Variable::Pool, Some(pool(at))),
            (Variable::Partner, Some(pool(at.partner()))),
            (Variable::Owner, about.owner.map(pool)),
            (Variable::Parent, about.parent.map(pool)),
            (
                Variable::Surface,
                about
                    .surface
                    .map(|surface| words.surface(surface).to_owned()),
            ),
            (Variable::FilterOwner, filter_owner.map(pool)),
            (Variable::ShowAll, shows_all.then(|| true.to_string())),
            (Variable::Group, about.group.clone()),
            (Variable::Agent, about.agent.clone()),
            (Variable::Callee, about.callee.clone()),
            (Variable::Value, about.value.clone()),
            (
                Variable::Export,
                about.value.clone().filter(|_| verb == Verb::Import),
            ),
            (Variable::WaitTime, wait.as_ref().map(Span::to_string)),
            (Variable::WaitSeconds, wait.map(whole_seconds)),
            (
                Variable::Home,
                about.owner.map(pool).filter(|_| verb == Verb::CreateAgent),
            ),
        ];
        let group = about.definition.as_deref();
        let of_group = group.map(of_group).into_iter().flatten();
        Variables {
            values: values
                .into_iter()
                .chain(of_group)
                .filter_map(|(variable, value)| Some((variable, value?)))
                .collect(),
            captured: BTreeMap::new(),
        }
    }

    /// What is known of a pool before anything is asked of it.
    pub fn of_pool(at: Pool, words: &Words) -> Variables {
        let (about, timing) = (About::default(), Timing::default());
        Variables::new(Verb::GetGroups, at, &about, &timing, words)
    }

    /// What is known of a host at this address, for what runs there and for commands about it: of the pool
    /// of its site, if it is a pool's.
    pub fn of_host(host: &Host, address: IpAddr, words: &Words) -> Variables {
        let pool = host.site.pool();
        let mut variables =
            pool.map_or_else(Variables::default, |pool| Variables::of_pool(pool, words));
        let known = [
            (Variable::Host, host.name.to_string()),
            (Variable::Address, address.to_string()),
        ];
        variables.values.extend(known);
        variables
    }

    /// Adds the directory of the files that were rendered for the command.
    #[must_use]
    pub fn with_files(mut self, directory: &Path) -> Variables {
        let directory = directory.display().to_string();
        self.values.insert(Variable::Files, directory);
        self
    }

    /// What is known of an agent homed in `home`, before anything is asked.
    pub fn of_agent(agent: &str, home: Pool, words: &Words) -> Variables {
        let about = About {
            agent: Some(agent.to_owned()),
            ..About::default()
        };
        Variables::new(Verb::GetGroups, home, &about, &Timing::default(), words)
    }

    /// Adds what earlier answers captured: this verb's first step, or an export.
    #[must_use]
    pub fn with_captured(mut self, captured: &BTreeMap<String, String>) -> Variables {
        let captured = captured.clone();
        self.captured.extend(captured);
        self
    }

    /// The value of `variable`, if it has one here.
    pub fn get(&self, variable: Variable) -> Option<&str> {
        match variable {
            Variable::Export => self
                .given(variable)
                .or_else(|| self.captured(Variable::EXPORT)),
            _ => self.given(variable),
        }
    }

    fn given(&self, variable: Variable) -> Option<&str> {
        self.values.get(&variable).map(String::as_str)
    }

    /// What stands in the place of `placeholder`; nothing in that of a secret.
    pub(super) fn of(&self, placeholder: &Placeholder) -> Option<&str> {
        match placeholder {
            Placeholder::Variable(variable) => self.get(*variable),
            Placeholder::Captured(name) => self.captured(name),
            Placeholder::Secret(_) => None,
        }
    }

    /// What an earlier answer captured under `name`.
    pub fn captured(&self, name: &str) -> Option<&str> {
        self.captured.get(name).map(String::as_str)
    }
}

/// What is said of a group that is to be created.
fn of_group(group: &Group) -> [(Variable, Option<String>); 6] {
    let is_anonymous = group.calls == CallKind::Anonymous;
    let is_formal = group.participation == Participation::Formal;
    [
        (Variable::Members, Some(group.members.join(","))),
        (Variable::Routing, Some(group.routing.word().to_owned())),
        (Variable::Anonymous, Some(is_anonymous.to_string())),
        (Variable::Formal, Some(is_formal.to_string())),
        (
            Variable::AlertSeconds,
            Some(whole_seconds(group.alert_time)),
        ),
        (
            Variable::QueueSeconds,
            group.queue_timeout.map(whole_seconds),
        ),
    ]
}

fn whole_seconds(span: Span) -> String {
    span.get().as_millis().div_ceil(1_000).to_string()
}
