//! Runs the walks of a campaign: each in a lab and on a thread of its own, all into one journal.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread;

use conductor::{ConductorError, Progress, conduct};
use drawing::Plan;
use model::journal::{self, Part, Spool, assemble};
use model::parallel::join;
use model::repetition;
use sha2::{Digest, Sha256};

use crate::campaign::{Campaign, CampaignError, Scheduled};
use crate::labs::LabSpec;

/// Runs the walks of `campaign` and writes `journal.jsonl` into `dir`, whole or not at all.
///
/// # Errors
/// [`CampaignError`]. Faults are healed and nothing but spools is left in `dir` then.
pub fn run(
    campaign: &Campaign,
    dir: &Path,
    cancelled: &AtomicBool,
    mut watch: impl FnMut(Progress),
) -> Result<PathBuf, CampaignError> {
    let (progress, received) = mpsc::channel();
    let order = campaign.longest_first();
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let parts = thread::scope(|scope| {
        let workers: Vec<_> = (0..campaign.jobs.clamp(1, order.len().max(1)))
            .map(|_| {
                let worker = Worker {
                    campaign,
                    dir,
                    order: &order,
                    next: &next,
                    cancelled,
                    stop: &stop,
                    progress: progress.clone(),
                };
                scope.spawn(move || worker.work())
            })
            .collect();
        drop(progress);
        received.iter().for_each(&mut watch);
        workers.into_iter().map(join).collect::<Result<Vec<_>, _>>()
    })?;
    let mut parts: Vec<(usize, Part)> = parts.into_iter().flatten().collect();
    parts.sort_by_key(|(index, _)| *index);
    let journal = dir.join(journal::FILE_NAME);
    assemble(
        &journal,
        &campaign.header,
        parts.into_iter().map(|(_, part)| part).collect(),
    )?;
    Ok(journal)
}

/// Takes one walk after the other until there is none, or one failed.
struct Worker<'a> {
    campaign: &'a Campaign,
    dir: &'a Path,
    order: &'a [Scheduled<'a>],
    next: &'a AtomicUsize,
    cancelled: &'a AtomicBool,
    stop: &'a AtomicBool,
    progress: Sender<Progress>,
}

impl Worker<'_> {
    fn work(&self) -> Result<Vec<(usize, Part)>, CampaignError> {
        let mut parts = Vec::new();
        loop {
            let next = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(Scheduled {
                index,
                plan,
                number,
            }) = self.order.get(next).copied()
            else {
                return Ok(parts);
            };
            match self.run_walk(plan, number) {
                Ok(part) => parts.push((index, part)),
                Err(error) => {
                    self.stop.store(true, Ordering::Relaxed);
                    return Err(error);
                }
            }
        }
    }

    /// Runs the repetition `number`, from 1, of a walk.
    fn run_walk(&self, plan: &Plan, number: u32) -> Result<Part, CampaignError> {
        let plan = plan.clone().drawn_by(self.campaign.seed, number);
        let plan = &plan.at_the_pace_of(&self.campaign.target.times);
        let walk = &repetition::name(&plan.walk.walk, number);
        let seed = repetition::seed(self.campaign.seed, number);
        let spec = LabSpec {
            plan,
            target: &self.campaign.target,
            secrets: &self.campaign.secrets,
            seed: seed_of(seed, &plan.walk.walk),
            dir: self.dir,
        };
        let lab = self.campaign.labs.create(&spec);
        let mut lab = lab.map_err(|source| CampaignError::Lab {
            walk: walk.clone(),
            source,
        })?;
        let mut spool = Spool::create(&self.dir.join(format!("{walk}.spool")), walk)?;
        let mut watch = |progress| {
            // There is no receiver only when the campaign has ended already.
            let _ = self.progress.send(of_repetition(walk, progress));
        };
        let cancelled =
            || self.cancelled.load(Ordering::Relaxed) || self.stop.load(Ordering::Relaxed);
        match conduct(lab.as_mut(), plan, &mut spool, &mut watch, &cancelled) {
            Ok(()) => Ok(spool.finish()?),
            Err(ConductorError::Cancelled { .. }) => Err(CampaignError::Cancelled),
            Err(source) => Err(CampaignError::Walk {
                walk: walk.clone(),
                source: Box::new(source),
            }),
        }
    }
}

/// The same progress, of the repetition of this name.
fn of_repetition(name: &str, progress: Progress) -> Progress {
    let walk = name.to_owned();
    match progress {
        Progress::StageBegan { stage, .. } => Progress::StageBegan { walk, stage },
        Progress::WalkStopped { why, .. } => Progress::WalkStopped { walk, why },
        Progress::WalkEnded { .. } => Progress::WalkEnded { walk },
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
