//! A container that the harness speaks with: a holder, or the actors.
//!
//! Its standard input and output are attached before it starts, so that not a line is missed.

use std::collections::HashMap;
use std::sync::mpsc::Sender;

use bollard::body_full;
use bollard::container::LogOutput;
use bollard::errors::Error;
use bollard::models::ContainerCreateBody;
use bollard::query_parameters::{
    AttachContainerOptionsBuilder, CreateContainerOptionsBuilder, UploadToContainerOptionsBuilder,
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, future};

use super::archive::{File, archive};
use super::engine::Engine;
use super::error::DockerError;
use crate::LabError;
use crate::control::Order;
use crate::remote::{Channel, Opened, ProcessEvent, ProcessId, Teller};

/// Where a process finds its configuration.
pub(super) const CONFIG: &str = "config.json";

/// How a container is made that runs a process.
#[derive(Debug)]
pub(super) struct ContainerSpec {
    pub(super) process: ProcessId,
    pub(super) name: String,
    pub(super) labels: HashMap<String, String>,
    pub(super) config: Vec<u8>,
    /// Image, command, network: all else.
    pub(super) body: ContainerCreateBody,
}

/// A process that runs in a container. Dropped, it gets no heartbeat any more.
#[derive(Debug)]
pub(super) struct Process {
    id: String,
    channel: Channel,
}

impl Process {
    /// Makes the container, attaches to it, and starts it. What it says goes to `events`.
    pub(super) async fn start(
        engine: &Engine,
        spec: ContainerSpec,
        events: Sender<ProcessEvent>,
    ) -> Result<Process, DockerError> {
        let (docker, process) = (engine.docker(), spec.process);
        let options = CreateContainerOptionsBuilder::default()
            .name(&spec.name)
            .build();
        let body = ContainerCreateBody {
            labels: Some(spec.labels),
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            open_stdin: Some(true),
            ..spec.body
        };
        let made = docker.create_container(Some(options), body);
        let made = engine.ask(format!("make the {process}"), made).await?;
        let id = made.id;
        let options = AttachContainerOptionsBuilder::default()
            .stream(true)
            .stdin(true)
            .stdout(true)
            .build();
        let attached = docker.attach_container(&id, Some(options));
        let attached = engine
            .ask(format!("attach to the {process}"), attached)
            .await?;
        // Attached first: Podman mounts a container for either, and may take away what it mounted for an upload
        // while it attaches.
        let config = File {
            path: CONFIG,
            mode: 0o600,
            content: &spec.config,
        };
        upload(engine, process, &id, &[config]).await?;
        let started = docker.start_container(&id, None);
        engine.ask(format!("start the {process}"), started).await?;
        let opened = Opened {
            input: attached.input,
            output: standard_output(attached.output),
        };
        let channel = Channel::open(engine.runtime(), process, opened, events);
        Ok(Process { id, channel })
    }

    /// Its container.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// What sends orders to it from elsewhere.
    pub(super) fn teller(&self) -> Teller {
        self.channel.teller()
    }

    /// Sends an order, and gives its number.
    pub(super) fn tell(&self, order: &Order) -> Result<u64, LabError> {
        self.channel.tell(order)
    }
}

/// What is written to standard output, of all that is written.
fn standard_output(
    output: impl Stream<Item = Result<LogOutput, Error>> + Send + Unpin + 'static,
) -> impl Stream<Item = Result<Bytes, Error>> + Send + Unpin + 'static {
    output.filter_map(|piece| {
        future::ready(match piece {
            Ok(LogOutput::StdOut { message }) => Some(Ok(message)),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        })
    })
}

/// Puts files into a container that has been made, and not started.
pub(super) async fn upload(
    engine: &Engine,
    process: ProcessId,
    id: &str,
    files: &[File<'_>],
) -> Result<(), DockerError> {
    if files.is_empty() {
        return Ok(());
    }
    let packed = archive(files).await.map_err(|error| DockerError::Local {
        what: format!("the files of the {process} could not be packed"),
        why: error.to_string(),
    })?;
    let options = UploadToContainerOptionsBuilder::default().path("/").build();
    let body = body_full(Bytes::from(packed));
    let uploaded = engine.docker().upload_to_container(id, Some(options), body);
    let what = format!("give the {process} its files");
    engine.ask(what, uploaded).await
}
