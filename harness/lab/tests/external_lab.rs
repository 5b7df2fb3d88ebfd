//! The lab of pools that run already: what it has done to machines that are not its own.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what is unexpected fails the test"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use lab::external::{BrokenMachines, ExternalSpec, lacks};
use lab::remote::RemoteSpec;
use lab::{Addresses, ExternalLab, Lab, LabError};
use model::fault::{Fault, FaultKind};
use model::file::SourceFile;
use model::host::HostName;
use model::impairment::Links;
use model::journal::Event;
use model::reach::Reach;
use model::shared::Shared;
use model::topology::Pool;
use model::walk::{Timing, Walk};
use rstest::rstest;
use serde_json::{from_value, json};
use target::files::RenderedFile;
use target::{Running, Runs, Target};
use tempfile::TempDir;

const PRIMARY: HostName = HostName::PRIMARY;
const BACKUP: HostName = HostName::BACKUP;

/// Every command writes a line into the file `log` of its directory, and fails if there is a file of its
/// name and host; where the files for provisioning are is in `directories`.
const TARGET: &str = r#"
target: vendor
schema: rgdrill-target/1
about: Machines that write down what is done to them.
labs: [external]
ports: { sip: 5060, http: 8080 }
capabilities: []
verbs: {}
secrets: { PIN: { about: a password } }
runs:
  addresses:
    hosts: { primary: NET.11, backup: NET.21 }
    clients: { address: NET.30, ports: { first: 16000, last: 16099 } }
    provision:
      command: { run: [sh, -c, 'echo "$1" >>directories; echo "provision $0 $(cat "$1/who")" >>log', "{host}", "{files}"] }
    commands:
      kill:
        run: [sh, -c, 'echo "$1 $0" >>log; if [ -e "$1-$0" ]; then echo "no: $2" >&2; exit 7; fi', "{host}", kill, "{secret:PIN}"]
      start: { run: [sh, -c, 'echo "start $0" >>log; ! [ -e "start-$0" ]', "{host}"] }
      isolate: { run: [sh, -c, 'echo "isolate $0 $1" >>log', "{host}", "{pool}"] }
      restore: { run: [sh, -c, 'echo "restore $0" >>log; ! [ -e "restore-$0" ]', "{host}"] }
      reject: { run: [sh, -c, '(echo begun >begun; sleep 0.5; echo "reject $0" >>log) & wait', "{host}"] }
"#;

/// What a lab is made of, and the directory of its commands.
struct World {
    spec: ExternalSpec,
    directory: TempDir,
}

impl World {
    fn new() -> World {
        static WORLDS: AtomicU32 = AtomicU32::new(0);
        let (process, world) = (std::process::id(), WORLDS.fetch_add(1, Ordering::Relaxed));
        let network = format!(
            "127.{}.{}",
            100 + process % 90,
            (process / 90 + 40 * world) % 250
        );
        let text = TARGET.replace("NET", &network);
        let target = Target::load(&SourceFile::new("vendor.yaml", &text));
        let target = target.unwrap_or_else(|errors| panic!("{errors:?}"));
        let running = running(&target);
        let topology = json!({
            "topology": "small",
            "about": "One agent, one caller.",
            "agents": [{ "name": "paul", "home": "primary" }],
            "callers": [{ "name": "rita" }],
            "groups": [
                { "name": "sales", "owner": "primary", "calls": "regular", "members": ["paul"] },
            ],
        });
        let actors = RemoteSpec {
            topology: from_value(topology).unwrap(),
            timing: Timing::default(),
            links: Links::default(),
            background: None,
            target: None,
            seed: 1,
            cancelled: Default::default(),
        };
        let mut hosts = running.hosts.clone();
        hosts.insert(HostName::CLIENTS, running.clients.address);
        let ports = running.clients.ports;
        let addresses = Addresses::given(hosts, (5060, 8080), ports, &actors.topology);
        let who = |pool: Pool| RenderedFile {
            path: "who".to_owned(),
            content: format!("of the {pool}").into_bytes(),
            executable: false,
        };
        let directory = tempfile::tempdir().unwrap();
        World {
            spec: ExternalSpec {
                walk: walk(None),
                actors,
                addresses: addresses.unwrap(),
                secrets: target.secrets(|_| Some("4711".to_owned())).unwrap(),
                running,
                target: Arc::new(target),
                broken: BrokenMachines::default(),
                directory: directory.path().to_owned(),
                files: Pool::BOTH.map(|pool| (pool, vec![who(pool)])).into(),
            },
            directory,
        }
    }

    fn lab(&self) -> ExternalLab {
        ExternalLab::new(&self.spec).unwrap()
    }

