//! Removing labs: one's own, and those that a harness left that no longer lives.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant};

use testcontainers::bollard::errors::Error;
use testcontainers::bollard::models::ContainerSummaryStateEnum as State;
use testcontainers::bollard::query_parameters::{
    ListContainersOptionsBuilder, ListNetworksOptionsBuilder, ListVolumesOptionsBuilder,
    RemoveContainerOptionsBuilder, RemoveVolumeOptionsBuilder,
};

use tokio::time::sleep;

use super::engine::Engine;
use super::error::DockerError;
use super::labels::{OWNER, ROLE, RUN, any_lab};
use super::owner::{Life, Owner};
use crate::remote::ProcessRole;

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// How many containers.
    pub containers: usize,
    /// How many networks.
    pub networks: usize,
    /// How many volumes.
    pub volumes: usize,
    /// How many labs were left alone, for their harness lives.
    pub alive: usize,
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
    /// those are.
    ///
    /// # Errors
    ///
    /// [`DockerError::Refused`] if the engine cannot remove something.
    pub fn sweep(&self) -> Result<Swept, DockerError> {
        self.wait(async {
            let mut found = find(self, &any_lab()).await?;
            let alive = found.keep_dead();
            let mut swept = remove(self, &found).await?;
            swept.alive = alive;
            Ok(swept)
        })
    }
}

/// Removes everything that `filter` selects.
pub(super) async fn remove_all(
    engine: &Engine,
    filter: &HashMap<String, Vec<String>>,
) -> Result<Swept, DockerError> {
    remove(engine, &find(engine, filter).await?).await
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

    /// A harness on another machine is dead when its holders have given it up, and none has not: one
    /// that is about to start its lab has no holder yet.
    fn lives(&self, labels: &Labels) -> bool {
        let owner = labels.get(OWNER).and_then(|label| Owner::parse(label));
        match owner.map(|owner| owner.life()) {
            Some(Life::Lives) => true,
            Some(Life::Dead) | None => false,
            Some(Life::Elsewhere) => labels
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
    let containers = docker.list_containers(Some(options)).await;
    for container in containers.map_err(DockerError::refused("list containers"))? {
        let labels = container.labels.unwrap_or_default();
        if labels.get(ROLE).map(String::as_str) == Some(ProcessRole::Holder.word()) {
            let run = labels.get(RUN).cloned();
            match container.state {
                Some(State::RUNNING) => found.heard.extend(run),
                Some(State::EXITED | State::DEAD) => found.given_up.extend(run),
                _ => {}
            }
        }
        found.containers.extend(container.id.map(|id| (id, labels)));
    }
    let options = ListNetworksOptionsBuilder::default()
        .filters(filter)
        .build();
    let networks = docker.list_networks(Some(options)).await;
    for network in networks.map_err(DockerError::refused("list networks"))? {
        let labels = network.labels.unwrap_or_default();
        found.networks.extend(network.id.map(|id| (id, labels)));
    }
    let options = ListVolumesOptionsBuilder::default().filters(filter).build();
    let volumes = docker.list_volumes(Some(options)).await;
    let volumes = volumes.map_err(DockerError::refused("list volumes"))?;
    for volume in volumes.volumes.unwrap_or_default() {
        found.volumes.push((volume.name, volume.labels));
    }
    Ok(found)
}

/// How long something may stay in use that is being removed: by a container that somebody else is
/// removing.
const TO_BE_FREE: Duration = Duration::from_secs(20);

/// How soon it is tried again.
const AGAIN: Duration = Duration::from_millis(100);

/// Containers first: they use the others. What somebody else has removed meanwhile is gone as
/// well.
async fn remove(engine: &Engine, found: &Found) -> Result<Swept, DockerError> {
    let docker = engine.docker();
    let removals = found.containers.iter().map(|(id, _)| {
        let options = RemoveContainerOptionsBuilder::default()
            .force(true)
            .v(true)
            .build();
        docker.remove_container(id, Some(options))
    });
    for removed in futures_util::future::join_all(removals).await {
        match removed.map_err(Hindrance::of) {
            // Somebody else is removing it: what it uses is waited for below.
            Ok(()) | Err(Hindrance::Gone | Hindrance::InUse(_)) => {}
            Err(Hindrance::Other(error)) => {
                return Err(DockerError::refused("remove a container")(error));
            }
        }
    }
    for (id, _) in &found.networks {
        until_gone("remove a network", || docker.remove_network(id)).await?;
    }
    for (name, _) in &found.volumes {
        let options = RemoveVolumeOptionsBuilder::default().force(true).build();
        let remove = || docker.remove_volume(name, Some(options.clone()));
        until_gone("remove a volume", remove).await?;
    }
    Ok(Swept {
        containers: found.containers.len(),
        networks: found.networks.len(),
        volumes: found.volumes.len(),
        alive: 0,
    })
}

/// Why something cannot be removed.
enum Hindrance {
    /// It is gone already.
    Gone,
    /// Somebody uses it, or is about to remove it.
    InUse(Error),
    /// Anything else.
    Other(Error),
}

impl Hindrance {
    fn of(error: Error) -> Self {
        match error {
            Error::DockerResponseServerError { status_code, .. } => match status_code {
                404 => Hindrance::Gone,
                403 | 409 => Hindrance::InUse(error),
                _ => Hindrance::Other(error),
            },
            error => Hindrance::Other(error),
        }
    }
}

/// Removes something as soon as nobody uses it any more. The engine tells of no such moment, so it
/// is asked again and again.
async fn until_gone<F: Future<Output = Result<(), Error>>>(
    what: &str,
    remove: impl Fn() -> F,
) -> Result<(), DockerError> {
    let deadline = Instant::now() + TO_BE_FREE;
    loop {
        match remove().await.map_err(Hindrance::of) {
            Ok(()) | Err(Hindrance::Gone) => return Ok(()),
            Err(Hindrance::InUse(_)) if Instant::now() < deadline => sleep(AGAIN).await,
            Err(Hindrance::InUse(error) | Hindrance::Other(error)) => {
                return Err(DockerError::refused(what)(error));
            }
        }
    }
}
