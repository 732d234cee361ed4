//! The `bitext` command: parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    bitext::cli::main()
}
