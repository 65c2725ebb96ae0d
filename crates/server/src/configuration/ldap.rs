//! `[ldap.NAME]`: a directory that is asked live.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use consentry_domain::dn::Dn;
use consentry_egress::{LdapAccount, LdapSettings};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::ConfigurationError;

/// One LDAP server: where it is, who may search it, and what its attributes are called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LdapSection {
    /// `ldaps://host`, or `ldap://host` for StartTLS; with a port where it is not 636 or 389.
    pub url: String,
    /// Whether passwords may cross the network in the clear; then `ldap://host` does without StartTLS.
    pub plain_text: bool,
    /// File with PEM certificates of the authorities that are believed, and no others; none means the system's.
    pub ca_file: Option<PathBuf>,
    /// Place in the order; the smaller is asked first, then by name.
    pub order: u32,
    /// Short name of the tenant it serves; none means all.
    pub tenant: Option<String>,
    /// Distinguished name below which entries are looked for.
    pub base: String,
    /// A filter (RFC 4515) that every entry must fit besides.
    pub filter: Option<String>,
    /// Distinguished name of the account that searches; none searches anonymously.
    pub bind_dn: Option<String>,
    /// File with its password.
    pub bind_password_file: Option<PathBuf>,
    /// Attribute that holds login names.
    pub uid_attribute: String,
    /// Attribute that holds common names.
    pub cn_attribute: String,
    /// Attribute that holds the entry's UUID as text.
    pub entry_uuid_attribute: String,
    /// Attribute that holds customer ids; none means there are none.
    pub customer_attribute: Option<String>,
    /// Seconds one question may take, connecting included.
    pub deadline_seconds: u32,
    /// Most questions at the same time.
    pub connections: usize,
    /// Seconds an idle connection is kept.
    pub idle_seconds: u32,
}

impl Default for LdapSection {
    fn default() -> Self {
        Self {
            url: String::new(),
            plain_text: false,
            ca_file: None,
            order: 0,
            tenant: None,
            base: String::new(),
            filter: None,
            bind_dn: None,
            bind_password_file: None,
            uid_attribute: "uid".to_owned(),
            cn_attribute: "cn".to_owned(),
            entry_uuid_attribute: "entryUUID".to_owned(),
            customer_attribute: None,
            deadline_seconds: 5,
            connections: 8,
            idle_seconds: 60,
        }
    }
}

impl LdapSection {
    /// What connects to it; reads the files it names. `name` is the section's, for what is wrong.
    pub fn settings(&self, name: &str) -> Result<LdapSettings, ConfigurationError> {
        let wrong = |key: &str, why: &str| ConfigurationError::Value(format!("ldap.{name}.{key} {why}"));
        let base = Dn::parse(&self.base).map_err(|_| wrong("base", "must be a distinguished name"))?;
        let account = match (&self.bind_dn, &self.bind_password_file) {
            (None, None) => None,
            (Some(dn), Some(file)) => {
                Dn::parse(dn).map_err(|_| wrong("bind_dn", "must be a distinguished name"))?;
                let password = read(file)?;
                let password = password.trim_end_matches(['\r', '\n']);
                if password.is_empty() {
                    return Err(wrong("bind_password_file", "must not be empty"));
                }
                Some(LdapAccount {
                    dn: dn.clone(),
                    password: SecretString::from(password),
                })
            }
            _ => return Err(wrong("bind_dn", "and bind_password_file go together")),
        };
        Ok(LdapSettings {
            url: self.url.clone(),
            plain_text: self.plain_text,
            roots: self.ca_file.as_deref().map(read).transpose()?,
            account,
            base,
            filter: self.filter.clone(),
            deadline: Duration::from_secs(self.deadline_seconds.into()),
            connections: self.connections,
            idle: Duration::from_secs(self.idle_seconds.into()),
        })
    }
}

fn read(path: &Path) -> Result<String, ConfigurationError> {
    fs::read_to_string(path).map_err(|error| ConfigurationError::File {
        path: path.to_owned(),
        why: error.to_string(),
    })
}
