//! `rgdrill clean`: removes what drills left on the container engine.

use clap::Args;
use lab::docker::{Engine, Swept};
use model::exit_code::ExitCode;
use tokio_util::sync::CancellationToken;

use super::engine::no_lab;
use crate::command_error::CommandError;
use crate::output;

/// `rgdrill clean`
#[derive(Debug, Args)]
#[command(after_help = "\
Only containers, networks and volumes with the label org.rgdrill.run are removed, and only where
the drill that made them is dead: one that is under way is left alone, on whichever machine its
harness runs. Every drill in containers begins with this. What the engine does not remove is
named, with the command that does it by hand, and the exit code is 4. Images stay: `docker image
rm` removes them.

Examples:
  rgdrill clean                                      on the engine of the current context
  DOCKER_HOST=ssh://lab.example rgdrill clean        on another one")]
pub(crate) struct CleanArgs {}

/// Removes it, and prints what it was.
pub(crate) fn run(_: &CleanArgs) -> Result<ExitCode, CommandError> {
    let never = CancellationToken::new();
    let swept = Engine::connect(&never)
        .and_then(|engine| engine.sweep())
        .map_err(no_lab)?;
    output::print(&in_words(&swept));
    for left in &swept.left {
        let command = left.command();
        output::status(&format!(
            "error: the engine does not remove {left}\n  help: `{command}`, or restart the engine"
        ));
    }
    Ok(match swept.left.is_empty() {
        true => ExitCode::Passed,
        false => ExitCode::HarnessFailed,
    })
}

fn in_words(swept: &Swept) -> String {
    let Swept {
        containers,
        networks,
        volumes,
        alive,
        ..
    } = *swept;
    let removed = [
        counted(containers, "container"),
        counted(networks, "network"),
        counted(volumes, "volume"),
    ];
    let mut text = format!("removed: {}\n", removed.join(", "));
    if alive > 0 {
        text.push_str(&format!("left alone: {} in use\n", counted(alive, "lab")));
    }
    text
}

fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_use_is_named_only_if_there_is_some() {
        assert_eq!(
            in_words(&Swept::default()),
            "removed: 0 containers, 0 networks, 0 volumes\n"
        );
        let swept = Swept {
            alive: 1,
            ..Swept::default()
        };
        assert!(in_words(&swept).ends_with("left alone: 1 lab in use\n"));
    }
}
