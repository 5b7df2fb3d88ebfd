//! Pools that run already: where they are, how they learn who takes part in a walk, and how their
//! machines are broken and mended.

use std::collections::BTreeMap;
use std::net::IpAddr;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::command::{Invocation, Where, filled, program_and_arguments, timeout};
use crate::runs::Files;
use crate::template::{BindError, Template};
use crate::variables::Variables;
use model::Span;
use model::fault::FaultKind;
use model::host::{Host, HostName, Site};

/// Pools that run already. Commands are run on this machine, in the directory of the target's file.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Running {
    /// The addresses of `primary` and `backup`, and those of `primary-database` and `backup-database`
    /// where these are machines of their own.
    pub hosts: BTreeMap<HostName, IpAddr>,
    /// Further machines that the deployment needs, such as a witness, a load balancer or a media server.
    #[serde(default)]
    pub further_hosts: BTreeMap<HostName, FurtherMachine>,
    /// This machine, as the pools reach it: agents, callers and the administrator are here.
    pub clients: Clients,
    /// How the pools learn who takes part in a walk.
    pub provision: Provision,
    /// How machines are broken and mended. A walk under a fault that no command brings about is left
    /// out, or says nothing.
    #[serde(default)]
    pub commands: Commands,
}

/// A machine beside the pools' and the databases'.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FurtherMachine {
    /// What it goes down with. What comes from a machine of a pool's site, SIP or media, is that pool's.
    pub site: Site,
    /// Its address.
    pub address: IpAddr,
}

/// Where agents, callers and the administrator are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Clients {
    /// An address of this machine, which the pools reach.
    pub address: IpAddr,
    /// The ports (UDP) that they use of it: three for each of them, and two besides.
    #[serde(default)]
    pub ports: PortRange,
}

/// Ports, from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PortRange {
    /// The first.
    #[schemars(range(min = 1, max = 65_535))]
    pub first: u16,
    /// The last.
    #[schemars(range(min = 1, max = 65_535))]
    pub last: u16,
}

impl Default for PortRange {
    fn default() -> Self {
        PortRange {
            first: 16_000,
            last: 16_999,
        }
    }
}

/// How the pools learn of the agents, groups and callers of a walk, whose names are others each time: a
/// command for each pool, before each walk, the primary's first. The pools are to answer within half a
/// minute after that, with these agents and groups, and with nothing of an earlier walk.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Provision {
    /// Files for the command, rendered for its pool. They are in a directory of their own, of which it
    /// is told by `{files}`, and which is removed after the walk. Their places (`at`) are relative to it.
    #[serde(default)]
    pub files: Vec<Files>,
    /// The command.
    pub command: MachineCommand,
}

/// A command about one host. Never a shell's: a list of arguments. It has done what it is for when it
/// ends with exit code 0.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MachineCommand {
    /// The program and its arguments, which can speak of the `{host}`, of its `{address}`, of the
    /// `{pool}` that it belongs to, and of secrets.
    #[serde(deserialize_with = "program_and_arguments")]
    #[schemars(length(min = 1))]
    pub run: Vec<Template>,
    /// Environment variables that it is given. Secrets belong here, for everyone on the machine can
    /// see a program's arguments.
    #[serde(default)]
    pub environment: IndexMap<String, Template>,
    /// How long it may run; then it is ended, and has failed.
    #[serde(default = "timeout")]
    pub timeout: Span,
}

/// The commands that break machines, each with the one that mends what it broke.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Commands {
    /// The host's server dies at once, without a word: SIGKILL. The host stays up, and says that the
    /// server's ports are closed.
    pub kill: Option<MachineCommand>,
    /// The server that was killed is started anew, with the disk that it left.
    pub start: Option<MachineCommand>,
    /// The host loses its power: nothing of it is heard any more.
    pub power_off: Option<MachineCommand>,
    /// The host gets its power back, and starts all that runs on it.
    pub power_on: Option<MachineCommand>,
    /// The host's server stops where it is: SIGSTOP. Its connections stay open.
    pub freeze: Option<MachineCommand>,
    /// The server that was frozen goes on.
    pub thaw: Option<MachineCommand>,
    /// The network loses whatever goes to the host and comes from it, and says nothing.
    pub isolate: Option<MachineCommand>,
    /// The same, and the network says so at once, to whoever sends there: ICMP, host unreachable.
    pub reject: Option<MachineCommand>,
    /// The network of a host that was isolated or rejected is whole again.
    pub restore: Option<MachineCommand>,
}

