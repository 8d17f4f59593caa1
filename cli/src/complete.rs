//! `tower-webhook completions`.

use std::{io::Write, process::ExitCode};

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::{failure::Failure, output};

#[derive(Debug, Args)]
#[command(
    after_help = "Where a shell looks for what is printed is in its own manual; for bash: `tower-webhook completions bash >~/.local/share/bash-completion/completions/tower-webhook`.\n\n\
        Exit codes: 0; 2 for wrong arguments."
)]
pub(crate) struct CompleteArgs {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(args: &CompleteArgs) -> Result<ExitCode, Failure> {
    let mut command = crate::args::Args::command();
    // It panics where it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "tower-webhook", &mut script);
    output::stdout().write_all(&script)?;
    Ok(ExitCode::SUCCESS)
}
