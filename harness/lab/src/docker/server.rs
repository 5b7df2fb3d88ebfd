//! A server's containers: killed, frozen and started anew together, as faults want it.

use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use model::host::HostName;
use target::Revealed;
use testcontainers::bollard::errors::Error;
use testcontainers::bollard::query_parameters::KillContainerOptionsBuilder;
use testcontainers::core::Mount;
use testcontainers::runners::AsyncRunner as _;
use testcontainers::{
    ContainerAsync, CopyTargetOptions, GenericImage, ImageExt as _, TestcontainersError,
};
use tokio::time::{Instant, sleep};

use super::engine::Engine;
use super::error::{DockerError, refused};
use super::exec;
use super::labels::LabId;
use super::spec::{Ready, Workload};
use crate::remote::ProcessId;
use crate::run_here::CommandEnd;

/// How often a process is asked to stop.
const FREEZE_ATTEMPTS: usize = 5;

/// How long after a container was found not to be ready it is asked again.
const READY_EVERY: Duration = Duration::from_millis(250);

/// How long one question whether it is ready may take.
const READY_TIMEOUT: Duration = Duration::from_secs(10);

/// A pool or a database, in its host's network namespace.
pub(super) struct Server {
    process: ProcessId,
    containers: Vec<Container>,
}

/// One of its containers.
struct Container {
    name: Option<String>,
    container: ContainerAsync<GenericImage>,
    ready: Option<Ready>,
}

impl Server {
    /// Starts `workloads`, one after the other, in the network namespace of the container `holder`.
    pub(super) async fn start(
        engine: &Engine,
        lab: &LabId,
        host: HostName,
        workloads: Vec<Workload>,
        holder: &str,
    ) -> Result<Server, DockerError> {
        let process = ProcessId::workload(host);
        let mut containers = Vec::new();
        for workload in workloads {
            let container = Container::start(lab, process, workload, holder).await?;
            container.await_ready(engine, process).await?;
            containers.push(container);
        }
        Ok(Server {
            process,
            containers,
        })
    }

    /// Its processes die at once: SIGKILL. One that has ended by itself is as dead.
    pub(super) async fn kill(&self, engine: &Engine) -> Result<(), DockerError> {
        let kill = self.containers.iter().map(|container| async {
            let options = KillContainerOptionsBuilder::default()
                .signal("SIGKILL")
                .build();
            let killed = engine
                .docker()
                .kill_container(container.id(), Some(options));
            match killed.await {
                Err(Error::DockerResponseServerError {
                    status_code: 409, ..
                }) => Ok(()),
                killed => killed.map_err(refused("kill", self.process)),
            }
        });
        try_join_all(kill).await.map(drop)
    }

    /// Its processes are started anew, with the files that they left.
    pub(super) async fn restart(&self, engine: &Engine) -> Result<(), DockerError> {
        for container in &self.containers {
            self.asked("start anew", container.container.start().await)?;
            container.await_ready(engine, self.process).await?;
        }
        Ok(())
    }

    /// Its processes are stopped. A kernel under load may not have stopped them in the time that the
    /// engine gives it, and the engine then lets them go on: it is asked again.
    pub(super) async fn freeze(&self) -> Result<(), DockerError> {
        let freeze = self
            .containers
            .iter()
            .map(|Container { container, .. }| async {
                for _ in 1..FREEZE_ATTEMPTS {
                    if container.pause().await.is_ok() {
                        return Ok(());
                    }
                }
                self.asked("freeze", container.pause().await)
            });
        try_join_all(freeze).await.map(drop)
    }

    /// Its processes go on.
    pub(super) async fn thaw(&self) -> Result<(), DockerError> {
        let thaw = self.containers.iter();
        let thaw =
            thaw.map(async |container| self.asked("thaw", container.container.unpause().await));
        try_join_all(thaw).await.map(drop)
    }

