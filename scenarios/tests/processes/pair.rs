//! A pair of pools with their databases, and actors beside them.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::sync::atomic::{AtomicU32, Ordering};

use lab::control::Order;
use model::journal::Event;
use model::shared::Shared;
use model::topology::Pool;
use model::verb::{About, Filter, Row, Surface, Verb, VerbOutcome};
use tempfile::TempDir;

use super::process::{Process, RGDRILL};

/// The configurations that the documentation shows.
const DOCUMENTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/harness/docs/reference");

/// How many descriptors a pool has.
pub(crate) const DESCRIPTORS: usize = 256;

/// A loopback network that nobody else uses, so that all ports are free.
pub(crate) struct Loopback(String);

impl Loopback {
    pub(crate) fn new() -> Loopback {
        static TESTS: AtomicU32 = AtomicU32::new(0);
        let (process, test) = (std::process::id(), TESTS.fetch_add(1, Ordering::Relaxed));
        Loopback(format!(
            "127.{}.{}.",
            10 + process % 90,
            (process / 90 + 60 * test) % 250
        ))
    }

    /// A text that speaks of addresses that begin so, with those of this network.
    pub(crate) fn instead_of(&self, beginning: &str, text: &str) -> String {
        text.replace(beginning, &self.0)
    }

    /// Where the primary's database listens.
    pub(crate) fn primary_database(&self) -> SocketAddr {
        format!("{}12:8090", self.0).parse().unwrap()
    }

    /// A documented configuration, on this network.
    pub(crate) fn config(&self, name: &str) -> String {
        let text = fs::read_to_string(format!("{DOCUMENTED}/{name}.yaml")).unwrap();
        text.replace("127.0.0.", &self.0)
    }
}

/// Two pools that run.
pub(crate) struct Pair {
    network: Loopback,
    disks: TempDir,
    databases: [Process; 2],
    pools: [Process; 2],
}

impl Pair {
    pub(crate) fn start() -> Pair {
        Pair::on(Loopback::new(), tempfile::tempdir().unwrap())
    }

    fn on(network: Loopback, disks: TempDir) -> Pair {
        let databases = Pool::BOTH.map(|pool| database(pool, &network, disks.path()));
        // A pool has some hundred ports of its own.
        let limited = format!("ulimit -n {DESCRIPTORS} && exec {RGDRILL} pool --config -");
        let pools = Pool::BOTH.map(|pool| {
            let config = network.config(pool.word());
            Process::start("sh", ["-c", &limited], &config)
        });
        Pair {
            network,
            disks,
            databases,
            pools,
        }
    }

    /// Kills everything without warning, and starts it again with the disks that are left.
    fn kill_and_restart(mut self) -> Pair {
        self.databases.iter_mut().for_each(Process::kill);
        self.pools.iter_mut().for_each(Process::kill);
        Pair::on(self.network, self.disks)
    }

    /// The network that they are on.
    pub(crate) const fn network(&self) -> &Loopback {
        &self.network
    }

    /// Where the primary listens to SIP.
    pub(crate) fn primary(&self) -> SocketAddr {
        format!("{}11:5060", self.network.0).parse().unwrap()
    }

    /// Where the primary listens to HTTP.
    pub(crate) fn primary_http(&self) -> SocketAddr {
        format!("{}11:8080", self.network.0).parse().unwrap()
    }

    /// Ends the primary as a service manager does.
    pub(crate) fn end_primary(&mut self) -> ExitStatus {
        self.pools[0].terminate()
    }

    /// An agent of each pool, a caller, and the administrator.
    pub(crate) fn actors(&self) -> Process {
        let config = self.network.config("actors");
        Process::start(RGDRILL, ["actors", "--config", "-"], &config)
    }
}

fn database(pool: Pool, network: &Loopback, disks: &Path) -> Process {
    let config = network.config(&format!("{pool}-database"));
    let data = disks.join(pool.word());
    let arguments = [
        "database",
        "--config",
        "-",
        "--data",
        data.to_str().unwrap(),
    ];
    Process::start(RGDRILL, arguments, &config)
}

pub(crate) fn takes_calls() {
    let mut pair = Pair::start();
    let mut actors = pair.actors();
    registered(&actors);
    actors.order(&call("sales"));
    actors.see(
        "paul",
        "the agent hears the caller, and no pool between them",
        |event| match event {
            Event::MediaStarted { from, hears, .. } => {
                (hears.as_deref() == Some("rita") && from.port() == 16_008).then_some(())
            }
            _ => None,
        },
    );
    assert!(actors.terminate().success());
    for process in pair.pools.iter_mut().chain(&mut pair.databases) {
        assert!(process.terminate().success());
    }
}

