//! The binary: hands the arguments over and ends as it is told.
//! Everything else is in the library, where it can be tested.

use std::process::ExitCode;

fn main() -> ExitCode {
    toban::cli::run(std::env::args_os())
}