/// A command of [`Commands`], by its name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NamedCommand<'a> {
    /// The name of the command, as files have it.
    pub name: &'static str,
    /// The command, if there is one.
    pub command: Option<&'a MachineCommand>,
}

impl Commands {
    /// What brings a fault of this kind about on a host, and what ends it. Nothing, of a fault for which
    /// no command can be said.
    pub fn of(&self, fault: FaultKind) -> Option<(NamedCommand<'_>, NamedCommand<'_>)> {
        let mut pairs = self.pairs().into_iter();
        pairs.find_map(|(kind, breaks, mends)| (kind == fault).then_some((breaks, mends)))
    }

    /// Each kind of fault that there can be commands for, with what brings it about and what ends it.
    pub(super) fn pairs(&self) -> [(FaultKind, NamedCommand<'_>, NamedCommand<'_>); 5] {
        fn named<'a>(name: &'static str, command: &'a Option<MachineCommand>) -> NamedCommand<'a> {
            let command = command.as_ref();
            NamedCommand { name, command }
        }
        let restore = named("restore", &self.restore);
        [
            (
                FaultKind::KILL,
                named("kill", &self.kill),
                named("start", &self.start),
            ),
            (
                FaultKind::POWER_OFF,
                named("power-off", &self.power_off),
                named("power-on", &self.power_on),
            ),
            (
                FaultKind::FREEZE,
                named("freeze", &self.freeze),
                named("thaw", &self.thaw),
            ),
            (FaultKind::ISOLATE, named("isolate", &self.isolate), restore),
            (FaultKind::REJECT, named("reject", &self.reject), restore),
        ]
    }

    /// All commands that there are, with their names.
    pub(super) fn all(&self) -> impl Iterator<Item = (&'static str, &MachineCommand)> {
        let mut commands: Vec<NamedCommand<'_>> = Vec::new();
        for (_, breaks, mends) in self.pairs() {
            for named in [breaks, mends] {
                if commands.iter().all(|known| known.name != named.name) {
                    commands.push(named);
                }
            }
        }
        let commands = commands.into_iter();
        commands.filter_map(|named| Some((named.name, named.command?)))
    }
}

impl Running {
    /// All machines but the clients', with their addresses: the pools' and the databases' first.
    pub fn machines(&self) -> impl Iterator<Item = (Host, IpAddr)> {
        let paired = self.hosts.iter().filter_map(|(name, address)| {
            let mut paired = Host::PAIRED.into_iter();
            Some((paired.find(|host| host.name == *name)?, *address))
        });
        let further = self.further_hosts.iter();
        paired.chain(further.map(|(name, of)| (Host::new(*name, of.site), of.address)))
    }

    /// The machine of this name, with its address.
    pub fn machine(&self, name: HostName) -> Option<(Host, IpAddr)> {
        self.machines().find(|(host, _)| host.name == name)
    }
}

impl MachineCommand {
    /// The command with everything filled in but its secrets.
    ///
    /// # Errors
    ///
    /// [`BindError::Absent`].
    pub fn invocation(&self, variables: &Variables) -> Result<Invocation, BindError> {
        let arguments = self.run.iter().map(|argument| argument.text(variables));
        Ok(Invocation {
            path: Where::Here,
            container: None,
            arguments: arguments.collect::<Result<_, _>>()?,
            environment: filled(&self.environment, variables)?,
            stdin: Default::default(),
            timeout: self.timeout,
        })
    }
}
