//! Progress on standard error: on a terminal a line that is rewritten, elsewhere a line for each
//! walk that ended, and nothing at all if everything takes less than two seconds.

use std::collections::BTreeMap;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use model::printable;

use crate::output;

/// What is over sooner shows nothing.
const QUIET_FOR: Duration = Duration::from_secs(2);

/// Shows which walks are running, and how many have ended.
pub(crate) struct ProgressDisplay {
    began: Instant,
    under_way: BTreeMap<String, String>,
    ended: usize,
    walks: usize,
    line: Option<Line>,
}

/// The line on a terminal.
struct Line {
    bar: ProgressBar,
    /// Dropped with the line, which tells the thread that waits to show it.
    _over: Sender<()>,
}

impl ProgressDisplay {
    /// A display for this many walks.
    pub(crate) fn new(walks: usize) -> Self {
        let line = output::rewrites_lines().then(|| Line::new(walks));
        ProgressDisplay {
            began: Instant::now(),
            under_way: BTreeMap::new(),
            ended: 0,
            walks,
            line,
        }
    }

    /// A walk has begun a stage.
    pub(crate) fn stage(&mut self, walk: &str, stage: &str) {
        self.under_way.insert(walk.to_owned(), stage.to_owned());
        self.show();
    }

    /// A walk is over.
    pub(crate) fn ended(&mut self, walk: &str) {
        self.under_way.remove(walk);
        self.ended += 1;
        match &self.line {
            Some(line) => line.bar.inc(1),
            None if self.began.elapsed() > QUIET_FOR => {
                output::status(&format!("{walk}: done ({} of {})", self.ended, self.walks));
            }
            None => {}
        }
        self.show();
    }

    fn show(&self) {
        let Some(line) = &self.line else { return };
        let walks: Vec<String> = self
            .under_way
            .iter()
            .map(|(walk, stage)| format!("{walk}: {stage}"))
            .collect();
        let message = walks.join("  ");
        line.bar.set_message(printable::line(&message).into_owned());
    }
}

impl Line {
    /// A line that shows itself after [`QUIET_FOR`].
    fn new(walks: usize) -> Self {
        let bar = ProgressBar::with_draw_target(Some(walks as u64), ProgressDrawTarget::hidden());
        if let Ok(style) =
            ProgressStyle::with_template("{spinner} {pos} of {len} walks done  {wide_msg}")
        {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        let (over, heard) = mpsc::channel::<()>();
        let hidden = bar.clone();
        thread::spawn(move || {
            if heard.recv_timeout(QUIET_FOR) == Err(RecvTimeoutError::Timeout) {
                hidden.set_draw_target(ProgressDrawTarget::stderr());
            }
        });
        Line { bar, _over: over }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
