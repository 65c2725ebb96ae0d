//! How the program is linked.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let about = |name| env::var(name).unwrap_or_default();
    // A program that is loaded anywhere lists each address in it, which takes a million bytes; packed, which the loader reads since
    // glibc 2.36, it takes a hundredth of that.
    if about("CARGO_CFG_TARGET_OS") == "linux"
        && about("CARGO_CFG_TARGET_ENV") == "gnu"
        && about("PROFILE") == "release"
    {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}
