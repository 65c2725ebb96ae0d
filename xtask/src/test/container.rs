//! The container file. No registry is reached here, so its first stage is not built: its last one is read, the binary runs in a folder that
//! has what that stage has (the files that it copies, and of the machine the C library alone), and is built into an [`image`].

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use super::image;
use crate::package::NAME;
use crate::process;
use crate::workspace::Workspace;

const FILE: &str = "packaging/container/Containerfile";

/// What `distroless/cc` has of libraries: glibc and the compiler's own.
const LIBRARIES: [&str; 7] = [
    "ld-linux-x86-64.so.2",
    "ld-linux-aarch64.so.1",
    "libc.so.6",
    "libm.so.6",
    "libdl.so.2",
    "libpthread.so.0",
    "libgcc_s.so.1",
];

/// Reads the last stage, and runs the development binary as it would be run there.
pub fn runs(workspace: &Workspace) -> Result<()> {
    let text = fs::read_to_string(workspace.root().join(FILE)).context(FILE)?;
    let stage = Stage::last_of(&text)?;
    stage.check()?;
    let folder = workspace.target().join("container-test");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let binary = workspace.target().join("debug").join(NAME);
    let inside = folder.join("usr/bin").join(NAME);
    fs::create_dir_all(folder.join("usr/bin"))?;
    fs::create_dir_all(folder.join("var/lib/consentry"))?;
    process::run(Command::new("strip").arg(&binary).arg("-o").arg(&inside))?;
    for library in libraries(&binary)? {
        let name = library
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        ensure!(
            LIBRARIES.contains(&name.as_str()),
            "the binary needs {name}, which the last stage of {FILE} has not"
        );
        let place = folder.join(library.strip_prefix("/").unwrap_or(&library));
        if let Some(above) = place.parent() {
            fs::create_dir_all(above)?;
        }
        fs::copy(&library, &place).with_context(|| library.display().to_string())?;
    }
    let said = inside_of(&folder, &stage, &["--version"])?;
    ensure!(said.starts_with("consentry "), "--version says {said}");
    let said = inside_of(&folder, &stage, &["config", "show"])?;
    ensure!(
        said.contains("sqlite:///var/lib/consentry"),
        "the environment of the last stage is not in force: {said}"
    );
    let refused = inside_of(&folder, &stage, &["serve"]);
    let told = refused
        .err()
        .map(|error| format!("{error:#}"))
        .unwrap_or_default();
    ensure!(
        told.contains("tls.certificate_file"),
        "it does not say the cure where there is no https: {told}"
    );
    image::holds(workspace, &folder, &text)?;
    fs::remove_dir_all(&folder)?;
    Ok(())
}

/// Runs the binary with the folder as its root, as the stage's command is run. The user who may do that for themselves is root of their own
/// namespace; what is theirs elsewhere is not there.
fn inside_of(folder: &Path, stage: &Stage, arguments: &[&str]) -> Result<String> {
    let mut command = Command::new("unshare");
    command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    command.envs(stage.variables.iter().map(|(key, value)| (key, value)));
    command
        .args(["--user", "--map-root-user", "--net", "--root"])
        .arg(folder);
    command
        .arg("--wd=/var/lib/consentry")
        .arg(&stage.program)
        .args(arguments);
    let output = command.output().context("unshare")?;
    if !output.status.success() {
        bail!(
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Files that the loader maps for a binary.
fn libraries(binary: &Path) -> Result<BTreeSet<PathBuf>> {
    let said = process::capture(Command::new("ldd").arg(binary))?;
    let words = said.split_whitespace().filter(|word| word.starts_with('/'));
    Ok(words.map(PathBuf::from).collect())
}

/// What is run at last.
struct Stage {
    lines: Vec<String>,
    program: String,
    variables: Vec<(String, String)>,
}

impl Stage {
    fn last_of(text: &str) -> Result<Self> {
        let lines = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        let lines: Vec<String> = lines.map(str::to_owned).collect();
        let last = lines
            .iter()
            .rposition(|line| line.starts_with("FROM "))
            .context("there is no FROM")?;
        ensure!(last > 0, "what builds is in the image that is run");
        let lines = lines[last..].to_vec();
        let program = after(&lines, "ENTRYPOINT ")
            .next()
            .context("there is no ENTRYPOINT")?;
        let program = program
            .strip_prefix("[\"")
            .and_then(|rest| rest.strip_suffix("\"]"));
        let program = program
            .context("ENTRYPOINT is not one program by itself")?
            .to_owned();
        let variables = after(&lines, "ENV ").filter_map(|line| line.split_once('='));
        let variables = variables
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        Ok(Self {
            lines,
            program,
            variables,
        })
    }

    fn check(&self) -> Result<()> {
        let holds = |start: &str| self.lines.iter().any(|line| line.starts_with(start));
        ensure!(
            !holds("RUN "),
            "the last stage runs something, and has nothing to run it with"
        );
        ensure!(
            holds(&format!(
                "COPY --from=build /source/target/release/{NAME} {}",
                self.program
            )),
            "the binary is not copied to where it is run"
        );
        let users: Vec<_> = self
            .lines
            .iter()
            .filter_map(|line| line.strip_prefix("USER "))
            .collect();
        // A number, so that whoever runs it can see that it is not root.
        let is_number = |user: &str| {
            user.split(':')
                .all(|part| part.parse::<u32>().is_ok_and(|id| id > 0))
        };
        ensure!(
            !users.is_empty() && users.iter().all(|user| is_number(user)),
            "it runs as {users:?}"
        );
        Ok(())
    }
}

/// What stands behind a word, of each line that begins with it.
fn after<'a>(lines: &'a [String], word: &'a str) -> impl Iterator<Item = &'a str> {
    lines.iter().filter_map(move |line| line.strip_prefix(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "FROM rust AS build\nRUN make\nFROM small\nCOPY --from=build /source/target/release/consentry /usr/bin/consentry\n\
                        ENV A=b=c\nUSER 1:1\nENTRYPOINT [\"/usr/bin/consentry\"]\n";

    #[test]
    fn the_last_stage_is_what_counts() {
        let stage = Stage::last_of(GOOD).unwrap();
        stage.check().unwrap();
        assert_eq!(stage.program, "/usr/bin/consentry");
        assert_eq!(stage.variables, [("A".to_owned(), "b=c".to_owned())]);
    }

    #[test]
    fn what_runs_as_root_or_has_a_shell_is_refused() {
        for (from, to) in [
            ("USER 1:1", "USER root"),
            ("USER 1:1", "USER 0"),
            ("USER 1:1\n", ""),
            ("USER 1:1", "RUN chmod"),
            ("[\"/usr/bin/consentry\"]", "/usr/bin/consentry"),
            ("FROM rust AS build\nRUN make\n", ""),
            ("/usr/bin/consentry\nENV", "/bin/consentry\nENV"),
        ] {
            let text = GOOD.replace(from, to);
            let judged = Stage::last_of(&text).and_then(|stage| stage.check());
            assert!(judged.is_err(), "{text}");
        }
    }
}
