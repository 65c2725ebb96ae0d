//! Entry point of the `consentry` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    consentry_server::commands::run()
}
