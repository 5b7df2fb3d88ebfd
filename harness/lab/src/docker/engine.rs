//! The connection to the container engine, shared by all labs of this process.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bollard::Docker;
use bollard::errors::Error;
use model::environment;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::address::{Change, EngineAddress, Surroundings};
use super::error::DockerError;
use super::progress::Progress;
use super::sweep::Leftover;

/// How long an engine may take.
#[derive(Clone, Copy, Debug)]
struct Deadlines {
    /// To say that it is there.
    to_connect: Duration,
    /// To answer, whatever it is asked.
    to_answer: Duration,
    /// To say that it is there still, to whoever does not want to wait for it.
    to_stir: Duration,
}

const DEADLINES: Deadlines = Deadlines {
    to_connect: Duration::from_secs(10),
    to_answer: Duration::from_secs(15),
    to_stir: Duration::from_secs(4),
};

/// How long what the engine is doing is waited for once the drill is cancelled: what it makes
/// afterwards would be found by nobody.
const TO_FINISH: Duration = Duration::from_secs(2);

/// A container engine that answers, found as Docker's own client finds it, and the runtime in which
/// it is spoken with.
///
/// No call takes longer than 15 s without progress. Once one has, the engine counts as silent: it is asked no more,
/// but for once, and briefly, when something is to be removed.
#[derive(Clone, Debug)]
pub struct Engine {
    runtime: Arc<Runtime>,
    docker: Docker,
    address: Arc<EngineAddress>,
    deadlines: Deadlines,
    /// Whether somebody waited for it in vain.
    silent: Arc<AtomicBool>,
    left: Arc<Mutex<Vec<Leftover>>>,
    cancelled: CancellationToken,
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
    /// Connects, and asks whether somebody is there. Once `cancelled`, the engine is asked nothing
    /// more but to remove.
    ///
    /// # Errors
    ///
    /// [`DockerError::NoEngine`] if nobody answers within ten seconds.
    pub fn connect(cancelled: &CancellationToken) -> Result<Engine, DockerError> {
        let surroundings = Surroundings {
            variable: &environment::variable,
        };
        let address = surroundings.address().map_err(DockerError::Address)?;
        Engine::at(address, DEADLINES, cancelled)
    }

    /// The variables of the environment that would have to be otherwise, or not there, for testcontainers, which
    /// starts the servers, to find the engine where Docker's own client does. A process cannot change its own:
    /// it is started anew with them.
    ///
    /// # Errors
    ///
    /// [`DockerError::Address`].
    pub fn variables_to_change() -> Result<Vec<Change>, DockerError> {
        let surroundings = Surroundings {
            variable: &|name| std::env::var(name).ok(),
        };
        let address = Surroundings {
            variable: &environment::variable,
        };
        let address = address.address().map_err(DockerError::Address)?;
        Ok(surroundings.to_change(&address))
    }

