//! Processes of the server: whose they are, and reaching all of them.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, chown},
    path::Path,
    process::{Child, Command, Stdio},
};

/// Whose processes the server's are: it refuses to be started by root.
#[derive(Debug, Clone, Copy)]
pub(super) enum Owner {
    /// The user who runs the tests.
    Ourselves,
    /// The account that the package made, by its user and group.
    Account(u32, u32),
}

impl Owner {
    pub(super) fn find() -> Self {
        if id(&["-u"]) == 0 {
            Self::Account(id(&["-u", "postgres"]), id(&["-g", "postgres"]))
        } else {
            Self::Ourselves
        }
    }

    /// A program that is run as this owner. The process is the program's own: nothing stands in between.
    pub(super) fn command(self, program: &str) -> Command {
        match self {
            Self::Ourselves => Command::new(program),
            Self::Account(user, group) => {
                let mut command = Command::new("setpriv");
                command
                    .arg(format!("--reuid={user}"))
                    .arg(format!("--regid={group}"))
                    .args(["--clear-groups", "--", program]);
                command
            }
        }
    }

    /// Makes a file or folder the owner's, and nobody else's.
    pub(super) fn own(self, path: &Path) {
        let mode = if path.is_dir() { 0o700 } else { 0o600 };
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        if let Self::Account(user, group) = self {
            chown(path, Some(user), Some(group)).unwrap();
        }
    }
}

fn id(arguments: &[&str]) -> u32 {
    let output = Command::new("id").args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "there is no account postgres: the package postgresql makes it"
    );
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

/// A process and its children.
#[derive(Debug)]
pub(super) struct Family(Vec<u32>);

impl Family {
    pub(super) fn of(parent: u32) -> Self {
        let children =
            fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
        let mut all = vec![parent];
        all.extend(
            children
                .split_whitespace()
                .filter_map(|child| child.parse::<u32>().ok()),
        );
        Self(all)
    }

    /// Sends a signal to all of them; some may be gone already.
    pub(super) fn signal(&self, name: &str) {
        signal(&self.0, name);
    }

    /// Returns when none of them runs any more.
    pub(super) fn wait_for_its_end(&self) {
        while self.0.iter().any(|id| runs(*id)) {
            std::thread::yield_now();
        }
    }
}

/// Sends a signal to processes; some may be gone already.
pub(super) fn signal(processes: &[u32], name: &str) {
    Command::new("kill")
        .args(["-s", name])
        .args(processes.iter().map(u32::to_string))
        .stderr(Stdio::null())
        .status()
        .unwrap();
}

/// Whether a process is there and has not ended: one that nobody waited for yet has.
fn runs(id: u32) -> bool {
    fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|status| {
        status
            .rsplit_once(") ")
            .is_some_and(|(_, state)| !state.starts_with('Z'))
    })
}

/// A script that waits for the end of its input, which is that of this process, and is given a folder.
pub(super) fn guard(script: &str, folder: &Path) -> Child {
    Command::new("sh")
        .args(["-c", script, "guard"])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}
