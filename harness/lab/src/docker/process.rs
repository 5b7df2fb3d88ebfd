//! A container that the harness speaks with: a holder, or the actors.
//!
//! Its standard input and output are attached before it starts, so that not a line is missed.
//! Whatever it says is read at once and queued without bound here: a pipe that nobody reads would
//! freeze it.

use std::collections::HashMap;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Instant;

use bytes::Bytes;
use futures_util::StreamExt as _;
use model::topology::Host;
use testcontainers::bollard::body_full;
use testcontainers::bollard::container::{AttachContainerResults, LogOutput};
use testcontainers::bollard::models::ContainerCreateBody;
use testcontainers::bollard::query_parameters::{
    AttachContainerOptionsBuilder, CreateContainerOptionsBuilder, UploadToContainerOptionsBuilder,
};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{MissedTickBehavior, interval};

use super::archive::{File, archive};
use super::engine::Engine;
use super::error::{DockerError, Role};
use crate::control::{HEARTBEAT_EVERY, Order, Reader, Stamped, Writer};

/// Where a process finds its configuration.
pub(super) const CONFIG: &str = "config.json";

/// Which process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Whose {
    pub(super) host: Host,
    pub(super) role: Role,
}

/// What comes from a process.
#[derive(Debug)]
pub(super) enum News {
    /// It reported something.
    Report {
        whose: Whose,
        arrived: Instant,
        stamped: Stamped,
    },
    /// Nothing more will come.
    Ended { whose: Whose, why: String },
}

/// How a container is made that runs a process.
#[derive(Debug)]
pub(super) struct Recipe {
    pub(super) whose: Whose,
    pub(super) name: String,
    pub(super) labels: HashMap<String, String>,
    pub(super) config: Vec<u8>,
    /// Image, command, network: all else.
    pub(super) body: ContainerCreateBody,
}

/// A process that runs. Dropped, it gets no heartbeat any more.
#[derive(Debug)]
pub(super) struct Process {
    whose: Whose,
    id: String,
    orders: Arc<Mutex<Orders>>,
}

/// Orders on their way: numbered and queued at once, so that they leave in the order of their
/// numbers.
#[derive(Debug)]
struct Orders {
    writer: Writer,
    lines: UnboundedSender<String>,
}

impl Process {
    /// Makes the container, attaches to it, and starts it. What it says goes to `news`.
    pub(super) async fn start(
        engine: &Engine,
        recipe: Recipe,
        news: Sender<News>,
    ) -> Result<Process, DockerError> {
        let (docker, whose) = (engine.docker(), recipe.whose);
        let options = CreateContainerOptionsBuilder::default()
            .name(&recipe.name)
            .build();
        let body = ContainerCreateBody {
            labels: Some(recipe.labels),
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            open_stdin: Some(true),
            ..recipe.body
        };
        let made = docker.create_container(Some(options), body).await;
        let id = made.map_err(whose.refused("make"))?.id;
        configure(engine, whose, &id, &recipe.config).await?;
        let options = AttachContainerOptionsBuilder::default()
            .stream(true)
            .stdin(true)
            .stdout(true)
            .build();
        let attached = docker.attach_container(&id, Some(options)).await;
        let attached = attached.map_err(whose.refused("attach to"))?;
        let started = docker.start_container(&id, None).await;
        started.map_err(whose.refused("start"))?;
        Ok(Process::attend(engine, whose, id, attached, news))
    }

    /// Which one it is.
    pub(super) const fn whose(&self) -> Whose {
        self.whose
    }

    /// Its container.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Sends an order, and gives its number.
    ///
    /// # Errors
    ///
    /// [`DockerError::Process`] if it hears no more.
    pub(super) fn tell(&self, order: &Order) -> Result<u64, DockerError> {
        lock(&self.orders).send(order).map_err(|why| {
            let Whose { host, role } = self.whose;
            DockerError::Process { role, host, why }
        })
    }

