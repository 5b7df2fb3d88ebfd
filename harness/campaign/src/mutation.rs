//! The proof that every clause can fail: the drill run over mutants of the reference server.
//!
//! ```text
//! mutant ─► observe, in simulation ─► journal ─► judge ─► clauses that go red
//!                                                               ║ the same?
//! mutant ─► crate::mutants ─────────────────────────────► clauses that must
//! ```
//!
//! A judge that is too mild shows as a clause expected and not observed, one that condemns what it
//! should not as one observed and not expected; and a clause that no mutant breaks has never been
//! seen to fail, so that its green would mean nothing.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use drawing::Plan;
use model::clause::ClauseId;
use model::clause_result::AskedClause;
use model::environment;
use model::exit_code::Strictness;
use model::finding::Finding;
use model::journal::{Header, Journal};
use model::results::Results;
use model::scenarios::Scenarios;
use model::walk::{Imports, LabKind, Stages};
use model::{Tables, Verdict, Walk, parallel};
use reference::Mutant;
use serde::Serialize;
use target::{MissingSecrets, Target};
use tokio_util::sync::CancellationToken;

use crate::campaign::{Campaign, CampaignError};
use crate::labs::{LabFactory, MutantFactory};
use crate::mutants::broken_by;
use crate::run::observe;

/// What the drill made of all mutants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MutationProof {
    /// One for each mutant, in their order.
    pub mutants: Vec<MutantResult>,
}

/// What the drill made of one mutant. Clauses are in the tables' order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MutantResult {
    /// The mutant.
    pub name: &'static str,
    /// The clauses that must go red.
    pub expected: Vec<ClauseId>,
    /// The clauses that went red.
    pub observed: Vec<ClauseId>,
}

/// Why nothing could be proven.
#[derive(Debug, thiserror::Error)]
pub enum MutationError {
    /// A drill stopped early.
    #[error("cannot complete the drill of `{name}`")]
    Drill {
        /// The mutant or variant.
        name: &'static str,
        /// Why.
        source: Box<CampaignError>,
    },
    /// The reference target needs a secret that is not set.
    #[error(transparent)]
    Secrets(#[from] MissingSecrets),
}

impl MutationProof {
    /// Whether all mutants there are were drilled.
    pub fn is_whole(&self) -> bool {
        self.mutants.len() == Mutant::ALL.len()
    }

    /// The clauses that fewer than three mutants were seen to break, of which a green means little; none where
    /// only some mutants were drilled.
    pub fn rarely_red(&self, tables: &Tables) -> Vec<ClauseId> {
        if !self.is_whole() {
            return Vec::new();
        }
        let times = |id: &ClauseId| {
            let broke = self.mutants.iter().filter(|m| m.observed.contains(id));
            broke.count()
        };
        let clauses = tables.clauses.iter().map(|clause| &clause.id);
        clauses.filter(|id| times(id) < 3).cloned().collect()
    }

    /// Whether every mutant broke what it must, no less and no more, and every clause was broken
    /// often enough.
    pub fn is_complete(&self, tables: &Tables) -> bool {
        self.mutants.iter().all(MutantResult::agrees) && self.rarely_red(tables).is_empty()
    }
}

impl MutantResult {
    /// Whether exactly the clauses went red that must.
    pub fn agrees(&self) -> bool {
        self.expected == self.observed
    }

    /// The clauses that must go red and did not.
    pub fn missing(&self) -> Vec<&ClauseId> {
        let went_red = |id: &&ClauseId| self.observed.contains(id);
        self.expected.iter().filter(|id| !went_red(id)).collect()
    }

