//! What can only be checked with the whole file in hand.

use std::net::IpAddr;
use std::path::{Component, Path};

use miette::Diagnostic;

use crate::binding::{Binding, LocatedExchange};
use crate::command::{CommandBinding, Where};
use crate::directory_check;
use crate::file::{Credentials, SipTransport, Target};
use crate::http::At;
use crate::running::{MachineCommand, Running};
use crate::runs::{Container, Runs};
use crate::template::{Placeholder, Template};
use crate::tls::SipTls;
use crate::variables::Variable;
use model::check::complaints::Complaints;
use model::check::names;
use model::claims::capability::Capability;
use model::claims::deviation::Deviation;
use model::documented;
use model::file::{FileError, SourceFile};
use model::host::HostName;
use model::nearest;
use model::pattern::Pattern;
use model::topology::{Pool, Topology};
use model::verb::Verb;
use model::yaml_path::YamlPath;

/// What is wrong with a target.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum BadTarget {
    #[error("`{found}` is no schema of targets that this rgdrill reads")]
    #[diagnostic(help("write `{}`", Target::SCHEMA))]
    Schema { found: String },
    #[error("the target works in no lab")]
    #[diagnostic(help("name at least one of `sim`, `docker` and `external`"))]
    NoLab,
    #[error("the lab `{lab}` cannot run what the target runs: `{runs}`")]
    #[diagnostic(help("{advice}"))]
    LabCannotRun {
        lab: &'static str,
        runs: &'static str,
        advice: String,
    },
    #[error("`{name}` cannot be the name of a container")]
    #[diagnostic(help(
        "write lower-case letters, digits and `-`, beginning with a letter, at most 31 of them"
    ))]
    ContainerName { name: String },
    #[error("two containers of one host are called `{name}`")]
    #[diagnostic(help("give each its own name: commands and logs go by it"))]
    ContainerTwice { name: String },
    #[error("`{path}` is no absolute path")]
    #[diagnostic(help("say where it is in the container, beginning with `/`"))]
    NotAbsolute { path: String },
    #[error("a container needs some {what}")]
    #[diagnostic(help("leave it out for as much as there is"))]
    Nothing { what: &'static str },
    #[error("a command runs in a container, and the target runs none: `runs: {runs}`")]
    #[diagnostic(help("bind it by `http`, or run it on this machine: `in: here`"))]
    NoContainer { runs: &'static str },
    #[error("no container `{name}` runs there")]
    #[diagnostic(help("{advice}"))]
    UnknownContainer { name: String, advice: String },
    #[error("the name `{host}` is taken: the journal uses it for the drill's own parts")]
    #[diagnostic(help("give the further host a name of its own"))]
    ReservedHost { host: HostName },
    #[error("there are {found} further hosts, more than {}", Topology::MOST_HOSTS)]
    #[diagnostic(help("leave some out"))]
    TooManyHosts { found: usize },
    #[error("there is no host `{host}`")]
    #[diagnostic(help("{advice}"))]
    UnknownHost { host: HostName, advice: String },
    #[error("nothing says where host `{host}` is")]
    #[diagnostic(help("give its address: that of the machine on which the pool runs"))]
    NoAddress { host: HostName },
    #[error("host `{other}` has the address {address} already")]
    #[diagnostic(help(
        "give each machine its own: a pool is told by where its media comes from. A database that is a part of its pool is left out"
    ))]
    AddressTwice { address: IpAddr, other: HostName },
    #[error("there are no ports from {first} to {last}")]
    #[diagnostic(help("write a first port, and a last one that is not before it"))]
    NoPorts { first: u16, last: u16 },
    #[error("`{path}` is no path below the directory of the files")]
    #[diagnostic(help("write a relative path without `..`; `.` is the directory itself"))]
    NotBelow { path: String },
    #[error("what `{breaks}` breaks is never mended")]
    #[diagnostic(help("add `{mends}` under `commands:`: no drill leaves a fault behind"))]
    NeverMended {
        breaks: &'static str,
        mends: &'static str,
    },
    #[error("both pools are called `{word}`")]
    #[diagnostic(help("rows of listings tell the pools apart by these words: give each its own"))]
    OneWordForBothPools { word: String },
    #[error("the capability `{capability}` is claimed twice")]
    #[diagnostic(help("remove one"))]
    CapabilityTwice { capability: &'static str },
    #[error("the capability `{capability}` is claimed, but its verb `{verb}` is not bound")]
    #[diagnostic(help("bind `{verb}` under `verbs:`, or take `{capability}` out"))]
    EmptyClaim {
        capability: &'static str,
        verb: &'static str,
    },
    #[error("the pattern `{clause}` matches no clause")]
    #[diagnostic(help("{advice}"))]
    DeviationOfNothing { clause: String, advice: String },
    #[error("no reason is given")]
    #[diagnostic(help("say why it deviates: readers of the report will ask"))]
    NoReason,
    #[error("`{name}` cannot be the name of a secret")]
    #[diagnostic(help(
        "it is an environment variable: write upper-case letters, digits and `_`, beginning with a letter"
    ))]
    SecretName { name: String },
    #[error("nothing is said of how SIP is encrypted")]
    #[diagnostic(help("say under `tls:` whom to trust: `ca` or `pinned`"))]
    NoTls,
    #[error("SIP is not encrypted, for it does not go over TLS")]
    #[diagnostic(help("write `transport: tls`, or take `tls:` out"))]
    NotByTls,
    #[error("the reference pools speak no TLS")]
    #[diagnostic(help(
        "write `transport: tcp`, or say under `runs:` which pools are to be drilled"
    ))]
    TlsOfReference,
    #[error("either `ca` or `pinned` says who is trusted")]
    #[diagnostic(help(
        "`ca` has the certificates of those who issued the pools' own, `pinned` the pools' own"
    ))]
    WhomToTrust,
    #[error("no certificate in PEM is here")]
    #[diagnostic(help("write `|` and, below it, the text from `-----BEGIN CERTIFICATE-----` on"))]
    NoCertificate,
    #[error("the reference pools know who takes part, and are never asked for `{verb}`")]
    #[diagnostic(help("take it out, or say under `runs:` which pools are to be drilled"))]
    ReferenceKnows { verb: &'static str },
    #[error("the verb `{verb}` is invoked through no surface")]
    #[diagnostic(help("only `list` and `modify` are; bind it by `http`, `command` or `two-step`"))]
    NoSurface { verb: &'static str },
    #[error("`{{{variable}}}` means nothing for {user}")]
    #[diagnostic(help("it can speak of {known}"))]
    OtherVerbsVariable {
        variable: Variable,
        user: String,
        known: String,
    },
    #[error("the secret `{name}` would be seen by whoever asks the engine about the container")]
    #[diagnostic(help(
        "`docker inspect` shows a container's {part}: put `{{{{ secret(\"{name}\") }}}}` into a file that ends in `.j2`, under `files:`, and let the program read that"
    ))]
    SecretInContainer { name: String, part: &'static str },
    #[error("the secret `{name}` is not declared")]
    #[diagnostic(help("{advice}"))]
    UndeclaredSecret { name: String, advice: String },
    #[error("nothing is captured as `{name}` before this")]
    #[diagnostic(help("{advice}"))]
    NotCaptured { name: String, advice: String },
    #[error("the verb `{verb}` lists groups, but nothing says where they are in its answer")]
    #[diagnostic(help("add `rows:` under `read:`"))]
    NoRows { verb: &'static str },
    #[error("the verb `export` does not keep what it exports")]
    #[diagnostic(help("add `capture: {{ export: \"\" }}` under `read:`, for `import` to take it"))]
    NoExport,
}

/// All that is wrong with the target.
pub(super) fn check(target: &Target, file: &SourceFile) -> Vec<FileError> {
    let mut complaints = Complaints::about(file);
    let name = YamlPath::top().key("target");
    names::check_file_name(&mut complaints, &name, &target.target);
    check_schema(&mut complaints, &target.schema);
    check_labs(&mut complaints, target);
    check_words(&mut complaints, target);
    check_runs(&mut complaints, target);
    check_capabilities(&mut complaints, target);
    check_deviations(&mut complaints, &target.deviations);
    check_secrets(&mut complaints, target);
    directory_check::check(&mut complaints, target);
    check_sip_digest(&mut complaints, target);
    check_tls(&mut complaints, target);
    for (verb, binding) in &target.verbs {
        check_verb(&mut complaints, target, *verb, binding);
    }
    complaints.into_errors()
}

fn check_schema(complaints: &mut Complaints<'_>, schema: &str) {
    if schema != Target::SCHEMA {
        let found = schema.to_owned();
        complaints.at(&YamlPath::top().key("schema"), BadTarget::Schema { found });
    }
}

/// There is a lab, and each can run what the target runs.
fn check_labs(complaints: &mut Complaints<'_>, target: &Target) {
    let path = YamlPath::top().key("labs");
    if target.labs.is_empty() {
        complaints.at(&path, BadTarget::NoLab);
    }
    for (n, lab) in target.labs.iter().enumerate() {
        if target.runs.labs().contains(lab) {
            continue;
        }
        let can: Vec<_> = target.runs.labs().iter().map(|lab| lab.word()).collect();
        let problem = BadTarget::LabCannotRun {
            lab: lab.word(),
            runs: target.runs.word(),
            advice: format!(
                "`{}` run in {}: take `{}` out, or say under `runs:` what it is to run",
                target.runs.word(),
                can.join(" and "),
                lab.word()
            ),
        };
        complaints.at(&path.clone().item(n), problem);
    }
}

fn check_words(complaints: &mut Complaints<'_>, target: &Target) {
    if target.words.primary == target.words.backup {
        let word = target.words.primary.clone();
        let path = YamlPath::top().key("words").key("backup");
        complaints.at(&path, BadTarget::OneWordForBothPools { word });
    }
}

/// What runs is on hosts that every drill has, and is started with what is known by then.
fn check_runs(complaints: &mut Complaints<'_>, target: &Target) {
    let path = YamlPath::top().key("runs");
    match &target.runs {
        Runs::Embedded => {}
        Runs::Addresses(running) => {
            check_running(complaints, target, &path.key("addresses"), running);
        }
        Runs::Containers(containers) => {
            let further = containers.further_hosts.keys().copied();
            check_further_hosts(complaints, &path.key("containers"), further);
            for (hosts, path, list) in containers.lists() {
                let is_pools = hosts.iter().all(|host| host.site.pool().is_some());
                check_containers(
                    complaints,
                    target,
                    &path,
                    list,
                    &User::Container { is_pools },
                );
            }
        }
    }
}

/// They have names of their own, and are not too many.
fn check_further_hosts(
    complaints: &mut Complaints<'_>,
    path: &YamlPath,
    hosts: impl Iterator<Item = HostName>,
) {
    let path = path.clone().key("further-hosts");
    let mut found = 0;
    for host in hosts {
        found += 1;
        if names::is_reserved(host.word()) {
            let path = path.clone().key(host.word());
            complaints.at(&path, BadTarget::ReservedHost { host });
        }
    }
    if found > Topology::MOST_HOSTS {
        complaints.at(&path, BadTarget::TooManyHosts { found });
    }
}

/// Pools that run already are on hosts that every drill has, and each command that breaks something has
/// one that mends it.
fn check_running(
    complaints: &mut Complaints<'_>,
    target: &Target,
    path: &YamlPath,
    running: &Running,
) {
    let hosts = path.clone().key("hosts");
    let servers = || {
        Pool::BOTH
            .into_iter()
            .flat_map(|pool| [pool.host(), pool.database()])
    };
    for &host in running.hosts.keys() {
        if !servers().any(|server| server == host) {
            let known: Vec<HostName> = servers().collect();
            let advice = nearest::advice(host.word(), known.iter().map(HostName::word));
            let path = hosts.clone().key(host.word());
            complaints.at(&path, BadTarget::UnknownHost { host, advice });
        }
    }
    for pool in Pool::BOTH {
        if !running.hosts.contains_key(&pool.host()) {
            let host = pool.host();
            complaints.at(&hosts, BadTarget::NoAddress { host });
        }
    }
    check_further_hosts(complaints, path, running.further_hosts.keys().copied());
    check_addresses(complaints, path, running);
    let ports = running.clients.ports;
    if ports.first == 0 || ports.last < ports.first {
        let path = path.clone().key("clients").key("ports");
        let (first, last) = (ports.first, ports.last);
        complaints.at(&path, BadTarget::NoPorts { first, last });
    }
    let provision = path.clone().key("provision");
    for (n, files) in running.provision.files.iter().enumerate() {
        let place = Path::new(&files.at);
        let is_below = |part| matches!(part, Component::Normal(_) | Component::CurDir);
        if !place.components().all(is_below) {
            let path = files.at.clone();
            let at = provision.clone().key("files").item(n).key("at");
            complaints.at(&at, BadTarget::NotBelow { path });
        }
    }
    let command = provision.key("command");
    check_machine_command(
        complaints,
        target,
        &command,
        &running.provision.command,
        &User::Provision,
    );
    let path = path.clone().key("commands");
    for (name, command) in running.commands.all() {
        check_machine_command(
            complaints,
            target,
            &path.clone().key(name),
            command,
            &User::Machine,
        );
    }
    for (_, breaks, mends) in running.commands.pairs() {
        if breaks.command.is_some() && mends.command.is_none() {
            let problem = BadTarget::NeverMended {
                breaks: breaks.name,
                mends: mends.name,
            };
            complaints.at(&path.clone().key(breaks.name), problem);
        }
    }
}

/// Where media comes from tells a pool: no two machines share an address.
fn check_addresses(complaints: &mut Complaints<'_>, path: &YamlPath, running: &Running) {
    let mut known = vec![(HostName::CLIENTS, running.clients.address)];
    let further = running.further_hosts.iter();
    let further = further.map(|(host, further)| {
        let path = path.clone().key("further-hosts").key(host.word());
        (path.key("address"), *host, further.address)
    });
    let paired = running.hosts.iter();
    let paired = paired.map(|(host, address)| {
        let path = path.clone().key("hosts").key(host.word());
        (path, *host, *address)
    });
    for (path, host, address) in paired.chain(further) {
        if let Some((other, _)) = known.iter().find(|(_, known)| *known == address) {
            let other = *other;
            complaints.at(&path, BadTarget::AddressTwice { address, other });
        }
        known.push((host, address));
    }
}

fn check_machine_command(
    complaints: &mut Complaints<'_>,
    target: &Target,
    path: &YamlPath,
    command: &MachineCommand,
    user: &User<'_>,
) {
    for (n, argument) in command.run.iter().enumerate() {
        let path = path.clone().key("run").item(n);
        check_template(complaints, target, &path, argument, user);
    }
    for (name, value) in &command.environment {
        let path = path.clone().key("environment").key(name);
        check_template(complaints, target, &path, value, user);
    }
}

fn check_containers(
    complaints: &mut Complaints<'_>,
    target: &Target,
    path: &YamlPath,
    containers: &[Container],
    user: &User<'_>,
) {
    for (n, container) in containers.iter().enumerate() {
        let path = path.clone().item(n);
        let name = container.name.clone();
        let known = &containers[..n];
        if name.parse::<HostName>().is_err() {
            complaints.at(&path.clone().key("name"), BadTarget::ContainerName { name });
        } else if known.iter().any(|other| other.name == name) {
            complaints.at(
                &path.clone().key("name"),
                BadTarget::ContainerTwice { name },
            );
        }
        check_container(complaints, target, &path, container, user);
    }
}

fn check_container(
    complaints: &mut Complaints<'_>,
    target: &Target,
    path: &YamlPath,
    container: &Container,
    user: &User<'_>,
) {
    let key = |key| path.clone().key(key);
    let ready = container.ready.iter().flat_map(|ready| &ready.run);
    for (part, key, templates) in [
        (
            "command",
            key("command"),
            container.command.iter().collect::<Vec<_>>(),
        ),
        ("commands", key("ready").key("run"), ready.collect()),
    ] {
        for (n, argument) in templates.into_iter().enumerate() {
            let path = key.clone().item(n);
            check_shown(complaints, target, &path, argument, (part, user));
        }
    }
    for (name, value) in &container.environment {
        let path = key("environment").key(name);
        check_shown(complaints, target, &path, value, ("environment", user));
    }
    let files = container.files.iter().enumerate();
    let files = files.map(|(n, files)| (key("files").item(n).key("at"), &files.at));
    let volumes = container.volumes.iter().enumerate();
    let volumes = volumes.map(|(n, volume)| (key("volumes").item(n), volume));
    for (place, path) in files.chain(volumes) {
        if !path.starts_with('/') {
            let path = path.clone();
            complaints.at(&place, BadTarget::NotAbsolute { path });
        }
    }
    if container.memory_mib == Some(0) {
        let what = "memory";
        complaints.at(&key("memory-mib"), BadTarget::Nothing { what });
    }
    if container
        .cpus
        .is_some_and(|cpus| !(cpus > 0.0 && cpus.is_finite()))
    {
        let what = "of a processor";
        complaints.at(&key("cpus"), BadTarget::Nothing { what });
    }
}

/// A template in what an engine shows of a container speaks of what is known there, and of no secret.
fn check_shown(
    complaints: &mut Complaints<'_>,
    target: &Target,
    path: &YamlPath,
    template: &Template,
    (part, user): (&'static str, &User<'_>),
) {
    check_template(complaints, target, path, template, user);
    for placeholder in template.placeholders() {
        if let Placeholder::Secret(name) = placeholder {
            let name = name.clone();
            complaints.at(path, BadTarget::SecretInContainer { name, part });
        }
    }
}

/// A step is at a host that there is; a command that runs in a container has one there.
fn check_place(complaints: &mut Complaints<'_>, target: &Target, step: &LocatedExchange<'_>) {
    let hosts = || {
        let further = target.hosts().further.into_iter().map(|host| host.name);
        let pools = Pool::BOTH.into_iter().map(Pool::host);
        pools.chain(further).collect::<Vec<HostName>>()
    };
    if let At::Host(host) = step.at
        && !hosts().contains(&host)
    {
        let hosts = hosts();
        let advice = nearest::advice(host.word(), hosts.iter().map(HostName::word));
        let path = step.path.clone().key("at").key("host");
        return complaints.at(&path, BadTarget::UnknownHost { host, advice });
    }
    let in_container = |command: &&CommandBinding| command.path == Where::Container;
    let Some(command) = step.command.filter(in_container) else {
        return;
    };
    let Runs::Containers(containers) = &target.runs else {
        let runs = target.runs.word();
        let path = step.path.clone().key("in");
        return complaints.at(&path, BadTarget::NoContainer { runs });
    };
    // The same run on both pools' hosts.
    let there = containers.on(step.at.of(Pool::Primary));
    let there = there.map_or(&[][..], |(_, containers)| containers);
    let names = || there.iter().map(|container| container.name.as_str());
    if let Some(name) = &command.container
        && !names().any(|known| known == name)
    {
        let problem = BadTarget::UnknownContainer {
            name: name.clone(),
            advice: nearest::advice(name, names()),
        };
        complaints.at(&step.path.clone().key("container"), problem);
    }
}

/// Each is claimed once, with its verbs.
fn check_capabilities(complaints: &mut Complaints<'_>, target: &Target) {
    for (n, capability) in target.capabilities.iter().enumerate() {
        let path = YamlPath::top().key("capabilities").item(n);
        if target.capabilities[..n].contains(capability) {
            let capability = capability.word();
            complaints.at(&path, BadTarget::CapabilityTwice { capability });
        } else if let Some(verb) = unbound(target, *capability) {
            let problem = BadTarget::EmptyClaim {
                capability: capability.word(),
                verb: verb.word(),
            };
            complaints.at(&path, problem);
        }
    }
}

/// A verb of the capability that cannot be carried out.
fn unbound(target: &Target, capability: Capability) -> Option<Verb> {
    let mut verbs = capability.verbs().iter().copied();
    verbs.find(|verb| target.bound(*verb, capability.surface()).is_none())
}

/// Each speaks of clauses that there are, and says why.
fn check_deviations(complaints: &mut Complaints<'_>, deviations: &[Deviation]) {
    let ids: Vec<String> = documented::statements()
        .map(|statement| statement.id().0)
        .collect();
    for (n, deviation) in deviations.iter().enumerate() {
        let path = YamlPath::top().key("deviations").item(n);
        let pattern = Pattern::new(&deviation.clause);
        if !ids.iter().any(|id| pattern.matches(id)) {
            let known: Vec<&str> = ids.iter().map(String::as_str).collect();
            let advice = match nearest::nearest(&deviation.clause, &known) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => "`rgdrill list clauses` shows them all".to_owned(),
            };
            let clause = deviation.clause.clone();
            let problem = BadTarget::DeviationOfNothing { clause, advice };
            complaints.at(&path.clone().key("clause"), problem);
        }
        if deviation.reason.trim().is_empty() {
            complaints.at(&path.key("reason"), BadTarget::NoReason);
        }
    }
}

