//! The reports to a harness, on their way out.
//!
//! Nodes put their reports into a bounded queue and go on; a thread of its own writes them. So a
//! harness that does not read freezes nobody: what does not fit is lost, and the loss reported.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use node::Now;
use node::sockets::Clock;
use tokio::sync::{mpsc, oneshot};
use tokio::time;

use crate::control::{Report, Stamped, Writer};

/// How many reports wait at most: some seconds of a busy drill.
const CAPACITY: usize = 8192;

/// How long the last reports may take to be read.
const LAST_READ: Duration = Duration::from_secs(1);

/// Takes reports, for the thread that writes them.
#[derive(Clone)]
pub(crate) struct ReportQueue {
    clock: Clock,
    queue: mpsc::Sender<Stamped>,
    lost: Arc<AtomicU64>,
}

/// The thread that writes.
pub(crate) struct ReportWriter {
    done: oneshot::Receiver<()>,
}

impl ReportQueue {
    /// A queue whose reports are written to `stream`.
    pub(crate) fn open(clock: Clock, stream: Box<dyn Write + Send>) -> (Self, ReportWriter) {
        let (queue, waiting) = mpsc::channel(CAPACITY);
        let lost = Arc::new(AtomicU64::new(0));
        let (ended, done) = oneshot::channel();
        let losses = Arc::clone(&lost);
        thread::spawn(move || {
            write(waiting, &losses, stream);
            // Whoever waits for the end may have given up.
            let _ = ended.send(());
        });
        (ReportQueue { clock, queue, lost }, ReportWriter { done })
    }

    /// A queue whose reports are taken by whoever is given its other end.
    pub(crate) fn taken(clock: Clock) -> (Self, mpsc::Receiver<Stamped>) {
        let (queue, waiting) = mpsc::channel(CAPACITY);
        let lost = Arc::new(AtomicU64::new(0));
        (ReportQueue { clock, queue, lost }, waiting)
    }

    /// How many reports were lost since this was asked last.
    pub(crate) fn lost(&self) -> u64 {
        self.lost.swap(0, Ordering::Relaxed)
    }

    /// Reports something that happened now.
    pub(crate) fn report(&self, report: Report) {
        self.report_at(self.clock.now(), report);
    }

    /// Reports something that happened at `now`.
    pub(crate) fn report_at(&self, now: Now, report: Report) {
        let t_us = now.as_micros();
        if self.queue.try_send(Stamped { t_us, report }).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl ReportWriter {
    /// Waits until all has been written, once nobody has the queue any more.
    pub(crate) async fn end(self) {
        // A harness that does not read is not waited for.
        let _ = time::timeout(LAST_READ, self.done).await;
    }
}

/// Writes reports until nobody has the queue any more.
fn write(mut waiting: mpsc::Receiver<Stamped>, lost: &AtomicU64, mut stream: Box<dyn Write>) {
    let mut lines = Writer::default();
    let mut print = |stamped: &Stamped| {
        // Every report can be written as JSON; and whether somebody reads it is the reader's choice.
        if let Ok(line) = lines.line(stamped) {
            let _ = stream
                .write_all(line.as_bytes())
                .and_then(|()| stream.flush());
        }
    };
    while let Some(stamped) = waiting.blocking_recv() {
        let (t_us, losses) = (stamped.t_us, lost.swap(0, Ordering::Relaxed));
        print(&stamped);
        if losses > 0 {
            let what = format!("{losses} reports were lost: nobody read them in time");
            let report = Report::Trouble { what };
            print(&Stamped { t_us, report });
        }
    }
}
