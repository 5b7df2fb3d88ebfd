//! Two holders, each in a network namespace of its own, joined by a cable.

use std::process::{Command, Stdio};

use lab::control::Order;
use model::fault::Cut;
use model::host::HostName;
use model::journal::Event;
use model::reach::Reach;
use serde_json::{Value, json};

use super::process::{Process, RGDRILL};

/// Whether namespaces can be made here: by root, with iproute2.
pub(crate) fn are_possible() -> bool {
    let cable = Cable::lay("probe");
    cable.is_some()
}

pub(crate) fn cuts_are_seen() {
    let cable = Cable::lay("drill").unwrap();
    let mut primary = cable.holder(HostName::PRIMARY);
    let clients = cable.holder(HostName::CLIENTS);
    let peer = address(HostName::CLIENTS).parse().unwrap();
    reach(&primary, HostName::CLIENTS, Reach::Reached);

    let how = Cut::Silent;
    primary.obey(&Order::Cut { peer, how });
    reach(&primary, HostName::CLIENTS, Reach::Silent);
    clients.see(
        "clients",
        "nothing is heard from the host that is cut",
        |event| match event {
            Event::Probed { heard, .. } => heard.is_empty().then_some(()),
            _ => None,
        },
    );
    primary.obey(&Order::Heal { peer });
    reach(&primary, HostName::CLIENTS, Reach::Reached);

    let how = Cut::Reject;
    primary.obey(&Order::Cut { peer, how });
    reach(&primary, HostName::CLIENTS, Reach::Unreachable);
    primary.obey(&Order::HealAll);
    reach(&primary, HostName::CLIENTS, Reach::Reached);
}

fn reach(holder: &Process, other: HostName, expected: Reach) {
    let what = format!("the probe finds {other} {expected:?}");
    holder.see("primary", &what, |event| match event {
        Event::Probed { hosts, .. } => (hosts.get(&other) == Some(&expected)).then_some(()),
        _ => None,
    });
}

fn address(host: HostName) -> &'static str {
    match host {
        HostName::CLIENTS => "198.18.250.30",
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
        let [primary, clients] =
            [HostName::PRIMARY, HostName::CLIENTS].map(|host| cable.namespace(host));
        let laid = ip(&["netns", "add", &primary])
            && ip(&["netns", "add", &clients])
            && ip(&[
                "link", "add", "eth0", "netns", &primary, "type", "veth", "peer", "name", "eth0",
                "netns", &clients,
            ])
            && cable.plug(HostName::PRIMARY)
            && cable.plug(HostName::CLIENTS);
        laid.then_some(cable)
    }

    fn plug(&self, host: HostName) -> bool {
        let (namespace, address) = (self.namespace(host), format!("{}/24", address(host)));
        ip(&["-n", &namespace, "address", "add", &address, "dev", "eth0"])
            && ip(&["-n", &namespace, "link", "set", "eth0", "up"])
    }

    fn namespace(&self, host: HostName) -> String {
        format!("{}-{host}", self.name)
    }

    fn holder(&self, host: HostName) -> Process {
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
        for host in [HostName::PRIMARY, HostName::CLIENTS] {
            ip(&["netns", "delete", &self.namespace(host)]);
        }
    }
}

fn config(host: HostName) -> Value {
    let probe = |host| format!("{}:7007", address(host));
    json!({
        "host": host.word(),
        "probe": probe(host),
        "network": {
            "pools": {},
            "probes": { "primary": probe(HostName::PRIMARY), "clients": probe(HostName::CLIENTS) },
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