/// Their names can be those of environment variables.
fn check_secrets(complaints: &mut Complaints<'_>, target: &Target) {
    for name in target.secret_names() {
        let begins_well = name.starts_with(|first: char| first.is_ascii_uppercase());
        let goes_on_well = name
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        if !(begins_well && goes_on_well) {
            let path = YamlPath::top().key("secrets").key(name);
            let name = name.to_owned();
            complaints.at(&path, BadTarget::SecretName { name });
        }
    }
}

/// It speaks of an agent and of secrets.
fn check_sip_digest(complaints: &mut Complaints<'_>, target: &Target) {
    let Some(digest) = &target.sip_digest else {
        return;
    };
    let (path, nothing) = (YamlPath::top().key("sip-digest"), Vec::new());
    let user = User::Verb(Verb::GetGroups, &nothing);
    for (key, template) in [("user", &digest.user), ("password", &digest.password)] {
        check_template(complaints, target, &path.clone().key(key), template, &user);
    }
    let callers = digest.callers.iter();
    let callers = callers.map(|callers| (path.clone().key("callers"), callers));
    let named = digest.by_name.iter();
    let named = named.map(|(name, of)| (path.clone().key("by-name").key(name), of));
    for (
        path,
        Credentials {
            user: as_whom,
            password,
        },
    ) in callers.chain(named)
    {
        for (key, template) in [("user", as_whom), ("password", password)] {
            check_template(complaints, target, &path.clone().key(key), template, &user);
        }
    }
}

