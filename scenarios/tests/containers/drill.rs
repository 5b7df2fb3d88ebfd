//! A drill in containers, as a process that its user starts.

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::engine::{Possessions, possessions};

/// The binary under test.
const RGDRILL: &str = env!("CARGO_BIN_EXE_rgdrill");

/// How long a drill may take to be under way.
const PATIENCE: Duration = Duration::from_secs(120);

/// How many containers a walk has.
const CONTAINERS: usize = 10;

/// A drill that was begun; it is killed when the test is done with it.
pub(crate) struct Drill {
    child: Child,
    desk: TempDir,
}

/// The result of a drill.
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) told: String,
    pub(crate) desk: TempDir,
}

impl Drill {
    /// Begins one with `arguments`, and `variables` in its environment.
    pub(crate) fn begin(arguments: &[&str], variables: &[(&str, &str)]) -> Drill {
        let desk = tempfile::tempdir().unwrap();
        let child = Command::new(RGDRILL)
            .args(arguments)
            .args(["--lab", "docker", "--out"])
            .arg(desk.path().join("run"))
            .envs(variables.iter().copied())
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Drill { child, desk }
    }

    /// One of the walk in which nothing breaks.
    pub(crate) fn of_control(variables: &[(&str, &str)]) -> Drill {
        Drill::begin(&["certify", "--walk", "control"], variables)
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the walk is under way: the journal's first lines are written into its spool.
    pub(crate) fn until_under_way(&mut self) {
        let spool = self.desk.path().join("run/control.spool");
        let deadline = Instant::now() + PATIENCE;
        while !(spool.exists() && possessions(self.process()).running == CONTAINERS) {
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!(
                    "it is over ({status}) before it is under way: {}",
                    self.told()
                );
            }
            assert!(Instant::now() < deadline, "it does not begin");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until the lab that is made first has begun to be made: the engine has something of it.
    pub(crate) fn until_begun(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        while possessions(self.process()).containers == 0 {
            assert!(Instant::now() < deadline, "it does not begin");
            thread::sleep(Duration::from_millis(50));
        }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let process = i32::try_from(self.process()).unwrap();
        kill(Pid::from_raw(process), signal).unwrap();
    }

    /// Waits until it is over.
    pub(crate) fn outcome(mut self) -> Outcome {
        let told = self.told();
        let code = self.child.wait().unwrap().code();
        let desk = std::mem::replace(&mut self.desk, tempfile::tempdir().unwrap());
        Outcome { code, told, desk }
    }

    /// What it tells until it has said these words.
    pub(crate) fn told_up_to(&mut self, words: &str) -> String {
        let stderr = self.child.stderr.as_mut().unwrap();
        let mut told = Vec::new();
        while !String::from_utf8_lossy(&told).contains(words) {
            let mut byte = [0];
            stderr.read_exact(&mut byte).unwrap();
            told.extend(byte);
        }
        String::from_utf8_lossy(&told).into_owned()
    }

    /// All that it tells, to its end.
    fn told(&mut self) -> String {
        let mut told = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            stderr.read_to_string(&mut told).unwrap();
        }
        told
    }
}

impl Drop for Drill {
    fn drop(&mut self) {
        // It may be over.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Outcome {
    pub(crate) fn run(&self) -> std::path::PathBuf {
        self.desk.path().join("run")
    }
}

/// `rgdrill clean`, and what it says.
pub(crate) fn clean() -> String {
    let output = Command::new(RGDRILL).arg("clean").output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    String::from_utf8(output.stdout).unwrap()
}

/// That nothing is on the engine of what a process made.
pub(crate) fn has_nothing(process: u32) {
    assert_eq!(possessions(process), Possessions::default());
}

/// The content of a file of a run.
pub(crate) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}
