//! Entry point of the `consentry` command.

use std::process::ExitCode;

/// A request makes hundreds of small allocations, which glibc's allocator takes twice as long for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    consentry_server::commands::run()
}
