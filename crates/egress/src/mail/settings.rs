//! What an operator says about the mail server, judged before the first connection.

use std::{net::IpAddr, time::Duration};

use consentry_domain::mail::MailAddress;
use secrecy::SecretString;

use super::error::MailError;

/// How the connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTls {
    /// STARTTLS, required (RFC 3207).
    StartTls,
    /// From the first byte (RFC 8314).
    Implicit,
    /// Not at all; only on this machine.
    None,
}

/// One mail server and who writes.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// Its host name, or its address where its certificate has that.
    pub host: String,
    /// Its port; none means 587, 465 or 25, as [`Self::tls`] says.
    pub port: Option<u16>,
    /// How the connection is encrypted.
    pub tls: MailTls,
    /// PEM certificates of the authorities that are believed, and no others; none means the system's.
    pub roots: Option<String>,
    /// Name and password, where the server wants them.
    pub account: Option<(String, SecretString)>,
    /// The sender's address.
    pub from: MailAddress,
    /// Longest time for one mail, connecting included.
    pub deadline: Duration,
}

impl SmtpSettings {
    /// The port that is connected to.
    pub const fn port(&self) -> u16 {
        match (self.port, self.tls) {
            (Some(port), _) => port,
            (None, MailTls::StartTls) => 587,
            (None, MailTls::Implicit) => 465,
            (None, MailTls::None) => 25,
        }
    }

    /// Judges the settings without any network.
    pub(super) fn check(&self) -> Result<(), MailError> {
        let refused = |why: &str| Err(MailError::Setup(why.to_owned()));
        let is_name = !self.host.is_empty()
            && self.host.len() <= 253
            && self
                .host
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':'));
        let is_address = self.host.parse::<IpAddr>().is_ok();
        if !is_name || (self.host.contains(':') && !is_address) {
            return refused(
                "host must be the name of a host alone, such as smtp.example.com; the port has a key of its own",
            );
        }
        if self.port == Some(0) {
            return refused("port must not be 0");
        }
        if self.deadline.is_zero() {
            return refused("deadline_seconds must be at least 1");
        }
        if self.tls == MailTls::None {
            if !self.is_this_machine() {
                return refused(
                    "tls = \"none\" is for a server on this machine (localhost, 127.0.0.1, ::1); mails and passwords do not cross a network \
                     in the clear",
                );
            }
            if self.roots.is_some() {
                return refused("ca_file contradicts tls = \"none\"");
            }
        }
        if let Some((user, _)) = &self.account
            && (user.is_empty() || user.chars().any(char::is_control))
        {
            return refused("user must be a text without line breaks");
        }
        Ok(())
    }

    fn is_this_machine(&self) -> bool {
        self.host.eq_ignore_ascii_case("localhost")
            || self
                .host
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> SmtpSettings {
        SmtpSettings {
            host: "smtp.example.com".to_owned(),
            port: None,
            tls: MailTls::StartTls,
            roots: None,
            account: Some(("consentry".to_owned(), "hunter2".into())),
            from: MailAddress::parse("noreply@example.com").unwrap(),
            deadline: Duration::from_secs(20),
        }
    }

    fn refusal(change: impl FnOnce(&mut SmtpSettings)) -> String {
        let mut settings = settings();
        assert_eq!(settings.check(), Ok(()));
        change(&mut settings);
        settings.check().unwrap_err().to_string()
    }

    #[test]
    fn settings_that_cannot_work_are_refused_before_any_connection() {
        for host in [
            "",
            "smtp.example.com:587",
            "smtp://smtp.example.com",
            "a b",
            "mail.example.com\r\nQUIT",
            "user@host",
        ] {
            assert!(
                refusal(|own| own.host = host.to_owned()).contains("mail.host"),
                "{host}"
            );
        }
        assert!(refusal(|own| own.port = Some(0)).contains("mail.port"));
        assert!(refusal(|own| own.deadline = Duration::ZERO).contains("mail.deadline_seconds"));
        assert!(refusal(|own| own.tls = MailTls::None).contains("on this machine"));
        assert!(refusal(|own| own.account = Some(("a\nb".to_owned(), "x".into()))).contains("mail.user"));
        assert!(
            refusal(|own| {
                own.tls = MailTls::None;
                own.host = "127.0.0.1".to_owned();
                own.roots = Some(String::new());
            })
            .contains("mail.ca_file")
        );
    }

    #[test]
    fn only_this_machine_is_spoken_to_in_the_clear() {
        for (host, fits) in [
            ("localhost", true),
            ("LOCALHOST", true),
            ("127.0.0.1", true),
            ("127.1.2.3", true),
            ("::1", true),
            ("10.0.0.1", false),
            ("localhost.example.com", false),
            ("mail", false),
        ] {
            let settings = SmtpSettings {
                host: host.to_owned(),
                tls: MailTls::None,
                ..settings()
            };
            assert_eq!(settings.check().is_ok(), fits, "{host}");
        }
    }

    #[test]
    fn ports_follow_from_the_encryption() {
        let port = |tls, port| {
            SmtpSettings {
                port,
                tls,
                ..settings()
            }
            .port()
        };
        assert_eq!(port(MailTls::StartTls, None), 587);
        assert_eq!(port(MailTls::Implicit, None), 465);
        assert_eq!(port(MailTls::None, None), 25);
        assert_eq!(port(MailTls::StartTls, Some(2525)), 2525);
    }

    #[test]
    fn what_is_printed_of_settings_holds_no_password() {
        assert!(!format!("{:?}", settings()).contains("hunter2"));
    }
}
