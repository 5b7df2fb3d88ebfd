//! The commands of actors.

use std::fmt;

use model::programme::{Offers, Resumption};
use model::topology::Behaviour;
use serde::{Deserialize, Serialize};

use crate::background::LoadOrder;
use crate::operation::Operation;
use crate::run::RunEnd;

/// A command of the harness to an actor. What an actor cannot do becomes an
/// [`Event::Trouble`](model::journal::event::Event::Trouble).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// Callers and agents: place a call; one at a time.
    Call {
        /// Whom: a group's, agent's or callee's name.
        to: String,
        /// Who makes the offer of media.
        #[serde(default, skip_serializing_if = "Offers::is_usual")]
        offers: Offers,
    },
    /// Callers and agents: end whatever calls there are, in whatever state.
    HangUp,
    /// Whoever is in a call: put the other end on hold (RFC 3264 section 8.4).
    Hold,
    /// Whoever holds a call: take it back (section 8.3.1).
    Resume(Resumption),
    /// Callers, callees and agents: what to do when alerted, from the next time on.
    Behave(Behaviour),
    /// Telephones of agents: register, and stay registered.
    Register,
    /// Telephones of agents: withdraw the registration, and register no more.
    Unregister,
    /// Telephones of agents: register no more.
    LetExpire,
    /// Administrators all verbs, agents their own: have something done by a pool.
    Verb(Operation),
    /// Callers and agents of the load: to begin, to tell what was measured, to end.
    Load(LoadOrder),
    /// Whoever wanted a command run: this is how it ended.
    Ran {
        /// The id that it was wanted under.
        id: u64,
        /// How it ended.
        end: RunEnd,
    },
}

impl Command {
    /// To call `to`, offering media.
    pub const fn call(to: String) -> Command {
        Command::Call {
            to,
            offers: Offers::Caller,
        }
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Command::Call { to, .. } => write!(f, "call {to}"),
            Command::HangUp => f.write_str("hang up"),
            Command::Hold => f.write_str("hold"),
            Command::Resume(_) => f.write_str("resume"),
            Command::Behave(how) => write!(f, "behave: {how}"),
            Command::Register => f.write_str("register"),
            Command::Unregister => f.write_str("withdraw the registration"),
            Command::LetExpire => f.write_str("let the registration expire"),
            Command::Verb(operation) => f.write_str(operation.verb.word()),
            Command::Load(LoadOrder::Begin) => f.write_str("begin the load"),
            Command::Load(LoadOrder::Measure(_)) => f.write_str("measure the load"),
            Command::Load(LoadOrder::End) => f.write_str("end the load"),
            Command::Ran { .. } => f.write_str("take the end of a command"),
        }
    }
}

#[cfg(test)]
mod tests {
    use model::Span;
    use model::topology::Pool;
    use model::verb::{About, Verb};
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Command::call("sales".into()), r#"{"call":{"to":"sales"}}"#)]
    #[case(
        Command::Call { to: "sales".into(), offers: Offers::Called },
        r#"{"call":{"to":"sales","offers":"called"}}"#
    )]
    #[case(Command::HangUp, r#""hang-up""#)]
    #[case(Command::Hold, r#""hold""#)]
    #[case(Command::Resume(Resumption::InPlace), r#"{"resume":"in-place"}"#)]
    #[case(
        Command::Behave(Behaviour::AcceptAfter(Span::from_secs(1))),
        r#"{"behave":{"accept-after":"1s"}}"#
    )]
    #[case(
        Command::Verb(Operation {
            id: 1,
            verb: Verb::List,
            at: Pool::Backup,
            fallback: None,
            about: About::default(),
        }),
        r#"{"verb":{"id":1,"verb":"list","at":"backup","about":{}}}"#
    )]
    #[case(
        Command::Verb(Operation {
            id: 2,
            verb: Verb::GetGroups,
            at: Pool::Primary,
            fallback: Some(Pool::Backup),
            about: About::default(),
        }),
        r#"{"verb":{"id":2,"verb":"get-groups","at":"primary","fallback":"backup","about":{}}}"#
    )]
    fn a_command_travels_as_json(#[case] command: Command, #[case] json: &str) {
        assert_eq!(serde_json::to_string(&command).unwrap(), json);
        assert_eq!(serde_json::from_str::<Command>(json).unwrap(), command);
    }
}
