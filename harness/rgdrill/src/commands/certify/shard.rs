//! Which part of the walks is run: `certify --shard`.

use std::fs::File;
use std::io;
use std::str::FromStr;

use drawing::Plan;
use miette::Diagnostic;
use model::environment::variable;
use model::journal;
use model::shards::{NoShard, Shard, Shards, TooManyShards};

use crate::advice::Advised;
use crate::command_error::CommandError;

/// What `--shard` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ShardChoice {
    /// This one.
    Given(Shard),
    /// The one that the environment names.
    Auto,
}

impl FromStr for ShardChoice {
    type Err = NoShard;

    fn from_str(text: &str) -> Result<Self, NoShard> {
        match text {
            "auto" => Ok(ShardChoice::Auto),
            text => text.parse().map(ShardChoice::Given),
        }
    }
}

/// How a pipeline says which shard a job is.
struct Convention {
    /// The variable of the shard's number.
    index: &'static str,
    /// The variable of how many there are.
    total: &'static str,
    /// The number of the first shard.
    first: u32,
    /// The variable of a file that is to be made, as a sign that shards are known.
    acknowledge: Option<&'static str>,
}

/// The first of them whose variables are set counts: a Bazel test can run in a GitLab job.
const CONVENTIONS: [Convention; 2] = [
    Convention {
        index: "TEST_SHARD_INDEX",
        total: "TEST_TOTAL_SHARDS",
        first: 0,
        acknowledge: Some("TEST_SHARD_STATUS_FILE"),
    },
    Convention {
        index: "CI_NODE_INDEX",
        total: "CI_NODE_TOTAL",
        first: 1,
        acknowledge: None,
    },
];

/// The environment does not say which shard this is.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum NoShardHere {
    #[error("--shard auto: the environment names no shard")]
    #[diagnostic(help(
        "it is named by TEST_SHARD_INDEX and TEST_TOTAL_SHARDS, or by CI_NODE_INDEX and CI_NODE_TOTAL; or write it: --shard 2/3"
    ))]
    Unset,
    #[error("--shard auto: `{index}` and `{total}` name no shard: they are {found}")]
    #[diagnostic(help(
        "{total} is how many shards there are, and {index} which of them this is, from {first} on"
    ))]
    NoNumbers {
        index: &'static str,
        total: &'static str,
        first: u32,
        found: String,
    },
    #[error("cannot make `{path}`, which {variable} names: {cause}")]
    NotAcknowledged {
        variable: &'static str,
        path: String,
        cause: io::Error,
    },
}

/// Of these walks, those of the shard that is asked for; and what they are of the whole.
pub(super) fn of(
    asked: Option<ShardChoice>,
    plans: Vec<Plan>,
) -> Result<(Vec<Plan>, Option<Shards>), CommandError> {
    let shard = match asked {
        None => return Ok((plans, None)),
        Some(ShardChoice::Given(shard)) => shard,
        Some(ShardChoice::Auto) => named_by(variable).map_err(CommandError::usage)?,
    };
    let program = this_program().map_err(|error| {
        CommandError::harness(miette::miette!("cannot read this program: {error}"))
    })?;
    let walks = plans
        .iter()
        .map(|plan| (plan.walk.walk.as_str(), plan.walk.duration()));
    let shards = Shards::slice(shard, &program, walks).map_err(too_many)?;
    let here = plans
        .into_iter()
        .filter(|plan| shards.holds(&plan.walk.walk));
    Ok((here.collect(), Some(shards)))
}

fn too_many(error: TooManyShards) -> CommandError {
    CommandError::usage(Advised::new(
        error,
        "ask for fewer shards, or for more walks",
    ))
}

/// The SHA-256 of the program that runs.
fn this_program() -> io::Result<String> {
    let program = std::fs::read("/proc/self/exe")?;
    Ok(journal::chain::Hash::of(&program).to_string())
}

/// The shard that these variables name.
fn named_by(variable: impl Fn(&str) -> Option<String>) -> Result<Shard, NoShardHere> {
    let named = CONVENTIONS.iter().find_map(|convention| {
        let (index, total) = (variable(convention.index), variable(convention.total));
        (index.is_some() || total.is_some()).then_some((convention, index, total))
    });
    let (convention, index, total) = named.ok_or(NoShardHere::Unset)?;
    let number = |text: &Option<String>| text.as_ref()?.parse::<u32>().ok();
    let shard = || {
        let before = number(&index)?.checked_sub(convention.first)?;
        Shard::new(before.checked_add(1)?, number(&total)?).ok()
    };
    let shown = |text: &Option<String>| {
        text.clone()
            .map_or("not set".to_owned(), |text| format!("`{text}`"))
    };
    let shard = shard().ok_or_else(|| NoShardHere::NoNumbers {
        index: convention.index,
        total: convention.total,
        first: convention.first,
        found: format!("{} and {}", shown(&index), shown(&total)),
    })?;
    if let Some(name) = convention.acknowledge
        && let Some(path) = variable(name)
    {
        File::create(&path).map_err(|cause| NoShardHere::NotAcknowledged {
            variable: name,
            path,
            cause,
        })?;
    }
    Ok(shard)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn named(variables: &[(&str, &str)]) -> Result<String, String> {
        let variable = |name: &str| {
            let mut variables = variables.iter();
            Some(variables.find(|(known, _)| *known == name)?.1.to_owned())
        };
        let shard = named_by(variable);
        shard
            .map(|shard| shard.to_string())
            .map_err(|error| error.to_string())
    }

    #[rstest]
    #[case::bazel_counts_from_0(&[("TEST_SHARD_INDEX", "0"), ("TEST_TOTAL_SHARDS", "3")], "1/3")]
    #[case::gitlab_counts_from_1(&[("CI_NODE_INDEX", "3"), ("CI_NODE_TOTAL", "3")], "3/3")]
    #[case::bazel_in_gitlab(
        &[("CI_NODE_INDEX", "1"), ("CI_NODE_TOTAL", "2"), ("TEST_SHARD_INDEX", "4"), ("TEST_TOTAL_SHARDS", "9")],
        "5/9"
    )]
    fn the_environment_names_the_shard(#[case] variables: &[(&str, &str)], #[case] shard: &str) {
        assert_eq!(named(variables).as_deref(), Ok(shard));
    }

    #[rstest]
    #[case::nothing(&[], "names no shard")]
    #[case::half(&[("CI_NODE_TOTAL", "3")], "they are not set and `3`")]
    #[case::beyond(&[("TEST_SHARD_INDEX", "3"), ("TEST_TOTAL_SHARDS", "3")], "they are `3` and `3`")]
    #[case::none(&[("CI_NODE_INDEX", "0"), ("CI_NODE_TOTAL", "3")], "they are `0` and `3`")]
    #[case::words(&[("CI_NODE_INDEX", "one"), ("CI_NODE_TOTAL", "3")], "they are `one` and `3`")]
    fn no_shard_is_guessed(#[case] variables: &[(&str, &str)], #[case] why: &str) {
        let error = named(variables).unwrap_err();
        assert!(error.contains(why), "{error}");
    }

    #[test]
    fn bazel_is_told_that_shards_are_known() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("status");
        let status = ("TEST_SHARD_STATUS_FILE", file.to_str().unwrap());
        named(&[
            ("TEST_SHARD_INDEX", "0"),
            ("TEST_TOTAL_SHARDS", "1"),
            status,
        ])
        .unwrap();
        assert!(file.exists());
    }
}