    fn attend(
        engine: &Engine,
        whose: Whose,
        id: String,
        attached: AttachContainerResults,
        news: Sender<News>,
    ) -> Process {
        let (lines, queue) = unbounded_channel();
        let writer = Writer::default();
        let orders = Arc::new(Mutex::new(Orders { writer, lines }));
        engine.spawn(write(attached.input, queue));
        engine.spawn(beat(Arc::downgrade(&orders)));
        engine.spawn(async move {
            let why = read(whose, attached.output, &news).await;
            // Nobody listens any more only when the lab is gone.
            let _ = news.send(News::Ended { whose, why });
        });
        Process { whose, id, orders }
    }
}

impl Orders {
    fn send(&mut self, order: &Order) -> Result<u64, String> {
        let number = self.writer.next_number();
        let line = self.writer.line(order).map_err(|error| error.to_string())?;
        let sent = self.lines.send(line);
        sent.map_err(|_| "it takes no orders any more".to_owned())?;
        Ok(number)
    }
}

impl Whose {
    /// What an engine said when it was asked to do something with this container.
    pub(super) fn refused<E: std::fmt::Display>(
        self,
        verb: &str,
    ) -> impl FnOnce(E) -> DockerError + use<E> {
        DockerError::refused(format!("{verb} the {} of {}", self.role, self.host.word()))
    }
}

/// Puts the process's configuration where it looks for it.
async fn configure(
    engine: &Engine,
    whose: Whose,
    id: &str,
    config: &[u8],
) -> Result<(), DockerError> {
    let file = File {
        path: CONFIG,
        mode: 0o600,
        content: config,
    };
    let packed = archive(&[file]).await.map_err(whose.refused("configure"))?;
    let options = UploadToContainerOptionsBuilder::default().path("/").build();
    let body = body_full(Bytes::from(packed));
    let uploaded = engine.docker().upload_to_container(id, Some(options), body);
    uploaded.await.map_err(whose.refused("configure"))
}

/// Writes lines until there are no more, or nobody takes them.
async fn write(
    mut input: std::pin::Pin<Box<dyn AsyncWrite + Send>>,
    mut queue: UnboundedReceiver<String>,
) {
    while let Some(line) = queue.recv().await {
        let written = input.write_all(line.as_bytes()).await;
        if written.is_err() || input.flush().await.is_err() {
            return;
        }
    }
}

/// Sends heartbeats for as long as the process is wanted.
async fn beat(orders: Weak<Mutex<Orders>>) {
    let mut beats = interval(HEARTBEAT_EVERY);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beats.tick().await;
        let Some(orders) = orders.upgrade() else {
            return;
        };
        if lock(&orders).send(&Order::Heartbeat).is_err() {
            return;
        }
    }
}

/// Reads what the process says, and gives the reason why it says no more.
async fn read(
    whose: Whose,
    mut output: impl futures_util::Stream<
        Item = Result<LogOutput, testcontainers::bollard::errors::Error>,
    > + Unpin,
    news: &Sender<News>,
) -> String {
    let mut reader = Reader::default();
    let mut said = Vec::new();
    while let Some(piece) = output.next().await {
        let arrived = Instant::now();
        match piece {
            Ok(LogOutput::StdOut { message }) => said.extend_from_slice(&message),
            Ok(_) => continue,
            Err(error) => return error.to_string(),
        }
        while let Some(end) = said.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = said.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            let stamped = match reader.read::<Stamped>(line.trim_end()) {
                Ok((_, stamped)) => stamped,
                Err(error) => return error.to_string(),
            };
            let report = News::Report {
                whose,
                arrived,
                stamped,
            };
            if news.send(report).is_err() {
                return "nobody listens".to_owned();
            }
        }
    }
    "it has exited".to_owned()
}

/// A panic elsewhere leaves orders as they were.
fn lock(orders: &Mutex<Orders>) -> std::sync::MutexGuard<'_, Orders> {
    orders.lock().unwrap_or_else(PoisonError::into_inner)
}
