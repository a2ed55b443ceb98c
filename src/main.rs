//! The binary: hands the arguments over and ends as it is told.

use std::process::ExitCode;

fn main() -> ExitCode {
    toban::cli::run(std::env::args_os())
}