/// Whoever is asked over TLS is trusted for a reason, where there is TLS.
fn check_tls(complaints: &mut Complaints<'_>, target: &Target) {
    let path = YamlPath::top().key("tls");
    let tls = match (target.transport, &target.tls) {
        (SipTransport::Tls, None) => {
            return complaints.at(&YamlPath::top().key("transport"), BadTarget::NoTls);
        }
        (SipTransport::Udp | SipTransport::Tcp, Some(_)) => {
            return complaints.at(&path, BadTarget::NotByTls);
        }
        (_, None) => return,
        (SipTransport::Tls, Some(tls)) => tls,
    };
    if matches!(target.runs, Runs::Embedded) {
        complaints.at(&YamlPath::top().key("transport"), BadTarget::TlsOfReference);
    }
    if tls.ca.is_some() == tls.pinned.is_some() {
        complaints.at(&path, BadTarget::WhomToTrust);
    }
    let own = tls.own.as_ref().map(|own| &own.certificate);
    for (at, certificates) in [
        (path.clone().key("ca"), tls.ca.as_ref()),
        (path.clone().key("pinned"), tls.pinned.as_ref()),
        (path.clone().key("own").key("certificate"), own),
    ] {
        if certificates.is_some_and(|text| !SipTls::is_pem(text)) {
            complaints.at(&at, BadTarget::NoCertificate);
        }
    }
    if let Some(own) = &tls.own {
        let path = path.key("own").key("key");
        check_template(complaints, target, &path, &own.key, &User::Key);
    }
}

