//! Another issuer of tokens: npm's `oidc-provider`, unchanged, as a process of the test's own on loopback. It ends with the value.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};

/// The client that may ask about tokens, and its secret.
pub const RESOURCE_SERVER: (&str, &str) = ("consents", "c0nsents:&+/ %");

/// The issuer.
#[derive(Debug)]
pub struct Issuer {
    /// Its address, which is also what its tokens say.
    pub address: String,
    process: Child,
    tasks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// How a token looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A random text, about which the issuer has to be asked.
    Opaque,
    /// A signed JWT (RFC 9068).
    Jwt,
}

/// What a token says.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// Whose it is.
    pub subject: &'a str,
    /// What it is for.
    pub scope: &'a str,
    /// Whom it is meant for.
    pub audience: &'a str,
    /// How long it lives.
    pub seconds: u32,
}

impl Issuer {
    /// Starts it.
    ///
    /// # Panics
    ///
    /// Where its packages are not installed, which `cargo xtask test` does.
    pub fn start() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../e2e");
        assert!(
            folder.join("node_modules/oidc-provider").is_dir(),
            "`cargo xtask test` installs the packages that this needs"
        );
        let mut process = Command::new("node")
            .arg("peers/issuer.mjs")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let tasks = process.stdin.take().unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap());
        let mut issuer = Self {
            address: String::new(),
            process,
            tasks,
            answers,
        };
        issuer.address = issuer.answer();
        issuer
    }

    /// Makes an access token.
    pub fn token(&mut self, format: Format, said: Said<'_>) -> String {
        self.ask(&making(format, said))
    }

    /// Makes an access token that is signed and then encrypted, in these ways, for the public part of a key.
    pub fn encrypted(&mut self, said: Said<'_>, alg: &str, enc: &str, key: &str) -> String {
        let mut task = making(Format::Jwt, said);
        task["encrypt"] = json!({ "alg": alg, "enc": enc, "key": key.replace('\n', "|") });
        self.ask(&task)
    }

    /// A fresh private key in PEM: of a named curve, or RSA of 2048 bits.
    pub fn key(&mut self, curve: Option<&str>) -> String {
        let task = match curve {
            Some(curve) => json!({ "task": "key", "type": "ec", "options": { "namedCurve": curve } }),
            None => json!({ "task": "key", "type": "rsa", "options": { "modulusLength": 2048 } }),
        };
        self.ask(&task).replace('|', "\n")
    }

    /// Ends a token that has to be asked about.
    pub fn revoke(&mut self, token: &str) {
        self.ask(&json!({ "task": "revoke", "token": token }));
    }

    fn ask(&mut self, task: &Value) -> String {
        writeln!(self.tasks, "{task}").unwrap();
        self.answer()
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "the issuer ended");
        line.trim_end().to_owned()
    }
}

fn making(format: Format, said: Said<'_>) -> Value {
    json!({
        "task": "make",
        "sub": said.subject,
        "scope": said.scope,
        "audience": said.audience,
        "seconds": said.seconds,
        "format": match format {
            Format::Opaque => "opaque",
            Format::Jwt => "jwt",
        },
    })
}

impl Drop for Issuer {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
