//! Runs the walks of a campaign, each in a lab of its own: several at once into one file, or one after
//! the other into memory.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread;

use conductor::{ConductorError, Progress, conduct};
use drawing::Plan;
use lab::LabError;
use model::journal::{self, Journal, Part, Recorder, Spool, WalkJournal, assemble, may_be_read};
use model::parallel::join;
use model::repetition;
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use crate::campaign::{Campaign, CampaignError, Scheduled};
use crate::labs::LabSpec;

/// Runs the walks of `campaign` and writes `journal.jsonl` into `dir`, whole or not at all.
///
/// # Errors
/// [`CampaignError`]. Faults are healed and nothing but spools is left in `dir` then.
pub fn run(
    campaign: &Campaign,
    dir: &Path,
    cancelled: &CancellationToken,
    mut watch: impl FnMut(Progress),
) -> Result<PathBuf, CampaignError> {
    let (progress, received) = mpsc::channel();
    let order = campaign.longest_first();
    let (next, written) = (AtomicUsize::new(0), AtomicU64::new(0));
    // One that fails stops the others as well.
    let cancelled = cancelled.child_token();
    let parts = thread::scope(|scope| {
        let workers: Vec<_> = (0..campaign.jobs.clamp(1, order.len().max(1)))
            .map(|_| {
                let worker = Worker {
                    campaign,
                    dir,
                    order: &order,
                    next: &next,
                    written: &written,
                    cancelled: &cancelled,
                    progress: progress.clone(),
                };
                scope.spawn(move || worker.work())
            })
            .collect();
        drop(progress);
        received.iter().for_each(&mut watch);
        all_or_cause(workers.into_iter().map(join))
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

/// As [`run`], but one walk after the other, and into memory: no file is written.
///
/// # Errors
/// [`CampaignError`]. Faults are healed then.
pub fn observe(
    campaign: &Campaign,
    cancelled: &CancellationToken,
) -> Result<Journal, CampaignError> {
    let mut walks = Vec::new();
    for (plan, number) in campaign.in_journal() {
        let repetition = Repetition::of(campaign, plan, number);
        let mut walk = WalkJournal::begin(&repetition.name);
        repetition.run(None, &mut walk, &mut |_| {}, cancelled)?;
        walks.push(walk);
    }
    Ok(Journal {
        header: campaign.header.clone(),
        walks,
    })
}

/// What all workers have; or why not. A worker that failed has the others cancelled: what it met is the
/// cause, not that.
fn all_or_cause<T>(
    workers: impl Iterator<Item = Result<T, CampaignError>>,
) -> Result<Vec<T>, CampaignError> {
    let mut all = Vec::new();
    let mut cause = None;
    for worker in workers {
        match (worker, &cause) {
            (Ok(done), _) => all.push(done),
            (Err(error), None | Some(CampaignError::Cancelled)) => cause = Some(error),
            (Err(_), Some(_)) => {}
        }
    }
    cause.map_or(Ok(all), Err)
}

/// Takes one walk after the other until there is none, or one failed.
struct Worker<'a> {
    campaign: &'a Campaign,
    dir: &'a Path,
    order: &'a [Scheduled<'a>],
    next: &'a AtomicUsize,
    /// How many bytes the walks have that are complete.
    written: &'a AtomicU64,
    cancelled: &'a CancellationToken,
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
                    self.cancelled.cancel();
                    return Err(error);
                }
            }
        }
    }

    /// Runs the repetition `number`, from 1, of a walk.
    fn run_walk(&self, plan: &Plan, number: u32) -> Result<Part, CampaignError> {
        let repetition = Repetition::of(self.campaign, plan, number);
        let name = &repetition.name;
        let mut spool = Spool::create(&self.dir.join(format!("{name}.spool")), name)?;
        let mut watch = |progress| {
            // There is no receiver only when the campaign has ended already.
            let _ = self.progress.send(of_repetition(name, progress));
        };
        repetition.run(Some(self.dir), &mut spool, &mut watch, self.cancelled)?;
        let part = spool.finish()?;
        let before = self.written.fetch_add(part.length, Ordering::Relaxed);
        may_be_read(before + part.length)?;
        Ok(part)
    }
}

/// One repetition of a walk, as its seed draws it.
struct Repetition<'a> {
    campaign: &'a Campaign,
    plan: Plan,
    /// The walk's name, with the repetition's number.
    name: String,
    /// The RNG seed of its lab.
    seed: u64,
}

impl<'a> Repetition<'a> {
    /// The repetition `number`, from 1, of the walk of this plan.
    fn of(campaign: &'a Campaign, plan: &Plan, number: u32) -> Self {
        let walk = &plan.walk.walk;
        let drawn = plan
            .clone()
            .drawn_by(campaign.seed, number, &campaign.target.directory);
        Repetition {
            campaign,
            plan: drawn.at_the_pace_of(&campaign.target.times),
            name: repetition::name(walk, number),
            seed: seed_of(repetition::seed(campaign.seed, number), walk),
        }
    }

