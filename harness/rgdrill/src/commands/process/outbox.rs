//! The reports to a harness on standard output.
//!
//! Nodes put their reports into a bounded queue and go on; a thread of its own writes them. So a
//! harness that does not read freezes nobody: what does not fit is lost, and the loss reported.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use lab::control::{Report, Stamped, Writer};
use node::Now;
use node::sockets::Clock;
use tokio::sync::{mpsc, oneshot};
use tokio::time;

use crate::output;

/// How many reports wait at most: some seconds of a busy drill.
const CAPACITY: usize = 8192;

/// How long the last reports may take to be read.
const LAST_READ: Duration = Duration::from_secs(1);

/// Where reports go in.
#[derive(Clone)]
pub(crate) struct Outbox {
    clock: Clock,
    queue: mpsc::Sender<Stamped>,
    lost: Arc<AtomicU64>,
}

/// The thread that writes.
pub(crate) struct Writing {
    done: oneshot::Receiver<()>,
}

impl Outbox {
    /// An outbox whose reports are written to standard output.
    pub(crate) fn open(clock: Clock) -> (Self, Writing) {
        let (queue, waiting) = mpsc::channel(CAPACITY);
        let lost = Arc::new(AtomicU64::new(0));
        let (ended, done) = oneshot::channel();
        let losses = Arc::clone(&lost);
        thread::spawn(move || {
            write(waiting, &losses);
            // Whoever waits for the end may have given up.
            let _ = ended.send(());
        });
        (Outbox { clock, queue, lost }, Writing { done })
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

impl Writing {
    /// Waits until all has been written, once nobody has the outbox any more.
    pub(crate) async fn end(self) {
        // A harness that does not read is not waited for.
        let _ = time::timeout(LAST_READ, self.done).await;
    }
}

/// Writes reports until nobody has the outbox any more.
fn write(mut waiting: mpsc::Receiver<Stamped>, lost: &AtomicU64) {
    let mut lines = Writer::default();
    while let Some(stamped) = waiting.blocking_recv() {
        let (t_us, losses) = (stamped.t_us, lost.swap(0, Ordering::Relaxed));
        print(&mut lines, &stamped);
        if losses > 0 {
            let what = format!("{losses} reports were lost: nobody read them in time");
            let report = Report::Trouble { what };
            print(&mut lines, &Stamped { t_us, report });
        }
    }
}

fn print(lines: &mut Writer, stamped: &Stamped) {
    match lines.line(stamped) {
        Ok(line) => output::print(&line),
        Err(error) => output::status(&format!("a report cannot be written: {error}")),
    }
}
