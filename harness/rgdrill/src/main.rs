//! The thin binary: everything is in the library, so that tests call it as well.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A simulated second is thousands of small messages, each a few short-lived blocks of memory.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    rgdrill::main()
}
