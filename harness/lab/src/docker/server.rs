//! A server's containers: killed, frozen and started anew together, as faults want it.

use std::mem::ManuallyDrop;
use std::time::Duration;

use bollard::models::{ContainerState, ContainerStateStatusEnum as Status};
use bollard::query_parameters::{InspectContainerOptions, KillContainerOptionsBuilder};
use futures_util::future::join_all;
use model::host::HostName;
use target::{Revealed, Secrets};
use testcontainers::core::Mount;
use testcontainers::runners::AsyncRunner as _;
use testcontainers::{CopyTargetOptions, GenericImage, ImageExt as _};
use tokio::time::{Instant, sleep};

use super::engine::Engine;
use super::error::{ContainerFault, ContainerPart, DockerError};
use super::exec::{self, NoEnd};
use super::labels::LabId;
use super::logs::last_words;
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
    /// What must not be told of what its containers log.
    secrets: Secrets,
}

/// One of its containers.
struct Container {
    id: String,
    name: Option<String>,
    ready: Option<Ready>,
}

impl Server {
    /// Starts `workloads`, one after the other, in the network namespace of the container `holder`.
    pub(super) async fn start(
        engine: &Engine,
        lab: &LabId,
        host: HostName,
        (workloads, secrets): (Vec<Workload>, &Secrets),
        holder: &str,
    ) -> Result<Server, DockerError> {
        let process = ProcessId::workload(host);
        let mut containers = Vec::new();
        for workload in workloads {
            let container = Container::start(engine, lab, process, workload, holder).await?;
            container.await_ready(engine, process, secrets).await?;
            containers.push(container);
        }
        Ok(Server {
            process,
            containers,
            secrets: secrets.clone(),
        })
    }

    /// Its processes die at once: SIGKILL. One that has ended by itself is as dead.
    pub(super) async fn kill(&self, engine: &Engine) -> Result<(), DockerError> {
        let options = KillContainerOptionsBuilder::default()
            .signal("SIGKILL")
            .build();
        self.each(async |container| {
            let options = Some(options.clone());
            let killed = engine.docker().kill_container(&container.id, options);
            match engine.ask(self.to("kill"), killed).await {
                Err(error) if error.status() == Some(409) => Ok(()),
                killed => killed,
            }
        })
        .await
    }

    /// Its processes are started anew, with the files that they left.
    pub(super) async fn restart(&self, engine: &Engine) -> Result<(), DockerError> {
        for container in &self.containers {
            let started = engine.docker().start_container(&container.id, None);
            match engine.ask(self.to("start anew"), started).await {
                // It runs: it had not been killed.
                Err(error) if error.status() == Some(304) => {}
                started => started?,
            }
            let ready = container.await_ready(engine, self.process, &self.secrets);
            ready.await?;
        }
        Ok(())
    }

    /// Its processes are stopped. A kernel under load may not have stopped them in the time that the
    /// engine gives it, and the engine then lets them go on: it is asked again.
    pub(super) async fn freeze(&self, engine: &Engine) -> Result<(), DockerError> {
        self.each(async |container| {
            let pause = || {
                let paused = engine.docker().pause_container(&container.id);
                engine.ask(self.to("freeze"), paused)
            };
            for _ in 1..FREEZE_ATTEMPTS {
                match pause().await {
                    Err(error) if error.status().is_some() => {}
                    paused => return paused,
                }
            }
            pause().await
        })
        .await
    }

    /// Its processes go on. Those that were not stopped do so anyway.
    pub(super) async fn thaw(&self, engine: &Engine) -> Result<(), DockerError> {
        self.each(async |container| {
            let unpaused = engine.docker().unpause_container(&container.id);
            match engine.ask(self.to("thaw"), unpaused).await {
                Err(error) if error.status().is_some() && !container.is_paused(engine).await? => {
                    Ok(())
                }
                unpaused => unpaused,
            }
        })
        .await
    }

    /// The id of the container of this name; of the first, if no name is given.
    pub(super) fn container(&self, name: Option<&str>) -> Option<&str> {
        let mut containers = self.containers.iter();
        let is_meant = |container: &&Container| match name {
            None => true,
            Some(_) => container.name.as_deref() == name,
        };
        containers
            .find(is_meant)
            .map(|container| container.id.as_str())
    }

    /// Does something to all of its containers at once.
    async fn each(
        &self,
        what: impl AsyncFn(&Container) -> Result<(), DockerError>,
    ) -> Result<(), DockerError> {
        let done = join_all(self.containers.iter().map(|container| what(container))).await;
        done.into_iter().collect()
    }

    /// What the engine is asked to do.
    fn to(&self, verb: &str) -> String {
        format!("{verb} the {}", self.process)
    }
}

