//! Two holders, each in a network namespace of its own, joined by a cable.

use std::process::{Command, Stdio};

use lab::Cut;
use lab::control::Order;
use model::journal::Event;
use model::journal::event::Reach;
use model::topology::Host;
use serde_json::{Value, json};

use super::process::{Process, RGDRILL};

/// Whether namespaces can be made here: by root, with iproute2.
pub(crate) fn are_possible() -> bool {
    let cable = Cable::lay("probe");
    cable.is_some()
}

pub(crate) fn cuts_are_seen() {
    let cable = Cable::lay("drill").unwrap();
    let mut primary = cable.holder(Host::Primary);
    let clients = cable.holder(Host::Clients);
    let peer = address(Host::Clients).parse().unwrap();
    reach(&primary, Host::Clients, Reach::Reached);

    let how = Cut::Silent;
    primary.obey(&Order::Cut { peer, how });
    reach(&primary, Host::Clients, Reach::Silent);
    clients.see(
        "clients",
        "nothing is heard from the host that is cut",
        |event| match event {
            Event::Probed { heard, .. } => heard.is_empty().then_some(()),
            _ => None,
        },
    );
    primary.obey(&Order::Mend { peer });
    reach(&primary, Host::Clients, Reach::Reached);

    let how = Cut::Reject;
    primary.obey(&Order::Cut { peer, how });
    reach(&primary, Host::Clients, Reach::Unreachable);
    primary.obey(&Order::MendAll);
    reach(&primary, Host::Clients, Reach::Reached);
}

fn reach(holder: &Process, other: Host, expected: Reach) {
    let what = format!("the probe finds {other} {expected:?}");
    holder.see("primary", &what, |event| match event {
        Event::Probed { hosts, .. } => (hosts.get(&other) == Some(&expected)).then_some(()),
        _ => None,
    });
}

fn address(host: Host) -> &'static str {
    match host {
        Host::Clients => "198.18.250.30",
        _ => "198.18.250.11",
    }
}

/// Two namespaces, and the cable between them; gone when the test is done with them.
struct Cable {
    name: String,
}

impl Cable {
    fn lay(name: &str) -> Option<Cable> {
        let name = format!("rgd-{name}-{}", std::process::id());
        let cable = Cable { name };
        let [primary, clients] = [Host::Primary, Host::Clients].map(|host| cable.namespace(host));
        let laid = ip(&["netns", "add", &primary])
            && ip(&["netns", "add", &clients])
            && ip(&[
                "link", "add", "eth0", "netns", &primary, "type", "veth", "peer", "name", "eth0",
                "netns", &clients,
            ])
            && cable.plug(Host::Primary)
            && cable.plug(Host::Clients);
        laid.then_some(cable)
    }

    fn plug(&self, host: Host) -> bool {
        let (namespace, address) = (self.namespace(host), format!("{}/24", address(host)));
        ip(&["-n", &namespace, "address", "add", &address, "dev", "eth0"])
            && ip(&["-n", &namespace, "link", "set", "eth0", "up"])
    }

    fn namespace(&self, host: Host) -> String {
        format!("{}-{host}", self.name)
    }

    fn holder(&self, host: Host) -> Process {
        let namespace = self.namespace(host);
        let arguments = [
            "netns", "exec", &namespace, RGDRILL, "holder", "--config", "-",
        ];
        let holder = Process::start("ip", arguments, &config(host).to_string());
        holder.wait("the holder is ready", |_| Some(()));
        holder
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        for host in [Host::Primary, Host::Clients] {
            ip(&["netns", "delete", &self.namespace(host)]);
        }
    }
}

fn config(host: Host) -> Value {
    let probe = |host| format!("{}:7007", address(host));
    json!({
        "host": host.word(),
        "probe": probe(host),
        "network": {
            "pools": {},
            "probes": { "primary": probe(Host::Primary), "clients": probe(Host::Clients) },
        },
    })
}

fn ip(arguments: &[&str]) -> bool {
    let mut command = Command::new("ip");
    command
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
