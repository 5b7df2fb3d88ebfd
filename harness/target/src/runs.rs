//! What runs when a target is drilled.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};

use crate::running::Running;
use crate::template::Template;
use model::Span;
use model::host::{Host, HostName, Site};
use model::topology::Pool;
use model::walk::LabKind;
use model::yaml_path::YamlPath;

/// What runs when a target is drilled. There is no default: a verdict in the name of a target is of
/// what its file says, and of nothing else.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Runs {
    /// The reference pools that rgdrill brings along, in simulation or in containers.
    Embedded,
    /// Containers of the target's own, which the lab `docker` starts.
    Containers(Box<Containers>),
    /// What runs already, at these addresses: for the lab `external`.
    Addresses(Box<Running>),
}

/// The containers of each pool and of each database. Those of one host share its network namespace,
/// as in a pod.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Containers {
    /// A pool's, in the order in which they are started.
    #[serde(deserialize_with = "at_least_one")]
    #[schemars(length(min = 1))]
    pub pool: Vec<Container>,
    /// A back-end database's; none where it is a part of the pool.
    #[serde(default)]
    pub database: Vec<Container>,
    /// Further hosts that the deployment needs, such as a witness, a load balancer or a media server: started
    /// in this order, before the pools.
    #[serde(default)]
    #[schemars(with = "std::collections::BTreeMap<HostName, FurtherHost>")]
    pub further_hosts: IndexMap<HostName, FurtherHost>,
}

/// A host beside the pools' and the databases'.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FurtherHost {
    /// What it goes down with. What comes from a host of a pool's site, SIP or media, is that pool's.
    pub site: Site,
    /// What runs there, in the order in which it is started.
    #[serde(deserialize_with = "at_least_one")]
    #[schemars(length(min = 1))]
    pub containers: Vec<Container>,
}

/// A container. Its templates can speak of the pool and its partner; of secrets only its files can, for
/// an engine shows everybody the rest.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Container {
    /// Its name among those of its host; commands that are run in it, and its log, go by it.
    pub name: String,
    /// The image's name and tag or digest. The engine has it already: a lab pulls none.
    pub image: String,
    /// What is run in it, if not what the image says: the program's arguments, or the program with
    /// them, as the image's entry point has it.
    #[serde(default)]
    pub command: Vec<Template>,
    /// Environment variables.
    #[serde(default)]
    pub environment: IndexMap<String, Template>,
    /// Files that it finds when it first starts.
    #[serde(default)]
    pub files: Vec<Files>,
    /// Directories on volumes. Containers of one host that name the same directory share it. What a
    /// container wrote elsewhere survives as well when it is killed and started anew.
    #[serde(default)]
    pub volumes: Vec<String>,
    /// Linux capabilities beyond an engine's usual ones, as `NET_ADMIN`.
    #[serde(default)]
    pub capabilities: Vec<String>,
    /// How much memory it may use, in MiB; absent: as much as there is.
    #[serde(default)]
    pub memory_mib: Option<u32>,
    /// How much of the processors it may use: `1.5` is one and a half; absent: all.
    #[serde(default)]
    pub cpus: Option<f64>,
    /// When it counts as started; absent: as soon as it runs. That the pool answers is waited for
    /// besides.
    #[serde(default)]
    pub ready: Option<Ready>,
}

/// Files for a container, or for the provisioning of pools that run already.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Files {
    /// A file, or a directory with all that is in it: relative to the target's file. What ends in
    /// `.j2` is a template (Jinja), and loses that ending.
    pub from: String,
    /// Where it is, the file or the directory: in a container, an absolute path; for provisioning, a path
    /// relative to `{files}`, which `.` stands for itself.
    pub at: String,
}

/// When a container counts as started.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Ready {
    /// When this command, run in it, exits with 0. It is asked again until then.
    pub run: Vec<Template>,
    /// How long that may take.
    #[serde(default = "within")]
    pub within: Span,
}

fn within() -> Span {
    Span::from_secs(30)
}

fn at_least_one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Container>, D::Error> {
    let containers = Vec::deserialize(deserializer)?;
    if containers.is_empty() {
        return Err(de::Error::custom("at least one container runs there"));
    }
    Ok(containers)
}

impl Runs {
    /// The labs that can run it.
    pub const fn labs(&self) -> &'static [LabKind] {
        match self {
            Runs::Embedded => &[LabKind::Sim, LabKind::Docker],
            Runs::Containers(_) => &[LabKind::Docker],
            Runs::Addresses(_) => &[LabKind::External],
        }
    }

    /// The word that files use.
    pub const fn word(&self) -> &'static str {
        match self {
            Runs::Embedded => "embedded",
            Runs::Containers(_) => "containers",
            Runs::Addresses(_) => "addresses",
        }
    }
}

impl Containers {
    /// All of them, the pool's first.
    pub fn all(&self) -> impl Iterator<Item = &Container> {
        self.lists().into_iter().flat_map(|(_, _, list)| list)
    }

    /// The containers of each kind of host, with the hosts that run them and with where they stand, below
    /// `containers`.
    pub fn lists(&self) -> Vec<(Vec<Host>, YamlPath, &[Container])> {
        let on = |host_of: fn(Pool) -> HostName| {
            let hosts = Pool::BOTH.map(|pool| Host::new(host_of(pool), pool.site()));
            hosts.to_vec()
        };
        let top = || YamlPath::top().key("runs").key("containers");
        let further = self.further_hosts.iter().map(|(name, further)| {
            let path = top().key("further-hosts").key(name.word());
            let host = Host::new(*name, further.site);
            (vec![host], path.key("containers"), &further.containers[..])
        });
        let mut lists = vec![
            (on(Pool::host), top().key("pool"), &self.pool[..]),
            (
                on(Pool::database),
                top().key("database"),
                &self.database[..],
            ),
        ];
        lists.extend(further);
        lists
    }

    /// What runs on a host, of which site; nothing where none of these does.
    pub fn on(&self, name: HostName) -> Option<(Host, &[Container])> {
        let mut lists = self.lists().into_iter();
        let (host, containers) = lists.find_map(|(hosts, _, containers)| {
            let host = hosts.into_iter().find(|host| host.name == name)?;
            Some((host, containers))
        })?;
        (!containers.is_empty()).then_some((host, containers))
    }
}
