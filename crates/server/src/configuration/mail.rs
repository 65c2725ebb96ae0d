//! `[mail]`: the server that takes mails.

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use consentry_domain::mail::MailAddress;
use consentry_egress::{MailTls, Mailer, Outbox, SmtpSettings};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::ConfigurationError;

/// Where the password is told beside its file.
const PASSWORD: &str = "CONSENTRY__MAIL__PASSWORD";

/// Sender of a demo's mails.
const DEMO_SENDER: &str = "noreply@harbor.example";

/// How the connection to the mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encryption {
    /// STARTTLS, required.
    StartTls,
    /// From the first byte.
    Implicit,
    /// Not at all; only to this machine.
    None,
}

/// The server that takes mails. Without a host none are sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailSection {
    /// Host name of the server.
    pub host: Option<String>,
    /// Its port; none means 587 with STARTTLS, 465 with implicit TLS, and 25 without.
    pub port: Option<u16>,
    /// How the connection is encrypted.
    pub tls: Encryption,
    /// File with PEM certificates of the authorities that are believed, and no others; none means the system's.
    pub ca_file: Option<PathBuf>,
    /// Name to log in with; none where the server wants none.
    pub user: Option<String>,
    /// File with its password; a line break at the end does not count.
    pub password_file: Option<PathBuf>,
    /// The password itself, from the environment only.
    #[serde(skip_serializing)]
    pub password: Option<Password>,
    /// Address of the sender.
    pub from: Option<MailAddress>,
    /// Seconds that sending a mail may take, connecting included.
    pub deadline_seconds: u32,
    /// Whether mails are kept in memory instead of being sent, and shown by the demo.
    pub outbox: bool,
}

/// A password as it is written. It never shows.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Password(String);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

impl Default for MailSection {
    fn default() -> Self {
        Self {
            host: None,
            port: None,
            tls: Encryption::StartTls,
            ca_file: None,
            user: None,
            password_file: None,
            password: None,
            from: None,
            deadline_seconds: 30,
            outbox: false,
        }
    }
}

impl MailSection {
    /// What sends mails; none where none are sent. Reads the files it names.
    pub fn mailer(&self) -> Result<Option<Mailer>, ConfigurationError> {
        let wrong = |text: &str| ConfigurationError::Value(format!("mail.{text}"));
        if self.outbox {
            return Err(wrong(
                "outbox keeps mails in memory and sends none: it is for `consentry demo`; set mail.host to send them",
            ));
        }
        let Some(host) = &self.host else {
            let without = Self {
                deadline_seconds: self.deadline_seconds,
                ..Self::default()
            };
            if *self == without {
                return Ok(None);
            }
            return Err(wrong(
                "host is missing: the other keys of [mail] say how it is spoken to",
            ));
        };
        let from = self
            .from
            .clone()
            .ok_or_else(|| wrong("from is missing: the address that mails are from"))?;
        let settings = SmtpSettings {
            host: host.clone(),
            port: self.port,
            tls: match self.tls {
                Encryption::StartTls => MailTls::StartTls,
                Encryption::Implicit => MailTls::Implicit,
                Encryption::None => MailTls::None,
            },
            roots: self.ca_file.as_ref().map(read).transpose()?,
            account: self.account()?,
            from,
            deadline: Duration::from_secs(self.deadline_seconds.into()),
        };
        let mailer = Mailer::smtp(&settings).map_err(|error| ConfigurationError::Value(error.to_string()))?;
        Ok(Some(mailer))
    }

    /// The outbox of a demo and what puts mails into it; none where a server is configured.
    pub fn outbox(&self) -> Result<Option<(Arc<Outbox>, Mailer)>, ConfigurationError> {
        let wrong = |text: &str| ConfigurationError::Value(format!("mail.{text}"));
        if self.host.is_some() {
            if self.outbox {
                return Err(wrong("outbox and mail.host contradict each other"));
            }
            return Ok(None);
        }
        let from = match &self.from {
            Some(from) => from.clone(),
            None => MailAddress::parse(DEMO_SENDER).map_err(|_| wrong("from is no address"))?,
        };
        let outbox = Arc::new(Outbox::default());
        let mailer = Mailer::outbox(Arc::clone(&outbox), from);
        Ok(Some((outbox, mailer)))
    }

