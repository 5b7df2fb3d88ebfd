//! What containers log, kept beside the journal: it is for people, no verdict depends on it.

use std::path::Path;
use std::{fs, io};

use futures_util::StreamExt as _;
use testcontainers::bollard::query_parameters::{ListContainersOptionsBuilder, LogsOptionsBuilder};

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
    let docker = engine.docker();
    let options = ListContainersOptionsBuilder::default()
        .all(true)
        .filters(&lab.filter())
        .build();
    let containers = docker.list_containers(Some(options)).await;
    for container in containers.map_err(DockerError::refused("list containers"))? {
        let name = container.names.unwrap_or_default().concat();
        let name = name.trim_start_matches('/');
        let name = name.strip_prefix(&format!("{lab}-")).unwrap_or(name);
        let path = directory.join(format!("{name}.log"));
        let id = container.id.unwrap_or_default();
        let written = write(engine, &id, &path).await;
        written.map_err(|error| DockerError::Local {
            what: format!("{} could not be written", path.display()),
            why: error.to_string(),
        })?;
    }
    Ok(())
}

async fn write(engine: &Engine, id: &str, path: &Path) -> io::Result<()> {
    let options = LogsOptionsBuilder::default()
        .stdout(true)
        .stderr(true)
        .timestamps(true)
        .build();
    let mut log = engine.docker().logs(id, Some(options));
    let mut text = Vec::new();
    while let Some(piece) = log.next().await {
        text.extend_from_slice(piece.map_err(io::Error::other)?.as_ref());
    }
    fs::write(path, text)
}
