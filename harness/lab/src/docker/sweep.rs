//! Removing labs: one's own, and those that a harness left that no longer lives.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::time::{Duration, Instant};

use bollard::models::ContainerSummaryStateEnum as State;
use bollard::query_parameters::{
    ListContainersOptionsBuilder, ListNetworksOptionsBuilder, ListVolumesOptionsBuilder,
    RemoveContainerOptionsBuilder, RemoveVolumeOptionsBuilder,
};
use futures_util::future::join_all;

use tokio::time::sleep;

use super::engine::Engine;
use super::error::DockerError;
use super::labels::{LabId, OWNER, ROLE, RUN, any_lab};
use super::logs::{self, Logs};
use super::owner::{Life, Owner};
use crate::remote::ProcessRole;

/// What was removed, and what could not be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// How many containers.
    pub containers: usize,
    /// How many networks.
    pub networks: usize,
    /// How many volumes.
    pub volumes: usize,
    /// How many labs were left alone, for their harness lives.
    pub alive: usize,
    /// What should have been removed and is still there.
    pub left: Vec<Leftover>,
}

/// Something that an engine does not remove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// What it is.
    pub kind: Kind,
    /// Its name or id.
    pub name: String,
    /// What the engine said.
    pub why: String,
}

/// What a lab has on an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A container.
    Container,
    /// A network.
    Network,
    /// A volume.
    Volume,
    /// All of a lab: the engine does not even say what that is.
    Lab,
}

impl Kind {
    /// What it is, in the word of `docker`'s commands.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Container => "container",
            Kind::Network => "network",
            Kind::Volume => "volume",
            Kind::Lab => "lab",
        }
    }
}

impl Leftover {
    /// The command that removes it, once the engine lets it.
    pub fn command(&self) -> String {
        let (word, name) = (self.kind.word(), &self.name);
        match self.kind {
            Kind::Container | Kind::Volume => format!("docker {word} rm --force {name}"),
            Kind::Network => format!("docker {word} rm {name}"),
            Kind::Lab => "rgdrill clean".to_owned(),
        }
    }
}

impl fmt::Display for Leftover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.kind.word(), self.name, self.why)
    }
}

/// All that carries some label.
#[derive(Debug, Default)]
struct Found {
    /// Each with its labels.
    containers: Vec<(String, Labels)>,
    networks: Vec<(String, Labels)>,
    volumes: Vec<(String, Labels)>,
    /// The labs that have a holder which still hears its harness.
    heard: BTreeSet<String>,
    /// The labs that have a holder which hears its harness no more, and has exited.
    given_up: BTreeSet<String>,
}

type Labels = HashMap<String, String>;

impl Engine {
    /// Removes what harnesses left that no longer live: containers, networks and volumes with the
    /// label of a lab, and nothing else. The labs of those that live are left alone, wherever
    /// those are. What cannot be removed does not keep the rest from being removed.
    ///
    /// # Errors
    ///
    /// [`DockerError::Refused`] if the engine does not say what it has.
    pub fn sweep(&self) -> Result<Swept, DockerError> {
        self.wait(async {
            let mut found = find(self, &any_lab()).await?;
            let alive = found.keep_dead();
            let mut swept = remove(self, &found).await;
            swept.alive = alive;
            Ok(swept)
        })
    }
}

