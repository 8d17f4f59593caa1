//! `tower-webhook completions`.

use std::{io, process::ExitCode};

use clap::{Args, CommandFactory};
use clap_complete::Shell;

#[derive(Debug, Args)]
pub(crate) struct CompleteArgs {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(args: &CompleteArgs) -> ExitCode {
    let mut command = crate::args::Args::command();
    clap_complete::generate(args.shell, &mut command, "tower-webhook", &mut io::stdout());
    ExitCode::SUCCESS
}
