//! `rgdrill completions`: what completes rgdrill's arguments in a shell.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;
use model::exit_code::ExitCode;

use crate::cli::Cli;
use crate::command_error::CommandError;
use crate::output;

/// `rgdrill completions`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rgdrill completions bash > ~/.local/share/bash-completion/completions/rgdrill
  rgdrill completions zsh  > ~/.zfunc/_rgdrill              (a directory of $fpath)
  rgdrill completions fish > ~/.config/fish/completions/rgdrill.fish")]
pub(crate) struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

/// Prints the script.
pub(crate) fn run(args: &CompletionsArgs) -> Result<ExitCode, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "rgdrill", &mut script);
    output::write(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::Passed)
}
