//! A real mail server, for tests: aiosmtpd with STARTTLS and a login, in a process of its own.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
};

use consentry_domain::mail::MailAddress;
use consentry_egress::{MailTls, Mailer, SmtpSettings};
use serde_json::{Value, json};

use crate::slapd::Authority;

/// Where the Python is that has it, unless the environment says otherwise.
const PYTHON: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../target/tools/aiosmtpd-1.4.6/venv/bin/python"
);

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../e2e/mail/server.py");

/// Name and password that it takes.
pub const ACCOUNT: (&str, &str) = ("consentry", "007 geheim ä");

/// A mail server that was started.
pub struct MailServer {
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    /// PEM of the authority that vouches for it.
    pub authority: String,
    mails: Arc<Mutex<Vec<Value>>>,
    child: Child,
    _stdin: ChildStdin,
    _folder: tempfile::TempDir,
}

impl MailServer {
    /// Starts one on a free port.
    pub fn start() -> Self {
        Self::start_on(0)
    }

    /// Starts one on this port, with a certificate for `localhost`.
    pub fn start_on(port: u16) -> Self {
        let authority = Authority::new();
        let certificate = authority.certificate("localhost");
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let wish = json!({
            "certificate": file("certificate.pem", &certificate.certificate),
            "key": file("key.pem", &certificate.key),
            "user": ACCOUNT.0, "password": ACCOUNT.1, "port": port,
        });
        let python = std::env::var("CONSENTRY_MAIL_PYTHON").unwrap_or_else(|_| PYTHON.to_owned());
        let mut child = Command::new(&python)
            .arg(SCRIPT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{python}: {error}"));
        let mut stdin = child.stdin.take().unwrap();
        writeln!(stdin, "{wish}").unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        let mails = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&mails);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mail = serde_json::from_str(&line).unwrap();
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(mail);
            }
        });
        Self {
            port: u16::try_from(first["port"].as_u64().unwrap()).unwrap(),
            authority: certificate.authority,
            mails,
            child,
            _stdin: stdin,
            _folder: folder,
        }
    }

    /// The mails that it took so far, in their order.
    pub fn mails(&self) -> Vec<Value> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What a client has to say to it.
    pub fn settings(&self) -> SmtpSettings {
        SmtpSettings {
            host: "localhost".to_owned(),
            port: Some(self.port),
            tls: MailTls::StartTls,
            roots: Some(self.authority.clone()),
            account: Some((ACCOUNT.0.to_owned(), ACCOUNT.1.into())),
            from: MailAddress::parse("noreply@harbor.example").unwrap(),
            deadline: std::time::Duration::from_secs(10),
        }
    }

    /// What sends to it.
    pub fn mailer(&self) -> Mailer {
        Mailer::smtp(&self.settings()).unwrap()
    }

    /// A header of a mail; none where it is not there, and a panic where it is there twice.
    pub fn header<'a>(mail: &'a Value, name: &str) -> Option<&'a str> {
        let all = mail["headers"].as_array().unwrap().iter();
        let mut found = all.filter(|header| header[0].as_str().unwrap().eq_ignore_ascii_case(name));
        let first = found.next().map(|header| header[1].as_str().unwrap());
        assert!(found.next().is_none(), "{name} is there twice: {mail}");
        first
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}