    /// Removes the containers, whatever state they are in.
    pub(super) async fn remove(self) {
        let remove = self.containers.into_iter();
        // What is not removed here is removed with all else that carries the lab's label.
        let remove = remove.map(async |container| drop(container.container.rm().await));
        join_all(remove).await;
    }

    /// The id of the container of this name; of the first, if no name is given.
    pub(super) fn container(&self, name: Option<&str>) -> Option<&str> {
        let mut containers = self.containers.iter();
        let is_meant = |container: &&Container| match name {
            None => true,
            Some(_) => container.name.as_deref() == name,
        };
        containers.find(is_meant).map(Container::id)
    }

    fn asked(
        &self,
        verb: &str,
        answer: Result<(), TestcontainersError>,
    ) -> Result<(), DockerError> {
        answer.map_err(refused(verb, self.process))
    }
}

impl Container {
    async fn start(
        lab: &LabId,
        process: ProcessId,
        workload: Workload,
        holder: &str,
    ) -> Result<Container, DockerError> {
        let namespace = format!("container:{holder}");
        let suffix = workload.name.as_ref();
        let suffix = suffix.map_or_else(String::new, |name| format!("-{name}"));
        let (memory, nano_cpus) = (workload.memory, workload.nano_cpus);
        let mut request = GenericImage::new(workload.image.name(), workload.image.tag())
            .with_container_name(format!("{}{suffix}", lab.container(process)))
            .with_labels(lab.container_labels(process.role))
            .with_host_config_modifier(move |config| {
                // `with_network` would make a network of this very name.
                config.network_mode = Some(namespace.clone());
                config.publish_all_ports = Some(false);
                config.memory = memory.and_then(|bytes| i64::try_from(bytes).ok());
                config.nano_cpus = nano_cpus.and_then(|cpus| i64::try_from(cpus).ok());
            });
        if !workload.command.is_empty() {
            request = request.with_cmd(workload.command);
        }
        for (name, value) in workload.environment {
            request = request.with_env_var(name, value);
        }
        for file in workload.files {
            let target = CopyTargetOptions::new(file.path).with_mode(file.mode);
            request = request.with_copy_to(target, file.content);
        }
        for directory in workload.volumes {
            let volume = lab.volume(process.host, &directory);
            request = request.with_mount(Mount::volume_mount(volume, directory));
        }
        for capability in workload.capabilities {
            request = request.with_cap_add(capability);
        }
        let container = request.start().await.map_err(refused("start", process))?;
        Ok(Container {
            name: workload.name,
            container,
            ready: workload.ready,
        })
    }

    fn id(&self) -> &str {
        self.container.id()
    }

    /// Waits until it says that it is ready, if it says so at all.
    async fn await_ready(&self, engine: &Engine, process: ProcessId) -> Result<(), DockerError> {
        let Some(Ready { run, within }) = &self.ready else {
            return Ok(());
        };
        let command = Revealed {
            arguments: run.clone(),
            environment: Default::default(),
            stdin: String::new(),
        };
        let not_ready = |why: String| DockerError::NotReady {
            host: process.host,
            container: self.name.clone().unwrap_or_default(),
            why,
        };
        let deadline = Instant::now() + *within;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let end = exec::run(engine, self.id(), &command, READY_TIMEOUT.min(left)).await;
            let why = match end {
                Ok(CommandEnd { code: 0, .. }) => return Ok(()),
                // Its arguments may contain a secret.
                Ok(CommandEnd { code, .. }) => {
                    let program = run.first().map_or("", String::as_str);
                    format!("`{program}` exits with {code}")
                }
                Err(why) => why,
            };
            if let Ok(Some(code)) = self.container.exit_code().await {
                return Err(not_ready(format!(
                    "it has ended by itself, with exit code {code}"
                )));
            }
            if Instant::now() >= deadline {
                let seconds = within.as_secs_f64();
                return Err(not_ready(format!("within {seconds} s: {why}")));
            }
            sleep(READY_EVERY).await;
        }
    }
}
