//! Progress on standard error: a line that is rewritten on a terminal, a line for each walk that
//! ended elsewhere, and nothing at all while everything takes less than two seconds.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::output;

/// Below this nobody waits, and nothing is shown.
const PATIENCE: Duration = Duration::from_secs(2);

/// Shows how far the walks have come.
pub(crate) struct Board {
    began: Instant,
    under_way: BTreeMap<String, String>,
    ended: usize,
    walks: usize,
    bar: Option<ProgressBar>,
}

impl Board {
    /// A board for this many walks.
    pub(crate) fn new(walks: usize) -> Self {
        let bar = io::stderr().is_terminal().then(|| spinner(walks));
        Board {
            began: Instant::now(),
            under_way: BTreeMap::new(),
            ended: 0,
            walks,
            bar,
        }
    }

    /// A walk has come to a stage.
    pub(crate) fn stage(&mut self, walk: &str, stage: &str) {
        self.under_way.insert(walk.to_owned(), stage.to_owned());
        self.show();
    }

    /// A walk is over.
    pub(crate) fn ended(&mut self, walk: &str) {
        self.under_way.remove(walk);
        self.ended += 1;
        match &self.bar {
            Some(bar) => bar.inc(1),
            None if self.began.elapsed() > PATIENCE => {
                output::tell(&format!("{walk} held ({} of {})", self.ended, self.walks));
            }
            None => {}
        }
        self.show();
    }

    fn show(&self) {
        let Some(bar) = &self.bar else { return };
        let walks: Vec<String> = self
            .under_way
            .iter()
            .map(|(walk, stage)| format!("{walk}: {stage}"))
            .collect();
        bar.set_message(walks.join("  "));
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn spinner(walks: usize) -> ProgressBar {
    let bar = ProgressBar::new(walks as u64);
    if let Ok(style) =
        ProgressStyle::with_template("{spinner} {pos} of {len} walks held  {wide_msg}")
    {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
