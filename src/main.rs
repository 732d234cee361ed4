//! The `bitext` command: parse, run, exit code.

use std::process::ExitCode;

// Texts come and go by the million on several threads; the system's allocator takes a tenth of the time for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    bitext::cli::main()
}
