//! How far something long has come, on standard error: on a terminal a line that is rewritten, elsewhere now and then a line. What
//! is over within two seconds shows nothing.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output;

/// What is over sooner shows nothing.
pub(crate) const QUIET_FOR: Duration = Duration::from_secs(2);

/// How often it is told where no line can be rewritten.
pub(crate) const IN_LOGS: Duration = Duration::from_secs(10);

/// Whether progress is shown.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct QuietArgs {
    /// Show no progress.
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// A line on a terminal, until it is dropped.
pub(crate) struct Line {
    pub(crate) bar: ProgressBar,
    /// Dropped with the line, which tells the thread that waits to show it.
    _over: Sender<()>,
}

impl Line {
    /// A line of this many steps, if it has steps, that shows itself after [`QUIET_FOR`]; its template is indicatif's.
    /// `None`: standard error is no terminal that rewrites lines.
    pub(crate) fn new(steps: Option<usize>, template: &str) -> Option<Line> {
        if !output::rewrites_lines() {
            return None;
        }
        let steps = steps.map(|steps| steps as u64);
        let bar = ProgressBar::with_draw_target(steps, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template(template) {
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
        Some(Line { bar, _over: over })
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl QuietArgs {
    /// Says what is being done, and for how long, until that is dropped.
    pub(crate) fn doing(self, what: &'static str) -> Doing {
        let line = (!self.quiet).then(|| Line::new(None, "{spinner} {msg}, {elapsed}"));
        let doing = Doing(line.flatten());
        doing.next(what);
        doing
    }
}

/// What is being done, as a line on a terminal.
pub(crate) struct Doing(Option<Line>);

impl Doing {
    /// The next thing is done.
    pub(crate) fn next(&self, what: &'static str) {
        if let Some(Line { bar, .. }) = &self.0 {
            bar.set_message(what);
        }
    }
}

/// How many of many alike have been done.
pub(crate) struct Tally {
    /// What they are, as `mutants`.
    what: &'static str,
    all: usize,
    line: Option<Line>,
    is_quiet: bool,
    counts: Mutex<Counts>,
}

struct Counts {
    ended: usize,
    odd: usize,
    /// When they were last told, where no line can be rewritten.
    told: Instant,
}

impl Tally {
    /// Of so many of these none has been done.
    pub(crate) fn of(all: usize, what: &'static str, QuietArgs { quiet }: QuietArgs) -> Tally {
        const TEMPLATE: &str = "{spinner} {pos} of {len} {msg}, {elapsed}, {eta} left";
        let line = (!quiet).then(|| Line::new(Some(all), TEMPLATE)).flatten();
        if let Some(line) = &line {
            line.bar.set_message(what);
        }
        Tally {
            what,
            all,
            line,
            is_quiet: quiet,
            counts: Mutex::new(Counts {
                ended: 0,
                odd: 0,
                told: Instant::now(),
            }),
        }
    }

    /// One has been done, and was as it should be.
    pub(crate) fn ended(&self, is_right: bool) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.ended += 1;
        counts.odd += usize::from(!is_right);
        let Counts { ended, odd, told } = *counts;
        let said = format!("{}, {odd} odd", self.what);
        if let Some(line) = &self.line {
            line.bar.inc(1);
            line.bar.set_message(said);
        } else if !self.is_quiet && told.elapsed() >= IN_LOGS {
            counts.told = Instant::now();
            output::status(&format!("{ended} of {} {said}", self.all));
        }
    }
}