    /// What was done since this was asked last.
    fn done(&self) -> Vec<String> {
        let log = self.directory.path().join("log");
        let done = fs::read_to_string(&log).unwrap_or_default();
        let _ = fs::remove_file(log);
        done.lines().map(str::to_owned).collect()
    }

    fn fails(&self, command: &str) -> std::path::PathBuf {
        let path = self.directory.path().join(command);
        fs::write(&path, "").unwrap();
        path
    }
}

fn running(target: &Target) -> Running {
    match &target.runs {
        Runs::Addresses(running) => running.as_ref().clone(),
        other => panic!("{other:?}"),
    }
}

fn walk(outage: Option<(&str, &[&str])>) -> Walk {
    let outage =
        outage.map(|(fault, hosts)| json!({ "fault": fault, "hosts": hosts, "healed": "4s" }));
    let walk = json!({
        "walk": "walk", "about": "", "labs": ["external"], "topology": "small", "programme": "none",
        "imports": "none", "outage": outage, "judges": [],
    });
    from_value(walk).unwrap()
}

fn fault(kind: FaultKind, hosts: &[HostName]) -> Fault {
    let hosts = hosts.to_vec();
    Fault { kind, hosts }
}

#[test]
fn pools_are_provisioned_before_anybody_is_let_in_and_what_was_for_that_is_gone_afterwards() {
    let world = World::new();
    let lab = world.lab();
    let expected = [
        "provision primary of the primary",
        "provision backup of the backup",
    ];
    assert_eq!(world.done(), expected);
    let directories = fs::read_to_string(world.directory.path().join("directories")).unwrap();
    assert_eq!(directories.lines().count(), expected.len());
    assert!(
        directories
            .lines()
            .all(|directory| Path::new(directory).exists())
    );
    drop(lab);
    assert_eq!(world.done(), [""; 0], "nothing was broken");
    assert!(
        !directories
            .lines()
            .any(|directory| Path::new(directory).exists())
    );
}

#[test]
fn a_fault_is_brought_about_on_each_host_and_healed_in_the_opposite_order() {
    let world = World::new();
    let mut lab = world.lab();
    world.done();
    let id = lab
        .inject(&fault(FaultKind::ISOLATE, &[PRIMARY, BACKUP]))
        .unwrap();
    assert_eq!(
        world.done(),
        ["isolate primary primary", "isolate backup backup"]
    );
    lab.heal(id).unwrap();
    assert_eq!(world.done(), ["restore backup", "restore primary"]);
    assert_eq!(lab.heal(id), Err(LabError::UnknownFault(id)));
}

#[test]
fn a_command_that_fails_is_told_without_its_secrets_and_leaves_nothing_broken() {
    let world = World::new();
    let mut lab = world.lab();
    world.done();
    world.fails("kill-backup");
    let error = lab
        .inject(&fault(FaultKind::KILL, &[PRIMARY, BACKUP]))
        .unwrap_err();
    assert!(matches!(error, LabError::NoMeans { .. }), "{error:?}");
    let words = error.to_string();
    assert!(
        words.starts_with("host backup cannot be taken away: `sh -c "),
        "{words}"
    );
    assert!(words.contains("exit code 7: no: "), "{words}");
    assert!(!words.contains("4711"), "{words}");
    let expected = [
        "kill primary",
        "kill backup",
        "start backup",
        "start primary",
    ];
    assert_eq!(world.done(), expected);
    drop(lab);
    assert_eq!(world.done(), [""; 0]);
}

#[test]
fn what_cannot_be_mended_stays_in_force_and_is_tried_again() {
    let world = World::new();
    let mut lab = world.lab();
    let id = lab.inject(&fault(FaultKind::KILL, &[PRIMARY])).unwrap();
    let stuck = world.fails("start-primary");
    let error = lab.heal(id).unwrap_err().to_string();
    assert!(
        error.starts_with("host primary is still broken (`kill`), and is to be mended by hand: "),
        "{error}"
    );
    fs::remove_file(stuck).unwrap();
    lab.heal(id).unwrap();
}

#[test]
fn a_lab_that_is_given_up_mends_what_it_broke() {
    let world = World::new();
    let mut lab = world.lab();
    lab.inject(&fault(FaultKind::KILL, &[PRIMARY])).unwrap();
    lab.inject(&fault(FaultKind::ISOLATE, &[BACKUP])).unwrap();
    world.done();
    drop(lab);
    assert_eq!(world.done(), ["restore backup", "start primary"]);
}

