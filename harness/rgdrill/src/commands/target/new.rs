//! `rgdrill target new`: a skeleton that checks, with what is to be filled in.

use std::io::{self, BufRead as _, IsTerminal as _};

use clap::{Args, ValueEnum};
use model::exit_code::ExitCode;
use model::file::SourceFile;
use target::Target;

use crate::command_error::CommandError;
use crate::output;

/// What all targets' files have. In one line [`RUNS`] stands for what runs.
const SKELETON: &str = include_str!("skeleton/target.yaml");

/// The line of the skeleton in whose place comes what runs.
const RUNS: &str = "RUNS\n";

/// The name that stands in it.
const NAME: &str = "my-target";

/// What whoever sits at a terminal is asked.
const QUESTION: &str = "\
What is to be drilled?
  1  containers: images of yours, which rgdrill starts
  2  addresses: pools that run already, on machines of yours
1 or 2 (1, if you say nothing; `--runs` answers as well):";

/// `rgdrill target new`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rgdrill target new acme > acme.yaml                     asks which, at a terminal
  rgdrill target new acme --runs containers > acme.yaml   images that rgdrill starts
  rgdrill target new acme --runs addresses > acme.yaml    pools that run already
  rgdrill check acme.yaml
  rgdrill target try acme.yaml

harness/docs/bring-your-own.md explains every part.")]
pub(super) struct NewArgs {
    /// The target's name, which is also the file's.
    #[arg(value_name = "NAME", default_value = NAME)]
    name: String,

    /// What is to be drilled; if nothing is said, who sits at a terminal is asked, and all others
    /// get `containers`.
    #[arg(long, value_enum)]
    runs: Option<RunsChoice>,
}

/// What a target can run that is not embedded.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum RunsChoice {
    /// Containers of the target's own.
    Containers,
    /// What runs already.
    Addresses,
}

/// Prints it, if a file of this name could be a target's.
pub(super) fn run(args: &NewArgs) -> Result<ExitCode, CommandError> {
    let runs = match args.runs {
        Some(runs) => runs,
        None => asked(),
    };
    let text = skeleton(runs).replace(NAME, &args.name);
    let file = SourceFile::new(format!("{}.yaml", args.name), &text);
    Target::load(&file).map_err(CommandError::usage)?;
    output::write(&text)?;
    Ok(ExitCode::Passed)
}

/// The file of a target that runs this.
fn skeleton(runs: RunsChoice) -> String {
    match runs {
        RunsChoice::Containers => SKELETON.replace(RUNS, include_str!("skeleton/containers.yaml")),
        // No container runs there in which a command could be.
        RunsChoice::Addresses => SKELETON
            .replace("in: container", "in: here")
            .replace(RUNS, include_str!("skeleton/addresses.yaml")),
    }
}

/// What somebody at a terminal says; containers, if nobody sits there.
fn asked() -> RunsChoice {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return RunsChoice::Containers;
    }
    output::status(QUESTION);
    for answer in io::stdin().lock().lines().map_while(Result::ok) {
        match answer.trim() {
            "" | "1" | "containers" => return RunsChoice::Containers,
            "2" | "addresses" => return RunsChoice::Addresses,
            _ => output::status("write 1 or 2:"),
        }
    }
    RunsChoice::Containers
}
