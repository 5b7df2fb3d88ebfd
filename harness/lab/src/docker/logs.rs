//! What containers log, kept beside the journal: it is for people, no verdict depends on it.

use std::path::Path;
use std::{fs, io};

use bollard::query_parameters::{ListContainersOptionsBuilder, LogsOptionsBuilder};
use futures_util::StreamExt as _;
use futures_util::future::join_all;

use super::engine::Engine;
use super::error::DockerError;
use super::labels::LabId;

/// Writes the logs of all containers of `lab` into `directory`, a file for each.
pub(super) async fn keep(
    engine: &Engine,
    lab: &LabId,
    directory: &Path,
) -> Result<(), DockerError> {
    fs::create_dir_all(directory).map_err(|error| DockerError::Local {
        what: format!("{} could not be made", directory.display()),
        why: error.to_string(),
    })?;
    let options = ListContainersOptionsBuilder::default()
        .all(true)
        .filters(&lab.filter())
        .build();
    let containers = engine.docker().list_containers(Some(options));
    let containers = engine.ask("list containers", containers).await?;
    let written = containers.into_iter().map(async |container| {
        let name = container.names.unwrap_or_default().concat();
        let name = name.trim_start_matches('/');
        let name = name.strip_prefix(&format!("{lab}-")).unwrap_or(name);
        let path = directory.join(format!("{name}.log"));
        let id = container.id.unwrap_or_default();
        let text = engine.ask("give a container's log", read(engine, &id));
        let text = text.await?;
        fs::write(&path, text).map_err(|error: io::Error| DockerError::Local {
            what: format!("{} could not be written", path.display()),
            why: error.to_string(),
        })
    });
    join_all(written).await.into_iter().collect()
}

async fn read(engine: &Engine, id: &str) -> Result<Vec<u8>, bollard::errors::Error> {
    let options = LogsOptionsBuilder::default()
        .stdout(true)
        .stderr(true)
        .timestamps(true)
        .build();
    let mut log = engine.docker().logs(id, Some(options));
    let mut text = Vec::new();
    while let Some(piece) = log.next().await {
        text.extend_from_slice(piece?.as_ref());
    }
    Ok(text)
}
