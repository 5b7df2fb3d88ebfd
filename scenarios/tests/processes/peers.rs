//! Software that nobody here wrote, against the pools and the actors: SIPp, baresip, sipsak, Kamailio.
//!
//! A test whose peer is not installed is listed as ignored.

use std::cell::RefCell;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use actors::Command as Asked;
use lab::control::{Order, Report};
use model::journal::Event;
use tempfile::TempDir;

use super::floods::started;
use super::pair::{Loopback, Pair, call, registered, with_target};
use super::process::{Process, RGDRILL};

/// What the peers are configured with.
const CONFIGURED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/scenarios/tests/processes/peers"
);

/// How long a peer may take to be there.
const TO_START: Duration = Duration::from_secs(10);

/// Whether all of these can be run.
pub(crate) fn are_installed(programs: &[&str]) -> bool {
    let is_installed = |program: &&str| {
        let found = Command::new("sh")
            .args(["-c", &format!("command -v {program}")])
            .stdout(Stdio::null())
            .status();
        found.is_ok_and(|status| status.success())
    };
    programs.iter().all(is_installed)
}

/// A peer that runs until the test is done with it.
struct Peer {
    child: Child,
    _files: TempDir,
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Kamailio's processes end with their first one, if that is asked to end.
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &pid]).status();
        let _ = self.child.wait();
    }
}

/// A file of a peer's, on this network.
fn configured(network: &Loopback, name: &str) -> String {
    let text = fs::read_to_string(format!("{CONFIGURED}/{name}")).unwrap();
    network.instead_of("127.0.0.", &text)
}

fn run(command: &mut Command, files: TempDir) -> Peer {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null());
    Peer {
        child: quiet.stderr(Stdio::null()).spawn().unwrap(),
        _files: files,
    }
}

/// A telephone of baresip's with this account, which takes every call, says what it hears, and does this first.
fn baresip(network: &Loopback, account: &str, does: &[&str]) -> Peer {
    let files = tempfile::tempdir().unwrap();
    let file = |name: &str| files.path().join(name);
    fs::write(file("config"), configured(network, "baresip.config")).unwrap();
    fs::write(file("accounts"), network.instead_of("127.0.0.", account)).unwrap();
    let mut baresip = Command::new("baresip");
    baresip.arg("-f").arg(files.path());
    for command in does {
        let command = network.instead_of("127.0.0.", command);
        baresip.arg("-e").arg(command);
    }
    run(&mut baresip, files)
}

/// One that registers as paul.
fn registered_baresip(network: &Loopback) -> Peer {
    let account = "<sip:paul@127.0.0.11>;regint=60;answermode=auto\n";
    baresip(network, account, &[])
}

/// Kamailio, where the primary would be.
fn kamailio(network: &Loopback) -> Peer {
    let files = tempfile::tempdir().unwrap();
    let config = files.path().join("kamailio.cfg");
    let text = configured(network, "kamailio.cfg").replace("{password}", PASSWORD);
    fs::write(&config, text).unwrap();
    let mut kamailio = Command::new("kamailio");
    let at = |name: &str| files.path().join(name).into_os_string();
    kamailio.args(["-DD", "-E", "-m", "32", "-M", "4"]);
    kamailio.arg("-f").arg(&config);
    kamailio.arg("-Y").arg(at("")).arg("-P").arg(at("pid"));
    run(&mut kamailio, files)
}

/// Whether sipsak has its OPTIONS answered with 200 there.
fn answers_sipsak(at: SocketAddr, transport: &str) -> bool {
    let to = format!("sip:{at}");
    let sipsak = Command::new("sipsak")
        .args(["-E", transport, "-s", &to])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    sipsak.unwrap().success()
}

/// Waits for a server.
fn answers_soon(at: SocketAddr) {
    let late = Instant::now() + TO_START;
    while !answers_sipsak(at, "udp") {
        assert!(Instant::now() < late, "nothing answers at {at}");
        thread::sleep(Duration::from_millis(100));
    }
}

/// SIPp, which calls `sales` twice, once a second: what it printed, if a call failed.
fn sipp(network: &Loopback, pool: SocketAddr, transport: &str) -> Result<(), String> {
    let files = tempfile::tempdir().unwrap();
    let scenario = Path::new(CONFIGURED).join("caller.xml");
    let output = Command::new("sipp")
        .current_dir(files.path())
        .arg("-sf")
        .arg(scenario)
        .args(["-t", transport, "-i"])
        .arg(network.instead_of("127.0.0.", "127.0.0.60"))
        .args(["-p", "5080", "-s", "sales", "-m", "2", "-r", "1"])
        .args(["-timeout", "30", "-nostdin"])
        .arg(pool.to_string())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(()).ok_or(said)
}