#[test]
fn a_lab_that_nobody_wants_any_more_waits_for_nothing_and_mends_what_it_broke() {
    let world = World::new();
    let mut lab = world.lab();
    lab.inject(&fault(FaultKind::KILL, &[PRIMARY])).unwrap();
    world.spec.actors.cancelled.cancel();
    let until = lab.now() + Duration::from_secs(120);
    assert_eq!(lab.next(until), Err(LabError::Cancelled));
    let isolate = fault(FaultKind::ISOLATE, &[BACKUP]);
    assert_eq!(lab.inject(&isolate), Err(LabError::Cancelled));
    drop(lab);
    assert_eq!(world.done().last().unwrap(), "start primary");
}

/// What has been begun by then is mended when it is done, and not before.
#[test]
fn a_machine_that_is_being_broken_when_nobody_wants_the_lab_any_more_is_mended_afterwards() {
    let world = World::new();
    let mut lab = world.lab();
    world.done();
    let begun = world.directory.path().join("begun");
    let cancelled = world.spec.actors.cancelled.clone();
    let canceller = thread::spawn(move || {
        while !begun.exists() {
            thread::sleep(Duration::from_millis(5));
        }
        cancelled.cancel();
    });
    let both = fault(FaultKind::REJECT, &[PRIMARY, BACKUP]);
    assert_eq!(lab.inject(&both), Err(LabError::Cancelled));
    canceller.join().unwrap();
    drop(lab);
    let expected = ["reject primary", "restore backup", "restore primary"];
    assert_eq!(world.done(), expected);
    assert_eq!(world.spec.broken.now(), []);
}

#[test]
fn a_machine_that_cannot_be_mended_keeps_no_other_broken_and_is_named_with_what_mends_it() {
    let world = World::new();
    let mut lab = world.lab();
    lab.inject(&fault(FaultKind::ISOLATE, &[PRIMARY, BACKUP]))
        .unwrap();
    lab.inject(&fault(FaultKind::KILL, &[PRIMARY])).unwrap();
    assert_eq!(world.spec.broken.now().len(), 3);
    world.fails("restore-backup");
    world.done();
    drop(lab);
    let expected = ["start primary", "restore backup", "restore primary"];
    assert_eq!(world.done(), expected);
    let left = world.spec.broken.now();
    let [backup] = left.as_slice() else {
        panic!("{left:?}");
    };
    assert_eq!(backup.to_string(), "host backup (`isolate`)");
    let mended_by = r#"sh -c 'echo "restore $0" >>log; ! [ -e "restore-$0" ]' backup"#;
    assert_eq!(backup.mended_by, mended_by);
}

#[test]
fn the_one_probe_asks_the_pools_by_sip_and_nobody_else_anything() {
    let world = World::new();
    let mut lab = world.lab();
    let until = lab.now() + Duration::from_secs(5);
    let probed = loop {
        match lab.next(until).unwrap() {
            None => panic!("the probe says nothing"),
            Some(observed) => {
                if let Event::Probed { hosts, pools, .. } = observed.event {
                    break (observed.host, hosts, pools);
                }
            }
        }
    };
    // Nothing runs at these addresses, which are this machine's own.
    let closed = Pool::BOTH.map(|pool| (pool, Reach::Closed));
    let expected = (
        "clients".to_owned(),
        Shared::default(),
        Shared::from(BTreeMap::from(closed)),
    );
    assert_eq!(probed, expected);
    assert_eq!(lab.probes(), [HostName::CLIENTS].into());
}

#[rstest]
#[case::no_outage(None, None)]
#[case::both_commands(Some(("kill", &["primary"][..])), None)]
#[case::no_command(
    Some(("freeze", &["primary"][..])),
    Some("host primary cannot be taken away: the target's file has no command `freeze`")
)]
#[case::no_such_commands(
    Some(("one-way-in", &["primary"][..])),
    Some("host primary cannot be taken away: there is no command for the fault `one-way-in`")
)]
#[case::no_address(
    Some(("kill", &["primary", "primary-database"][..])),
    Some("host primary-database cannot be taken away: the target's file gives no address of it")
)]
fn a_walk_without_means_is_known_before_and_nothing_is_begun_for_it(
    #[case] outage: Option<(&str, &[&str])>,
    #[case] expected: Option<&str>,
) {
    let mut world = World::new();
    world.spec.walk = walk(outage);
    let lacking = lacks(&world.spec.running, &world.spec.walk);
    assert_eq!(
        lacking.as_ref().map(ToString::to_string).as_deref(),
        expected
    );
    let lab = world.lab();
    assert_eq!(lab.lacks(), lacking.as_ref());
    assert_eq!(world.done().is_empty(), expected.is_some());
}
