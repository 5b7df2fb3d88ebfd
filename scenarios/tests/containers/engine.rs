//! The engine, asked directly: what it has that carries a drill's label.

use std::collections::HashMap;

use bollard::Docker;
use bollard::query_parameters::{
    ListContainersOptionsBuilder, ListNetworksOptionsBuilder, ListVolumesOptionsBuilder,
};
use tokio::runtime::Runtime;

/// The label of whatever drills make, and that of the process that made it.
const RUN: &str = "org.rgdrill.run";
const OWNER: &str = "org.rgdrill.owner";

/// What one process has on the engine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Possessions {
    /// Containers that run.
    pub(crate) running: usize,
    /// Containers in whatever state.
    pub(crate) containers: usize,
    pub(crate) networks: usize,
    pub(crate) volumes: usize,
}

/// What the process of this number has on the engine.
pub(crate) fn possessions(process: u32) -> Possessions {
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let docker = Docker::connect_with_defaults().unwrap();
        let filters: HashMap<String, Vec<String>> =
            [("label".to_owned(), vec![RUN.to_owned()])].into();
        let is_its = |labels: &Option<HashMap<String, String>>| {
            let owner = labels.as_ref().and_then(|labels| labels.get(OWNER));
            owner.is_some_and(|owner| owner.contains(&format!("/{process}/")))
        };
        let options = ListContainersOptionsBuilder::default()
            .all(true)
            .filters(&filters)
            .build();
        let mut containers = docker.list_containers(Some(options)).await.unwrap();
        containers.retain(|container| is_its(&container.labels));
        let options = ListNetworksOptionsBuilder::default()
            .filters(&filters)
            .build();
        let mut networks = docker.list_networks(Some(options)).await.unwrap();
        networks.retain(|network| is_its(&network.labels));
        let options = ListVolumesOptionsBuilder::default()
            .filters(&filters)
            .build();
        let volumes = docker.list_volumes(Some(options)).await.unwrap().volumes;
        let mut volumes = volumes.unwrap_or_default();
        volumes.retain(|volume| is_its(&Some(volume.labels.clone())));
        let status = |container: &&bollard::models::ContainerSummary| {
            let status = container.status.as_deref().unwrap_or_default();
            status.starts_with("Up")
        };
        Possessions {
            running: containers.iter().filter(status).count(),
            containers: containers.len(),
            networks: networks.len(),
            volumes: volumes.len(),
        }
    })
}
