//! A process of rgdrill that is told what to do, and tells what it sees.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use lab::control::{Order, Reader, Report, Stamped, Writer};
use model::journal::Event;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(12);

/// The binary under test.
pub(crate) const RGDRILL: &str = env!("CARGO_BIN_EXE_rgdrill");

/// A process; it is killed when the test is done with it.
pub(crate) struct Process {
    child: Child,
    stdin: Option<ChildStdin>,
    orders: Writer,
    reports: Receiver<Stamped>,
}

impl Process {
    /// Starts `program` with `arguments`; `config` is in the environment.
    pub(crate) fn start<A: AsRef<OsStr>>(
        program: &str,
        arguments: impl IntoIterator<Item = A>,
        config: &str,
    ) -> Process {
        let mut child = Command::new(program)
            .args(arguments)
            .env("RGDRILL_CONFIG", config)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (told, reports) = mpsc::channel();
        thread::spawn(move || {
            let mut lines = Reader::default();
            for line in stdout.lines().map_while(Result::ok) {
                let (_, report) = lines.read(&line).unwrap();
                if told.send(report).is_err() {
                    return;
                }
            }
        });
        let stdin = child.stdin.take();
        let orders = Writer::default();
        Process {
            child,
            stdin,
            orders,
            reports,
        }
    }

    /// Gives an order; its number.
    pub(crate) fn order(&mut self, order: &Order) -> u64 {
        let number = self.orders.next_number();
        let line = self.orders.line(order).unwrap();
        self.stdin
            .as_mut()
            .unwrap()
            .write_all(line.as_bytes())
            .unwrap();
        number
    }

    /// Gives an order, which must be obeyed.
    pub(crate) fn obey(&mut self, order: &Order) {
        let number = self.order(order);
        let error = self.wait("an order is carried out", |report| match report {
            Report::Done { order, error } if *order == number => Some(error.clone()),
            _ => None,
        });
        assert_eq!(error, None, "{order:?}");
    }

    /// Waits until `found` finds something in a report.
    pub(crate) fn wait<T>(&self, what: &str, found: impl Fn(&Report) -> Option<T>) -> T {
        let late = Instant::now() + PATIENCE;
        loop {
            match self
                .reports
                .recv_timeout(late.saturating_duration_since(Instant::now()))
            {
                Ok(stamped) => {
                    if let Some(found) = found(&stamped.report) {
                        return found;
                    }
                }
                Err(RecvTimeoutError::Timeout) => panic!("not seen in time: {what}"),
                Err(RecvTimeoutError::Disconnected) => panic!("ended before: {what}"),
            }
        }
    }

    /// Waits until `host` tells an event that `found` finds something in.
    pub(crate) fn see<T>(&self, host: &str, what: &str, found: impl Fn(&Event) -> Option<T>) -> T {
        self.wait(what, |report| match report {
            Report::Observed { host: by, event } if by == host => found(event),
            _ => None,
        })
    }

    /// Ends it as a service manager does.
    pub(crate) fn terminate(&mut self) -> ExitStatus {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        self.child.wait().unwrap()
    }

    /// Ends its standard input, and waits for its end.
    pub(crate) fn leave_alone(&mut self) -> ExitStatus {
        self.stdin = None;
        self.child.wait().unwrap()
    }

    /// Ends it without any warning.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
