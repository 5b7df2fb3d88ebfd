//! An actor and one or two scripted servers.

use std::collections::BTreeMap;
use std::sync::Arc;

use actors::{Caller, TargetAdapter};
use model::Span;
use model::file::SourceFile;
use model::journal::event::Event;
use model::topology::{Behaviour, Pool};
use model::walk::Timing;
use node::sim::Ports;
use target::Target;

use super::ScriptedServer;
use crate::laboratory::{AnyNode, Laboratory, address, address_book};

/// The actors' host: 198.18.0.12.
const ACTOR: u8 = 12;

/// What was played.
pub(crate) struct Stage {
    pub(crate) laboratory: Laboratory,
    name: &'static str,
}

/// `alice`, who is at 198.18.0.12 and calls `sales`, of a target with these further lines. The scripts
/// are those of the servers at 198.18.0.1, which she asks first, and 198.18.0.2.
pub(crate) fn caller(target: &str, scripts: [&'static str; 2]) -> Stage {
    let mut stage = Stage::new("alice", scripts);
    let adapter = adapter(target);
    stage.laboratory.add_actor("alice", ACTOR, move |spec| {
        let (address_book, timing) = (address_book(), Timing::default());
        let caller = Caller::new(spec, address_book, timing, Pool::Primary);
        Box::new(caller.of_target(&adapter)) as AnyNode
    });
    stage.laboratory.call("alice", "sales");
    stage
}

/// `bob`, an agent at 198.18.0.12, who accepts after 100 ms.
pub(crate) fn agent(target: &str, script: &'static str) -> Stage {
    let mut stage = Stage::new("bob", [script, ""]);
    let behaviour = Behaviour::AcceptAfter(Span::from_millis(100));
    let laboratory = &mut stage.laboratory;
    laboratory.add_agent("bob", ACTOR, behaviour, adapter(target));
    stage
}

impl Stage {
    fn new(name: &'static str, scripts: [&'static str; 2]) -> Stage {
        let mut laboratory = Laboratory::new();
        for ((server, last), script) in [("primary", 1), ("backup", 2)].into_iter().zip(scripts) {
            let ports = Ports::new().one(5060).range(20000, 20010);
            laboratory.add(server, last, ports, move |boot| {
                Box::new(ScriptedServer::new(
                    boot.address,
                    script,
                    (name, address(ACTOR)),
                ))
            });
        }
        Stage { laboratory, name }
    }

    /// Plays for that many milliseconds.
    pub(crate) fn run(mut self, millis: u64) -> Stage {
        self.laboratory.run_until(millis);
        self
    }

    /// Asserts that both servers came to the end of their scripts.
    pub(crate) fn done(self) -> Stage {
        for server in ["primary", "backup"] {
            let notes = self.laboratory.notes(server);
            let last = notes.last().map(String::as_str);
            let messages = self.laboratory.messages(self.name);
            let first_lines: Vec<_> = messages.iter().filter_map(|m| m.lines().next()).collect();
            assert_eq!(last, Some("done"), "{server}: {notes:?}\n{first_lines:#?}");
        }
        self
    }

    /// What the actor told, but for SIP messages and summaries.
    pub(crate) fn events(&self) -> Vec<Event> {
        self.laboratory.events(self.name)
    }

    /// Asserts that the actor told something like this.
    pub(crate) fn tells(self, what: &str, wanted: impl Fn(&Event) -> bool) -> Stage {
        let events = self.events();
        assert!(events.iter().any(wanted), "{what}: {events:#?}");
        self
    }

    /// Asserts that the actor told nothing like this.
    pub(crate) fn never_tells(self, what: &str, wanted: impl Fn(&Event) -> bool) -> Stage {
        let events = self.events();
        assert!(!events.iter().any(wanted), "{what}: {events:#?}");
        self
    }
}

/// What is the same of every target: a server of somebody else's, at an address.
const TARGET: &str = "
target: fake
schema: rgdrill-target/1
about: A scripted server.
labs: [external]
ports: { sip: 5060, http: 8080 }
capabilities: []
verbs: {}
runs:
  addresses:
    hosts: { primary: 198.18.0.1, backup: 198.18.0.2 }
    clients: { address: 198.18.0.30 }
    provision: { command: { run: [provision] } }
";

/// The adapter of a target with these further lines.
pub(crate) fn adapter(further: &str) -> Arc<TargetAdapter> {
    let text = format!("{TARGET}{further}");
    let target = Target::load(&SourceFile::new("fake.yaml", text)).unwrap();
    let environment: BTreeMap<&str, &str> = [("SECRET", "s3cret")].into();
    let secrets = target.secrets(|name| environment.get(name).map(|value| (*value).to_owned()));
    let timing = Timing::default();
    Arc::new(TargetAdapter::new(target, secrets.unwrap(), timing))
}
