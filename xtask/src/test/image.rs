//! The image itself: the last stage of the container file, built with buildah on a base that has what its own base is counted on for, then
//! looked at and run. Registries are in no reach of the tests, so the base is made here; everything else is the file's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::package::NAME;
use crate::process;
use crate::workspace::Workspace;

/// Programs that somebody who got in could use.
const TOOLS: [&str; 6] = [
    "bin/sh",
    "bin/bash",
    "usr/bin/env",
    "bin/busybox",
    "usr/bin/apt",
    "usr/bin/python3",
];

/// Builds, inspects and runs the image. `root` is a folder with the binary and its libraries at their places, `file` the container file.
pub fn holds(workspace: &Workspace, root: &Path, file: &str) -> Result<()> {
    let folder = workspace.target().join("image-test");
    if folder.exists() {
        remove(&folder)?;
    }
    let release = folder.join("stage/source/target/release");
    fs::create_dir_all(&release)?;
    fs::create_dir_all(folder.join("stage/empty/data"))?;
    fs::create_dir_all(folder.join("base"))?;
    fs::copy(root.join("usr/bin").join(NAME), release.join(NAME))?;
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        fs::copy(
            workspace.root().join(licence),
            folder.join("stage/source").join(licence),
        )?;
    }
    process::run(
        Command::new("cp")
            .arg("-a")
            .arg(root.join("."))
            .arg(folder.join("base")),
    )?;
    fs::remove_dir_all(folder.join("base/usr/bin"))?;
    fs::remove_dir_all(folder.join("base/var"))?;
    fs::write(folder.join("Containerfile"), on_our_base(file)?)?;
    let store = Store(folder.clone());
    process::run(
        store
            .buildah("bud")
            .args(["--quiet", "--isolation", "chroot", "--tag", NAME, "--file"])
            .arg(folder.join("Containerfile"))
            .arg(&folder),
    )
    .context("buildah")?;
    judge(&inspected(&store)?)?;
    let container = process::capture(store.buildah("from").arg(NAME))?
        .trim()
        .to_owned();
    let run = |arguments: &[&str]| {
        let mut command = store.buildah("run");
        command.args([
            "--isolation",
            "chroot",
            &container,
            "--",
            &format!("/usr/bin/{NAME}"),
        ]);
        process::capture(command.args(arguments))
    };
    let said = run(&["--version"])?;
    ensure!(said.starts_with("consentry "), "--version says {said}");
    let said = run(&["config", "show"])?;
    ensure!(
        said.contains("sqlite:///var/lib/consentry"),
        "config show says {said}"
    );
    let mounted = process::capture(store.buildah("mount").arg(&container))?;
    let mounted = PathBuf::from(mounted.trim());
    for tool in TOOLS {
        ensure!(!mounted.join(tool).exists(), "the image has {tool}");
    }
    let programs: Vec<_> = fs::read_dir(mounted.join("usr/bin"))?.collect::<Result<_, _>>()?;
    ensure!(programs.len() == 1, "it has more than one program: {programs:?}");
    remove(&folder)
}

/// The last stage of a container file, with stages of ours before it.
fn on_our_base(file: &str) -> Result<String> {
    let last = file
        .rfind("\nFROM ")
        .context("there is no stage after the first")?
        + 1;
    let (_, last) = file.split_at(last);
    let (_, rest) = last.split_once('\n').context("the last stage is empty")?;
    Ok(format!(
        "FROM scratch AS build\nCOPY stage/ /\nFROM scratch AS base\nCOPY base/ /\nFROM base\n{rest}"
    ))
}

fn inspected(store: &Store) -> Result<Value> {
    let told = process::capture(store.buildah("inspect").args(["--type", "image", NAME]))?;
    let told: Value = serde_json::from_str(&told).context("buildah inspect")?;
    Ok(told["OCIv1"]["config"].clone())
}

fn judge(config: &Value) -> Result<()> {
    for (member, expected) in [
        ("User", json!("65532:65532")),
        ("Entrypoint", json!([format!("/usr/bin/{NAME}")])),
        ("Cmd", json!(["serve"])),
        ("WorkingDir", json!("/var/lib/consentry")),
        ("Volumes", json!({ "/var/lib/consentry": {} })),
        ("ExposedPorts", json!({ "8080/tcp": {} })),
    ] {
        ensure!(config[member] == expected, "{member} is {}", config[member]);
    }
    for label in ["title", "description", "licenses"] {
        let told = &config["Labels"][format!("org.opencontainers.image.{label}")];
        ensure!(
            told.as_str().is_some_and(|told| !told.is_empty()),
            "it has no {label}"
        );
    }
    Ok(())
}

/// Images and containers of this test alone.
struct Store(PathBuf);

impl Store {
    fn buildah(&self, what: &str) -> Command {
        let mut command = Command::new("buildah");
        command
            .args(["--storage-driver", "vfs", "--root"])
            .arg(self.0.join("images"))
            .arg("--runroot")
            .arg(self.0.join("run"))
            .arg(what);
        command
    }
}

fn remove(folder: &Path) -> Result<()> {
    let store = Store(folder.to_owned());
    if folder.join("images").is_dir() {
        process::run(store.buildah("rm").args(["--all"]))?;
    }
    fs::remove_dir_all(folder).with_context(|| folder.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_stage_is_built_and_no_other() {
        let file = "FROM rust AS build\nRUN make\n\n# Small.\nFROM far.example/cc:1\nCOPY --from=build /a /b\nUSER 1:1\n";
        let ours = on_our_base(file).unwrap();
        assert!(
            ours.ends_with("FROM base\nCOPY --from=build /a /b\nUSER 1:1\n"),
            "{ours}"
        );
        assert!(
            !ours.contains("far.example") && !ours.contains("RUN make"),
            "{ours}"
        );
        assert!(on_our_base("FROM one\n").is_err());
    }

    #[test]
    fn what_runs_as_root_or_as_something_else_is_refused() {
        let good = json!({
            "User": "65532:65532", "Entrypoint": ["/usr/bin/consentry"], "Cmd": ["serve"], "WorkingDir": "/var/lib/consentry",
            "Volumes": { "/var/lib/consentry": {} }, "ExposedPorts": { "8080/tcp": {} },
            "Labels": { "org.opencontainers.image.title": "t", "org.opencontainers.image.description": "d",
                "org.opencontainers.image.licenses": "l" },
        });
        judge(&good).unwrap();
        for (member, wrong) in [
            ("User", json!("")),
            ("Entrypoint", json!(["/bin/sh"])),
            ("Cmd", json!(["demo"])),
            ("Volumes", Value::Null),
            ("Labels", json!({})),
        ] {
            let mut config = good.clone();
            config[member] = wrong;
            assert!(judge(&config).is_err(), "{member}");
        }
    }
}
