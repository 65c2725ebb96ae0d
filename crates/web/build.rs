//! Lists the message files of `texts/<language>/*.ftl`, so that a door adds its words by adding a file.

use std::{env, fmt::Write as _, fs, io, path::Path};

fn main() -> io::Result<()> {
    let root = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    let mut source = String::new();
    for (constant, language) in [
        ("ENGLISH", "en"),
        ("ARABIC", "ar"),
        ("FRENCH", "fr"),
        ("GERMAN", "de"),
        ("JAPANESE", "ja"),
        ("POLISH", "pl"),
        ("PORTUGUESE", "pt"),
        ("SPANISH", "es"),
    ] {
        let folder = Path::new(&root).join("texts").join(language);
        println!("cargo::rerun-if-changed={}", folder.display());
        writeln!(source, "const {constant}: &[&str] = &[").map_err(io::Error::other)?;
        for file in message_files(&folder)? {
            writeln!(source, "    include_str!({file:?}),").map_err(io::Error::other)?;
        }
        source.push_str("];\n");
    }
    fs::write(Path::new(&out).join("message_files.rs"), source)
}

/// Sorted, so that two builds give the same binary.
fn message_files(folder: &Path) -> io::Result<Vec<String>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "ftl") {
            files.push(path.display().to_string());
        }
    }
    files.sort();
    Ok(files)
}