pub(crate) fn keeps_changes() {
    let pair = Pair::start();
    let mut actors = pair.actors();
    registered(&actors);
    let about = About {
        owner: Some(Pool::Primary),
        parent: Some(Pool::Primary),
        surface: Some(Surface::Shell),
        ..About::default()
    };
    let change = About {
        group: Some("sales".to_owned()),
        value: Some("changed".to_owned()),
        ..about.clone()
    };
    verb(&mut actors, 1, Verb::Modify, change);
    drop(actors);
    let pair = pair.kill_and_restart();
    let listing = About {
        filter: Some(Filter::All),
        ..about
    };
    let mut actors = pair.actors();
    registered(&actors);
    let rows = verb(&mut actors, 2, Verb::List, listing);
    assert_eq!(rows[0].value.as_deref(), Some("changed"));
}

/// The agent is registered: the pool has all that it needs.
pub(crate) fn registered(actors: &Process) {
    actors.see("paul", "the agent is registered", |event| {
        matches!(event, Event::Registered { .. }).then_some(())
    });
}

pub(crate) fn call(to: &str) -> Order {
    let command = actors::Command::call(to.to_owned());
    Order::Command {
        actor: "rita".to_owned(),
        command,
    }
}

/// Has the primary pool do something, which it must; what it lists.
fn verb(actors: &mut Process, id: u64, verb: Verb, about: About) -> Vec<Row> {
    let command = actors::Command::Verb(actors::Operation {
        id,
        verb,
        at: Pool::Primary,
        fallback: None,
        about,
    });
    actors.order(&Order::Command {
        actor: "administrator".to_owned(),
        command,
    });
    let (outcome, rows) = actors.see("administrator", "a verb's end", |event| match event {
        Event::VerbEnded {
            id: ended,
            outcome,
            rows,
            ..
        } if *ended == id => Some((outcome.clone(), rows.clone())),
        _ => None,
    });
    assert_eq!(outcome, VerbOutcome::Done);
    rows.map(Shared::into_own).unwrap_or_default()
}

pub(crate) fn tells_the_line() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("database.yaml");
    fs::write(
        &file,
        "pool: primary\nhttp: 127.0.0.1:8090\npasword: drill\n",
    )
    .unwrap();
    let (code, text) = complaint(&file, &directory.path().join("data"));
    assert_eq!(code, Some(64));
    assert!(text.contains("database.yaml:3:1"), "{text}");
    assert!(text.contains("unknown key `pasword`"), "{text}");
}

fn complaint(file: &Path, data: &Path) -> (Option<i32>, String) {
    let output = Command::new(RGDRILL)
        .args(["database".as_ref(), "--config".as_ref(), file.as_os_str()])
        .args(["--data".as_ref(), data.as_os_str()])
        .output()
        .unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

pub(crate) fn actors_alone_exit() {
    let config = Loopback::new().config("actors");
    let mut actors = Process::start(RGDRILL, ["actors", "--config", "-"], &config);
    assert!(actors.leave_alone().success());
}

/// Actors' configuration with the text of the reference target, and this before it.
pub(crate) fn with_target(network: &Loopback, more: &str) -> String {
    let target = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/scenarios/targets/reference.yaml"
    );
    let target = format!("{more}{}", fs::read_to_string(target).unwrap());
    let target: String = target.lines().map(|line| format!("  {line}\n")).collect();
    format!("{}\ntarget: |\n{target}", network.config("actors"))
}

/// Everybody's SIP goes over connections: registrations, the call, and the alert that the pool sends back
/// over the agent's own.
pub(crate) fn actors_call_over_tcp() {
    let mut pair = Pair::start();
    let config = with_target(&pair.network, "transport: tcp\n");
    let mut actors = Process::start(RGDRILL, ["actors", "--config", "-"], &config);
    registered(&actors);
    actors.order(&call("sales"));
    actors.see(
        "paul",
        "the agent is alerted over a connection",
        |event| match event {
            Event::Sip { message, .. } => {
                let alert = message.starts_with("INVITE ") && message.contains("SIP/2.0/TCP");
                alert.then_some(())
            }
            _ => None,
        },
    );
    actors.see("paul", "the agent hears the caller", |event| match event {
        Event::MediaStarted { hears, .. } => (hears.as_deref() == Some("rita")).then_some(()),
        _ => None,
    });
    assert!(actors.terminate().success());
    assert!(pair.end_primary().success());
}

/// As in containers, where the target's file has no name any more.
pub(crate) fn actors_ask_as_a_targets_text_says() {
    let config = with_target(&Loopback::new(), "");
    let mut actors = Process::start(RGDRILL, ["actors", "--config", "-"], &config);
    assert!(actors.leave_alone().success());
}