/// Its templates speak of what is known, and what it gives is taken out of its answers.
fn check_verb(complaints: &mut Complaints<'_>, target: &Target, verb: Verb, binding: &Binding) {
    let path = YamlPath::top().key("verbs").key(verb.word());
    if Verb::PROVISIONING.contains(&verb) && matches!(target.runs, Runs::Embedded) {
        let verb = verb.word();
        complaints.at(&path, BadTarget::ReferenceKnows { verb });
    }
    let is_of_surface = matches!(verb, Verb::List | Verb::Modify);
    if matches!(binding, Binding::BySurface(_)) && !is_of_surface {
        let verb = verb.word();
        complaints.at(&path, BadTarget::NoSurface { verb });
    }
    let steps = binding.exchanges(&path);
    for step in &steps {
        check_place(complaints, target, step);
        let user = User::Verb(verb, &step.captured);
        for (path, template) in &step.templates {
            check_template(complaints, target, path, template, &user);
        }
    }
    let last_steps = match binding {
        Binding::TwoStep(_) => steps.get(1..).unwrap_or_default(),
        _ => &steps,
    };
    for step in last_steps {
        check_contents(complaints, verb, step);
    }
}

/// The answer that says that a verb is done gives what the drill needs of it.
fn check_contents(complaints: &mut Complaints<'_>, verb: Verb, step: &LocatedExchange<'_>) {
    let lists = matches!(verb, Verb::List | Verb::GetGroups);
    if lists && step.rules.rows.is_none() {
        let verb = verb.word();
        complaints.at(&step.path, BadTarget::NoRows { verb });
    }
    let keeps_export = step.rules.capture.contains_key(Variable::EXPORT);
    if verb == Verb::Export && !keeps_export {
        complaints.at(&step.path, BadTarget::NoExport);
    }
}

