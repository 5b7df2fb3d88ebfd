//! `rgdrill clean`: removes what drills left on the container engine.

use clap::Args;
use lab::docker::{Engine, Swept};
use model::exit_code::ExitCode;

use crate::command_error::CommandError;
use crate::output;
use campaign::DockerFactoryError;

/// `rgdrill clean`
#[derive(Debug, Args)]
#[command(after_help = "\
Only containers, networks and volumes with the label org.rgdrill.run are removed, and only where the
drill that made them is dead: one that is under way is left alone, on whichever machine its harness
runs. Every drill in containers begins with this. Images stay: `docker image rm` removes them.")]
pub(crate) struct CleanArgs {}

/// Removes it, and tells what it was.
pub(crate) fn run(_: &CleanArgs) -> Result<ExitCode, CommandError> {
    let swept = Engine::connect()
        .and_then(|engine| engine.sweep())
        .map_err(|error| CommandError::harness(DockerFactoryError::from(error)))?;
    output::print(&told(swept));
    Ok(ExitCode::Passed)
}

fn told(swept: Swept) -> String {
    let Swept {
        containers,
        networks,
        volumes,
        alive,
    } = swept;
    let mut told =
        format!("removed: {containers} containers, {networks} networks, {volumes} volumes\n");
    if alive > 0 {
        told.push_str(&format!(
            "left alone, for they are in use: {alive} laboratories\n"
        ));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_use_is_told_only_if_there_is_some() {
        assert_eq!(
            told(Swept::default()),
            "removed: 0 containers, 0 networks, 0 volumes\n"
        );
        let swept = Swept {
            alive: 1,
            ..Swept::default()
        };
        assert!(told(swept).ends_with("in use: 1 laboratories\n"));
    }
}
