//! Everybody whom a topology names is there, once.

use std::collections::BTreeSet;

use miette::Diagnostic;

use super::complaints::Complaints;
use super::names::{self, Names};
use crate::Span;
use crate::file::{FileError, SourceFile};
use crate::host::HostName;
use crate::nearest;
use crate::topology::{Group, Topology};
use crate::yaml_path::YamlPath;

/// What is wrong with a topology.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum BadTopology {
    #[error("the group `{group}` has no members: every call to it would be disconnected")]
    #[diagnostic(help("name at least one agent"))]
    NoMembers { group: String },
    #[error("there is no agent `{agent}`")]
    #[diagnostic(help("{advice}"))]
    UnknownAgent { agent: String, advice: String },
    #[error("`{member}` is named twice among the members of `{group}`")]
    #[diagnostic(help("remove one"))]
    MemberTwice { member: String, group: String },
    #[error("an alert time of {found} is not possible")]
    #[diagnostic(help(
        "the documented range is {} to {}",
        Group::SHORTEST_ALERT,
        Group::LONGEST_ALERT
    ))]
    AlertTime { found: Span },
    #[error("a queue's time-out of {found} is not possible")]
    #[diagnostic(help(
        "the documented range is {} to {}; leave it out for calls that wait for ever",
        Group::SHORTEST_QUEUE_TIMEOUT,
        Group::LONGEST_QUEUE_TIMEOUT
    ))]
    QueueTimeout { found: Span },
    #[error("the host `{host}` is there already")]
    #[diagnostic(help("give it another name: the paired pools' own hosts are never listed"))]
    HostTwice { host: HostName },
    #[error("there are {found} further hosts, more than {}", Topology::MOST_HOSTS)]
    #[diagnostic(help("leave some out"))]
    TooManyHosts { found: usize },
}

/// All that is wrong with the topology.
pub(crate) fn check(topology: &Topology, file: &SourceFile) -> Vec<FileError> {
    let mut complaints = Complaints::about(file);
    let name = YamlPath::top().key("topology");
    names::check_file_name(&mut complaints, &name, &topology.topology);
    check_names(&mut complaints, topology);
    check_hosts(&mut complaints, topology);
    let agents: BTreeSet<&str> = topology.agent_names().collect();
    for (n, telephone) in topology.telephones.iter().enumerate() {
        let place = YamlPath::top().key("telephones").item(n).key("of");
        check_agent(&mut complaints, &place, &telephone.of, &agents);
    }
    for (n, group) in topology.groups.iter().enumerate() {
        let place = YamlPath::top().key("groups").item(n);
        check_alert_time(&mut complaints, &place, group);
        check_queue_timeout(&mut complaints, &place, group);
        check_members(&mut complaints, &place, group, &agents);
    }
    complaints.into_errors()
}

/// Further hosts are not the paired pools', and each is there once.
fn check_hosts(complaints: &mut Complaints<'_>, topology: &Topology) {
    let path = YamlPath::top().key("hosts");
    let found = topology.hosts.len();
    if found > Topology::MOST_HOSTS {
        complaints.at(&path, BadTopology::TooManyHosts { found });
    }
    let mut seen = BTreeSet::from(HostName::PAIRED);
    for (n, host) in topology.hosts.iter().enumerate() {
        let path = path.clone().item(n);
        if !seen.insert(host.name) {
            let host = host.name;
            complaints.at(&path.key("name"), BadTopology::HostTwice { host });
        }
    }
}

/// No name is used twice.
fn check_names(complaints: &mut Complaints<'_>, topology: &Topology) {
    let mut names = Names::default();
    for (n, host) in topology.hosts.iter().enumerate() {
        // The paired pools' names, which nobody may have, are told of as hosts.
        if !HostName::PAIRED.contains(&host.name) {
            let path = YamlPath::top().key("hosts").item(n).key("name");
            names.add(complaints, &path, host.name.word());
        }
    }
    for (n, agent) in topology.agents.iter().enumerate() {
        let place = YamlPath::top().key("agents").item(n).key("name");
        names.add(complaints, &place, &agent.name);
    }
    for (n, caller) in topology.callers.iter().enumerate() {
        let place = YamlPath::top().key("callers").item(n).key("name");
        names.add(complaints, &place, &caller.name);
    }
    for (n, callee) in topology.callees.iter().enumerate() {
        names.add(complaints, &YamlPath::top().key("callees").item(n), callee);
    }
    for (n, telephone) in topology.telephones.iter().enumerate() {
        let place = YamlPath::top().key("telephones").item(n).key("name");
        names.add(complaints, &place, &telephone.name);
    }
    for (n, group) in topology.groups.iter().enumerate() {
        let place = YamlPath::top().key("groups").item(n).key("name");
        names.add(complaints, &place, &group.name);
    }
}

/// The alert time is within the documented range.
fn check_alert_time(complaints: &mut Complaints<'_>, place: &YamlPath, group: &Group) {
    let found = group.alert_time;
    if !(Group::SHORTEST_ALERT..=Group::LONGEST_ALERT).contains(&found) {
        let place = place.clone().key("alert-time");
        complaints.at(&place, BadTopology::AlertTime { found });
    }
}

/// The queue's time-out, if it has one, is within the documented range.
fn check_queue_timeout(complaints: &mut Complaints<'_>, place: &YamlPath, group: &Group) {
    let allowed = Group::SHORTEST_QUEUE_TIMEOUT..=Group::LONGEST_QUEUE_TIMEOUT;
    if let Some(found) = group.queue_timeout
        && !allowed.contains(&found)
    {
        let place = place.clone().key("queue-timeout");
        complaints.at(&place, BadTopology::QueueTimeout { found });
    }
}

/// There is such an agent.
fn check_agent(
    complaints: &mut Complaints<'_>,
    place: &YamlPath,
    agent: &str,
    agents: &BTreeSet<&str>,
) -> bool {
    let is_known = agents.contains(agent);
    if !is_known {
        let advice = nearest::advice(agent, agents.iter().copied());
        let agent = agent.to_owned();
        complaints.at(place, BadTopology::UnknownAgent { agent, advice });
    }
    is_known
}

/// The members are agents, each once, and at least one.
fn check_members(
    complaints: &mut Complaints<'_>,
    place: &YamlPath,
    group: &Group,
    agents: &BTreeSet<&str>,
) {
    let place = place.clone().key("members");
    if group.members.is_empty() {
        let group = group.name.clone();
        complaints.at(&place, BadTopology::NoMembers { group });
    }
    let mut seen = BTreeSet::new();
    for (n, member) in group.members.iter().enumerate() {
        let place = place.clone().item(n);
        if check_agent(complaints, &place, member, agents) && !seen.insert(member) {
            let member = member.clone();
            let group = group.name.clone();
            complaints.at(&place, BadTopology::MemberTwice { member, group });
        }
    }
}