impl Engine {
    /// Sweeps before a drill. What cannot be removed is in nobody's way: it is remembered, and told.
    ///
    /// # Errors
    ///
    /// That the engine does not answer any more, or nobody wants the drill any more.
    pub fn sweep_first(&self) -> Result<(), DockerError> {
        match self.to_sweep().sweep() {
            Ok(swept) => self.keep_left(swept.left),
            Err(error @ DockerError::Refused { .. }) => self.keep_left(vec![Leftover {
                kind: Kind::Lab,
                name: "of earlier drills".to_owned(),
                why: error.to_string(),
            }]),
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// Removes everything of a lab, once its logs have been kept in `logs`. Gives what is left of it.
pub(super) async fn remove_lab(engine: &Engine, lab: &LabId, logs: Option<&Logs>) -> Vec<Leftover> {
    let removed = async {
        let engine = engine.for_removal().await?;
        if let Some(kept) = logs {
            // No verdict depends on logs: without them, the lab is removed all the same.
            let _ = logs::keep(&engine, lab, kept).await;
        }
        let found = find(&engine, &lab.filter()).await?;
        Ok::<_, DockerError>(remove(&engine, &found).await.left)
    };
    removed.await.unwrap_or_else(|error| {
        vec![Leftover {
            kind: Kind::Lab,
            name: lab.to_string(),
            why: error.to_string(),
        }]
    })
}

impl Found {
    /// Forgets the labs whose harness lives, and says how many those are.
    fn keep_dead(&mut self) -> usize {
        let all = [&self.containers, &self.networks, &self.volumes];
        let labs: BTreeMap<String, bool> = all
            .into_iter()
            .flatten()
            .filter_map(|(_, labels)| Some((labels.get(RUN)?.clone(), self.lives(labels))))
            .collect();
        let is_dead =
            |(_, labels): &(String, Labels)| labels.get(RUN).is_some_and(|run| !labs[run]);
        self.containers.retain(is_dead);
        self.networks.retain(is_dead);
        self.volumes.retain(is_dead);
        labs.values().filter(|lives| **lives).count()
    }

    /// Whom this machine knows to live, or to be dead, is; of all others the holders tell. Those are
    /// dead when their holders have given them up, and none has not: a harness that is about to start its
    /// lab has no holder yet.
    fn lives(&self, labels: &Labels) -> bool {
        let owner = labels.get(OWNER).and_then(|label| Owner::parse(label));
        match owner.map(|owner| owner.life()) {
            Some(Life::Lives) => true,
            Some(Life::Dead) | None => false,
            Some(Life::Unknown) => labels
                .get(RUN)
                .is_some_and(|run| self.heard.contains(run) || !self.given_up.contains(run)),
        }
    }
}

async fn find(
    engine: &Engine,
    filter: &HashMap<String, Vec<String>>,
) -> Result<Found, DockerError> {
    let docker = engine.docker();
    let mut found = Found::default();
    let options = ListContainersOptionsBuilder::default()
        .all(true)
        .filters(filter)
        .build();
    let containers = docker.list_containers(Some(options));
    for container in engine.ask("list containers", containers).await? {
        let labels = container.labels.unwrap_or_default();
        if is_holder(&labels) {
            let run = labels.get(RUN).cloned();
            match container.state {
                Some(State::RUNNING) => found.heard.extend(run),
                Some(State::EXITED | State::DEAD) => found.given_up.extend(run),
                _ => {}
            }
        }
        let name = container.names.unwrap_or_default().into_iter().next();
        let name = name.map(|name| name.trim_start_matches('/').to_owned());
        found
            .containers
            .extend(name.or(container.id).map(|name| (name, labels)));
    }
    let options = ListNetworksOptionsBuilder::default()
        .filters(filter)
        .build();
    let networks = docker.list_networks(Some(options));
    for network in engine.ask("list networks", networks).await? {
        let labels = network.labels.unwrap_or_default();
        let name = network.name.or(network.id);
        found.networks.extend(name.map(|name| (name, labels)));
    }
    let options = ListVolumesOptionsBuilder::default().filters(filter).build();
    let volumes = docker.list_volumes(Some(options));
    let volumes = engine.ask("list volumes", volumes).await?;
    for volume in volumes.volumes.unwrap_or_default() {
        found.volumes.push((volume.name, volume.labels));
    }
    Ok(found)
}

fn is_holder(labels: &Labels) -> bool {
    labels.get(ROLE).map(String::as_str) == Some(ProcessRole::Holder.word())
}

/// How long something may stay in use that is being removed: by a container that somebody else is
/// removing.
const TO_BE_FREE: Duration = Duration::from_secs(10);

/// How soon it is tried again.
const AGAIN: Duration = Duration::from_millis(100);

/// How many containers an engine is asked to remove at a time: each has a network namespace and a
/// file system to be taken apart, and other labs wait for the same engine.
const AT_ONCE: usize = 4;

/// Workloads first, then the holders whose network they use, then what all of them use. What somebody
/// else has removed meanwhile is gone as well.
async fn remove(engine: &Engine, found: &Found) -> Swept {
    let docker = engine.docker();
    let mut swept = Swept::default();
    let (holders, workloads): (Vec<_>, Vec<_>) = found
        .containers
        .iter()
        .partition(|(_, labels)| is_holder(labels));
    let batches = workloads.chunks(AT_ONCE).chain(holders.chunks(AT_ONCE));
    for batch in batches {
        let removals = batch.iter().map(|(name, _)| async move {
            let options = RemoveContainerOptionsBuilder::default()
                .force(true)
                .v(true)
                .build();
            let removed = docker.remove_container(name, Some(options));
            (name, engine.ask("remove a container", removed).await)
        });
        for (name, removed) in join_all(removals).await {
            // Somebody else may be removing it: what it uses is waited for below.
            let removed = match removed.map_err(Hindrance::of) {
                Err(Hindrance::Other(error)) => Err(error),
                _ => Ok(()),
            };
            swept.take(Kind::Container, name, removed);
        }
    }
    for (name, _) in &found.networks {
        let remove = || engine.ask("remove a network", docker.remove_network(name));
        swept.take(Kind::Network, name, until_gone(remove).await);
    }
    for (name, _) in &found.volumes {
        let options = RemoveVolumeOptionsBuilder::default().force(true).build();
        let remove = || {
            let removed = docker.remove_volume(name, Some(options.clone()));
            engine.ask("remove a volume", removed)
        };
        swept.take(Kind::Volume, name, until_gone(remove).await);
    }
    swept
}

impl Swept {
    /// Takes what became of one thing.
    fn take(&mut self, kind: Kind, name: &str, removed: Result<(), DockerError>) {
        match (removed, kind) {
            (Ok(()), Kind::Container) => self.containers += 1,
            (Ok(()), Kind::Network) => self.networks += 1,
            (Ok(()), Kind::Volume) => self.volumes += 1,
            (Ok(()), Kind::Lab) => {}
            (Err(error), _) => self.left.push(Leftover {
                kind,
                name: name.to_owned(),
                why: match error {
                    DockerError::Refused { why, .. } => why,
                    error => error.to_string(),
                },
            }),
        }
    }
}

/// Why something cannot be removed.
enum Hindrance {
    /// It is gone already.
    Gone,
    /// Somebody uses it, or is about to remove it.
    InUse(DockerError),
    /// Anything else.
    Other(DockerError),
}

impl Hindrance {
    fn of(error: DockerError) -> Self {
        match error.status() {
            Some(404) => Hindrance::Gone,
            Some(403 | 409) => Hindrance::InUse(error),
            _ => Hindrance::Other(error),
        }
    }
}

/// Removes something as soon as nobody uses it any more. The engine tells of no such moment, so it
/// is asked again and again.
async fn until_gone<F: Future<Output = Result<(), DockerError>>>(
    remove: impl Fn() -> F,
) -> Result<(), DockerError> {
    let deadline = Instant::now() + TO_BE_FREE;
    loop {
        match remove().await.map_err(Hindrance::of) {
            Ok(()) | Err(Hindrance::Gone) => return Ok(()),
            Err(Hindrance::InUse(_)) if Instant::now() < deadline => sleep(AGAIN).await,
            Err(Hindrance::InUse(error) | Hindrance::Other(error)) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// A process of another machine, or of this one where it does not tell.
    const UNKNOWN: &str = "another machine/1/1";

    fn labels(owner: &str) -> Labels {
        let labels = [(RUN, "run"), (OWNER, owner)];
        labels
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
    }

    #[rstest]
    #[case::they_hear_it(&["run"], &[], true)]
    #[case::some_hear_it_still(&["run"], &["run"], true)]
    #[case::they_have_given_it_up(&[], &["run"], false)]
    #[case::there_are_none_yet(&[], &[], true)]
    #[case::others_are_given_up(&[], &["another"], true)]
    fn holders_tell_whether_a_harness_lives_that_nothing_is_known_of(
        #[case] heard: &[&str],
        #[case] given_up: &[&str],
        #[case] lives: bool,
    ) {
        let set = |runs: &[&str]| runs.iter().map(|run| (*run).to_owned()).collect();
        let mut found = Found {
            networks: vec![("network".to_owned(), labels(UNKNOWN))],
            heard: set(heard),
            given_up: set(given_up),
            ..Found::default()
        };
        assert_eq!(found.keep_dead(), usize::from(lives));
        assert_eq!(found.networks.is_empty(), lives);
    }

    #[test]
    fn a_harness_of_this_machine_that_lives_needs_no_holder_to_say_so() {
        let mut found = Found {
            networks: vec![("network".to_owned(), labels(&Owner::this().to_string()))],
            given_up: ["run".to_owned()].into(),
            ..Found::default()
        };
        assert_eq!(found.keep_dead(), 1);
    }
}
