//! The connection to the container engine, shared by all labs of this process.

use std::sync::Arc;
use std::time::Duration;

use testcontainers::bollard::Docker;
use testcontainers::core::client::docker_client_instance;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::time::timeout;

use super::error::DockerError;

/// How long an engine may take to say that it is there.
const TO_ANSWER: Duration = Duration::from_secs(5);

/// A container engine that answers, found as Docker's own tools find it (`DOCKER_HOST`, or the
/// usual socket), and the runtime in which it is spoken with.
#[derive(Clone, Debug)]
pub struct Engine {
    runtime: Arc<Runtime>,
    docker: Docker,
}

/// What an engine is, and what it runs on, with their versions: as the engine tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// The engine.
    pub engine: String,
    /// The kernel.
    pub kernel: String,
}

impl Engine {
    /// Connects, and asks whether somebody is there.
    ///
    /// # Errors
    ///
    /// [`DockerError::NoEngine`] if nobody answers within five seconds.
    pub fn connect() -> Result<Engine, DockerError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| DockerError::Local {
                what: "the runtime of the lab could not be made".to_owned(),
                why: error.to_string(),
            })?;
        let docker = runtime.block_on(async {
            match timeout(TO_ANSWER, connect()).await {
                Ok(answer) => answer,
                Err(_) => Err(no_engine("it took longer than five seconds")),
            }
        })?;
        let runtime = Arc::new(runtime);
        Ok(Engine { runtime, docker })
    }

    /// What it is, and what it runs on.
    ///
    /// # Errors
    ///
    /// [`DockerError::Refused`].
    pub fn machine(&self) -> Result<Machine, DockerError> {
        let version = self.wait(self.docker.version());
        let version = version.map_err(DockerError::refused("ask for its version"))?;
        let platform = version.platform.map(|platform| platform.name);
        let platform = platform.filter(|name| !name.is_empty());
        let known = |words: [Option<String>; 2]| words.into_iter().flatten().collect::<Vec<_>>();
        Ok(Machine {
            engine: known([platform, version.version]).join(" "),
            kernel: known([version.os, version.kernel_version]).join(" "),
        })
    }

    /// The engine's API.
    pub(super) fn docker(&self) -> &Docker {
        &self.docker
    }

    /// Waits for something that is asked of the engine.
    pub(super) fn wait<T>(&self, asked: impl Future<Output = T>) -> T {
        self.runtime.block_on(asked)
    }

    /// Where something goes on beside whatever else happens.
    pub(super) fn runtime(&self) -> &Handle {
        self.runtime.handle()
    }
}

async fn connect() -> Result<Docker, DockerError> {
    let docker = docker_client_instance().await.map_err(no_engine)?;
    let docker = docker.negotiate_version().await.map_err(no_engine)?;
    docker.ping().await.map_err(no_engine)?;
    Ok(docker)
}

fn no_engine(why: impl ToString) -> DockerError {
    let why = why.to_string();
    DockerError::NoEngine { why }
}