/// What sipsak asks with OPTIONS, over UDP and TCP.
pub(crate) fn sipsak_is_answered() {
    let pair = started();
    assert!(answers_sipsak(pair.primary(), "udp"));
    assert!(answers_sipsak(pair.primary(), "tcp"));
}

/// A group's agent is a telephone of baresip's, its callers are SIPp's.
pub(crate) fn sipp_talks_to_baresip() {
    let pair = started();
    let _telephone = registered_baresip(pair.network());
    for transport in ["u1", "t1"] {
        let called = sipp(pair.network(), pair.primary(), transport);
        assert_eq!(called, Ok(()), "by {transport}");
    }
}

/// A caller hears its own voice come back from a telephone of baresip's, and so the whole way to and fro.
pub(crate) fn baresip_hears_and_is_heard() {
    let pair = started();
    let _telephone = registered_baresip(pair.network());
    let config = pair.network().config("actors");
    // The telephone has paul's registration to itself.
    let paul = config.lines().filter(|line| !line.contains("name: paul"));
    let config: String = paul.map(|line| format!("{line}\n")).collect();
    let mut actors = Process::start(RGDRILL, ["actors", "--config", "-"], &config);
    actors.see("ben", "ben is registered", |event| {
        matches!(event, Event::Registered { .. }).then_some(())
    });
    actors.order(&call("sales"));
    actors.see("rita", "the caller hears itself", |event| match event {
        Event::MediaStarted { hears, .. } => (hears.as_deref() == Some("rita")).then_some(()),
        _ => None,
    });
    assert!(actors.terminate().success());
}

/// A telephone of baresip's calls a group, and is given to an agent, who hears its own voice come back.
pub(crate) fn baresip_reaches_an_agent() {
    let pair = Pair::start();
    let mut actors = pair.actors();
    registered(&actors);
    let account = "<sip:visitor@127.0.0.51>;regint=0\n";
    let _telephone = baresip(pair.network(), account, &["/dial sip:sales@127.0.0.11"]);
    actors.see("paul", "the agent hears itself", |event| match event {
        Event::MediaStarted { hears, .. } => (hears.as_deref() == Some("paul")).then_some(()),
        _ => None,
    });
    assert!(actors.terminate().success());
}

/// Whether it is told that one begins to hear another.
fn hears(report: &Report, one: &str, other: &str) -> bool {
    let Report::Observed { host, event } = report else {
        return false;
    };
    match event {
        Event::MediaStarted { hears, .. } => host == one && hears.as_deref() == Some(other),
        _ => false,
    }
}

const PASSWORD: &str = "kettle";

/// Agents and callers are challenged (401, 407) by Kamailio, which stays in the path of their call.
pub(crate) fn kamailio_challenges_and_proxies() {
    for transport in ["udp", "tcp"] {
        let network = Loopback::new();
        let _proxy = kamailio(&network);
        answers_soon(
            network
                .instead_of("127.0.0.", "127.0.0.11:5060")
                .parse()
                .unwrap(),
        );
        let more = format!(
            "transport: {transport}\ndomain: {{ name: voice.example, reached: by-route }}\n"
        );
        let own = r#"sip-digest: { user: "{agent}", password: "{secret:RGDRILL_PASSWORD}""#;
        let callers = format!(r#"{own}, callers: {{ user: "{{agent}}", password: "{PASSWORD}" }}"#);
        let config = with_target(&network, &more).replace(own, &callers);
        let config = config.replace("{secret:RGDRILL_PASSWORD}", PASSWORD);
        let mut actors = Process::start(RGDRILL, ["actors", "--config", "-"], &config);
        registered(&actors);
        actors.order(&Order::Command {
            actor: "rita".to_owned(),
            command: Asked::call("paul".to_owned()),
        });
        // Either may be told first.
        let left = RefCell::new(vec![("rita", "paul"), ("paul", "rita")]);
        actors.wait("both hear each other", |report| {
            let mut left = left.borrow_mut();
            left.retain(|(one, other)| !hears(report, one, other));
            left.is_empty().then_some(())
        });
        assert!(actors.terminate().success());
    }
}
