//! Signals that end a drill, and one that must not end anything.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::{Duration, Instant};

use lab::external::BrokenMachines;
use model::exit_code::ExitCode;
use model::walk::LabKind;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;
use tokio_util::sync::CancellationToken;

use crate::broken::{how_to_mend, named};
use crate::command_error::CommandError;
use crate::output;

/// A signal that asks for the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EndSignal {
    /// SIGINT: somebody at a terminal pressed Ctrl-C, or a pipeline asks first.
    Interrupt,
    /// SIGTERM or SIGHUP: whoever started the process wants it to end.
    Terminate,
}

/// What a drill leaves that is ended at once.
#[derive(Clone, Debug)]
pub(crate) enum Leaves {
    /// Nothing outside of this process.
    Nothing,
    /// Containers, networks and volumes on an engine.
    Containers,
    /// Machines that the target's commands have broken.
    BrokenMachines(BrokenMachines),
}

/// Tells of each signal that asks for the end, on a thread of its own.
pub(crate) fn on_end(
    mut handle: impl FnMut(EndSignal) + Send + 'static,
) -> Result<(), CommandError> {
    let signals = Signals::new([SIGINT, SIGTERM, SIGHUP]);
    let mut signals = signals.map_err(|error| {
        CommandError::harness(miette::miette!("cannot handle signals: {error}"))
    })?;
    thread::spawn(move || {
        for signal in signals.forever() {
            handle(match signal {
                SIGINT => EndSignal::Interrupt,
                _ => EndSignal::Terminate,
            });
        }
    });
    Ok(())
}

/// The first signal asks the walks to end, and what they made to be removed. A second SIGINT ends the
/// process at once, and says what is left. A SIGTERM beside them changes nothing: pipelines send one soon
/// after a SIGINT, and what takes its time is the removal.
pub(crate) fn cancelled_by_signals(leaves: Leaves) -> Result<CancellationToken, CommandError> {
    let cancelled = CancellationToken::new();
    let token = cancelled.clone();
    let mut asked = AskedToEnd::default();
    on_end(move |signal| match asked.by(signal, Instant::now()) {
        Some(End::WithRemoval) => {
            token.cancel();
            if let Some(words) = leaves.interrupted() {
                output::status(words);
            }
        }
        Some(End::AtOnce) => {
            output::status(&leaves.ended_at_once());
            std::process::exit(i32::from(leaves.exit_code().code()));
        }
        None => (),
    })?;
    Ok(cancelled)
}

/// How a drill ends that is asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// What it made is removed.
    WithRemoval,
    AtOnce,
}

/// How soon after a SIGINT another is the same one: `timeout -s INT` sends it to the process, and at once to its group.
const SAME: Duration = Duration::from_millis(300);

/// What a drill was asked so far. Only a SIGINT makes the next one the second, whatever else came: of a SIGINT and a
/// SIGTERM that are sent one right after the other, either may be delivered first.
#[derive(Clone, Copy, Debug, Default)]
struct AskedToEnd {
    is_asked: bool,
    /// When the first SIGINT came.
    interrupted: Option<Instant>,
}

impl AskedToEnd {
    /// What a signal changes that comes now.
    fn by(&mut self, signal: EndSignal, now: Instant) -> Option<End> {
        let before = *self;
        self.is_asked = true;
        if signal == EndSignal::Interrupt {
            self.interrupted.get_or_insert(now);
        }
        let is_another = |first: Instant| now.duration_since(first) >= SAME;
        match signal {
            _ if !before.is_asked => Some(End::WithRemoval),
            EndSignal::Interrupt if before.interrupted.is_some_and(is_another) => Some(End::AtOnce),
            _ => None,
        }
    }
}

impl Leaves {
    /// What a drill in such a lab leaves.
    pub(crate) fn of(lab: LabKind, broken: &BrokenMachines) -> Leaves {
        match lab {
            LabKind::Sim => Leaves::Nothing,
            LabKind::Docker => Leaves::Containers,
            LabKind::External => Leaves::BrokenMachines(broken.clone()),
        }
    }

    /// What is said at the first signal, if that takes a while.
    const fn interrupted(&self) -> Option<&'static str> {
        match self {
            Leaves::Nothing => None,
            Leaves::Containers => {
                Some("interrupted: the drill ends, and what it made on the engine is removed")
            }
            Leaves::BrokenMachines(_) => {
                Some("interrupted: the drill ends, and the machines that it broke are mended")
            }
        }
    }

    /// What is said when that is not waited for.
    fn ended_at_once(&self) -> String {
        match self {
            Leaves::Nothing => "interrupted again: the drill has ended at once".to_owned(),
            Leaves::Containers => {
                "error: interrupted again, so what the drill made is still on the engine\n  \
                 help: `rgdrill clean` removes it"
                    .to_owned()
            }
            Leaves::BrokenMachines(broken) => match broken.now().as_slice() {
                [] => {
                    "interrupted again: the drill has ended at once, and leaves no machine broken"
                        .to_owned()
                }
                broken => format!(
                    "error: interrupted again, so machines that the drill broke are broken still: {}\n  help: {}",
                    named(broken),
                    how_to_mend(broken)
                ),
            },
        }
    }

    const fn exit_code(&self) -> ExitCode {
        match self {
            Leaves::Nothing => ExitCode::Incomplete,
            Leaves::Containers | Leaves::BrokenMachines(_) => ExitCode::HarnessFailed,
        }
    }
}

/// A file that may grow no further (`ulimit -f`) is an error of whoever writes it, as a full disk is,
/// and not the silent end of the process by SIGXFSZ: a handler makes the write fail with EFBIG.
pub(crate) fn survive_file_limits() {
    let seen = Arc::new(AtomicBool::new(false));
    // Where it cannot be registered, the process ends as it would have.
    let _ = signal_hook::flag::register(SIGXFSZ, seen);
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use std::time::{Duration, Instant};

    use super::{AskedToEnd, End, EndSignal};

    /// Signals, and how many milliseconds each comes after the first.
    const INT: (EndSignal, u64) = (EndSignal::Interrupt, 0);
    const LATER_INT: (EndSignal, u64) = (EndSignal::Interrupt, 1_000);
    const TERM: (EndSignal, u64) = (EndSignal::Terminate, 0);

    #[rstest]
    #[case::the_first_removes(&[INT], &[Some(End::WithRemoval)])]
    #[case::sent_to_its_group_as_well(&[INT, INT], &[Some(End::WithRemoval), None])]
    #[case::a_second_interrupt_does_not_wait(&[INT, INT, LATER_INT], &[Some(End::WithRemoval), None, Some(End::AtOnce)])]
    #[case::and_without_a_group(&[INT, LATER_INT], &[Some(End::WithRemoval), Some(End::AtOnce)])]
    #[case::as_pipelines_do(&[INT, TERM, TERM], &[Some(End::WithRemoval), None, None])]
    #[case::delivered_in_the_other_order(&[TERM, INT, TERM], &[Some(End::WithRemoval), None, None])]
    #[case::somebody_is_impatient(&[TERM, INT, LATER_INT], &[Some(End::WithRemoval), None, Some(End::AtOnce)])]
    fn signals_end_a_drill(#[case] signals: &[(EndSignal, u64)], #[case] ends: &[Option<End>]) {
        let (mut asked, begun) = (AskedToEnd::default(), Instant::now());
        let at = |after: u64| begun + Duration::from_millis(after);
        let signals = signals.iter();
        let got: Vec<_> = signals
            .map(|(signal, after)| asked.by(*signal, at(*after)))
            .collect();
        assert_eq!(got, ends);
    }
}