/// For what a template is used.
enum User<'a> {
    /// A verb, after these names were captured.
    Verb(Verb, &'a [&'a str]),
    /// Starting a container, on a host of a pool's or not.
    Container { is_pools: bool },
    /// Breaking or mending a machine, which is of the primary's site.
    Machine,
    /// Provisioning a pool.
    Provision,
    /// The key of a certificate.
    Key,
}

impl User<'_> {
    fn knows(&self, variable: Variable) -> bool {
        match self {
            User::Verb(verb, _) => variable.is_of(*verb),
            User::Container { is_pools } => match variable {
                Variable::Pool | Variable::Partner => *is_pools,
                variable => matches!(variable, Variable::Host | Variable::Address),
            },
            User::Machine => User::Container { is_pools: true }.knows(variable),
            User::Provision => User::Machine.knows(variable) || variable == Variable::Files,
            User::Key => false,
        }
    }

    fn captured(&self) -> &[&str] {
        match self {
            User::Verb(_, captured) => captured,
            User::Container { .. } | User::Machine | User::Provision | User::Key => &[],
        }
    }

    fn in_words(&self) -> String {
        match self {
            User::Verb(verb, _) => format!("the verb `{}`", verb.word()),
            User::Container { is_pools: true } => "a container".to_owned(),
            User::Container { is_pools: false } => "a container of neither pool's".to_owned(),
            User::Machine => "a command about a machine".to_owned(),
            User::Provision => "provisioning".to_owned(),
            User::Key => "the key of a certificate".to_owned(),
        }
    }
}

