//! A campaign: which walks are run, in which labs, how many at once; the honesty probe before them;
//! and the same over mutants of the reference pools, which proves that every clause can fail.
//!
//! - [`campaign`]: the walks to run.
//! - [`mod@run`]: runs them, each in a lab of its own, into a file or into memory.
//! - [`selection`]: which walks are run, for which clauses.
//! - [`honesty`]: whether a target's answers can be relied on.
//! - [`labs`]: the factories that make labs: simulations, containers, pools that run already.
//! - [`pools`]: the reference pools, as a topology has them; [`deployed`]: the same for the files of a
//!   target's containers.
//! - [`mutants`], [`mutation`], [`matrix`]: which clauses each mutant breaks, whether it did, and
//!   how that is shown.
//! - [`sweep`]: each walk with many seeds: whether a verdict hangs on chance.
//! - [`variants`], [`variation`]: what a target with each variant declares, and that it passes.

pub mod campaign;
pub mod deployed;
pub mod estimate;
pub mod honesty;
pub mod labs;
pub mod matrix;
pub mod mutants;
pub mod mutation;
pub mod pools;
pub mod run;
pub mod selection;
pub mod sweep;
pub mod variants;
pub mod variation;

pub use campaign::{Campaign, CampaignError};
pub use estimate::Estimate;
pub use labs::{
    DockerFactory, DockerFactoryError, ExternalFactory, LabEnvironment, LabFactory, LabSpec,
    MutantFactory, SimFactory, VariantFactory,
};
pub use mutation::{
    Extent, MutantResult, MutationError, MutationProof, Proving, prove, walks_of_a_proof,
};
pub use pools::{ReferencePools, reference_password};
pub use run::{observe, run};
pub use selection::{ForLab, LeftOut, Selection, SelectionError, without_means};
pub use sweep::{Odd, Sweep, SweepError, SweptWalk};
pub use variation::{NotPassed, VariantResult, prove_variants};
