//! The description of the API held against the running server: Schemathesis makes requests from it, fitting and not, and judges
//! every answer. What it may accept beyond the description is in `e2e/openapi`.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::workspace::Workspace;
use crate::{process, tools};

/// Somebody who asks.
struct Asker {
    /// Where the demo says their name.
    name: &'static str,
    /// Where it says their password.
    password: &'static str,
    /// How Schemathesis is configured for them.
    configuration: &'static str,
    /// Which operations they try: a filter of Schemathesis, and the paths.
    paths: [&'static str; 2],
    /// How many requests are made of each operation, and of which kinds.
    amount: [&'static str; 2],
}

/// Every kind of request that Schemathesis knows.
const ALL: &str = "examples,coverage,fuzzing,stateful";

/// Where administrators, keepers of webhooks and applications of a dataspace ask.
const OWN: &str = r"^/(admin|webhooks|Consent|\.well-known|v1|cis)/";

/// At the preferences door a back end, which opens a session with its key. In the dataspace an application, which signs for itself; at the records door somebody who may do everything, and somebody who may do little; at webhooks and at the administration door who may
/// at all. The administrator and the back end of the first party come last, since the others need what can be taken away there.
const ASKERS: [Asker; 7] = [
    Asker {
        name: "/records/service_account/username",
        password: "/records/service_account/password",
        configuration: "schemathesis.toml",
        paths: ["--exclude-path-regex", OWN],
        amount: ["100", ALL],
    },
    Asker {
        name: "/users/0/username",
        password: "/users/0/password",
        configuration: "schemathesis.toml",
        paths: ["--exclude-path-regex", OWN],
        amount: ["100", ALL],
    },
    Asker {
        name: "/authorization/first_party/client_id",
        password: "/authorization/first_party/client_secret",
        configuration: "schemathesis.toml",
        paths: ["--include-path-regex", "^/webhooks/"],
        // Each wrong value of each of the many settings by itself takes half a minute, and the door's own tests know them.
        amount: ["40", "examples,fuzzing"],
    },
    Asker {
        name: "/users/0/username",
        password: "/users/0/password",
        configuration: "schemathesis.toml",
        paths: ["--include-path-regex", r"^/(Consent|\.well-known)/"],
        // An application asks about a person 60 times in a minute.
        amount: ["10", "examples,coverage,fuzzing"],
    },
    Asker {
        name: "/preferences/api_key/id",
        password: "/preferences/api_key/secret",
        configuration: "without-password.toml",
        paths: ["--include-path-regex", "^/v1/"],
        // An organization asks 100 times in 15 seconds, so that more requests are refused for that.
        amount: ["6", "examples,fuzzing"],
    },
    Asker {
        name: "/authorization/admin/client_id",
        password: "/authorization/admin/client_secret",
        configuration: "schemathesis.toml",
        paths: ["--include-path-regex", "^/admin/"],
        amount: ["100", ALL],
    },
    Asker {
        name: "/authorization/first_party/client_id",
        password: "/authorization/first_party/client_secret",
        configuration: "without-password.toml",
        paths: ["--include-path-regex", "^/cis/"],
        // An application asks 600 times a minute; and its own clients go, which the others need.
        amount: ["5", "examples,fuzzing"],
    },
];

/// Asks as each of them.
pub fn run(workspace: &Workspace) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let demo = Demo::start(workspace, folder.path())?;
    for asker in ASKERS {
        process::run(
            tools::schemathesis(workspace)?
                .current_dir(workspace.root().join("e2e/openapi"))
                .args(["--config-file", asker.configuration])
                .args(["run", &format!("{}/api/openapi.json", demo.says("/base_url")?)])
                .args(["--checks", "all"])
                .args(asker.paths)
                .args(["--max-examples", asker.amount[0], "--phases", asker.amount[1]])
                .env("ASKER_BASE", demo.says("/base_url")?)
                .env("ASKER_USERNAME", demo.says(asker.name)?)
                .env("ASKER_PASSWORD", demo.says(asker.password)?),
        )?;
    }
    Ok(())
}

/// The demo, until this value is dropped.
struct Demo {
    process: Child,
    facts: Value,
}

impl Demo {
    fn start(workspace: &Workspace, folder: &std::path::Path) -> Result<Self> {
        let mut process = Command::new(workspace.target().join("debug/consentry"))
            .args(["demo", "--json", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start the demo")?;
        let stdout = process.stdout.take();
        // Held from here on, so that the process ends on every way out of this function.
        let mut demo = Self {
            process,
            facts: Value::Null,
        };
        let mut line = String::new();
        BufReader::new(stdout.context("the demo has no stdout")?).read_line(&mut line)?;
        demo.facts = serde_json::from_str(&line).context("the demo did not say that it is ready")?;
        Ok(demo)
    }

    fn says(&self, pointer: &str) -> Result<&str> {
        let fact = self.facts.pointer(pointer).and_then(Value::as_str);
        fact.with_context(|| format!("the demo says nothing about {pointer}"))
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
