//! Progress on standard error: on a terminal a line that is rewritten, with how long
//! it has taken and is expected to take, elsewhere a line for each
//! walk that ended, and nothing at all if everything takes less than two seconds. With `--verbose` a line
//! for each stage that begins; with `--quiet` nothing.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use clap::Args;
use model::printable;

use super::expected::about;
use crate::output;
use crate::progress::{Line, QUIET_FOR, QuietArgs};

/// The line on a terminal.
const TEMPLATE: &str = "{spinner} {pos} of {len} walks done, {elapsed}{prefix}  {wide_msg}";

/// How much of the progress is shown.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct ProgressArgs {
    /// Show no progress.
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,

    /// Show each stage of each walk as it begins.
    #[arg(short, long)]
    verbose: bool,
}

impl ProgressArgs {
    /// Whether any is shown.
    pub(super) const fn quiet(self) -> QuietArgs {
        QuietArgs { quiet: self.quiet }
    }
}

/// Shows which walks are running, and how many have ended.
pub(crate) struct ProgressDisplay {
    began: Instant,
    under_way: BTreeMap<String, String>,
    /// What is known of the load of those that have one.
    loads: BTreeMap<String, String>,
    ended: usize,
    walks: usize,
    /// How long all of it takes, where that was worked out before.
    lasts: Option<String>,
    line: Option<Line>,
    asked: ProgressArgs,
}

impl ProgressDisplay {
    /// A display for this many walks, which last so long, if that is known.
    pub(super) fn new(walks: usize, lasts: Option<String>, asked: ProgressArgs) -> Self {
        let is_line = !asked.quiet && !asked.verbose;
        let line = is_line.then(|| Line::new(Some(walks), TEMPLATE)).flatten();
        let display = ProgressDisplay {
            began: Instant::now(),
            under_way: BTreeMap::new(),
            loads: BTreeMap::new(),
            ended: 0,
            walks,
            lasts,
            line,
            asked,
        };
        display.show();
        display
    }

    /// A walk has begun a stage.
    pub(crate) fn stage(&mut self, walk: &str, stage: &str) {
        self.under_way.insert(walk.to_owned(), stage.to_owned());
        if self.asked.verbose {
            output::status(&format!("{walk}: {stage}"));
        }
        self.show();
    }

    /// The load in a walk's background has come so far.
    pub(crate) fn load(&mut self, walk: &str, placed: u64, failed: u64) {
        let load = format!(" ({placed} calls in the background, {failed} failed)");
        self.loads.insert(walk.to_owned(), load);
        self.show();
    }

    /// A walk is over.
    pub(crate) fn ended(&mut self, walk: &str) {
        self.under_way.remove(walk);
        self.loads.remove(walk);
        self.ended += 1;
        match &self.line {
            Some(line) => line.bar.inc(1),
            None if self.is_told() => {
                output::status(&format!("{walk}: done ({} of {})", self.ended, self.walks));
            }
            None => {}
        }
        self.show();
    }

    /// Whether a line is printed of a walk that ended.
    fn is_told(&self) -> bool {
        let ProgressArgs { quiet, verbose } = self.asked;
        verbose || (!quiet && self.began.elapsed() > QUIET_FOR)
    }

    fn show(&self) {
        let Some(line) = &self.line else { return };
        let walks: Vec<String> = self
            .under_way
            .iter()
            .map(|(walk, stage)| {
                let load = self.loads.get(walk).map_or("", String::as_str);
                format!("{walk}: {stage}{load}")
            })
            .collect();
        let message = match walks.is_empty() && self.ended == 0 {
            true => "setting up".to_owned(),
            false => walks.join("  "),
        };
        line.bar.set_message(printable::line(&message).into_owned());
        line.bar.set_prefix(self.expected(self.began.elapsed()));
    }

    /// How long all of it takes, or else what is left of it if walks go on as they did.
    fn expected(&self, elapsed: Duration) -> String {
        if let Some(lasts) = &self.lasts {
            return format!(" of {lasts}");
        }
        let (ended, left) = (self.ended, self.walks.saturating_sub(self.ended));
        match u32::try_from(ended).ok().filter(|ended| *ended > 0) {
            Some(ended) if left > 0 => {
                let each = elapsed / ended;
                let left = each.saturating_mul(u32::try_from(left).unwrap_or(u32::MAX));
                format!(", {} left", about(left))
            }
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nothing_is_known(None, 0, "")]
    #[case::after_some_walks(None, 5, ", about 30 s left")]
    #[case::at_the_end(None, 20, "")]
    #[case::worked_out(Some("about 70 s"), 5, " of about 70 s")]
    fn what_is_left_is_told_by_what_was_done(
        #[case] lasts: Option<&str>,
        #[case] ended: usize,
        #[case] told: &str,
    ) {
        let asked = ProgressArgs {
            quiet: false,
            verbose: false,
        };
        let mut display = ProgressDisplay::new(20, lasts.map(str::to_owned), asked);
        display.ended = ended;
        assert_eq!(display.expected(Duration::from_secs(10)), told);
    }

    #[rstest]
    #[case::soon(false, false, 0, false)]
    #[case::late(false, false, 3, true)]
    #[case::quiet(true, false, 3, false)]
    #[case::verbose(false, true, 0, true)]
    fn a_walk_that_ended_is_told_where_somebody_waits_or_asked_for_it(
        #[case] quiet: bool,
        #[case] verbose: bool,
        #[case] seconds: u64,
        #[case] told: bool,
    ) {
        let mut display = ProgressDisplay::new(1, None, ProgressArgs { quiet, verbose });
        display.began -= Duration::from_secs(seconds);
        assert_eq!(display.is_told(), told);
    }
}