/// It speaks of what is known where it is used.
fn check_template(
    complaints: &mut Complaints<'_>,
    target: &Target,
    path: &YamlPath,
    template: &Template,
    user: &User<'_>,
) {
    for placeholder in template.placeholders() {
        match placeholder {
            Placeholder::Variable(variable) if !user.knows(*variable) => {
                let known = Variable::ALL.into_iter();
                let known = known.filter(|variable| user.knows(*variable));
                let mut known: Vec<_> = known.map(|variable| format!("`{variable}`")).collect();
                if known.is_empty() {
                    known.push("secrets".to_owned());
                }
                let problem = BadTarget::OtherVerbsVariable {
                    variable: *variable,
                    user: user.in_words(),
                    known: known.join(", "),
                };
                complaints.at(path, problem);
            }
            Placeholder::Variable(_) => {}
            Placeholder::Secret(name) => {
                if !target.secrets.contains_key(name) {
                    let advice = nearest::advice(name, target.secret_names());
                    let advice = format!("add it under `secrets:`; {advice}");
                    let name = name.clone();
                    complaints.at(path, BadTarget::UndeclaredSecret { name, advice });
                }
            }
            Placeholder::Captured(name) => {
                if !user.captured().contains(&name.as_str()) {
                    let advice = nearest::advice(name, user.captured().iter().copied());
                    let advice = format!("`begin` of two steps can capture it; {advice}");
                    let name = name.clone();
                    complaints.at(path, BadTarget::NotCaptured { name, advice });
                }
            }
        }
    }
}
