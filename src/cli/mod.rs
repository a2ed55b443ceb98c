//! The command line: the clap tree, one file per headless command, exit codes.