    /// The clauses that went red and must not.
    pub fn surplus(&self) -> Vec<&ClauseId> {
        let must = |id: &&ClauseId| self.expected.contains(id);
        self.observed.iter().filter(|id| !must(id)).collect()
    }
}

/// Over which walks mutants and variants are drilled.
///
/// Those in which things are done at random come last: mutants are drilled there only where no other walk shows what
/// they break, for chance decides what else shows; variants always, for they must not fail anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// The [`walks_of_a_proof`], one after the other, until every clause that must go red, or must
    /// pass, has been seen to.
    UntilDecided,
    /// All of them.
    AllWalks,
}

/// How mutants and variants are drilled.
pub struct Proving<'a> {
    /// Over which walks.
    pub extent: Extent,
    /// How many at once.
    pub jobs: NonZeroUsize,
    /// Whether anybody still wants it.
    pub cancelled: &'a CancellationToken,
    /// Is told of each that ended whether it is as it should be.
    pub ended: &'a (dyn Fn(bool) + Sync),
}

/// Drills these mutants of the reference server.
///
/// # Errors
/// [`MutationError`]: a drill that could not be run or judged proves nothing.
pub fn prove(
    mutants: &[Mutant],
    scenarios: &Scenarios,
    target: &Arc<Target>,
    proving: &Proving<'_>,
) -> Result<MutationProof, MutationError> {
    let mutants = all_of(
        mutants,
        proving.jobs,
        |mutant| -> Result<_, MutationError> {
            let drilled = Drilled {
                name: mutant.name(),
                labs: Arc::new(MutantFactory(mutant)),
                target: Arc::clone(target),
            };
            let expected = broken_by(mutant, &scenarios.tables);
            let is_decided = |results: &Results, next: &Walk| {
                let red = red(results);
                let is_optional = proving.extent == Extent::UntilDecided || next.random.is_some();
                is_optional && expected.iter().all(|clause| red.contains(clause))
            };
            let results = drill(&drilled, scenarios, is_decided, proving.cancelled)?;
            let result = MutantResult {
                name: mutant.name(),
                observed: red(&results),
                expected,
            };
            (proving.ended)(result.agrees());
            Ok(result)
        },
    )?;
    Ok(MutationProof { mutants })
}

/// The clauses that failed.
fn red(results: &Results) -> Vec<ClauseId> {
    let red = results.clauses.iter();
    let red = red.filter(|clause| clause.verdict == Verdict::Fail);
    red.map(|clause| clause.id.clone()).collect()
}

/// Does the same with all of them, `jobs` at once; the results in their order.
pub(crate) fn all_of<T: Copy + Sync, R: Clone + Send, E: Send>(
    all: &[T],
    jobs: NonZeroUsize,
    one: impl Fn(T) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    let next = AtomicUsize::new(0);
    let failed = AtomicBool::new(false);
    let work = || -> Result<Vec<(usize, R)>, E> {
        let mut done = Vec::new();
        while !failed.load(Ordering::Relaxed) {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(&subject) = all.get(index) else {
                break;
            };
            let result = one(subject).inspect_err(|_| failed.store(true, Ordering::Relaxed))?;
            done.push((index, result));
        }
        Ok(done)
    };
    let mut done = thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs.get()).map(|_| scope.spawn(work)).collect();
        let results = workers.into_iter().map(parallel::join);
        results.collect::<Result<Vec<_>, _>>()
    })?
    .concat();
    done.sort_by_key(|(index, _)| *index);
    Ok(done.into_iter().map(|(_, result)| result).collect())
}

/// What is drilled in a proof: the reference server, changed in something.
pub(crate) struct Drilled {
    /// What the change is called.
    pub(crate) name: &'static str,
    /// Makes the labs with such servers.
    pub(crate) labs: Arc<dyn LabFactory>,
    /// The target, as such a server is declared.
    pub(crate) target: Arc<Target>,
}

/// How many walks of a proof are run in any case: one in which groups are imported, and one without.
const AT_LEAST: usize = 2;