impl Container {
    async fn start(
        engine: &Engine,
        lab: &LabId,
        process: ProcessId,
        workload: Workload,
        holder: &str,
    ) -> Result<Container, DockerError> {
        let Workload {
            name,
            image,
            command,
            environment,
            files,
            volumes,
            capabilities,
            memory,
            nano_cpus,
            ready,
        } = workload;
        let suffix = name.as_ref();
        let suffix = suffix.map_or_else(String::new, |name| format!("-{name}"));
        let namespace = format!("container:{holder}");
        let amount = |amount: u64| i64::try_from(amount).ok();
        let mut request = GenericImage::new(image.name(), image.tag())
            .with_container_name(format!("{}{suffix}", lab.container(process)))
            .with_labels(lab.container_labels(process.role))
            .with_host_config_modifier(move |config| {
                // `with_network` would make a network of this very name.
                config.network_mode = Some(namespace.clone());
                config.publish_all_ports = Some(false);
                config.memory = memory.and_then(amount);
                config.nano_cpus = nano_cpus.and_then(amount);
            });
        if !command.is_empty() {
            request = request.with_cmd(command);
        }
        for (name, value) in environment {
            request = request.with_env_var(name, value);
        }
        for file in files {
            let target = CopyTargetOptions::new(file.path).with_mode(file.mode);
            request = request.with_copy_to(target, file.content);
        }
        for directory in volumes {
            let volume = lab.volume(process.host, &directory);
            request = request.with_mount(Mount::volume_mount(volume, directory));
        }
        for capability in capabilities {
            request = request.with_cap_add(capability);
        }
        let started = engine.ask(format!("start the {process}"), request.start());
        match started.await {
            Ok(container) => Ok(Container {
                // The lab removes what carries its label, within its deadlines; dropped, it would be
                // removed without any.
                id: ManuallyDrop::new(container).id().to_owned(),
                name,
                ready,
            }),
            Err(error) => Err(match error.not_run() {
                Some(why) => DockerError::NotUp(ContainerFault {
                    host: process.host,
                    container: name.unwrap_or_default(),
                    part: ContainerPart::Command,
                    why: format!("cannot be started: {why}"),
                }),
                None => error,
            }),
        }
    }

    /// Waits until it says that it is ready, if it says so at all.
    async fn await_ready(
        &self,
        engine: &Engine,
        process: ProcessId,
        secrets: &Secrets,
    ) -> Result<(), DockerError> {
        let Some(Ready { run, within }) = &self.ready else {
            return Ok(());
        };
        let command = Revealed {
            arguments: run.clone(),
            environment: Default::default(),
            stdin: String::new(),
        };
        let program = run.first().map_or("", String::as_str);
        let deadline = Instant::now() + *within;
        let mut last = "it was not asked".to_owned();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let asked = exec::run(engine, &self.id, &command, READY_TIMEOUT.min(left));
            match engine.unless_cancelled(asked).await? {
                Ok(CommandEnd { code: 0, .. }) => return Ok(()),
                // Its arguments may contain a secret.
                Ok(CommandEnd { code, .. }) => last = format!("`{program}` exits with {code}"),
                Err(NoEnd::NotRun(why)) => {
                    let why = format!("cannot be asked whether it is ready: {why}");
                    return Err(self.fault(process, ContainerPart::Ready, why));
                }
                Err(NoEnd::Engine(error)) if error.is_of_engine() => return Err(error),
                // It was given less time than it is due.
                Err(NoEnd::Late(limit)) if limit < READY_TIMEOUT => {}
                Err(why) => last = why.to_string(),
            }
            if let Some(code) = self.exit_code(engine).await? {
                let log = last_words(engine, &self.id, secrets).await;
                let why = format!("has ended by itself, with exit code {code}{log}");
                return Err(self.fault(process, ContainerPart::Command, why));
            }
            if Instant::now() >= deadline {
                let seconds = within.as_secs_f64();
                let log = last_words(engine, &self.id, secrets).await;
                let why = format!("is not ready within {seconds} s: {last}{log}");
                return Err(self.fault(process, ContainerPart::Within, why));
            }
            engine.unless_cancelled(sleep(READY_EVERY)).await?;
        }
    }

    /// What it has exited with, if it has.
    async fn exit_code(&self, engine: &Engine) -> Result<Option<i64>, DockerError> {
        let state = self.state(engine).await?;
        let has_exited = state.status == Some(Status::EXITED);
        Ok(state.exit_code.filter(|_| has_exited))
    }

    async fn is_paused(&self, engine: &Engine) -> Result<bool, DockerError> {
        Ok(self.state(engine).await?.paused.unwrap_or_default())
    }

    async fn state(&self, engine: &Engine) -> Result<ContainerState, DockerError> {
        let options = None::<InspectContainerOptions>;
        let found = engine.docker().inspect_container(&self.id, options);
        let found = engine.ask("tell how a container is", found).await?;
        Ok(found.state.unwrap_or_default())
    }

    fn fault(&self, process: ProcessId, part: ContainerPart, why: String) -> DockerError {
        DockerError::NotUp(ContainerFault {
            host: process.host,
            container: self.name.clone().unwrap_or_default(),
            part,
            why,
        })
    }
}
