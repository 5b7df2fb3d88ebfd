//! The seed of a drill: who plays which role, what is written, and when things are done follows from it.
//!
//! Drills of the reference pools have the same one unless another is asked for. A target of one's own gets
//! a fresh one each time: what is not known beforehand nobody can be prepared for.

use miette::Diagnostic;

use super::args::CertifyArgs;
use crate::command_error::CommandError;
use crate::commands::process::run::fresh_seed;
use crate::output;

/// The seed of drills of the reference pools.
const USUAL: u64 = 1;

/// Nobody can know which seed the other shards would draw.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("the shards of a drill have one seed, and none is given")]
#[diagnostic(help(
    "give each of them the same with --seed, such as the number of the pipeline's run"
))]
struct NoSeedForShards;

/// The seed that is asked for, else the usual one, or for a target of one's own a fresh one.
pub(super) fn of(args: &CertifyArgs) -> Result<u64, CommandError> {
    match (args.seed, &args.target) {
        (Some(seed), _) => Ok(seed),
        (None, None) => Ok(USUAL),
        (None, Some(_)) if args.shard.is_some() => Err(CommandError::usage(NoSeedForShards)),
        (None, Some(_)) => {
            // Short enough to be typed.
            let [first, second, third, ..] = fresh_seed()?;
            Ok(u64::from(u32::from_be_bytes([0, first, second, third])))
        }
    }
}

/// Tells a fresh seed, now that the drill begins.
pub(super) fn tell_fresh(args: &CertifyArgs, seed: u64) {
    if args.seed.is_none() && args.target.is_some() {
        let told = format!("The seed is {seed}: `--seed {seed}` draws the same again");
        output::status(&told);
    }
}