    /// Runs it in a lab of its own, which leaves whatever it leaves in `dir`.
    fn run(
        &self,
        dir: Option<&Path>,
        recorder: &mut dyn Recorder,
        watch: &mut dyn FnMut(Progress),
        cancelled: &CancellationToken,
    ) -> Result<(), CampaignError> {
        let walk = || self.name.clone();
        let spec = LabSpec {
            name: &self.name,
            plan: &self.plan,
            target: &self.campaign.target,
            secrets: &self.campaign.secrets,
            seed: self.seed,
            dir,
            cancelled,
        };
        let lab = self.campaign.labs.create(&spec);
        let mut lab = lab.map_err(|source| match source {
            LabError::Cancelled => CampaignError::Cancelled,
            source => CampaignError::Lab {
                walk: walk(),
                source,
            },
        })?;
        let is_cancelled = || cancelled.is_cancelled();
        let ended = conduct(lab.as_mut(), &self.plan, recorder, watch, &is_cancelled);
        ended.map_err(|error| match error {
            ConductorError::Cancelled { .. }
            | ConductorError::Lab {
                cause: LabError::Cancelled,
                ..
            } => CampaignError::Cancelled,
            source => CampaignError::Walk {
                walk: walk(),
                source: Box::new(source),
            },
        })
    }
}

/// The same progress, of the repetition of this name.
fn of_repetition(name: &str, progress: Progress) -> Progress {
    let walk = name.to_owned();
    match progress {
        Progress::StageBegan { stage, .. } => Progress::StageBegan { walk, stage },
        Progress::LoadMeasured { placed, failed, .. } => Progress::LoadMeasured {
            walk,
            placed,
            failed,
        },
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

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use lab::Lab;
    use model::file::SourceFile;
    use model::journal::{Header, JournalError};
    use model::scenarios::Scenarios;
    use model::walk::LabKind;
    use target::Target;

    use super::*;
    use crate::labs::LabFactory;

    /// Makes no lab, and keeps for what it should have made one.
    #[derive(Debug, Default)]
    struct Asked(Mutex<Vec<String>>);

    impl LabFactory for Asked {
        fn kind(&self) -> LabKind {
            LabKind::Sim
        }

        fn create(&self, spec: &LabSpec<'_>) -> Result<Box<dyn Lab>, LabError> {
            self.0.lock().unwrap().push(spec.name.to_owned());
            Err(LabError::UnknownActor("nobody".to_owned()))
        }
    }

    /// So that what one leaves is not taken for the other's, or written over it.
    #[test]
    fn each_repetition_has_a_lab_of_its_own_name() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
        let scenarios = Scenarios::read(&root.join("lync-2013")).unwrap();
        let text = std::fs::read_to_string(root.join("targets/reference.yaml")).unwrap();
        let target = Target::load(&SourceFile::new("reference.yaml", &text)).unwrap();
        let asked = Arc::new(Asked::default());
        let campaign = Campaign {
            plans: vec![Plan::of(&scenarios.walks["control"], &scenarios)],
            labs: Arc::clone(&asked) as Arc<dyn LabFactory>,
            secrets: target.secrets(|_| None).unwrap(),
            header: Header::new(&target.target, LabKind::Sim, 1, &scenarios.tables_sha256),
            target: Arc::new(target),
            seed: 1,
            jobs: 1,
        };
        let never = CancellationToken::new();
        for number in [1, 2] {
            let repetition = Repetition::of(&campaign, &campaign.plans[0], number);
            let mut walk = WalkJournal::begin(&repetition.name);
            let ran = repetition.run(None, &mut walk, &mut |_| {}, &never);
            assert!(matches!(ran, Err(CampaignError::Lab { .. })));
        }
        assert_eq!(*asked.0.lock().unwrap(), ["control", "control#2"]);
    }

    fn full() -> Result<(), CampaignError> {
        let walk = "kill".to_owned();
        Err(JournalError::WalkTwice { walk }.into())
    }

    fn cancelled() -> Result<(), CampaignError> {
        Err(CampaignError::Cancelled)
    }

    #[test]
    fn what_a_worker_met_is_the_cause_and_not_that_the_others_stopped() {
        for workers in [[full(), cancelled(), Ok(())], [Ok(()), cancelled(), full()]] {
            let cause = all_or_cause(workers.into_iter()).unwrap_err();
            assert!(matches!(cause, CampaignError::Journal(_)), "{cause}");
        }
    }

    #[test]
    fn a_campaign_that_was_cancelled_was_cancelled() {
        let cause = all_or_cause([Ok(()), cancelled()].into_iter()).unwrap_err();
        assert!(matches!(cause, CampaignError::Cancelled), "{cause}");
    }
}
