//! `[nats]`: where what happens is mirrored.

use std::{fs, path::Path, path::PathBuf, time::Duration};

use consentry_egress::{NatsAccount, NatsSettings};
use consentry_outbound::{Mirror, MirrorSettings};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::ConfigurationError;

/// Days after which mirrored messages of somebody who was erased should be gone, at the most (enforcement-events-evidence 4.4).
pub(crate) const LONGEST_MIRROR: u32 = 30;

/// The servers, who we are there, and what streams are like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NatsSection {
    /// `nats://host` or `tls://host`, several of one cluster; none: nothing is mirrored.
    pub urls: Vec<String>,
    /// What subjects begin with.
    pub prefix: String,
    /// A user, with `password_file`.
    pub user: Option<String>,
    /// File with the user's password.
    pub password_file: Option<PathBuf>,
    /// File with PEM certificates of the authorities that are believed, and no others; none means the system's.
    pub ca_file: Option<PathBuf>,
    /// Days that messages are kept. An erasure waits for them to end, so 30 at the most should do.
    pub max_age_days: u32,
    /// On how many servers a stream is, 1 to 5.
    pub replicas: usize,
    /// Seconds that connecting, a question and an acknowledgement may take.
    pub deadline_seconds: u32,
}

impl Default for NatsSection {
    fn default() -> Self {
        Self {
            urls: Vec::new(),
            prefix: "consentry".to_owned(),
            user: None,
            password_file: None,
            ca_file: None,
            max_age_days: 30,
            replicas: 1,
            deadline_seconds: 5,
        }
    }
}

impl NatsSection {
    /// Whether there is a mirror.
    pub const fn is_on(&self) -> bool {
        !self.urls.is_empty()
    }

    /// The mirror, ready to connect; none where nothing is mirrored. Reads the files it names.
    pub fn mirror(&self) -> Result<Option<Mirror>, ConfigurationError> {
        if !self.is_on() {
            return Ok(None);
        }
        if self.max_age_days == 0 {
            return Err(wrong("max_age_days must be at least 1"));
        }
        let settings = MirrorSettings {
            nats: NatsSettings {
                servers: self.urls.clone(),
                account: self.account()?,
                roots: self.ca_file.as_deref().map(read).transpose()?,
                deadline: Duration::from_secs(self.deadline_seconds.into()),
            },
            prefix: self.prefix.clone(),
            max_age: Duration::from_hours(24).saturating_mul(self.max_age_days),
            replicas: self.replicas,
        };
        let mirror = Mirror::new(settings).map_err(|error| wrong(&error.to_string()))?;
        Ok(Some(mirror))
    }

    fn account(&self) -> Result<NatsAccount, ConfigurationError> {
        let secret = |path: &Path| {
            let text = read(path)?;
            let text = text.trim_end_matches(['\r', '\n']);
            if text.is_empty() {
                return Err(ConfigurationError::File {
                    path: path.to_owned(),
                    why: "must not be empty".to_owned(),
                });
            }
            Ok(SecretString::from(text))
        };
        match (&self.user, &self.password_file) {
            (None, None) => Ok(NatsAccount::Anonymous),
            (Some(user), Some(file)) => Ok(NatsAccount::Password {
                user: user.clone(),
                password: secret(file)?,
            }),
            _ => Err(wrong("user and password_file go together")),
        }
    }
}

fn wrong(what: &str) -> ConfigurationError {
    ConfigurationError::Value(format!("nats: {what}"))
}

fn read(path: &Path) -> Result<String, ConfigurationError> {
    fs::read_to_string(path).map_err(|error| ConfigurationError::File {
        path: path.to_owned(),
        why: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: impl FnOnce(&mut NatsSection)) -> String {
        let mut section = NatsSection {
            urls: vec!["nats://127.0.0.1:4222".to_owned()],
            ..NatsSection::default()
        };
        change(&mut section);
        section.mirror().unwrap_err().to_string()
    }

    #[test]
    fn without_a_server_there_is_no_mirror() {
        assert!(NatsSection::default().mirror().unwrap().is_none());
    }

    #[test]
    fn what_is_wrong_with_the_mirror_is_said_before_anybody_connects() {
        let folder = tempfile::tempdir().unwrap();
        let empty = folder.path().join("password");
        fs::write(&empty, "\n").unwrap();
        for (told, begins) in [
            (
                refused(|own| own.prefix = "Con.sentry".to_owned()),
                "nats: the prefix",
            ),
            (refused(|own| own.prefix = "a..b".to_owned()), "nats: the prefix"),
            (refused(|own| own.max_age_days = 0), "nats: max_age_days"),
            (refused(|own| own.replicas = 0), "nats: replicas"),
            (refused(|own| own.deadline_seconds = 0), "nats: deadline_seconds"),
            (refused(|own| own.user = Some("me".to_owned())), "nats: user and"),
            (
                refused(|own| own.ca_file = Some("/nowhere/ca.pem".into())),
                "/nowhere/ca.pem: ",
            ),
        ] {
            assert!(told.starts_with(begins), "{told}");
        }
        let told = refused(|own| {
            own.user = Some("me".to_owned());
            own.password_file = Some(empty);
        });
        assert!(told.ends_with("must not be empty"), "{told}");
    }
}
