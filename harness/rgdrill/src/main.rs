//! The thin binary: everything is in the library, so that tests call it as well.

use std::process::ExitCode;

fn main() -> ExitCode {
    rgdrill::main()
}