    fn at(
        address: EngineAddress,
        deadlines: Deadlines,
        cancelled: &CancellationToken,
    ) -> Result<Engine, DockerError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| DockerError::Local {
                what: "the runtime of the lab could not be made".to_owned(),
                why: error.to_string(),
            })?;
        let connected = runtime.block_on(async {
            tokio::select! {
                biased;
                () = cancelled.cancelled() => Err(DockerError::Cancelled),
                answer = timeout(deadlines.to_connect, connect(&address)) => match answer {
                    Ok(answer) => answer.map_err(|error| DockerError::no_engine(&address, &error)),
                    Err(_) => Err(DockerError::Unanswered {
                        what: "say that it is there".to_owned(),
                        address: address.to_string(),
                        seconds: deadlines.to_connect.as_secs(),
                    }),
                }
            }
        });
        match connected {
            Ok(docker) => Ok(Engine {
                runtime: Arc::new(runtime),
                docker,
                address: Arc::new(address),
                deadlines,
                silent: Arc::default(),
                left: Arc::default(),
                cancelled: cancelled.clone(),
            }),
            Err(error) => {
                // A question that is still open must not be waited for.
                runtime.shutdown_background();
                Err(error)
            }
        }
    }

    /// The same engine, for something that is cancelled by itself.
    #[must_use]
    pub fn until(&self, cancelled: &CancellationToken) -> Engine {
        Engine {
            cancelled: cancelled.clone(),
            ..self.clone()
        }
    }

    /// The same engine, to be asked to remove: whatever was cancelled, and even if it was silent. In both cases
    /// nobody wants to wait for one that hangs: it must say first that it is there.
    ///
    /// # Errors
    ///
    /// [`DockerError::Unanswered`] if it does not within 4 s; [`DockerError::Gone`].
    pub(super) async fn for_removal(&self) -> Result<Engine, DockerError> {
        let engine = Engine {
            silent: Arc::default(),
            cancelled: CancellationToken::new(),
            ..self.clone()
        };
        if self.cancelled.is_cancelled() || self.silent.load(Ordering::Relaxed) {
            let limit = self.deadlines.to_stir;
            let asked = engine.docker.ping();
            let what = "say that it is there still";
            engine.ask_until(limit, sleep(limit), what, asked).await?;
        }
        Ok(engine)
    }

    /// Nothing is heard any more of what it runs: it counts as silent.
    pub(super) fn is_not_heard(&self) {
        self.silent.store(true, Ordering::Relaxed);
    }

    /// The same engine, to be asked to remove what is in nobody's way: that it takes too long for that is
    /// no reason not to ask it anything else.
    pub(super) fn to_sweep(&self) -> Engine {
        Engine {
            silent: Arc::default(),
            ..self.clone()
        }
    }

    /// What it is, and what it runs on.
    ///
    /// # Errors
    ///
    /// [`DockerError`].
    pub fn machine(&self) -> Result<Machine, DockerError> {
        let version = self.wait(self.ask("tell its version", self.docker.version()))?;
        let platform = version.platform.map(|platform| platform.name);
        let platform = platform.filter(|name| !name.is_empty());
        let known = |words: [Option<String>; 2]| words.into_iter().flatten().collect::<Vec<_>>();
        Ok(Machine {
            engine: known([platform, version.version]).join(" "),
            kernel: known([version.os, version.kernel_version]).join(" "),
        })
    }

    /// What labs of this process have left on it. It is told once.
    pub fn take_left(&self) -> Vec<Leftover> {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *left)
    }

    /// Remembers what could not be removed.
    pub(super) fn keep_left(&self, left: Vec<Leftover>) {
        let mut all = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend(left);
    }

    /// The engine's API.
    pub(super) fn docker(&self) -> &Docker {
        &self.docker
    }

    /// Asks the engine to do something.
    ///
    /// # Errors
    ///
    /// [`DockerError::Unanswered`] after 15 s, and at once if that was so before;
    /// [`DockerError::Cancelled`]; whatever the engine says.
    pub(super) async fn ask<T, E: std::error::Error + 'static>(
        &self,
        what: impl Into<String>,
        asked: impl Future<Output = Result<T, E>>,
    ) -> Result<T, DockerError> {
        let limit = self.deadlines.to_answer;
        self.ask_until(limit, sleep(limit), what, asked).await
    }

    /// As [`ask`](Engine::ask), of something that may take as long as it likes, but not stand still.
    pub(super) async fn ask_with_progress<T>(
        &self,
        what: impl Into<String>,
        asked: impl Future<Output = Result<T, Error>>,
        progress: &Progress,
    ) -> Result<T, DockerError> {
        let limit = self.deadlines.to_answer;
        let late = progress.stalled(limit);
        self.ask_until(limit, late, what, asked).await
    }

    async fn ask_until<T, E: std::error::Error + 'static>(
        &self,
        limit: Duration,
        late: impl Future<Output = ()>,
        what: impl Into<String>,
        asked: impl Future<Output = Result<T, E>>,
    ) -> Result<T, DockerError> {
        if self.cancelled.is_cancelled() {
            return Err(DockerError::Cancelled);
        }
        let what = what.into();
        if self.silent.load(Ordering::Relaxed) {
            return Err(self.unanswered(what, limit));
        }
        let given_up = async {
            self.cancelled.cancelled().await;
            sleep(TO_FINISH).await;
        };
        tokio::select! {
            biased;
            answer = asked => {
                answer.map_err(|error| DockerError::of_call(what, &self.address, &error))
            }
            () = given_up => Err(DockerError::Cancelled),
            () = late => {
                self.silent.store(true, Ordering::Relaxed);
                Err(self.unanswered(what, limit))
            }
        }
    }

    fn unanswered(&self, what: String, limit: Duration) -> DockerError {
        DockerError::Unanswered {
            what,
            address: self.address.to_string(),
            seconds: limit.as_secs(),
        }
    }

    /// Waits for something that is no single call to the engine, and is given up at once when nobody
    /// wants it any more.
    pub(super) async fn unless_cancelled<T>(
        &self,
        awaited: impl Future<Output = T>,
    ) -> Result<T, DockerError> {
        tokio::select! {
            biased;
            () = self.cancelled.cancelled() => Err(DockerError::Cancelled),
            done = awaited => Ok(done),
        }
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

async fn connect(address: &EngineAddress) -> Result<Docker, Error> {
    let docker = address.client()?.negotiate_version().await?;
    docker.ping().await?;
    Ok(docker)
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::path::Path;
    use std::sync::atomic::AtomicUsize;
    use std::thread;

    use rstest::rstest;
    use tempfile::TempDir;

    use super::super::labels::LabId;
    use super::super::sweep::{Kind, remove_lab};
    use super::*;

    /// Short, so that nobody waits for what never comes; long enough for a machine that is busy.
    const SHORT: Deadlines = Deadlines {
        to_connect: Duration::from_secs(2),
        to_answer: Duration::from_millis(500),
        to_stir: Duration::from_millis(500),
    };

    /// An engine that answers so many requests, and then takes them without a word.
    struct Fake {
        directory: TempDir,
        asked: Arc<AtomicUsize>,
    }

    impl Fake {
        fn answering(requests: usize) -> Fake {
            let directory = tempfile::tempdir().unwrap();
            let listener = UnixListener::bind(directory.path().join("engine.sock")).unwrap();
            let asked = Arc::new(AtomicUsize::new(0));
            let count = Arc::clone(&asked);
            thread::spawn(move || {
                let mut unanswered = Vec::new();
                for stream in listener.incoming() {
                    let stream = stream.unwrap();
                    match count.fetch_add(1, Ordering::SeqCst) {
                        number if number < requests => answer(&stream),
                        _ => unanswered.push(stream),
                    }
                }
            });
            Fake { directory, asked }
        }

        fn connect(&self, cancelled: &CancellationToken) -> Result<Engine, DockerError> {
            self.connect_within(SHORT, cancelled)
        }

        fn connect_within(
            &self,
            deadlines: Deadlines,
            cancelled: &CancellationToken,
        ) -> Result<Engine, DockerError> {
            let socket = self.directory.path().join("engine.sock");
            Engine::at(address(&socket), deadlines, cancelled)
        }

        fn asked(&self) -> usize {
            self.asked.load(Ordering::SeqCst)
        }
    }

    fn address(socket: &Path) -> EngineAddress {
        let host = format!("unix://{}", socket.display());
        let variable = |name: &str| (name == "DOCKER_HOST").then(|| host.clone());
        let surroundings = Surroundings {
            variable: &variable,
        };
        surroundings.address().unwrap()
    }

    /// One connection, one request: what it is about is of no account.
    fn answer(mut stream: &UnixStream) {
        let mut lines = BufReader::new(stream).lines();
        while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
        let body = r#"{"ApiVersion":"1.41","Version":"20.10"}"#;
        let length = body.len();
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
        write!(stream, "{head}\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
    }

    #[test]
    fn an_engine_that_never_answers_is_not_waited_for() {
        let engine = Fake::answering(0);
        let error = engine.connect(&CancellationToken::new()).unwrap_err();
        assert!(matches!(error, DockerError::Unanswered { .. }), "{error}");
        assert!(error.to_string().contains("engine.sock"), "{error}");
    }

    #[test]
    fn an_engine_that_answers_no_more_is_asked_once_more_when_something_is_to_be_removed() {
        const TO_CONNECT: usize = 2;
        let fake = Fake::answering(TO_CONNECT + 1);
        let engine = fake.connect(&CancellationToken::new()).unwrap();
        assert_eq!(engine.machine().unwrap().engine, "20.10");
        for _ in 0..3 {
            let error = engine.machine().unwrap_err();
            assert!(matches!(error, DockerError::Unanswered { .. }), "{error}");
        }
        assert_eq!(fake.asked(), TO_CONNECT + 2);
        let left = engine.wait(remove_lab(&engine, &LabId::new("control"), None));
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].kind, Kind::Lab);
        assert_eq!(left[0].command(), "rgdrill clean");
        assert_eq!(fake.asked(), TO_CONNECT + 3);
    }

    #[test]
    fn whoever_is_interrupted_asks_nothing_more_but_to_remove() {
        let fake = Fake::answering(usize::MAX);
        let cancelled = CancellationToken::new();
        let engine = fake.connect(&cancelled).unwrap();
        cancelled.cancel();
        assert_eq!(engine.machine(), Err(DockerError::Cancelled));
        let asked = fake.asked();
        engine.wait(remove_lab(&engine, &LabId::new("control"), None));
        assert!(fake.asked() > asked);
    }

    /// Any other question would be waited for until tomorrow.
    #[rstest]
    #[case::is_interrupted(|_: &Engine, cancelled: &CancellationToken| cancelled.cancel())]
    #[case::hears_nothing(|engine: &Engine, _: &CancellationToken| engine.is_not_heard())]
    fn whoever_does_not_want_to_wait_asks_an_engine_that_hangs_one_short_question(
        #[case] happens: fn(&Engine, &CancellationToken),
    ) {
        const TO_CONNECT: usize = 2;
        let fake = Fake::answering(TO_CONNECT);
        let cancelled = CancellationToken::new();
        let patient = Deadlines {
            to_answer: Duration::from_secs(86_400),
            ..SHORT
        };
        let engine = fake.connect_within(patient, &cancelled).unwrap();
        happens(&engine, &cancelled);
        let left = engine.wait(remove_lab(&engine, &LabId::new("control"), None));
        assert_eq!(left[0].command(), "rgdrill clean");
        assert!(left[0].why.contains("say that it is there still"));
        assert_eq!(fake.asked(), TO_CONNECT + 1);
    }

    #[test]
    fn what_no_engine_listens_at_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let socket = directory.path().join("nobody.sock");
        let connected = Engine::at(address(&socket), SHORT, &CancellationToken::new());
        let error = connected.unwrap_err().to_string();
        assert!(
            error.contains("nobody.sock (DOCKER_HOST): there is no such socket"),
            "{error}"
        );
    }

    /// Left by labs of whatever clone of the connection, and told once.
    #[test]
    fn what_is_left_is_told_once() {
        let fake = Fake::answering(2);
        let engine = fake.connect(&CancellationToken::new()).unwrap();
        let of_a_lab = engine.until(&CancellationToken::new());
        let left = engine.wait(remove_lab(&of_a_lab, &LabId::new("control"), None));
        of_a_lab.keep_left(left);
        assert_eq!(engine.take_left().len(), 1);
        assert!(engine.take_left().is_empty());
    }
}
