//! A server's container: killed, frozen and started anew as faults want it.

use model::host::HostName;
use testcontainers::bollard::query_parameters::KillContainerOptionsBuilder;
use testcontainers::core::Mount;
use testcontainers::runners::AsyncRunner as _;
use testcontainers::{ContainerAsync, GenericImage, ImageExt as _, TestcontainersError};

use super::engine::Engine;
use super::error::{DockerError, refused};
use super::labels::LabId;
use super::spec::Workload;
use crate::remote::ProcessId;

/// How often a process is asked to stop.
const FREEZE_ATTEMPTS: usize = 5;

/// A pool or a database, in its host's network namespace.
pub(super) struct Server {
    process: ProcessId,
    container: ContainerAsync<GenericImage>,
}

impl Server {
    /// Starts `workload` in the network namespace of the container `holder`.
    pub(super) async fn start(
        lab: &LabId,
        host: HostName,
        workload: Workload,
        holder: &str,
    ) -> Result<Server, DockerError> {
        let process = ProcessId::workload(host);
        let namespace = format!("container:{holder}");
        let (path, content) = workload.config;
        let mut request = GenericImage::new(workload.image.name(), workload.image.tag())
            .with_cmd(workload.command)
            .with_container_name(lab.container(process))
            .with_labels(lab.container_labels(process.role))
            .with_copy_to(path, content)
            .with_host_config_modifier(move |config| {
                // `with_network` would make a network of this very name.
                config.network_mode = Some(namespace.clone());
                config.publish_all_ports = Some(false);
            });
        if let Some(directory) = workload.volume {
            request = request.with_mount(Mount::volume_mount(lab.volume(host), directory));
        }
        let container = request.start().await.map_err(refused("start", process))?;
        Ok(Server { process, container })
    }

    /// The process dies at once: SIGKILL.
    pub(super) async fn kill(&self, engine: &Engine) -> Result<(), DockerError> {
        let options = KillContainerOptionsBuilder::default()
            .signal("SIGKILL")
            .build();
        let killed = engine
            .docker()
            .kill_container(self.container.id(), Some(options));
        killed.await.map_err(refused("kill", self.process))
    }

    /// The process is started anew, with the files that it left.
    pub(super) async fn restart(&self) -> Result<(), DockerError> {
        self.asked("start anew", self.container.start().await)
    }

    /// The process is stopped. A kernel under load may not have stopped it in the time that the
    /// engine gives it, and the engine then lets it go on: it is asked again.
    pub(super) async fn freeze(&self) -> Result<(), DockerError> {
        for _ in 1..FREEZE_ATTEMPTS {
            if self.container.pause().await.is_ok() {
                return Ok(());
            }
        }
        self.asked("freeze", self.container.pause().await)
    }

    /// The process goes on.
    pub(super) async fn thaw(&self) -> Result<(), DockerError> {
        self.asked("thaw", self.container.unpause().await)
    }

    /// Removes the container, whatever state it is in.
    pub(super) async fn remove(self) {
        // What is not removed here is removed with all else that carries the lab's label.
        let _ = self.container.rm().await;
    }

    fn asked(
        &self,
        verb: &str,
        answer: Result<(), TestcontainersError>,
    ) -> Result<(), DockerError> {
        answer.map_err(refused(verb, self.process))
    }
}