    fn account(&self) -> Result<Option<(String, SecretString)>, ConfigurationError> {
        let wrong = |text: &str| ConfigurationError::Value(format!("mail.{text}"));
        let password = match (&self.password_file, &self.password) {
            (Some(_), Some(_)) => {
                return Err(wrong(
                    "password_file and mail.password are both given; take one away",
                ));
            }
            (Some(file), None) => Some(read(file)?.trim_end_matches(['\r', '\n']).to_owned()),
            // As it stands in the environment: what is read from there otherwise takes 007 for a number.
            (None, Some(password)) => Some(std::env::var(PASSWORD).unwrap_or_else(|_| password.0.clone())),
            (None, None) => None,
        };
        match (&self.user, password) {
            (None, None) => Ok(None),
            (Some(user), Some(password)) if !password.is_empty() => {
                Ok(Some((user.clone(), SecretString::from(password))))
            }
            (Some(_), Some(_)) => Err(wrong("password_file must not be empty")),
            (Some(_), None) => Err(wrong(
                "user needs a password: mail.password_file, or CONSENTRY__MAIL__PASSWORD in the environment",
            )),
            (None, Some(_)) => Err(wrong("user is missing, whose password is given")),
        }
    }
}

fn read(path: &PathBuf) -> Result<String, ConfigurationError> {
    fs::read_to_string(path).map_err(|error| ConfigurationError::File {
        path: path.clone(),
        why: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section() -> MailSection {
        MailSection {
            host: Some("smtp.example.com".to_owned()),
            from: Some(MailAddress::parse("noreply@example.com").unwrap()),
            ..MailSection::default()
        }
    }

    fn refusal(change: impl FnOnce(&mut MailSection)) -> String {
        let mut section = section();
        change(&mut section);
        section.mailer().unwrap_err().to_string()
    }

    #[test]
    fn without_a_host_nothing_is_sent_and_with_one_it_is() {
        assert!(MailSection::default().mailer().unwrap().is_none());
        assert!(section().mailer().unwrap().is_some());
    }

    #[test]
    fn nonsense_is_refused_before_anything_starts() {
        let folder = tempfile::tempdir().unwrap();
        let empty = folder.path().join("empty");
        fs::write(&empty, "\n").unwrap();
        for (said, refused) in [
            ("mail.host is missing", refusal(|own| own.host = None)),
            ("mail.from is missing", refusal(|own| own.from = None)),
            (
                "mail.host must be",
                refusal(|own| own.host = Some("smtp://x".to_owned())),
            ),
            ("on this machine", refusal(|own| own.tls = Encryption::None)),
            (
                "needs a password",
                refusal(|own| own.user = Some("me".to_owned())),
            ),
            (
                "whose password",
                refusal(|own| own.password = Some(Password("x".to_owned()))),
            ),
            (
                "take one away",
                refusal(|own| {
                    own.password = Some(Password("x".to_owned()));
                    own.password_file = Some(PathBuf::from("x"));
                }),
            ),
            (
                "must not be empty",
                refusal(|own| {
                    own.user = Some("me".to_owned());
                    own.password_file = Some(empty.clone());
                }),
            ),
            (
                "nowhere.pem",
                refusal(|own| own.ca_file = Some(PathBuf::from("nowhere.pem"))),
            ),
            (
                "PEM certificates",
                refusal(|own| own.ca_file = Some(empty.clone())),
            ),
            ("consentry demo", refusal(|own| own.outbox = true)),
        ] {
            assert!(refused.contains(said), "{said}: {refused}");
        }
    }

    #[test]
    fn a_demo_keeps_mails_unless_it_is_told_a_server() {
        assert!(MailSection::default().outbox().unwrap().is_some());
        assert!(section().outbox().unwrap().is_none());
        let both = MailSection {
            outbox: true,
            ..section()
        };
        assert!(both.outbox().unwrap_err().to_string().contains("contradict"));
    }

    #[test]
    fn a_password_is_neither_printed_nor_shown() {
        let section = MailSection {
            password: Some(Password("hunter2".to_owned())),
            ..section()
        };
        assert!(!format!("{section:?}").contains("hunter2"));
        assert!(
            !toml::Table::try_from(&section)
                .unwrap()
                .to_string()
                .contains("hunter2")
        );
    }
}
