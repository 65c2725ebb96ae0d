//! What an operator says about a directory, and what becomes of it before the first connection.

use std::sync::Arc;
use std::time::Duration;

use consentry_domain::dn::Dn;
use secrecy::SecretString;
use tokio_rustls::rustls::ClientConfig;
use url::{Host, Url};

use super::error::LdapError;
use super::filter;
use crate::tls;

/// One directory and how it is asked.
#[derive(Clone, Debug)]
pub struct LdapSettings {
    /// `ldaps://host` (TLS from the first byte) or `ldap://host` (StartTLS, RFC 4511 section 4.14); with a port where it is not
    /// 636 or 389.
    pub url: String,
    /// Whether passwords may cross the network in the clear; only with `ldap://`, which then does without StartTLS.
    pub plain_text: bool,
    /// PEM certificates of the authorities that are believed, and no others; none means the system's.
    pub roots: Option<String>,
    /// The account that searches; none searches anonymously.
    pub account: Option<LdapAccount>,
    /// Where entries are looked for: this name and everything below.
    pub base: Dn,
    /// A filter (RFC 4515) that every entry must fit besides; none means any entry.
    pub filter: Option<String>,
    /// Longest time for one question, waiting for a connection, names and TLS included.
    pub deadline: Duration,
    /// Most questions at the same time, and most connections kept of each kind; at least one.
    pub connections: usize,
    /// How long an idle connection is kept.
    pub idle: Duration,
}

/// An account of a directory.
#[derive(Clone, Debug)]
pub struct LdapAccount {
    /// Its distinguished name, in the server's spelling.
    pub dn: String,
    /// Its password; never empty.
    pub password: SecretString,
}

/// How the connection is encrypted.
#[derive(Clone)]
pub(crate) enum Encryption {
    None,
    Tls(Arc<ClientConfig>),
    StartTls(Arc<ClientConfig>),
}

/// The server, ready to be connected to.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) url: Url,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) encryption: Encryption,
}

impl LdapSettings {
    /// Judges the settings without any network.
    pub(crate) fn target(&self) -> Result<Target, LdapError> {
        let refused = |why: &str| Err(LdapError::Setup(why.to_owned()));
        let Ok(url) = Url::parse(&self.url) else {
            return refused("url must be ldaps://host or ldap://host");
        };
        let (is_tls, default_port) = match url.scheme() {
            "ldaps" => (true, 636),
            "ldap" => (false, 389),
            _ => return refused("url must be ldaps://host or ldap://host"),
        };
        let is_bare = url.username().is_empty()
            && url.password().is_none()
            && matches!(url.path(), "" | "/")
            && url.query().is_none()
            && url.fragment().is_none();
        let host = url.host_str().unwrap_or_default();
        if host.is_empty() || !is_bare {
            return refused("url must name a host, perhaps a port, and nothing else");
        }
        if is_tls && self.plain_text {
            return refused("plain_text contradicts ldaps");
        }
        if !self.plain_text && matches!(url.host(), Some(Host::Ipv6(_))) {
            return refused("url must name the host, so that its certificate can be checked");
        }
        if let Some(own) = &self.filter
            && !filter::is_filter(own)
        {
            return refused("filter must be a filter of RFC 4515 in parentheses");
        }
        if self.connections == 0 || self.deadline.is_zero() {
            return refused("connections and deadline_seconds must be at least 1");
        }
        let encryption = match (is_tls, self.plain_text) {
            (true, _) => Encryption::Tls(tls(self.roots.as_deref())?),
            (false, false) => Encryption::StartTls(tls(self.roots.as_deref())?),
            (false, true) => Encryption::None,
        };
        Ok(Target {
            host: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
            port: url.port().unwrap_or(default_port),
            url,
            encryption,
        })
    }
}

fn tls(roots: Option<&str>) -> Result<Arc<ClientConfig>, LdapError> {
    tls::client(roots).map(Arc::new).map_err(LdapError::Setup)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str) -> LdapSettings {
        LdapSettings {
            url: url.to_owned(),
            plain_text: false,
            roots: None,
            account: None,
            base: Dn::parse("dc=example,dc=net").unwrap(),
            filter: None,
            deadline: Duration::from_secs(1),
            connections: 1,
            idle: Duration::from_secs(1),
        }
    }

    fn refusal(settings: &LdapSettings) -> String {
        match settings.target() {
            Ok(_) => panic!("{settings:?} was taken"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn an_address_is_a_scheme_a_host_and_a_port() {
        for (url, host, port) in [
            ("ldaps://dir.example", "dir.example", 636),
            ("ldap://dir.example/", "dir.example", 389),
            ("ldaps://192.0.2.7:1636", "192.0.2.7", 1636),
        ] {
            let target = settings(url).target().unwrap();
            assert_eq!((target.host.as_str(), target.port), (host, port), "{url}");
        }
        for url in [
            "dir.example",
            "https://dir.example",
            "ldap://",
            "ldap:///dc=x",
            "ldaps://dir.example/dc=example",
            "ldaps://dir.example?uid",
            "ldaps://ada:secret@dir.example",
        ] {
            let text = refusal(&settings(url));
            assert!(
                text.contains("url must") && !text.contains("secret"),
                "{url}: {text}"
            );
        }
    }

    #[test]
    fn passwords_are_encrypted_unless_somebody_says_otherwise() {
        let encryption = |url: &str, plain_text| {
            let settings = LdapSettings {
                plain_text,
                ..settings(url)
            };
            settings.target().map(|target| target.encryption)
        };
        assert!(matches!(encryption("ldaps://x", false), Ok(Encryption::Tls(_))));
        assert!(matches!(
            encryption("ldap://x", false),
            Ok(Encryption::StartTls(_))
        ));
        assert!(matches!(encryption("ldap://x", true), Ok(Encryption::None)));
        assert!(matches!(encryption("ldap://[::1]", true), Ok(Encryption::None)));
        assert!(encryption("ldaps://x", true).is_err());
        assert!(encryption("ldaps://[::1]", false).is_err());
    }

    #[test]
    fn settings_that_cannot_work_are_refused_before_any_connection() {
        let with = |change: fn(&mut LdapSettings)| {
            let mut settings = settings("ldaps://dir.example");
            change(&mut settings);
            refusal(&settings)
        };
        assert!(with(|own| own.filter = Some("objectClass=person".to_owned())).contains("RFC 4515"));
        assert!(with(|own| own.filter = Some("(a=b))(uid=*".to_owned())).contains("RFC 4515"));
        assert!(with(|own| own.roots = Some(String::new())).contains("PEM"));
        assert!(with(|own| own.roots = Some("-----BEGIN CERTIFICATE-----".to_owned())).contains("PEM"));
        assert!(with(|own| own.connections = 0).contains("at least 1"));
        assert!(with(|own| own.deadline = Duration::ZERO).contains("at least 1"));
    }

    #[test]
    fn what_is_printed_of_settings_holds_no_password() {
        let mut settings = settings("ldaps://dir.example");
        settings.account = Some(LdapAccount {
            dn: "cn=reader".to_owned(),
            password: "hunter2".into(),
        });
        assert!(!format!("{settings:?}").contains("hunter2"));
    }
}
