//! Holds walks: each in a lab and on a thread of its own, all into one journal.

use std::cmp::Reverse;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread;

use conductor::{ConductorError, Plan, Progress, conduct};
use lab::LabError;
use model::journal::{Header, JournalError, Part, Spool, assemble};
use model::parallel::join;
use model::repetition;
use sha2::{Digest, Sha256};
use target::{Secrets, Target};

use crate::labs::{Labs, Site};

/// The journal's name within a run directory.
pub const JOURNAL: &str = "journal.jsonl";

/// What is to be held.
#[derive(Clone, Debug)]
pub struct Drill {
    /// The walks, in the order in which the journal has them.
    pub plans: Vec<Plan>,
    /// Where they are held.
    pub labs: Arc<dyn Labs>,
    /// How administrators and agents have a pool do something.
    pub target: Arc<Target>,
    /// The passwords and tokens that the target's templates use.
    pub secrets: Secrets,
    /// Where all chances come from. A walk's own depend on this and on its name only, so that it
    /// goes the same way whichever others are held.
    pub seed: u64,
    /// How many walks are held at once.
    pub jobs: usize,
    /// What the journal's header says; also, how many times each walk is held. The k-th time
    /// chances are those of the seed k - 1 further on.
    pub header: Header,
}

/// Why a drill was not held to its end.
#[derive(Debug, thiserror::Error)]
pub enum DrillError {
    /// It was interrupted.
    #[error("the drill was interrupted")]
    Cancelled,
    /// A lab could not be made.
    #[error("the lab for walk `{walk}` could not be made")]
    Lab {
        /// The walk.
        walk: String,
        /// Why.
        source: LabError,
    },
    /// A walk could not be carried out.
    #[error("walk `{walk}` broke off")]
    Walk {
        /// The walk.
        walk: String,
        /// Why.
        source: Box<ConductorError>,
    },
    /// The journal could not be written.
    #[error("the journal could not be written")]
    Journal(#[from] JournalError),
}

/// Holds the walks of `drill` and writes `journal.jsonl` into `dir`, whole or not at all.
///
/// # Errors
/// [`DrillError`]. Faults are healed and nothing but spools is left in `dir` then.
pub fn hold(
    drill: &Drill,
    dir: &Path,
    cancelled: &AtomicBool,
    mut watch: impl FnMut(Progress),
) -> Result<PathBuf, DrillError> {
    let (news, heard) = mpsc::channel();
    let order = drill.order();
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let parts = thread::scope(|scope| {
        let workers: Vec<_> = (0..drill.jobs.clamp(1, order.len().max(1)))
            .map(|_| {
                let worker = Worker {
                    drill,
                    dir,
                    order: &order,
                    next: &next,
                    cancelled,
                    stop: &stop,
                    news: news.clone(),
                };
                scope.spawn(move || worker.work())
            })
            .collect();
        drop(news);
        heard.iter().for_each(&mut watch);
        workers.into_iter().map(join).collect::<Result<Vec<_>, _>>()
    })?;
    let mut parts: Vec<(usize, Part)> = parts.into_iter().flatten().collect();
    parts.sort_by_key(|(index, _)| *index);
    let journal = dir.join(JOURNAL);
    assemble(
        &journal,
        &drill.header,
        parts.into_iter().map(|(_, part)| part).collect(),
    )?;
    Ok(journal)
}

/// A walk that is to be held.
#[derive(Clone, Copy)]
struct Holding<'a> {
    /// Its place in the journal.
    place: usize,
    plan: &'a Plan,
    /// Which repetition of it, from 1.
    number: u32,
}

/// Takes one walk after the other until there is none, or somebody failed.
struct Worker<'a> {
    drill: &'a Drill,
    dir: &'a Path,
    order: &'a [Holding<'a>],
    next: &'a AtomicUsize,
    cancelled: &'a AtomicBool,
    stop: &'a AtomicBool,
    news: Sender<Progress>,
}

impl Worker<'_> {
    fn work(&self) -> Result<Vec<(usize, Part)>, DrillError> {
        let mut parts = Vec::new();
        loop {
            let next = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(Holding {
                place,
                plan,
                number,
            }) = self.order.get(next).copied()
            else {
                return Ok(parts);
            };
            match self.hold_walk(plan, number) {
                Ok(part) => parts.push((place, part)),
                Err(error) => {
                    self.stop.store(true, Ordering::Relaxed);
                    return Err(error);
                }
            }
        }
    }

    /// Holds the repetition `number`, from 1, of a walk.
    fn hold_walk(&self, plan: &Plan, number: u32) -> Result<Part, DrillError> {
        let walk = &repetition::name(&plan.walk.walk, number);
        let seed = self.drill.seed.wrapping_add(u64::from(number) - 1);
        let site = Site {
            plan,
            target: &self.drill.target,
            secrets: &self.drill.secrets,
            seed: seed_of(seed, &plan.walk.walk),
            dir: self.dir,
        };
        let lab = self.drill.labs.set_up(&site);
        let mut lab = lab.map_err(|source| DrillError::Lab {
            walk: walk.clone(),
            source,
        })?;
        let mut spool = Spool::create(&self.dir.join(format!("{walk}.spool")), walk)?;
        let mut watch = |progress| {
            // Nobody listens any more only when the drill has ended otherwise.
            let _ = self.news.send(told_of(walk, progress));
        };
        let cancelled =
            || self.cancelled.load(Ordering::Relaxed) || self.stop.load(Ordering::Relaxed);
        match conduct(lab.as_mut(), plan, &mut spool, &mut watch, &cancelled) {
            Ok(()) => Ok(spool.finish()?),
            Err(ConductorError::Cancelled { .. }) => Err(DrillError::Cancelled),
            Err(source) => Err(DrillError::Walk {
                walk: walk.clone(),
                source: Box::new(source),
            }),
        }
    }
}

/// The same news, of the repetition of this name.
fn told_of(name: &str, progress: Progress) -> Progress {
    let walk = name.to_owned();
    match progress {
        Progress::StageBegan { stage, .. } => Progress::StageBegan { walk, stage },
        Progress::WalkStopped { why, .. } => Progress::WalkStopped { walk, why },
        Progress::WalkEnded { .. } => Progress::WalkEnded { walk },
    }
}

impl Drill {
    /// How many walks are held, each repetition counted.
    pub fn held(&self) -> usize {
        self.in_journal().count()
    }

    /// All that is held, as the journal has it: each walk, and which repetition of it, from 1.
    fn in_journal(&self) -> impl Iterator<Item = (&Plan, u32)> {
        let numbers = 1..=self.header.repetitions.max(1);
        let plans = self.plans.iter();
        plans.flat_map(move |plan| numbers.clone().map(move |number| (plan, number)))
    }

    /// All that is held, the longest walks first: so no worker is left with one when the others
    /// are done.
    fn order(&self) -> Vec<Holding<'_>> {
        let holding = |(place, (plan, number))| Holding {
            place,
            plan,
            number,
        };
        let mut order: Vec<_> = self.in_journal().enumerate().map(holding).collect();
        order.sort_by_key(|holding| Reverse(holding.plan.walk.duration()));
        order
    }
}

/// The seed of one walk.
fn seed_of(seed: u64, walk: &str) -> u64 {
    let digest = Sha256::new()
        .chain_update(seed.to_be_bytes())
        .chain_update(walk)
        .finalize();
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest[..8]);
    u64::from_be_bytes(bytes)
}