/// Drills it, and judges what was observed, of every clause: over the [`walks_of_a_proof`], one after
/// the other, but for those before which what was found so far is enough.
pub(crate) fn drill(
    drilled: &Drilled,
    scenarios: &Scenarios,
    is_enough: impl Fn(&Results, &Walk) -> bool,
    cancelled: &CancellationToken,
) -> Result<Results, MutationError> {
    let header = Header::new(
        &target_name(&drilled.target, drilled.name),
        LabKind::Sim,
        SEED,
        &scenarios.tables_sha256,
    )
    .claiming(drilled.target.claims());
    let mut findings = Vec::new();
    let mut results = results_of(&header, &findings, &scenarios.tables);
    for (index, plan) in walks_of_a_proof(scenarios).into_iter().enumerate() {
        if index >= AT_LEAST && is_enough(&results, &plan.walk) {
            continue;
        }
        let journal = journal_of(plan, drilled, header.clone(), cancelled)?;
        findings.extend(judge::judge(&journal, &scenarios.tables));
        results = results_of(&header, &findings, &scenarios.tables);
    }
    Ok(results)
}

/// The journal of one walk.
fn journal_of(
    plan: Plan,
    drilled: &Drilled,
    header: Header,
    cancelled: &CancellationToken,
) -> Result<Journal, MutationError> {
    let Drilled { name, labs, target } = drilled;
    let campaign = Campaign {
        plans: vec![plan],
        labs: Arc::clone(labs),
        secrets: target.secrets(environment::variable)?,
        seed: SEED,
        jobs: 1,
        header,
        target: Arc::clone(target),
    };
    observe(&campaign, cancelled).map_err(|source| {
        let source = Box::new(source);
        MutationError::Drill { name, source }
    })
}

/// The seed of every proof: which walks go how is no part of what is proven.
const SEED: u64 = 1;

/// What a run is called in which the target has this mutant or variant, so that it is not taken for a run of
/// the target.
pub fn target_name(target: &Target, change: &str) -> String {
    format!("{}+{change}", target.target)
}

/// The walks over which mutants and variants are drilled: all simulated ones that judge anything.
///
/// They come in an order in which few decide much: one with an import during the outage, for it has calls from
/// before and after, and one without any; those with long stages, for much shows only there; then one of each
/// time of the import by turns; then those whose links lose messages; and at the end those in which things are done at
/// random.
pub fn walks_of_a_proof(scenarios: &Scenarios) -> Vec<Plan> {
    const TURNS: [Imports; 4] = [
        Imports::DuringOutage,
        Imports::None,
        Imports::InAdvance,
        Imports::AfterFailover,
    ];
    let mut walks: Vec<(bool, usize, &Walk)> = Vec::new();
    for (turn, imports) in TURNS.into_iter().enumerate() {
        let of_turn = scenarios.walks.values().filter(|walk| {
            let is_simulated = walk.runs.is_always() && walk.labs.contains(&LabKind::Sim);
            is_simulated && walk.outage.is_some() && walk.imports == imports
        });
        let of_turn = of_turn.enumerate().map(|(round, walk)| {
            let place = round * TURNS.len() + turn;
            (!walk.links.are_sound(), place, walk)
        });
        walks.extend(of_turn);
    }
    let is_long = |walk: &Walk| walk.stages != Stages::default();
    walks.sort_by_key(|(is_lossy, place, walk)| {
        // Before whichever is there.
        let place = if is_long(walk) { AT_LEAST } else { *place };
        (walk.random.is_some(), *is_lossy, place, !is_long(walk))
    });
    let walks = walks.into_iter().map(|(_, _, walk)| walk);
    walks.map(|walk| Plan::of(walk, scenarios)).collect()
}

/// What becomes of every clause.
fn results_of(header: &Header, findings: &[Finding], tables: &Tables) -> Results {
    let asked = tables.clauses.iter().map(|clause| AskedClause {
        clause: clause.id.clone(),
        statement: None,
    });
    Results::of(header, asked, findings, Strictness::Strict)
}
