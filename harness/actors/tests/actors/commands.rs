//! Verbs that are bound to commands: what is wanted run, and what becomes of its end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use actors::{
    AddressBook, Administrator, Command, Commands, Operation, RunEnd, RunRequest, TargetAdapter,
};
use model::file::SourceFile;
use model::host::HostName;
use model::journal::Event;
use model::topology::Pool;
use model::verb::{About, Verb, VerbOutcome};
use model::walk::Timing;
use node::{Input, Node, Now, Output, Outputs};
use rstest::rstest;
use target::{Secrets, Target};

const TARGET: &str = r#"
target: fake
schema: rgdrill-target/1
about: Pools that are asked by commands.
labs: [docker]
runs: { containers: { pool: [{ name: pool, image: "fake:1" }] } }
ports: { sip: 5060, http: 8080 }
capabilities: []
verbs:
  export:
    command: { in: container, run: [rgs, export, "{owner}"], read: { capture: { export: "" } } }
  import:
    command: { in: container, run: [rgs, import], stdin: "{export}" }
  fail-over:
    two-step:
      begin: { command: { in: container, at: partner, run: [rgs, "off"] } }
      finish:
        ask: { command: { in: container, run: [rgs, "on?"] } }
        pending: { code: [75] }
        every: 1s
        within: 10s
"#;

/// An administrator, without anything around.
struct Bench {
    administrator: Administrator,
    now: Now,
    out: Outputs<Event>,
}

impl Bench {
    fn new() -> Bench {
        let target = Target::load(&SourceFile::new("fake.yaml", TARGET)).unwrap();
        let adapter = TargetAdapter::new(target, Secrets::default(), Timing::default());
        let address_book = AddressBook {
            pools: BTreeMap::new(),
            probes: BTreeMap::new(),
            databases: BTreeMap::new(),
            voices: BTreeMap::new(),
        };
        let adapter = Arc::new(adapter.with_commands(Commands::Run));
        Bench {
            administrator: Administrator::new(Arc::new(address_book), adapter),
            now: Now::ZERO,
            out: Outputs::default(),
        }
    }

    fn tell(&mut self, command: Command) {
        let input = Input::Command(command);
        self.administrator.handle(self.now, input, &mut self.out);
    }

    fn verb(&mut self, id: u64, verb: Verb, at: Pool) {
        let about = About {
            owner: Some(Pool::Primary),
            ..About::default()
        };
        self.tell(Command::Verb(Operation {
            id,
            verb,
            at,
            fallback: None,
            about,
        }));
    }

    /// What is wanted run: its id, the host, and the command with what it is given.
    fn wanted(&mut self) -> (u64, HostName, String) {
        let mut wanted = self.out.drain().filter_map(|output| match output {
            Output::Run { id, what } => Some((id, what)),
            _ => None,
        });
        let (id, what) = wanted.next().unwrap();
        let RunRequest { at, invocation } = serde_json::from_slice(&what).unwrap();
        let run = invocation.reveal(&Secrets::default()).unwrap();
        (id.0, at, [run.arguments.join(" "), run.stdin].join("<"))
    }

    fn ran(&mut self, id: u64, code: u16, stdout: &str) {
        let (stdout, stderr) = (stdout.to_owned(), String::new());
        let end = RunEnd::Exited {
            code,
            stdout,
            stderr,
        };
        self.tell(Command::Ran { id, end });
    }

    fn wait(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
        self.administrator
            .handle(self.now, Input::Deadline, &mut self.out);
    }

    fn ended(&mut self) -> Vec<VerbOutcome> {
        let ended = self.out.drain().filter_map(|output| match output {
            Output::Event(Event::VerbEnded { outcome, .. }) => Some(outcome),
            _ => None,
        });
        ended.collect()
    }
}

#[test]
fn what_one_command_wrote_goes_into_the_next() {
    let mut bench = Bench::new();
    bench.verb(1, Verb::Export, Pool::Primary);
    let (id, at, command) = bench.wanted();
    assert_eq!(
        (at, command.as_str()),
        (HostName::PRIMARY, "rgs export primary<")
    );
    bench.ran(id, 0, "all of it");
    assert_eq!(bench.ended(), [VerbOutcome::Done]);
    bench.verb(2, Verb::Import, Pool::Backup);
    let (id, at, command) = bench.wanted();
    assert_eq!(
        (at, command.as_str()),
        (HostName::BACKUP, "rgs import<all of it")
    );
    bench.ran(id, 1, "no");
    let why = "exit code 1: no".to_owned();
    assert_eq!(bench.ended(), [VerbOutcome::Refused { why }]);
}

#[test]
fn two_steps_are_two_commands_the_second_again_until_it_is_done() {
    let mut bench = Bench::new();
    bench.verb(1, Verb::FailOver, Pool::Backup);
    let (id, at, command) = bench.wanted();
    assert_eq!((at, command.as_str()), (HostName::PRIMARY, "rgs off<"));
    bench.ran(id, 0, "");
    for code in [75, 0] {
        assert_eq!(bench.ended(), []);
        bench.wait(1);
        let (id, at, command) = bench.wanted();
        assert_eq!((at, command.as_str()), (HostName::BACKUP, "rgs on?<"));
        bench.ran(id, code, "");
    }
    assert_eq!(bench.ended(), [VerbOutcome::Done]);
}

#[rstest]
#[case::another(7)]
#[case::none(0)]
fn the_end_of_a_command_that_nobody_wanted_is_nothing(#[case] id: u64) {
    let mut bench = Bench::new();
    bench.ran(id, 0, "");
    assert_eq!(bench.ended(), []);
}

#[test]
fn a_command_of_which_nobody_knows_how_it_ended_has_no_answer() {
    let mut bench = Bench::new();
    bench.verb(1, Verb::Export, Pool::Primary);
    let (id, ..) = bench.wanted();
    let why = "it took longer than 30 s".to_owned();
    let end = RunEnd::Unknown { why: why.clone() };
    bench.tell(Command::Ran { id, end });
    assert_eq!(bench.ended(), [VerbOutcome::NoAnswer { why }]);
}
